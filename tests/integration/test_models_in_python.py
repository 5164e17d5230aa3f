"""Every shipped model, said in Python with numbers, quantities and arrays, is the model of its file; so is what it writes."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snndsl
from snndsl.errors import ModelError
from snndsl.frontend.loader import source_from
from snndsl.frontend.yaml import read_yaml
from snndsl.locations import SourceMap
from snndsl.schema import ModelSpec

pint = pytest.importorskip("pint")
UNITS = pint.UnitRegistry()
MODELS = sorted((Path(snndsl.__file__).parents[1] / "models").glob("*/model.yaml"))
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")
QUANTITY = re.compile(rf"({NUMBER.pattern}) ([kmunpMG]?(s|V|A|S|F|Hz|m))")
PAGE = Path(snndsl.__file__).parents[1] / "docs" / "how-to" / "models-in-python.md"


def spoken(value: Any) -> Any:
    """Return what stands in a file as it is written in Python: whole numbers, doubles, quantities of Pint, arrays."""
    if isinstance(value, dict):
        return {key: spoken(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [spoken(item) for item in value]
        return np.array(items) if items and all(type(item) is float for item in items) else tuple(items)
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return int(value) if value.lstrip("+-").isdecimal() else float(value)
    if isinstance(value, str) and (found := QUANTITY.fullmatch(value)):
        return spoken(found[1]) * UNITS.parse_units(found[4])
    return value


def said(value: Any) -> Any:
    """Return what is said, whether a number is written as text or not."""
    if isinstance(value, dict):
        return {key: said(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [said(item) for item in value]
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return float(value)
    return value


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.parent.name)
def test_a_model_in_python_is_the_model_of_its_file(file: Path, tmp_path: Path) -> None:
    read = snndsl.load(file)
    raw, _ = read_yaml(file.read_bytes(), str(file))
    built = snndsl.Model(**spoken(raw), folder=file.parent)
    assert built.digest == read.digest
    written, _ = read_yaml(built.to_yaml(), "model.yaml")
    again = source_from(written, SourceMap("model.yaml"), "model.yaml", file.parent, {}).spec
    assert said(again.model_dump()) == said(built.source.spec.model_dump())


def test_the_programs_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    programs = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(programs) > 4
    names: dict[str, Any] = {}
    for number, text in enumerate(programs):
        exec(compile(text, f"{PAGE.name}:{number}", "exec"), names)


def test_the_keywords_of_a_model_are_the_sections_of_a_file() -> None:
    keywords = [*inspect.signature(snndsl.Model).parameters]
    assert sorted({*keywords} - {"folder", "others"} | {"snndsl"}) == sorted(ModelSpec.model_fields)


def test_a_misspelled_section_says_what_was_meant() -> None:
    with pytest.raises(ModelError) as error:
        snndsl.Model("m", time={"step": "1 ms", "duration": "5 ms"}, population={})
    assert str(error.value).startswith("population: error[unknown-key]: unknown key 'population'")
    assert error.value.faults[0].try_ == "populations"
