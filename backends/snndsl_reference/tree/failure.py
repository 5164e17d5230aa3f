"""Why a run stops by itself: a state or an array says so by its numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["CarryFailure", "Failure", "check_states"]


class Failure(Exception):  # noqa: N818 - an outcome of the model, not of this program
    """A state is not finite or out of its range, a weight passes its bound: what `snndsl.backend.failure` says in words.

    Parameters
    ----------
    owner : str
        Population or synapses.
    index : int
        Of the neuron in its population, of the synapse in its projection.
    variable : str
        Name of the state.
    value : float
        What it is.
    step : int
        Stamp of the value.
    bounded : bool
        Whether it is beyond the bound of its rule.
    """

    def __init__(self, owner: str, index: int, variable: str, value: float, step: int, bounded: bool = False) -> None:
        super().__init__(owner, index, variable, value, step, bounded)


class CarryFailure(Exception):  # noqa: N818 - as `Failure`
    """What a synapse carries is not finite, or so large that sums are not exact.

    Parameters
    ----------
    owner : str
        Synapses.
    index : int
        Of the synapse in its projection.
    value : float
        What it sends.
    step : int
        Stamp at which it would arrive.
    bound : float
        How large it may be.
    """

    def __init__(self, owner: str, index: int, value: float, step: int, bound: float) -> None:
        super().__init__(owner, index, value, step, bound)


def check_states(
    values: NDArray[np.float64],
    variable: str,
    owner: str,
    step: int,
    limits: tuple[float, float] | None = None,
    indices: NDArray[np.int64] | None = None,
) -> None:
    """Raise `Failure` for the value of lowest index that is not finite or not within limits (names in ``__`` are exempt)."""
    if variable.endswith("__"):
        return
    sound = np.isfinite(values) if limits is None else (values >= limits[0]) & (values <= limits[1])
    if sound.all():
        return
    bad = np.nonzero(~sound)[0]
    place = int(bad[0] if indices is None else bad[np.argmin(indices[bad])])
    index = place if indices is None else int(indices[place])
    raise Failure(owner, index, variable, float(values[place]), step)
