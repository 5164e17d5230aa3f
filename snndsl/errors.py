"""What can go wrong, as values: a fault names its place, what was found, what fits and what to try.

A user's mistake is never a traceback. Every fault has a code made of words, and every error an exit status:
2 bad input or usage, 3 a tool or simulator is missing, 4 a simulator failed.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from snndsl.deferred import dataclass

__all__ = [
    "MOST_FAULTS",
    "Fault",
    "FaultList",
    "ModelError",
    "SimulationFailed",
    "SnndslError",
    "TextFault",
    "TooManyFaults",
    "ToolMissing",
    "UnsupportedByTarget",
    "collected",
    "first_of_each_place",
    "listed",
    "nearest",
    "printed",
]

MOST_FAULTS = 250
"""So many faults of a file are looked for."""

_SHOWN = 50
_LONGEST = 400
_COMPARED = 200


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

    def __post_init__(self) -> None:
        for name in ("what", "expected", "try_"):
            text = getattr(self, name)
            if len(text) > _LONGEST or not text.isprintable():
                object.__setattr__(self, name, _plain(text))

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else f"{self.file}: " if self.file else ""
        text = f"{place}{self.severity}[{self.code}]: {self.what}"
        hints = [f"expected: {self.expected}"] if self.expected else []
        hints += [f"try: {self.try_}"] if self.try_ else []
        return text + "".join(f"\n  {hint}" for hint in hints)


def _plain(text: str) -> str:
    """Return a text that fits on a screen and does nothing to it: shortened, without control characters."""
    short = "".join(character if character.isprintable() or character == "\n" else "?" for character in text[:_LONGEST])
    return short if len(text) <= _LONGEST else f"{short} ... ({len(text):,} characters)"


class FaultList(list[Fault]):
    """Faults of a file as they are found; no more of them are looked for than anybody would read.

    Notes
    -----
    `append`, `extend` and ``+=`` raise `TooManyFaults` once there are `MOST_FAULTS`.
    """

    def append(self, fault: Fault) -> None:
        """Take one more."""
        super().append(fault)
        self._check()

    def extend(self, faults: Iterable[Fault]) -> None:
        """Take several more."""
        for fault in faults:
            self.append(fault)

    def __iadd__(self, faults: Iterable[Fault]) -> Self:  # type: ignore[misc, override]
        self.extend(faults)
        return self

    def _check(self) -> None:
        if len(self) >= MOST_FAULTS:
            raise TooManyFaults(self)


class TooManyFaults(Exception):  # noqa: N818 - says that it is enough
    """So much is wrong that nothing more is looked for.

    Parameters
    ----------
    faults : iterable of Fault
        What was found.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = tuple(faults)


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

    Attributes
    ----------
    more : tuple of TextFault
        What else is wrong in other lines of the text.
    """

    def __init__(self, code: str, what: str, offset: int = 0, expected: str = "", try_: str = "", line: int = 0) -> None:
        super().__init__(what)
        self.code, self.what, self.offset, self.expected, self.try_, self.line = code, what, offset, expected, try_, line
        self.more: tuple[TextFault, ...] = ()


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
        super().__init__("\n".join(printed(self.faults)))

    def __reduce__(self) -> tuple[type[SnndslError], tuple[tuple[Fault, ...]]]:
        """Return what another process makes it from."""
        return type(self), (self.faults,)


class ModelError(SnndslError):
    """The model, its data or an argument is wrong."""


def first_of_each_place(faults: Iterable[Fault]) -> list[Fault]:
    """Return the first fault of every place: what else is wrong with the same value mostly follows from it."""
    found: dict[tuple[str, int, int], Fault] = {}
    for fault in faults:
        found.setdefault((fault.file, fault.line, fault.column), fault)
    return [*found.values()]


class UnsupportedByTarget(SnndslError):
    """The model is right, but the chosen backend cannot run a part of it."""


class ToolMissing(SnndslError):
    """A compiler, header or simulator is not installed."""

    exit_status = 3


class SimulationFailed(SnndslError):
    """A simulator stopped with an error; the run folder stays readable."""

    exit_status = 4


@contextmanager
def collected(faults: list[Fault]) -> Iterator[None]:
    """Add the faults that are raised inside to a list, and go on after it.

    Parameters
    ----------
    faults : list of Fault
        Takes them.
    """
    try:
        yield
    except ModelError as error:
        faults += error.faults


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
    names = [word for item in known if (word := str(item)) != name]
    same = [word for word in names if word.lower() == name.lower()]
    if len(names) > _COMPARED:  # a comparison takes long
        names = [word for word in names if word[:1] == name[:1] and abs(len(word) - len(name)) <= 3][:_COMPARED]
    if same or len(name) > _LONGEST:
        return same[0] if same else ""
    return (difflib.get_close_matches(name, names, 1, cutoff) or [""])[0]


def listed(known: Iterable[object]) -> str:
    """Return what there is, for the line ``expected:``; in words if there is nothing.

    Parameters
    ----------
    known : iterable
        What there is.
    """
    return ", ".join(map(str, known)) or "nothing: none is declared"


def printed(faults: Sequence[Fault]) -> Iterator[str]:
    """Yield faults as a user reads them: the first fifty, and how many more there are.

    Parameters
    ----------
    faults : sequence of Fault
        In order.
    """
    yield from (str(fault) for fault in faults[:_SHOWN])
    more = len(faults) - _SHOWN
    if more > 0:
        yield f"... and {'at least ' if len(faults) >= MOST_FAULTS else ''}{more:,} more"
