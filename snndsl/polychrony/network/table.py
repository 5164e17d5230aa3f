"""Synapses as the searchers read them: one row a synapse, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError

__all__ = ["SynapseTable"]

COLUMNS = ("pre", "post", "weight", "delay")


@dataclass(frozen=True, slots=True, eq=False)
class SynapseTable:
    """A network as columns; build it with `from_columns`, which checks it.

    Parameters
    ----------
    pre, post : ndarray of int32, shape (rows,)
        Source and target, 0-based.
    weight : ndarray of float64, shape (rows,)
        What an arrival adds to the input of the target.
    delay : ndarray of int32, shape (rows,)
        In steps, at least 1.
    inhibitory : ndarray of bool, shape (neurons,)
        Neurons whose spikes are sent over all their synapses and never make a link.
    plastic : ndarray of bool, shape (rows,)
        Synapses that learn.
    port : ndarray of int8, shape (rows,)
        Input of the target's program that an arrival adds to (`snndsl.polychrony.answer`); 0 in tables that do not say.
    """

    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    weight: NDArray[np.float64]
    delay: NDArray[np.int32]
    inhibitory: NDArray[np.bool_]
    plastic: NDArray[np.bool_]
    port: NDArray[np.int8]

    @property
    def neurons(self) -> int:
        """Number of neurons."""
        return len(self.inhibitory)

    @property
    def rows(self) -> int:
        """Number of synapses."""
        return len(self.pre)

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, ArrayLike],
        *,
        neurons: int | None = None,
        inhibitory: ArrayLike | None = None,
        duplicates: bool = True,
    ) -> SynapseTable:
        """Check columns and make a table of them.

        Parameters
        ----------
        columns : mapping of str to array-like
            ``pre``, ``post``, ``weight``, ``delay`` (steps) and perhaps ``plastic``, ``port``; pandas frames and npz archives
            will do.
        neurons : int, optional
            Number of neurons; without it, one more than the largest id.
        inhibitory : array-like of bool, shape (neurons,), optional
            Without it, the neurons with a negative weight. A neuron may not have weights of both signs, unless ports are given:
            a weight into an inhibitory conductance is positive.
        duplicates : bool
            Whether two synapses may join the same neurons with the same delay.

        Returns
        -------
        SynapseTable
            With the rows in the order given.

        Raises
        ------
        snndsl.errors.ModelError
            With every fault found and the first row that shows it.
        """
        arrays = _columns(columns)
        faults = _value_faults(arrays)
        if faults:
            raise ModelError(faults)
        count = _neurons(arrays, neurons)
        negative = np.zeros(count, bool)
        negative[arrays["pre"][arrays["weight"] < 0].astype(np.int64)] = True
        mask = negative if inhibitory is None else np.asarray(inhibitory, bool)
        signs = inhibitory is None or "port" not in arrays
        faults = _network_faults(arrays, mask, count, inhibitory is None, duplicates, signs)
        if faults:
            raise ModelError(faults)
        plastic = arrays.get("plastic", np.ones(len(arrays["pre"]), bool))
        return cls(
            arrays["pre"].astype(np.int32),
            arrays["post"].astype(np.int32),
            arrays["weight"].astype(np.float64),
            arrays["delay"].astype(np.int32),
            mask.copy(),
            plastic.astype(bool),
            arrays.get("port", np.zeros(len(plastic), np.int8)).astype(np.int8),
        )

    def replace(self, **columns: ArrayLike) -> SynapseTable:
        """Return the same network with other weights, delays, targets or sources, checked again."""
        values: dict[str, ArrayLike] = {name: getattr(self, name) for name in (*COLUMNS, "plastic")}
        if self.port.any():
            values["port"] = self.port
        return SynapseTable.from_columns(values | columns, neurons=self.neurons, inhibitory=self.inhibitory)


def _columns(columns: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
    present = list(columns.keys())
    missing = [name for name in COLUMNS if name not in present]
    if missing:
        raise ModelError(
            Fault(
                "synapse-column-missing",
                f"the table has no column {', '.join(repr(name) for name in missing)}; it has {', '.join(present) or 'none'}",
                expected="the columns pre, post, weight, delay (in steps)",
                try_="rename the columns",
            )
        )
    arrays = {name: np.asarray(columns[name]) for name in (*COLUMNS, "plastic", "port") if name in present}
    lengths = {name: array.shape for name, array in arrays.items()}
    if any(len(shape) != 1 for shape in lengths.values()) or len(set(lengths.values())) > 1:
        raise ModelError(
            Fault(
                "synapse-columns-unequal",
                f"the columns have the shapes {lengths}",
                expected="one number a synapse in every column",
            )
        )
    for name, array in arrays.items():
        if array.dtype.kind not in "iufb" and len(array):
            raise ModelError(Fault("synapse-not-a-number", f"column {name!r} holds {array.dtype}", expected="numbers"))
    return arrays


def _first(wrong: NDArray[np.bool_]) -> int:
    return int(np.argmax(wrong)) if wrong.any() else -1


def _value_faults(arrays: Mapping[str, NDArray[Any]]) -> list[Fault]:
    """One fault for each column and kind of wrong value."""
    faults = []
    for name in COLUMNS:
        array = arrays[name]
        row = _first(~np.isfinite(array))
        if row >= 0:
            faults.append(Fault("synapse-not-finite", f"row {row}: {name} is {array[row]}", expected="finite numbers"))
            continue
        if name == "weight":
            continue
        row = _first(array != np.floor(array))
        if row >= 0:
            faults.append(
                Fault(
                    "synapse-not-whole",
                    f"row {row}: {name} is {array[row]}",
                    expected="a whole number" + (" of steps" if name == "delay" else ""),
                    try_="divide the delays by the step and round them" if name == "delay" else "",
                )
            )
            continue
        least = 1 if name == "delay" else 0
        row = _first((array < least) | (array > 2**31 - 1))
        if row >= 0:
            code = "synapse-delay" if name == "delay" else "synapse-neuron-out-of-range"
            faults.append(Fault(code, f"row {row}: {name} is {array[row]}", expected=f"at least {least}"))
    return faults


def _neurons(arrays: Mapping[str, NDArray[Any]], neurons: int | None) -> int:
    largest = int(max((arrays[name].max() for name in ("pre", "post") if len(arrays[name])), default=-1))
    if neurons is None:
        return largest + 1
    if largest >= neurons:
        name = "pre" if (arrays["pre"] >= neurons).any() else "post"
        row = _first(arrays[name] >= neurons)
        raise ModelError(
            Fault(
                "synapse-neuron-out-of-range",
                f"row {row}: {name} is {arrays[name][row]}, but there are {neurons} neurons",
                expected=f"ids from 0 to {neurons - 1}",
            )
        )
    return neurons


def _network_faults(
    arrays: Mapping[str, NDArray[Any]],
    inhibitory: NDArray[np.bool_],
    neurons: int,
    derived: bool,
    duplicates: bool,
    signs: bool,
) -> list[Fault]:
    faults = []
    if inhibitory.shape != (neurons,):
        return [
            Fault("synapse-type-mask", f"the mask of inhibitory neurons has shape {inhibitory.shape}", expected=f"({neurons},)")
        ]
    row = _first(inhibitory[arrays["pre"].astype(np.int64)] & (arrays["weight"] > 0))
    if row >= 0 and signs:
        what = "also has negative weights" if derived else "is inhibitory"
        faults.append(
            Fault(
                "synapse-mixed-signs",
                f"row {row}: weight {arrays['weight'][row]} from neuron {arrays['pre'][row]}, which {what}",
                expected="weights of one sign from a neuron",
            )
        )
    if not duplicates:
        keys = np.stack([arrays[name].astype(np.int64) for name in ("pre", "post", "delay")])
        order = np.lexsort(keys[::-1])
        same = np.zeros(len(order), bool)
        same[order[1:]] = (np.diff(keys[:, order], axis=1) == 0).all(axis=0)
        row = _first(same)
        if row >= 0:
            pre, post, delay = (int(key[row]) for key in keys)
            faults.append(
                Fault(
                    "synapse-duplicate",
                    f"row {row}: a second synapse from {pre} to {post} with delay {delay}",
                    expected="each source, target and delay once",
                    try_="add up their weights",
                )
            )
    return faults
