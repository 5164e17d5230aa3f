"""Section ``projections``: who is connected to whom, how strongly and how late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from snndsl.connect import CONNECT
from snndsl.errors import nearest
from snndsl.model.projection import ConnectRule
from snndsl.schema.neuron import Use
from snndsl.spec import LIST, SCALAR, TEXT, USE, As, Condition, Flag, Name, PerElement, Scalar, Spec, Times, Written

__all__ = ["ConnectSpec", "DelaySpec", "ProjectionSpec", "Selection"]


class ConnectSpec(Spec):
    """A rule, and what is given to it."""

    rule: Name
    given: Any = None

    @classmethod
    def known(cls) -> Mapping[str, FieldInfo]:
        """Return the keys that fit: those of all rules."""
        return {key: field for rule in CONNECT.all if rule.form is not None for key, field in rule.form.known().items()}

    @property
    def kind(self) -> type[ConnectRule]:
        """The rule."""
        return CONNECT[self.rule]


class _OfARule:
    """Reads what stands under ``connect`` by the rules that there are."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return how it is read."""
        return core_schema.no_info_plain_validator_function(_connect)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return a word, or a mapping: one form for all rules, so that a misspelled key is called that."""
        given: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False, "dependentRequired": {}}
        rules = [rule for rule in CONNECT.all if rule.form is not None]
        for rule in rules:
            form = handler.resolve_ref_schema(handler(rule.form.__pydantic_core_schema__))
            given["properties"] |= form["properties"]
            others = {key: [rule.name] for key in form["properties"] if key != rule.name}
            given["dependentRequired"] |= {**others, **form.get("dependentRequired", {})}
        word = {"type": "string", "enum": _words(), "enumDescriptions": [CONNECT[name].written[name] for name in _words()]}
        return {"anyOf": [{**given, "minProperties": 1}, word]}


def _words() -> list[str]:
    """Return the rules that are a word alone."""
    return [rule.name for rule in CONNECT.all if rule.form is None]


def _connect(value: object) -> ConnectSpec:
    if isinstance(value, ConnectSpec):
        return value
    if isinstance(value, str) and value in _words():
        return ConnectSpec(rule=value)
    if isinstance(value, Mapping):
        for rule in CONNECT.all:
            if rule.form is not None and rule.name in value and (len(value) == 1 or len(rule.form.known()) > 1):
                return ConnectSpec(rule=rule.name, given=rule.form.model_validate(value))
    what = ", ".join(map(str, value)) if isinstance(value, Mapping) else value
    *ways, last = [form for rule in CONNECT.all for form in rule.written]
    known = f"{', '.join(ways)} or {last}"
    names = {"found": repr(str(what)[:60]), "near": _near_rule(value), "known": known}
    raise PydanticCustomError("connect-unknown", "found {found}; expected {known}", names)


def _near_rule(value: object) -> str:
    """Return the rule that was probably meant, as it is written here."""
    words = _words()
    if isinstance(value, Mapping):
        other = {word: rule.name for rule in CONNECT.all for word in rule.other_words}
        for key, argument in value.items():
            if key in other and isinstance(argument, str | int | float):
                return f"{{{other[key]}: {argument}}}"
        return nearest(str(value.get("rule", "")), words, 0.8) if value.get("rule") not in words else str(value["rule"])
    text = str(value)
    meant = next((way for rule in CONNECT.all if (way := rule.meant(text))), "")
    meant = meant or next((f"{{{text}: ..}}" for rule in CONNECT.all if rule.name == text and rule.form is not None), "")
    return meant or (text.replace("-", "_") if text.replace("-", "_") in words else nearest(text, words, 0.7))


class DelaySpec(Spec):
    """Delay of a synapse: from the source to the synapse, and from the synapse to the soma."""

    axonal: Times = Field(default=None, description="time from the spike to the synapse")
    dendritic: Times = Field(default=None, description="time from the synapse to the soma")
    round: Literal["nearest", "up", "down"] | None = Field(default=None, description="how a delay off the grid is rounded")
    _whole: bool = PrivateAttr(default=False)

    @property
    def whole(self) -> bool:
        """Whether it is written as one time, which does not say where it lies."""
        return self._whole


def _delay(value: object, read: ValidatorFunctionWrapHandler) -> Any:
    if value is None or isinstance(value, Mapping | DelaySpec):
        return read(value)
    found = read({"axonal": value})
    found._whole = True
    return found


def _selection(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _plasticity(value: object) -> object:
    return value if isinstance(value, list) else (value,)


Selection = Annotated[tuple[Name, ...], BeforeValidator(_selection), Written(TEXT), As("selection, or list of them")]


class ProjectionSpec(Spec):
    """Synapses between two selections."""

    from_: Selection = Field(alias="from", description="population, source, signal, group, slice, or a list of them")
    to: Selection = Field(description="population, signal, group, slice, or a list of them")
    connect: Annotated[ConnectSpec, _OfARule()] = Field(description="the rule that makes the pairs")
    where: Condition | None = Field(
        default=None, description="condition on candidate pairs, on `i`, `j`, `distance` and others"
    )
    self_: Flag | None = Field(
        default=None, alias="self", description="whether a neuron may contact itself; required where both sides overlap"
    )
    multiple: Flag | None = Field(
        default=None, description="whether a pair may have several synapses; required with the fixed rules"
    )
    copies: Scalar = Field(default="1", description="synapses of each pair")
    per_block: Flag = Field(
        default=False, description="the rule is applied to each pair of entries of `from` and `to` by itself"
    )
    port: Name = Field(description="port of the targets, or `spike`")
    weight: Annotated[PerElement, As("value per element", "the port")] = Field(description="what a spike adds to the port")
    delay: Annotated[DelaySpec | None, WrapValidator(_delay), Written(SCALAR, LIST)] = Field(
        default=None, description="a time (axonal), or its parts if plastic and they matter; required unless a motif gives it"
    )
    plasticity: Annotated[tuple[Use, ...], BeforeValidator(_plasticity), Written(TEXT, USE)] = Field(
        default=(), description="a rule, {use: rule, parameter: value, ...}, or a list of them"
    )
    carries: Scalar | None = Field(
        default=None, description="a value of pre and post that is transmitted in every step, times the weight; spikes are not"
    )
    initial: Mapping[str, PerElement] = Field(default_factory=dict, description="initial values of states of the rule")
    stream: Name | None = Field(default=None, description="name of its random stream; default: its path")
