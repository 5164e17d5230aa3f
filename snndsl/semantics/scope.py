"""The scope of an element, a rule or a file: what each name is, found when it is first asked for, and where it may stand."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from snndsl.errors import Fault
from snndsl.expressions import TextFault
from snndsl.expressions.dimensions import ANY, UNKNOWN, NoQuantity, dimension_of, fits
from snndsl.expressions.tree import Expression, FunctionCall, Number
from snndsl.expressions.walk import LEAF, Extent, calls_in, extent, names_in
from snndsl.frontend.data import unreadable
from snndsl.model.data import DataColumn
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.semantics.builtins import BUILTINS, SAID, builtin_dimensions
from snndsl.semantics.usable import in_a_run, misplaced
from snndsl.units import ONE, Dimension, parse_unit

__all__ = ["MAX_LEVELS", "MAX_PARTS", "Maker", "Result", "Scope", "file_scope", "said", "unit_dimension"]

MAX_LEVELS = 100
MAX_PARTS = 4096
"""How deep values may refer to each other, and what one of them may stand for in all."""

Result = Dimension | NoQuantity
Maker = Callable[[], "Result | None"]

_PARTS = {
    item.name: " and ".join(dict.fromkeys(SAID[part] for part in item.parts))
    for item in BUILTINS
    if item.phase != "constant" and "." not in item.name and not {"wiring", "population"} & {*item.parts}
}


@dataclass(eq=False)
class Scope:
    """The names of one scope.

    Parameters
    ----------
    makers : dict of str to callable
        How the dimension of each name is found; None: a fault was reported already.
    data : mapping of str to DataColumn
        Arrays, called or bare.
    outside : mapping of str to callable
        Makers of names that are declared elsewhere, and known only during a run: ``name.x`` of signals.
    faults : list of Fault
        Takes what is found wrong.

    Notes
    -----
    What a name reads is found before the name itself, without recursion: a chain of names may be as long as a file.
    """

    makers: dict[str, Maker]
    data: Mapping[str, DataColumn]
    faults: list[Fault]
    outside: Mapping[str, Maker] = field(default_factory=dict)
    found: dict[str, Result | None] = field(default_factory=dict)
    values: dict[str, ValueTerm] = field(default_factory=dict)
    extents: dict[str, Extent | None] = field(default_factory=dict)
    pending: dict[str, Iterator[str]] = field(default_factory=dict)

    def define(self, name: str, value: ValueTerm, maker: Maker) -> None:
        """Add a name that stands for an expression, or for one an element."""
        self.values[name], self.makers[name] = value, maker

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
                open_ = [*self.pending]
                chain = " -> ".join((*open_[open_.index(name) :], name))
                raise TextFault("cycle", f"values refer to each other: {chain}", 0, "an order in which they can be computed")
            self._find(name)
            return self.lookup(name)
        return self.outside[name]() if name in self.outside else self.called(name)

    def _find(self, name: str) -> None:
        """Find the dimension of a name, after those of all that it reads."""
        path = [name]
        self.pending[name] = self._read_by(name)
        try:
            while path:
                current = path[-1]
                for read in self.pending[current]:
                    if read in self.makers and read not in self.found and read not in self.pending:
                        self.pending[read] = self._read_by(read)
                        path.append(read)
                        break
                else:
                    self.found[current] = self.makers[current]() if self._fits(current) else None
                    del self.pending[path.pop()]
        finally:
            for left in path:
                self.pending.pop(left, None)

    def _read_by(self, name: str) -> Iterator[str]:
        return (node.text for term in _terms(self.values.get(name, ())) for node in names_in(term.tree))

    def _fits(self, name: str) -> bool:
        """Note the extent of what a name stands for; report one that is too large, but nothing that reads it."""
        terms = _terms(self.values.get(name, ()))
        sizes = [self._extent(term) for term in terms]
        known = [size for size in sizes if size is not None]
        self.extents[name] = Extent(*map(max, zip(LEAF, *known))) if len(known) == len(sizes) else None
        return len(known) == len(sizes)

    def _extent(self, term: Term, more: Collection[str] = ()) -> Extent | None:
        """Return the extent of an expression; None if it is too large, or reads what is, after reporting it once."""
        if any(self.extents.get(node.text, LEAF) is None and node.text not in more for node in names_in(term.tree)):
            return None
        found = extent(term.tree, lambda name: LEAF if name in more else self.extents.get(name) or LEAF)
        if found.levels <= MAX_LEVELS and found.parts <= MAX_PARTS:
            return found
        deep = found.levels > MAX_LEVELS
        code = "expression-too-deep" if deep else "expression-too-long"
        number, what = (MAX_LEVELS, "levels deep") if deep else (MAX_PARTS, "parts long")
        said = f"with what its names stand for, this is more than {number} {what}"
        self.faults.append(term.problem(code, said, f"at most {number}", "a state or a number for a part of it"))
        return None

    def called(self, name: str) -> Result | None:
        """Return the dimension of a data array that may be called."""
        if unreadable(self.data, name):
            return UNKNOWN
        return self.data[name].dimension if name in self.data else None

    def of(self, term: Term, extra: Mapping[str, Result] | None = None) -> Result | None:
        """Return the dimension of an expression, or None after reporting what is wrong with it."""
        try:
            if not isinstance(term.tree, Number) and not self._within(term, extra or ()):
                return None
            return self.find(term.tree, extra or {})
        except TextFault as error:
            self.faults.append(term.place.fault(error, term.line))
            return None

    def _within(self, term: Term, more: Collection[str]) -> bool:
        """Tell whether an expression is of a size that can be worked with, together with what its names stand for."""
        for node in names_in(term.tree):
            if node.text in self.makers and node.text not in more:
                self.lookup(node.text)
        return self._extent(term, more) is not None

    def find(self, node: Expression, more: Mapping[str, Result]) -> Result:
        """Return the dimension of a tree.

        Raises
        ------
        TextFault
            As `dimension_of`.
        """

        def lookup(name: str) -> Result | None:
            return more[name] if name in more else self.lookup(name)

        for name in names_in(node):
            if name.text in _PARTS and lookup(name.text) is None:
                what = f"there is no {name.text!r} here: it can be read in {_PARTS[name.text]}"
                raise TextFault("name-unknown", what, name.start, "a name that is known here")
        known = ChainMap(self.data, self.outside, more, self.makers)  # type: ignore[arg-type]  # a list would be made for every expression
        found = dimension_of(node, lookup, known, self.called)
        for call in calls_in(node):
            self._indices(call)
        return found

    def _indices(self, call: FunctionCall) -> None:
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
        """Report functions and names that may not stand in a value: it is computed before the run unless functions say so."""
        late = () if in_a_run(functions) else self.outside.keys() - self.makers.keys()
        fault = None if term is None else misplaced(term.tree, functions, {*names, *late})
        if term is not None and fault is not None:
            self.faults.append(term.place.fault(fault, term.line))

    def expect(self, term: Term, wanted: Result | None, what: str, extra: Mapping[str, Result] | None = None) -> Result | None:
        """Return the dimension of an expression; report one that has another than `wanted` (None: anything real)."""
        found = self.of(term, extra)
        if found is not None and wanted is not None and not fits(found, wanted) and wanted != ANY:
            self.faults.append(term.problem("dimension", f"{what} is {said(found)}", said(wanted)))
        return found


def _terms(value: ValueTerm) -> tuple[Term, ...]:
    return value if isinstance(value, tuple) else (value,)


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
        names.define(name, term, lambda term=term: names.of(term))  # type: ignore[misc]
    names.declare(builtin_dimensions("file"))
    return names
