"""Write the tables of the reference page that the kinds themselves tell: ``python tests/reference/write.py``."""

from __future__ import annotations

import re
from pathlib import Path

from snndsl.connect import CONNECT
from snndsl.model.stimulus import StimulusKind
from snndsl.stimuli import STIMULI

__all__ = ["PAGE", "written"]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "language.md"


def written(page: str) -> str:
    """Return the page with its tables as the kinds tell them."""
    for name, table in (("connect rules", connect_rules()), ("stimulus kinds", stimulus_kinds())):
        page, found = re.subn(rf"(<!-- {name}: [^>]*-->\n).*?(<!-- end -->)", rf"\g<1>{_plain(table)}\g<2>", page, flags=re.S)
        if found != 1:
            raise ValueError(f"the page has {found} places for {name}")
    return page


def connect_rules() -> str:
    """Return the table of connect rules."""
    rows = [f"| `{form}` | {pairs} |" for rule in CONNECT.all for form, pairs in rule.written.items()]
    return "\n".join(["| `connect` | pairs |", "|---|---|", *rows, ""])


def stimulus_kinds() -> str:
    """Return the table of stimulus kinds."""
    rows = [f"| `{kind.name}` | {_value(kind)} | {_role(kind)} | {_says(kind)} |" for kind in STIMULI.all]
    return "\n".join(["| kind | value | as | what it does |", "|---|---|---|---|", *rows, ""])


def _value(kind: type[StimulusKind]) -> str:
    return kind.written or f"`{{{', '.join(kind.form.known())}}}`"


def _role(kind: type[StimulusKind]) -> str:
    roles = [name for name, able in (("source", kind.source), ("injection", kind.injection)) if able]
    return " or ".join(roles) or "injection into neurons of its own choice"


def _says(kind: type[StimulusKind]) -> str:
    return kind.says if kind.simulated() else f"{kind.says}; cannot be simulated yet"


def _plain(text: str) -> str:
    return text.replace("\\", r"\\")


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
