"""Whole models on the pages of the documentation run, and what they expect is so."""

import re
from pathlib import Path

import pytest

from snndsl.analysis.expectations import check_expectations
from snndsl.api import load, run_model
from snndsl.backend import REFERENCE

DOCS = Path(__file__).parents[2] / "docs"
MODELS = {
    f"{page.relative_to(DOCS)}:{number}": text
    for page in sorted(DOCS.rglob("*.md"))
    for number, text in enumerate(re.findall(r"```yaml\n(snndsl: 1\n.*?)```", page.read_text(encoding="utf-8"), re.DOTALL))
    if "\nexpect:" in text
}


def test_there_are_some() -> None:
    assert {"how-to/noise.md:0", "how-to/noise.md:2", "how-to/change-during-a-run.md:0"} <= {*MODELS}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_a_page_does_what_it_expects(name: str, tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(MODELS[name], encoding="utf-8")
    model = load(file)
    outcomes = check_expectations(model.checked, run_model(model, REFERENCE, tmp_path / "run").recording)
    assert outcomes and [outcome.text for outcome in outcomes if not outcome.passed] == []
