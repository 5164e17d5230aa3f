"""The shipped definitions: all of them in a table, or those of one file in full."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from snndsl.cli.options import Json
from snndsl.errors import Fault, ModelError, listed, nearest

if TYPE_CHECKING:
    from snndsl.frontend.loader import ModelSource

__all__ = ["explain_entries", "library"]


def library(as_json: Json = False) -> int:
    """List the neurons, parts and rules that come with snndsl; `show snndsl:FILE NAME` explains one."""
    from snndsl.entries import library as shipped

    entries = shipped()
    if as_json:
        print(json.dumps([entry.to_dict() for entry in entries], indent=1))
    else:
        print("\n".join(entries.lines()))
    return 0


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
