"""Warnings about input that nothing reads: a port into which something goes, and which no text of the neuron names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from snndsl.errors import Fault
from snndsl.expressions.walk import names_in
from snndsl.model.checked import CheckedModel
from snndsl.model.element import Element
from snndsl.model.selection import Selection
from snndsl.model.text import Place

__all__ = ["unread_ports"]


def unread_ports(model: CheckedModel) -> Iterator[Fault]:
    """Yield a warning for each projection and injection into a port that its targets do not read.

    A plastic projection may: its weights change all the same.

    Parameters
    ----------
    model : CheckedModel
        The model.
    """
    for name, projection in model.projections.items():
        if projection.rule is None:
            yield from _unread(model, projection.targets, projection.port, f"projection {name!r}", projection.place)
    for name, stimulus in model.stimuli.items():
        if stimulus.targets is not None and stimulus.port:
            yield from _unread(model, stimulus.targets, stimulus.port, f"stimulus {name!r}", stimulus.place)


def _unread(model: CheckedModel, targets: Selection, port: str, who: str, place: Place) -> Iterator[Fault]:
    for population in targets.populations:
        element = model.elements[population].element if population in model.elements else None
        flat = "" if element is None else element.port_names.get(port, "")
        if element is None or not flat or flat in _read(element):
            continue
        what = f"{who} goes into {port!r}, which {element.name!r} does not read"
        fault = place.inner("port").problem("port-unread", what, f"{port!r} in its equations, or update: ... += {port}")
        yield replace(fault, severity="warning")
        return


def _read(element: Element) -> set[str]:
    """Return the names that anything in a neuron reads while it runs."""
    trees = [term.tree for term in (*element.aliases.values(), *element.derivatives.values())]
    trees += [term.tree for term in (element.threshold, element.silent_for, element.silent_while) if term is not None]
    timed = (instruction for timer in element.every for instruction in timer.instructions)
    trees += [instruction.statement.value for instruction in (*element.update, *timed, *element.reset)]
    return {name.text for tree in trees for name in names_in(tree)}
