"""What must hold in motifs and where they are wired: neurons that exist, times on the grid, numbers that make sense."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions import TextFault, tree
from snndsl.expressions.dimensions import TIME
from snndsl.schema.projection import ProjectionSpec
from snndsl.semantics.constants import constant_value
from snndsl.semantics.population_check import check_value
from snndsl.semantics.selection import resolve
from snndsl.semantics.terms import parse_term
from snndsl.semantics.usable import PURE
from snndsl.units import ONE, Dimension

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_motif_wiring", "check_motifs"]


def check_motifs(model: CheckedModel) -> None:
    """Check the section ``motifs``."""
    for name, motif in model.spec.motifs.items():
        for section in ("spikes", "arrive", "leads_to"):
            given = getattr(motif, section)
            if isinstance(given, Mapping) and not {"i", "t"} <= {*given}:
                for neuron, times in given.items():
                    _neuron(model, name, str(neuron), section)
                    for path, time in _each(times, ("motifs", name, section, neuron)):
                        _time(model, time, path)
        if motif.tolerance is not None:
            _time(model, motif.tolerance, ("motifs", name, "tolerance"))


def check_motif_wiring(model: CheckedModel, name: str, spec: ProjectionSpec) -> None:
    """Check a projection that wires a motif: its name, what is said beside it, and no delay of its own."""
    connect = spec.connect
    if connect.value not in model.spec.motifs:
        place = model.place("projections", name, "connect")
        near = nearest(str(connect.value), model.spec.motifs)
        what = f"there is no motif {connect.value!r}"
        model.faults.append(place.problem("name-unknown", what, listed(model.spec.motifs), near))
    if spec.delay is not None:
        what = f"projection {name!r} has a delay, and its delays follow from motif {connect.value!r}"
        model.faults.append(model.place("projections", name, "delay").problem("delay-of-motif", what, "no 'delay'"))
    step = float(model.step)
    latency = _number(model, connect.latency, TIME, "the latency", "projections", name, "connect", "latency")
    if latency is not None and not 0 <= latency < math.inf:
        place = model.place("projections", name, "connect", "latency")
        model.faults.append(place.problem("latency", f"a latency of {latency:.12g} ms", "a time, 0 ms or later"))
    longest = _number(model, connect.longest, TIME, "the longest delay", "projections", name, "connect", "longest")
    if longest is not None and not step / 2 < longest < math.inf:
        place = model.place("projections", name, "connect", "longest")
        expected = f"at least one step of {step!r} ms"
        model.faults.append(place.problem("delay-below-step", f"a longest delay of {longest:.12g} ms", expected))
    inputs = _number(model, connect.inputs, ONE, "the number of inputs", "projections", name, "connect", "inputs")
    if inputs is not None and (not 1 <= inputs < 2**31 or inputs != int(inputs)):
        place = model.place("projections", name, "connect", "inputs")
        model.faults.append(place.problem("not-a-whole-number", f"{inputs:.12g} inputs", "a whole number, at least 1"))


def _number(model: CheckedModel, text: str | None, wanted: Dimension, what: str, *path: str | int) -> float | None:
    """Return a constant of a rule; None if it is not given, or after reporting what is wrong."""
    before = len(model.faults)
    if text is None:
        return None
    if wanted == TIME:
        _time(model, text, path, what)
    else:
        check_value(model, text, wanted, what, {}, *path, functions=PURE)
    return constant_value(model, text, *path) if len(model.faults) == before else None


def _neuron(model: CheckedModel, name: str, neuron: str, section: str) -> None:
    path = ("motifs", name, section, neuron)
    try:
        selection = resolve((neuron,), model.sizes, model.spec.groups, model.place(*path), f"motif {name!r} names")
        if selection.size != 1:
            what = f"motif {name!r} names {neuron!r}, {selection.size} neurons"
            raise ModelError(model.place(*path).problem("not-one-neuron", what, "one neuron", f"{selection.populations[0]}[0]"))
    except ModelError as error:
        where = model.source.locations.key(path)
        for fault in error.faults:
            model.faults.append(
                type(fault)(fault.code, fault.what, where.file, where.line, where.column, fault.expected, fault.try_)
            )


def _each(times: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(times, list | tuple):
        yield from (((*path, k), item) for k, item in enumerate(times))
    else:
        yield path, times


def _time(model: CheckedModel, text: Any, path: tuple[str | int, ...], what: str = "a time of a motif") -> None:
    from snndsl.semantics.check import whole_steps

    place, before = model.place(*path), len(model.faults)
    check_value(model, str(text), TIME, what, {}, *path, functions=PURE)
    if len(model.faults) > before:
        return
    try:
        term = parse_term(str(text), place)
        if isinstance(term.tree, tree.Number):
            whole_steps(term, model.step, what)
    except TextFault as error:
        model.faults.append(place.fault(error))
    except ModelError as error:
        model.faults += error.faults
