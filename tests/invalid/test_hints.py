"""A hint leads somewhere: whoever writes what stands behind ``try:`` into the file gets another message, or none.

Every hint of the faulty models that is text for the file is written where its fault stands: as a key beside it, in the place of
the value, of the word or of the key. One of these readings must do away with the fault.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from lowered import lower

from snndsl.errors import Fault, SnndslError
from snndsl.frontend.loader import load_source
from snndsl.frontend.yaml import read_yaml
from snndsl.locations import SourceMap
from snndsl.semantics.check import check

FOLDER = Path(__file__).parent
CASES = sorted(path.parent.name for path in FOLDER.glob("*/model.yaml"))
PROSE = re.compile(
    r"\.\.|\bT\b|^(quote|parameters:|fewer|locals?|data or|data arrays|another|one |an? |comments|indent|column|poisson into)"
    r"|with imports|and where|to compare|at the projection|for a source|in the|or a |instead of|\bcondition\b|a/b"
)
TOKEN = re.compile(r"[A-Za-z0-9_.\u00b5]+|\s+|\*\*|&&|\|\||[^\sA-Za-z0-9_]")


def faults(file: Path) -> list[Fault]:
    """Return what is wrong with a model."""
    try:
        lower(check(load_source(file)))
    except SnndslError as error:
        return [fault for fault in error.faults if fault.severity == "error"]
    return []


def hints(fault: Fault) -> list[str]:
    """Return what a fault suggests, if it is text for the file."""
    return [] if not fault.try_ or PROSE.search(fault.try_) else re.split(r"; or | or ", fault.try_)


def at(document: Any, path: tuple[Any, ...]) -> Any:
    """Return an entry of a document."""
    for part in path:
        document = document[part]
    return document


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of a document with another entry at `path`."""
    result = deepcopy(document)
    at(result, path[:-1])[path[-1]] = value
    return result


def renamed(document: Any, path: tuple[Any, ...], key: str) -> Any:
    """Return a copy of a document with another key at `path`."""
    node = at(document, path[:-1])
    return put({"": document}, ("", *path[:-1]), {key if name == path[-1] else name: item for name, item in node.items()})[""]


def with_key(document: Any, path: tuple[Any, ...], key: str, value: Any) -> Iterator[Any]:
    """Yield copies of a document with a key more, in the innermost mapping first."""
    for depth in range(len(path), -1, -1):
        node = at(document, path[:depth])
        if isinstance(node, dict):
            yield put({"": document}, ("", *path[:depth]), {**node, key: value})[""]


def pieces(text: str, place: int) -> Iterator[tuple[int, int]]:
    """Yield what a hint may replace in a line: whole tokens around a place, the shortest first."""
    ends = [0, *(match.end() for match in TOKEN.finditer(text))]
    spans = [(a, b) for a in ends for b in ends if a <= place < b]
    yield from sorted(spans, key=lambda span: span[1] - span[0])


def readings(raw: Any, path: tuple[Any, ...], line: int, column: int, hint: str) -> Iterator[Any]:
    """Yield the documents that a reader of the hint may write; `line` and `column` count within the scalar at `path`."""
    node, written = at(raw, path), value_of(hint)
    if isinstance(written, dict) and len(written) == 1 and not hint.startswith("{"):
        [(key, value)] = written.items()
        yield from with_key(raw, path, key, value)
        if isinstance(path[-1], str):
            yield put(renamed(raw, path, key), (*path[:-1], key), value)
    if hint.startswith("round: ") and not isinstance(node, dict):
        yield put(raw, path, {"axonal": node, "round": hint.removeprefix("round: ")})  # a delay without parts is axonal
    for inner in (
        path,
        *((*path, key) for key in (node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ())),
    ):
        yield put(raw, inner, written)
        if isinstance(inner[-1], str):
            yield renamed(raw, inner, hint)
            yield from (renamed(raw, inner, inner[-1][:a] + hint + inner[-1][b:]) for a, b in pieces(inner[-1], 0))
    if isinstance(node, str):
        lines = node.split("\n")
        line = min(line, len(lines) - 1)
        for start, end in pieces(lines[line], column):
            text = lines[line][:start] + hint + lines[line][end:]
            yield put(raw, path, "\n".join([*lines[:line], text, *lines[line + 1 :]]))


def value_of(hint: str) -> Any:
    """Return what a hint is in YAML; text if it is none."""
    try:
        return read_yaml(f"x:\n {hint}\n", "hint")[0]["x"]
    except SnndslError:
        return hint


def places(fault: Fault, locations: SourceMap) -> Iterator[tuple[tuple[Any, ...], int, int]]:
    """Yield the entries of a file in which a fault may stand, with its line and column there, the nearest first."""
    found = []
    for path, where in [*locations.values.items(), *locations.keys.items()]:
        starts = (*locations.lines.get(path, ()), where) if len(locations.lines.get(path, ())) < 2 else locations.lines[path]
        for line, start in enumerate(starts):
            if path and start.line == fault.line and start.column <= fault.column:
                found.append((fault.column - start.column, -len(path), path, min(line, len(starts) - 1)))
    yield from ((path, line, distance) for distance, _, path, line in sorted(found, key=lambda item: item[:2])[:8])


STEPS = {  # a hint may do away with one fault of two, or show the next step: the case, and what is said then
    "07_unit_in_data": {"not-a-mapping"},
    "15_unit_without_number": {"parameter-missing"},
    "17_unit_power_tower": {"dimension"},
    "24_local_used_before": {"local-unused"},
    "32_neuron_name": {"name-unknown"},
    "41_column_unknown": {"dimension"},
    "46_delay_drawn_negative": {"delay-below-step"},
    "58_need_unbound": {"unsupported"},
    "60_connect_unknown_motif": {"motif-nowhere"},
    "60_motif_latency_computed_off_grid": {"self-unstated", "motif-inputs"},
    "60_motif_latency_misspelled": {"self-unstated"},
    "60_motif_latency_off_grid": {"self-unstated", "motif-inputs"},
    "60_motif_latency_without_unit": {"self-unstated"},
}


def leads_on(folder: Path, fault: Fault, hint: str, step: set[str]) -> bool:
    """Tell whether a hint, written into the file in one of the ways that it can be read, does away with its fault."""
    raw, locations = read_yaml((folder / "model.yaml").read_bytes(), "model.yaml")
    before = len(faults(folder / "model.yaml"))
    target = folder / "changed.yaml"
    for path, line, column in places(fault, locations):
        for document in readings(raw, path, line, column, hint):
            target.write_text(json.dumps(document), encoding="utf-8")
            left = faults(target)
            if (len(left) < before or {other.code for other in left} <= step) and (fault.code, fault.what) not in {
                (other.code, other.what) for other in left
            }:
                return True
    return False


@pytest.mark.parametrize("case", CASES)
def test_every_hint_leads_to_another_message(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "model"
    shutil.copytree(FOLDER / case, folder)
    monkeypatch.chdir(folder)
    idle = [
        (fault.code, hint)
        for fault in faults(Path("model.yaml"))
        if fault.code not in ("yaml-syntax", "quote-it") and fault.file == "model.yaml"
        for hint in hints(fault)
        if not leads_on(folder, fault, hint, STEPS.get(case, set()))
    ]
    assert not idle
