"""Rules as the texts that Brian2's Synapses take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from snndsl.backend.finite import may_fail
from snndsl.backend.names import free_names
from snndsl.ir import OPERATIONS, Block, Call, Const, Expr, Ref, Rule, Sum, names_read, walk
from snndsl.ir.remarks import Remarks
from snndsl_brian2.abstract import BlockNames, block_lines
from snndsl_brian2.neurons import builtin_lines
from snndsl_brian2.words import reserved

__all__ = ["RuleCode", "RuleContext", "TickCode", "rule_code", "tick_orders"]

_BUILTINS = {"trial": "snn_trial(0.0)", "row": "row + 0.0"}
_MEANING = {"trial": "number of the trial", "row": "number of the synapse"}
_LOCALS = {"trial": "trial", "row": "number"}
_ARRIVAL = "tv = t_in_timesteps + 1 - dendritic + 0.0  # stamp at the synapse"
_LATE = "tv = t_in_timesteps - dendritic + 0.0  # stamp at the synapse"


@dataclass(frozen=True, slots=True)
class TickCode:
    """A tick in Brian2's words.

    Parameters
    ----------
    period : int
        In steps.
    lines : tuple of str
        What happens.
    sums : tuple of (str, tuple of str)
        Sums over synapses that come first: the name in the program, and the code for what a synapse adds.
    """

    period: int
    lines: tuple[str, ...]
    sums: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleCode:
    """A rule in Brian2's words.

    Parameters
    ----------
    model : tuple of str
        Equations; all variables are parameters.
    on_pre, on_post : tuple of str
        What arrivals do.
    every : tuple of TickCode
        By growing period.
    names : tuple of (str, str)
        Parameter, state or sum of the program and its variable.
    """

    model: tuple[str, ...]
    on_pre: tuple[str, ...]
    on_post: tuple[str, ...]
    every: tuple[TickCode, ...]
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RuleContext:
    """Where a rule is used.

    Parameters
    ----------
    ports : tuple of str
        Variables of the target that it delivers to, in its order.
    same : frozenset of str
        Parameters that are one number for all synapses.
    taken : frozenset of str
        Variables of source and target: Brian2 wants others at a synapse.
    samples, keys
        As for neurons.
    reads : mapping of str to str
        Abstract code of what the rule reads of neurons, by local name.
    """

    ports: tuple[str, ...]
    same: frozenset[str]
    taken: frozenset[str]
    samples: Mapping[str, int]
    keys: dict[float, int]
    reads: Mapping[str, str]


def tick_orders(rule: Rule) -> list[tuple[int, list[int]]]:
    """Return when the ticks of a rule come in Brian2's slot, one after the other: each, and the sums that it needs.

    What synapses add has the order before that of their sum.
    """
    found, order = [], 0
    for tick in rule.every:
        sums = [order + 2 * k + 1 for k in range(len(tick.sums))]
        order += 2 * len(sums)
        found.append((order, sums))
        order += 1
    return found


def rule_code(rule: Rule, context: RuleContext, remarks: Remarks) -> RuleCode:
    """Return the texts of a rule.

    Parameters
    ----------
    rule : Rule
        Of the program.
    context : RuleContext
        Where it is used.
    remarks : Remarks
        On the rule.
    """
    return _Writer(rule, context, remarks).code()


class _Writer:
    def __init__(self, rule: Rule, context: RuleContext, remarks: Remarks) -> None:
        self.rule, self.context, self.remarks = rule, context, remarks
        self.sums = {item.local: (item.over, tick.period) for tick in rule.every for item in tick.sums}
        self.names = free_names((*rule.params, *rule.states, *self.sums), reserved, context.taken, "_syn")

    def code(self) -> RuleCode:
        rule, names = self.rule, self.names
        blocks = [rule.on_pre, rule.on_post, *(block for tick in rule.every for block in tick.blocks)]
        model = ["dendritic : integer (constant)  # steps from the synapse to the soma"]
        for name in rule.params:
            kind = "shared, constant" if name in self.context.same else "constant"
            model.append(f"{names[name]} : 1 ({kind}){self.remarks.beside('params', name)}")
        model += [f"{names[name]} : 1{self.remarks.beside('states', name)}" for name in rule.states]
        for name, (over, period) in self.sums.items():
            model.append(f"{names[name]} : 1  # what a synapse adds, then the sum by {over}, every {period} steps")
        if "row" in names_read(blocks):
            model.append("row : integer (constant)")
        every = tuple(
            TickCode(
                tick.period,
                tuple(self._tick(tick.period, tick.block)),
                tuple((item.local, tuple(self._term(tick.period, item))) for item in tick.sums),
            )
            for tick in rule.every
        )
        first = _ARRIVAL if rule.order == "post_first" else _LATE
        on_post = tuple(self._arrival("on_post", first, rule.on_post)) if rule.on_post.writes else ()
        on_pre = tuple(self._arrival("on_pre", _ARRIVAL, rule.on_pre))
        return RuleCode(tuple(model), on_pre, on_post, every, tuple(names.items()))

    def _arrival(self, kind: str, first: str, block: Block) -> Iterator[str]:
        sent = dict(zip(self.context.ports, (name for _, name in self.rule.deliver), strict=True)) if kind == "on_pre" else {}
        head, scope, rest = self._scope(first, block)
        lines, writes = block_lines(rest, scope, self.rule.states, self.remarks.of(kind), sent.values())
        yield from (*head, *lines)
        yield from (f"{port}_post += {scope.names[name]}" for port, name in sent.items())
        yield from writes
        yield from self._checks(block, scope)

    def _tick(self, period: int, block: Block) -> Iterator[str]:
        """Yield the code of a tick, whose writes count only where it is due: synapses differ in their dendritic part."""
        head, scope, rest = self._scope(_ARRIVAL, block)
        written = [value for _, value in block.writes]
        due = _due(period)
        samples = _samples(rest)
        scope = replace(scope, due="due") if samples else scope
        lines, _ = block_lines(Block(rest.lets), scope, (), self.remarks.of(f"every_{period}"), written)
        yield from (*head, due, *lines) if samples else (*head, *lines, due)
        names = {state: scope.names[state] for state, _ in block.writes}
        for state, value in block.writes:
            yield f"{names[state]}__due = snn_select(due, {scope.names[value]}, {names[state]})"
        yield from (f"{name} = {name}__due" for name in names.values())
        yield from self._checks(block, scope, "snn_select(due, {}, {})")

    def _term(self, period: int, item: Sum) -> Iterator[str]:
        """Yield the code for what a synapse adds to a sum."""
        head, scope, rest = self._scope(_ARRIVAL, item.terms)
        samples = _samples(rest)
        scope = replace(scope, due="due") if samples else scope
        lines, writes = block_lines(rest, scope, (item.local,), self.remarks.of(f"every_{period}"))
        yield from (*head, *([_due(period)] if samples else ()), *lines, *writes)

    def _scope(self, first: str, block: Block) -> tuple[list[str], BlockNames, Block]:
        """Return the lines that come first, the names of a block, and what is left of it."""
        context = self.context
        fixed, rest = _fix(block, context.same)
        outside = {**_BUILTINS, **context.reads}
        built = {name: text for name, text in outside.items() if name in names_read([block])}
        known = [*(name for name, _ in (*fixed, *rest.lets)), *(_LOCALS.get(name, name) for name in built)]
        local = free_names(known, reserved, context.taken | set(self.names.values()), "_syn")
        names = self.names | local | {name: local[_LOCALS.get(name, name)] for name in built} | {"tv": "tv"}
        meaning = {**_MEANING, **{item.local: f"{item.state} of {item.of}" for item in self.rule.reads}}
        scope = BlockNames(names, "tv", context.samples, context.keys)
        lines, _ = block_lines(Block(fixed), scope, (), Remarks({}), [name for name, _ in fixed])
        head = [f"{line}  # the same for all synapses" for line in lines]
        return [*head, *builtin_lines(built, names, meaning), first], scope, rest

    def _checks(self, block: Block, scope: BlockNames, value: str = "{}") -> Iterator[str]:
        """Yield the statements that look at what the block has written: finite, in its range, the weight within its bound."""
        may = may_fail(block, {*self.rule.params, *self.rule.states, *self.context.reads, "tv", "row", "trial"})
        limits = {item.state: item for item in self.rule.ranges}
        for state, _ in block.writes:
            name = scope.names[state]
            if state in limits:
                low, high = limits[state].low, limits[state].high
                checked = f"snn_within({value.format(name, repr(low))}, {low!r}, {high!r}, tv)"
                yield f"{name}__checked = {checked}  # the run stops where it is outside its range"
            elif state in may:
                yield f"{name}__checked = snn_number({value.format(name, 0.0)}, tv)  # the run stops where it is not finite"
        if self.rule.bound and any(state == "w" for state, _ in block.writes):
            w, bound = scope.names["w"], scope.names[self.rule.bound]
            yield f"{w}__bounded = snn_bound({value.format(w, 0.0)}, {bound}, tv)  # the run stops where it is larger"


def _due(period: int) -> str:
    return f"due = snn_due(tv, {float(period)!r})  # not at every synapse in the same step"


def _samples(block: Block) -> bool:
    return any(isinstance(part, Call) and part.op == "sample" for _, value in block.lets for part in walk(value))


def _fix(block: Block, same: frozenset[str]) -> tuple[tuple[tuple[str, Expr], ...], Block]:
    """Give functions of parameters that all synapses share a name of their own: Brian2 computes those once a step."""
    fixed: dict[str, Expr] = {}
    names: dict[str, str] = {}  # by text: 0.0 and -0.0 are equal, but not the same

    def constant(tree: Expr) -> bool:
        match tree:
            case Const():
                return True
            case Ref(name):
                return name in same
        operation = OPERATIONS[tree.op]
        return not operation.is_draw and tree.op != "sample" and all(map(constant, tree.args))

    def replace(tree: Expr) -> Expr:
        if not isinstance(tree, Call):
            return tree
        costly = any(isinstance(part, Call) and not OPERATIONS[part.op].symbol for part in walk(tree))
        if costly and OPERATIONS[tree.op].result == "r" and constant(tree):
            name = names.setdefault(repr(tree), f"shared_{len(names) + 1}__")
            fixed[name] = tree
            return Ref(name)
        return Call(tree.op, tuple(replace(argument) for argument in tree.args), tree.key)

    lets = tuple((name, replace(tree)) for name, tree in block.lets)
    return tuple(fixed.items()), Block(lets, block.writes)
