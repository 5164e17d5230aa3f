"""The committed JSON Schema is fresh, and accepts what the language accepts."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from snndsl.schema.json_schema import schema_text

ROOT = Path(__file__).parents[3]
MODELS = sorted((ROOT / "models").glob("*/model.yaml")) + sorted((ROOT / "snndsl" / "templates").glob("*/model.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema_text()))


def test_the_committed_schema_is_fresh() -> None:
    committed = ROOT / "snndsl" / "schema" / "model.schema.json"
    assert committed.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: snndsl schema -o snndsl/schema/model.schema.json"
    )


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.parent.name)
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
    ],
    ids=["unknown key", "key missing", "unknown rule", "no neuron", "inputs alone", "unknown number", "no motif"],
)
def test_mistakes_are_marked(change: dict[str, object]) -> None:
    document = {"snndsl": 1, "name": "x", **change}
    assert list(VALIDATOR.iter_errors(document))


def test_every_section_is_described() -> None:
    schema = json.loads(schema_text())
    assert [name for name, section in schema["properties"].items() if not section.get("description")] == []
