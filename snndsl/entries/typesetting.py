"""Texts of the language as a paper would print them, in one line each."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["aligned", "typeset"]

_GREEK = dict(
    zip(
        (
            "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
            "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Delta", "Gamma", "Theta", "Lambda", "Phi",
            "Psi", "Omega",
        ),
        "αβγδεζηθικλμνξπρστφχψωΔΓΘΛΦΨΩ",
        strict=True,
    )
)  # fmt: skip
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TOKEN = re.compile(
    r"(?P<comment>#.*)|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z]\w*)|\*\*(?P<power>\d+)(?![\w.])"
    r"|(?P<sign>\*\*|>=|<=|!=|[+*/-]=|[*-])"
)
_SIGNS = {"**": "^", ">=": "≥", "<=": "≤", "!=": "≠", "*": "·", "-": "−"}


def typeset(text: str) -> str:
    """Return a line with Greek letters, raised exponents and signs of mathematics; a comment is left as it is.

    Parameters
    ----------
    text : str
        ``dV/dt = (E_L - V)/tau_m`` becomes ``dV/dt = (E_L − V)/τ_m``.
    """
    return _TOKEN.sub(_token, text)


def aligned(lines: Sequence[str]) -> list[str]:
    """Return equations or statements with their signs of equality below each other."""
    parts = [re.match(r"(\S+)(\s*)((?:[+*/·−-])?=)\s(.*)", line) for line in lines]
    widths = [len(part[1]) + len(part[3]) for part in parts if part]
    width = max(widths, default=0)
    return [
        line if part is None else f"{part[1]} {' ' * (width - len(part[1]) - len(part[3]))}{part[3]} {part[4]}"
        for line, part in zip(lines, parts, strict=True)
    ]


def _token(found: re.Match[str]) -> str:
    if found["name"]:
        return _name(found["name"])
    if found["power"]:
        return found["power"].translate(_RAISED)
    if found["sign"]:
        return _SIGNS.get(found["sign"], found["sign"])
    return found[0]


def _name(text: str) -> str:
    """Return a name with the letters that it spells: ``tau_m``, ``dtheta``, ``lambda_``."""
    head, *rest = text.split("_")
    if head in _GREEK:
        head = _GREEK[head]
    elif head[:1] == "d" and head[1:] in _GREEK and len(head) > len("dpi"):
        head = f"d{_GREEK[head[1:]]}"
    return "_".join([head, *(_GREEK.get(part, part) for part in rest)]).rstrip("_")
