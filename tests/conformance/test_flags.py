"""Optimisation may not change a bit: -O3 -march=native gives what -O2 gives, on every backend whose tree compiles C."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from snndsl.api import load
from snndsl.backend import REFERENCE
from snndsl.backend.registry import backend
from snndsl.results import read_run
from snndsl.testing import differences, run_case
from snndsl.testing.conformance import case_file
from snndsl.testing.parameters import OTHERS, parameters

COMPILED = [name for name in OTHERS if "c++" in backend(name).target.needs]


@pytest.mark.slow
@pytest.mark.parametrize(("case", "name"), parameters(COMPILED, ["functions", "plasticity_traces"]))
def test_every_optimisation_gives_the_same_bits(case: str, name: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    backend(name).generate(load(case_file(case)).program).write(tree)
    flags = tree / "code" / "building.py"
    text, changed = re.subn('"-O[23]"', '"-O3", "-march=native"', flags.read_text())
    assert changed
    flags.write_text(text)
    subprocess.run([sys.executable, "run.py", "--out", str(tmp_path / "fast")], cwd=tree, check=True, capture_output=True)
    assert differences(run_case(case, REFERENCE, tmp_path / "reference"), read_run(tmp_path / "fast")) == []
