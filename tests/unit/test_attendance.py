"""Whoever is started here ends when this process has gone, however it went."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from snndsl.api import usable_backends
from snndsl.attendance import attended, run_attended

CHAIN = "import subprocess, sys, time; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)', sys.argv[1]])"

MODEL = """
snndsl: 1
name: endless
time: {step: 0.1 ms, duration: 3600 s}
neurons: {n: {state: {x: 0}, update: x += 1, threshold: x % 7 == 0}}
populations: {a: {neuron: n, size: 2000}}
record: {spikes: [a]}
"""


def alive(mark: str) -> list[int]:
    """Return the processes whose command line or folder holds a text, but for this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            about = (entry / "cmdline").read_bytes() + os.readlink(entry / "cwd").encode()
            state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        if mark.encode() in about and state != "Z":
            found.append(int(entry.name))
    return found


def wait(met: object, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if met():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_status_and_output_are_those_of_the_command() -> None:
    done = run_attended([sys.executable, "-c", "print('hello'); raise SystemExit(3)"], stdout=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (3, "hello\n")
    assert run_attended(["no-such-program"], stderr=subprocess.DEVNULL).returncode == 127
    with pytest.raises(subprocess.CalledProcessError):
        run_attended(["false"], check=True)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_death_by_a_signal_is_passed_on(number: signal.Signals) -> None:
    code = f"import os; os.kill(os.getpid(), {int(number)})"
    assert run_attended([sys.executable, "-c", code]).returncode == -number


def test_signals_reach_the_command() -> None:
    code = "import signal, time; signal.signal(signal.SIGINT, lambda *_: exit(5)); print('x', flush=True); time.sleep(30)"
    command = attended([sys.executable, "-c", code])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "x\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 5


@pytest.mark.slow
@pytest.mark.parametrize("delay", [0.0, 0.005, 0.02, 0.05, 0.5])
def test_children_of_children_end_too(tmp_path: Path, delay: float) -> None:
    mark = str(tmp_path)
    command = [sys.executable, "-c", CHAIN, mark]
    code = f"from snndsl.attendance import run_attended\nprint('x', flush=True)\nrun_attended({command!r})"
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=tmp_path)
    assert parent.stdout is not None and parent.stdout.readline() == b"x\n"
    time.sleep(delay)
    parent.kill()
    parent.wait()
    time.sleep(0.3)
    assert wait(lambda: not alive(mark), 5), alive(mark)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["prepared", "running", "later"])
@pytest.mark.parametrize("backend", usable_backends())
def test_simulations_end_with_whoever_runs_them(tmp_path: Path, backend: str, moment: str) -> None:
    (tmp_path / "model.yaml").write_text(MODEL)
    code = f"import snndsl; snndsl.run('model.yaml', {backend!r}, out='run')"
    environment = {**os.environ, "SNNDSL_CACHE": str(tmp_path / "cache")}
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    manifest, mark = tmp_path / "run" / "manifest.json", str(tmp_path)
    if moment == "prepared":  # while it is built, where there is something to build
        assert wait(manifest.exists)
        time.sleep(0.05)
    else:
        assert wait(lambda: manifest.exists() and '"running"' in manifest.read_text(), 200)
        time.sleep(0.0 if moment == "running" else 1.0)
    assert parent.poll() is None
    parent.kill()
    parent.wait()
    assert wait(lambda: not alive(mark), 5), alive(mark)
