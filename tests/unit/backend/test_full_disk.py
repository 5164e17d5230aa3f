"""A full disk ends every backend in the same way: said in words, written down, exit status 4, everything before it kept."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import snndsl
from snndsl.api import usable_backends
from snndsl.errors import SimulationFailed
from snndsl.results import read_run
from snndsl.results.run_folder import RunFolder
from tests.unit.results.test_run_folder import SETTINGS

MODEL = """
snndsl: 1
name: filling
time: {step: 0.1 ms, duration: 4 s}
neurons: {n: {state: {x: 0}, update: x += 1, threshold: x % 2 == 0}}
populations: {a: {neuron: n, size: 200}}
record: {spikes: [a], states: {a: {of: [x]}}}
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount 12 MB of memory."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("backend", usable_backends())
def test_a_full_disk(small_disk: Path, tmp_path: Path, backend: str) -> None:
    (tmp_path / "model.yaml").write_text(MODEL)
    with pytest.raises(SimulationFailed, match="No space left on device") as caught:
        snndsl.run(tmp_path / "model.yaml", backend, out=small_disk / "run")
    assert caught.value.exit_status == 4
    assert "error[simulation-simulator]: filling on" in str(caught.value)
    recording = read_run(small_disk / "run")
    assert (recording.status, recording.verify()) == ("failed", [])
    assert "No space left on device" in recording.manifest["reason"]["what"]
    assert not (small_disk / "run" / "lock").exists()
    assert len(recording.spikes["a"]) == 200 * (recording.steps_done // 2)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has /dev/full")
def test_a_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder(tmp_path, SETTINGS)
    run.spikes("a", 1, 10, np.array([3]), np.array([299]))
    run.commit(10)
    (tmp_path / "spikes" / "a" / ".000001.count.npy.part").symlink_to("/dev/full")
    with run.concluding():
        run.spikes("a", 11, 20, np.array([12]), np.array([7]))
        run.commit(20)
    place = tmp_path / "spikes" / "a" / "000001.count.npy"
    assert capsys.readouterr().err == f"step 10: {place}: No space left on device\n"
    read = read_run(tmp_path)
    assert (read.status, read.steps_done, read.verify(), run.exit_status()) == ("failed", 10, [], 4)
    assert read.manifest["reason"] == {"kind": "simulator", "what": f"{place}: No space left on device", "step": 10}
    assert sorted(file.name for file in (tmp_path / "spikes" / "a").iterdir()) == ["000000.count.npy", "000000.neuron.npy"]
    assert not (tmp_path / "lock").exists()


def test_no_room_for_the_manifest(tmp_path: Path) -> None:
    """Nothing more can be written: the reason is told to whoever listens, and the lock is gone."""
    code = f"""
import sys
from pathlib import Path
from snndsl.results.run_folder import RunFolder
settings = {SETTINGS!r}
run = RunFolder(Path({str(tmp_path)!r}), settings)
(run.path / ".blocks.npy.part").symlink_to("/dev/full")
def refuse(): raise OSError(28, "No space left on device")
run._write_manifest = refuse
with run.concluding():
    run.commit(1)
sys.exit(run.exit_status())
"""
    reader, writer = os.pipe()
    environment = {**os.environ, "SNNDSL_EVENTS": str(writer)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, pass_fds=(writer,), capture_output=True, text=True, check=False
    )
    os.close(writer)
    with os.fdopen(reader) as pipe:
        events = [json.loads(line) for line in pipe]
    assert (done.returncode, done.stderr) == (4, "step 1: No space left on device\n")
    assert events == [{"event": "failed", "kind": "simulator", "what": "No space left on device", "step": 1}]
    assert not (tmp_path / "lock").exists()
