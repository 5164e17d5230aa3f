"""Quantities of other packages as text: recognised by what they have, none of the packages is imported.

Pint and quantities have a magnitude and a unit with a name, which are kept. Brian2 has a number in SI units and
exponents: ``0.3*ms`` is the double 0.0003, of which the decimal with at most 15 digits is taken.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["quantity_text"]

_OMEGAS = ("\N{GREEK CAPITAL LETTER OMEGA}", "\N{OHM SIGN}")
_SPELLED = str.maketrans({"\N{MICRO SIGN}": "u", "\N{GREEK SMALL LETTER MU}": "u", " ": None} | dict.fromkeys(_OMEGAS, "Ohm"))
_OHM = {"ohm": "Ohm", "kohm": "kOhm", "Mohm": "MOhm", "Gohm": "GOhm"}


def quantity_text(value: Any) -> Any:
    """Return a quantity of Pint, quantities or Brian2 as text, an array of them as nested lists; None: it is none.

    Parameters
    ----------
    value : Any
        Whatever stands in a model.

    Raises
    ------
    ValueError
        A quantity of Brian2 that no unit of the language fits.
    """
    if hasattr(value, "dim") and hasattr(value.dim, "_dims"):
        return _written(np.asarray(value), _si_unit(value.dim._dims), "{:.15g}")
    if not hasattr(value, "magnitude") or not hasattr(value, "units"):
        return None
    named: Any = getattr(value, "dimensionality", None)
    unit = str(named.string) if hasattr(named, "string") else f"{value.units:~}"
    unit = unit.translate(_SPELLED).replace("**", "^")
    return _written(np.asarray(value.magnitude), "*".join(_OHM.get(part, part) for part in unit.split("*")), "{!r}")


def _written(magnitude: Any, unit: str, form: str) -> Any:
    if magnitude.ndim:
        return [_written(item, unit, form) for item in magnitude]
    number = magnitude.item()
    if unit in ("", "1", "dimensionless"):
        return number
    return f"{form.format(number)} {unit}"


def _si_unit(exponents: Any) -> str:
    """Return a product of units of the language for exponents of m, kg, s, A, K, mol and cd.

    With kg = V*A*s^3/m^2 and mol = M*m^3/1000, which makes numbers per volume those in mM.
    """
    metre, kilogram, second, ampere, kelvin, mole, candela = (float(item) for item in exponents)
    powers = {
        "V": kilogram,
        "A": ampere + kilogram,
        "s": second + 3 * kilogram,
        "m": metre - 2 * kilogram + 3 * mole,
        "mM": mole,
    }
    if kelvin or candela or any(power != int(power) for power in powers.values()):
        raise ValueError("a quantity of temperature, of light or of a root of a unit")
    return "*".join(f"{symbol}^{int(power)}" if power != 1 else symbol for symbol, power in powers.items() if power)
