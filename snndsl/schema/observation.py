"""Sections ``record``, ``expect``, ``sweep``, ``discover`` and ``motifs``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from snndsl.schema.projection import Selection
from snndsl.spec import LIST, SCALAR, Name, PerElement, Scalar, Spec, Written

__all__ = [
    "DiscoverSpec",
    "ExpectSpec",
    "MotifSpec",
    "RecordSpec",
    "StateRecordSpec",
    "SweepSpec",
    "SynapseRecordSpec",
    "TargetSpec",
]


class StateRecordSpec(Spec):
    """Which states, how often and when."""

    of: tuple[Name, ...]
    every: Scalar | None = None
    after: Scalar | None = None
    until: Scalar | None = None


class SynapseRecordSpec(Spec):
    """Which variables of synapses, at which times."""

    of: tuple[Name, ...]
    every: Scalar | None = None
    at: PerElement = None
    where: Scalar | None = None


def _listed(value: object) -> object:
    if isinstance(value, str):
        message = "found {found}; expected {form}"
        raise PydanticCustomError(
            "not-a-list",
            message,
            {"found": repr(value[:60]), "form": "a list of states, or {of: [..], every: T}", "near": f"[{value[:60]}]"},
        )
    return {"of": value} if isinstance(value, list | tuple) else value


States = Annotated[StateRecordSpec, BeforeValidator(_listed), Written(LIST)]


class RecordSpec(Spec):
    """What is kept."""

    spikes: Selection = Field(default=(), description="selections whose spikes are kept")
    states: Mapping[str, States] = Field(
        default_factory=dict, description="selection: list of states, or {of, every, after, until}"
    )
    synapses: Mapping[str, SynapseRecordSpec] = Field(default_factory=dict, description="projection: {of, every or at}")
    signals: Mapping[str, States] = Field(default_factory=dict, description="signal: list of states, or {of, every}")
    counts: Mapping[str, Scalar] = Field(default_factory=dict, description="selection: width of a bin")


def _scalar_or_spikes(value: object) -> object:
    return value if isinstance(value, Mapping) else {"value": value}


class TargetSpec(Spec):
    """A value, or listed spikes."""

    value: PerElement = None
    i: PerElement = None
    t: PerElement = None
    where: Scalar | None = None


Target = Annotated[TargetSpec, BeforeValidator(_scalar_or_spikes), Written(SCALAR, LIST)]


class ExpectSpec(Spec):
    """What the author says will happen."""

    of: Selection
    value: Scalar
    at: Scalar | None = None
    after: Scalar | None = None
    until: Scalar | None = None
    each: Literal["trial", "neuron"] | None = None
    between: tuple[Scalar, Scalar] | None = None
    near: Scalar | None = None
    within: Scalar | None = None
    equals: Target | None = None
    at_least: Scalar | None = None
    at_most: Scalar | None = None
    against: Target | None = None
    source: str | None = None


class SweepSpec(Spec):
    """A named setting, or a grid of them."""

    name: Name | None = None
    set: Mapping[str, Any] = Field(default_factory=dict)
    grid: Mapping[str, Any] = Field(default_factory=dict)
    trials: int | None = None
    expect: Mapping[str, ExpectSpec] = Field(default_factory=dict)


class DiscoverSpec(Spec):
    """A search for polychronous groups."""

    definition: Mapping[str, Mapping[str, Any]]
    in_: Name = Field(alias="in")
    mothers: Selection | None = None
    surrogates: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    expect: Mapping[str, Any] = Field(default_factory=dict)


class MotifSpec(Spec):
    """Spikes with relative times."""

    spikes: Any = Field(description="{neuron: time}, a list, or {i, t} arrays with `in`")
    in_: Name | None = Field(default=None, alias="in")
    arrive: Mapping[str, Scalar] = Field(default_factory=dict)
    leads_to: Mapping[str, PerElement] = Field(default_factory=dict)
    tolerance: Scalar | None = None
