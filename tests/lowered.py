"""Programs of checked models, for tests of single stages."""

from __future__ import annotations

from snndsl import pipeline
from snndsl.graph.refuse import refuse_unsupported
from snndsl.ir import Program
from snndsl.model.checked import CheckedModel

__all__ = ["lower"]


def lower(model: CheckedModel) -> Program:
    """Return the program of a run of a checked model."""
    refuse_unsupported(model)
    return pipeline.until(pipeline.lower(pipeline.elaborate(model)), model.steps)
