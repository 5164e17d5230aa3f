"""What a piece of a model file is: strictness, scalars, statements, uses of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError

__all__ = [
    "LIST",
    "SCALAR",
    "TEXT",
    "USE",
    "As",
    "Condition",
    "Equations",
    "Flag",
    "Name",
    "PerElement",
    "Period",
    "Scalar",
    "Spec",
    "Statements",
    "Time",
    "Times",
    "Unit",
    "UseSpec",
    "Written",
    "found",
    "split_use",
    "whole_number",
]


class Spec(BaseModel):
    """A piece of a model file: immutable, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)

    @classmethod
    def known(cls) -> Mapping[str, FieldInfo]:
        """Return the keys that fit, by the names of their fields."""
        return cls.model_fields


@dataclass(frozen=True)
class As:
    """How a value is written, for the page of all keys: the last one in an annotation holds.

    Parameters
    ----------
    written : str
        A word of the page.
    of : str
        What it measures, or whose unit it has; empty where nothing is measured.
    """

    written: str
    of: str = ""


def _scalar(value: object) -> str:
    if isinstance(value, bool) or value is None or not isinstance(value, str | int | float):
        raise PydanticCustomError("not-a-value", "found {found}", {"found": found(value)})
    return value if isinstance(value, str) else repr(value)


def _per_element(value: object) -> object:
    if isinstance(value, list | tuple) and not value:
        raise PydanticCustomError("list-length", "found an empty list", {})
    return tuple(_scalar(item) for item in value) if isinstance(value, list | tuple) else _scalar(value)


def _statements(value: object) -> object:
    if isinstance(value, Mapping):
        lines = [f"{key} = {text}" for key, text in value.items()]
        raise _no_lines("name = ..., x += ...", lines)
    if isinstance(value, list | tuple):
        return tuple(_scalar(item) for item in value)
    return _scalar(value)


def _equations(value: object) -> object:
    if isinstance(value, Mapping):
        lines = [f"{key if '/' in str(key) else f'd{key}/dt'} = {text}" for key, text in value.items()]
        raise _no_lines("dx/dt = ..., x = ...", lines)
    return _statements(value)


def _no_lines(form: str, lines: list[str]) -> PydanticCustomError:
    """Return the fault of a mapping where lines are wanted, with the lines that it seems to mean."""
    many = len(lines) > 1 and not any(set("[]{},") & set(line) for line in lines)
    near = f"[{', '.join(lines)}]" if many else "".join(lines) if len(lines) == 1 else ""
    message = "found a mapping; expected lines of text, or a list of them: {form}"
    return PydanticCustomError("not-a-text", message, {"form": form, "near": near[:80]})


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise PydanticCustomError("not-a-flag", "found {found}", {"found": found(value)})
    return value


def _name(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise PydanticCustomError("not-a-name", "found {found}", {"found": found(value)})
    return str(value)


def found(value: object) -> str:
    """Return what a value is, as a user reads it."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list | tuple) else repr(value)


_SCALAR = {"type": ["string", "number"]}
_LIST = {"type": "array", "items": _SCALAR}

Scalar = Annotated[
    str, BeforeValidator(_scalar), WithJsonSchema({**_SCALAR, "description": "number, quantity or expression"}), As("value")
]
"""A number, a quantity (``20 ms``) or an expression, as text."""

Time = Annotated[Scalar, As("value", "time")]
Unit = Annotated[Scalar, As("unit")]
Condition = Annotated[Scalar, As("condition")]

PerElement = Annotated[
    Any,
    BeforeValidator(_per_element),
    WithJsonSchema(
        {"anyOf": [_SCALAR, _LIST], "description": "quantity, expression, data array, or a list with one value each"}
    ),
    As("value per element"),
]
"""A `Scalar`, or a tuple of them with one value for each neuron."""

Times = Annotated[PerElement, As("value per element", "time")]

Statements = Annotated[
    Any,
    BeforeValidator(_statements),
    WithJsonSchema({"anyOf": [{"type": "string"}, _LIST], "description": "statements, one a line or one an item"}),
    As("statements"),
]
"""Text with one statement a line, or a tuple of statements."""


Equations = Annotated[
    Any,
    BeforeValidator(_equations),
    WithJsonSchema({"anyOf": [{"type": "string"}, _LIST], "description": "equations, one a line or one an item"}),
    As("equations"),
]
"""Text with one equation a line, or a tuple of equations."""


class Written:
    """Adds to the JSON Schema of a field the short forms that a file may use instead of the full one.

    Parameters
    ----------
    *forms : dict
        JSON Schemas; the schema of the field itself is one of the alternatives unless `alone`.
    alone : bool
        Only the given forms.
    """

    def __init__(self, *forms: dict[str, Any], alone: bool = False) -> None:
        self.forms, self.alone = forms, alone

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the alternatives."""
        full = [] if self.alone else [handler(schema)]
        return {"anyOf": [*self.forms, *full]}


TEXT = {"type": "string"}
SCALAR, LIST = _SCALAR, _LIST
USE = {
    "type": "object",
    "description": "a definition and the values given to it",
    "properties": {"use": {"type": "string", "description": "name of the definition, or alias.name"}},
    "required": ["use"],
}

Flag = Annotated[bool, BeforeValidator(_flag)]
Name = Annotated[str, BeforeValidator(_name), WithJsonSchema({"type": "string"}), As("name")]
Period = Annotated[str, BeforeValidator(_name), WithJsonSchema({"type": "string"}), As("time", "time")]


class UseSpec(Spec):
    """A definition and the values given to it."""

    use: Name = Field(description="name of the definition, or alias.name of an imported one")
    values: Mapping[str, PerElement] = Field(default_factory=dict, description="parameters, bindings of needs")


def split_use(value: object, known: tuple[str, ...] = ("use", "values")) -> object:
    """Turn ``name`` and ``{use: name, a: 1}`` into the fields of `UseSpec`, and those of its subclass that are `known` too."""
    if isinstance(value, str):
        return {"use": value}
    if isinstance(value, Mapping):
        fields = {key: item for key, item in value.items() if key in known}
        values = {str(key): item for key, item in value.items() if key not in known}
        given = fields.get("values", {})
        return {**fields, "values": {**given, **values} if isinstance(given, Mapping) else given}
    return value


def whole_number(value: object) -> int:
    """Accept 3, 3.0, 1e3 and "12"; refuse true, 2.5, nan."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        number = float(value)
        if number != int(number) or abs(number) > 2**53:
            raise ValueError
    except (ValueError, OverflowError):
        raise PydanticCustomError("not-a-whole-number", "found {found}", {"found": found(value)}) from None
    return int(number)
