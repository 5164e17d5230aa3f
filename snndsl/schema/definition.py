"""What every definition may say for people: neurons, parts, signals, rules."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field
from pydantic.fields import FieldInfo

from snndsl.spec import Name, Scalar, Spec

__all__ = ["DefinitionSpec"]


class DefinitionSpec(Spec):
    """A definition that others use: what it is, where it comes from, and how it may be tried."""

    title: str | None = Field(default=None, description="one line for people")
    references: tuple[str, ...] = Field(default=(), description="publications; those of the file if absent")
    meanings: Mapping[Name, str] = Field(default_factory=dict, description="name: what it stands for")
    example: Mapping[Name, Scalar] = Field(
        default_factory=dict, description="step, duration, parameters and what enters ports when `snndsl show` uses it"
    )

    @classmethod
    def known(cls) -> Mapping[str, FieldInfo]:
        """Return the keys that fit, words for people last."""
        own = {name: field for name, field in cls.model_fields.items() if name not in DefinitionSpec.model_fields}
        return {**own, **DefinitionSpec.model_fields}
