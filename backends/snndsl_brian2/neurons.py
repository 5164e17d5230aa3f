"""Neurons as the texts that Brian2's NeuronGroup takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from snndsl.ir import Neuron
from snndsl_brian2.abstract import Scope, block_lines
from snndsl_brian2.tree.names import neuron_name

__all__ = ["NeuronCode", "neuron_code"]

_BUILTINS = {"i": "(i + 0.0)", "step": "(t_in_timesteps + 0.0)", "trial": "snn_trial(0.0)"}


@dataclass(frozen=True, slots=True)
class NeuronCode:
    """Equations (all variables are parameters), the update of a step, and what a spike does."""

    model: tuple[str, ...]
    update: tuple[str, ...]
    reset: tuple[str, ...]


def neuron_code(neuron: Neuron, samples: Mapping[str, int], keys: dict[float, int]) -> NeuronCode:
    """Return the texts of a neuron.

    Parameters
    ----------
    neuron : Neuron
        Of the program.
    samples : mapping of str to int
        Number of each sample.
    keys : dict of float to int
        Number of each key word of a draw; new ones are added.
    """
    own = {*neuron.params, *neuron.states, *neuron.ports}
    scope = Scope(neuron_name, own, _BUILTINS, "(t_in_timesteps + 1.0)", samples, keys)
    model = [f"{neuron_name(name)} : 1 (constant)" for name in neuron.params]
    model += [f"{neuron_name(name)} : 1" for name in (*neuron.states, *neuron.ports)]
    model.append("fires : boolean")
    lines = block_lines(neuron.update, scope)
    writes = len(lines) - len([1 for state, name in neuron.update.writes if state != name])
    lines.insert(writes, f"fires = {neuron_name(neuron.fires) if neuron.fires else 'False'}")
    lines += [f"{neuron_name(port)} = 0.0" for port in neuron.ports]
    reset = block_lines(neuron.reset, scope) if neuron.fires else []
    return NeuronCode(tuple(model), tuple(lines), tuple(reset))
