"""The command as a user types it: exit statuses, what goes to stdout and stderr, what is left on disk."""

import json
import os
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

from snndsl.backend.registry import backend, backend_names
from snndsl.ir import EVERYTHING

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("snndsl")

SMALL = """
snndsl: 1
name: small
time: {step: 0.1 ms, duration: 200 ms}
seed: 1
neurons:
  lif:
    parameters: {tau: 20 ms, V_th: 10 mV}
    state: {V: 0 mV}
    ports: {kick: mV}
    equations: dV/dt = -V/tau
    integrator: exact
    update: V += kick
    threshold: V > V_th
    reset: V = 0 mV
populations: {cells: {neuron: lif, size: 20}}
stimuli: {noise: {into: cells, port: kick, weight: 1 mV, poisson: {rate: 1 kHz}}}
record: {spikes: [cells], states: {"cells[0]": [V]}}
expect:
  busy: {of: cells, value: rate, between: [1 Hz, 100 Hz]}
"""

SEEN = """
signals: {mean: {state: {x: 0}, ports: {hit: 1, level: mV}, update: "x += hit + level/(1 mV)"}}
projections:
  seen: {from: cells, to: mean, connect: all_to_all, port: hit, weight: 0.5, delay: 2 ms}
  held: {from: "cells[0:4]", to: mean, connect: all_to_all, port: level, weight: 0.25, delay: 1 ms, carries: pre.V}
"""


def snndsl(*arguments: object, cwd: Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(COMMAND), *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path


def test_validate(folder: Path) -> None:
    done = snndsl("validate", "small.yaml", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "small.yaml: valid\n", "")


def test_validate_names_every_fault_of_every_file(folder: Path) -> None:
    (folder / "bad.yaml").write_text(SMALL.replace("size: 20", "sise: 20").replace("value: rate", "valeu: rate"))
    done = snndsl("validate", "bad.yaml", "small.yaml", cwd=folder)
    assert done.returncode == 2
    assert (
        "bad.yaml:16:36: error[unknown-key]" in done.stderr
        and "bad.yaml:20:21: error[unknown-key]" in done.stderr
        and "2 errors in bad.yaml" in done.stderr
        and "Traceback" not in done.stderr
    )
    assert done.stdout == "small.yaml: valid\n"
    listed = json.loads(snndsl("validate", "bad.yaml", "--json", cwd=folder).stdout)
    assert all({"file", "line", "column", "code", "what", "expected", "try"} <= set(fault) for fault in listed) and listed


def test_run_compare_test_plot(folder: Path) -> None:
    for name in ("reference", "nest"):
        done = snndsl("run", "small.yaml", "-b", name, "-o", f"runs/{name}", cwd=folder)
        assert (done.returncode, done.stdout) == (0, f"runs/{name}\n"), done.stderr
        assert "spikes" in done.stderr
    same = snndsl("compare", "runs/reference", "runs/nest", cwd=folder)
    assert same.returncode == 0 and same.stdout.startswith("identical: ")
    other = snndsl("run", "small.yaml", "-q", "--seed", 2, "-o", "runs/other", cwd=folder)
    assert (other.returncode, other.stderr) == (0, "")
    different = snndsl("compare", "runs/reference", "runs/other", "--json", "-o", "runs/difference", cwd=folder)
    found = json.loads(different.stdout)
    assert (different.returncode, found["identical"]) == (1, False)
    assert {"step", "population", "neuron"} <= set(found["first_divergence"])
    assert (folder / "runs" / "difference" / "divergence.png").exists()
    for arguments in (("runs/reference",), ("runs/reference", "--states", "-o", "v.svg")):
        drawn = snndsl("plot", *arguments, cwd=folder)
        assert drawn.returncode == 0 and (folder / drawn.stdout.strip()).stat().st_size > 2000
    assert snndsl("test", "small.yaml", "-b", "reference", cwd=folder).stdout.startswith("pass  reference  busy: rate ")


def test_an_expectation_that_is_not_met(folder: Path) -> None:
    done = snndsl("test", "small.yaml", "-b", "reference", "--set", "expect.busy.between=[500 Hz, 900 Hz]", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("FAIL  reference  busy: rate ") and "expected 500 Hz .. 900 Hz" in done.stdout


def test_one_model_on_two_backends(folder: Path) -> None:
    done = snndsl("compare", "small.yaml", "-b", "reference", "-b", "nest", "-q", cwd=folder)
    assert (done.returncode, done.stdout[:9]) == (0, "identical"), done.stderr


def test_a_run_is_not_overwritten(folder: Path) -> None:
    assert snndsl("run", "small.yaml", "-o", "r", "-q", cwd=folder).returncode == 0
    again = snndsl("run", "small.yaml", "-o", "r", "-q", cwd=folder)
    assert again.returncode == 2 and "error[run-exists]" in again.stderr and "try: --force" in again.stderr
    assert snndsl("run", "small.yaml", "-o", "r", "-q", "--force", cwd=folder).returncode == 0


def test_default_folders_count(folder: Path) -> None:
    names = [snndsl("run", "small.yaml", "-q", "--duration", "10 ms", cwd=folder).stdout.strip() for _ in range(2)]
    assert names == ["runs/small-reference", "runs/small-reference-2"]


@pytest.mark.parametrize("backend", ["reference", "nest"])
def test_a_generated_tree_runs_alone(folder: Path, backend: str) -> None:
    assert snndsl("generate", "small.yaml", "-b", backend, "-o", "tree", cwd=folder).returncode == 0
    tree = folder / "tree"
    assert {"README.md", "run.py", "settings.json", "program.txt", "data", "code"} <= set(os.listdir(tree))
    alone = subprocess.run([sys.executable, "run.py", "--steps", "500"], cwd=tree, capture_output=True, text=True, check=False)
    assert alone.returncode == 0, alone.stderr
    assert json.loads((tree / "results" / "manifest.json").read_text())["steps_done"] == 500


def test_show(folder: Path) -> None:
    text = snndsl("show", "small.yaml", cwd=folder).stdout
    assert "small   step 0.1 ms   2,000 steps   seed 1" in text and "poisson" in text
    assert "V__1 = (P__V__V * V)" in snndsl("show", "small.yaml", "--equations", cwd=folder).stdout
    assert snndsl("show", "small.yaml", "--ir", cwd=folder).stdout.startswith("program small step 1/10 ms steps 2000")
    facts = json.loads(snndsl("show", "small.yaml", "--json", cwd=folder).stdout)
    assert facts["runs_on"]["reference"] is True and facts["estimate"]["memory_bytes"] > 1e8
    assert snndsl("show", "small.yaml", "--graph", "net.svg", cwd=folder).returncode == 0
    assert "20 lif" in (folder / "net.svg").read_text()


def test_show_a_projection_into_a_signal(folder: Path) -> None:
    """A signal is no population, and can be reached as one: by spikes and by carried values."""
    (folder / "seen.yaml").write_text(SMALL + SEEN)
    done = snndsl("show", "seen.yaml", cwd=folder)
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert any("cells -> mean" in line and "hit" in line for line in lines), done.stdout
    assert any("cells[0:4] -> mean" in line and "level" in line for line in lines), done.stdout
    facts = json.loads(snndsl("show", "seen.yaml", "--json", cwd=folder).stdout)
    assert (facts["projections"]["seen"]["synapses"], facts["projections"]["held"]["synapses"]) == (20, 4)


def test_the_library_by_a_word(folder: Path) -> None:
    lines = snndsl("library", "STDP", cwd=folder).stdout.splitlines()
    assert any(" power_law_stdp " in line for line in lines) and not any(" lif_exp " in line for line in lines)
    assert "try: snndsl show snndsl:lif lif_exp" in snndsl("show", "lif_exp", cwd=folder).stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", "nothing.yaml"), "file-unreadable"),
        (("run", "small.yaml", "-b", "nset"), "backend-unknown"),
        (("run", "small.yaml", "--duration", "1 Hz"), "dimension"),
        (("run", "small.yaml", "--mode", "native"), "unsupported"),
        (("run", "small.yaml", "--duration", "0.05 ms"), "off-grid"),
        (("run", "small.yaml", "--set", "neurons.lif.parametres.tau=1 ms"), "path-unknown"),
        (("run", "small.yaml", "--set", "neurons.lif.parameters.taau=1 ms"), "path-unknown"),
        (("run", "small.yaml", "--set", "tau"), "usage"),
        (("show", "lif_exp"), "file-unreadable"),
        (("library", "nothing_of_this_name"), "name-unknown"),
        (("compare", "small.yaml", "-b", "reference"), "usage"),
        (("compare", "nowhere", "elsewhere"), "run-missing"),
        (("plot", "."), "run-missing"),
        (("new", "."), "folder-exists"),
    ],
)
def test_usage_and_bad_input_exit_2(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    done = snndsl(*arguments, cwd=folder)
    assert done.returncode == 2 and f"error[{code}]" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_an_unknown_option_exits_2(folder: Path) -> None:
    done = snndsl("run", "small.yaml", "--sede", 3, cwd=folder)
    assert done.returncode == 2 and done.stderr.startswith("error[usage]: snndsl run has no --sede\n"), done.stderr
    assert done.stderr.endswith("  try: --seed\n")


@pytest.mark.parametrize("backend", [name for name in backend_names() if "c++" in backend(name).target.needs])
def test_a_missing_compiler_exits_3_with_the_remedy(folder: Path, backend: str) -> None:
    done = snndsl("run", "small.yaml", "-b", backend, cwd=folder, environment={"PATH": str(COMMAND.parent), "CXX": ""})
    assert done.returncode == 3 and "try: sudo apt-get install" in done.stderr, done.stderr
    assert not (folder / "runs").exists()


def test_a_failing_model_exits_4_and_leaves_what_it_did(folder: Path) -> None:
    (folder / "small.yaml").write_text(SMALL.replace("V += kick", "V += kick*where(t > 100 ms, log(0 - 1), 1)"))
    done = snndsl("run", "small.yaml", "-o", "r", cwd=folder)
    assert done.returncode == 4 and "V of cells[" in done.stderr and "small on reference stopped" in done.stderr
    assert json.loads((folder / "r" / "manifest.json").read_text())["status"] == "failed"
    assert snndsl("plot", "r", cwd=folder).returncode == 0


def test_new_makes_a_model_that_runs(tmp_path: Path) -> None:
    assert snndsl("new", "mine", cwd=tmp_path).returncode == 0
    assert snndsl("validate", "mine", cwd=tmp_path).returncode == 0
    assert snndsl("test", "mine", "-b", "reference", "-q", cwd=tmp_path).returncode == 0


def test_doctor_finds_everything_here(tmp_path: Path) -> None:
    done = snndsl("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert all(name in done.stdout for name in ("python", "g++", *backend_names()))


def test_backends_and_schema(tmp_path: Path) -> None:
    table = json.loads(snndsl("backends", "--json", cwd=tmp_path).stdout)
    abilities = {name: backend(name).target.features for name in backend_names()}
    assert table == {feature: {name: feature in has for name, has in abilities.items()} for feature in sorted(EVERYTHING)}
    assert json.loads(snndsl("schema", cwd=tmp_path).stdout)["title"] == "snndsl model"


def test_the_version(tmp_path: Path) -> None:
    done = snndsl("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"snndsl {metadata.version('snndsl')}\n", "")


STAGES = ("numpy", "pydantic", "yaml", "fractions")
"""What no command needs to say what it takes."""

HEAVY = ("brian2", "nest", "networkx", "scipy", "matplotlib", "numba", "elephant")


LATER = ("logging", "snndsl.lowering.passes", "snndsl.backend.control", "snndsl.api")
"""What judging a model has no use for."""


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (["--help"], (*STAGES, "snndsl.pipeline")),
        (["--version"], (*STAGES, "snndsl.pipeline", "snndsl.cli.commands")),
        (["validate", "--help"], (*STAGES, "snndsl.pipeline", "snndsl.cli.plot_command")),
        (["validate", "small.yaml"], (*LATER, "numpy.random", "numpy.ma", "snndsl.cli.plot_command")),
    ],
)
def test_quick_commands_import_nothing_heavy(folder: Path, arguments: list[str], unused: tuple[str, ...]) -> None:
    code = f"""
import sys
from snndsl.cli import execute
status = execute({arguments!r})
print(status, [name for name in {HEAVY + unused!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr.strip().splitlines()[-1] == "0 []"


def test_an_interrupted_run_is_readable(folder: Path) -> None:
    import signal

    command = [str(COMMAND), "run", "small.yaml", "--duration", "200 ms", "--set", "time.duration=2000 s", "-o", "r"]
    process = subprocess.Popen(
        [item for item in command if item not in ("--duration", "200 ms")], cwd=folder, stderr=subprocess.PIPE, text=True
    )
    while not (folder / "r" / "spikes").exists():
        time.sleep(0.05)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=20)[1]
    assert time.monotonic() - begun < 5  # promised are 2; a busy machine adds some
    assert process.returncode == 130 and "stopped at" in said and "Traceback" not in said
    assert snndsl("plot", "r", "--until", "50 ms", cwd=folder).returncode == 0
