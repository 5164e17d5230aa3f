"""What can go wrong, as values: a fault names its place, what was found, what fits and what to try.

A user's mistake is never a traceback. Every fault has a code made of words, and every error an exit status:
2 bad input or usage, 3 a tool or simulator is missing, 4 a simulator failed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "Fault",
    "ModelError",
    "SimulationFailed",
    "SnndslError",
    "TextFault",
    "ToolMissing",
    "UnsupportedByTarget",
    "listed",
    "nearest",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with what a user gave.

    Parameters
    ----------
    code : str
        Words joined by hyphens, for example ``size-not-positive``.
    what : str
        What was found, one sentence without a full stop.
    file : str
        As the user named it; empty if no file is concerned.
    line, column : int
        1-based; 0 if unknown.
    expected, try_ : str
        What fits, and what to write instead; empty if there is nothing useful to say.
    severity : str
        ``error`` or ``warning``.
    """

    code: str
    what: str
    file: str = ""
    line: int = 0
    column: int = 0
    expected: str = ""
    try_: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else f"{self.file}: " if self.file else ""
        text = f"{place}{self.severity}[{self.code}]: {self.what}"
        hints = [f"expected: {self.expected}"] if self.expected else []
        hints += [f"try: {self.try_}"] if self.try_ else []
        return text + "".join(f"\n  {hint}" for hint in hints)


class TextFault(Exception):  # noqa: N818 - a fault of a text whose place in a file only the caller knows
    """Something wrong inside a text.

    Parameters
    ----------
    code, what : str
        As in `Fault`.
    offset : int
        0-based, in the text or in line `line` of it.
    expected, try_ : str
        As in `Fault`.
    line : int
        0-based.
    """

    def __init__(self, code: str, what: str, offset: int = 0, expected: str = "", try_: str = "", line: int = 0) -> None:
        super().__init__(what)
        self.code, self.what, self.offset, self.expected, self.try_, self.line = code, what, offset, expected, try_, line


class SnndslError(Exception):
    """Base of every error that is reported without a traceback.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    exit_status = 2

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class ModelError(SnndslError):
    """The model, its data or an argument is wrong."""


class UnsupportedByTarget(SnndslError):
    """The model is right, but the chosen backend cannot run a part of it."""


class ToolMissing(SnndslError):
    """A compiler, header or simulator is not installed."""

    exit_status = 3


class SimulationFailed(SnndslError):
    """A simulator stopped with an error; the run folder stays readable."""

    exit_status = 4


def nearest(name: str, known: Iterable[object], cutoff: float = 0.5) -> str:
    """Return the known name that was probably meant, or nothing; one that differs only in case comes first.

    Parameters
    ----------
    name : str
        As written.
    known : iterable
        What there is.
    cutoff : float
        Least similarity, from 0 to 1.
    """
    names = [str(item) for item in known]
    same = [item for item in names if item.lower() == name.lower() and item != name]
    return (same or difflib.get_close_matches(name, [item for item in names if item != name], 1, cutoff) or [""])[0]


def listed(known: Iterable[object]) -> str:
    """Return what there is, for the line ``expected:``; in words if there is nothing.

    Parameters
    ----------
    known : iterable
        What there is.
    """
    return ", ".join(map(str, known)) or "nothing: none is declared"
