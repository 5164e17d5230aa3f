"""Text to plain data: like PyYAML where both mean the same, YAML 1.2 where they differ, bounded everywhere."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from snndsl.errors import ModelError
from snndsl.frontend.yaml import MAX_BYTES, MAX_NODES, read_yaml
from snndsl.locations import Location

_WORDS = st.text("abcdefghijklmnopqrstuvwxyzABC_ -.", min_size=1, max_size=12).filter(lambda text: text.strip() == text)
_SCALARS = st.one_of(_WORDS, st.booleans(), st.none(), st.integers(-1000, 1000).map(str))
_DOCUMENTS = st.dictionaries(
    _WORDS,
    st.recursive(
        _SCALARS,
        lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_WORDS, inner, max_size=4)),
        max_leaves=12,
    ),
    min_size=1,
    max_size=5,
)


def plain(value: Any) -> Any:
    """Return what PyYAML dumped from, with the numbers as their text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


@given(_DOCUMENTS, st.booleans())
def test_what_pyyaml_writes_is_read_back(document: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow, sort_keys=False)
    data, _ = read_yaml(text, "f")
    assert data == plain(document)


@given(_DOCUMENTS)
def test_a_position_is_where_the_value_begins(document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, sort_keys=False, default_flow_style=False, width=10_000)
    rows = text.split("\n")
    data, places = read_yaml(text, "f")

    def visit(value: Any, path: tuple[str | int, ...]) -> None:
        where = places.value(path)
        row = rows[where.line - 1][where.column - 1 :]
        if isinstance(value, str):
            assert row.strip("'\"").startswith(value[:3].strip()), (path, row)
        if isinstance(value, dict):
            for key, item in value.items():
                at = places.key((*path, key))
                assert rows[at.line - 1][at.column - 1 :].lstrip("'\"?").startswith(key[:3].strip())
                visit(item, (*path, key))
        if isinstance(value, list):
            for place, item in enumerate(value):
                visit(item, (*path, place))

    visit(data, ())


@pytest.mark.parametrize(
    ("text", "here", "pyyaml"),
    [  # YAML 1.2 against 1.1
        ("no", "no", False),
        ("on", "on", True),
        ("y", "y", "y"),
        ("1e-3", "1e-3", "1e-3"),
        ("1.0e3", "1.0e3", "1.0e3"),
        ("2020-01-01", "2020-01-01", None),
        ("0.5", "0.5", 0.5),
        ("true", True, True),
        ("~", None, None),
    ],
)
def test_plain_scalars(text: str, here: Any, pyyaml: Any) -> None:
    data, _ = read_yaml(f"k: {text}\n", "f")
    assert data["k"] == here
    if pyyaml is not None:
        assert yaml.safe_load(f"k: {text}")["k"] == pyyaml


@pytest.mark.parametrize("text", ["'1'", '"true"', "'no'", '"010"', "'~'", '"<<"'])
def test_quoted_scalars_are_text(text: str) -> None:
    assert read_yaml(f"k: {text}\n", "f")[0]["k"] == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "path", "line", "column", "shown"),
    [
        ("a: |\n  one\n  two words\n", ("a",), 1, 4, (3, 7)),
        ("a:\n  b: |\n      one\n        two\n", ("a", "b"), 1, 2, (4, 9)),
        ("a: |\n\n  one\n\n  two\n", ("a",), 3, 0, (5, 3)),
        ("a: >\n  one\n  two\n\n  three\n", ("a",), 1, 0, (5, 3)),
        ("a: [x, yz]\n", ("a",), 1, 1, (1, 9)),
        ("a: 'text'\n", ("a",), 0, 2, (1, 7)),
        ("a: text\n", ("a",), 0, 2, (1, 6)),
        ("a: [x,\n  'y z']\n", ("a",), 1, 2, (2, 6)),
    ],
)
def test_characters_inside_a_text_have_places(
    text: str, path: tuple[str, ...], line: int, column: int, shown: tuple[int, int]
) -> None:
    _, places = read_yaml(text, "f")
    assert places.inside(path, line, column) == Location("f", *shown)


def test_line_ends_and_byte_order_mark_change_nothing() -> None:
    text = "a: 1\nb: |\n  x\n  y\n"
    expected, places = read_yaml(text, "f")
    for other in (text.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + text.encode()):
        data, same = read_yaml(other, "f")
        assert (data, same.values) == (expected, places.values)


def test_a_place_that_is_not_in_the_file_is_its_nearest_ancestor() -> None:
    _, places = read_yaml("a: {b: 1}\n", "f")
    assert places.value(("a", "b", "c", 0)) == places.value(("a", "b"))
    assert places.key(("a", "x")) == places.key(("a",))
    assert places.value(("z",)) == Location("f", 1, 1)


def _code(text: str | bytes) -> str:
    with pytest.raises(ModelError) as caught:
        read_yaml(text, "f")
    return caught.value.faults[0].code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: " + "[" * 5000 + "]" * 5000, "too-deep"),
        ("a: [" + "0," * (MAX_NODES + 1) + "]", "too-many-values"),
        ("a: " + "x" * (MAX_BYTES + 1), "file-too-large"),
        ("b: &b {x: 1}\na: [" + "*b," * 1001 + "]", "too-many-aliases"),
        ("a: 0x" + "f" * 100_000, "number-too-long"),
        ("a: " + ":".join(["59"] * 20_000), "number-too-long"),
        ("a: &a [*a]", "cycle"),
        ("? [a, b]\n: 1\n", "key-not-text"),
        ("a: 1\n: 2\n", "yaml-syntax"),
        (b"a: \xff", "not-utf8"),
        ("a: \ud800", "control-character"),
        ("a: \u2028b", "control-character"),
        ("%YAML 1.1\n---\na: !!float 1\n", "yaml-tag"),
    ],
)
def test_what_is_hostile_is_refused_at_once(text: str | bytes, code: str) -> None:
    begun = time.process_time()
    assert _code(text) == code
    assert time.process_time() - begun < 5.0


def test_every_fault_of_a_document_is_said() -> None:
    with pytest.raises(ModelError) as caught:
        read_yaml("a: 010\nb: {<<: 1}\na: 1\nc: .nan\n", "f")
    assert [(fault.code, fault.line) for fault in caught.value.faults] == [
        ("number-ambiguous", 1),
        ("merge-key", 2),
        ("duplicate-key", 3),
        ("not-finite", 4),
    ]


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        data, _ = read_yaml(text, "f")
    except ModelError as error:
        assert all(fault.line >= 1 and fault.column >= 1 for fault in error.faults)
    else:
        assert isinstance(data, dict)
