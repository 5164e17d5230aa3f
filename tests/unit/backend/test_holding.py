"""A run folder is free when the last of those that write it has ended, not when the first has."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from snndsl.backend import holding
from snndsl.errors import ModelError

KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from snndsl.backend.holding import held
with held(Path(sys.argv[1])) as hold:
    subprocess.Popen(["sleep", sys.argv[2]], pass_fds=(hold,))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def leave_a_child(folder: Path, seconds: float) -> None:
    """Hold a folder in a process that is killed while its child goes on."""
    subprocess.run([sys.executable, "-c", KILLED, str(folder), str(seconds)], check=False)


def test_a_folder_is_free_when_the_child_of_a_killed_process_has_ended(tmp_path: Path) -> None:
    leave_a_child(tmp_path, 0.7)
    before = time.monotonic()
    holding.check_free(tmp_path)
    assert time.monotonic() - before > 0.2


def test_a_child_that_does_not_end_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_a_child(tmp_path, 3)
    monkeypatch.setattr(holding, "PATIENCE", 0.1)
    with pytest.raises(ModelError, match="another process is writing"):
        holding.check_free(tmp_path)
    with pytest.raises(ModelError, match="another process is writing"), holding.held(tmp_path):
        pass


def test_a_folder_that_nobody_holds_or_that_is_not_there_is_free(tmp_path: Path) -> None:
    with holding.held(tmp_path):
        pass
    holding.check_free(tmp_path)
    holding.check_free(tmp_path / "missing")
