"""Neurons and rules of a program as plain JSON values, and back; arrays live beside it in files."""

from __future__ import annotations

import math
from typing import Any

from snndsl.ir.expression import Block, Call, Const, Expr, Ref
from snndsl.ir.program import Carry, Neuron, Range, Read, Rule, Sum, Tick

__all__ = ["carry_from", "carry_to", "neuron_from", "neuron_to", "ranges_to", "reads_to", "rule_from", "rule_to"]


def neuron_to(neuron: Neuron) -> dict[str, Any]:
    """Return a neuron as JSON values."""
    return {
        "name": neuron.name,
        "params": list(neuron.params),
        "states": list(neuron.states),
        "ports": list(neuron.ports),
        "update": _block_to(neuron.update),
        "fires": neuron.fires,
        "reset": _block_to(neuron.reset),
        **ranges_to(neuron.ranges),
        **reads_to(neuron.reads),
    }


def neuron_from(data: dict[str, Any]) -> Neuron:
    """Return the neuron that `neuron_to` wrote."""
    return Neuron(
        data["name"],
        tuple(data["params"]),
        tuple(data["states"]),
        tuple(data["ports"]),
        _block_from(data["update"]),
        data["fires"],
        _block_from(data["reset"]),
        _ranges_from(data),
        _reads_from(data),
    )


def rule_to(rule: Rule) -> dict[str, Any]:
    """Return a rule as JSON values."""
    return {
        "name": rule.name,
        "params": list(rule.params),
        "states": list(rule.states),
        "on_pre": _block_to(rule.on_pre),
        "on_post": _block_to(rule.on_post),
        "deliver": [list(pair) for pair in rule.deliver],
        "every": [_tick_to(tick) for tick in rule.every],
        "bound": rule.bound,
        "order": rule.order,
        **ranges_to(rule.ranges),
        **reads_to(rule.reads),
    }


def rule_from(data: dict[str, Any]) -> Rule:
    """Return the rule that `rule_to` wrote."""
    return Rule(
        data["name"],
        tuple(data["params"]),
        tuple(data["states"]),
        _block_from(data["on_pre"]),
        _block_from(data["on_post"]),
        tuple((port, sent) for port, sent in data["deliver"]),
        tuple(_tick_from(*item) for item in data["every"]),
        data["bound"],
        data["order"],
        _ranges_from(data),
        _reads_from(data),
    )


def carry_to(carry: Carry) -> dict[str, Any]:
    """Return what synapses carry as JSON values."""
    return {
        "name": carry.name,
        "params": list(carry.params),
        "block": _block_to(carry.block),
        "sent": carry.sent,
        "bound": carry.bound,
        **reads_to(carry.reads),
    }


def carry_from(data: dict[str, Any]) -> Carry:
    """Return the carry that `carry_to` wrote."""
    params, block = tuple(data["params"]), _block_from(data["block"])
    return Carry(data["name"], params, block, data["sent"], _reads_from(data), data["bound"])


def ranges_to(ranges: tuple[Range, ...]) -> dict[str, Any]:
    """Return ranges as JSON values, or nothing where there are none."""
    return {"ranges": {item.state: [item.low, item.high] for item in ranges}} if ranges else {}


def _ranges_from(data: dict[str, Any]) -> tuple[Range, ...]:
    return tuple(Range(state, low, high) for state, (low, high) in data.get("ranges", {}).items())


def reads_to(reads: tuple[Read, ...]) -> dict[str, Any]:
    """Return states of others that are read as JSON values, or nothing where there are none."""
    return {"reads": [[item.local, item.of, item.state] for item in reads]} if reads else {}


def _reads_from(data: dict[str, Any]) -> tuple[Read, ...]:
    return tuple(Read(*item) for item in data.get("reads", ()))


def _tick_to(tick: Tick) -> list[Any]:
    """Return a tick as JSON values; sums are there only where it has some."""
    sums = [[item.over, _block_to(item.terms)] for item in tick.sums]
    return [tick.period, _block_to(tick.block), *([sums] if sums else [])]


def _tick_from(period: int, block: dict[str, Any], sums: list[Any] | None = None) -> Tick:
    return Tick(period, _block_from(block), tuple(Sum(over, _block_from(terms)) for over, terms in sums or ()))


def _block_to(block: Block) -> dict[str, Any]:
    return {
        "lets": [[name, _to(expression)] for name, expression in block.lets],
        "writes": [list(pair) for pair in block.writes],
    }


def _block_from(data: dict[str, Any]) -> Block:
    lets = tuple((name, _from(expression)) for name, expression in data["lets"])
    return Block(lets, tuple((state, name) for state, name in data["writes"]))


def _to(expression: Expr) -> Any:
    match expression:
        case Const(value):
            return value if math.isfinite(value) else repr(value)
        case Ref(name):
            return {"ref": name}
        case Call(op, arguments, key):
            return [op, key, *(_to(argument) for argument in arguments)]


def _from(data: Any) -> Expr:
    if isinstance(data, dict):
        return Ref(data["ref"])
    if isinstance(data, list):
        return Call(data[0], tuple(_from(argument) for argument in data[2:]), data[1])
    return Const(float(data))
