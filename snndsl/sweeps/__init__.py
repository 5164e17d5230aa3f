"""Sweeps: a model run at many settings, each point once, in one table."""

from snndsl.sweeps.driver import sweep
from snndsl.sweeps.table import Sweep, read_sweep

__all__ = ["Sweep", "read_sweep", "sweep"]
