"""A piece of a neuron, the neuron itself or one of its parts, on its way into one namespace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from snndsl.errors import Fault, listed, nearest
from snndsl.expressions import TextFault, parse_equations, parse_statements, tree
from snndsl.expressions.statements import Alias, Assignment
from snndsl.expressions.walk import names_in, renamed
from snndsl.frontend.loader import ModelSource
from snndsl.locations import Location
from snndsl.model.element import Instruction, Parameter, PortDecl, Timer
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.schema.neuron import ElementSpec, ParameterSpec, PortSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.copies import CopyNumbers, difference, of_copy
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.terms import defined_names, initial_place, is_unit_alone, parse_term, value_terms

__all__ = ["Piece"]

_DECLARING = ("parameters", "state", "ports")
_BUILTIN = frozenset(builtin_dimensions("element"))


class Piece:
    """The element itself, or one of its parts, on its way into the flat namespace.

    A part's name ``x`` becomes ``part.x``, or ``part[3].x`` in a copy; a need becomes what it is bound to; a constant of a
    file becomes a parameter with the prefix of whoever uses it.

    Parameters
    ----------
    element : ElementDraft
        Takes declarations, texts and faults.
    source : ModelSource
        The file of the definition.
    spec : ElementSpec
        The definition; a neuron or signal is one, too.
    place : Place
        Of the definition.
    prefix : str
        Of its names; empty for the element itself.
    owner : Piece or None
        Who uses it as its part.
    part : str
        What the part is called; with `copy`, the number of this copy.
    """

    def __init__(
        self,
        element: ElementDraft,
        source: ModelSource,
        spec: ElementSpec,
        place: Place,
        prefix: str,
        owner: Piece | None = None,
        part: str = "",
        copy: int | None = None,
    ) -> None:
        self.element, self.source, self.spec, self.place, self.prefix = element, source, spec, place, prefix
        self.owner, self.part, self.copy = owner, part, copy
        self.counts = CopyNumbers(source, {})
        self.parent: Piece | None = None
        self.children: list[Piece] = []
        self.given_needs: dict[str, ValueTerm] = {}
        self.bound: dict[str, tree.Expression] = {}
        self.locals: set[str] = set()
        self.own: dict[str, str] = {}
        element.sources[prefix] = source

    def declare(self, given: Mapping[str, ValueTerm]) -> None:
        """Enter parameters, states, ports and the names of aliases."""
        element, spec = self.element, self.spec
        for name in (*spec.parameters, *spec.state, *spec.ports):
            if name in self.own:
                self._twice(name)
            if name in _BUILTIN:
                element.faults.append(self.at(name).problem("name-reserved", f"{name!r} is a built-in name", "another name"))
            self.own[name] = self.flat(name)
        before = len(element.faults)
        self.equations = self._parsed(parse_equations, spec.equations, "equations")
        if len(element.faults) > before:
            self._unread(spec.equations)
        for equation in self.equations:
            if isinstance(equation, Alias):
                if self.at(equation.name) is not self.place:
                    self._twice(equation.name, self.inner("equations").at(equation.start, equation.line))
                self.own[equation.name] = self.flat(equation.name)
        self.given = given

    def _twice(self, name: str, second: Location | None = None) -> None:
        """Report a name with two meanings at the second of them; nothing that follows from it is reported."""
        places = [self.inner(section, name) for section in _DECLARING if name in getattr(self.spec, section)]
        first = places[0].locations.key(places[0].path)
        where = second or places[1].locations.key(places[1].path)
        what = f"{name!r} is declared twice, first under {places[0].path[-2]!r} in line {first.line}"
        self.element.faults.append(Fault("name-twice", what, where.file, where.line, where.column, "another name"))
        self.element.unbound.add(self.flat(name))

    def _unread(self, text: Any) -> None:
        """Keep the names of equations that could not be read, so that nobody misses them."""
        missing = [name for name in defined_names(text) if name not in self.own]
        self.own |= {name: self.flat(name) for name in missing}
        self.element.unbound |= {self.flat(name) for name in missing}

    def add_texts(self) -> None:
        """Add defaults, initial values, equations and statements."""
        element, spec = self.element, self.spec
        for name, parameter in spec.parameters.items():
            element.parameters[self.flat(name)] = self._parameter(name, parameter)
        for name, state in spec.state.items():
            term = self._try_value(state.initial, initial_place(self.inner("state", name)))
            if term is None:
                term = Term(tree.Number(Fraction(0), None), self.inner("state", name))
                element.unbound.add(self.flat(name))
            element.states[self.flat(name)] = term
            limits = [self.term(text, "state", name, "range", k) for k, text in enumerate(state.range or ())]
            match limits:
                case [Term() as low, Term() as high]:
                    element.ranges[self.flat(name)] = (low, high)
        for name, port in spec.ports.items():
            self._port(name, port)
        if self.prefix and len(spec.ports) == 1:
            element.port_names[self.prefix] = self.flat(next(iter(spec.ports)))
        place = self.inner("equations")
        for equation in self.equations:
            term = self.flat_term(Term(equation.value, place, equation.line, equation.comment))
            flat = self.flat(equation.name)
            table = element.aliases if isinstance(equation, Alias) else element.derivatives
            if flat in table:
                fault = term.problem("equation-twice", f"{equation.name!r} has two equations", "one equation, with all terms")
                element.faults.append(fault)
            if not isinstance(equation, Alias) and equation.name not in spec.state:
                near = nearest(equation.name, spec.state)
                element.faults.append(term.problem("name-unknown", f"{equation.name!r} is no state", listed(spec.state), near))
                continue
            table[flat] = term
        element.update += self.instructions(spec.update, "update")
        for period, statements in spec.every.items():
            term = self.term(period, "every", period)
            if term is not None:
                element.every.append(Timer(term, 0, tuple(self.instructions(statements, "every", period))))
        for k, condition in enumerate(spec.require):
            term = self.term(condition, "require", k)
            if term is not None:
                element.require.append(term)

    # ---- names

    def flat(self, name: str) -> str:
        """Return the flat name of an own name."""
        return f"{self.prefix}.{name}" if self.prefix else name

    def at(self, name: str) -> Place:
        """Return where a name is declared."""
        for section in _DECLARING:
            if name in getattr(self.spec, section):
                return self.inner(section, name)
        return self.place

    def inner(self, *path: str | int) -> Place:
        """Return a place inside the definition."""
        return self.place.inner(*path)

    def name(self, node: tree.Name) -> tree.Expression:
        """Return what a name of this piece stands for in the flat namespace."""
        text = node.text
        side, dot, rest = text.partition(".")
        if self.part and dot and side in ("parent", "child"):
            return self._neighbour(node, side, rest)
        if text in self.own:
            return tree.Name(text=self.own[text], start=node.start, end=node.end)
        if text in self.bound:
            return renamed(self.bound[text], lambda inner: tree.Name(text=inner.text, start=node.start, end=node.end))
        if text in self.locals:
            return tree.Name(text=self.flat(text), start=node.start, end=node.end)
        if text in self.source.spec.constants:
            self._constant(text)
            return tree.Name(text=self.flat(text), start=node.start, end=node.end)
        if dot:
            self._of_copies(node)
        return node

    def call(self, function: str) -> str:
        """Return the flat name of a called data array."""
        return f"{self.prefix}:{function}" if self.prefix and function.split(".")[0] in self.source.spec.data else function

    def _constant(self, name: str) -> None:
        """Enter a constant of the file, and those that it reads, as parameters."""
        constants, waiting = self.source.spec.constants, [name]
        while waiting:
            current = waiting.pop()
            flat, place = self.flat(current), Place(self.source.locations, ("constants", current))
            if flat in self.element.parameters:
                continue
            self.element.source_constants.add(flat)
            self.element.parameters[flat] = Parameter(place, None)
            term = self.attempt(partial(parse_term, str(constants[current]), place), place)
            if term is not None:
                waiting += reversed([node.text for node in names_in(term.tree) if node.text in constants])
                own = Term(renamed(term.tree, self._constant_name, self.call), place)
                self.element.parameters[flat] = Parameter(place, own)

    def _constant_name(self, node: tree.Name) -> tree.Expression:
        if node.text not in self.source.spec.constants:
            return node
        return tree.Name(text=self.flat(node.text), start=node.start, end=node.end)

    # ---- texts

    def term(self, text: str, *path: str | int) -> Term | None:
        """Parse an expression and put it into the flat namespace."""
        place = self.inner(*path)
        term = self.attempt(lambda: parse_term(str(text), place), place)
        return None if term is None else self.flat_term(term)

    def instructions(self, text: Any, *path: str | int) -> list[Instruction]:
        """Parse statements and put them into the flat namespace."""
        place = self.inner(*path)
        statements = self._parsed(parse_statements, text, *path)
        known = {*self.own, *self.bound}
        self.locals = {
            s.target for s in statements if isinstance(s, Assignment) and s.target not in known and "." not in s.target
        }
        result = []
        for statement in statements:
            value = self.flat_term(Term(statement.value, place, statement.line)).tree
            if isinstance(statement, Assignment):
                target = self.own.get(statement.target, self.flat(statement.target))
                if "." in statement.target and statement.target not in self.own and self._of_several(statement, place):
                    continue
                statement = statement.moved(target, value)
            result.append(Instruction(self.prefix, statement, place))
        return result

    def _of_several(self, statement: Assignment, place: Place) -> bool:
        """Tell whether the target of a statement is a part of which there are several, or a copy that there is not."""
        try:
            self._of_copies(tree.Name(statement.target, statement.start))
        except TextFault as error:
            self.element.faults.append(place.fault(error, statement.line))
            return True
        return False

    def _parsed(self, parse: Any, text: Any, *path: str | int) -> tuple[Any, ...]:
        if not text:
            return ()
        place = self.inner(*path)
        result = self.attempt(lambda: parse(list(text) if isinstance(text, tuple) else text), place)
        return () if result is None else tuple(result)

    def flat_term(self, term: Term) -> Term:
        """Return an expression of this piece in the flat namespace; what is wrong with names of copies is reported."""
        try:
            node = term.tree
            if self.copy is not None and "copy" not in self.own:
                node = of_copy(node, self.copy, self.counts, term.place)
            wrong = difference(node) if self.part else None
            if wrong is not None:
                raise wrong
            return replace(term, tree=renamed(node, self.name, self.call))
        except TextFault as error:
            self.element.faults.append(term.place.fault(error, term.line))
            self.element.unbound |= {name.text for name in names_in(term.tree)}
            return term

    def attempt(self, parse: Any, place: Place) -> Any:
        """Return what `parse` finds; None after reporting why it does not."""
        try:
            return parse()
        except TextFault as error:
            self.element.faults += [place.fault(each, each.line) for each in (error, *error.more)]
            return None

    def _try_value(self, value: Any, place: Place) -> ValueTerm | None:
        parsed: ValueTerm | None = self.attempt(lambda: value_terms(value, place), place)
        if isinstance(parsed, tuple):
            return tuple(self.flat_term(term) for term in parsed)
        return None if parsed is None else self.flat_term(parsed)

    def _parameter(self, name: str, parameter: ParameterSpec) -> Parameter:
        place = self.inner("parameters", name)
        default = None if parameter.default is None else self._try_value(parameter.default, place)
        default = self.given.get(name, default)  # a fault of a default is one, whoever gives another value
        known = {*self.own, *self.bound, *self.source.spec.constants, *self.source.spec.data}
        if isinstance(default, Term) and name not in self.given and is_unit_alone(default.tree, known):
            what, hint = f"{parameter.default!r} is a unit without a number", f"{{unit: {parameter.default}}}"
            self.element.faults.append(place.problem("dimension", what, "a value, or the unit of a value given at use", hint))
            self.element.unreadable.add(self.flat(name))
            return Parameter(place, None, parameter.default)
        if default is None and parameter.default is not None:
            self.element.unreadable.add(self.flat(name))
        return Parameter(place, default, parameter.unit)

    def _port(self, name: str, port: PortSpec) -> None:
        quantum = None if port.quantum is None else self.term(port.quantum, "ports", name, "quantum")
        flat = self.flat(name)
        self.element.ports[flat] = PortDecl(self.inner("ports", name), port.unit, quantum)
        self.element.port_names[flat] = flat

    # ---- neighbours

    def hang_on(self, parent: Piece) -> None:
        """Make another piece the parent of this one."""
        self.parent = parent
        parent.children.append(self)

    def _neighbour(self, node: tree.Name, side: str, name: str) -> tree.Expression:
        """Return ``parent.x``, at a root its own, or the sum of x over the children."""
        pieces = self.children if side == "child" else [self.parent or self]
        for piece in pieces:
            if name not in piece.own:
                who = f"{piece.prefix!r}, the {side} of {self.prefix!r}," if piece is not self else f"the root {self.prefix!r}"
                what = f"{who} has no {name!r}"
                raise TextFault("name-unknown", what, node.start, listed(piece.own), nearest(name, piece.own))
        if not pieces:
            if name not in self.own:
                what = f"there is no {name!r} in {self.part!r}, of whose copies {self.prefix!r} has no {side}"
                raise TextFault("name-unknown", what, node.start, listed(self.own), nearest(name, self.own))
            zero = tree.Number(Fraction(0), None, "0", node.start, node.end)  # times x: it has the dimension of x
            return tree.Binary("*", zero, replace(node, text=self.own[name]), node.start, node.end)
        total: tree.Expression = replace(node, text=pieces[0].own[name])
        for piece in pieces[1:]:
            total = tree.Binary("+", total, replace(node, text=piece.own[name]), node.start, node.end)
        return total

    def _of_copies(self, node: tree.Name) -> None:
        """Refuse a name of a part that is several, or the number of a copy that there is not."""
        head, _, rest = node.text.partition(".")
        part, _, number = head.rstrip("]").partition("[")
        count = self.element.copies.get(part)
        if number == "copy":
            what = f"{node.text!r}: there is no copy here"
            raise TextFault("copies", what, node.start, "a number, or values of a part that has copies")
        if count is not None and (not number or int(number) >= count):
            what = f"{part!r} has {count} copies" if not number else f"there is no {head}: {part!r} has {count} copies"
            raise TextFault("copies", what, node.start, f"{part}[0].{rest} .. {part}[{count - 1}].{rest}")
        if count is None and number and f"{part}.{rest}" in self.own:
            raise TextFault("copies", f"{part!r} is one, without copies", node.start, f"{part}.{rest}")
