"""A backend of somebody else, installed beside the project, is listed, explained, run, compared and tested by itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PACKAGE = '''
"""A simulator that lacks two abilities: the reference machine under another name."""

import json
from dataclasses import dataclass, replace

from snndsl.backend.source_tree import SourceTree
from snndsl.ir import EVERYTHING, Costs, Target
from snndsl_reference import backend as machine


@dataclass(frozen=True)
class Toy:
    name: str = "toy"
    target: Target = Target(
        "toy",
        machine.target.operations - {"tan"},
        EVERYTHING - {"ticks"},
        costs=Costs(start=2.0, step=0.0, update=0.0, arrival=0.0),
        failing_cases={"receptors": "to see that a strict expected failure complains"},
    )

    def versions(self):
        return {"toy": "1.0"}

    def missing(self):
        return ()

    def generate(self, program):
        files = dict(machine.generate(program).files)
        files["settings.json"] = json.dumps(json.loads(files["settings.json"]) | {"backend": self.name})
        return SourceTree(files)

    def build(self, tree, cache, log):
        return None


backend = Toy()
'''

MODEL = """
snndsl: 1
name: small
time: {step: 1 ms, duration: 50 ms}
seed: 1
neurons: {n: {state: {v: 0}, ports: {in: 1}, update: v = 0.9*v + in, threshold: v > 2, reset: v = 0}}
populations: {cells: {neuron: n, size: 5}}
stimuli: {noise: {into: cells, port: in, weight: 1, poisson: {rate: 400 Hz}}}
record: {spikes: [cells], states: {cells: [v]}}
"""
UNFIT = (
    MODEL.replace("update: v = 0.9*v + in", "update: v = 0.9*v + in + 0*tan(v)")
    + """
plasticity: {fades: {bound: 1, every: {10 ms: w *= 0.5}}}
projections:
  ring: {from: cells, to: cells, connect: all_to_all, self: false, port: in, weight: 0.5, delay: {axonal: 1 ms},
    plasticity: fades}
"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as an installer leaves it: a package and what says that it is a backend."""
    folder = tmp_path_factory.mktemp("site")
    facts = folder / "toy_simulator-1.0.dist-info"
    facts.mkdir()
    (folder / "toy_simulator.py").write_text(PACKAGE)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-simulator\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[snndsl.backends]\ntoy = toy_simulator:backend\n")
    (folder / "small.yaml").write_text(MODEL)
    (folder / "unfit.yaml").write_text(UNFIT)
    return folder


def python(site: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=cwd or site, env=environment, capture_output=True, text=True, check=False)


def snndsl(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(site, str(Path(sys.executable).with_name("snndsl")), *arguments)


def test_it_is_listed_with_what_it_can_do(site: Path) -> None:
    table = json.loads(snndsl(site, "backends", "--json").stdout)
    assert {feature for feature, who in table.items() if not who["toy"]} == {"ticks"}
    assert "toy 1.0" in snndsl(site, "doctor").stdout


def test_show_estimates_with_its_costs(site: Path) -> None:
    facts = json.loads(snndsl(site, "show", "small.yaml", "--json").stdout)
    assert facts["estimate"]["seconds"]["toy"] == 2.0 and facts["runs_on"]["toy"] is True
    assert json.loads(snndsl(site, "show", "unfit.yaml", "--json").stdout)["runs_on"]["toy"] is False


def test_it_generates_a_tree_that_runs_alone(site: Path) -> None:
    assert snndsl(site, "generate", "small.yaml", "-b", "toy", "-o", "tree").returncode == 0
    assert python(site, "run.py", cwd=site / "tree").returncode == 0
    assert json.loads((site / "tree" / "results" / "manifest.json").read_text())["steps_done"] == 50


def test_it_runs_and_is_compared(site: Path) -> None:
    done = snndsl(site, "run", "small.yaml", "-b", "toy", "-o", "run", "-q")
    assert done.returncode == 0, done.stderr
    assert json.loads((site / "run" / "manifest.json").read_text())["backend"] == "toy"
    done = snndsl(site, "compare", "small.yaml", "-b", "reference", "-b", "toy", "-q")
    assert done.returncode == 0 and "identical" in done.stdout, done.stderr


def test_what_it_lacks_is_named_with_who_has_it(site: Path) -> None:
    done = snndsl(site, "run", "unfit.yaml", "-b", "toy", "-q")
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert (
        "toy cannot run rules with 'every' (small)" in done.stderr and "toy cannot run the function tan (small)" in done.stderr
    )
    assert "try: -b reference" in done.stderr


def test_the_suite_takes_it_up_by_itself(site: Path) -> None:
    """Every case runs; what it lacks is skipped by name; a case that it wrongly says it fails is reported."""
    suite = ["-m", "pytest", "-p", "no:cacheprovider", "-q", "-rsf", "--backend", "toy", "tests/conformance"]
    done = python(site, *suite, cwd=ROOT)
    assert done.returncode == 1
    failures = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failures) == 1 and "receptors-toy" in failures[0] and "XPASS(strict)" in done.stdout
    assert "toy cannot run rules with 'every'" in done.stdout and "toy cannot run the function tan" in done.stdout
    said = done.stdout.partition("mechanisms on toy")[2].splitlines()
    assert "yes  white noise in equations" in said
    assert "no   sums over synapses during the run (sums_in_ticks)" in said
    assert any(line.startswith("no   conductances (receptors") for line in said)


def test_the_suite_knows_the_backends(site: Path) -> None:
    done = python(site, "-m", "pytest", "-p", "no:cacheprovider", "--backend", "toi", "tests/conformance", cwd=ROOT)
    assert done.returncode == 4 and "there is no backend 'toi'" in done.stdout + done.stderr
