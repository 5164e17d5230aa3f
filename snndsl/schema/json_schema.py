"""The JSON Schema of a model file, for editors; ``snndsl/schema/model.schema.json`` is this text.

pydantic describes what is read; an editor asks what may be written. So nothing is offered as ``null``, and ways of
writing one value (``1 ms``, a list, a mapping) are one form with several types instead of alternatives, each of which an
editor would explain by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from snndsl.schema.model import ModelSpec

__all__ = ["schema_text"]

Form = dict[str, Any]
_REF = "#/$defs/"
_APART = {"$ref", "anyOf", "oneOf", "allOf", "enum", "const", "dependentRequired"}
"""What would hold for the other types too if it were put into one form with them."""


def schema_text() -> str:
    """Return the schema as stable text."""
    raw = ModelSpec.model_json_schema(by_alias=True)
    given = raw.pop("$defs")
    defined = {name: {**_written(form, given), "title": _titled(name)} for name, form in given.items()}
    schema = _written(raw, given)
    used = _used(schema, defined)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "snndsl model"}
    whole = {"$defs": {name: defined[name] for name in sorted(used)}, **schema, **head}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _titled(name: str) -> str:
    """Return the name of a piece in words, as editors show it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Spec")).lower()


def _written(node: Any, defined: Mapping[str, Form]) -> Any:
    """Return a form as it is written, with what is in it."""
    if isinstance(node, list):
        return [_written(item, defined) for item in node]
    if not isinstance(node, Mapping):
        return node
    form = {
        key: {at: _written(item, defined) for at, item in value.items()} if key == "properties" else _written(value, defined)
        for key, value in node.items()
        if key != "title" and not (key == "default" and value in (None, ""))
    }
    if "default" in form:
        form["default"] = _plain(form["default"])
    return _in_one(form, defined) if "anyOf" in form else form


def _plain(default: Any) -> Any:
    """Return a default as a user writes it: a number is no text."""
    return int(default) if isinstance(default, str) and default.isdecimal() else default


def _in_one(form: Form, defined: Mapping[str, Form]) -> Form:
    """Return alternatives of different types as one form, without ``null``.

    It stays an ``anyOf``, of this one form: an editor that completes the key then waits for a value, and begins no list.
    """
    ways = [way for way in form.pop("anyOf") if way != {"type": "null"}]
    if len(ways) == 1:
        return {**ways[0], **form}
    whole = [_written(defined[way["$ref"].removeprefix(_REF)], defined) if set(way) == {"$ref"} else way for way in ways]
    types = [kind for way in whole for kind in _types(way)]
    if len(types) > len(set(types)) or any(not _types(way) or _APART & set(way) for way in whole):
        return {**form, "anyOf": ways}
    merged: Form = {key: value for way in whole for key, value in way.items() if key not in ("type", "description", "title")}
    return {**form, "anyOf": [{**merged, "type": types}]}


def _types(form: Form) -> list[str]:
    kinds = form.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _used(node: Any, defined: Mapping[str, Form]) -> set[str]:
    """Return the pieces that a form leads to."""
    found: set[str] = set()
    left = [node]
    while left:
        item = left.pop()
        if isinstance(item, Mapping):
            name = str(item.get("$ref", "")).removeprefix(_REF)
            if name and name not in found:
                found.add(name)
                left.append(defined[name])
            left += item.values()
        elif isinstance(item, list):
            left += item
    return found
