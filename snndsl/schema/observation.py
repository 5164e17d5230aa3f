"""Sections ``record``, ``expect``, ``sweep``, ``discover`` and ``motifs``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from snndsl.schema.projection import Selection
from snndsl.spec import LIST, SCALAR, As, Condition, Name, PerElement, Scalar, Spec, Time, Times, Written

__all__ = [
    "DiscoverSpec",
    "ExpectSpec",
    "MotifSpec",
    "ObjectiveSpec",
    "RecordSpec",
    "StateRecordSpec",
    "SweepSpec",
    "SynapseRecordSpec",
    "TargetSpec",
]


class StateRecordSpec(Spec):
    """Which states, how often and when."""

    of: tuple[Name, ...] = Field(description="states that are kept")
    every: Time | None = Field(default=None, description="time between two samples; default: a step")
    after: Time | None = Field(default=None, description="samples later than this")
    until: Time | None = Field(default=None, description="samples up to this")


class SynapseRecordSpec(Spec):
    """Which variables of synapses, at which times."""

    of: tuple[Name, ...] = Field(description="w and states of its rules")
    every: Time | None = Field(default=None, description="time between two samples")
    at: Times = Field(default=None, description="times of the samples")
    where: Condition | None = Field(
        default=None, description="chooses synapses by `i`, `j`, `row`, `w` as it starts, `distance`, `pre.x` and `post.x`"
    )


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
        default_factory=dict, description="states of neurons: selection: [states], or {of, every, after, until}"
    )
    synapses: Mapping[str, SynapseRecordSpec] = Field(
        default_factory=dict, description="variables of synapses at times: projection: {of, every or at, where}"
    )
    signals: Mapping[str, States] = Field(
        default_factory=dict, description="states of signals: name: [states], or {of, every, after, until}"
    )
    counts: Mapping[str, Time] = Field(
        default_factory=dict, description="spikes of all neurons together in each complete bin: selection: width of a bin"
    )


def _scalar_or_spikes(value: object) -> object:
    return value if isinstance(value, Mapping) else {"value": value}


class TargetSpec(Spec):
    """A value, or listed spikes."""

    value: PerElement = Field(default=None, description="number, quantity or list of them")
    i: PerElement = Field(default=None, description="neurons of listed spikes")
    t: Times = Field(default=None, description="times of listed spikes")
    where: Condition | None = Field(default=None, description="condition on row for those that count")

    @model_validator(mode="after")
    def _one_of(self) -> TargetSpec:
        if self.value is not None and not (self.i is self.t is self.where is None):
            raise ValueError("a 'value' and listed spikes in one; expected one of them")
        return self


Target = Annotated[TargetSpec, BeforeValidator(_scalar_or_spikes), Written(SCALAR, LIST)]


Of = Annotated[Scalar, As("value", "what is measured")]


class ExpectSpec(Spec):
    """What the author says will happen."""

    of: Selection = Field(description="populations, sources, projection, signal or search that is measured")
    value: Annotated[Scalar, As("measure")] = Field(
        description="what is measured: `rate`, `spikes`, `first_spike`, `cv_isi`, `f1`, a state, `w`, `mean(w)`, `argmax(V)`"
    )
    at: Time | None = Field(default=None, description="moment at which it is measured")
    after: Time | None = Field(default=None, description="spikes and samples later than this")
    until: Time | None = Field(default=None, description="spikes and samples up to this")
    each: Literal["trial", "neuron"] | None = Field(default=None, description="for each of them instead of all together")
    between: tuple[Of, Of] | None = Field(default=None, description="[least, largest]")
    near: Annotated[PerElement, As("value per element", "what is measured")] = Field(
        default=None, description="a value that it is close to, or one for each neuron; needs `within`"
    )
    within: Of | None = Field(default=None, description="largest distance from near, equals or against")
    equals: Target | None = Field(default=None, description="the value, or the spikes")
    at_least: Of | None = Field(default=None, description="smallest value")
    at_most: Of | None = Field(default=None, description="largest value")
    against: Target | None = Field(default=None, description="value or spikes that it is compared with")
    source: str | None = Field(default=None, description="where the number comes from")


class ObjectiveSpec(Spec):
    """A measured value that is to be least or largest, and where the settings for it are looked for."""

    minimise: str | None = Field(default=None, description="name of an expectation, or rate.POPULATION")
    maximise: str | None = Field(default=None, description="name of an expectation, or rate.POPULATION")
    between: Mapping[str, Annotated[Any, As("range")]] = Field(
        description="path: [FROM, TO], {log: [FROM, TO]} or {whole: [FROM, TO]}"
    )
    method: Literal["random", "cma-es", "differential-evolution"] = Field(default="cma-es", description="who chooses points")
    evaluations: int = Field(default=100, ge=5, le=1_000_000, description="points, at most")
    batch: int | None = Field(default=None, gt=1, le=10_000, description="points chosen together; default: the method's own")
    seed: int = Field(default=1, ge=0, lt=2**31, description="of the method's chance")

    @model_validator(mode="after")
    def _one_goal(self) -> ObjectiveSpec:
        if (self.minimise is None) == (self.maximise is None):
            raise ValueError("needs exactly one of 'minimise' and 'maximise'")
        return self


class SweepSpec(Spec):
    """A named setting, a grid of them, or a search among them."""

    name: Name | None = Field(default=None, description="identifier of the setting; default: its number")
    set: Mapping[str, Annotated[Any, As("value")]] = Field(default_factory=dict, description="path: value, for all its points")
    grid: Mapping[str, Annotated[Any, As("list, or range")]] = Field(
        default_factory=dict, description="path: list, {range: [FROM, TO, BY]} or {linspace: [FROM, TO, NUMBER]}"
    )
    objective: ObjectiveSpec | None = Field(default=None, description="a search for the best settings")
    trials: int | None = Field(default=None, description="repetitions of each of its points")
    expect: Mapping[str, ExpectSpec] = Field(
        default_factory=dict, description="expectations of its points, beside the model's own"
    )

    @model_validator(mode="after")
    def _grid_or_objective(self) -> SweepSpec:
        if self.grid and self.objective is not None:
            raise ValueError("'grid' and 'objective' in one setting; expected one of them")
        return self


class DiscoverSpec(Spec):
    """A search for polychronous groups."""

    definition: Mapping[str, Mapping[str, Any]] = Field(
        description="`izhikevich2006`, `event_triggered`, `structural`, `probabilistic` or `activated`, with its parameters"
    )
    in_: Name = Field(alias="in", description="projection whose synapses the surrogates shuffle; the search reads all synapses")
    mothers: Selection | None = Field(default=None, description="neurons whose inputs are tried; default: all")
    surrogates: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="`shuffle_weights`, `shuffle_delays` or `rewire`, each with `times` and `of`"
    )
    expect: Mapping[str, Annotated[Any, As("value, or comparison")]] = Field(
        default_factory=dict, description="`groups`, `p`: a number, {equals}, {at_least}, {at_most} or {between}"
    )


class MotifSpec(Spec):
    """Spikes with relative times."""

    spikes: Annotated[Any, As("mapping of neurons to times, list, or columns", "time")] = Field(
        description="{neuron: time}, a list, or {i, t} arrays with `in`"
    )
    in_: Name | None = Field(default=None, alias="in", description="population of the neurons in i")
    arrive: Mapping[str, Time] = Field(default_factory=dict, description="neuron: time at which the spikes meet")
    leads_to: Mapping[str, Times] = Field(default_factory=dict, description="neuron: time at which it fires then")
    tolerance: Time | None = Field(default=None, description="largest distance of a spike from its time; default: a step")
