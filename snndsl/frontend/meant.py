"""What somebody who comes from another simulator probably meant by a key, or by a value without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from snndsl.errors import nearest

__all__ = ["meant_elsewhere", "meant_key", "meant_mapping"]

_OTHER_WORDS = {  # of other simulators: the keys, of which one place knows one at most
    "N": "size", "n": "size", "number": "size", "model": "neuron", "dt": "step", "resolution": "step", "runtime": "duration",
    "simtime": "duration", "method": "integrator", "synapses": "projections", "connections": "projections", "eqs": "equations",
    "params": "parameters", "variables": "state", "states": "state", "source": "from", "target": "to into", "pre": "from",
    "post": "to into", "to": "into", "rule": "connect", "init": "initial", "initial_values": "initial", "inputs": "stimuli",
    "input": "stimuli", "monitors": "record", "recorders": "record", "synapse_types": "plasticity", "receptor_type": "port",
    "receptor": "port", "condition": "connect", "delays": "delay", "weights": "weight", "w": "weight", "J": "weight",
    "parameters": "constants", "on_pre": "update", "poisson_generator": "poisson", "spike_generator": "spikes",
    "below": "at_most", "above": "at_least", "max": "at_most", "min": "at_least", "p": "connect",
}  # fmt: skip
_ALIKE = 0.7
_LONE = {"poisson": "rate", "bernoulli": "rate", "regular": "every", "one_of": "every", "pulse_packet": "at"}
_REFRACTORY = ("t_ref", "tau_ref", "tau_refrac", "refractory_period")


def meant_key(key: str, known: Sequence[str], there: Mapping[Any, Any]) -> str:
    """Return the key of the language that an unknown key probably means, if it is not there already; else nothing.

    Parameters
    ----------
    key : str
        As written.
    known : sequence of str
        Those that fit.
    there : mapping
        What stands beside it.
    """
    other = next((word for word in _OTHER_WORDS.get(key, "").split() if word in known), "")
    if other:
        return "" if other in there else other
    return nearest(key, known, _ALIKE)


def meant_elsewhere(raw: Any, path: Sequence[str | int], value: Any) -> str:
    """Return how something is written whose key stands at a wrong place; nothing if it is not known to be anything.

    Parameters
    ----------
    raw : Any
        The document.
    path : sequence of str and int
        Of the unknown key.
    value : Any
        What stands there.
    """
    key, single = str(path[-1]), isinstance(value, str | int | float)
    match tuple(path[:-1]):
        case () if key in ("step", "duration", "dt", "resolution") and single:
            return f"time: {{{'duration' if key == 'duration' else 'step'}: {value}, ..}}"
        case ("populations", name):
            return _given_to_neuron(raw, raw["populations"][name], key, value)
        case ("neurons", name) if key in _REFRACTORY and single:
            return f"refractory: {_refractory(raw['neurons'][name], value)}"
        case ("neurons" | "parts" | "signals" | "plasticity", _) if isinstance(value, str) and value[:1].isdigit():
            return f"parameters: {{{key}: {value}}}"
        case ("stimuli", _) if key in ("rate", "rates", "frequency") and single:
            return f"poisson: {{rate: {value}}}"
        case ("stimuli", name) if key in ("start", "stop", "end") and single:
            given = raw["stimuli"][name]
            return f"during: [{given.get('start', '0 ms')}, {given.get('stop', given.get('end', '..'))}]"
        case ("record",) if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return f"states: {{{value[0]}: [{key}]}}"
    return ""


def meant_mapping(raw: Any, path: Sequence[str | int], value: Any) -> str:
    """Return the mapping that was probably meant by a single value at its place; nothing if it is not known.

    Parameters
    ----------
    raw : Any
        The document.
    path : sequence of str and int
        Of the value.
    value : Any
        What stands there.
    """
    if not isinstance(value, str | int | float) or not path:
        return ""
    if path[-1] == "refractory" and len(path) == 3:
        return _refractory(raw["neurons"][path[1]], value)
    return f"{{{_LONE[key]}: {value}}}" if path[0] == "stimuli" and (key := str(path[-1])) in _LONE else ""


def _refractory(neuron: Any, time: Any) -> str:
    """Return a refractory time that holds the first state, which is the potential as a rule."""
    states = neuron.get("state")
    held = next(iter(states), "") if isinstance(states, Mapping) else ""
    return f"{{for: {time}, hold: [{held}]}}"


def _text(value: Any) -> str:
    """Return a value as it is written in a file."""
    return f"[{', '.join(map(_text, value))}]" if isinstance(value, list) else str(value)


def _given_to_neuron(raw: Any, population: Any, key: str, value: Any) -> str:
    """Return the use of a neuron with parameters that were written at its population."""
    neuron = population.get("neuron")
    if not isinstance(neuron, str):
        return ""
    if key in ("parameters", "params", "values") and isinstance(value, Mapping):
        given = ", ".join(f"{name}: {_text(item)}" for name, item in value.items())
        return f"neuron: {{use: {neuron}, {given}}}"
    definition = (raw.get("neurons") or {}).get(neuron)
    if isinstance(definition, Mapping) and key in (definition.get("parameters") or ()):
        return f"neuron: {{use: {neuron}, {key}: {_text(value)}}}"
    return ""
