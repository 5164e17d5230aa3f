"""Entries put into a section of a model file as text: every character that is there stays, and what comes out is read again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snndsl.errors import Fault, ModelError
from snndsl.frontend.loader import ModelSource, read_source
from snndsl.frontend.yaml import read_yaml

__all__ = ["entry_lines", "section_text", "with_entries"]

Entries = Mapping[str, Mapping[str, str]]
"""Names, and their keys with values as YAML text."""


def entry_lines(entries: Entries) -> list[str]:
    """Return entries as lines, not indented.

    Parameters
    ----------
    entries : mapping
        Names, and their keys with values as YAML text.
    """
    return [line for name, keys in entries.items() for line in (f"{name}:", *(f"  {key}: {keys[key]}" for key in keys))]


def section_text(section: str, entries: Entries) -> str:
    """Return a section with these entries alone, as text.

    Parameters
    ----------
    section : str
        Its name.
    entries : mapping
        Names, and their keys with values as YAML text.
    """
    return "\n".join([f"{section}:", *(f"  {line}" for line in entry_lines(entries))]) + "\n"


def with_entries(text: str, source: ModelSource, section: str, entries: Entries, file: Path) -> tuple[str, ModelSource]:
    """Return the text of a model with entries added to a section, and the model it stands for.

    Parameters
    ----------
    text : str
        Of the model.
    source : ModelSource
        The same, read.
    section : str
        Name of a section that holds named entries; if the model has none, it is added at the end.
    entries : mapping
        Names, and their keys with values as YAML text.
    file : Path
        Where the new model will be.

    Raises
    ------
    ModelError
        text-not-editable: the new text would say anything but the old one and the entries.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    if section in source.raw:
        _insert(lines, source, section, entries)
    else:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += [f"{section}:", *(f"  {line}" for line in entry_lines(entries)), ""]
    new = end.join(lines)
    wanted = _wanted(source.raw, section, entries)
    try:
        raw, _ = read_yaml(new, str(file))
    except ModelError:
        raw = None
    if raw != wanted:
        what = f"the section {section!r} of the model is written in a way that cannot be added to"
        raise ModelError(
            Fault("text-not-editable", what, expected=f"{section}: with one entry below the other", try_="without -o: the text")
        )
    return new, read_source(new, str(file), file.resolve().parent, {})


def _wanted(raw: Mapping[str, Any], section: str, entries: Entries) -> dict[str, Any]:
    added, _ = read_yaml(section_text(section, entries), section)
    return {**raw, section: {**raw.get(section, {}), **added[section]}}


def _insert(lines: list[str], source: ModelSource, section: str, entries: Entries) -> None:
    """Put entries behind the key of a section, in the style of those that are there."""
    key, value = source.locations.key((section,)), source.locations.value((section,))
    row = lines[value.line - 1]
    if row[value.column - 1 : value.column] == "{":
        flow = [f"{name}: {{{', '.join(f'{key}: {text}' for key, text in keys.items())}}}" for name, keys in entries.items()]
        rest = row[value.column :]
        lines[value.line - 1] = row[: value.column] + ", ".join(flow) + (", " if source.raw[section] else "") + rest.lstrip()
        return
    margin = " " * (value.column - 1)
    lines[key.line : key.line] = [margin + line for line in entry_lines(entries)]
