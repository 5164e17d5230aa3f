"""Templates filled with facts: every text is escaped unless it is markup of this package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

__all__ = ["render"]


def render(template: str, **facts: Any) -> str:
    """Return a page.

    Parameters
    ----------
    template : str
        Its file, in the folder ``templates`` of this package.
    **facts : object
        What it tells. Text is escaped; drawings come as `markupsafe.Markup`.

    Returns
    -------
    str
        HTML; the same for equal facts.
    """
    return _environment().get_template(template).render(facts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("snndsl.report"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"count": lambda number: f"{number:,}", "short": lambda number: f"{number:g}"}
    environment.globals["asset"] = _asset
    return environment


def _asset(name: str) -> Markup:
    """Return a style sheet or script, which is constant: nothing of a catalogue is ever put into it."""
    return Markup(files("snndsl.report").joinpath("templates", name).read_text(encoding="utf-8"))
