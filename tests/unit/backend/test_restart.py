"""A run of one trial that was stopped is computed again; nothing that was committed is lost before there is more."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import snndsl
from snndsl.api import Simulated, run_model
from snndsl.backend import restart
from snndsl.backend.control import owner
from snndsl.cli import execute
from snndsl.errors import Fault, ModelError, SimulationFailed
from snndsl.results import Recording, read_run
from snndsl.results.run_files import write_manifest

MODEL = """snndsl: 1
name: long
time: {step: 1 ms, duration: 400 ms}
seed: 1
neurons: {n: {state: {v: 0}, update: "v = 0.9*v + 0.3*uniform()", threshold: v > 1.5, reset: v = 0}}
populations: {p: {neuron: n, size: 20}}
record: {spikes: [p]}
"""
LONG = MODEL.replace("400 ms", "30 s")


def begun(folder: Path, text: str = MODEL, **how: Any) -> Simulated:
    (folder / "model.yaml").write_text(text)
    return run_model(snndsl.load(folder / "model.yaml"), "reference", folder / "run", **how)


def recording(folder: Path) -> Recording:
    found = read_run(folder / "run")
    assert isinstance(found, Recording)
    return found


def stopped(folder: Path, steps: int = 100, status: str = "interrupted") -> Path:
    """Make the run, and make it as if it had been stopped."""
    begun(folder)
    manifest = json.loads((folder / "run" / "manifest.json").read_text())
    del manifest["sha256"]
    write_manifest(folder / "run", {**manifest, "status": status, "steps_done": steps})
    return folder / "run"


def leftovers(folder: Path) -> list[str]:
    return sorted(place.name for place in folder.iterdir() if place.name not in ("run", "model.yaml", "whole"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder = tmp_path_factory.mktemp("whole")
    begun(folder)
    return recording(folder)


@pytest.mark.parametrize("status", ["interrupted", "running", "failed"])
def test_a_stopped_run_is_computed_again(status: str, whole: Recording, tmp_path: Path) -> None:
    stopped(tmp_path, status=status)
    done = begun(tmp_path, resume=True)
    assert (done.status, done.already, done.recording.status) == ("complete", False, "complete")
    assert snndsl.compare(whole, recording(tmp_path)).identical
    assert recording(tmp_path).verify() == [] and leftovers(tmp_path) == []


def test_a_complete_run_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun(tmp_path)
    before = (tmp_path / "run" / "manifest.json").stat().st_mtime_ns
    assert begun(tmp_path, resume=True).already
    assert execute(["run", str(tmp_path / "model.yaml"), "--resume", str(tmp_path / "run")]) == 0
    assert "complete already: 0.4 s" in capsys.readouterr().err
    assert (tmp_path / "run" / "manifest.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.3*uniform()", "0.2*uniform()", "another model"),
        ("seed: 1", "seed: 2", "another model"),
        ("duration: 400 ms", "duration: 300 ms", "another model, of another length"),
        ("record: {spikes: [p]}", "record: {spikes: ['p[0:2]']}", "another 'record'"),
    ],
)
def test_another_run_is_not_replaced(old: str, new: str, said: str, tmp_path: Path) -> None:
    stopped(tmp_path)
    with pytest.raises(ModelError, match=said):
        begun(tmp_path, MODEL.replace(old, new), resume=True)
    assert recording(tmp_path).steps_done == 100


def test_there_has_to_be_a_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no run"):
        begun(tmp_path, resume=True)
    with pytest.raises(ModelError, match="no run to go on with is named"):
        run_model(snndsl.load(tmp_path / "model.yaml"), "reference", resume=True)


@pytest.mark.parametrize(("steps", "kept"), [(50, 100), (150, 150)])
def test_what_came_further_stays(steps: int, kept: int, tmp_path: Path) -> None:
    """The new run is stopped, too: before or after the moment at which the old one was."""
    folder = stopped(tmp_path)
    again = tmp_path / "other"
    again.mkdir()
    newer = stopped(again, steps)

    def simulate(place: Path) -> Any:
        shutil.copytree(newer, place, dirs_exist_ok=True)
        return "outcome"

    assert restart.restarted(folder, simulate) == "outcome"  # type: ignore[comparison-overlap]
    assert recording(tmp_path).steps_done == kept
    shutil.rmtree(again)
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(("steps", "kept"), [(50, 100), (150, 150)])
def test_a_failure_says_where_its_log_is(steps: int, kept: int, tmp_path: Path) -> None:
    folder = stopped(tmp_path)
    again = tmp_path / "other"
    again.mkdir()
    newer = stopped(again, steps, "failed")

    def simulate(place: Path) -> Any:
        shutil.copytree(newer, place, dirs_exist_ok=True)
        raise SimulationFailed(Fault("simulation-simulator", "stopped", try_=f"look at {place / 'log' / 'run.log'}"))

    with pytest.raises(SimulationFailed) as caught:
        restart.restarted(folder, simulate)
    assert recording(tmp_path).steps_done == kept
    assert Path(caught.value.faults[0].try_.removeprefix("look at ")).is_file()


def test_what_a_killed_process_left_beside_is_taken_up(whole: Recording, tmp_path: Path) -> None:
    """Killed between two renames, and with a run beside that had come further."""
    folder = stopped(tmp_path)
    folder.rename(tmp_path / ".run.old")
    assert begun(tmp_path, resume=True).status == "complete" and leftovers(tmp_path) == []
    shutil.rmtree(folder)
    shutil.copytree(stopped(tmp_path, 120), tmp_path / ".run.again")
    shutil.rmtree(folder)
    stopped(tmp_path, 80)
    restart._recover(folder)
    assert recording(tmp_path).steps_done == 120 and leftovers(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_killed_run_can_be_resumed(number: int, tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(LONG)
    code = "import snndsl, sys; snndsl.run(sys.argv[1], out=sys.argv[2])"
    command = [sys.executable, "-c", code, str(tmp_path / "model.yaml"), str(tmp_path / "run")]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not restart._steps_done(tmp_path / "run"):
            time.sleep(0.02)
        os.kill(process.pid, number)
        process.wait()
    left = recording(tmp_path).steps_done
    assert 0 < left < 30_000
    assert begun(tmp_path, LONG, resume=True).status == "complete"
    assert recording(tmp_path).steps_done == 30_000 and leftovers(tmp_path) == []


def test_a_process_that_has_ended_writes_nothing(tmp_path: Path) -> None:
    """A child that was killed has a number until somebody asks for its status."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        (tmp_path / "lock").write_text(json.dumps({"pid": process.pid, "host": "here"}))
        os.kill(process.pid, 0)
        assert owner(tmp_path) == 0
    (tmp_path / "lock").write_text(json.dumps({"pid": os.getpid(), "host": "here"}))
    assert owner(tmp_path) == os.getpid()
