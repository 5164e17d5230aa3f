"""Stimulus ``one_of``: one target, drawn anew each period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from snndsl.deferred import dataclass
from snndsl.ir import Call, Const, Expr
from snndsl.model.services import StepBuilder, StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Driving
from snndsl.spec import Spec, Time

__all__ = ["OneOf", "OneOfSpec"]


class OneOfSpec(Spec):
    """One element, drawn anew each period."""

    every: Time = Field(description="time from one event to the next")


@dataclass(frozen=True, slots=True, eq=False)
class OneOf(Driving):
    """An event into one element, drawn anew each period of so many steps."""

    name = "one_of"
    rank = 6
    says = "an event into one target, drawn anew each period"
    form = OneOfSpec
    injection = True
    random = True

    every: int

    @classmethod
    def read(cls, reader: StimulusReader, given: OneOfSpec) -> OneOf:
        """Return the period."""
        return cls(reader.steps(given.every, "the period", "every"))

    def numbers(self, numbers: StimulusNumbers) -> Mapping[str, Any]:
        """Return no numbers: it needs none."""
        return {}

    def amount(self, steps: StepBuilder) -> Expr:
        """Return the weight where the element is the drawn one and a period begins."""
        drawn = steps.draw("uniform", shared=True)
        chosen = steps.let("chosen", Call("floor", (Call("mul", (Const(float(steps.size)), drawn)),)))
        mine: Expr = Call("eq", (chosen, steps.element))
        if self.every != 1:
            period, stamp = Const(float(self.every)), steps.stamp
            rest = Call("sub", (stamp, Call("mul", (period, Call("floor", (Call("div", (stamp, period)),))))))
            mine = Call("and", (Call("eq", (rest, Const(0.0))), mine))
        return Call("select", (mine, steps.parameter("weight"), Const(0.0)))
