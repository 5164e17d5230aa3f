"""A plasticity rule as a rule of the program: traces as value and stamp, intervals as integers, delivery on the grid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from fractions import Fraction

from snndsl.deferred import dataclass
from snndsl.expressions import tree
from snndsl.expressions.meanings import INFIX
from snndsl.expressions.statements import Assignment, Deliver
from snndsl.ir import Block, Call, Const, Expr, Ref, Rule, Sum, Tick, names_read, walk
from snndsl.ir.program import RULE_BUILTINS
from snndsl.lowering.comments import statement_text
from snndsl.lowering.neuron import Samples, ir_name
from snndsl.lowering.reads import Reads, local_name
from snndsl.lowering.translate import BlockBuilder, Translator, draw_arguments, start_time
from snndsl.model.element import Instruction
from snndsl.model.rule import PlasticityRule, RuleUse

__all__ = ["LoweredRule", "lower_rule", "quantum_of"]

NEVER = float("-inf")


@dataclass(frozen=True, slots=True, eq=False)
class LoweredRule:
    """A rule and what its synapses must still supply.

    Parameters
    ----------
    rule : Rule
        Of the program.
    added : mapping of str to float
        Initial values of the states that the lowering added, and values of parameters that are read of signals and of the file.
    sides : mapping of str to tuple of str
        Parameters that are those of neurons: of which side, and their flat name.
    origins : mapping of str to str
        Path of a local, parameter or state (``on_pre.w__1``, ``every_1000.w__1``, ``params.q__``) to the user's text or its
        meaning, for comments.
    """

    rule: Rule
    added: Mapping[str, float]
    sides: Mapping[str, tuple[str, str]]
    origins: Mapping[str, str]


def lower_rule(
    use: RuleUse, step: Fraction, port: str, reads: Reads, constants: Callable[[str], float], samples: Samples
) -> LoweredRule:
    """Return the rule of the program for synapses that reach a port.

    Parameters
    ----------
    use : RuleUse
        With what its needs are bound to.
    step : Fraction
        Length of a step in ms.
    port : str
        As the projection names it.
    reads : Reads
        Of neurons and signals.
    constants : callable
        Values of constants of the file, which needs may be bound to.
    samples : callable
        Arrays of the program that the rule calls.
    """
    return _Lowering(use.rule, step, port, use, reads, constants, samples).run()


def quantum_of(port: str) -> str:
    """Return the parameter of a rule that holds the grid of a port it delivers to; the empty name is that of its synapses."""
    return f"{port}__q__" if port else "q__"


@dataclass
class _Lowering:
    element: PlasticityRule
    step: Fraction
    port: str
    use: RuleUse
    reads: Reads
    constants: Callable[[str], float]
    samples: Samples
    calls: dict[str, dict[object, int]] = field(default_factory=dict)
    intervals: set[str] = field(default_factory=set)
    sums: int = 0
    rows: bool = False

    def run(self) -> LoweredRule:
        element = self.element
        on_pre = _Event(self, element.on_pre, delivers=True)
        on_post = _Event(self, element.on_post, late=True)
        due: dict[int, list[Instruction]] = {}
        for timer in element.every:
            due.setdefault(timer.steps, []).extend(timer.instructions)
        ticks = [(steps, _Event(self, due[steps])) for steps in sorted(due)]
        parameters, own, traces = ([*map(ir_name, names)] for names in (element.parameters, element.states, element.traces))
        added = {f"{trace}__last": 0.0 for trace in traces}
        added |= {f"last_{kind}__": NEVER for kind in ("pre", "post") if kind in self.intervals}
        fixed = [ir_name(need) for need in element.needs if need not in self.use.bound]
        blocks = [on_pre.block("pre"), on_post.block("post")]
        every = tuple(event.tick(period) for period, event in ticks)
        quanta = ["q__", *(quantum_of(port) for port, _ in on_pre.delivered if port)]
        params = [*quanta, *parameters, *(f"{trace}__{part}" for trace in traces for part in ("c", "to"))]
        params += [*fixed, *self.reads.values, *self.reads.sides]
        params += ["row__"] if self.rows else []
        params += ["bound__"] if element.bounds else []
        params += [word for owner in self.calls for word in _key(owner)]
        states = ("w", *own, *traces, *added)
        used = names_read([*blocks, *(block for tick in every for block in tick.blocks)]) | {*quanta, "bound__"}
        rule = Rule(
            name=ir_name(element.name),
            params=tuple(name for name in params if name in used),
            states=states,
            on_pre=blocks[0],
            on_post=blocks[1],
            deliver=tuple(on_pre.delivered),
            every=every,
            bound="bound__" if element.bounds else "",
            order=element.order,
            reads=tuple(self.reads.states.values()),
        )
        events = [("on_pre", on_pre), ("on_post", on_post), *((f"every_{period}", event) for period, event in ticks)]
        said = {f"{name}.{key}": text for name, event in events for key, text in event.builder.origins.items()}
        return LoweredRule(rule, {**added, **self.reads.values}, self.reads.sides, said | self._meanings())

    def _meanings(self) -> dict[str, str]:
        """Return what the parameters and states are that no user wrote."""
        found = {"params.q__": "weights are multiples of it", "params.bound__": "largest magnitude of w"}
        found["params.row__"] = "row of the pairs that the synapse is of"
        others = [ir_name(port) for port in self.element.delivered if port is not None]
        found |= {f"params.{quantum_of(port)}": f"what arrives at {port} is a multiple of it" for port in others}
        for owner in self.calls:
            whose = f" of {owner}" if owner else ""
            found |= {f"params.{word}": f"key of the random draws{whose}" for word in _key(owner)}
        found |= {f"params.{name}": text for name, text in self.reads.said.items()}
        found |= {f"states.last_{kind}__": f"stamp of the last {kind} arrival" for kind in ("pre", "post")}
        for trace in self.element.traces:  # no numbers here: another time constant compiles nothing
            stored = ir_name(trace)
            found[f"params.{stored}__c"] = f"-h/tau of {trace}"
            found[f"params.{stored}__to"] = f"what {trace} decays to"
            found[f"states.{stored}__last"] = f"stamp at which {trace} was assigned"
        return found


class _Event:
    """One event of a synapse as a block."""

    def __init__(
        self, rule: _Lowering, instructions: Iterable[Instruction], delivers: bool = False, late: bool = False
    ) -> None:
        self.rule, self.builder = rule, BlockBuilder()
        self.read_at: Expr = Ref("tv") if late else Call("sub", (Ref("tv"), Const(1.0)))
        self.needs: dict[str, Expr] = {}
        self.latest: dict[str, Expr] = {}
        self.locals: dict[str, Expr] = {}
        self.assigned: set[str] = set()
        self.delivered: list[tuple[str, str]] = []
        self.owner = ""
        self.sums: dict[tuple[str, Expr], Sum] = {}
        self.translate = Translator(self.builder, self._named, rule.step, Ref("tv"), self._draw, rule.samples, self._sum)
        for instruction in instructions:
            self._run(instruction)
        if delivers and "" not in dict(self.delivered):
            self._deliver(Ref("w") if "w" not in self.latest else self.latest["w"])

    def block(self, kind: str) -> Block:
        """Return the block; `kind` names the interval that ends with this event."""
        writes = [
            (ir_name(state), value.name)
            for state, value in self.latest.items()
            if state in self.assigned and isinstance(value, Ref)
        ]
        writes += [(f"{ir_name(trace)}__last", "tv") for trace in self.rule.element.traces if trace in self.assigned]
        if kind in self.rule.intervals:
            writes.append((f"last_{kind}__", "tv"))
        return self.builder.block(writes)

    def tick(self, period: int) -> Tick:
        """Return the tick; what only its sums needed is not computed again."""
        block, sums = self.block(""), tuple(self.sums.values())
        return Tick(
            period, replace(block, lets=_needed(block.lets, [name for _, name in block.writes])) if sums else block, sums
        )

    def _sum(self, function: str, value: Expr) -> Expr:
        """Return a sum over synapses. What is added is computed anew for it: until a tick ends, nothing is written."""
        if (function, value) not in self.sums:
            self.rule.sums += 1
            over = function.removeprefix("sum_by_")
            local, lets = f"sum__{self.rule.sums}__{over}", tuple(self.builder.lets)
            if not isinstance(value, Ref):
                lets += ((f"{local}__term", value),)
            term = value.name if isinstance(value, Ref) else f"{local}__term"
            self.sums[function, value] = Sum(over, Block(_needed(lets, [term]), ((local, term),)))
        return Ref(self.sums[function, value].local)

    def _run(self, instruction: Instruction) -> None:
        statement, self.owner = instruction.statement, instruction.owner
        if isinstance(statement, Deliver):
            port = "" if statement.port in (None, self.rule.port) else ir_name(str(statement.port))
            self._deliver(self.translate(statement.value), port, statement_text(statement))
            return
        assert isinstance(statement, Assignment)
        target = statement.target
        value = self.translate(statement.value)
        if statement.op != "=":
            value = Call(INFIX[statement.op[0]], (self._named(target), value))
        element, text = self.rule.element, statement_text(statement)
        if target == "w" or target in element.states or target in element.traces:
            self.latest[target] = self.builder.let(target, value, text)
            self.assigned.add(target)
        else:
            self.locals[target] = self.builder.let(target, value, text)

    def _deliver(self, value: Expr, port: str = "", text: str = "deliver(w)") -> None:
        q = Ref(quantum_of(port))
        cells = Call("floor", (Call("add", (Call("div", (value, q)), Const(0.5))),))
        self.delivered.append((port, self.builder.let("sent", Call("mul", (cells, q)), text).name))

    def _named(self, text: str) -> Expr:
        element, step = self.rule.element, self.rule.step
        if text in self.locals:
            return self.locals[text]
        if text in self.latest:
            return self.latest[text]
        if text == "w" or text in element.states:
            return Ref(ir_name(text))
        if text in element.traces:
            self.latest[text] = self._trace(text)
            return self.latest[text]
        if text in element.parameters or (text in element.needs and text not in self.rule.use.bound):
            return Ref(ir_name(text))
        if text in element.needs:
            return self._need(text)
        if text in self.rule.reads:
            return self.rule.reads.value(text, self.builder, self.read_at)
        for kind in ("pre", "post"):
            if text in (f"since_{kind}", f"steps(since_{kind})"):
                self.rule.intervals.add(kind)
                ago = Call("sub", (Ref("tv"), Ref(f"last_{kind}__")))
                return ago if text.startswith("steps") else start_time(ago, step)
        if text == "row":
            self.rule.rows = True
            return Ref("row__")
        if text in RULE_BUILTINS:
            return Ref(text)
        raise KeyError(text)

    def _need(self, need: str) -> Expr:
        """Return what a need is bound to: an expression of the file, of signals and of the neurons on both sides."""
        if need not in self.needs:
            value = Translator(self.builder, self._bound_name, self.rule.step, Ref("tv"))(self.rule.use.bound[need].tree)
            self.needs[need] = self.builder.atom(value, need, f"{need} of the projection")
        return self.needs[need]

    def _bound_name(self, text: str) -> Expr:
        reads = self.rule.reads
        if text in reads:
            return reads.value(text, self.builder, self.read_at)
        local = local_name("", text)
        reads.values[local], reads.said[local] = self.rule.constants(text), f"constant {text}"
        return Ref(local)

    def _trace(self, trace: str) -> Expr:
        """to + (x - to)*exp(c*(V - last)), from the last assignment."""
        stored = ir_name(trace)
        age = Call("sub", (Ref("tv"), Ref(f"{stored}__last")))
        factor = Call("exp", (Call("mul", (Ref(f"{stored}__c"), age)),))
        target = self.rule.element.traces[trace][1].tree
        if isinstance(target, tree.Number) and target.value == 0:
            return self.builder.let(trace, Call("mul", (Ref(stored), factor)), f"{trace} has decayed since")
        to = Ref(f"{stored}__to")
        moved = Call("add", (to, Call("mul", (Call("sub", (Ref(stored), to)), factor))))
        return self.builder.let(trace, moved, f"{trace} has decayed since")

    def _draw(self, node: tree.FunctionCall) -> tuple[Expr, ...]:
        calls = self.rule.calls.setdefault(self.owner, {})
        call = calls.setdefault(node.written, len(calls))
        return draw_arguments(_key(self.owner), Ref("row"), Ref("tv"), Ref("trial"), call)


def _needed(lets: Iterable[tuple[str, Expr]], names: Iterable[str]) -> tuple[tuple[str, Expr], ...]:
    """Return the locals that names rest on, in order."""
    wanted, found = {*names}, []
    for name, expression in reversed([*lets]):
        if name in wanted:
            found.append((name, expression))
            wanted |= {part.name for part in walk(expression) if isinstance(part, Ref)}
    return tuple(reversed(found))


def _key(owner: str) -> tuple[str, str]:
    """Return the parameters that hold the key of what a rule draws."""
    before = f"{ir_name(owner)}__" if owner else ""
    return f"{before}key__0", f"{before}key__1"
