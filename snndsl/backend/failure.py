"""The words by which a run fails, made of codes and numbers: backends hand over those and write no sentence of their own.

This file needs Python alone: it is copied into every generated tree as ``code/failure.py``.
"""

from __future__ import annotations

import math
import signal
from collections.abc import Mapping
from typing import Any

__all__ = ["Reason", "carry_failure", "ended", "not_built", "sample_failure", "state_failure", "stopped"]

Reason = dict[str, Any]
"""Why a run fails, as the manifest of its folder keeps it: ``kind``, ``what`` (one sentence), ``step``, and where."""


def state_failure(
    settings: Mapping[str, Any], owner: str, index: int, variable: str, value: float, step: int, bounded: bool = False
) -> Reason:
    """Return why a run fails at a value that a state may not have.

    Parameters
    ----------
    settings : mapping
        Of settings.json.
    owner : str
        Name of the population, or of the synapses.
    index : int
        Of the neuron in its population, of the synapse in its projection.
    variable : str
        Name of the state.
    value : float
        What it is.
    step : int
        Stamp of the value.
    bounded : bool
        Whether it is a weight beyond the bound of its rule. If not, the number says whether it is not finite or out of range.
    """
    part = settings["synapses"].get(owner)
    kind = settings["rules"][part["rule"]] if part else settings["neurons"][settings["populations"][owner]["neuron"]]
    name = part["projection"] if part else owner
    what = f"{variable} of {name}[{index}] is {float(value)!r} at step {step}"
    where = {"population": name, "neuron": index, "variable": variable, "step": step}
    if not math.isfinite(value):
        return {"kind": "non-finite", "what": what, **where}
    if bounded:
        return {"kind": "bound", "what": f"{what}, beyond its bound", **where}
    low, high = kind["ranges"][variable]
    return {"kind": "range", "what": f"{what}, outside its range [{low!r}, {high!r}]", **where}


def carry_failure(settings: Mapping[str, Any], owner: str, index: int, value: float, step: int, bound: float) -> Reason:
    """Return why a run fails at a value that synapses carry.

    Parameters
    ----------
    settings : mapping
        Of settings.json.
    owner : str
        Name of the synapses.
    index : int
        Of the synapse in its projection.
    value : float
        What it sends: weight times value, on the grid of the port.
    step : int
        Stamp at which it would arrive.
    bound : float
        Up to which sums at the port are exact.
    """
    name = settings["synapses"][owner]["projection"]
    what = f"{name}[{index}] carries {float(value)!r} at step {step}"
    where = {"population": name, "neuron": index, "variable": "carried", "step": step}
    if not math.isfinite(value):
        return {"kind": "non-finite", "what": what, **where}
    return {"kind": "carried", "what": f"{what}, beyond {float(bound)!r}, up to which sums at its port are exact", **where}


def sample_failure(settings: Mapping[str, Any], name: str, index: float, step: int) -> Reason:
    """Return why a run fails at an array that is read beyond its end.

    Parameters
    ----------
    settings : mapping
        Of settings.json.
    name : str
        Of the array.
    index : float
        What was asked for.
    step : int
        Stamp of the event that asked.
    """
    size = settings["sample_sizes"][settings["samples"].index(name)]
    what = f"the array {name} has {size} values, {index:g} was asked for at step {step}"
    return {"kind": "sample", "what": what, "step": step}


def not_built(why: object = "") -> Reason:
    """Return why a run fails whose model could not be compiled."""
    return {"kind": "build", "what": f"the model could not be built{f': {why}' if why else ''}", "step": 0}


def ended(status: int, step: int) -> Reason:
    """Return why a run fails whose process ended before it was done: its exit status (negative: a signal), its last step."""
    how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
    return stopped(f"the simulation {how} after step {step}", step)


def stopped(what: str, step: int) -> Reason:
    """Return why a run fails that its simulator stopped, in the simulator's words."""
    return {"kind": "simulator", "what": what, "step": step}
