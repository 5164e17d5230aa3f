"""Every code of a fault is explained, no explanation is of a code that is gone, and the examples are what is said today."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reference.explained import EXAMPLES, examples

import snndsl
from snndsl.errors import ModelError
from snndsl.explained import codes, recipes
from snndsl.frontend.loader import load_source

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "snndsl").rglob("*.py"), *(ROOT / "backends").rglob("*.py")]
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RAISED = re.compile(r"^model\.yaml:\S+ (?:error|warning)\[([a-z0-9-]+)\]", re.MULTILINE)

# Where the code stands among the arguments of what makes a fault; of the others it is one of the first two.
FIRST = {"Fault", "TextFault", "PydanticCustomError", "problem", "fault"}
OTHERS = {"report", "_fault", "_refused", "_known", "_fault_at"}
WORDS = {"utf-8", "utf-8-sig", "latin-1", "cma-es", "differential-evolution", "state-space", "nest-simulator"}
ENDINGS = {"number-too-": ("number-too-small", "number-too-large"), "-exists": ("file-exists", "folder-exists")}


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an argument may be: also of a choice, and of a text with an ending that is computed."""
    if isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        yield from (code for part in parts for code in ENDINGS.get(str(part), ()))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def raised(source: str) -> Iterator[str]:
    """Yield every code in a source: arguments of what makes faults, and any text of words that are joined by hyphens."""
    yield from re.findall(r"error\[([a-z-]+)\]", source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            taken = node.args[:1] if name in FIRST else node.args[:3] if name in OTHERS else []
            yield from (text for argument in taken for text in texts(argument) if CODE.fullmatch(text))
        hyphened = isinstance(node, ast.Constant) and isinstance(node.value, str) and "-" in node.value
        if hyphened and CODE.fullmatch(node.value) and node.value not in WORDS:
            yield node.value



def test_every_code_of_the_source_is_explained_and_no_other() -> None:
    found = {code for path in SOURCES if path.parent.name != "testing" for code in raised(path.read_text(encoding="utf-8"))}
    assert sorted(found - {*codes()}) == [], "write what they mean into snndsl/explained/errors.yaml"
    assert sorted({*codes()} - found) == [], "nothing raises them"


def test_every_refusal_of_a_model_has_an_example() -> None:
    folders = sorted((ROOT / "tests" / "invalid").glob("*/expected.txt"))
    shown = {
        code for path in folders for code in RAISED.findall(path.read_text())
    }
    assert len(shown) > 100
    assert sorted(code for code in shown if not codes()[code].example) == [], "name a folder of tests/invalid as their example"


def test_the_examples_are_made_from_the_faulty_models() -> None:
    assert EXAMPLES.read_text(encoding="utf-8") == examples(), "write it anew: python tests/reference/write.py"


def test_recipes_that_are_named_exist() -> None:
    assert {item.recipe for item in codes().values()} - {""} <= {*recipes()}


def test_explain() -> None:
    assert str(snndsl.explain("off-grid")).startswith("off-grid\n  A time is no whole number of steps")
    assert snndsl.explain("error[Off-Grid]") == snndsl.explain("off-grid")
    assert snndsl.explain("poisson source") == snndsl.explain("poisson-source")
    with pytest.raises(ModelError, match="try: off-grid"):
        snndsl.explain("of-grid")
    with pytest.raises(ModelError, match="try: poisson-source"):
        snndsl.explain("poison-source")
    with pytest.raises(ModelError, match="expected: self-unstated\n  try: self-unstated"):
        snndsl.explain("self")


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_is_printed_as_a_model_file(name: str, tmp_path: Path) -> None:
    """Whether it does what it expects is tested on the page of the cookbook."""
    file = tmp_path / "model.yaml"
    file.write_text(str(snndsl.explain(name)) + "\n", encoding="utf-8")
    assert load_source(file).model.expect
