"""Neurons, parts, signals and rules; made by python tests/reference/write.py from the schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Neuron",
    "Parameter",
    "Part",
    "PartUse",
    "Port",
    "Refractory",
    "Rule",
    "Signal",
    "State",
    "Trace",
    "Use",
]


@dataclass(kw_only=True)
class Part:
    """A receptor, channel, current or compartment.

    Parameters
    ----------
    parameters : mapping of str to Parameter or mapping
        Numbers that do not change during a run, each a value, {unit} or {unit, default}.
    state : mapping of str to State or mapping
        What changes during a run, each with its initial value, or {initial, range}.
    ports : mapping of str to Port or mapping
        Where input arrives, each with its unit: the sum of what arrives in a step.
    equations : value
        Dx/dt = ..., and x = ... for an alias.
    update : value
        Statements in each step, after the equations.
    every : mapping
        Statements that run periodically: period: statements.
    require : value
        Conditions checked when the model is loaded.
    needs : mapping
        Quantities of the owner that it reads: name and unit.
    title : value
        One line for people.
    references : value
        Publications; those of the file if absent.
    meanings : mapping
        Name: what it stands for.
    example : mapping
        Step, duration, parameters and what enters ports when `snndsl show` uses it.
    """

    parameters: Mapping[str, Parameter | Any] | None = None
    state: Mapping[str, State | Any] | None = None
    ports: Mapping[str, Port | Any] | None = None
    equations: Any | None = None
    update: Any | None = None
    every: Mapping[str, Any] | None = None
    require: Any | None = None
    needs: Mapping[str, Any] | None = None
    title: Any | None = None
    references: Any | None = None
    meanings: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = None


@dataclass(kw_only=True)
class Parameter:
    """A parameter: a default value, or its unit and perhaps a default.

    Parameters
    ----------
    unit : value
        Its unit, where no default shows it.
    default : value
        Value where none is given.
    """

    unit: Any | None = None
    default: Any | None = None


@dataclass(kw_only=True)
class State:
    """A state: its initial value, and perhaps between which values it has to stay.

    Parameters
    ----------
    initial : value
        Value before the first step.
    range : value
        [low, high], both constants; outside of it the run stops.
    """

    initial: Any
    range: Any | None = None


@dataclass(kw_only=True)
class Port:
    """What arrives in a step, summed.

    Parameters
    ----------
    unit : value
        Unit of the weights into this port; 1 for none.
    quantum : value
        Grid of the contributions; follows from the weights if absent.
    """

    unit: Any
    quantum: Any | None = None


@dataclass(kw_only=True)
class Neuron:
    """A neuron: parts, equations, update, threshold, refractoriness, reset, in this order.

    Parameters
    ----------
    parameters : mapping of str to Parameter or mapping
        Numbers that do not change during a run, each a value, {unit} or {unit, default}.
    state : mapping of str to State or mapping
        What changes during a run, each with its initial value, or {initial, range}.
    ports : mapping of str to Port or mapping
        Where input arrives, each with its unit: the sum of what arrives in a step.
    equations : value
        Dx/dt = ..., and x = ... for an alias.
    update : value
        Statements in each step, after the equations.
    every : mapping
        Statements that run periodically: period: statements.
    require : value
        Conditions checked when the model is loaded.
    parts : mapping of str to PartUse or mapping
        Its parts: name: definition, or {use: definition, parameter: value, need: quantity}.
    integrator : value
        How the equations are advanced: one for all, or {state: one, rest: another}.
    made_for : value
        The step these numbers belong to.
    threshold : value
        A neuron spikes where this is true; never if absent.
    refractory : Refractory or mapping
        Silence after a spike.
    reset : value
        Statements after a spike.
    title : value
        One line for people.
    references : value
        Publications; those of the file if absent.
    meanings : mapping
        Name: what it stands for.
    example : mapping
        Step, duration, parameters and what enters ports when `snndsl show` uses it.
    """

    parameters: Mapping[str, Parameter | Any] | None = None
    state: Mapping[str, State | Any] | None = None
    ports: Mapping[str, Port | Any] | None = None
    equations: Any | None = None
    update: Any | None = None
    every: Mapping[str, Any] | None = None
    require: Any | None = None
    parts: Mapping[str, PartUse | Any] | None = None
    integrator: Any | None = None
    made_for: Any | None = None
    threshold: Any | None = None
    refractory: Refractory | Any | None = None
    reset: Any | None = None
    title: Any | None = None
    references: Any | None = None
    meanings: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = None


@dataclass
class PartUse:
    """A part, once or in copies that make a chain or a tree, and the values given to it.

    Parameters
    ----------
    use : value
        Name of the definition, or alias.name of an imported one.
    values : mapping
        Parameters, bindings of needs.
    copies : value
        How many make a chain; a copy reads parent.x and child.x.
    parents : value
        Number of the parent of each copy, -1 for the root; makes a tree.
    parent : value
        The part, or copy of one, on which the root hangs.
    """

    use: Any
    values: Mapping[str, Any] | None = None
    copies: Any | None = None
    parents: Any | None = None
    parent: Any | None = None


@dataclass(kw_only=True)
class Refractory:
    """Silence after a spike: for a time, or while a condition holds.

    Parameters
    ----------
    hold : value
        States that keep their value meanwhile; [] for none.
    for_ : value
        A time; that many steps after the spike step are silent.
    while_ : value
        Silent until this has been false once.
    """

    hold: Any
    for_: Any | None = None
    while_: Any | None = None


@dataclass(kw_only=True)
class Rule:
    """A plasticity rule.

    Parameters
    ----------
    parameters : mapping of str to Parameter or mapping
        Numbers that do not change during a run, each a value, {unit} or {unit, default}.
    needs : mapping
        Quantities from outside: name and unit; bound where the rule is used.
    state : mapping of str to State or mapping
        Own states besides `w`, each with its initial value, or {initial, range}.
    traces : mapping of str to Trace or mapping
        What decays exponentially between its assignments: time constant, or {tau, to}.
    on_pre : value
        Statements at the arrival of a presynaptic spike; `deliver(w)` follows unless it is written.
    on_post : value
        Statements at the arrival of a postsynaptic spike.
    every : mapping
        Statements that run periodically: period: statements.
    on_start : value
        Statements that change the initial values, once before the run.
    order : {"pre_first", "post_first"}
        Which of two spikes of one stamp is first at a synapse.
    bound : value
        The largest magnitude that `w` can reach.
    require : value
        Conditions checked when the model is loaded.
    title : value
        One line for people.
    references : value
        Publications; those of the file if absent.
    meanings : mapping
        Name: what it stands for.
    example : mapping
        Step, duration, parameters and what enters ports when `snndsl show` uses it.
    """

    parameters: Mapping[str, Parameter | Any] | None = None
    needs: Mapping[str, Any] | None = None
    state: Mapping[str, State | Any] | None = None
    traces: Mapping[str, Trace | Any] | None = None
    on_pre: Any | None = None
    on_post: Any | None = None
    every: Mapping[str, Any] | None = None
    on_start: Any | None = None
    order: Literal["pre_first", "post_first"] | None = None
    bound: Any | None = None
    require: Any | None = None
    title: Any | None = None
    references: Any | None = None
    meanings: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = None


@dataclass(kw_only=True)
class Trace:
    """A quantity that relaxes exponentially between its assignments.

    Parameters
    ----------
    tau : value
        Time constant of its decay.
    to : value
        The value it relaxes to and starts from.
    """

    tau: Any
    to: Any | None = None


@dataclass(kw_only=True)
class Signal:
    """A one-of-a-kind element that never spikes and is read anywhere.

    Parameters
    ----------
    parameters : mapping of str to Parameter or mapping
        Numbers that do not change during a run, each a value, {unit} or {unit, default}.
    state : mapping of str to State or mapping
        What changes during a run, each with its initial value, or {initial, range}.
    ports : mapping of str to Port or mapping
        Where input arrives, each with its unit: the sum of what arrives in a step.
    equations : value
        Dx/dt = ..., and x = ... for an alias.
    update : value
        Statements in each step, after the equations.
    every : mapping
        Statements that run periodically: period: statements.
    require : value
        Conditions checked when the model is loaded.
    parts : mapping of str to PartUse or mapping
        Its parts: name: definition, or {use: definition, parameter: value, need: quantity}.
    integrator : value
        How the equations are advanced: one for all, or {state: one, rest: another}.
    made_for : value
        The step these numbers belong to.
    frozen : bool
        The same draws in every trial.
    title : value
        One line for people.
    references : value
        Publications; those of the file if absent.
    meanings : mapping
        Name: what it stands for.
    example : mapping
        Step, duration, parameters and what enters ports when `snndsl show` uses it.
    """

    parameters: Mapping[str, Parameter | Any] | None = None
    state: Mapping[str, State | Any] | None = None
    ports: Mapping[str, Port | Any] | None = None
    equations: Any | None = None
    update: Any | None = None
    every: Mapping[str, Any] | None = None
    require: Any | None = None
    parts: Mapping[str, PartUse | Any] | None = None
    integrator: Any | None = None
    made_for: Any | None = None
    frozen: bool | None = None
    title: Any | None = None
    references: Any | None = None
    meanings: Mapping[str, Any] | None = None
    example: Mapping[str, Any] | None = None


@dataclass
class Use:
    """A definition and the values given to it.

    Parameters
    ----------
    use : value
        Name of the definition, or alias.name of an imported one.
    values : mapping
        Parameters, bindings of needs.
    """

    use: Any
    values: Mapping[str, Any] | None = None
