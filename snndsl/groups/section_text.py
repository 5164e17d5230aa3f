"""Entries put into a section of a model file as text: every character that is there stays, and what comes out is read again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snndsl.api import Model
from snndsl.errors import Fault, ModelError
from snndsl.frontend.loader import ModelSource, load_source, read_source
from snndsl.frontend.yaml import read_yaml

__all__ = ["entry_lines", "require_free", "section_text", "with_entries", "write_model"]

Entries = Mapping[str, Mapping[str, str]]
"""Names, and their keys with values as YAML text."""


def entry_lines(entries: Entries) -> list[str]:
    """Return entries as lines, not indented."""
    return [line for name, keys in entries.items() for line in (f"{name}:", *(f"  {key}: {keys[key]}" for key in keys))]


def section_text(section: str, entries: Entries) -> str:
    """Return a section with these entries alone, as text."""
    return "\n".join([f"{section}:", *(f"  {line}" for line in entry_lines(entries))]) + "\n"


def write_model(file: Path, section: str, entries: Entries, out: Path, force: bool) -> None:
    """Write a model with entries added to a section; everything else stays as it is written.

    Parameters
    ----------
    file : Path
        Model, or its folder.
    section : str
        Name of a section that holds named entries.
    entries : mapping
        What is added.
    out : Path
        New file.
    force : bool
        Replace it if it is there.

    Raises
    ------
    ModelError
        file-exists, files-beside, file-unwritable, name-taken, text-not-editable.
    """
    require_free(out, force)
    path = file / "model.yaml" if file.is_dir() else file
    source = load_source(path)
    beside = [item for item in source.spec.imports.values() if not item.startswith("snndsl:")]
    beside += [spec.file for spec in source.model.data.values() if spec.file is not None]
    if beside and out.resolve().parent != source.folder:
        what = f"the model reads {beside[0]!r}, which is not beside {out}"
        raise ModelError(Fault("files-beside", what, expected=f"a file in {path.parent}"))
    text, new = with_entries(path.read_bytes().decode("utf-8-sig"), source, section, entries, out)
    Model.from_source(new).program  # noqa: B018 - faults that only the new entries show
    try:
        out.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise ModelError(Fault("file-unwritable", f"{out}: {error.strerror}", expected="a place to write to")) from None


def require_free(out: Path, force: bool) -> None:
    """Refuse a place for a new file where something is, unless another file may be replaced.

    Raises
    ------
    ModelError
        file-exists.
    """
    if out.is_dir() or (out.exists() and not force):
        hint = "" if out.is_dir() else "--force"
        raise ModelError(Fault("file-exists", f"{out} is there already", expected="a new file", try_=hint))


def with_entries(text: str, source: ModelSource, section: str, entries: Entries, file: Path) -> tuple[str, ModelSource]:
    """Return the text of a model with entries added to a section, and the model it then stands for.

    Parameters
    ----------
    text : str
        Of the model.
    source : ModelSource
        The same, read.
    section : str
        Name of a section that holds named entries; if the model has none, it is added at the end.
    entries : mapping
        What is added.
    file : Path
        Where the new model will be.

    Raises
    ------
    ModelError
        name-taken; text-not-editable: the new text would say anything but the old one and the entries.
    """
    taken = [name for name in entries if name in source.raw.get(section, {})]
    if taken:
        what = f"the model has {section} {', '.join(map(repr, taken[:10]))} already"
        raise ModelError(Fault("name-taken", what, expected="other names"))
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
