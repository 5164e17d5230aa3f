"""Functions and random draws with the same bits everywhere: one C text (`c_functions`) and its NumPy twins.

Notes
-----
The elementary functions and the normal quantile are made of IEEE ``+ - * / sqrt floor abs``, comparisons and bit
operations, in one written order. Draws are pure functions of a counter: the same in any order, on any simulator.

References
----------
J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw (2011). Parallel random numbers: as easy as 1, 2, 3. SC'11.
M. J. Wichura (1988). Algorithm AS 241: the percentage points of the normal distribution. Applied Statistics 37, 477-484.
"""

from __future__ import annotations

from importlib.resources import files

from snndsl.numerics.counts import poisson
from snndsl.numerics.draws import normal, normal_attempt, normal_in, normal_quantile, uniform, uniform_attempt
from snndsl.numerics.elementary import log, log1p
from snndsl.numerics.streams import stream_key

__all__ = [
    "c_functions",
    "log",
    "log1p",
    "normal",
    "normal_attempt",
    "normal_in",
    "normal_quantile",
    "poisson",
    "stream_key",
    "uniform",
    "uniform_attempt",
]


def c_functions() -> str:
    """Text of ``functions.h``: C99 and C++11, everything ``static inline``, names with the prefix ``snn_``.

    Returns
    -------
    str
        To be compiled with ``-ffp-contract=off`` and without ``-ffast-math``.
    """
    return files("snndsl.numerics").joinpath("functions.h").read_text(encoding="utf-8")
