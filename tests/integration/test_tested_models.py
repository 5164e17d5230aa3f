"""What models expect, in continuous integration: JUnit XML, folders of models, and models as tests of pytest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from snndsl.cli import execute

MODEL = """snndsl: 1
name: {name}
time: {{step: 1 ms, duration: 100 ms}}
neurons:
  n: {{state: {{x: 0}}, update: x += 1, threshold: x >= 10, reset: x = 0}}
populations: {{p: {{neuron: n, size: 2}}}}
record: {{spikes: [p]}}
expect:
  ten: {{of: p, value: count, equals: 20}}
  rate: {{of: p, value: rate, near: {rate} Hz, within: 1 Hz, source: "<a & b>"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rate in (("wrong", 50), ("right", 100)):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "model.yaml").write_text(MODEL.format(name=name, rate=rate))
    return tmp_path


def test_a_folder_of_models_as_junit(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    assert execute(["test", "models", "-b", "reference", "-q", "--junit", "out/report.xml"]) == 1
    assert "1 of 4 expectations not met" in capsys.readouterr().err
    right, wrong = ElementTree.parse(folder / "out" / "report.xml").getroot()
    assert (right.get("name"), right.get("tests"), right.get("failures")) == ("right on reference", "2", "0")
    assert (wrong.get("name"), wrong.get("tests"), wrong.get("failures")) == ("wrong on reference", "2", "1")
    [failure] = wrong.iter("failure")
    assert failure.get("message") == (
        "rate: rate 100 Hz, expected 50 Hz +- 1 Hz (<a & b>)    models/wrong/model.yaml:10:9"
    )
    case = wrong[1]
    assert (case.get("file"), case.get("line"), case.get("name")) == ("models/wrong/model.yaml", "10", "rate")


def test_a_folder_without_models_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["test", str(tmp_path), "-b", "reference"]) == 2
    assert "holds no model" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").write_text("")
    arguments = ["test", str(folder / "models" / "right"), "-b", "reference", "-q", "--junit", str(folder / "file" / "r.xml")]
    assert execute(arguments) == 2
    assert "error[file-unwritable]" in capsys.readouterr().err


def run_pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *options, "models"]
    listed = subprocess.run([*command, "--help"], capture_output=True, text=True, cwd=folder).stdout
    plugin = [] if "--snndsl-backend" in listed else ["-p", "snndsl.pytest_plugin"]
    return subprocess.run([*command[:3], *plugin, *command[3:]], capture_output=True, text=True, cwd=folder)


def test_models_are_tests_of_pytest(folder: Path) -> None:
    done = run_pytest(folder, "--snndsl", "--snndsl-backend", "reference")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "rate: rate 100 Hz, expected 50 Hz +- 1 Hz" in done.stdout and "model.yaml:10:9" in done.stdout
    assert "Traceback" not in done.stdout


def test_without_the_option_pytest_finds_no_models(folder: Path) -> None:
    assert run_pytest(folder).returncode == 5


def test_a_model_with_a_fault_fails_with_its_lines(folder: Path) -> None:
    file = folder / "models" / "right" / "model.yaml"
    file.write_text(file.read_text().replace("size: 2", "sise: 2"))
    done = run_pytest(folder, "--snndsl", "--snndsl-backend", "reference")
    assert "error[unknown-key]: unknown key 'sise'" in done.stdout and "Traceback" not in done.stdout
