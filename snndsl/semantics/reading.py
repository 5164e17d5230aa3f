"""A model file while it is read: what is known so far, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

from snndsl.errors import Fault, ModelError
from snndsl.expressions import TextFault, parse_expression, tree
from snndsl.expressions.dimensions import UNKNOWN, fits
from snndsl.expressions.walk import names_in, renamed
from snndsl.frontend.data import DataColumns, load_data
from snndsl.frontend.loader import ModelSource
from snndsl.model.data import DataColumn
from snndsl.model.selection import Selection
from snndsl.model.space import Space
from snndsl.model.text import Place, Term
from snndsl.schema import ModelSpec
from snndsl.semantics.constant_numbers import constant_number
from snndsl.semantics.draft import ElementDraft, unreadable
from snndsl.semantics.rule import RuleDraft
from snndsl.semantics.scope import Maker, Result, Scope, said
from snndsl.semantics.selection import resolve
from snndsl.semantics.terms import parse_term
from snndsl.units import ONE

__all__ = ["MAX_SIGNALS", "MAX_SIZE", "Reading", "is_library"]

MAX_SIZE = 2**31 - 1
MAX_SIGNALS = 32
"""So many signals may read each other in a row."""


def is_library(source: ModelSource) -> bool:
    """Tell whether a file holds definitions only: nothing in it can run."""
    spec = source.model
    return spec.time is None and not (spec.populations or spec.projections or spec.stimuli)


@dataclass(eq=False)
class Reading:
    """What the sections that were read so far say.

    Parameters
    ----------
    source : ModelSource
        The files.
    step : Fraction
        Length of a step in ms.
    file_steps : int
        Length of the run that the file describes.
    constants : mapping of str to Term
        Of the model file.
    data : DataColumns
        Of the model file; `file_data` those of any file it imports.
    scope : Scope
        Of the model file.
    faults : list of Fault
        Takes what is wrong.
    sizes : dict of str to int
        Of populations and sources; those of `unsized` are wrong in the file and stand here as the largest possible.
    elements, signals : dict of str to ElementDraft
        By population and by signal; `element_scopes` and `signal_scopes` are theirs.
    rules : dict of str to list of RuleDraft
        By projection; `rule_scopes` are theirs.
    weights : dict of str to Dimension or NoQuantity
        Of each projection.
    lets : dict of str to dict
        Dimensions of the values of ``let``, by population and stimulus.
    spaces : dict of str to Space
        Where neurons are, by population and source, for those that have positions.
    wiring : dict of str to dict
        Names of the wiring of each projection, with their dimensions.
    """

    source: ModelSource
    step: Fraction
    file_steps: int
    constants: Mapping[str, Term]
    data: DataColumns
    scope: Scope
    faults: list[Fault]
    sizes: dict[str, int] = field(default_factory=dict)
    unsized: set[str] = field(default_factory=set)
    elements: dict[str, ElementDraft] = field(default_factory=dict)
    element_scopes: dict[str, Scope] = field(default_factory=dict)
    signals: dict[str, ElementDraft] = field(default_factory=dict)
    signal_scopes: dict[str, Scope] = field(default_factory=dict)
    rules: dict[str, list[RuleDraft]] = field(default_factory=dict)
    rule_scopes: dict[str, list[Scope]] = field(default_factory=dict)
    weights: dict[str, Result] = field(default_factory=dict)
    lets: dict[str, dict[str, Result]] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    wiring: dict[str, dict[str, Result]] = field(default_factory=dict)
    file_data: dict[int, DataColumns] = field(default_factory=dict)
    offered: dict[str, Maker] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def spec(self) -> ModelSpec:
        """What the file says."""
        return self.source.model

    def place(self, *path: str | int) -> Place:
        """Return a place of the model file."""
        return Place(self.source.locations, path)

    def report(self, place: Place, code: str, what: str, expected: str = "", try_: str = "") -> None:
        """Take a fault at the beginning of a text."""
        self.faults.append(place.problem(code, what, expected, try_))

    def set_size(self, name: str, size: int | None) -> None:
        """Keep the size of a population or source; None: it is wrong, which is reported, and nothing else is judged by it."""
        self.sizes[name] = size if size is not None else MAX_SIZE
        if size is None:
            self.unsized.add(name)

    def term(self, text: Any, *path: str | int) -> Term | None:
        """Parse an expression of the model file; None after reporting what is wrong."""
        place = self.place(*path)
        try:
            return parse_term(str(text), place)
        except TextFault as error:
            self.faults.append(place.fault(error))
            return None

    def element(self, name: str) -> ElementDraft | None:
        """Return what a population or a signal is; None where there is none, or it is wrong."""
        return self.elements.get(name) or self.signals.get(name)

    def scope_of(self, name: str) -> Scope:
        """Return the scope of a population's or a signal's element."""
        return self.element_scopes[name] if name in self.element_scopes else self.signal_scopes[name]

    def spiking(self, items: tuple[str, ...], what: str, *path: str | int) -> Selection | None:
        """Return what texts select among populations and sources; None after reporting what is wrong, such as a signal."""
        found = self.selection(items, what, *path)
        silent = [name for name in found.populations if name in self.spec.signals] if found is not None else []
        if silent:
            said = f"{what} the signal {silent[0]!r}, which never spikes"
            self.report(self.place(*path), "signal-never-spikes", said, "populations and sources")
            return None
        return found

    def selection(self, items: tuple[str, ...], what: str, *path: str | int) -> Selection | None:
        """Return what texts select among populations, sources and signals; None after reporting what is wrong."""
        sizes = {**self.sizes, **dict.fromkeys(self.spec.signals, 1)}
        try:
            return resolve(items, sizes, self.spec.groups, self.place(*path), what, self.number)
        except ModelError as error:
            self.faults += error.faults
            return None

    def number(self, text: str) -> float:
        """Return the value of an expression of constants that is a pure number.

        Raises
        ------
        TextFault
            What is wrong with it.
        ModelError
            Without a fault: that is reported already.
        """
        node = parse_expression(text)
        found = self.scope.find(node, {})
        if UNKNOWN in (found, *(self.scope.lookup(name.text) for name in names_in(node))):  # reported already
            raise ModelError([])
        if not fits(found, ONE):
            raise TextFault("dimension", f"{text} is {said(found)}", 0, "a pure number")
        term = Term(node, self.place())
        value = constant_number(term, self.constants, self.step)
        if value is None or not abs(value) < float("inf"):
            raise TextFault("not-constant", f"{text} is no constant number", 0, "literals and constants")
        return value

    def moving(self, term: Term) -> Term:
        """Return an expression in which what signals say is marked as changing during a run."""

        def name(node: tree.Name) -> tree.Name:
            return replace(node, moves=node.text in self.offered)

        return replace(term, tree=renamed(term.tree, name)) if self.spec.signals else term

    def signal_makers(self) -> Mapping[str, Maker]:
        """Return how the dimension of every ``signal.x`` is found: states, parameters and aliases of signals."""
        if not self.offered:
            for name, element in self.signals.items():
                for own in (*element.states, *element.parameters, *element.aliases):
                    self.offered[f"{name}.{own}"] = partial(self._signal, name, own)
        return self.offered

    def _signal(self, name: str, own: str) -> Result | None:
        known = self.signal_scopes.get(name)
        if known is None:
            return UNKNOWN
        why = unreadable(self.signals[name], own)
        if why:
            what = f"{name}.{own} {why}: it is there only while {name!r} is computed"
            raise TextFault("name-misplaced", what, 0, f"a state of {name!r} that keeps it")
        if len(self.asked) >= MAX_SIGNALS:
            what = f"more than {MAX_SIGNALS} signals, each of which reads the next"
            raise TextFault("expression-too-deep", what, 0, f"at most {MAX_SIGNALS}")
        self.asked.append(name)
        try:
            return known.lookup(own)
        finally:
            self.asked.pop()

    def columns_of(self, element: ElementDraft) -> Mapping[str, DataColumn]:
        """Return the arrays that an element may call, by flat name: those of its file and of the files of its parts."""
        columns = DataColumns(self.data)
        columns.unreadable = self.data.unreadable
        for prefix, source in element.sources.items():
            if source is self.source:
                continue
            found = self.columns_of_file(source)
            columns.unreadable |= found.unreadable
            for name, column in found.items():
                columns[f"{prefix}:{name}" if prefix else name] = column
        return columns

    def columns_of_file(self, source: ModelSource) -> DataColumns:
        """Return the arrays of a file, which is read once."""
        if source is self.source:
            return self.data
        if id(source) not in self.file_data:
            self.file_data[id(source)] = load_data(source, self.step, self.faults)[0]
        return self.file_data[id(source)]
