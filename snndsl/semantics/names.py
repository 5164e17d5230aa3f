"""What a user may call things: letters, digits and single underscores, beginning with a letter, no word of the language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from snndsl.errors import Fault
from snndsl.expressions import FUNCTIONS, TextFault
from snndsl.expressions.lexer import KEYWORDS, check_name
from snndsl.frontend.loader import ModelSource
from snndsl.ir.program import NEURON_BUILTINS, RULE_BUILTINS
from snndsl.locations import Path
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.wording import wording_faults

__all__ = ["name_faults"]

_SECTIONS = (
    "constants", "data", "imports", "parts", "neurons", "signals", "plasticity", "populations", "groups", "projections",
    "stimuli", "motifs", "expect", "discover",
)  # fmt: skip
_DEFINITIONS = ("parts", "neurons", "signals", "plasticity")
_INSIDE = ("parameters", "needs", "state", "ports", "parts", "traces")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHOWN = 40
_NEURON = {*NEURON_BUILTINS, "spike"} - {*builtin_dimensions("element")}
_RULE = {*RULE_BUILTINS, "pre", "post", "axonal", "dendritic"} - {*builtin_dimensions("rule")}  # columns of synapses, too
_PROGRAM = {"neurons": _NEURON, "signals": _NEURON, "plasticity": _RULE, "constants": _NEURON | _RULE}
_SIDES = ("pre", "post")
"""What a rule calls the neurons of a synapse."""
_SPIKING = ("populations", "groups", "stimuli", "signals")


def name_faults(source: ModelSource) -> Iterator[Fault]:
    """Yield what is wrong with the names that a file and those it imports declare."""
    sources = [source]
    for file in sources:  # grows: files import others, and several may import one
        yield from _names_of(file)
        sources += [inner for inner in file.imports.values() if all(inner is not known for known in sources)]


def _names_of(source: ModelSource) -> Iterator[Fault]:
    yield from _model_name(source)
    for path, name in _declared(source):
        fault = _fault(name)
        if fault is None and path[0] == "data" and name in FUNCTIONS:
            fault = TextFault("name-reserved", f"{name!r} is a function", 0, "another name")
        if fault is None and name in _PROGRAM.get(str(path[0]), ()) and len(path) == (2 if path[0] == "constants" else 4):
            fault = TextFault("name-reserved", f"{name!r} is a name of every program", 0, "another name")
        if fault is None and path[0] == "signals" and len(path) == 2 and (name in _SIDES or name in source.spec.data):
            what = "what rules call a neuron" if name in _SIDES else "also the name of data"
            fault = TextFault("name-reserved", f"{name!r} is {what}", 0, "another name")
        if fault is not None:
            yield _placed(source, path, fault)
    yield from _taken(source)
    yield from wording_faults(source)


def _model_name(source: ModelSource) -> Iterator[Fault]:
    fault = _fault(source.spec.name)
    if fault is not None:
        where = source.locations.value(("name",))
        yield Fault(fault.code, fault.what, where.file, where.line, where.column, fault.expected, fault.try_)


def _declared(source: ModelSource) -> Iterator[tuple[Path, str]]:
    for section in _SECTIONS:
        for name, spec in getattr(source.spec, section, {}).items():
            yield (section, name), name
            if section in _DEFINITIONS:
                for inside in _INSIDE:
                    for inner in getattr(spec, inside, {}):
                        yield (section, name, inside, inner), inner
            if section in ("populations", "stimuli"):
                for inner in spec.let:
                    yield (section, name, "let", inner), inner


def _fault(name: str) -> TextFault | None:
    if name in KEYWORDS:
        return TextFault("name-reserved", f"{name!r} is a word of the language", 0, "another name")
    if name.isascii() and not _NAME.fullmatch(name):
        shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
        return TextFault(
            "name-reserved", f"{shown!r} is no name", 0, "letters, digits and _, beginning with a letter", _plain(name)
        )
    try:
        check_name(name, 0)
    except TextFault as error:
        return error
    return None


def _plain(name: str) -> str:
    """Return a name that is near and allowed, if there is one."""
    near = "".join(character if character.isalnum() else "_" for character in name).strip("_")
    while "__" in near:
        near = near.replace("__", "_")
    return near if near and near[0].isalpha() and near != name and len(near) <= _SHOWN else ""


def _taken(source: ModelSource) -> Iterator[Fault]:
    """Yield names that mean two things where spikes come from or go to."""
    first: dict[str, str] = {}
    for section in _SPIKING:
        names: Iterable[Any] = getattr(source.spec, section, {})
        for name in names:
            if name in first:
                line = source.locations.key((first[name], name)).line
                what = f"{name!r} is already a name in {first[name]} (line {line})"
                yield _placed(source, (section, name), TextFault("name-twice", what, 0, "another name"))
            first.setdefault(name, section)


def _placed(source: ModelSource, path: Path, fault: TextFault) -> Fault:
    where = source.locations.key(path)
    return Fault(fault.code, fault.what, where.file, where.line, where.column, fault.expected, fault.try_)
