"""Ports of targets: what a projection or an injection may write into."""

from __future__ import annotations

from snndsl.errors import listed, nearest
from snndsl.model.selection import Selection
from snndsl.semantics.copies import listed_copies
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result
from snndsl.units import ONE, Dimension

__all__ = ["delivery_dimension", "port_dimension"]


def port_dimension(reading: Reading, targets: Selection, port: str, what: str, *path: str | int) -> Dimension | None:
    """Return the dimension of a port that every target must have; None after reporting what is wrong."""
    found: dict[str, Result] = {}
    for population in targets.populations:
        element = reading.element(population)
        if element is None:
            return None
        forced = population not in reading.spec.signals
        known = [*element.port_names, *(["spike"] if forced else [])]
        kind: Result | None = ONE if port == "spike" and forced else None
        if port in element.port_names:
            kind = reading.scope_of(population).lookup(element.port_names[port])
        if kind is None:
            near = nearest(port, known)
            fault = reading.place(*path).problem(
                "port-unknown", f"{what}: {population!r} has no port {port!r}", listed(listed_copies(known)), near
            )
            reading.faults.append(fault)
            return None
        found[population] = kind
    kinds = {kind for kind in found.values() if isinstance(kind, Dimension)}
    if len(kinds) > 1:
        said = ", ".join(f"{population} in {kind}" for population, kind in found.items())
        reading.report(reading.place(*path), "dimension", f"{what}: the ports differ in unit ({said})", "one unit")
        return None
    return next(iter(kinds), None)


def delivery_dimension(reading: Reading, projection: str, targets: Selection, port: str) -> Result | None:
    """Return the dimension of a port that a rule of a projection delivers to; None after reporting what is wrong.

    Nothing bounds what arrives there but the rule's own statements, so the grid of the port has to be written.
    """
    path, who = ("projections", projection, "plasticity"), f"a rule of projection {projection!r}"
    found = port_dimension(reading, targets, port, who, *path)
    if found is None or port == reading.spec.projections[projection].port:
        return found
    for population in targets.populations:
        element = reading.elements.get(population)
        flat = "" if element is None else element.port_names.get(port, "")
        if element is None or (flat and element.ports[flat].quantum is not None):
            continue
        what = f"{who} delivers to {port!r} of {population!r}, and nothing says how much at most"
        expected = "a 'quantum' of that port: what arrives there is a multiple of it"
        quantum = "2**-30" if found == ONE else f"2**-30*(1 {found})"
        hint = f"{port}: {{unit: {found}, quantum: {quantum}}} in the ports"
        reading.report(reading.place(*path), "quantum-missing", what, expected, hint)
        return None
    return found
