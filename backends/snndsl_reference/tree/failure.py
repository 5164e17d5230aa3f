"""Why a run stops by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Failure", "check_finite"]


class Failure(Exception):  # noqa: N818 - an outcome of the model, not of this program
    """A state is not finite, a weight passes its bound, an array is read out of range.

    Parameters
    ----------
    kind : str
        ``non-finite``, ``bound`` or ``sample``.
    what : str
        One sentence.
    **where
        population, neuron, variable, step.
    """

    def __init__(self, kind: str, what: str, **where: Any) -> None:
        super().__init__(what)
        self.kind, self.what, self.where = kind, what, where


def check_finite(
    values: NDArray[np.float64], variable: str, owner: str, step: int, indices: NDArray[np.int64] | None = None
) -> None:
    """Raise `Failure` for the value of lowest index that is not finite (names that end with ``__`` are exempt)."""
    if variable.endswith("__") or np.isfinite(values).all():
        return
    bad = np.nonzero(~np.isfinite(values))[0]
    place = int(bad[0] if indices is None else bad[np.argmin(indices[bad])])
    neuron = place if indices is None else int(indices[place])
    what = f"{variable} of {owner}[{neuron}] is {values[place]} at step {step}"
    raise Failure("non-finite", what, population=owner, neuron=neuron, variable=variable, step=step)
