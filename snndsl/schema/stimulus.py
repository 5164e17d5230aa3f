"""Section ``stimuli``: sources that are wired by projections, and injections; what they do stands under their kind."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, create_model, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from snndsl.model.stimulus import StimulusKind
from snndsl.schema.population import PositionsSpec
from snndsl.schema.projection import Selection
from snndsl.spec import As, Flag, Name, PerElement, Scalar, Spec, Time
from snndsl.stimuli import STIMULI

__all__ = ["StimulusOfAKind", "StimulusSpec"]


class StimulusSpec(Spec):
    """A source (`size`) or an injection (`into`, `port`), of exactly one kind."""

    size: Scalar | None = Field(default=None, description="how many neurons a source has")
    into: Selection | None = Field(default=None, description="neurons or signals that an injection reaches, each by itself")
    port: Name | None = Field(default=None, description="port that an injection enters")
    weight: Annotated[PerElement, As("value per element", "the port")] = Field(
        default=None, description="what an event adds to the port"
    )
    let: Mapping[str, PerElement] = Field(
        default_factory=dict, description="values drawn once for each element and read in its others"
    )
    positions: PositionsSpec | None = Field(default=None, description="where the neurons of a source are")
    delay: Time | None = Field(default=None, description="from the event to the port; one step if absent")
    during: tuple[Time, Time] | None = Field(default=None, description="when it acts; the end is not included")
    round: Literal["nearest", "up", "down"] | None = Field(
        default=None, description="how a time off the grid is rounded; an error if absent"
    )
    duplicates: Literal["error", "merge", "add"] = Field(
        default="error", description="what two spikes of one neuron at one stamp are"
    )
    frozen: Flag = Field(default=False, description="the same draws in every trial")
    stream: Name | None = Field(default=None, description="name of its random stream; default: its path")

    @classmethod
    def known(cls) -> Mapping[str, FieldInfo]:
        """Return the keys that fit: these, and the words of the kinds."""
        return _of_any(STIMULI.all).model_fields

    @property
    def kind(self) -> type[StimulusKind]:
        """The one kind that is given."""
        return STIMULI[self._given()[0]]

    @property
    def given(self) -> Any:
        """What stands under its word."""
        return getattr(self, self._given()[0])

    def _given(self) -> list[str]:
        return [name for name in STIMULI if getattr(self, name) is not None]

    @model_validator(mode="after")
    def _one_kind(self) -> StimulusSpec:
        given = self._given()
        if len(given) != 1:
            raise ValueError(f"found {' and '.join(given) or 'no kind'}; expected exactly one of {', '.join(STIMULI)}")
        aimed = self.kind.source or self.kind.injection
        if aimed and (self.size is None) == (self.into is None):
            raise ValueError(
                "neither source nor injection, or both; expected 'size' (a source) or 'into' and 'port' (an injection)"
            )
        if self.into is not None and self.port is None:
            raise ValueError("an injection has no 'port'; expected port: name of a port of its targets")
        return self


@cache
def _of_any(kinds: tuple[type[StimulusKind], ...]) -> type[StimulusSpec]:
    """Return the form of a stimulus that may be of any of these kinds."""
    fields: dict[str, Any] = {kind.name: (kind.form, Field(default=None, description=kind.says)) for kind in kinds}
    return create_model("StimulusSpec", __base__=StimulusSpec, __doc__=StimulusSpec.__doc__, **fields)


class _OfAKind:
    """Reads a stimulus by the kinds that there are."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return how it is read."""
        return core_schema.no_info_plain_validator_function(lambda value: _of_any(STIMULI.all).model_validate(value))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the form of any of them."""
        return handler(_of_any(STIMULI.all).__pydantic_core_schema__)


StimulusOfAKind = Annotated[StimulusSpec, _OfAKind()]
