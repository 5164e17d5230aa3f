"""Section ``projections``: who is connected to whom, how strongly and how late."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from snndsl.errors import nearest
from snndsl.schema.neuron import Use
from snndsl.spec import LIST, SCALAR, TEXT, USE, Flag, Name, PerElement, Scalar, Spec, Written

__all__ = ["CONNECT_RULES", "ConnectSpec", "DelaySpec", "ProjectionSpec", "Selection"]

CONNECT_RULES = (
    "all_to_all", "one_to_one", "bernoulli", "fixed_indegree", "fixed_outdegree", "fixed_total_number", "pairs", "motif",
)  # fmt: skip


_PLAIN = ("all_to_all", "one_to_one")


class PairsSpec(Spec):
    """Columns of sources and targets."""

    i: PerElement = Field(description="list, data array: index of the source in `from`")
    j: PerElement = Field(description="list, data array: index of the target in `to`")


class ConnectSpec(Spec):
    """One rule and its value; with ``latency``, a motif is wired as a chain."""

    rule: Name
    value: Scalar | None = None
    pairs: PairsSpec | None = None
    latency: Scalar | None = None
    inputs: Scalar | None = None
    longest: Scalar | None = None


_MOTIF = {
    "motif": {**TEXT, "description": "name of a motif"},
    "latency": {**SCALAR, "description": "time from an arrival to the spike it makes: wires what the motif leads to"},
    "inputs": {**SCALAR, "description": "arrivals that make a spike; default: from all earlier spikes of the motif"},
    "longest": {**SCALAR, "description": "longest delay"},
}
_CONNECT = (
    {"enum": ["all_to_all", "one_to_one"]},
    *(
        {"type": "object", "properties": {rule: SCALAR}, "required": [rule], "additionalProperties": False}
        for rule in ("bernoulli", "fixed_indegree", "fixed_outdegree", "fixed_total_number")
    ),
    {
        "type": "object",
        "properties": _MOTIF,
        "required": ["motif"],
        "dependentRequired": {"inputs": ["latency"], "longest": ["latency"]},
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {
            "pairs": {
                "type": "object",
                "description": "columns of sources and targets: indices in `from` and `to`",
                "properties": {side: {"anyOf": [SCALAR, LIST]} for side in ("i", "j")},
                "required": ["i", "j"],
                "additionalProperties": False,
            }
        },
        "required": ["pairs"],
        "additionalProperties": False,
    },
)


def _connect(value: object) -> object:
    if isinstance(value, Mapping) and "motif" in value:
        return _motif(value)
    if isinstance(value, Mapping) and len(value) == 1:
        [(rule, argument)] = value.items()
        if rule == "pairs":
            return {"rule": rule, "pairs": argument}
        if rule in CONNECT_RULES and rule not in _PLAIN:
            return {"rule": rule, "value": argument}
    if isinstance(value, str) and value in _PLAIN:
        return {"rule": value}
    if isinstance(value, ConnectSpec):
        return value
    what = ", ".join(map(str, value)) if isinstance(value, Mapping) else value
    names = {"found": repr(str(what)[:60]), "near": _near_rule(value)}
    raise PydanticCustomError("connect-unknown", "found {found}", names)


_OTHER_WORDS = {  # of arguments of rules elsewhere: the rule
    "p": "bernoulli", "probability": "bernoulli", "p_connect": "bernoulli", "indegree": "fixed_indegree",
    "outdegree": "fixed_outdegree", "N": "fixed_total_number",
}  # fmt: skip


def _near_rule(value: object) -> str:
    """Return the rule that was probably meant, as it is written here."""
    if isinstance(value, Mapping):
        for key, argument in value.items():
            if key in _OTHER_WORDS and isinstance(argument, str | int | float):
                return f"{{{_OTHER_WORDS[key]}: {argument}}}"
        return nearest(str(value.get("rule", "")), _PLAIN, 0.8) if value.get("rule") not in _PLAIN else str(value["rule"])
    text = str(value)
    if re.fullmatch(r"0?\.[0-9]+", text):
        return f"{{bernoulli: {text}}}"
    return text.replace("-", "_") if text.replace("-", "_") in _PLAIN else nearest(text, _PLAIN, 0.7)


def _motif(value: Mapping[str, object]) -> object:
    for key, argument in value.items():
        if argument is None:
            raise PydanticCustomError("not-a-value", "found nothing for {found}", {"found": repr(str(key)[:60])})
        if key not in _MOTIF:
            message = "unknown key {found}; expected {known}"
            names = {"found": repr(str(key)[:60]), "known": ", ".join(_MOTIF), "near": nearest(str(key), _MOTIF)}
            raise PydanticCustomError("unknown-key", message, names)
    idle = [key for key in ("inputs", "longest") if key in value and "latency" not in value]
    if idle:
        raise PydanticCustomError("key-missing", "{found} without 'latency'; expected latency: T", {"found": repr(idle[0])})
    return {"rule": "motif", **{"value" if key == "motif" else key: argument for key, argument in value.items()}}


class DelaySpec(Spec):
    """Delay of a synapse: from the source to the synapse, and from the synapse to the soma."""

    axonal: PerElement = Field(default=None, description="time from the spike to the synapse")
    dendritic: PerElement = Field(default=None, description="time from the synapse to the soma")
    round: Literal["nearest", "up", "down"] | None = Field(default=None, description="how a delay off the grid is rounded")
    split: bool = Field(default=True, description="written as parts")


def _delay(value: object) -> object:
    if value is None or isinstance(value, Mapping | DelaySpec):
        return value
    return {"axonal": value, "split": False}


def _selection(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _plasticity(value: object) -> object:
    return value if isinstance(value, list) else (value,)


Selection = Annotated[tuple[Name, ...], BeforeValidator(_selection), Written(TEXT)]


class ProjectionSpec(Spec):
    """Synapses between two selections."""

    from_: Selection = Field(alias="from", description="population, source, signal, group, slice, or a list of them")
    to: Selection = Field(description="population, signal, group, slice, or a list of them")
    connect: Annotated[ConnectSpec, BeforeValidator(_connect), Written(*_CONNECT, alone=True)] = Field(description="the rule")
    where: Scalar | None = Field(default=None, description="condition on i, j that pairs must meet")
    self_: Flag | None = Field(default=None, alias="self", description="whether a neuron may contact itself")
    multiple: Flag | None = Field(default=None, description="whether a pair may have several synapses")
    copies: Scalar = Field(default="1", description="synapses per pair")
    per_block: Flag = Field(default=False, description="the rule once for each pair of populations")
    port: Name = Field(description="port of the targets")
    weight: PerElement = Field(description="in the unit of the port")
    delay: Annotated[DelaySpec | None, BeforeValidator(_delay), Written(SCALAR, LIST)] = Field(
        default=None, description="a time, or {axonal, dendritic, round}"
    )
    plasticity: Annotated[tuple[Use, ...], BeforeValidator(_plasticity), Written(TEXT, USE)] = Field(
        default=(), description="name, {use: .., values} or a list"
    )
    carries: Scalar | None = Field(default=None, description="a value transmitted in every step")
    initial: Mapping[str, PerElement] = Field(default_factory=dict, description="initial states of the rule")
    stream: Name | None = Field(default=None, description="name of its random stream; default: its path")
