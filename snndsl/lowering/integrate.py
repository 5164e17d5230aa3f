"""Equations as statements: one step of each integrator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from snndsl.expressions import tree
from snndsl.ir import Call, Const, Expr, Ref
from snndsl.lowering.comments import equation_text
from snndsl.lowering.translate import BlockBuilder, Translator
from snndsl.model.element import Element
from snndsl.model.equations import Group

__all__ = ["advance", "propagator", "propagators"]

_LONGEST = 180
At = Callable[[Mapping[str, Expr]], Translator]


def propagator(kind: str, row: str, column: str) -> str:
    """Return the name of the parameter that holds an entry of exp(A*h) (P) or of its integral (Q).

    It is also the name of a file, which a system wants short: what is too long ends in a hash of the whole.
    """
    name = "__".join((kind, row.replace(".", "__"), column.replace(".", "__")))
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}__{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"


def propagators(group: Group) -> dict[str, str]:
    """Return the propagators that the block of a group reads, by name, and what each is."""
    if group.method != "exact":
        return {}
    reach = group.reaches()
    pairs = [(row, column) for row in group.states for column in group.states if (row, column) in reach]
    found = {propagator("P", row, column): f"exp(A h), {row} <- {column}" for row, column in pairs}
    return found | {
        propagator("Q", row, column): f"integral of exp(A s) over a step, {row} <- input of {column}"
        for row, column in pairs
        if group.parts[column].rest is not None
    }


def advance(groups: Iterable[Group], element: Element, step: Fraction, builder: BlockBuilder, at: At) -> dict[str, Expr]:
    """Return the new value of every integrated state; all right sides read the old state."""
    h = Const(float(step))
    new: dict[str, Expr] = {}
    for group in groups:
        rates = [element.derivatives[state].tree for state in group.states]
        old = [at({})(tree.Name(text=state, start=0, end=0)) for state in group.states]
        match group.method:
            case "exact":
                values = _exact(group, builder, at({}))
            case "exponential_euler":
                values = [_exponential_euler(group, old[0], h, builder, at({}))]
            case "euler":
                values = _euler(rates, old, h, builder, at)
            case "heun":
                values = _heun(group.states, rates, old, h, builder, at)
            case _:
                values = _rk4(group.states, rates, old, h, builder, at)
        new |= dict(zip(group.states, values, strict=True))
    return {
        state: builder.let(state, value, equation_text(f"d{state}/dt", element.derivatives[state]))
        for state, value in new.items()
    }


def _exact(group: Group, builder: BlockBuilder, translate: Translator) -> list[Expr]:
    reach = group.reaches()
    inputs = {
        state: builder.atom(translate(part.rest), f"input.{state}")
        for state, part in group.parts.items()
        if part.rest is not None
    }
    values: list[Expr] = []
    for row in group.states:
        terms: list[Expr] = [
            Call("mul", (Ref(propagator("P", row, column)), translate(tree.Name(text=column, start=0, end=0))))
            for column in group.states
            if (row, column) in reach
        ]
        terms += [
            Call("mul", (Ref(propagator("Q", row, column)), inputs[column]))
            for column in group.states
            if (row, column) in reach and column in inputs
        ]
        total = terms[0]
        for item in terms[1:]:
            total = Call("add", (total, item))
        values.append(total)
    return values


def _exponential_euler(group: Group, old: Expr, h: Const, builder: BlockBuilder, translate: Translator) -> Expr:
    """x + (a - b*x)*h*exprel(-b*h) for x' = a - b*x: exact for constant a and b, and right at b = 0."""
    [state] = group.states
    parts = group.parts[state]
    coefficient = parts.coefficients.get(state)
    if coefficient is None:
        return old if parts.rest is None else Call("add", (old, Call("mul", (h, translate(parts.rest)))))
    slope = builder.atom(translate(coefficient), f"slope.{state}")
    rate: Expr = Call("mul", (slope, old))
    if parts.rest is not None:
        rate = Call("add", (translate(parts.rest), rate))
    width = Call("mul", (h, Call("exprel", (Call("mul", (slope, h)),))))
    return Call("add", (old, Call("mul", (rate, width))))


def _euler(rates: list[tree.Expression], old: list[Expr], h: Const, builder: BlockBuilder, at: At) -> list[Expr]:
    translate = at({})
    return [Call("add", (x, Call("mul", (h, translate(rate))))) for x, rate in zip(old, rates, strict=True)]


def _slopes(rates: list[tree.Expression], stage: Mapping[str, Expr], builder: BlockBuilder, at: At) -> list[Expr]:
    translate = at(stage)
    return [builder.let("slope", translate(rate)) for rate in rates]


def _moved(states: tuple[str, ...], old: list[Expr], slopes: list[Expr], h: float, builder: BlockBuilder) -> dict[str, Expr]:
    return {
        state: builder.let("stage", Call("add", (x, Call("mul", (Const(h), slope)))))
        for state, x, slope in zip(states, old, slopes, strict=True)
    }


def _heun(
    states: tuple[str, ...], rates: list[tree.Expression], old: list[Expr], h: Const, builder: BlockBuilder, at: At
) -> list[Expr]:
    first = _slopes(rates, {}, builder, at)
    second = _slopes(rates, _moved(states, old, first, h.value, builder), builder, at)
    half = Const(h.value / 2.0)
    return [Call("add", (x, Call("mul", (half, Call("add", (a, b)))))) for x, a, b in zip(old, first, second, strict=True)]


def _rk4(
    states: tuple[str, ...], rates: list[tree.Expression], old: list[Expr], h: Const, builder: BlockBuilder, at: At
) -> list[Expr]:
    k1 = _slopes(rates, {}, builder, at)
    k2 = _slopes(rates, _moved(states, old, k1, h.value / 2.0, builder), builder, at)
    k3 = _slopes(rates, _moved(states, old, k2, h.value / 2.0, builder), builder, at)
    k4 = _slopes(rates, _moved(states, old, k3, h.value, builder), builder, at)
    values: list[Expr] = []
    for x, a, b, c, d in zip(old, k1, k2, k3, k4, strict=True):
        middle = Call("mul", (Const(2.0), Call("add", (b, c))))
        total = Call("add", (Call("add", (a, middle)), d))
        values.append(Call("add", (x, Call("mul", (Const(h.value / 6.0), total)))))
    return values
