"""A network as the searchers read it: one row a synapse, checked once, and the neurons that answer."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.neurons import NeuronModel

__all__ = ["Network", "SynapseTable", "first_wrong"]

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
        Input of the target's program that an arrival adds to (`snndsl.polychrony.neurons`); 0 in tables that do not say.
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


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """What a search needs of a network.

    Parameters
    ----------
    table : SynapseTable
        Neurons are numbered through the populations in order of their names.
    neurons : ndarray of float64, shape (neurons, 4), NeuronModel or None
        a, b, c, d where all neurons are the map of 2006 at rest at v = -70, u = -14; programs of other neurons; None: those of
        2006, because a bare table does not say.
    step_ms : Fraction
        Length of a step.
    first : dict of str to int
        Number of the first neuron of each population; empty for a bare table.
    weight_units : tuple of str
        Internal units of the weights, ``1`` if they have none; empty if they are not known, as for a bare table.
    """

    table: SynapseTable
    neurons: NDArray[np.float64] | NeuronModel | None
    step_ms: Fraction
    first: dict[str, int]
    weight_units: tuple[str, ...] = ()


def _columns(columns: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
    present = list(columns.keys())
    missing = [name for name in COLUMNS if name not in present]
    if missing:
        what = f"the table has no column {', '.join(map(repr, missing))}; it has {', '.join(present) or 'none'}"
        expected = "the columns pre, post, weight, delay (in steps)"
        raise ModelError(Fault("synapse-column-missing", what, expected=expected, try_="rename the columns"))
    arrays = {name: np.asarray(columns[name]) for name in (*COLUMNS, "plastic", "port") if name in present}
    shapes = {name: array.shape for name, array in arrays.items()}
    if any(len(shape) != 1 for shape in shapes.values()) or len(set(shapes.values())) > 1:
        what = f"the columns have the shapes {shapes}"
        raise ModelError(Fault("synapse-columns-unequal", what, expected="one number a synapse in every column"))
    for name, array in arrays.items():
        if array.dtype.kind not in "iufb" and len(array):
            raise ModelError(Fault("synapse-not-a-number", f"column {name!r} holds {array.dtype}", expected="numbers"))
    return arrays


def first_wrong(wrong: NDArray[np.bool_]) -> int:
    """Return the first row of which it is true; -1: none."""
    return int(np.argmax(wrong)) if wrong.any() else -1


def _value_faults(arrays: Mapping[str, NDArray[Any]]) -> list[Fault]:
    """One fault for each column with a wrong value."""
    faults = []
    for name in COLUMNS:
        array, delays = arrays[name], name == "delay"
        finite = ~np.isfinite(array), "synapse-not-finite", "finite numbers", ""
        tests: list[tuple[NDArray[np.bool_], str, str, str]] = [finite]
        if name != "weight":
            whole = "a whole number" + (" of steps" if delays else "")
            hint = "divide the delays by the step and round them" if delays else ""
            tests.append((array != np.floor(array), "synapse-not-whole", whole, hint))
            code = "synapse-delay" if delays else "synapse-neuron-out-of-range"
            tests.append(((array < delays) | (array > 2**31 - 1), code, f"at least {int(delays)}", ""))
        for wrong, code, expected, hint in tests:
            row = first_wrong(wrong)
            if row >= 0:
                faults.append(Fault(code, f"row {row}: {name} is {array[row]}", expected=expected, try_=hint))
                break
    return faults


def _neurons(arrays: Mapping[str, NDArray[Any]], neurons: int | None) -> int:
    largest = int(max((arrays[name].max() for name in ("pre", "post") if len(arrays[name])), default=-1))
    if neurons is not None and largest >= neurons:
        name = "pre" if (arrays["pre"] >= neurons).any() else "post"
        row = first_wrong(arrays[name] >= neurons)
        what = f"row {row}: {name} is {arrays[name][row]}, but there are {neurons} neurons"
        raise ModelError(Fault("synapse-neuron-out-of-range", what, expected=f"ids from 0 to {neurons - 1}"))
    return largest + 1 if neurons is None else neurons


def _network_faults(
    arrays: Mapping[str, NDArray[Any]],
    inhibitory: NDArray[np.bool_],
    neurons: int,
    derived: bool,
    duplicates: bool,
    signs: bool,
) -> list[Fault]:
    if inhibitory.shape != (neurons,):
        what = f"the mask of inhibitory neurons has shape {inhibitory.shape}"
        return [Fault("synapse-type-mask", what, expected=f"({neurons},)")]
    faults = []
    row = first_wrong(inhibitory[arrays["pre"].astype(np.int64)] & (arrays["weight"] > 0))
    if row >= 0 and signs:
        who = "also has negative weights" if derived else "is inhibitory"
        what = f"row {row}: weight {arrays['weight'][row]} from neuron {arrays['pre'][row]}, which {who}"
        faults.append(Fault("synapse-mixed-signs", what, expected="weights of one sign from a neuron"))
    if not duplicates:
        keys = np.stack([arrays[name].astype(np.int64) for name in ("pre", "post", "delay")])
        order = np.lexsort(keys[::-1])
        same = np.zeros(len(order), bool)
        same[order[1:]] = (np.diff(keys[:, order], axis=1) == 0).all(axis=0)
        row = first_wrong(same)
        if row >= 0:
            pre, post, delay = (int(key[row]) for key in keys)
            what = f"row {row}: a second synapse from {pre} to {post} with delay {delay}"
            expected = "each source, target and delay once"
            faults.append(Fault("synapse-duplicate", what, expected=expected, try_="add up their weights"))
    return faults
