"""Which integrator advances each state of an element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.errors import Fault, listed, nearest
from snndsl.integrators import INTEGRATORS
from snndsl.model.text import Place
from snndsl.semantics.copies import listed_copies, spread
from snndsl.semantics.draft import ElementDraft

__all__ = ["choose_integrators", "integrator_table"]


def choose_integrators(element: ElementDraft, given: Any, place: Place) -> None:
    """Enter the integrator of every state that has an equation, as the section ``integrator`` of a definition says."""
    if not element.derivatives:
        return
    if given is None:
        element.faults.append(
            place.problem("integrator-missing", f"{element.name!r} has equations but no integrator", listed(INTEGRATORS))
        )
        return
    where = place.inner("integrator")
    table = integrator_table(element, given, where, element.faults)
    for state in element.derivatives:
        method = table.get(state, table.get("rest"))
        if method is None:
            element.faults.append(
                where.problem("integrator-missing", f"no integrator is given for {state!r}", "one for each state, or rest: ..")
            )
        else:
            element.integrators[state] = method


def integrator_table(element: ElementDraft, given: Any, where: Place, faults: list[Fault]) -> dict[str, str]:
    """Return integrators by state, and that of the ``rest``; unknown ones, and states without an equation, are reported."""
    table: dict[str, str] = {}
    for name, method in (given if isinstance(given, Mapping) else {"rest": given}).items():
        if method not in INTEGRATORS:
            near = nearest(str(method), INTEGRATORS)
            what = f"there is no integrator {str(method)!r}"
            faults.append(where.problem("integrator-unknown", what, listed(INTEGRATORS), near))
        for state in spread(str(name), element.copies, element.derivatives):
            table[state] = str(method)
            if state != "rest" and state not in element.derivatives:
                known = listed(listed_copies(element.derivatives))
                faults.append(where.problem("name-unknown", f"{state!r} has no equation", known))
    return table
