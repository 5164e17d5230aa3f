"""Equations as statements: one step of each integrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from snndsl.errors import ModelError
from snndsl.expressions import tree
from snndsl.ir import Call, Const, Expr, Ref
from snndsl.lowering.linear import Linear, NotLinear, linear
from snndsl.lowering.translate import BlockBuilder, Translator
from snndsl.semantics.element import Element
from snndsl.semantics.terms import renamed

__all__ = ["Group", "advance", "expanded", "groups_of"]

At = Callable[[Mapping[str, Expr]], Translator]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """States that one integrator advances together.

    Parameters
    ----------
    method : str
        Name of the integrator.
    states : tuple of str
        In the order of the file.
    parts : mapping of str to Linear
        Right sides split, for the linear methods; empty otherwise.
    """

    method: str
    states: tuple[str, ...]
    parts: Mapping[str, Linear]

    def reaches(self) -> set[tuple[str, str]]:
        """Return the pairs (row, column) of the propagator that are not zero by structure."""
        pairs = {(state, state) for state in self.states}
        pairs |= {(row, column) for row in self.states for column in self.parts[row].coefficients}
        grown = True
        while grown:
            more = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
            pairs |= more
            grown = bool(more)
        return pairs

    def parameters(self) -> list[str]:
        """Return the names of the propagators that the block reads."""
        if self.method != "exact":
            return []
        reach = self.reaches()
        pairs = [(row, column) for row in self.states for column in self.states if (row, column) in reach]
        names = [propagator("P", row, column) for row, column in pairs]
        return names + [propagator("Q", row, column) for row, column in pairs if self.parts[column].rest is not None]


def propagator(kind: str, row: str, column: str) -> str:
    """Return the name of the parameter that holds an entry of exp(A*h) (P) or of its integral (Q)."""
    return "__".join((kind, row.replace(".", "__"), column.replace(".", "__")))


def expanded(node: tree.Expression, element: Element) -> tree.Expression:
    """Return the expression with every alias replaced by what it stands for."""

    def name(inner: tree.Name) -> tree.Expression:
        return expanded(element.aliases[inner.text].tree, element) if inner.text in element.aliases else inner

    return renamed(node, name)


def groups_of(element: Element) -> list[Group]:
    """Return the integrated states by method; exponential Euler advances each state alone.

    Raises
    ------
    ModelError
        If a linear method meets an equation that is not linear with constant coefficients.
    """
    groups: list[Group] = []
    for method in dict.fromkeys(element.integrators.values()):
        states = tuple(state for state in element.derivatives if element.integrators[state] == method)
        if method == "exact":
            groups.append(Group(method, states, {state: _split(element, state, states, method) for state in states}))
        elif method == "exponential_euler":
            groups += [Group(method, (state,), {state: _split(element, state, (state,), method)}) for state in states]
        else:
            groups.append(Group(method, states, {}))
    return groups


def _split(element: Element, state: str, states: tuple[str, ...], method: str) -> Linear:
    term = element.derivatives[state]
    try:
        parts = linear(expanded(term.tree, element), states)
    except NotLinear:
        problem = term.problem(
            "integrator-not-applicable", f"d{state}/dt is not linear in {', '.join(states)}", "rk4, heun or euler"
        )
        raise ModelError(problem) from None
    if method == "exact":
        for coefficient in parts.coefficients.values():
            from snndsl.semantics.terms import names_in

            for node in names_in(coefficient):
                if node.text not in element.parameters and node.text not in ("pi", "dt", "N", "i"):
                    problem = term.problem(
                        "integrator-not-applicable",
                        f"a coefficient of d{state}/dt varies during the run (it reads {node.text!r})",
                        "constant coefficients, or exponential_euler, rk4, heun, euler",
                    )
                    raise ModelError(problem)
    return parts


def advance(groups: list[Group], element: Element, step: Fraction, builder: BlockBuilder, at: At) -> dict[str, Expr]:
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
    return {state: builder.let(state, value) for state, value in new.items()}


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
