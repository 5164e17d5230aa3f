"""The whole file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from snndsl.schema.neuron import NeuronSpec, PartSpec, SignalSpec
from snndsl.schema.observation import DiscoverSpec, ExpectSpec, MotifSpec, RecordSpec, SweepSpec
from snndsl.schema.plasticity import RuleSpec
from snndsl.schema.population import PopulationSpec
from snndsl.schema.projection import ProjectionSpec, Selection
from snndsl.schema.stimulus import StimulusOfAKind
from snndsl.spec import As, Name, Scalar, Spec, Time, Unit, Written, whole_number

__all__ = ["DataSpec", "LibrarySpec", "ModelSpec", "SeedSpec", "TimeSpec"]


class TimeSpec(Spec):
    """The grid."""

    step: Time = Field(description="length of a step")
    duration: Time = Field(description="length of the run, a whole number of steps")


class SeedSpec(Spec):
    """Seeds by family."""

    wiring: int | None = Field(default=None, description="of pairs, weights and delays")
    initial: int | None = Field(default=None, description="of values and states before the run")
    input: int | None = Field(default=None, description="of stimuli, noise and whatever is drawn during the run")
    analysis: int | None = Field(default=None, description="of surrogates")


def _seed(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: whole_number(item) for key, item in value.items()}
    number = whole_number(value)
    return {"wiring": number, "initial": number, "input": number, "analysis": number}


class DataSpec(Spec):
    """Arrays from a file below the model's folder, or written here."""

    file: str | None = Field(default=None, description="relative path: npz, npy, csv, parquet, h5, raw, dat")
    units: Mapping[str, Unit] = Field(default_factory=dict, description="unit of each column that has one, by its name here")
    names: Mapping[str, str] = Field(default_factory=dict, description="other names for columns: name: column")
    values: Annotated[Any, As("nested lists of numbers")] = Field(
        default=None, description="the numbers themselves, instead of a file"
    )
    unit: Unit = Field(default="1", description="unit of `values`")

    @field_validator("values")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        def check(item: Any) -> Any:
            if isinstance(item, list | tuple):
                return tuple(check(part) for part in item)
            try:
                if isinstance(item, bool):
                    raise ValueError
                return float(item)
            except (TypeError, ValueError):
                raise PydanticCustomError("not-numeric", "found {found}", {"found": repr(item)[:40]}) from None

        return None if value is None else check(value)


class LibrarySpec(Spec):
    """Definitions that other files use."""

    snndsl: Annotated[int, BeforeValidator(whole_number)] = Field(description="version of the language: 1")
    name: Name = Field(description="identifier of the model")
    title: str | None = Field(default=None, description="one line for people")
    description: str | None = Field(default=None, description="what the model is for, free text")
    references: tuple[str, ...] = Field(default=(), description="publications and other sources")
    constants: Mapping[str, Scalar] = Field(
        default_factory=dict, description="values that the whole file can read; `--set constants.NAME=VALUE` changes one"
    )
    data: Mapping[str, DataSpec] = Field(default_factory=dict, description="arrays from files or lists, called like functions")
    imports: Mapping[str, str] = Field(
        default_factory=dict, description="alias: `snndsl:FILE` of the library, or a path; definitions are then alias.NAME"
    )
    parts: Mapping[str, PartSpec] = Field(
        default_factory=dict, description="definitions of receptors, channels, currents, compartments"
    )
    neurons: Mapping[str, NeuronSpec] = Field(default_factory=dict, description="definitions of neurons")
    plasticity: Mapping[str, RuleSpec] = Field(default_factory=dict, description="definitions of plasticity rules")

    @field_validator("snndsl")
    @classmethod
    def _version(cls, value: int) -> int:
        if value != 1:
            raise PydanticCustomError("version-unknown", "found version {found}", {"found": value})
        return value


class ModelSpec(LibrarySpec):
    """An experiment: everything a run, a comparison or a search needs."""

    trials: Annotated[int, BeforeValidator(whole_number)] = Field(
        default=1, ge=1, description="repetitions that differ in their inputs only"
    )
    time: TimeSpec | None = Field(default=None, description="length of a step, and of the run; only a library has none")
    seed: Annotated[SeedSpec | None, BeforeValidator(_seed), Written({"type": "integer"})] = Field(
        default=None, description="one whole number, or one for each family of draws; required once anything is drawn"
    )
    signals: Mapping[str, SignalSpec] = Field(
        default_factory=dict, description="single elements that never spike and can be read anywhere"
    )
    populations: Mapping[str, PopulationSpec] = Field(default_factory=dict, description="how many neurons of which kind")
    groups: Mapping[str, Selection] = Field(default_factory=dict, description="a name for several selections")
    projections: Mapping[str, ProjectionSpec] = Field(
        default_factory=dict, description="who is connected to whom, how strongly and how late"
    )
    stimuli: Mapping[str, StimulusOfAKind] = Field(
        default_factory=dict, description="sources of spikes, and what is injected into neurons"
    )
    motifs: Mapping[str, MotifSpec] = Field(default_factory=dict, description="spikes with relative times")
    record: RecordSpec = Field(default_factory=RecordSpec, description="what is kept of a run")
    expect: Mapping[str, ExpectSpec] = Field(
        default_factory=dict, description="what the author says will happen; `snndsl test` checks it"
    )
    sweep: tuple[SweepSpec, ...] = Field(default=(), description="settings, grids and searches that `snndsl sweep` runs")
    discover: Mapping[str, DiscoverSpec] = Field(
        default_factory=dict, description="searches for polychronous groups that `snndsl discover` makes"
    )
