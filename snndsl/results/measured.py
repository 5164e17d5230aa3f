"""Arrays of a run: spikes, states, snapshots of synapses, tables of synapses."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass

__all__ = ["BinnedCounts", "MeasuredSynapses", "Shown", "Spikes", "States", "Weights"]


class Shown:
    """Arrays of a run show their shapes, and from when to when they are."""

    __slots__ = ()

    def __repr__(self) -> str:
        names = [item.name for item in fields(self)]  # type: ignore[arg-type]  # a dataclass
        arrays = {name: value for name in names if isinstance(value := getattr(self, name), np.ndarray)}
        shapes = ", ".join(f"{name} {' x '.join(f'{size:,}' for size in value.shape)}" for name, value in arrays.items())
        step = arrays.get("step", np.zeros(0))
        when = f"; steps {step.min():,} to {step.max():,}" if step.size else ""
        return f"<{type(self).__name__}: {shapes}{when}>"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spikes(Shown):
    """Spikes of one population, sorted by (step, neuron).

    Parameters
    ----------
    step : ndarray of int64, shape (spikes,)
        Stamps.
    neuron : ndarray of int32, shape (spikes,)
        0-based in the population.
    step_ms : Fraction
        Length of a step.
    """

    step: NDArray[np.int64]
    neuron: NDArray[np.int32]
    step_ms: Fraction

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """Times in ms, shape (spikes,)."""
        return np.asarray(self.step * float(self.step_ms.numerator) / float(self.step_ms.denominator), np.float64)

    def __len__(self) -> int:
        return len(self.step)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with the columns step, neuron, time_ms."""
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame({"step": self.step, "neuron": self.neuron, "time_ms": self.time_ms})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BinnedCounts(Shown):
    """Spikes of a selection together, in bins.

    Parameters
    ----------
    value : ndarray of int64, shape (bins,)
        Spikes of stamps step - width < n <= step.
    step : ndarray of int64, shape (bins,)
        Ends of the bins, stamps.
    width : int
        Of a bin, in steps.
    neurons : int
        Of the selection.
    step_ms : Fraction
        Length of a step.
    """

    value: NDArray[np.int64]
    step: NDArray[np.int64]
    width: int
    neurons: int
    step_ms: Fraction

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """Ends of the bins in ms, shape (bins,)."""
        return np.asarray(self.step * float(self.step_ms.numerator) / float(self.step_ms.denominator), np.float64)

    @property
    def rate(self) -> NDArray[np.float64]:
        """Spikes per neuron and second, Hz, shape (bins,)."""
        return np.asarray(self.value / (self.neurons * self.width * float(self.step_ms) / 1000), np.float64)

    def __len__(self) -> int:
        return len(self.value)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with the columns step, time_ms, count."""
        import pandas

        return pandas.DataFrame({"step": self.step, "time_ms": self.time_ms, "count": self.value})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class States(Shown):
    """One variable of one record.

    Parameters
    ----------
    value : ndarray of float64, shape (samples, neurons)
        In `unit`.
    step : ndarray of int64, shape (samples,)
        Stamps.
    neuron : ndarray of int32, shape (neurons,)
        0-based in the population.
    unit : str
        Internal unit, empty if unknown.
    step_ms : Fraction
        Length of a step.
    """

    value: NDArray[np.float64]
    step: NDArray[np.int64]
    neuron: NDArray[np.int32]
    unit: str
    step_ms: Fraction

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """Times in ms, shape (samples,)."""
        return np.asarray(self.step * float(self.step_ms.numerator) / float(self.step_ms.denominator), np.float64)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with the columns step, time_ms, neuron, value: one row a number."""
        import pandas

        samples, neurons = self.value.shape
        columns = {
            "step": np.repeat(self.step, neurons),
            "time_ms": np.repeat(self.time_ms, neurons),
            "neuron": np.tile(self.neuron, samples),
            "value": self.value.ravel(),
        }
        return pandas.DataFrame(columns)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Weights(Shown):
    """Snapshots of one variable of a projection's synapses, in the order of its table.

    Parameters
    ----------
    step : ndarray of int64, shape (snapshots,)
        Stamps.
    value : ndarray of float64, shape (snapshots, synapses)
        Internal units.
    row : ndarray of int64, shape (synapses,)
        Rows of the projection's table: all, or those that the record chooses.
    step_ms : Fraction
        Length of a step.
    """

    step: NDArray[np.int64]
    value: NDArray[np.float64]
    row: NDArray[np.int64]
    step_ms: Fraction

    @property
    def time_ms(self) -> NDArray[np.float64]:
        """Times in ms, shape (snapshots,)."""
        return np.asarray(self.step * float(self.step_ms.numerator) / float(self.step_ms.denominator), np.float64)

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with the columns step, time_ms, row, value: one row a number."""
        import pandas

        samples, synapses = self.value.shape
        columns = {
            "step": np.repeat(self.step, synapses),
            "time_ms": np.repeat(self.time_ms, synapses),
            "row": np.tile(self.row, samples),
            "value": self.value.ravel(),
        }
        return pandas.DataFrame(columns)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MeasuredSynapses(Shown):
    """Synapses of a projection; every column has shape (synapses,)."""

    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    pre_population: NDArray[np.int16]
    post_population: NDArray[np.int16]
    row: NDArray[np.int64]
    weight: NDArray[np.float64]
    axonal: NDArray[np.int32]
    dendritic: NDArray[np.int32]
    populations: tuple[str, ...]
