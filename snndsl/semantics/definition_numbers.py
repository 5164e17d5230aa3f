"""Numbers of a definition of groups: times become steps, weights become those of the program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from snndsl.errors import Fault, ModelError, TextFault
from snndsl.semantics.times import time_in_steps
from snndsl.units import parse_quantity, to_internal

__all__ = ["read_number", "read_numbers"]

_KEYS = {"weak_to_inh": "weak_to_inhibitory", "strong": "threshold"}
"""What a model file calls a number of a definition."""


def read_numbers(given: Mapping[str, Any], step: Fraction, units: Sequence[str] | None) -> dict[str, Any]:
    """Return the numbers of a definition as a search takes them.

    Parameters
    ----------
    given : mapping
        As in `read_number`.
    step : Fraction
        Length of a step, ms.
    units : sequence of str or None
        Of the weights: none of a bare table, whose weights are numbers; None: not known.

    Raises
    ------
    ModelError
        definition-parameter, off-grid.
    """
    share = given.get("fraction_of") is not None
    return dict(read_number(key, value, step, units, share) for key, value in given.items())


def read_number(key: str, value: Any, step: Fraction, units: Sequence[str] | None, share: bool) -> tuple[str, Any]:
    """Return the name of a number of a definition, and the number.

    Parameters
    ----------
    key : str
        As it is written; ``strong`` is a threshold.
    value : object
        A number, a word, a time such as ``"2 ms"``; of ``threshold`` or ``fraction_of`` a weight such as ``"0.5 mV"``, of
        ``strong`` as ``w > 0.5 mV``.
    step : Fraction
        Length of a step, ms.
    units : sequence of str or None
        As in `read_numbers`.
    share : bool
        The threshold is a share of ``fraction_of``, which is the weight then.

    Raises
    ------
    ModelError
        definition-parameter, off-grid.
    """
    name = _KEYS.get(key, key)
    if value is None:
        return name, None
    given = _strong(str(value)) if key == "strong" else value
    if name == ("fraction_of" if share else "threshold"):
        return name, _weight(name, str(given), step, units)
    return name, given if name == "threshold" else _steps(name, given, step)


def _steps(name: str, value: Any, step: Fraction) -> Any:
    """Return a time as steps; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        quantity = parse_quantity(value)
    except TextFault:
        return value
    return value if quantity is None or quantity.unit.text == "1" else time_in_steps(value, step, name)


def _weight(name: str, text: str, step: Fraction, units: Sequence[str] | None) -> float:
    """Return a weight, such as ``9.5`` or ``0.5 mV``, in the units of the program."""
    known = tuple(units or ("1",))
    expected = f"a weight in {known[0]}" if known != ("1",) else "a weight, a number"
    try:
        quantity = parse_quantity(text.strip())
    except TextFault as error:
        raise ModelError(Fault("definition-parameter", f"{name} {text!r}: {error.what}", expected=expected)) from None
    if quantity is None or (units is not None and str(quantity.unit.dimension) not in known):
        raise ModelError(Fault("definition-parameter", f"{name} {text!r}", expected=expected))
    return to_internal(quantity.value, quantity.unit, step)


def _strong(text: str) -> str:
    """Return the weight of ``w > weight``."""
    left, sign, right = text.partition(">")
    if left.strip() != "w" or not sign:
        raise ModelError(Fault("definition-parameter", f"strong is {text!r}", expected="w > WEIGHT", try_="w > 9.5"))
    return right.strip()
