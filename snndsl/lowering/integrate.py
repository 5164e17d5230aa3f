"""Equations as statements: one step of each integrator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from snndsl.expressions import tree
from snndsl.expressions.meanings import Algebra
from snndsl.integrators import INTEGRATORS
from snndsl.ir import Expr
from snndsl.lowering.comments import equation_text
from snndsl.lowering.translate import BlockBuilder, Translator
from snndsl.model.element import Element
from snndsl.model.equations import StateGroup

__all__ = ["advance"]

At = Callable[[Mapping[str, Expr]], Translator]


def advance(groups: Iterable[StateGroup], element: Element, builder: BlockBuilder, at: At) -> dict[str, Expr]:
    """Return the new value of every integrated state; `at` translates with some states moved, all others at the beginning."""
    new: dict[str, Expr] = {}
    for group in groups:
        values = INTEGRATORS[group.method].advance(group, _Step(element, builder, at, at({})))
        new |= dict(zip(group.states, values, strict=True))
    return {
        state: builder.let(state, value, equation_text(f"d{state}/dt", element.derivatives[state]))
        for state, value in new.items()
    }


@dataclass(frozen=True, slots=True)
class _Step:
    """See `snndsl.model.integrator.Step`."""

    element: Element
    builder: BlockBuilder
    at: At
    value: Translator

    @property
    def h(self) -> float:
        """Length in ms."""
        return float(self.value.step)

    @property
    def apply(self) -> Algebra[Expr]:
        """Writes operations."""
        return self.value.apply

    def old(self, state: str) -> Expr:
        """Return a state at the beginning."""
        return self.value(tree.Name(state))

    def rates(self, states: Iterable[str], stage: Mapping[str, Expr]) -> list[Expr]:
        """Return right sides."""
        translate = self.at(stage)
        return [translate(self.element.derivatives[state].tree) for state in states]

    def slopes(self, states: Iterable[str], stage: Mapping[str, Expr]) -> list[Expr]:
        """Return right sides under names of their own."""
        translate = self.at(stage)
        return [self.builder.let("slope", translate(self.element.derivatives[state].tree)) for state in states]
