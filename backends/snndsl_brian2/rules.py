"""Rules as the texts that Brian2's Synapses take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from snndsl.ir import OPERATIONS, Block, Call, Expr, Ref, Rule, walk
from snndsl_brian2.abstract import FUNCTIONS, Scope, block_lines
from snndsl_brian2.tree.names import neuron_name, synapse_name

__all__ = ["RuleCode", "rule_code", "static_code"]

_FIXED = "fixed "  # with a blank: no name of a program
_DRAWS = ("uniform", "normal", "poisson", "sample")


@dataclass(frozen=True, slots=True)
class RuleCode:
    """Equations (all variables are parameters), what arrivals do, and what happens every so many steps."""

    model: tuple[str, ...]
    on_pre: tuple[str, ...]
    on_post: tuple[str, ...]
    every: tuple[tuple[int, tuple[str, ...]], ...]


def static_code(port: str) -> RuleCode:
    """Return the texts of synapses that only transmit their weight."""
    return RuleCode(("weight : 1 (constant)",), (f"{neuron_name(port)}_post += weight",), (), ())


def rule_code(rule: Rule, port: str, same: frozenset[str], samples: Mapping[str, int], keys: dict[float, int]) -> RuleCode:
    """Return the texts of a rule.

    Parameters
    ----------
    rule : Rule
        Of the program.
    port : str
        That it delivers to.
    same : frozenset of str
        Parameters that are one number for all synapses.
    samples, keys
        As for neurons.
    """
    model = ["dendritic : integer (constant)"]
    model += [f"{synapse_name(name)} : 1 ({'shared, constant' if name in same else 'constant'})" for name in rule.params]
    model += [f"{synapse_name(name)} : 1" for name in rule.states]
    blocks = [rule.on_pre, rule.on_post, *(tick.block for tick in rule.every)]
    if any(_reads(block, "row") for block in blocks):
        model.append("row : integer (constant)")
    arrival = "tv = (t_in_timesteps + 1 - dendritic) + 0.0"
    late = "tv = (t_in_timesteps - dendritic) + 0.0"

    def code(first: str, block: Block) -> list[str]:
        fixed, rest = _fix(block, same)
        scope = _scope(rule, samples, keys)
        return [*block_lines(Block(fixed), scope), first, *block_lines(rest, scope)]

    on_pre = code(arrival, rule.on_pre) + _checks(rule, rule.on_pre)
    if rule.deliver:
        scope = _scope(rule, samples, keys)
        value = scope.name(rule.deliver, {name for name, _ in rule.on_pre.lets})
        on_pre.append(f"{neuron_name(port)}_post += {value}")
    on_post = code(arrival if rule.order == "post_first" else late, rule.on_post) + _checks(rule, rule.on_post)
    every = tuple((tick.period, tuple(_tick(rule, code(arrival, tick.block), tick.period, tick.block))) for tick in rule.every)
    return RuleCode(tuple(model), tuple(on_pre), tuple(on_post) if rule.on_post.writes else (), every)


def _scope(rule: Rule, samples: Mapping[str, int], keys: dict[float, int]) -> Scope:
    def mangle(name: str) -> str:
        return f"fixed_{name.removeprefix(_FIXED)}" if name.startswith(_FIXED) else synapse_name(name)

    builtins = {"tv": "tv", "row": "(row + 0.0)", "trial": "snn_trial(0.0)"}
    return Scope(mangle, {*rule.params, *rule.states}, builtins, "tv", samples, keys)


def _reads(block: Block, name: str) -> bool:
    trees = [tree for _, tree in block.lets]
    return any(part == Ref(name) for tree in trees for part in walk(tree)) or any(source == name for _, source in block.writes)


def _tick(rule: Rule, lines: list[str], period: int, block: Block) -> Iterator[str]:
    """Yield the code of a tick, whose writes count only where it is due: synapses differ in their dendritic part."""
    writes = {f"{synapse_name(state)} = " for state, _ in block.writes}
    yield from (line for line in lines if not line.startswith(tuple(writes)))
    yield f"due = snn_due(tv, {float(period)!r})"
    kept = [line for line in lines if line.startswith(tuple(writes))]
    for line in kept:
        state, value = line.split(" = ")
        yield f"{state}_due = snn_select(due, {value}, {state})"
    for line in kept:
        state = line.split(" = ")[0]
        yield f"{state} = {state}_due"
    yield from _checks(rule, block, "snn_select(due, {}, 0.0)")


def _checks(rule: Rule, block: Block, value: str = "{}") -> list[str]:
    """Return the statements that look at what the block has written: finite, and the weight within its bound."""
    written = [state for state, _ in block.writes if not state.endswith("__")]
    lines = [f"checked_{synapse_name(state)} = snn_number({value.format(synapse_name(state))}, tv)" for state in written]
    if rule.bound and "w" in written:
        lines.append(f"checked = snn_bound({value.format(synapse_name('w'))}, {synapse_name(rule.bound)}, tv)")
    return lines


def _fix(block: Block, same: frozenset[str]) -> tuple[tuple[tuple[str, Expr], ...], Block]:
    """Give functions of parameters that all synapses share a name of their own: Brian2 computes those once a step."""
    fixed: dict[str, Expr] = {}
    names: dict[str, str] = {}  # by text: 0.0 and -0.0 are equal, but not the same

    def constant(tree: Expr) -> bool:
        return all(
            part.name in same if isinstance(part, Ref) else not isinstance(part, Call) or part.op not in _DRAWS
            for part in walk(tree)
        )

    def replace(tree: Expr) -> Expr:
        if not isinstance(tree, Call):
            return tree
        costly = any(isinstance(part, Call) and part.op in FUNCTIONS for part in walk(tree))
        if costly and OPERATIONS[tree.op].result == "r" and constant(tree):
            name = names.setdefault(repr(tree), f"{_FIXED}{len(names) + 1}")
            fixed[name] = tree
            return Ref(name)
        return Call(tree.op, tuple(replace(argument) for argument in tree.args), tree.key)

    lets = tuple((name, replace(tree)) for name, tree in block.lets)
    return tuple(fixed.items()), Block(lets, block.writes)
