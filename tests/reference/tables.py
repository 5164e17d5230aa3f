"""The parts of the reference page that are made from tables of the code: what stands between two marks.

A part is a function in `PARTS`; its marks in the page are ``<!-- NAME: python tests/reference/write.py -->`` and
``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from reference.explained import cookbook, errors
from reference.keys import keys
from reference.supported import mechanism_table, mechanisms_in_words

import snndsl
from snndsl.connect import CONNECT
from snndsl.expressions import FUNCTIONS
from snndsl.expressions.functions import Function
from snndsl.integrators import INTEGRATORS
from snndsl.model.reductions import REDUCTIONS
from snndsl.model.stimulus import StimulusKind
from snndsl.semantics.builtins import BUILTINS, SAID
from snndsl.stimuli import STIMULI
from snndsl.units import _LARGE, _PREFIXES, _SYMBOLS

__all__ = ["PAGES", "PARTS", "connect_rules", "made", "names", "stimulus_kinds"]

_FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
_COOKBOOK, _README = _FOLDER.parent / "how-to" / "cookbook.md", _FOLDER.parents[1] / "README.md"
PAGES = (*(_FOLDER / f"{name}.md" for name in ("language", "keys", "library", "errors", "support")), _COOKBOOK, _README)

_MADE = re.compile(r"<!-- ([\w -]+): python tests/reference/write\.py -->\n.*?<!-- end -->", re.DOTALL)
_PLACES = {
    "anywhere": "anywhere",
    "drawn": "values of neurons and synapses; what runs",
    "run": "what runs",
    "equations": "equations",
    "rules": "`every` and `on_start` of rules",
}
_PHASES = {"constant": "in the file", "build": "before the run", "run": "during the run"}


def table(*rows: Iterable[str]) -> str:
    """Return rows as a table, the first as its head."""
    head, *others = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((head, "|" + "---|" * (head.count(" | ") + 1), *others)) + "\n"


def units() -> str:
    """Return the sentence about units."""
    small = " ".join(prefix for prefix in _PREFIXES if prefix not in _LARGE and prefix.isascii())
    large = " ".join(_LARGE)
    of = " and ".join(f"`{symbol}`" for symbol in next(iter(_LARGE.values())))
    return f"Units: `{' '.join(_SYMBOLS)}` with prefixes `{small}`, of {of} also `{large}`; `cm`; `step`, that of the model.\n"


def functions() -> str:
    """Return the table of functions."""

    def written(row: Function) -> str:
        optional = row.arguments.startswith("[")
        return f"`{row.name}()` or `{row.name}({row.arguments[1:-1]})`" if optional else f"`{row.name}({row.arguments})`"

    return table(
        ("function", "what it is", "where"), *((written(row), row.says, _PLACES[row.where]) for row in FUNCTIONS.values())
    )


def builtins() -> str:
    """Return the table of built-in names."""

    def where(parts: Iterable[str]) -> str:
        return "anywhere" if "file" in parts else ", ".join(dict.fromkeys(SAID[part] for part in parts))

    rows = [(f"`{row.name}`", row.says, where(row.parts), _PHASES[row.phase]) for row in BUILTINS]
    return table(("name", "what it is", "read in", "known"), *rows)


def integrators() -> str:
    """Return the table of integrators."""
    rows = [(f"`{item.name}`", item.says, "yes" if item.noisy else "no") for item in INTEGRATORS.all]
    return table(("integrator", "equations", "`xi()`"), *rows)


def connect_rules() -> str:
    """Return the table of connect rules."""
    rows = [(f"`{form}`", pairs) for rule in CONNECT.all for form, pairs in rule.written.items()]
    return table(("`connect`", "pairs"), *rows)


def stimulus_kinds() -> str:
    """Return the table of stimulus kinds."""

    def value(kind: type[StimulusKind]) -> str:
        return kind.written or f"`{{{', '.join(kind.form.known())}}}`"

    def role(kind: type[StimulusKind]) -> str:
        roles = [name for name, able in (("source", kind.source), ("injection", kind.injection)) if able]
        return " or ".join(roles) or "injection into neurons of its own choice"

    def says(kind: type[StimulusKind]) -> str:
        return kind.says if kind.simulated() else f"{kind.says}; cannot be simulated yet"

    rows = [(f"`{kind.name}`", value(kind), role(kind), says(kind)) for kind in STIMULI.all]
    return table(("kind", "value", "as", "what it does"), *rows)


def reductions() -> str:
    """Return the table of what makes one number of many."""
    rows = [(f"`{name}(x)`", item.doc) for name, item in REDUCTIONS.items()]
    return table(("of many values", "is"), *rows)


def library() -> str:
    """Return the table of the library."""
    rows = [(f"`{e.file}`", f"`{e.name}`", e.kind, e.title, "; ".join(e.references)) for e in snndsl.library()]
    return table(("file", "name", "kind", "what it is", "source"), *rows)


def definitions() -> str:
    """Return every definition of the library as text, without its example."""
    sections = []
    for entry in snndsl.library():
        lines = list(entry.lines())[2 + len(entry.references) :]
        text = "\n".join(lines[: lines.index("use it")]).strip()
        sections.append(f"### `{entry.file}` `{entry.name}`\n\n{entry.title}.\n\n```text\n{text}\n```\n")
    return "\n".join(sections)


PARTS: Mapping[str, Callable[[], str]] = {
    "units": units,
    "functions": functions,
    "built-in names": builtins,
    "integrators": integrators,
    "connect rules": connect_rules,
    "stimulus kinds": stimulus_kinds,
    "reductions": reductions,
    "library": library,
    "definitions": definitions,
    "keys": keys,
    "codes": errors,
    "recipes": cookbook,
    "mechanisms": mechanism_table,
    "mechanisms in words": mechanisms_in_words,
}


def made(page: str) -> str:
    """Return the page with every part made anew."""

    def part(found: re.Match[str]) -> str:
        return f"<!-- {found[1]}: python tests/reference/write.py -->\n{PARTS[found[1]]()}<!-- end -->"

    return _MADE.sub(part, page)


def names(page: str) -> list[str]:
    """Return the parts of the page in order."""
    return _MADE.findall(page)
