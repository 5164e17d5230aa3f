"""Runs of several trials: one folder, one build, none lost, and what is resumed is what was begun."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import snndsl
from snndsl.errors import ModelError, SimulationFailed
from snndsl.results import TrialsRecording, read_run, single

MODEL = """snndsl: 1
name: noisy
trials: 3
time: {step: 1 ms, duration: 200 ms}
seed: 1
neurons:
  n:
    state: {v: 0}
    ports: {I: 1}
    update: v = 0.9*v + 0.3*normal() + I
    threshold: v > 1
    reset: v = 0
populations:
  own: {neuron: n, size: 5}
  same: {neuron: n, size: 5, frozen: true}
stimuli:
  random: {size: 8, poisson: {rate: 50 Hz}}
  fixed: {size: 8, poisson: {rate: 50 Hz}, frozen: true}
record: {spikes: [own, same, random, fixed], states: {own: [v]}}
"""
TWO = "update: |\n      x = exp(400*trial)\n      v"
FAILING = MODEL.replace("state: {v: 0}", "state: {v: 0, x: 0}").replace("update: v", TWO)


def run(folder: Path, text: str = MODEL, **more: Any) -> Any:
    file = folder / "model.yaml"
    file.write_text(text)
    return snndsl.run(file, out=folder / "run", **more)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TrialsRecording:
    return run(tmp_path_factory.mktemp("trials"))


def test_private_noise_differs_and_frozen_noise_does_not(made: TrialsRecording) -> None:
    """The experiment of Mainen and Sejnowski: the same noise, the same spikes."""
    for name, same in (("own", False), ("same", True), ("random", False), ("fixed", True)):
        spikes = made.spikes[name]
        first, others = spikes.of_trial(0), [spikes.of_trial(k) for k in (1, 2)]
        assert len(first) > 10
        for other in others:
            assert (np.array_equal(first.step, other.step) and np.array_equal(first.neuron, other.neuron)) is same


def test_a_trial_is_a_run_of_its_own(made: TrialsRecording) -> None:
    trial = single(read_run(made.path / "trials" / "2"))
    assert trial.trial == 2 and trial.status == "complete" and trial.verify() == [] and (trial.path / "model.yaml").is_file()


def test_one_trial_is_what_it_was_without_trials(made: TrialsRecording, tmp_path: Path) -> None:
    alone = run(tmp_path, MODEL.replace("trials: 3\n", ""))
    assert snndsl.compare(alone, made.trials[0]).identical and not (tmp_path / "run" / "trials").exists()


def test_what_trees_have_alike_is_on_disk_once(made: TrialsRecording) -> None:
    one, other = (made.path / "trials" / k / "source" for k in "02")
    for name in ("run.py", "code/program.json", "data/sources/fixed/stamp.npy"):
        assert (one / name).stat().st_ino == (other / name).stat().st_ino
    for name in ("settings.json", "data/sources/random/stamp.npy"):
        assert (one / name).stat().st_ino != (other / name).stat().st_ino


def test_the_events_are_those_of_one_long_run(tmp_path: Path) -> None:
    events: list[Mapping[str, Any]] = []
    run(tmp_path, progress=events.append, workers=2)
    phases = [event["name"] for event in events if event["event"] == "phase"]
    assert phases == ["build", "load", "simulate"]
    steps = [event["step"] for event in events if event["event"] == "progress"]
    assert steps == sorted(steps) and all(step <= 600 for step in steps)


def test_workers_change_nothing(made: TrialsRecording, tmp_path: Path) -> None:
    assert snndsl.compare(made, run(tmp_path, workers=3)).identical


def test_a_trial_that_fails_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationFailed, match="trial 2: noisy on reference stopped: x of own"):
        run(tmp_path, FAILING)
    found = read_run(tmp_path / "run")
    assert (found.status, [trial.trial for trial in found.trials]) == ("failed", [0, 1])
    assert "trial 2" in found.manifest["reason"]["what"]


def test_what_is_missing_is_run_and_what_is_there_is_kept(made: TrialsRecording, tmp_path: Path) -> None:
    found = run(tmp_path)
    kept = (found.path / "trials" / "0" / "manifest.json").stat().st_mtime_ns
    damaged = found.path / "trials" / "1" / "manifest.json"
    damaged.write_text(json.dumps(json.loads(damaged.read_text()) | {"status": "interrupted"}))
    assert [trial.trial for trial in read_run(found.path).trials] == [0, 2]
    assert snndsl.compare(made, run(tmp_path, resume=True)).identical
    assert (found.path / "trials" / "0" / "manifest.json").stat().st_mtime_ns == kept


def test_more_trials_of_a_run_go_on_from_those_there_are(made: TrialsRecording, tmp_path: Path) -> None:
    run(tmp_path, MODEL.replace("trials: 3", "trials: 2"))
    assert snndsl.compare(made, run(tmp_path, resume=True)).identical


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.3*normal()", "0.2*normal()", "another model"),
        ("rate: 50 Hz}, frozen: true}", "rate: 50 Hz}}", "another model"),
        ("duration: 200 ms", "duration: 100 ms", "another model, of another length"),
        ("trials: 3", "trials: 2", "of 3 trials"),
    ],
)
def test_another_run_is_not_gone_on_with(old: str, new: str, said: str, tmp_path: Path) -> None:
    run(tmp_path)
    with pytest.raises(ModelError, match=said):
        run(tmp_path, MODEL.replace(old, new), resume=True)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_was_stopped_goes_on(number: int, made: TrialsRecording, tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(MODEL)
    code = "import snndsl, sys; snndsl.run(sys.argv[1], out=sys.argv[2])"
    command = [sys.executable, "-c", code, str(tmp_path / "model.yaml"), str(tmp_path / "run")]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        for _ in range(1200):
            time.sleep(0.05)
            if (tmp_path / "run" / "trials" / "1" / "manifest.json").exists():
                break
        os.kill(process.pid, number)
    found = read_run(tmp_path / "run")
    assert found.trials and len(found.trials) < 3
    assert snndsl.compare(made, run(tmp_path, resume=True)).identical


def test_a_folder_that_is_written_is_left_alone(tmp_path: Path) -> None:
    found = run(tmp_path)
    (found.path / "lock").write_text(json.dumps({"pid": os.getpid(), "host": "here"}))
    with pytest.raises(ModelError, match="is writing"):
        run(tmp_path, resume=True)
