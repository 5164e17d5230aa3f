"""The NumPy twin of ``functions.h``: same names without ``snn_``, same bits."""

from __future__ import annotations

from snndsl.numerics.counts import poisson
from snndsl.numerics.draws import normal, normal_attempt, normal_quantile, uniform, uniform_attempt
from snndsl.numerics.elementary import exp, expm1, exprel, log, log1p, sigmoid, tanh
from snndsl.numerics.trigonometric import cos, sin, tan

__all__ = [
    "cos",
    "exp",
    "expm1",
    "exprel",
    "log",
    "log1p",
    "normal",
    "normal_attempt",
    "normal_quantile",
    "poisson",
    "sigmoid",
    "sin",
    "tan",
    "tanh",
    "uniform",
    "uniform_attempt",
]
