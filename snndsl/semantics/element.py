"""A neuron (or signal) is put into one namespace, with its parts.

A part's name ``x`` becomes ``part.x``; a need becomes what it is bound to; a constant of a file becomes a parameter with the
prefix of whoever uses it. After this, every text of the element speaks of the same flat names.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.expressions import TextFault, parse_equations, parse_statements, tree
from snndsl.expressions.statements import Alias, Assignment
from snndsl.expressions.walk import names_in, renamed
from snndsl.frontend.loader import ModelSource
from snndsl.locations import Location, Path
from snndsl.model.element import Instruction, Parameter, PortDecl, Timer
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.schema.neuron import ElementSpec, NeuronSpec, OwnerSpec, ParameterSpec, PartSpec, PortSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.integrators import read_integrators
from snndsl.semantics.terms import defined_names, initial_place, is_unit_alone, parse_term, value_terms
from snndsl.spec import UseSpec

__all__ = ["find", "flatten"]

_DECLARING = ("parameters", "state", "ports")
_BUILTIN = frozenset(builtin_dimensions("element"))


def find(source: ModelSource, section: str, name: str, at: Place, what: str) -> tuple[Any, ModelSource, Path]:
    """Return a definition, the file it stands in and its path there.

    Raises
    ------
    ModelError
        If there is none, with the nearest name.
    """
    owner, local = source, name
    if "." in name:
        alias, _, local = name.partition(".")
        if alias in source.imports:
            owner = source.imports[alias]
    table: Mapping[str, Any] = getattr(owner.spec, section)
    if local in table and ("." not in name or owner is not source):
        return table[local], owner, (section, local)
    known = [*getattr(source.spec, section)]
    known += [f"{alias}.{key}" for alias, item in source.imports.items() for key in getattr(item.spec, section)]
    near = nearest(name, known)
    expected = ", ".join(known) or f"a definition in the section {section!r}"
    raise ModelError(at.problem("name-unknown", f"there is no {what} {name!r}", expected, near))


def flatten(source: ModelSource, section: str, name: str, at: Place) -> ElementDraft:
    """Return a neuron or signal of `source` (or of a file it imports) in one namespace.

    Faults of its texts are collected in `ElementDraft.faults`; an unknown definition raises.
    """
    spec, owner, path = find(source, section, name, at, "neuron" if section == "neurons" else "signal")
    place = Place(owner.locations, path)
    element = ElementDraft(name, place)
    _Piece(element, owner, spec, place, "").add()
    _order(element, spec, place)
    return element


def _order(element: ElementDraft, spec: OwnerSpec, place: Place) -> None:
    """Put what only the element itself says: integrators, threshold, refractoriness."""
    piece = _Piece(element, element.sources[""], spec, place, "")
    if spec.made_for is not None:
        element.made_for = piece.term(spec.made_for, "made_for")
    read_integrators(element, spec.integrator, place)
    if not isinstance(spec, NeuronSpec):
        return
    if spec.threshold is not None:
        element.threshold = piece.term(spec.threshold, "threshold")
    if spec.refractory is not None:
        inner = place.inner("refractory")
        if spec.refractory.for_ is not None:
            element.silent_for = piece.term(spec.refractory.for_, "refractory", "for")
        if spec.refractory.while_ is not None:
            element.silent_while = piece.term(spec.refractory.while_, "refractory", "while")
        for k, held in enumerate(spec.refractory.hold):
            if held not in element.states:
                element.faults.append(
                    inner.inner("hold", k).problem(
                        "name-unknown", f"{held!r} in hold is no state", listed(element.states), nearest(held, element.states)
                    )
                )
        element.hold = tuple(held for held in spec.refractory.hold if held in element.states)
    element.reset = piece.instructions(spec.reset, "reset")


class _Piece:
    """The element itself, or one of its parts, on its way into the flat namespace."""

    def __init__(self, element: ElementDraft, source: ModelSource, spec: ElementSpec, place: Place, prefix: str) -> None:
        self.element, self.source, self.spec, self.place, self.prefix = element, source, spec, place, prefix
        self.bound: dict[str, tree.Expression] = {}
        self.locals: set[str] = set()
        self.own: dict[str, str] = {}
        element.sources[prefix] = source

    def add(self, given: Mapping[str, ValueTerm] | None = None) -> None:
        """Declare every name, then add every text."""
        self.declare(given or {})
        parts = [self._part(name, use) for name, use in getattr(self.spec, "parts", {}).items()]
        used = [piece for piece in parts if piece is not None]
        for part, values in used:
            part.bind_needs(self, values)
        for part, _ in used:
            part.add_texts()
        self.add_texts()
        self._sort_update()

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
            term = self._flat_term(Term(equation.value, place, equation.line, equation.comment))
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
        return f"{self.prefix}.{name}" if self.prefix else name

    def at(self, name: str) -> Place:
        for section in _DECLARING:
            if name in getattr(self.spec, section):
                return self.inner(section, name)
        return self.place

    def inner(self, *path: str | int) -> Place:
        return self.place.inner(*path)

    def name(self, node: tree.Name) -> tree.Expression:
        """Return what a name of this piece stands for in the flat namespace."""
        text = node.text
        if text in self.own:
            return tree.Name(text=self.own[text], start=node.start, end=node.end)
        if text in self.bound:
            return renamed(self.bound[text], lambda inner: tree.Name(text=inner.text, start=node.start, end=node.end))
        if text in self.locals:
            return tree.Name(text=self.flat(text), start=node.start, end=node.end)
        if text in self.source.spec.constants:
            self._constant(text)
            return tree.Name(text=self.flat(text), start=node.start, end=node.end)
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
            term = self._try(partial(parse_term, str(constants[current]), place), place)
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
        term = self._try(lambda: parse_term(str(text), place), place)
        return None if term is None else self._flat_term(term)

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
            value = renamed(statement.value, self.name, self.call)
            if isinstance(statement, Assignment):
                target = self.own.get(statement.target, self.flat(statement.target))
                statement = statement.moved(target, value)
            result.append(Instruction(self.prefix, statement, place))
        return result

    def _parsed(self, parse: Any, text: Any, *path: str | int) -> tuple[Any, ...]:
        if not text:
            return ()
        place = self.inner(*path)
        result = self._try(lambda: parse(list(text) if isinstance(text, tuple) else text), place)
        return () if result is None else tuple(result)

    def _flat_term(self, term: Term) -> Term:
        return Term(renamed(term.tree, self.name, self.call), term.place, term.line, term.comment)

    def _try(self, parse: Any, place: Place) -> Any:
        try:
            return parse()
        except TextFault as error:
            self.element.faults.append(place.fault(error, getattr(error, "line", 0)))
            return None

    def _try_value(self, value: Any, place: Place) -> ValueTerm | None:
        parsed: ValueTerm | None = self._try(lambda: value_terms(value, place), place)
        if isinstance(parsed, tuple):
            return tuple(self._flat_term(term) for term in parsed)
        return None if parsed is None else self._flat_term(parsed)

    def _parameter(self, name: str, parameter: ParameterSpec) -> Parameter:
        place = self.inner("parameters", name)
        if name in self.given:
            default: ValueTerm | None = self.given[name]
        else:
            default = None if parameter.default is None else self._try_value(parameter.default, place)
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

    # ---- parts

    def _part(self, name: str, use: UseSpec) -> tuple[_Piece, dict[str, ValueTerm]] | None:
        where = self.inner("parts", name)
        try:
            spec, owner, path = find(self.source, "parts", use.use, where, "part")
        except ModelError as error:
            self.element.faults.extend(error.faults)
            return None
        part = _Piece(self.element, owner, spec, Place(owner.locations, path), name)
        given: dict[str, ValueTerm] = {}
        for key, value in use.values.items():
            if key not in spec.parameters and key not in spec.needs:
                known = [*spec.parameters, *spec.needs]
                place = self.inner("parts", name, key)
                what = f"part {use.use!r} has no {key!r}"
                self.element.faults.append(place.problem("parameter-unknown", what, listed(known), nearest(key, known)))
                continue
            term = self._try(lambda value=value, key=key: value_terms(value, self.inner("parts", name, key)), where)
            if term is not None:
                given[key] = term
        part.declare({key: self._owned(term) for key, term in given.items() if key in spec.parameters})
        for own, flat in part.own.items():
            self.own[f"{name}.{own}"] = flat
        return part, given

    def _owned(self, value: ValueTerm) -> ValueTerm:
        return tuple(self._flat_term(term) for term in value) if isinstance(value, tuple) else self._flat_term(value)

    def bind_needs(self, owner: _Piece, given: Mapping[str, ValueTerm]) -> None:
        """Bind what this part needs: to what is written at its use, else to the owner's quantity of that name."""
        for need, unit in (self.spec.needs if isinstance(self.spec, PartSpec) else {}).items():
            value = given.get(need)
            if isinstance(value, Term):
                self.bound[need] = renamed(value.tree, owner.name, owner.call)
            elif need in owner.spec.state or need in owner.own:
                self.bound[need] = tree.Name(text=owner.flat(need), start=0, end=0)
            else:
                self.bound[need] = tree.Name(text=need, start=0, end=0)
                self.element.unbound.add(need)
                use, states = owner.spec.parts[self.prefix].use, list(owner.spec.state)  # type: ignore[attr-defined]
                what = f"part {self.prefix!r} needs {need!r}, in {unit}"
                expected = f"a state {need!r} of the owner, or a value where the part is used"
                hint = f"{{use: {use}, {need}: {states[0] if len(states) == 1 else '..'}}}"
                place = owner.inner("parts", self.prefix)
                self.element.faults.append(place.problem("need-unbound", what, expected, hint))

    def _sort_update(self) -> None:
        """Parts by name, then the owner; statements keep their order."""
        self.element.update.sort(key=lambda instruction: (instruction.owner == "", instruction.owner))
