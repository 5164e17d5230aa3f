"""The shipped definitions: all of them in a table, or those of one file in full."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

from snndsl.cli.options import Json
from snndsl.cli.parsing import Argument
from snndsl.errors import Fault, ModelError, listed, nearest

if TYPE_CHECKING:
    from snndsl.frontend.loader import ModelSource

__all__ = ["explain_entries", "library", "refuse_name_alone"]


def library(
    word: Annotated[str | None, Argument(metavar="[WORD]", help="those alone whose name, kind or title has it")] = None,
    as_json: Json = False,
) -> int:
    """List the neurons, parts and rules that come with snndsl; `show snndsl:FILE NAME` explains one."""
    from snndsl.entries import Library
    from snndsl.entries import library as shipped

    entries = shipped()
    if word is not None:
        about = tuple(e for e in entries if word.lower() in f"{e.file} {e.name} {e.kind} {e.title}".lower())
        if not about:
            names = [entry.name for entry in entries]
            what = f"nothing in the library is about {word!r}"
            raise ModelError(Fault("name-unknown", what, expected="a word of `snndsl library`", try_=nearest(word, names)))
        entries = Library(about)
    if as_json:
        print(json.dumps([entry.to_dict() for entry in entries], indent=1))
    else:
        print("\n".join(entries.lines()))
    return 0


def refuse_name_alone(name: str) -> None:
    """Say where a definition of the library stands that was named without its file; nothing if there is none."""
    from snndsl.entries import library as shipped

    found = [f"snndsl show {entry.file} {entry.name}" for entry in shipped() if entry.name == name]
    if found:
        expected = "a model file, or a file of the library and a name in it"
        raise ModelError(Fault("file-unreadable", f"there is no file {name!r}", expected=expected, try_="; or ".join(found)))


def explain_entries(source: ModelSource, name: str | None, as_json: bool) -> int:
    """Explain the definitions of a file, or one of them."""
    from snndsl.entries import entries_of

    entries = entries_of(source)
    known = [entry.name for entry in entries]
    if name is not None and name not in known:
        what = f"{source.locations.file} defines no {name!r}"
        raise ModelError(Fault("name-unknown", what, expected=listed(known), try_=nearest(name, known)))
    chosen = [entry for entry in entries if name in (None, entry.name)]
    if as_json:
        print(json.dumps([entry.to_dict() for entry in chosen], indent=1))
        return 0
    plain = not _prints("·τ²≥−")
    print("\n\n".join("\n".join(entry.lines(plain)) for entry in chosen))
    return 0


def _prints(text: str) -> bool:
    """Tell whether the output can show these characters."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
