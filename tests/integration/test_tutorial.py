"""The tutorial, done as a reader does it: its file is written, its commands are run, and they print what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?:<!-- net\.yaml: (\w+) -->\n)?```(\w+)\n(.*?)```", re.DOTALL)
TAKEN = re.compile(r"^  (\w+) +(?:built in \S+ s  )?(\S+ s)  (\S+ spikes)  .*")
"""The end of a run: what is built is kept for the next time, and how long it took is the machine's."""


def write(file: Path, how: str, text: str) -> None:
    """Do with the file what the page says: begin it, append to it, or replace its line with the same key."""
    if how == "replace":
        key = text.split(":")[0]
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        assert sum(line.startswith(f"{key}:") for line in lines) == 1
        text = "".join(text if line.startswith(f"{key}:") else line for line in lines)
    elif how == "append":
        text = file.read_text(encoding="utf-8") + text
    file.write_text(text, encoding="utf-8")


def run(kind: str, text: str, folder: Path) -> str:
    """Run commands of the shell or of Python; return all they printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-e", "-c", text] if kind == "sh" else [sys.executable, "-c", text]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path, "COLUMNS": "200"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def plain(line: str) -> str:
    """Return a line without the times that a machine took."""
    return TAKEN.sub(r"  \1  \2  \3", line)


def test_the_page_is_true(tmp_path: Path) -> None:
    for simulator in ("brian2", "nest"):
        pytest.importorskip(simulator)
    printed, checked = "", 0
    for how, kind, text in BLOCK.findall(PAGE):
        if kind == "yaml":
            assert how
            write(tmp_path / "net.yaml", how, text)
        elif kind == "text":
            found = [plain(line) for line in printed.splitlines()]
            assert [line for line in text.splitlines() if plain(line) not in found] == [], printed
            checked += len(text.splitlines())
        else:
            printed = run(kind, text, tmp_path)
    assert checked > 25
    assert {"raster.png", "weights.png", "groups"} <= {file.name for file in tmp_path.iterdir()}
