"""The command ``diff``: what differs in meaning between two models."""

from __future__ import annotations

import json
from pathlib import Path

from snndsl.cli.options import Json

__all__ = ["diff"]


def diff(first: Path, second: Path, as_json: Json = False) -> int:
    """Say what differs in meaning, not in text, between two models (exit status 1 if something does)."""
    from snndsl.differences import diff as differences

    found = differences(first, second)
    if as_json:
        entries = [entry.to_dict() for entry in found]
        print(json.dumps({"differences": entries, "same_digest": found.same_digest}, indent=1))
    else:
        print(repr(found))
    return 1 if found else 0
