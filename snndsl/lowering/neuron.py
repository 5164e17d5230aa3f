"""A flat element as a neuron of the program: integrators, statements, refractoriness, threshold and reset in one block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from snndsl.expressions import tree
from snndsl.expressions.statements import Assignment
from snndsl.expressions.walk import names_in
from snndsl.ir import Block, Call, Const, Expr, Neuron, Ref, names_read
from snndsl.lowering.integrate import advance, propagator_names
from snndsl.lowering.translate import BlockBuilder, Translator, draw_arguments, start_time
from snndsl.model.element import Element, Instruction, Timer
from snndsl.model.equations import Group

__all__ = ["Drive", "LoweredNeuron", "ir_name", "lower_neuron"]

Samples = Callable[[str, int], tuple[str, tuple[int, ...]]]


class Drive(Protocol):
    """An injection that is computed in the neuron: Poisson counts, one of many, a current."""

    @property
    def port(self) -> str:
        """Flat name of the port."""
        ...

    @property
    def used(self) -> list[str]:
        """Names of its parameters that `amount` reads."""
        ...

    def amount(self, builder: BlockBuilder, step: Fraction) -> Expr:
        """Return what it adds in a step."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LoweredNeuron:
    """A neuron and what its populations must still supply.

    Parameters
    ----------
    neuron : Neuron
        Of the program; its name is the element's.
    groups : tuple of Group
        Exact groups, whose propagators are parameters.
    periods : mapping of str to Term tree
        Parameters that hold a period in steps.
    refractory : str
        Name of the parameter that holds the refractory time in steps; empty: none.
    initial : mapping of str to float
        States that the lowering added.
    drawn : bool
        Whether the neuron draws (parameters ``key__0``, ``key__1``).
    """

    neuron: Neuron
    groups: tuple[Group, ...]
    periods: Mapping[str, float]
    refractory: str
    initial: Mapping[str, float]
    drawn: bool


def ir_name(flat: str) -> str:
    """Return the name of the program for a flat name (users cannot write a double underscore)."""
    return flat.replace(".", "__")


def lower_neuron(
    element: Element, step: Fraction, size_name: str, drives: Iterable[Drive], forced: bool, samples: Samples
) -> LoweredNeuron:
    """Return the neuron of the program for an element and the drives into one of its populations."""
    return _Lowering(element, step, size_name, list(drives), forced, samples).run()


@dataclass
class _Lowering:
    element: Element
    step: Fraction
    size_name: str
    drives: list[Drive]
    forced: bool
    samples: Samples
    builder: BlockBuilder = field(default_factory=BlockBuilder)
    latest: dict[str, Expr] = field(default_factory=dict)
    ports: dict[str, Expr] = field(default_factory=dict)
    extra_states: dict[str, float] = field(default_factory=dict)
    extra_params: list[str] = field(default_factory=list)
    periods: dict[str, float] = field(default_factory=dict)
    calls: dict[int, int] = field(default_factory=dict)
    aliases: dict[tuple[object, ...], Expr] = field(default_factory=dict)
    locals: dict[str, Expr] = field(default_factory=dict)

    def run(self) -> LoweredNeuron:
        element = self.element
        old = {state: Ref(ir_name(state)) for state in element.states}
        self.latest = dict(old)
        self._ports()
        groups = element.groups
        for state, value in advance(groups, element, self.step, self.builder, self._stage_translator(old)).items():
            self.latest[state] = value
        for instruction in element.update:
            self._assign(self.builder, instruction, self._view(instruction.owner, old))
        for place, timer in enumerate(element.every):
            self._every(place, timer, old)
        blocked = self._refractory(old)
        fires = self._fires(blocked)
        writes = [
            (ir_name(state), value.name)
            for state, value in self.latest.items()
            if isinstance(value, Ref) and value != old[state]
        ]
        constants = [(state, value) for state, value in self.latest.items() if not isinstance(value, Ref)]
        writes += [(ir_name(state), self.builder.let(state, value).name) for state, value in constants]
        writes += self._extra_writes
        reset = self._reset(fires)
        params = [ir_name(name) for name in element.parameters] + self.extra_params
        for group in groups:
            params += propagator_names(group)
        for drive in self.drives:
            params += drive.used
        ports = [ir_name(port) for port in element.ports] + (["spike"] if self.forced else [])
        states = [ir_name(state) for state in element.states] + list(self.extra_states)
        if self.calls:
            params += ["key__0", "key__1"]
        used = names_read([self.builder.block(writes), reset])
        keep = tuple(name for name in params if name in used)
        neuron = Neuron(ir_name(element.name), keep, tuple(states), tuple(ports), self.builder.block(writes), fires, reset)
        left = "refractory__steps" if element.silent_for is not None else ""
        return LoweredNeuron(neuron, groups, self.periods, left, self.extra_states, bool(self.calls))

    # ---- reading

    def _ports(self) -> None:
        for port in self.element.ports:
            total: Expr = Ref(ir_name(port))
            for drive in self.drives:
                if drive.port == port:
                    total = self.builder.let(port, Call("add", (total, drive.amount(self.builder, self.step))))
            self.ports[port] = total

    def _view(self, owner: str, old: Mapping[str, Expr]) -> Callable[[str], Expr]:
        """A statement reads the latest values of its own part, and others at the beginning of the step."""

        def state(name: str) -> Expr:
            return self.latest[name] if name.rpartition(".")[0] == owner else old[name]

        return state

    def _translator(self, builder: BlockBuilder, state: Callable[[str], Expr], use_locals: bool = True) -> Translator:
        def name(text: str) -> Expr:
            return self._named(text, builder, state, use_locals)

        return Translator(builder, name, self.step, Ref("step"), self._draw, self.samples)

    def _stage_translator(self, old: Mapping[str, Expr]) -> Callable[[Mapping[str, Expr]], Translator]:
        def at(stage: Mapping[str, Expr]) -> Translator:
            return self._translator(self.builder, lambda name: stage.get(name, old[name]))

        return at

    def _named(self, text: str, builder: BlockBuilder, state: Callable[[str], Expr], use_locals: bool) -> Expr:
        element = self.element
        if use_locals and text in self.locals:
            return self.locals[text]
        if text in element.states:
            return state(text)
        if text in element.parameters:
            return Ref(ir_name(text))
        if text in self.ports:
            return self.ports[text]
        if text in element.aliases:
            return self._alias(text, builder, state)
        match text:
            case "i" | "trial":
                return Ref(text)
            case "t":
                return start_time(Ref("step"), self.step)
            case "dt":
                return Const(float(self.step))
            case "pi":
                return Const(3.141592653589793)
            case "N":
                self._parameter("N__")
                return Ref("N__")
            case "since_spike" | "steps(since_spike)":
                self.extra_states.setdefault("last_spike__", float("-inf"))
                ago = Call("sub", (Ref("step"), Ref("last_spike__")))
                return ago if text.startswith("steps") else start_time(ago, self.step)
        raise KeyError(text)

    def _alias(self, name: str, builder: BlockBuilder, state: Callable[[str], Expr]) -> Expr:
        depends = sorted(self._states_of(name))
        key = (name, id(builder), *(state(item) for item in depends))
        if key not in self.aliases:
            self.aliases[key] = builder.atom(self._translator(builder, state, False)(self.element.aliases[name].tree), name)
        return self.aliases[key]

    def _states_of(self, alias: str) -> set[str]:
        found: set[str] = set()
        for node in names_in(self.element.aliases[alias].tree):
            if node.text in self.element.states:
                found.add(node.text)
            elif node.text in self.element.aliases:
                found |= self._states_of(node.text)
        return found

    def _draw(self, node: tree.Call) -> tuple[Expr, ...]:
        call = self.calls.setdefault(id(node), len(self.calls))
        return draw_arguments(("key__0", "key__1"), Ref("i"), Ref("step"), Ref("trial"), call)

    # ---- writing

    def _assign(self, builder: BlockBuilder, instruction: Instruction, state: Callable[[str], Expr]) -> None:
        statement = instruction.statement
        assert isinstance(statement, Assignment)
        value = self._translator(builder, state)(statement.value)
        target = statement.target
        if statement.op != "=":
            current = self.locals[target] if target in self.locals else state(target)
            value = Call({"+=": "add", "-=": "sub", "*=": "mul", "/=": "div"}[statement.op], (current, value))
        table = self.latest if target in self.element.states else self.locals
        table[target] = value if isinstance(value, Ref) and target in self.locals else builder.let(target, value)

    def _every(self, place: int, timer: Timer, old: Mapping[str, Expr]) -> None:
        name = f"every__{place}"
        self._parameter(name)
        self.periods[name] = float(timer.steps)
        now = Call("add", (Ref("step"), Const(1.0)))
        turns = Call("floor", (Call("div", (now, Ref(name))),))
        due = self.builder.let("due", Call("eq", (Call("sub", (now, Call("mul", (Ref(name), turns)))), Const(0.0))))
        before = dict(self.latest)
        for instruction in timer.instructions:
            self._assign(self.builder, instruction, self._view(instruction.owner, old))
        for state, value in self.latest.items():
            if value != before[state]:
                self.latest[state] = self.builder.let(state, Call("select", (due, value, before[state])))

    def _refractory(self, old: Mapping[str, Expr]) -> Expr | None:
        element, builder = self.element, self.builder
        self._extra_writes: list[tuple[str, str]] = []
        if element.silent_for is not None:
            self._parameter("refractory__steps")
            self.extra_states["refractory__left"] = 0.0
            blocked: Expr = builder.let("blocked", Call("gt", (Ref("refractory__left"), Const(0.0))))
            less = Call("select", (blocked, Call("sub", (Ref("refractory__left"), Const(1.0))), Const(0.0)))
            self._extra_writes.append(("refractory__left", builder.let("left", less).name))
        elif element.silent_while is not None:
            self.extra_states["silent__since"] = 0.0
            still = self._translator(builder, lambda name: old[name])(element.silent_while.tree)
            blocked = builder.let("blocked", Call("and", (Call("gt", (Ref("silent__since"), Const(0.0))), still)))
            value = builder.let("silent", Call("select", (blocked, Const(1.0), Const(0.0))))
            self._extra_writes.append(("silent__since", value.name))
        else:
            return None
        for state in element.hold:
            if self.latest[state] != old[state]:
                self.latest[state] = builder.let(state, Call("select", (blocked, old[state], self.latest[state])))
        return blocked

    def _fires(self, blocked: Expr | None) -> str:
        fires: Expr | None = None
        if self.element.threshold is not None:
            self.locals = {}
            fires = self._translator(self.builder, lambda name: self.latest[name])(self.element.threshold.tree)
            if blocked is not None:
                fires = Call("and", (Call("not", (blocked,)), fires))
        if self.forced:
            forced = Call("gt", (Ref("spike"), Const(0.0)))
            fires = forced if fires is None else Call("or", (fires, forced))
        return "" if fires is None else self.builder.let("fires", fires).name

    def _reset(self, fires: str) -> Block:
        builder = BlockBuilder()
        if not fires:
            return builder.block([])
        plain: dict[str, Expr] = {state: Ref(ir_name(state)) for state in self.element.states}
        self.latest = dict(plain)
        self.locals = {}
        self.ports = {port: Ref(ir_name(port)) for port in self.ports}
        for instruction in self.element.reset:
            self._assign(builder, instruction, lambda name: self.latest[name])
        writes = []
        for state, value in self.latest.items():
            if value != plain[state]:
                writes.append((ir_name(state), builder.atom(value, state)))
        if self.element.silent_for is not None:
            writes.append(("refractory__left", Ref("refractory__steps")))
        if self.element.silent_while is not None:
            writes.append(("silent__since", builder.let("silent", Const(1.0))))
        if "last_spike__" in self.extra_states:
            writes.append(("last_spike__", builder.let("last", Call("add", (Ref("step"), Const(1.0))))))
        return builder.block(
            [(state, (value if isinstance(value, Ref) else builder.let(state, value)).name) for state, value in writes]
        )

    def _parameter(self, name: str) -> None:
        if name not in self.extra_params:
            self.extra_params.append(name)
