"""Every key that a model may hold is read: given a value, it changes what the model means, or a fault says why it cannot.

Each piece of a model that holds one of everything gets each key that it lacks, with values that the schema takes.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from pydantic.fields import FieldInfo

from snndsl.errors import ModelError
from snndsl.frontend.loader import ModelSource, source_from
from snndsl.frontend.yaml import read_yaml
from snndsl.locations import SourceMap
from snndsl.model.text import Place
from snndsl.schema.projection import ConnectSpec
from snndsl.semantics.check import check
from snndsl.spec import Spec

FILE = Path(__file__).with_suffix(".yaml")
CANDIDATES = [True, 3, "3 ms", "0.7", "elsewhere", ["0.7", "0.2"], ["3 ms", "5 ms"], {"elsewhere": "0.7"}]

FOR_PEOPLE = {"title", "description", "references", "meanings", "example", "source"}
IDLE = {
    ("SpikeListSpec", "duplicates"): "'error' is what is done where nothing is said",
}
"""Keys that may be given without effect."""


def meaning(value: Any) -> Any:
    """Return what a part of a checked model says, without the places where it is said."""
    if isinstance(value, Place | SourceMap) or type(value) is object:  # the last tells two calls of one text apart
        return None
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return (type(value).__name__, *((item.name, meaning(getattr(value, item.name))) for item in fields))
    if isinstance(value, Mapping):
        return tuple((str(key), meaning(item)) for key, item in value.items())
    if isinstance(value, tuple | list):
        return tuple(map(meaning, value))
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    return repr(value)


def alias(form: type[Spec], name: str) -> str:
    return form.known()[name].alias or name


def pieces(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Spec]]:
    """Yield every piece of a specification with its path in the file."""
    if isinstance(value, ConnectSpec):
        yield from pieces(value.given, path)
    elif isinstance(value, Spec):
        yield path, value
        for name in type(value).model_fields:
            yield from pieces(getattr(value, name), (*path, alias(type(value), name)))
    elif isinstance(value, Mapping | tuple):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from pieces(item, (*path, key))


def inside(raw: Any, path: tuple[str | int, ...]) -> Any:
    """Return what stands at a path; None for what is written in a short form."""
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, TypeError):
            return None
    return raw


def values(field: FieldInfo) -> list[Any]:
    """Return values that a key might take, other than its default."""
    forms = (field.annotation, *get_args(field.annotation))
    literals = [item for form in forms if get_origin(form) is Literal for item in get_args(form)]
    return [item for item in literals or CANDIDATES if item != field.default]


def read(raw: Any) -> ModelSource | None:
    """Return a model; None if the schema does not take it."""
    try:
        return source_from(raw, SourceMap("model.yaml"), "model.yaml", None, {})
    except ModelError:
        return None


def said(source: ModelSource) -> Any:
    """Return what a model means, or what is wrong with it."""
    try:
        return meaning(check(source))
    except ModelError as error:
        return str(error)


@cache
def judged() -> tuple[dict[tuple[str, str], int], set[tuple[str, str]], list[str]]:
    """Return how many values of each key were tried, the keys some value of which changed nothing, and these values."""
    raw, _ = read_yaml(FILE.read_bytes(), "model.yaml")
    whole = read(raw)
    assert whole is not None
    before = said(whole)
    assert not isinstance(before, str), before
    assert said(whole) == before
    tried: dict[tuple[str, str], int] = {}
    idle, where = set(), []
    for path, piece in pieces(whole.spec):
        mine, form = inside(raw, path), type(piece)
        for name, field in form.known().items() if isinstance(mine, Mapping) else ():
            key = alias(form, name)
            tried[form.__name__, key] = tried.get((form.__name__, key), 0) + (key in mine)
            for value in ["(without)"] if key in mine else [] if key in FOR_PEOPLE else values(field):
                changed = copy.deepcopy(raw)
                if key in mine:
                    del inside(changed, path)[key]
                else:
                    inside(changed, path)[key] = value
                source = read(changed)
                if source is None:
                    continue
                tried[form.__name__, key] += 1
                if said(source) == before:
                    idle.add((form.__name__, key))
                    where.append(f"{'.'.join(map(str, path))}.{key}: {value!r}")
    return tried, idle, where


@pytest.mark.slow
def test_no_key_is_ignored() -> None:
    _, idle, where = judged()
    assert idle == {*IDLE}, where


@pytest.mark.slow
def test_every_key_was_tried() -> None:
    """Either the model has it, or the schema took one of the values."""
    tried, _, _ = judged()
    assert [key for key, times in tried.items() if not times and key[1] not in FOR_PEOPLE] == []


def forms(form: type[Spec] = Spec) -> Iterator[type[Spec]]:
    for one in form.__subclasses__():
        yield one
        yield from forms(one)


@pytest.mark.slow
def test_the_model_has_one_of_everything() -> None:
    """Every piece of a model that has keys of its own is in the file."""
    tried, _, _ = judged()
    there = {form for form, _ in tried}
    shipped = {form.__name__ for form in forms() if form.__module__.startswith("snndsl.")}
    bases = {"DefinitionSpec", "ElementSpec", "LibrarySpec", "OwnerSpec"}
    assert shipped - there == {"ConnectSpec", *bases}  # the first is read by a rule
