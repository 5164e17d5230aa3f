"""What counts as a polychronous group: one frozen set of numbers for each definition in the literature, one file each.

Times are in steps. The published numbers, the defaults, are of steps of 1 ms; `definition_of` brings them to other steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from snndsl.errors import Fault, ModelError, nearest
from snndsl.polychrony.definitions.activated import Activated
from snndsl.polychrony.definitions.base import LONGEST, Definition
from snndsl.polychrony.definitions.event_triggered import EventTriggered
from snndsl.polychrony.definitions.izhikevich2006 import Izhikevich2006
from snndsl.polychrony.definitions.probabilistic import Probabilistic
from snndsl.polychrony.definitions.structural import Structural

__all__ = [
    "DEFINITIONS",
    "Activated",
    "Definition",
    "EventTriggered",
    "Izhikevich2006",
    "Probabilistic",
    "Structural",
    "definition_of",
]

DEFINITIONS: dict[str, type[Definition]] = {
    kind.name: kind for kind in (Izhikevich2006, EventTriggered, Structural, Probabilistic, Activated)
}


def definition_of(
    name: str, parameters: Mapping[str, Any] | None = None, *, step_ms: float = 1.0, longest: int = 0
) -> Definition:
    """Return a definition by name.

    Parameters
    ----------
    name : str
        One of `DEFINITIONS`.
    parameters : mapping, optional
        Numbers that differ from the published ones; times in steps.
    step_ms : float
        Length of a step; published times are brought to it.
    longest : int
        Longest delay of the network, steps; where it is above the published one, probes last longer.

    Returns
    -------
    Definition
        The definition.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter.
    """
    if name not in DEFINITIONS:
        near = nearest(name, DEFINITIONS)
        raise ModelError(Fault("definition-unknown", f"{name!r}", expected=", ".join(DEFINITIONS), try_=near))
    kind = DEFINITIONS[name]
    given = dict(parameters or {})
    known = [field.name for field in fields(kind)]
    unknown = [key for key in given if key not in known]
    if unknown:
        what, near = f"{name} has no parameter {unknown[0]!r}", nearest(unknown[0], known)
        raise ModelError(Fault("definition-parameter", what, expected=", ".join(known), try_=near))
    defaults: dict[str, Any] = {field.name: field.default for field in fields(kind)}
    for key in kind.TIMES:
        if step_ms != 1.0:
            defaults[key] = max(1, round(float(defaults[key]) / step_ms))
    chosen: dict[str, Any] = defaults | given
    if "max_delay" not in given:
        chosen["max_delay"] = max(longest, int(chosen["max_delay"]))
    for key, value in chosen.items():
        chosen[key] = _typed(name, key, value, defaults[key])
    if "last_step" not in given:
        answer = sum(int(chosen.get(key, 0)) for key in ("latency", "slow", "jitter"))
        chosen["last_step"] = min(LONGEST, max(int(chosen["last_step"]), 2 * int(chosen["max_delay"]) + answer + 2))
    return kind(**chosen)


def _typed(name: str, key: str, value: Any, default: Any) -> Any:
    """Return a parameter as the type that it has; text of a command line or a model file is read."""
    wanted: type = float if key == "fraction_of" else type(default)
    if value is None and key == "fraction_of":
        return None
    try:
        if wanted is bool:
            return {"true": True, "false": False}[str(value).lower()]
        if wanted is int:
            if float(value) != int(float(value)):
                raise ValueError
            return int(float(value))
        return wanted(value)
    except (KeyError, TypeError, ValueError, OverflowError):
        kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a word"}
        raise ModelError(Fault("definition-parameter", f"{name}: {key} is {value!r}", expected=kinds[wanted])) from None
