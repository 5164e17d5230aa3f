"""One child process, whatever it does: the folder stays readable and the reason is told."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from snndsl.backend.control import Request, claim_folder, simulate
from snndsl.backend.protocol import BuildCache
from snndsl.backend.source_tree import SourceTree
from snndsl.errors import ModelError, SimulationFailed
from snndsl.ir import Target
from snndsl.results import read_run

BEGIN = """
import sys, os, json, argparse, signal, time
from pathlib import Path
import numpy as np
sys.path.insert(0, str(Path(__file__).parent))
from run_folder import RunFolder
parser = argparse.ArgumentParser()
parser.add_argument("--out", type=Path); parser.add_argument("--threads"); parser.add_argument("--build")
options = parser.parse_args()
folder = RunFolder(options.out, {"name": "m", "step_ms": "1", "steps": 10, "backend": "fake", "populations": {"a": 2},
                                 "spike_records": [{"population": "a"}]})
folder.spikes("a", 1, 5, np.array([1, 3]), np.array([0, 1]))
folder.commit(5)
"""


@dataclass(frozen=True)
class Fake:
    """A backend whose trees hold the run.py they are given."""

    name: str = "fake"
    target: Target = field(default_factory=lambda: Target("fake", frozenset(), frozenset()))

    def versions(self) -> dict[str, str]:
        return {}

    def missing(self) -> tuple[()]:
        return ()

    def generate(self, program: Any) -> SourceTree:
        raise NotImplementedError

    def build(self, tree: Path, cache: BuildCache, log: Path) -> None:
        return None


def request(folder: Path, script: str) -> Request:
    run_folder = Path(sys.modules["snndsl.results.run_folder"].__file__ or "").read_text()
    claim_folder(folder)
    return Request(
        SourceTree({"run.py": BEGIN + textwrap.dedent(script), "run_folder.py": run_folder}), folder, {"model": "abc"}
    )


def start(folder: Path, script: str, events: list[Any] | None = None) -> Any:
    return simulate(Fake(), request(folder, script), None, events.append if events is not None else None)  # type: ignore[arg-type]


def test_a_run_that_completes(tmp_path: Path) -> None:
    events: list[Any] = []
    outcome = start(
        tmp_path / "run", 'folder.emit({"event": "progress", "step": 5}); folder.commit(10); folder.finish()', events
    )
    assert (outcome.status, outcome.steps_done, outcome.signal) == ("complete", 10, 0)
    assert {"event": "progress", "step": 5} in events
    run = read_run(tmp_path / "run")
    assert run.manifest["model"] == "abc"
    assert run.spikes["a"].step.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "was killed by SIGSEGV after step 5"),
        ("sys.exit(3)", "ended with exit status 3 after step 5"),
        ("raise ValueError('broken')", "ended with exit status 1 after step 5"),
    ],
)
def test_a_child_that_dies_leaves_what_it_committed(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(SimulationFailed, match=said):
        start(tmp_path / "run", script)
    run = read_run(tmp_path / "run")
    assert (run.status, run.steps_done) == ("failed", 5)
    assert run.spikes["a"].neuron.tolist() == [0, 1]
    assert not (tmp_path / "run" / "lock").exists()


def test_a_failure_names_its_reason(tmp_path: Path) -> None:
    script = (
        'folder.fail("non-finite", "v of a[1] is nan at step 7", population="a", neuron=1, variable="v", step=7); sys.exit(4)'
    )
    with pytest.raises(SimulationFailed) as error:
        start(tmp_path / "run", script)
    fault = error.value.faults[0]
    assert (fault.code, error.value.exit_status) == ("simulation-non-finite", 4)
    assert "v of a[1] is nan at step 7" in fault.what


def test_output_goes_to_the_log_and_little_is_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    monkeypatch.setenv("LD_PRELOAD", "")
    start(tmp_path / "run", "print(sorted(os.environ)); folder.finish()")
    log = (tmp_path / "run" / "log" / "run.log").read_text()
    assert "PATH" in log and "SECRET" not in log and "PRELOAD" not in log


def test_garbage_on_the_pipe_is_survived(tmp_path: Path) -> None:
    events: list[Any] = []
    start(tmp_path / "run", 'os.write(folder._events, b"{nonsense\\n[1]\\n"); folder.finish()', events)
    assert [event["event"] for event in events].count("unreadable") == 2


@pytest.mark.slow
@pytest.mark.parametrize("listens", [True, False], ids=["listens", "deaf"])
def test_an_interrupt_ends_the_run_within_two_seconds(tmp_path: Path, listens: bool) -> None:
    waiting = "while not folder.stop_requested: time.sleep(0.01)\nfolder.commit(6); folder.finish('interrupted'); sys.exit(130)"
    deaf = "time.sleep(60)"
    script = f"folder.watch_signals()\n{waiting}" if listens else f"signal.signal(signal.SIGINT, signal.SIG_IGN)\n{deaf}"
    code = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from test_control import start
outcome = start(Path({str(tmp_path / "run")!r}), {script!r})
print(outcome.status, outcome.steps_done, outcome.signal)
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    manifest = tmp_path / "run" / "manifest.json"
    while not manifest.exists() or json.loads(manifest.read_text()).get("steps_done", 0) < 5:
        time.sleep(0.02)
    time.sleep(0.1)
    begun = time.monotonic()
    os.kill(process.pid, signal.SIGINT)
    said = process.communicate(timeout=20)[0]
    assert time.monotonic() - begun < 4  # promised are 2; a busy machine adds some
    assert said.split() == ["interrupted", "6" if listens else "5", "2"]
    assert read_run(tmp_path / "run").status == "interrupted"


def test_folders_are_not_overwritten(tmp_path: Path) -> None:
    start(tmp_path / "run", "folder.finish()")
    with pytest.raises(ModelError, match="run-exists"):
        claim_folder(tmp_path / "run")
    claim_folder(tmp_path / "run", force=True)
    assert list((tmp_path / "run").iterdir()) == []


def test_force_never_removes_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ModelError, match="not-a-run"):
        claim_folder(tmp_path, force=True)
    assert (tmp_path / "thesis.txt").exists()


def test_a_run_in_progress_is_not_disturbed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    (folder / "lock").write_text(json.dumps({"pid": os.getpid(), "host": "here"}))
    with pytest.raises(ModelError, match="run-in-use"):
        claim_folder(folder, force=True)
