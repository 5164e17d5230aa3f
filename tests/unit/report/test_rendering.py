"""Templates: text is escaped, what is missing is an error, and the files are part of the wheel."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from jinja2 import UndefinedError

import snndsl.report
from snndsl.report.rendering import render

TEMPLATES = Path(snndsl.report.__file__).parent / "templates"
ROOT = Path(__file__).parents[3]


def test_text_is_escaped() -> None:
    page = render("page.html.jinja", title='</title><script>alert("1")</script>')
    assert page.count("<script>") == 1 and "&lt;script&gt;" in page


def test_a_fact_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="title"):
        render("page.html.jinja")


def test_style_sheet_and_script_are_put_in_as_they_are() -> None:
    page = render("page.html.jinja", title="none")
    for name in ("page.css", "page.js"):
        text = (TEMPLATES / name).read_text(encoding="utf-8")
        assert text in page and "</script" not in text and "</style" not in text


def test_templates_lie_in_a_package_of_the_wheel() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert any(TEMPLATES.is_relative_to(ROOT / package) for package in wheel["packages"])
    assert not wheel.get("exclude")
