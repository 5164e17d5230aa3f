"""Values in the place of those of a file, each named by its path with dots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snndsl.errors import Fault, ModelError, nearest
from snndsl.frontend.faults import known_keys
from snndsl.frontend.meant import meant_key

__all__ = ["with_settings"]

_DEFINING = ("neurons", "parts", "signals", "plasticity")
_DECLARING = ("parameters", "state", "ports", "needs", "traces")


def with_settings(raw: Any, settings: Mapping[str, Any], file: str) -> Any:
    """Return plain data with values replaced.

    Parameters
    ----------
    raw : Any
        The document.
    settings : mapping
        Dotted paths and values.
    file : str
        For faults.

    Raises
    ------
    ModelError
        path-unknown.
    """
    for path, value in settings.items():
        raw = _replaced(raw, path.split("."), value, path, file)
    return raw


def _replaced(node: Any, parts: list[str], value: Any, path: str, file: str) -> Any:
    if not parts:
        return value
    joined = ".".join(parts)
    if isinstance(node, Mapping):
        if joined in node:  # keys with dots, such as exc.g
            return {**node, joined: value}
        key = parts[0]
        if key in node or (len(parts) == 1 and _may_be_new(path.split("."))):
            return {**node, key: _replaced(node.get(key, {}), parts[1:], value, path, file)}
    elif isinstance(node, list) and parts[0].isdigit() and int(parts[0]) < len(node):
        place = int(parts[0])
        return [*node[:place], _replaced(node[place], parts[1:], value, path, file), *node[place + 1 :]]
    elif isinstance(node, str) and len(parts) == 1 and _names_a_definition(path.split(".")):  # neuron: lif
        return {"use": node, parts[0]: value}
    raise ModelError(_no_place(node, parts, path, file))


def _no_place(node: Any, parts: list[str], path: str, file: str) -> Fault:
    """Say that a path leads nowhere: what there is instead, and the path that was probably meant."""
    keys = list(node) if isinstance(node, Mapping) else []
    *above, part = (whole := path.split("."))[: len(whole) - len(parts) + 1]
    new = keys if _is_declared(whole) or len(parts) > 1 else list(known_keys(tuple(above))) or keys
    below = next((key for key in _DECLARING if isinstance(node, Mapping) and part in (node.get(key) or ())), "")
    near = nearest(part, new) if new is keys else meant_key(part, new, {})
    near = f"{below}.{part}" if below and len(parts) == 1 else near
    hint = ".".join((*above, near, *parts[1:])) if near else ""
    expected = ", ".join(map(str, new)) or "a path of the model"
    return Fault("path-unknown", f"{path}: there is no {part!r}", file, expected=expected, try_=hint)


def _may_be_new(path: list[str]) -> bool:
    """Tell whether the last key of a path, which is not in the file, may be given: one that nobody reads may not."""
    if _is_declared(path):
        return False
    known = () if "connect" in path or _names_a_definition(path) else tuple(known_keys(tuple(path[:-1])))
    return not known or path[-1] in known


def _is_declared(path: list[str]) -> bool:
    """Tell whether the last key of a path is a name that the file itself declares."""
    return path[0] == "constants" or (len(path) == 4 and path[0] in _DEFINING and path[2] in _DECLARING)


def _names_a_definition(path: list[str]) -> bool:
    """Tell whether the text above the last key of a path is the name of a definition that may be given values."""
    return len(path) > 2 and (path[-2] in ("neuron", "plasticity") or path[-3] == "parts")
