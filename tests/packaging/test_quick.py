"""What ``make quick`` leaves out follows from rules: the folder, the mark, the backend that compiles."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = ("tests/conformance/test_conformance.py", "tests/unit/test_attendance.py", "tests/packaging")


def collected(*options: str) -> set[str]:
    """Return the tests that pytest would run."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-o", "addopts=--import-mode=importlib"]
    done = subprocess.run([*command, *options, *CHOSEN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {line for line in done.stdout.splitlines() if "::" in line}


@pytest.mark.slow
def test_quick_leaves_out_what_is_slow_or_compiles() -> None:
    everything, slow, quick = collected(), collected("-m", "slow"), collected("--quick")
    assert slow and any("brian2]" in name for name in everything)
    left_out = {name for name in everything if "brian2]" in name or name.startswith("tests/packaging/")}
    assert quick == everything - slow - left_out and len(quick) > 50
