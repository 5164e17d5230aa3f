"""What each code of a fault means, and recipes of the cookbook: texts that come with the package and need no network."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import yaml

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, nearest

__all__ = ["Explanation", "Recipe", "codes", "explain", "recipes"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A short model that shows how something is written.

    Parameters
    ----------
    name : str
        For example ``poisson-source``.
    title : str
        What a reader wants.
    says : str
        What there is to know about it.
    model : str
        A whole model file, with ``expect``.
    """

    name: str
    title: str
    says: str
    model: str

    def lines(self) -> Iterator[str]:
        """Yield the recipe as a model file: what is said about it is its comment."""
        yield from (f"# {line}" for line in (self.title, *textwrap.wrap(self.says, 110)))
        yield from self.model.splitlines()

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def to_dict(self) -> dict[str, str]:
        """Return what it says, for JSON."""
        return {"recipe": self.name, "title": self.title, "says": self.says, "model": self.model}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A code of a fault in words.

    Parameters
    ----------
    code : str
        For example ``off-grid``.
    means : str
        What was found.
    write : str
        What to write or do instead.
    example : str
        Lines of a model that raise it, the last one at fault; empty if no model does.
    says : str
        The message for them.
    recipe : str
        Name of the recipe that shows what was probably meant; empty if there is none.
    """

    code: str
    means: str
    write: str
    example: str = ""
    says: str = ""
    recipe: str = ""

    def lines(self) -> Iterator[str]:
        """Yield the explanation as text."""
        yield from (self.code, f"  {self.means}", f"  Instead: {self.write}")
        if self.recipe:
            yield f"  A model that does it: snndsl explain {self.recipe}"
        if self.example:
            shown = textwrap.dedent(self.example).splitlines()
            yield from ("", "  For example", *(f"    {line}" for line in shown), "  is refused:")
            yield from (f"    {line}" for line in self.says.splitlines())

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def to_dict(self) -> dict[str, str]:
        """Return what it says, for JSON."""
        return {name: getattr(self, name) for name in ("code", "means", "write", "example", "says", "recipe")}

_MOST_NAMED = 12


def codes() -> dict[str, Explanation]:
    """Return the explanation of every code, sorted by code."""
    return dict(_codes())


def recipes() -> dict[str, Recipe]:
    """Return every recipe of the cookbook, sorted by name."""
    return dict(_recipes())


def explain(code: str) -> Explanation | Recipe:
    """Return what a code of a fault means, or a recipe of the cookbook; print it to read it.

    Parameters
    ----------
    code : str
        As it stands in brackets in a message, or the name of a recipe; spaces stand for hyphens.

    Raises
    ------
    ModelError
        code-unknown, with the nearest one.
    """
    known: dict[str, Explanation | Recipe] = {**_codes(), **_recipes()}
    asked = code.strip().strip("[]").lower()
    asked = "-".join(asked.removeprefix("error[").removeprefix("warning[").split())
    if asked not in known:
        about = [name for name in known if asked and asked in name][:_MOST_NAMED]
        near = nearest(asked, known) if not about else about[0] if len(about) == 1 else ""
        what, expected = f"there is no code and no recipe {code!r}", "one that `snndsl explain` lists"
        raise ModelError(Fault("code-unknown", what, expected=", ".join(about) or expected, try_=near))
    return known[asked]


def _read(name: str) -> str:
    return resources.files("snndsl.explained").joinpath(name).read_text(encoding="utf-8")


@cache
def _codes() -> dict[str, Explanation]:
    examples: dict[str, dict[str, str]] = json.loads(_read("examples.json"))
    texts: dict[str, dict[str, Any]] = yaml.safe_load(_read("errors.yaml"))
    found = {}
    for code in sorted(texts):
        text = texts[code]
        found[code] = Explanation(code, text["means"], text["write"], recipe=text.get("recipe", ""), **examples.get(code, {}))
    return found


@cache
def _recipes() -> dict[str, Recipe]:
    """Read the recipes: the comment at the top of a file is its title, and what is said about it."""
    found = {}
    folder = resources.files("snndsl.explained").joinpath("recipes")
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")):
        lines = folder.joinpath(name).read_text(encoding="utf-8").splitlines()
        head = [line.removeprefix("#").strip() for line in lines[: next(k for k, line in enumerate(lines) if line[:1] != "#")]]
        key = name.removesuffix(".yaml")
        found[key] = Recipe(key, head[0], " ".join(head[1:]), "\n".join(lines[len(head) :]) + "\n")
    return found
