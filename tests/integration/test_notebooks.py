"""The notebooks of the documentation run from beginning to end, and the site builds without a warning."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\} python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SIMULATORS = ("brian2", "nest")


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs(file: Path, tmp_path: Path) -> None:
    cells = CELL.findall(file.read_text(encoding="utf-8"))
    assert len(cells) >= 3
    for simulator in SIMULATORS:
        if simulator in "".join(cells):
            pytest.importorskip(simulator)
    program = "import matplotlib\nmatplotlib.use('agg')\n" + "\n".join(cells)
    activated = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, env=activated)
    assert done.returncode == 0, done.stderr


def test_every_notebook_is_in_the_contents() -> None:
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^notebooks/(.+)$", contents, re.MULTILINE)) == [file.stem for file in NOTEBOOKS]


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("myst_nb")
    pytest.importorskip("furo")
    options = ["-W", "--keep-going", "-q", "-b", "html", "-D", "nb_execution_mode=off", "-d", tmp_path / "doctrees"]
    command = [sys.executable, "-m", "sphinx", *options, "-c", "docs", ".", tmp_path / "site"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "docs" / "api" / "made" / "snndsl.Recording.html").is_file()
    assert "url=docs/index.html" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
