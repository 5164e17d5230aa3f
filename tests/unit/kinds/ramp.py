"""A kind of stimulus that is not in the package: a current that grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from snndsl.expressions.dimensions import TIME
from snndsl.ir import Call, Const, Expr
from snndsl.model.services import StepBuilder, StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Driving
from snndsl.model.text import ValueTerm
from snndsl.spec import PerElement, Spec

__all__ = ["Ramp"]


class RampSpec(Spec):
    """A current that grows in proportion to the time."""

    slope: PerElement = Field(description="change per time")


@dataclass(frozen=True, slots=True, eq=False)
class Ramp(Driving):
    """A current that grows in proportion to the time."""

    name = "ramp"
    says = "a current that grows with the time"
    form = RampSpec
    injection = True
    weighted = False
    parameters = {"growth": "change in a step"}

    slope: ValueTerm

    @classmethod
    def read(cls, reader: StimulusReader, given: RampSpec) -> Ramp | None:
        """Return the slope."""
        wanted = None if reader.unit is None else reader.unit / TIME
        slope = reader.value(given.slope, wanted, "the slope", "slope", names="stimulus")
        return None if slope is None else cls(slope)

    def numbers(self, numbers: StimulusNumbers) -> Mapping[str, Any]:
        """Return the growth in a step, one value a target."""
        return {"growth": numbers.per_element(self.slope, "slope") * float(numbers.step)}

    def amount(self, steps: StepBuilder) -> Expr:
        """Return the growth times the number of the step, plus one."""
        return Call("mul", (steps.parameter("growth"), Call("add", (steps.stamp, Const(1.0)))))
