"""Integrators, one file each: which equations it fits, one step of it, and its line of documentation."""

from snndsl.kinds import Kinds
from snndsl.model.integrator import Integrator

__all__ = ["INTEGRATORS"]

INTEGRATORS = Kinds(__name__, __path__, Integrator)  # type: ignore[type-abstract]
