"""Motifs are read: neurons that exist, times on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from snndsl.errors import ModelError
from snndsl.expressions.dimensions import TIME
from snndsl.model.motif import DeclaredMotif, MotifEvents, SpikeColumns
from snndsl.model.text import Term
from snndsl.schema.observation import MotifSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.reading import Reading
from snndsl.semantics.selection import resolve
from snndsl.semantics.usable import PURE
from snndsl.semantics.values import read_moment, read_value
from snndsl.units import ONE

__all__ = ["read_motifs"]


def read_motifs(reading: Reading) -> dict[str, DeclaredMotif]:
    """Return the section ``motifs``."""
    found = {}
    for name, spec in reading.spec.motifs.items():
        spikes = _spikes(reading, name, spec)
        arrive, leads_to = (_events(reading, name, part, getattr(spec, part)) for part in ("arrive", "leads_to"))
        tolerance = None if spec.tolerance is None else _time(reading, spec.tolerance, ("motifs", name, "tolerance"))
        if spikes is not None:
            found[name] = DeclaredMotif(name, reading.place("motifs", name), spikes, arrive, leads_to, tolerance)
    return found


def _spikes(reading: Reading, name: str, spec: MotifSpec) -> MotifEvents | SpikeColumns | None:
    """Return the spikes of a motif; None after reporting what is wrong."""
    if isinstance(spec.spikes, Mapping):
        if {"i", "t"} <= {*spec.spikes}:
            return _columns(reading, name, spec)
        if spec.in_ is not None:
            what = f"'in' at motif {name!r}, whose spikes name their neurons"
            reading.faults.append(reading.place("motifs", name).unused("in", what, "{i, t}, or no 'in'"))
        return _events(reading, name, "spikes", spec.spikes)
    what, expected = f"the spikes of motif {name!r} are no mapping", "{neuron: time}, or {i, t} with 'in'"
    reading.report(reading.place("motifs", name, "spikes"), "motif-spikes", what, expected)
    return None


def _columns(reading: Reading, name: str, spec: MotifSpec) -> SpikeColumns | None:
    """Return spikes that are given as arrays."""
    place = reading.place("motifs", name, "in")
    terms = {}
    for key, wanted in (("i", ONE), ("t", TIME)):
        given = spec.spikes[key]
        value = tuple(map(str, given)) if isinstance(given, list | tuple) else str(given)
        path = ("motifs", name, "spikes", key)
        terms[key] = read_value(reading, value, wanted, key, builtin_dimensions("columns"), *path, functions=PURE).terms
    if spec.in_ is None:
        what = f"motif {name!r} lists spikes as arrays and has no 'in'"
        reading.report(place, "key-missing", what, "in: POPULATION or group")
        return None
    try:
        selection = resolve((spec.in_,), reading.sizes, reading.spec.groups, place, f"motif {name!r} is in", reading.number)
    except ModelError as error:
        reading.faults += error.faults
        return None
    i, t = terms["i"], terms["t"]
    return None if i is None or t is None else SpikeColumns(selection, i, t)


def _events(reading: Reading, name: str, section: str, given: Mapping[str, Any]) -> MotifEvents:
    """Return named neurons with their times."""
    events = []
    for neuron, times in given.items():
        path = ("motifs", name, section, neuron)
        who = _neuron(reading, name, str(neuron), path)
        several = isinstance(times, list | tuple)
        items = [((*path, k), item) for k, item in enumerate(times)] if several else [(path, times)]
        terms = [_time(reading, item, inside) for inside, item in items]
        if who is not None:
            events.append((*who, tuple(term for term in terms if term is not None)))
    return MotifEvents(tuple(events))


def _neuron(reading: Reading, name: str, neuron: str, path: tuple[str | int, ...]) -> tuple[str, int] | None:
    """Return population and index of a neuron that a motif names; faults stand at its name."""
    try:
        who, place = f"motif {name!r} names", reading.place(*path)
        selection = resolve((neuron,), reading.sizes, reading.spec.groups, place, who, reading.number)
        if selection.size != 1:
            what = f"motif {name!r} names {neuron!r}, {selection.size} neurons"
            first = f"{selection.populations[0]}[0]"
            raise ModelError(reading.place(*path).problem("not-one-neuron", what, "one neuron", first))
    except ModelError as error:
        where = reading.source.locations.key(path)
        reading.faults += [replace(f, file=where.file, line=where.line, column=where.column) for f in error.faults]
        return None
    [block] = selection.blocks
    return block.population, block.start


def _time(reading: Reading, text: Any, path: tuple[str | int, ...]) -> Term | None:
    return read_moment(reading, text, "a time of a motif", *path)
