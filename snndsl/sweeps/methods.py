"""Methods that look for the least value of a function on the unit cube, a batch of points at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl import numerics
from snndsl.errors import Fault, ToolMissing
from snndsl.numerics import stream_key

__all__ = ["METHODS", "minimise"]

Points = NDArray[np.float64]
Evaluate = Callable[[Points], NDArray[np.float64]]
_BATCH = 16
_SMALLEST = 5
"""Points of a generation that differential evolution needs."""


def minimise(method: str, evaluate: Evaluate, dimensions: int, evaluations: int, batch: int | None, seed: int) -> None:
    """Ask a function for its values at points that a method chooses, about so often.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    evaluate : callable
        Takes points, shape (n, dimensions), each coordinate from 0 to 1; returns what is to be small, shape (n,); infinite
        where there is no value.
    dimensions : int
        Of the cube.
    evaluations : int
        At most, in whole batches; at least five, as many as the smallest batch.
    batch : int or None
        Points that are asked for together; None: what the method is used to.
    seed : int
        Of its chance: the same calls, the same points.

    Raises
    ------
    ToolMissing
        The library of the method is not installed.
    """
    METHODS[method](evaluate, dimensions, evaluations, batch, seed)


def _random(evaluate: Evaluate, dimensions: int, evaluations: int, batch: int | None, seed: int) -> None:
    key = stream_key(seed, "sweep")
    place = np.arange(dimensions, dtype=np.float64)
    for first in range(0, evaluations, batch or _BATCH):
        number = np.arange(first, min(first + (batch or _BATCH), evaluations), dtype=np.float64)
        drawn: Any = numerics.uniform(*key, place[None, :], number[:, None], 0.0, 0.0)
        evaluate(np.asarray(drawn))


def _cma_es(evaluate: Evaluate, dimensions: int, evaluations: int, batch: int | None, seed: int) -> None:
    try:
        from cmaes import CMA  # type: ignore[import-untyped]
    except ImportError:
        raise _missing("cmaes") from None
    bounds = np.tile([0.0, 1.0], (dimensions, 1))
    size = min(batch or 4 + math.floor(3 * math.log(dimensions)), evaluations)  # its own number: Hansen's tutorial, 2016
    chosen = CMA(mean=np.full(dimensions, 0.5), sigma=0.3, bounds=bounds, seed=seed, population_size=size)
    for _ in range(evaluations // size):
        points = np.array([chosen.ask() for _ in range(chosen.population_size)])
        values = evaluate(points)
        chosen.tell(list(zip(points, values.tolist(), strict=True)))
        if chosen.should_stop():
            return


def _differential_evolution(evaluate: Evaluate, dimensions: int, evaluations: int, batch: int | None, seed: int) -> None:
    try:
        from scipy.optimize import differential_evolution  # type: ignore[import-untyped]
    except ImportError:
        raise _missing("scipy") from None
    size = max(_SMALLEST, min(batch or 15 * dimensions, evaluations))
    first = np.random.Generator(np.random.Philox(seed)).random((size, dimensions))
    differential_evolution(
        lambda points: evaluate(np.ascontiguousarray(points.T)),
        [(0.0, 1.0)] * dimensions,
        init=first,
        maxiter=evaluations // size - 1,
        tol=0.0,
        polish=False,
        updating="deferred",
        vectorized=True,
        rng=np.random.Generator(np.random.Philox(seed + 1)),
    )


def _missing(package: str) -> ToolMissing:
    what = f"{package} is not installed"
    return ToolMissing(Fault("tool-missing", what, expected=package, try_="pip install 'snndsl[sweep]'"))


METHODS = {"random": _random, "cma-es": _cma_es, "differential-evolution": _differential_evolution}
"""By the name that a file gives them."""
