"""What a kind of stimulus, or a connect rule, asks of the file while it is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from snndsl.deferred import dataclass
from snndsl.errors import Fault
from snndsl.expressions.dimensions import BOOLEAN, TIME
from snndsl.model.services import Names, Phase
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.constants import constant_steps, constant_term, is_constant
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result
from snndsl.semantics.usable import BUILD, PURE, RUN
from snndsl.semantics.values import read_moment, read_value
from snndsl.units import Dimension

__all__ = ["KindReader"]

_FUNCTIONS: Mapping[Phase, Collection[str]] = {"pure": PURE, "build": BUILD, "run": RUN}


@dataclass(frozen=True, slots=True, eq=False)
class KindReader:
    """See `snndsl.model.services.Reader`.

    Parameters
    ----------
    reading : Reading
        The file.
    entry : Place
        Of the stimulus or projection.
    word : Place
        Of what is read.
    """

    reading: Reading
    entry: Place
    word: Place

    @property
    def step(self) -> float:
        """Length of a step in ms."""
        return float(self.reading.step)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong so far."""
        return self.reading.faults

    @property
    def motifs(self) -> Collection[str]:
        """Names of the motifs of the file."""
        return self.reading.spec.motifs

    def place(self, *path: str | int) -> Place:
        """Return a place below the word."""
        return self.word.inner(*path)

    def report(self, code: str, what: str, expected: str = "", try_: str = "", *, at: Place | None = None) -> None:
        """Take a fault."""
        self.reading.report(self.entry if at is None else at, code, what, expected, try_)

    def value(
        self, given: Any, wanted: Result | None, what: str, *path: str | int, names: Names = "", phase: Phase = "build"
    ) -> ValueTerm | None:
        """Read a value for every element."""
        where = self.place(*path).path
        return read_value(self.reading, given, wanted, what, self.known(names), *where, functions=_FUNCTIONS[phase]).terms

    def scalar(self, text: Any, wanted: Dimension, what: str, *path: str | int) -> Term | None:
        """Read one value that draws nothing."""
        terms = None if text is None else self.value(text, wanted, what, *path, phase="pure")
        return terms if isinstance(terms, Term) else None

    def condition(self, text: str, *path: str | int, names: Names = "") -> Term | None:
        """Read a condition."""
        term = self.reading.term(text, *self.place(*path).path)
        if term is not None:
            self.reading.scope.before_run(term, PURE)
            self.reading.scope.expect(term, BOOLEAN, "the condition", self.known(names))
        return term

    def time(self, text: Any, what: str, *path: str | int) -> Term | None:
        """Read a time."""
        term = self.reading.term(text, *self.place(*path).path)
        if term is not None:
            self.reading.scope.expect(term, TIME, what)
        return term

    def steps(self, text: str, what: str, *path: str | int) -> int:
        """Return a constant time as steps, at least one."""
        place = self.place(*path)
        steps = constant_steps(self.reading, text, what, *place.path)
        if steps is not None and steps < 1:
            self.reading.report(place, "delay-below-step", f"{what} is {text}", "at least one step")
        return 1 if steps is None else max(steps, 1)

    def moment(self, text: Any, what: str, *path: str | int) -> Term | None:
        """Read a time that is known before the run."""
        return read_moment(self.reading, text, what, *self.place(*path).path)

    def constant(self, term: Term, *, needed: bool = False) -> float | None:
        """Return the value of an expression of constants."""
        return constant_term(self.reading, term) if needed or is_constant(self.reading, term) else None

    def known(self, names: Names) -> Mapping[str, Result]:
        """Return the names that a text may read besides constants and data."""
        return builtin_dimensions(names) if names else {}
