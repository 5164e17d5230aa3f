"""Definitions of groups: numbers are resolved with the file, judging needs no compiler, lists are those of the registry."""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from unit.lowering.models import checked

from snndsl.errors import ModelError
from snndsl.polychrony.definitions import DEFINITIONS
from snndsl.polychrony.definitions.fitting import definition_faults
from snndsl.semantics.definition_numbers import read_numbers

ROOT = Path(__file__).parents[3]

MODEL = """
  populations: {p: {size: 4, neuron: n}}
  projections: {q: {from: p, to: p, connect: one_to_one, port: I, weight: 5 mV, delay: 1 ms}}
  discover: {g: {definition: DEFINITION, in: q}}
  neurons:
    n:
      state: {v: 0 mV}
      ports: {I: mV}
      update: [v = v/2 + I]
      threshold: v > 10 mV
      reset: [v = 0 mV]
"""


@pytest.mark.parametrize("name", ["planted_groups", "wired_group"])
def test_judging_a_search_imports_no_compiler(name: str) -> None:
    script = (
        "import sys\nfrom snndsl.cli import execute\n"
        f"status = execute(['validate', 'models/{name}/model.yaml'])\n"
        "print(sorted({'numba', 'llvmlite', 'networkx', 'matplotlib'} & set(sys.modules)))\nsys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_numbers_are_resolved() -> None:
    given = {"strong": "w > 5 mV", "jitter": "2 ms", "coincident": 3, "weak_to_inh": True, "fraction_of": None}
    assert read_numbers(given, Fraction(1, 2), ("mV",)) == {
        "threshold": 5.0,
        "jitter": 4,
        "coincident": 3,
        "weak_to_inhibitory": True,
        "fraction_of": None,
    }
    shares = read_numbers({"threshold": "0.9", "fraction_of": "10 mV"}, Fraction(1), ("mV",))
    assert shares == {"threshold": "0.9", "fraction_of": 10.0}


@pytest.mark.parametrize(
    ("given", "units", "what"),
    [
        ({"threshold": "5 mV"}, (), "threshold '5 mV'"),
        ({"threshold": "5"}, ("mV",), "threshold '5'"),
        ({"strong": "5 mV"}, ("mV",), "strong is '5 mV'"),
        ({"jitter": "0.3 ms"}, (), "jitter is 0.3 ms"),
    ],
)
def test_numbers_that_cannot_be_read(given: dict[str, str], units: tuple[str, ...], what: str) -> None:
    with pytest.raises(ModelError, match=re.escape(what)):
        read_numbers(given, Fraction(1), units)


def test_the_place_of_a_number_is_named() -> None:
    with pytest.raises(ModelError) as caught:
        checked(MODEL.replace("DEFINITION", "{event_triggered: {strong: w > 5, jitter: 0.35 ms}}"))
    assert {fault.code for fault in caught.value.faults} == {"definition-parameter", "off-grid"}
    assert len({fault.column for fault in caught.value.faults} - {0}) == 2


@pytest.mark.parametrize(
    ("definition", "codes"),
    [
        ("{event_triggered: {strong: w > 5 mV, jitter: 2 ms}}", []),
        ("{event_triggered: {}}", ["definition-parameter"]),
        ("{event_triggers: {strong: w > 5 mV}}", ["definition-unknown"]),
        ("{structural: {adapted: false}}", []),
        ("{structural: {adapted: false, refractory: 0}}", ["definition-parameter"]),
    ],
)
def test_what_a_definition_takes(definition: str, codes: list[str]) -> None:
    faults = definition_faults(checked(MODEL.replace("DEFINITION", definition)))
    assert [fault.code for fault in faults] == codes
    assert all(fault.line for fault in faults)


@pytest.mark.parametrize("file", ["docs/reference/keys.md", "docs/explanation/groups.md", "snndsl/cli/discover_command.py"])
def test_lists_are_those_of_the_registry(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not [name for name in DEFINITIONS if name not in text]
