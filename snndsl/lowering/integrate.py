"""Equations as statements: one step of each integrator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from snndsl.deferred import dataclass
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
White = Callable[[str, int], Expr]


def advance(groups: Iterable[StateGroup], element: Element, builder: BlockBuilder, at: At, white: White) -> dict[str, Expr]:
    """Return the new value of every integrated state.

    Parameters
    ----------
    groups : iterable of StateGroup
        Of the element.
    element : Element
        Whose equations they are.
    builder : BlockBuilder
        Takes the locals.
    at : callable
        Translates with some states moved, all others at the beginning.
    white : callable
        The standard normal draw of a source of noise that has a number.
    """
    new: dict[str, Expr] = {}
    for group in groups:
        values = INTEGRATORS[group.method].advance(group, _Step(element, group, builder, at, at({}), white))
        new |= dict(zip(group.states, values, strict=True))
    return {
        state: builder.let(state, value, equation_text(f"d{state}/dt", element.derivatives[state]))
        for state, value in new.items()
    }


@dataclass(frozen=True, slots=True)
class _Step:
    """See `snndsl.model.integrator.Step`."""

    element: Element
    group: StateGroup
    builder: BlockBuilder
    at: At
    value: Translator
    draw: White

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
        return [translate(self._drift(state)) for state in states]

    def white(self, source: str, number: int = 0) -> Expr:
        """Return a draw under a name of its own."""
        return self.draw(source, number)

    def _drift(self, state: str) -> tree.Expression:
        return self.group.drift.get(state, self.element.derivatives[state].tree)

    def slopes(self, states: Iterable[str], stage: Mapping[str, Expr]) -> list[Expr]:
        """Return right sides under names of their own."""
        translate = self.at(stage)
        return [self.builder.let("slope", translate(self._drift(state))) for state in states]
