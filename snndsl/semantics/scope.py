"""The scope of an element, a rule or a file: what each name is, found when it is first asked for, and where it may stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from snndsl.errors import Fault
from snndsl.expressions import TextFault
from snndsl.expressions.dimensions import ANY, UNKNOWN, Kind, dimension_of, fits
from snndsl.expressions.tree import Call, Expression
from snndsl.expressions.walk import calls_in
from snndsl.frontend.data import unreadable
from snndsl.model.data import DataColumn
from snndsl.model.text import Place, Term
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.usable import misplaced
from snndsl.units import ONE, Dimension, parse_unit

__all__ = ["Maker", "Result", "Scope", "file_scope", "said", "unit_dimension"]

Result = Dimension | Kind
Maker = Callable[[], "Result | None"]


@dataclass(eq=False)
class Scope:
    """The names of one scope.

    Parameters
    ----------
    makers : dict of str to callable
        How the dimension of each name is found; None: a fault was reported already.
    data : mapping of str to DataColumn
        Arrays, called or bare.
    faults : list of Fault
        Takes what is found wrong.
    """

    makers: dict[str, Maker]
    data: Mapping[str, DataColumn]
    faults: list[Fault]
    found: dict[str, Result | None] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)

    def declare(self, known: Mapping[str, Result]) -> None:
        """Add names whose dimensions are known."""
        for name in known:
            self.makers[name] = partial(known.__getitem__, name)

    def declare_unknown(self, names: Iterable[str]) -> None:
        """Add names whose dimensions cannot be known, which is reported already."""
        for name in names:
            self.makers.setdefault(name, lambda: UNKNOWN)

    def lookup(self, name: str) -> Result | None:
        """Return the dimension of a name; UNKNOWN for one that is already reported as wrong."""
        if name in self.found:
            result = self.found[name]
            return UNKNOWN if result is None else result
        if name in self.makers:
            if name in self.pending:
                chain = " -> ".join((*self.pending[self.pending.index(name) :], name))
                raise TextFault("cycle", f"values refer to each other: {chain}", 0, "an order in which they can be computed")
            self.pending.append(name)
            try:
                self.found[name] = self.makers[name]()
            finally:
                self.pending.pop()
            return self.lookup(name)
        return self.called(name)

    def called(self, name: str) -> Result | None:
        """Return the dimension of a data array that may be called."""
        if unreadable(self.data, name):
            return UNKNOWN
        return self.data[name].dimension if name in self.data else None

    def of(self, term: Term, extra: Mapping[str, Result] | None = None) -> Result | None:
        """Return the dimension of an expression, or None after reporting what is wrong with it."""
        try:
            return self.find(term.tree, extra or {})
        except TextFault as error:
            self.faults.append(term.place.fault(error, term.line))
            return None

    def find(self, node: Expression, more: Mapping[str, Result]) -> Result:
        """Return the dimension of a tree.

        Raises
        ------
        TextFault
            As `dimension_of`.
        """

        def lookup(name: str) -> Result | None:
            return more[name] if name in more else self.lookup(name)

        found = dimension_of(node, lookup, [*self.makers, *more, *self.data], self.called)
        for call in calls_in(node):
            self._indices(call)
        return found

    def _indices(self, call: Call) -> None:
        """Refuse an array that is called with too few or too many indices."""
        if call.function in self.data:
            wanted = self.data[call.function].values.ndim
            if len(call.arguments) != wanted:
                what, expected = (
                    f"{call.function}() with {len(call.arguments)} indices",
                    f"{wanted}, one for each level of lists",
                )
                raise TextFault("argument-count", what, call.start, expected)

    def before_run(self, term: Term | None, functions: Collection[str], names: Collection[str] = ()) -> None:
        """Report functions and names that may not stand in a value that is computed before the run."""
        fault = None if term is None else misplaced(term.tree, functions, names)
        if term is not None and fault is not None:
            self.faults.append(term.place.fault(fault, term.line))

    def expect(self, term: Term, wanted: Result | None, what: str, extra: Mapping[str, Result] | None = None) -> None:
        """Report an expression that has another dimension than `wanted` (None: anything real)."""
        found = self.of(term, extra)
        if found is None or wanted is None or fits(found, wanted) or wanted == ANY:
            return
        code = "dimension"
        self.faults.append(term.problem(code, f"{what} is {said(found)}", said(wanted)))


def said(kind: Result) -> str:
    """Return what a value is, as a user reads it: ``in mV``, ``a pure number``, ``a truth value``."""
    return "a pure number" if kind == ONE else f"in {kind}" if isinstance(kind, Dimension) else str(kind)


def unit_dimension(text: str, place: Place, faults: list[Fault]) -> Dimension | None:
    """Return the dimension of a written unit, or None after reporting it."""
    try:
        return parse_unit(text).dimension
    except TextFault as error:
        faults.append(place.fault(error))
        return None


def file_scope(constants: Mapping[str, Term], data: Mapping[str, DataColumn], faults: list[Fault]) -> Scope:
    """Return the scope of a file: constants, data, and built-in names."""
    names = Scope({}, data, faults)
    for name, term in constants.items():
        names.makers[name] = lambda term=term: names.of(term)  # type: ignore[misc]
    names.declare(builtin_dimensions("file"))
    return names
