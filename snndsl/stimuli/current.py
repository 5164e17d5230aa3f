"""Stimulus ``current``: a value in every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.deferred import dataclass
from snndsl.ir import Expr
from snndsl.model.services import StepBuilder, StimulusNumbers, StimulusReader
from snndsl.model.stimulus import Driving
from snndsl.model.text import Term, ValueTerm
from snndsl.spec import PerElement
from snndsl.stimuli.rates import varying

__all__ = ["Current"]


@dataclass(frozen=True, slots=True, eq=False)
class Current(Driving):
    """A value in the unit of the port, which acts in the step for which it is computed."""

    name = "current"
    rank = 7
    says = "its value in each step, in the unit of the port; it may read `t`, `i`, data, signals, and draw"
    form = PerElement
    written = "an expression"
    injection = True
    weighted = False
    parameters = {"value": "current"}

    value: ValueTerm

    @classmethod
    def read(cls, reader: StimulusReader, given: Any) -> Current | None:
        """Return the value."""
        value = reader.value(given, reader.unit, "the current", names="stimulus", phase="run")
        return None if value is None else cls(value)

    @property
    def varying(self) -> Term | None:
        """The expression if it changes during the run."""
        return varying(self.value)

    def numbers(self, numbers: StimulusNumbers) -> Mapping[str, Any]:
        """Return the value of each target."""
        return {} if self.varying is not None else {"value": numbers.per_element(self.value, self.name)}

    def amount(self, steps: StepBuilder) -> Expr:
        """Return the value."""
        return steps.parameter("value") if self.varying is None else steps.expression(self.varying)
