"""Scripts of the project run from the command line, small."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_working_memory_recalls_the_same_on_two_backends(tmp_path: Path) -> None:
    sizes = ["--neurons", "300", "--steps", "300", "--delays", "30", "--patterns", "2", "--backends", "reference", "nest"]
    command = [sys.executable, str(ROOT / "scripts" / "working_memory.py"), "--out", str(tmp_path), *sizes]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("identical") == 2 and "DIFFERENT" not in done.stdout
    assert "nest       mean F1" in done.stdout
