"""What the schema refuses, as faults with places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from snndsl.errors import MOST_FAULTS, Fault, nearest
from snndsl.frontend.meant import meant_elsewhere, meant_key, meant_mapping
from snndsl.locations import Path, SourceMap
from snndsl.schema import ModelSpec
from snndsl.spec import Spec, found

__all__ = ["known_keys", "schema_faults"]

_EXPECTED = {
    "not-a-value": "a number, a quantity such as 20 ms, or an expression",
    "not-a-flag": "true or false",
    "not-a-name": "a name",
    "not-a-whole-number": "a whole number",
    "not-numeric": "numbers, or lists of numbers",
    "list-length": "at least one value",
    "range-of-two": "[low, high]",
    "version-unknown": "snndsl: 1",
}


_KINDS = {  # what pydantic calls it: code, what fits
    "dict_type": ("not-a-mapping", "names with their values"),
    "mapping_type": ("not-a-mapping", "names with their values"),
    "model_type": ("not-a-mapping", "names with their values"),
    "model_attributes_type": ("not-a-mapping", "names with their values"),
    "tuple_type": ("not-a-list", "a list: [a, b]"),
    "list_type": ("not-a-list", "a list: [a, b]"),
    "string_type": ("not-a-text", "text"),
    "too_short": ("list-length", "more values"),
    "too_long": ("list-length", "fewer values"),
    "greater_than_equal": ("not-a-whole-number", "a whole number, at least 1"),
    "int_parsing": ("not-a-whole-number", "a whole number"),
    "int_type": ("not-a-whole-number", "a whole number"),
}


def schema_faults(error: ValidationError, raw: Any, locations: SourceMap) -> list[Fault]:
    """Return one fault for each thing the schema refused, in the order of the file; not more than anybody would read."""
    items = error.errors(include_url=False)[:MOST_FAULTS]
    meant = {(*item["loc"][:-1], _meant(item["loc"], raw)) for item in items if item["type"] == "extra_forbidden"}
    faults = [_fault(item, raw, locations) for item in items if not (item["type"] == "missing" and item["loc"] in meant)]
    return sorted(set(faults), key=lambda fault: (fault.line, fault.column, fault.what))


def _fault(item: Any, raw: Any, locations: SourceMap) -> Fault:
    path = _existing(raw, item["loc"])
    kind, name = item["type"], ".".join(str(part) for part in item["loc"])
    if kind == "extra_forbidden":
        place = locations.key(path)
        known = list(known_keys(path[:-1]))
        close = meant_elsewhere(raw, path, item["input"]) or _meant(item["loc"], raw)
        if not close and (empty := _empty_above(raw, path)):
            close = f"indent it below {empty!r}"
        what = f"unknown key {str(item['loc'][-1])!r}" + (f" in {'.'.join(map(str, path[:-1]))}" if path[:-1] else "")
        return Fault("unknown-key", what, place.file, place.line, place.column, expected=", ".join(known), try_=close)
    place = locations.value(path)
    if kind == "missing":
        place = locations.key(path)
        what = f"{'.'.join(map(str, item['loc'][:-1])) or 'the file'} has no {str(item['loc'][-1])!r}"
        expected = _missing(item["loc"], raw)
        return Fault("key-missing", what, place.file, place.line, place.column, expected)
    code, message, expected = _said(item)
    if code == "not-a-mapping" and (keys := list(known_keys(path))):
        expected = f"{{{', '.join(f'{key}: ..' for key in keys)}}}" if len(keys) < 6 else f"a mapping with {', '.join(keys)}"
    if code == "not-a-mapping" and item["input"] is None:
        expected += ", indented below it"
    if code == "not-a-mapping" and isinstance(item["input"], list):
        expected += ", without '-' or [ ]"
    near = _near(item) if kind == "literal_error" else str(item.get("ctx", {}).get("near", ""))
    if code == "not-a-mapping":
        near = meant_mapping(raw, path, item["input"])
    if kind == "not-a-flag":
        near = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(item["input"]).lower(), "")
    return Fault(code, f"{name}: {message}", place.file, place.line, place.column, expected, near)


def _meant(loc: tuple[Any, ...], raw: Any) -> str:
    """Return the key of the language that an unknown key probably means, if it is not there already."""
    path = _existing(raw, loc)
    return meant_key(str(loc[-1]), list(known_keys(path[:-1])), _at(raw, path[:-1]))


def _at(raw: Any, path: Path) -> Any:
    for part in path:
        raw = raw[part]
    return raw


def _empty_above(raw: Any, path: Path) -> str:
    """Return the key just above that has no value: what follows was meant to stand below it."""
    keys = list(_at(raw, path[:-1]))
    place = keys.index(path[-1]) if path and path[-1] in keys else 0
    while place and _at(raw, (*path[:-1], keys[place])) is not None:
        place -= 1
    above = keys[place] if keys else ""
    return str(above) if keys and _at(raw, (*path[:-1], above)) is None else ""


def _missing(loc: tuple[Any, ...], raw: Any) -> str:
    """Return what a missing key would look like."""
    key = loc[-1]
    if key == "hold":
        return "hold: [states that keep their value], or hold: []"
    if key == "port" and (ports := _ports(raw, loc[:-1])):
        return f"port: {' or '.join(ports)}"
    if key == "weight":
        return "weight: .., in the unit of the port"
    return f"{key}: ..."


def _ports(raw: Any, loc: tuple[Any, ...]) -> list[str]:
    """Return the ports of the neurons that a projection or stimulus goes to, as far as the file itself says."""
    try:
        spec = _at(raw, loc)
        target = spec.get("to", spec.get("into"))
        names = target if isinstance(target, list) else [target]
        uses = [raw["populations"][str(name).partition("[")[0]]["neuron"] for name in names]
        ports = [raw["neurons"][use if isinstance(use, str) else use["use"]]["ports"] for use in uses]
        return [str(port) for port in ports[0] if all(port in other for other in ports)]
    except (KeyError, TypeError, IndexError, AttributeError):
        return []


def _said(item: Any) -> tuple[str, str, str]:
    """Return the code, what was found and what fits, in the words of the language."""
    kind: str = item["type"]
    if kind in _KINDS:
        code, expected = _KINDS[kind]
        return code, f"found {found(item['input'])}", expected
    if kind == "literal_error":
        return "value-not-fitting", f"found {found(item['input'])}", str(item["ctx"]["expected"]).replace("'", "")
    message = item["msg"].removeprefix("Value error, ")
    message, _, expected = message.partition("; expected ")
    code = kind if "-" in kind else "value-not-fitting"
    return code, f"{message[:1].lower()}{message[1:]}", expected or _EXPECTED.get(kind, "a value that fits")


def _near(item: Any) -> str:
    known = [word.strip(" '") for word in str(item["ctx"]["expected"]).replace(" or ", ",").split(",")]
    return nearest(str(item["input"]), known)


def _existing(raw: Any, loc: tuple[Any, ...]) -> Path:
    """Follow `loc` as far as the document goes; parts that the schema added (alternatives, fields) are skipped."""
    path: list[str | int] = []
    node = raw
    for part in loc:
        if isinstance(node, Mapping) and part in node or isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            continue
        path.append(part)
    return tuple(path)


def known_keys(path: Path) -> Iterator[str]:
    """Yield the keys that fit at a place of the schema."""
    node: Any = ModelSpec
    for part in path:
        if isinstance(node, type) and issubclass(node, Spec):
            fields = {(field.alias or key): field for key, field in node.known().items()}
            if part not in fields:
                return
            node = fields[str(part)].annotation
        else:
            node = _item(node)
    node = _unwrapped(node)
    if isinstance(node, type) and issubclass(node, Spec):
        for key, field in node.known().items():
            yield field.alias or key


def _item(annotation: Any) -> Any:
    arguments = getattr(_unwrapped(annotation), "__args__", ())
    return _unwrapped(arguments[-1] if arguments and arguments[-1] is not ... else arguments[0]) if arguments else annotation


def _unwrapped(annotation: Any) -> Any:
    """Strip Annotated and Optional."""
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    arguments = [item for item in getattr(annotation, "__args__", ()) if item is not type(None)]
    if type(None) in getattr(annotation, "__args__", ()) and len(arguments) == 1:
        return _unwrapped(arguments[0])
    return annotation
