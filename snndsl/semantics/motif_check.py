"""What must hold in motifs: neurons that exist, times on the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from snndsl.errors import ModelError
from snndsl.expressions import TextFault, tree
from snndsl.semantics.population_check import check_value
from snndsl.semantics.selection import resolve
from snndsl.semantics.terms import parse_term

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_motifs"]


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


def _time(model: CheckedModel, text: Any, path: tuple[str | int, ...]) -> None:
    from snndsl.expressions.dimensions import TIME
    from snndsl.semantics.check import whole_steps

    place, before = model.place(*path), len(model.faults)
    check_value(model, str(text), TIME, "a time of a motif", {}, *path)
    if len(model.faults) > before:
        return
    try:
        term = parse_term(str(text), place)
        if isinstance(term.tree, tree.Number):
            whole_steps(term, model.step, "a time of a motif")
    except TextFault as error:
        model.faults.append(place.fault(error))
    except ModelError as error:
        model.faults += error.faults
