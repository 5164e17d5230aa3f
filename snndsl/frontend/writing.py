"""Plain data as YAML text that `snndsl.frontend.yaml` reads back as the same data, with numbers and quantities unquoted."""

from __future__ import annotations

import re
from typing import Any

import yaml

__all__ = ["yaml_text"]

_READ_OTHERWISE = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
    r"|[-+]?0[0-9xob].*|[-+]?[0-9]+[:_][0-9:_.]*|[-+0-9.].{39,}"
)
"""Texts that without quotes are something else, or refused."""


class _Writer(yaml.SafeDumper):
    """Writes text without quotes wherever it is read back as text."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def ignore_aliases(self, data: Any) -> bool:
        """Write what occurs twice twice."""
        return True


def _text(writer: _Writer, value: str) -> yaml.ScalarNode:
    style = "'" if not value or _READ_OTHERWISE.fullmatch(value) else "|" if "\n" in value else None
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style)


def _bare(writer: _Writer, value: Any) -> yaml.ScalarNode:
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    return writer.represent_scalar("tag:yaml.org,2002:str", text)


_Writer.add_representer(str, _text)
for _kind in (bool, int, float, type(None)):
    _Writer.add_representer(_kind, _bare)


def yaml_text(data: Any) -> str:
    """Return a document; keys keep their order, collections without collections in them stand on one line.

    Parameters
    ----------
    data : Any
        Mappings with text keys, lists, text, numbers, flags, None.
    """
    return str(yaml.dump(data, Dumper=_Writer, default_flow_style=None, sort_keys=False, allow_unicode=True, width=120))
