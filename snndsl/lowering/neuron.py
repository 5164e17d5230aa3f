"""A flat element as a neuron of the program: integrators, statements, refractoriness, threshold and reset in one block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from fractions import Fraction
from typing import Protocol

from snndsl.deferred import dataclass
from snndsl.expressions import to_text, tree
from snndsl.expressions.meanings import INFIX
from snndsl.expressions.statements import Assignment
from snndsl.expressions.walk import names_in
from snndsl.integrators import INTEGRATORS
from snndsl.ir import Block, Call, Const, Expr, Neuron, Ref, names_read
from snndsl.ir.naming import program_name
from snndsl.ir.program import NEURON_BUILTINS
from snndsl.lowering.comments import equation_text, statement_text
from snndsl.lowering.integrate import advance
from snndsl.lowering.reads import Reads
from snndsl.lowering.translate import BlockBuilder, Translator, draw_arguments, start_time
from snndsl.model.element import Element, Instruction, Timer
from snndsl.model.equations import StateGroup

__all__ = ["ComputedInput", "LoweredNeuron", "ir_name", "lower_neuron"]

Samples = Callable[[str, int], tuple[str, tuple[int, ...]]]

_ADDED = {
    "last_spike__": "stamp of the last spike",
    "refractory__left": "steps until it may spike again",
    "silent__since": "1 from a spike until it may spike again",
}
"""States that the lowering adds, and what they hold."""


class ComputedInput(Protocol):
    """An injection that is computed in the neuron."""

    @property
    def port(self) -> str:
        """Flat name of the port."""
        ...

    @property
    def name(self) -> str:
        """Name of the stimulus."""
        ...

    @property
    def used(self) -> list[str]:
        """Names of its parameters that `amount` reads."""
        ...

    def said(self, parameter: str) -> str:
        """Return what a parameter is, for comments."""
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
    groups : tuple of StateGroup
        Exact groups, whose propagators are parameters.
    periods : mapping of str to Term tree
        Parameters that hold a period in steps.
    refractory : str
        Name of the parameter that holds the refractory time in steps; empty: none.
    initial : mapping of str to float
        States that the lowering added.
    drawn : bool
        Whether the neuron draws (parameters ``key__0``, ``key__1``).
    others : mapping of str to float
        Parameters of others that it reads.
    origins : mapping of str to str
        Path of a local or parameter (``update.v__1``, ``params.N__``) to the user's text or its meaning, for comments.
    past : mapping of str to str
        States that hold what another state was, with the name of that state.
    """

    neuron: Neuron
    groups: tuple[StateGroup, ...]
    periods: Mapping[str, float]
    refractory: str
    initial: Mapping[str, float]
    drawn: bool
    others: Mapping[str, float]
    origins: Mapping[str, str]
    past: Mapping[str, str] = field(default_factory=dict)


def ir_name(flat: str) -> str:
    """Return the name of the program for a flat name (users cannot write a double underscore)."""
    return program_name(flat)


def lower_neuron(
    element: Element,
    step: Fraction,
    size_name: str,
    drives: Iterable[ComputedInput],
    forced: bool,
    samples: Samples,
    reads: Reads,
    frozen: bool = False,
) -> LoweredNeuron:
    """Return the neuron of the program for an element and the drives into one of its populations, which share `reads`.

    Where it is `frozen`, it draws in every trial what it draws in trial 0.
    """
    return _Lowering(element, step, size_name, list(drives), forced, samples, reads, frozen).run()


@dataclass
class _Lowering:
    element: Element
    step: Fraction
    size_name: str
    drives: list[ComputedInput]
    forced: bool
    samples: Samples
    reads: Reads
    frozen: bool
    builder: BlockBuilder = field(default_factory=BlockBuilder)
    latest: dict[str, Expr] = field(default_factory=dict)
    ports: dict[str, Expr] = field(default_factory=dict)
    extra_states: dict[str, float] = field(default_factory=dict)
    extra_params: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    periods: dict[str, float] = field(default_factory=dict)
    calls: dict[object, int] = field(default_factory=dict)
    white: dict[tuple[str, int], Expr] = field(default_factory=dict)
    aliases: dict[tuple[object, ...], Expr] = field(default_factory=dict)
    locals: dict[str, Expr] = field(default_factory=dict)

    def run(self) -> LoweredNeuron:
        element = self.element
        old = {state: Ref(ir_name(state)) for state in element.states}
        self.latest = dict(old)
        self._ports()
        groups = element.groups
        for state, value in advance(groups, element, self.builder, self._stage_translator(old), self._white).items():
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
        derived = dict(self.extra_params)
        for group in groups:
            derived |= INTEGRATORS[group.method].parameters(group)
        for drive in self.drives:
            derived |= {name: drive.said(name) for name in drive.used}
        ports = [ir_name(port) for port in element.ports] + (["spike"] if self.forced else [])
        states = [ir_name(state) for state in element.states] + list(self.extra_states)
        if self.calls:
            derived |= dict.fromkeys(("key__0", "key__1"), "key of the random draws")
        derived |= self.reads.said
        params = [*(ir_name(name) for name in element.parameters), *derived]
        used = names_read([self.builder.block(writes), reset])
        keep = tuple(name for name in params if name in used)
        update, read = self.builder.block(writes), tuple(self.reads.states.values())
        neuron = Neuron(ir_name(element.name), keep, tuple(states), tuple(ports), update, fires, reset, reads=read)
        left = "refractory__steps" if element.silent_for is not None else ""
        said = {f"params.{name}": text for name, text in derived.items()}
        said |= {f"states.{name}": _ADDED[name] for name in self.extra_states}
        said |= {f"update.{name}": text for name, text in self.builder.origins.items()} | self.origins
        drawn, others = bool(self.calls), self.reads.values
        return LoweredNeuron(neuron, groups, self.periods, left, self.extra_states, drawn, others, said)

    # ---- reading

    def _ports(self) -> None:
        for port in (*self.element.ports, *(["spike"] if self.forced else [])):
            total: Expr = Ref(ir_name(port))
            for drive in self.drives:
                if drive.port == port:
                    amount = drive.amount(self.builder, self.step)
                    total = self.builder.let(port, Call("add", (total, amount)), f"stimulus {drive.name}")
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
        if text in NEURON_BUILTINS:
            return Ref(text)
        if text in self.reads:
            return self.reads.value(text, builder, Ref("step"))
        match text:
            case "N":
                self._parameter("N__", "size of the population")
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
            term = self.element.aliases[name]
            value = self._translator(builder, state, False)(term.tree)
            self.aliases[key] = builder.atom(value, name, equation_text(name, term))
        return self.aliases[key]

    def _states_of(self, alias: str) -> set[str]:
        found: set[str] = set()
        for node in names_in(self.element.aliases[alias].tree):
            if node.text in self.element.states:
                found.add(node.text)
            elif node.text in self.element.aliases:
                found |= self._states_of(node.text)
        return found

    def _draw(self, node: tree.FunctionCall) -> tuple[Expr, ...]:
        return self._identity(node.written)

    def _identity(self, call: object) -> tuple[Expr, ...]:
        number = self.calls.setdefault(call, len(self.calls))
        trial: Expr = Const(0.0) if self.frozen else Ref("trial")
        return draw_arguments(("key__0", "key__1"), Ref("i"), Ref("step"), trial, number)

    def _white(self, source: str, number: int) -> Expr:
        """Return a draw of a source of white noise, which several equations may read."""
        key = (source, number)
        if key not in self.white:
            self.white[key] = self.builder.let("xi", Call("normal", self._identity(key)), "xi()")
        return self.white[key]

    # ---- writing

    def _assign(self, builder: BlockBuilder, instruction: Instruction, state: Callable[[str], Expr]) -> None:
        statement = instruction.statement
        assert isinstance(statement, Assignment)
        value = self._translator(builder, state)(statement.value)
        target = statement.target
        if statement.op != "=":
            current = self.locals[target] if target in self.locals else state(target)
            value = Call(INFIX[statement.op[0]], (current, value))
        table = self.latest if target in self.element.states else self.locals
        text = statement_text(statement)
        table[target] = value if isinstance(value, Ref) and target in self.locals else builder.let(target, value, text)

    def _every(self, place: int, timer: Timer, old: Mapping[str, Expr]) -> None:
        name = f"every__{place}"
        self._parameter(name, "period in steps")
        self.periods[name] = float(timer.steps)
        now = Call("add", (Ref("step"), Const(1.0)))
        turns = Call("floor", (Call("div", (now, Ref(name))),))
        rest = Call("sub", (now, Call("mul", (Ref(name), turns))))
        due = self.builder.let("due", Call("eq", (rest, Const(0.0))), "every: due in this step")
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
            self._parameter("refractory__steps", "refractory time in steps")
            self.extra_states["refractory__left"] = 0.0
            blocked: Expr = builder.let("blocked", Call("gt", (Ref("refractory__left"), Const(0.0))), "refractory")
            less = Call("select", (blocked, Call("sub", (Ref("refractory__left"), Const(1.0))), Const(0.0)))
            self._extra_writes.append(("refractory__left", builder.let("left", less).name))
        elif element.silent_while is not None:
            self.extra_states["silent__since"] = 0.0
            still = self._translator(builder, lambda name: old[name])(element.silent_while.tree)
            text = f"refractory while {to_text(element.silent_while.tree)}"
            blocked = builder.let("blocked", Call("and", (Call("gt", (Ref("silent__since"), Const(0.0))), still)), text)
            value = builder.let("silent", Call("select", (blocked, Const(1.0), Const(0.0))))
            self._extra_writes.append(("silent__since", value.name))
        else:
            return None
        for state in element.hold:
            if self.latest[state] != old[state]:
                kept = Call("select", (blocked, old[state], self.latest[state]))
                self.latest[state] = builder.let(state, kept, f"{state} is held while refractory")
        return blocked

    def _fires(self, blocked: Expr | None) -> str:
        fires: Expr | None = None
        if self.element.threshold is not None:
            self.locals = {}
            fires = self._translator(self.builder, lambda name: self.latest[name])(self.element.threshold.tree)
            if blocked is not None:
                fires = Call("and", (Call("not", (blocked,)), fires))
        if self.forced:
            forced = Call("gt", (self.ports["spike"], Const(0.0)))
            fires = forced if fires is None else Call("or", (fires, forced))
        threshold = self.element.threshold
        text = f"threshold: {to_text(threshold.tree)}" if threshold is not None else "forced spikes"
        return "" if fires is None else self.builder.let("fires", fires, text).name

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
        named = [(state, (value if isinstance(value, Ref) else builder.let(state, value)).name) for state, value in writes]
        self.origins |= {f"reset.{name}": text for name, text in builder.origins.items()}
        return builder.block(named)

    def _parameter(self, name: str, meaning: str) -> None:
        self.extra_params.setdefault(name, meaning)
