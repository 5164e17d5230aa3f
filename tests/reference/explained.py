"""Examples of what is refused, taken from the faulty models of ``tests/invalid``, and the pages of codes and recipes."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import yaml

from snndsl.explained import codes, recipes

__all__ = ["EXAMPLES", "cookbook", "errors", "examples"]

_ROOT = Path(__file__).resolve().parents[2]
_TEXTS = _ROOT / "snndsl" / "explained" / "errors.yaml"
EXAMPLES = _ROOT / "snndsl" / "explained" / "examples.json"
_ABOVE = 2


def _example(code: str, folder: Path) -> dict[str, str]:
    """Return the line at fault with two lines above it, and what is said of it."""
    said = (folder / "expected.txt").read_text(encoding="utf-8")
    [first, *_] = re.findall(rf"^model\.yaml:\d+:\d+: \w+\[{code}\].*(?:\n  .*)*", said, re.MULTILINE)
    number = int(first.split(":")[1])
    lines = (
        (folder / "model.yaml").read_bytes().decode("utf-8", errors="replace").split("\n")[max(0, number - 1 - _ABOVE) : number]
    )
    shown = ["".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line) for line in lines]
    return {"example": "\n".join(shown), "says": first}


def examples() -> str:
    """Return the examples of all codes that have one, as JSON."""
    texts = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    made = {
        code: _example(code, _ROOT / "tests" / "invalid" / text["example"]) for code, text in texts.items() if "example" in text
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


def errors() -> str:
    """Return a section for each code."""
    sections = []
    for code, item in codes().items():
        recipe = f" [A model that does it](../how-to/cookbook.md#{item.recipe})." if item.recipe else ""
        example = f"\n```text\n{textwrap.dedent(item.example)}\n\n{item.says}\n```\n" if item.example else ""
        sections.append(f"## {code}\n\n{item.means}\n\nInstead: {item.write}{recipe}\n{example}")
    return "\n" + "\n".join(sections)


def cookbook() -> str:
    """Return a section for each recipe."""
    return "\n" + "\n".join(
        f'<a id="{name}"></a>\n\n## {item.title}\n\n`snndsl explain {name}`\n\n{item.says}\n\n```yaml\n{item.model}```\n'
        for name, item in recipes().items()
    )
