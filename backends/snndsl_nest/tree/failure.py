"""Why the model cannot go on, in the words that every backend uses."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from runtime import Runtime  # type: ignore[import-not-found]

__all__ = ["failure_of"]


def failure_of(runtime: Runtime) -> tuple[int, dict[str, Any]] | None:
    """Return the steps that are complete and what stopped the model, as the run folder wants it; None if nothing did.

    Parameters
    ----------
    runtime : Runtime
        Of a running simulation.
    """
    facts, numbers = np.zeros(6, np.int64), np.zeros(2)
    if not runtime.library.snn_failure(*(array.ctypes.data_as(ctypes.c_void_p) for array in (facts, numbers))):
        return None
    complete, synapses, order, place, index, sample = (int(fact) for fact in facts)
    settings, value, at, step = runtime.settings, float(numbers[0]), float(numbers[1]), int(facts[0]) + 1
    if sample >= 0:
        name, size = settings["samples"][sample], settings["sample_sizes"][sample]
        what = f"the array {name} has {size} values, {at:g} was asked for at step {step}"
        return complete, {"kind": "sample", "what": what, "step": step}
    if synapses:
        name = list(runtime.tables)[order]
        part = settings["synapses"][name]
        owner, index = part["projection"], int(np.load(runtime.data / "synapses" / name / "row.npy")[index])
        variable = settings["rules"][part["rule"]]["states"][place]
    else:
        owner = list(settings["populations"])[order]
        variable = settings["neurons"][settings["populations"][owner]["neuron"]]["states"][place]
    finite = np.isfinite(value)
    what = f"{variable} of {owner}[{index}] is {value!r} at step {step}{', beyond its bound' if finite else ''}"
    where = {"population": owner, "neuron": index, "variable": variable, "step": step}
    return complete, {"kind": "bound" if finite else "non-finite", "what": what, **where}
