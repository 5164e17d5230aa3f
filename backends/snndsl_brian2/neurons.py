"""Neurons as the texts that Brian2's NeuronGroup takes."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from snndsl.backend.names import free_names
from snndsl.ir import Block, Carry, Neuron, Program, Rule, names_read
from snndsl.ir.remarks import Remarks
from snndsl_brian2.abstract import BlockNames, block_lines
from snndsl_brian2.words import reserved

__all__ = ["NeuronCode", "builtin_lines", "neuron_code", "neuron_model", "states_read"]

_BUILTINS = {"step": "t_in_timesteps + 0.0", "trial": "snn_trial(0.0)", "i": "i + 0.0"}
_MEANING = {"step": "number of the step", "trial": "number of the trial", "i": "index of the neuron"}


State = tuple[str, str]
"""A population and a state of its neuron."""


@dataclass(frozen=True, slots=True)
class NeuronCode:
    """A neuron in Brian2's words.

    Parameters
    ----------
    update, reset : tuple of str
        What a step and a spike do.
    names : mapping of str to str
        Parameter, state or port of the program to its variable.
    """

    update: tuple[str, ...]
    reset: tuple[str, ...]
    names: Mapping[str, str]


def states_read(program: Program) -> dict[State, int]:
    """Return a number for each state of a population of one neuron that others read."""
    readers: list[Neuron | Rule | Carry] = [*program.neurons, *program.rules, *program.carries]
    several = [item.reads for item in readers]
    found = {(item.of, item.state) for reads in several for item in reads if item.of not in ("pre", "post")}
    return {state: number for number, state in enumerate(sorted(found))}


def neuron_code(
    neuron: Neuron, samples: Mapping[str, int], keys: dict[float, int], reads: Mapping[State, int], remarks: Remarks
) -> NeuronCode:
    """Return the texts of a neuron.

    Parameters
    ----------
    neuron : Neuron
        Of the program.
    samples : mapping of str to int
        Number of each sample.
    keys : dict of float to int
        Number of each key word of a draw; new ones are added.
    reads : mapping of (str, str) to int
        Number of each state that others read, by population and name.
    remarks : Remarks
        On the neuron.
    """
    own = (*neuron.params, *neuron.states, *neuron.ports)
    names = free_names(own, reserved)
    meaning = {**_MEANING, **{item.local: f"{item.state} of {item.of} before the step" for item in neuron.reads}}

    def code(block: Block, kind: str, read: tuple[str, ...] = ()) -> tuple[list[str], list[str]]:
        outside = {**_BUILTINS, **{item.local: f"snn_read({reads[item.of, item.state]})" for item in neuron.reads}}
        built = {name: text for name, text in outside.items() if name in names_read([block]) and name not in own}
        local = free_names((*(name for name, _ in block.lets), *_variables(built)), reserved, set(names.values()))
        known = names | local | {name: local[_VARIABLE.get(name, name)] for name in built}
        if kind == "update" and neuron.fires:
            known |= {neuron.fires: "fires"}
        scope = BlockNames(known, "t_in_timesteps + 1.0", samples, keys)
        first, last = block_lines(block, scope, neuron.states, remarks.of(kind), read)
        return [*builtin_lines(built, known, meaning), *first], last

    lines, writes = code(neuron.update, "update", (neuron.fires,) if neuron.fires else ())
    emptied = [f"{names[port]} = 0.0" for port in neuron.ports]
    update = [*lines, *([] if neuron.fires else ["fires = False"]), *writes, *emptied]
    lines, writes = code(neuron.reset, "reset")
    return NeuronCode(tuple(update), (*lines, *writes) if neuron.fires else (), names)


def neuron_model(neuron: Neuron, same: Container[str], names: Mapping[str, str], remarks: Remarks) -> tuple[str, ...]:
    """Return the equations of a neuron; all variables are parameters.

    Parameters
    ----------
    neuron : Neuron
        Of the program.
    same : container of str
        Parameters that are one number for all neurons of the population: no array, and what is computed of them alone is
        computed once a step.
    names : mapping of str to str
        Of `NeuronCode`.
    remarks : Remarks
        On the neuron.
    """
    return (
        *(
            f"{names[name]} : 1 ({'shared, ' * (name in same)}constant){remarks.beside('params', name)}"
            for name in neuron.params
        ),
        *(f"{names[name]} : 1{remarks.beside('states', name)}" for name in neuron.states),
        *(f"{names[name]} : 1  # input of a step" for name in neuron.ports),
        "fires : boolean",
    )


_VARIABLE = {"i": "index"}
"""Local that holds a built-in name, where it cannot be called the same."""


def _variables(builtins: Mapping[str, str]) -> list[str]:
    return [_VARIABLE.get(name, name) for name in builtins]


def builtin_lines(builtins: Mapping[str, str], names: Mapping[str, str], meaning: Mapping[str, str]) -> list[str]:
    """Return the statements that give a block its built-in names as real numbers.

    Parameters
    ----------
    builtins : mapping of str to str
        Built-in name to abstract code.
    names : mapping of str to str
        Built-in name to local.
    meaning : mapping of str to str
        What each is, for the comment.
    """
    return [f"{names[name]} = {text}  # {meaning[name]}" for name, text in builtins.items()]
