"""Definitions fitted to a network, and those of a model's section ``discover`` at their places in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from snndsl.errors import Fault, ModelError
from snndsl.model.checked import CheckedModel
from snndsl.model.search import DeclaredSearch
from snndsl.polychrony.definitions import Definition, definition_of
from snndsl.units import Dimension

__all__ = ["definition_faults", "fitted", "placed"]


def fitted(name: str, numbers: Mapping[str, Any], step_ms: float, longest: int, units: Sequence[str]) -> Definition:
    """Return a definition for a network.

    Parameters
    ----------
    name : str
        Of the definition.
    numbers : mapping
        What differs from the published numbers; times in steps, weights in units of the program.
    step_ms : float
        Length of a step, ms.
    longest : int
        Longest delay, steps.
    units : sequence of str
        Of the weights; empty if they are not known.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter, weights-of-several-units.
    """
    if len(units) > 1:
        what = f"weights in {' and '.join(units)}: they cannot be compared, nor shuffled"
        raise ModelError(Fault("weights-of-several-units", what, expected="weights in one unit"))
    definition = definition_of(name, numbers, step_ms=step_ms, longest=longest)
    if definition.strong > 0 and "threshold" not in numbers and tuple(units) not in ((), ("1",)):
        what = f"weights in {units[0]}, but no threshold (the published one has no unit)"
        hint = f'--threshold "5 {units[0]}", in a model strong: w > 5 {units[0]}'
        raise ModelError(Fault("definition-parameter", what, expected="the weight above which a synapse is strong", try_=hint))
    return definition


def placed(wanted: DeclaredSearch, scale: tuple[float, int, Sequence[str]], **defaults: Any) -> Definition:
    """Return the definition of an entry of a model's section, its faults at the place of the definition.

    `scale` is step, longest delay and units as in `fitted`; `defaults` hold where the entry says nothing.
    """
    try:
        return fitted(wanted.kind, defaults | dict(wanted.numbers), *scale)
    except ModelError as error:
        where = wanted.place.at()
        raise ModelError(replace(f, file=where.file, line=where.line, column=where.column) for f in error.faults) from None


def definition_faults(checked: CheckedModel) -> list[Fault]:
    """Return what is wrong with the definitions in the section ``discover`` of a model, at their places."""
    faults: list[Fault] = []
    for wanted in checked.searches.values():
        try:
            placed(wanted, (float(checked.step), 1, (str(wanted.weight),) if isinstance(wanted.weight, Dimension) else ()))
        except ModelError as error:
            faults += error.faults
    return faults
