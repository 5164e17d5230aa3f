"""The command ``sweep``, as a user meets it: tables, pictures, Ctrl-C, going on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MODEL = """\
snndsl: 1
name: fi
time: {step: 0.1 ms, duration: 100 ms}
constants: {I: 300 pA}
neurons:
  lif:
    state: {V: -70 mV}
    parameters: {tau: 20 ms}
    require: [tau > 0 ms]
    equations: dV/dt = (-70 mV - V)/tau + I/(250 pF)
    integrator: exact
    threshold: V >= -55 mV
    reset: V = -70 mV
populations:
  p: {neuron: lif, size: 3}
record: {spikes: [p]}
expect:
  fires: {of: p, value: rate, at_least: 60 Hz}
"""


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start the command in a folder with a model."""
    (folder / "model.yaml").write_text(MODEL)
    command = [str(Path(sys.executable).with_name("snndsl")), "sweep", "model.yaml", *arguments]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_hear_ctrl_c
    )


def _hear_ctrl_c() -> None:
    """Undo what a shell does to commands in the background: they, and all they start, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_table_and_picture(tmp_path: Path) -> None:
    asked = ("--grid", "constants.I={range: [300 pA, 600 pA, 100 pA]}")
    process = started(tmp_path, *asked, "--table", "t.csv", "--plot", "p.png")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    lines = output.splitlines()
    assert lines[0].split("  ")[0].strip() == "constants.I (pA)"
    shown = [line.split() for line in lines[1:5]]
    assert [row[:2] for row in shown] == [[str(current), "complete"] for current in (300, 400, 500, 600)]
    rates = [float(row[2]) for row in shown]
    assert rates == sorted(rates) and rates[0] < 60 < rates[-1]
    assert [row[3] for row in shown] == ["yes" if rate >= 60 else "no" for rate in rates]
    assert lines[-3:] == ["t.csv", "p.png", "runs/sweep-fi"]
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    plot = [str(Path(sys.executable).with_name("snndsl")), "plot", "runs/sweep-fi", "-o", "again.png"]
    subprocess.run(plot, cwd=tmp_path, check=True)
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "p.png").read_bytes()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_it_at_once_and_it_goes_on(tmp_path: Path, workers: str) -> None:
    values = ", ".join(f"{current} pA" for current in range(300, 340))
    asked = ("--grid", f"constants.I=[{values}]", "--workers", workers, "-o", "s")
    process = started(tmp_path, *asked, "--duration", "2000 s")
    deadline = time.monotonic() + 60
    while process.poll() is None and not list(tmp_path.glob("s/runs/*/spikes")) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130 and "Traceback" not in errors, errors
    time.sleep(1.5)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in listed


def test_a_failed_point_is_said_with_status_1(tmp_path: Path) -> None:
    process = started(tmp_path, "--grid", "neurons.lif.parameters.tau=[20 ms, -1 ms]", "--json", "-o", "s")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert [row["status"] for row in json.loads(output)["points"]] == ["complete", "failed"]
    assert errors.count("failed: ") == 1 and "tau > 0 ms" in errors and "Traceback" not in errors
