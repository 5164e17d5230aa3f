"""The committed JSON Schema is fresh, and accepts what the language accepts."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from snndsl.schema.json_schema import schema_text

ROOT = Path(__file__).parents[3]
FOLDERS = ("models/*", "snndsl/templates/*", "snndsl/library", "snndsl/testing/cases", "snndsl/explained/recipes")
MODELS = [file for folder in FOLDERS for file in sorted(ROOT.glob(f"{folder}/*.yaml"))]
VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema_text()))


def test_the_committed_schema_is_fresh() -> None:
    committed = ROOT / "snndsl" / "schema" / "model.schema.json"
    assert committed.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: snndsl schema -o snndsl/schema/model.schema.json"
    )


@pytest.mark.parametrize("file", MODELS, ids=lambda file: "-".join(file.parts[-2:]))
def test_shipped_models_are_valid(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(file.read_text()))] == []


def projection(connect: object) -> dict[str, object]:
    return {"projections": {"p": {"from": "a", "to": "a", "connect": connect, "port": "I", "weight": 1}}}


@pytest.mark.parametrize("connect", [{"motif": "m"}, {"motif": "m", "latency": "3 ms", "inputs": 3, "longest": "20 ms"}])
def test_motifs_are_wired(connect: dict[str, object]) -> None:
    assert list(VALIDATOR.iter_errors({"snndsl": 1, "name": "x", **projection(connect)})) == []


@pytest.mark.parametrize(
    "change",
    [
        {"populatoins": {}},
        {"time": {"step": "1 ms"}},
        projection("everyone"),
        {"populations": {"a": {"size": 3}}},
        projection({"motif": "m", "inputs": 3}),
        projection({"motif": "m", "latncy": "3 ms"}),
        projection({"latency": "3 ms"}),
        projection({"fixed_indgree": 3}),
        {"neurons": {"n": {"integrator": "exakt"}}},
        {"neurons": {"n": {"integrator": {"V": "exakt"}}}},
        {"neurons": {"n": {"parameters": {"tau": {"unit": "ms", "defualt": 1}}}}},
        {"neurons": {"n": {"refractory": {"for": "2 ms"}}}},
        {"neurons": {"n": {"refractory": {"hold": []}}}},
        {"stimuli": {"s": {"into": "a", "poisson": {"rat": "1 Hz"}}}},
    ],
    ids=[
        "unknown key",
        "key missing",
        "unknown rule",
        "no neuron",
        "inputs alone",
        "unknown number",
        "no motif",
        "misspelled rule",
        "integrator",
        "integrator of a state",
        "key of a parameter",
        "no hold",
        "neither for nor while",
        "key of a rate",
    ],
)
def test_mistakes_are_marked(change: dict[str, object]) -> None:
    document = {"snndsl": 1, "name": "x", **change}
    assert list(VALIDATOR.iter_errors(document))


def test_a_mistake_in_a_rule_is_the_only_one_that_is_marked() -> None:
    """An editor shows what the nearest alternative says; there is one for all mappings."""
    document = {"snndsl": 1, "name": "x", **projection({"fixed_indgree": 3})}
    [error] = VALIDATOR.iter_errors(document)
    mapping = [inner.message for inner in error.context if inner.schema_path[0] == 0]
    assert mapping == ["Additional properties are not allowed ('fixed_indgree' was unexpected)"]


def forms(node: object, at: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every key of the schema that is a key of a model file, with its form."""
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            yield f"{at}.{key}", value
        for key, value in node.items():
            yield from forms(value, at if key in ("properties", "$defs") else f"{at}.{key}")
    elif isinstance(node, list):
        for item in node:
            yield from forms(item, at)


def test_every_key_is_described_and_none_is_offered_as_null() -> None:
    found = list(forms(json.loads(schema_text())))
    assert len(found) > 150
    assert [at for at, form in found if not form.get("description")] == []
    assert [at for at, form in found if "null" in json.dumps(form)] == []


def test_the_problem_matcher_of_the_page_on_editors_reads_a_message() -> None:
    page = (ROOT / "docs" / "how-to" / "editor.md").read_text(encoding="utf-8")
    [text] = [block for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if "problemMatcher" in block]
    pattern = json.loads(text)["tasks"][0]["problemMatcher"]["pattern"]
    for expected in sorted((ROOT / "tests" / "invalid").glob("*/expected.txt")):
        first = expected.read_text(encoding="utf-8").splitlines()[0]
        if re.match(r"model\.yaml:\d+:\d+:", first):
            found = re.match(pattern["regexp"], first)
            assert found and found[pattern["file"]] == "model.yaml" and int(found[pattern["line"]]) > 0, first
