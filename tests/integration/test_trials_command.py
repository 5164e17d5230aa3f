"""Trials as a user types them."""

import json
from pathlib import Path

import pytest
from unit.backend.test_repeats import MODEL

from snndsl.cli import execute


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    expect = "expect: {steady: {of: own, value: rate, each: trial, between: [1 Hz, 400 Hz]}}\n"
    (tmp_path / "model.yaml").write_text(MODEL + expect)
    return "model.yaml"


def test_run_compare_plot_test(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["validate", model]) == 0 and capsys.readouterr().out == "model.yaml: valid\n"
    assert execute(["show", model]) == 0 and "200 steps   3 trials" in capsys.readouterr().out
    assert execute(["run", model, "-o", "a", "--json"]) == 0
    out, err = capsys.readouterr()
    facts = json.loads(out)
    assert (facts["trials"], facts["steps_done"], facts["status"]) == ([0, 1, 2], 600, "complete")
    assert "3 trials of 0.2 s" in err
    assert execute(["run", model, "-o", "b", "-q", "--workers", "2"]) == 0
    assert execute(["compare", "a", "b"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("identical: 3 trials, ")
    assert execute(["run", model, "-o", "c", "-q", "--seed", "9"]) == 0
    assert execute(["compare", "a", "c", "-o", "ac"]) == 1
    assert "different: first in trial 0, at step" in capsys.readouterr().out and Path("ac/divergence.png").exists()
    for name in ("a.png", "a.svg", "a.pdf"):
        assert execute(["plot", "a", "--population", "own", "--neuron", "2", "-o", name]) == 0 and Path(name).stat().st_size
    assert execute(["test", model, "-b", "reference", "-q"]) == 0
    assert "3 trials" in capsys.readouterr().out


def test_more_trials_later(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["run", model, "-o", "a", "-q", "--set", "trials=2"]) == 0
    assert execute(["run", model, "--resume", "a", "-q", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["trials"] == [0, 1, 2]
    assert execute(["run", model, "--resume", "a", "-q", "--seed", "4"]) == 2
    assert "a is a run of another model" in capsys.readouterr().err
    assert execute(["run", model, "--resume", "a", "--force"]) == 2
    assert execute(["run", model, "--resume", "nowhere"]) == 2


def test_one_trial_for_those_who_want_one(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["generate", model, "-b", "reference", "-o", "tree", "--trial", "2"]) == 0
    assert json.loads(Path("tree/settings.json").read_text())["trial"] == 2
    assert execute(["generate", model, "-b", "reference", "-o", "other", "--trial", "3"]) == 2
    assert "there is no trial 3" in capsys.readouterr().err
    assert execute(["run", model, "-o", "a", "-q"]) == 0
    assert execute(["plot", "a", "--states"]) == 2
    assert "a/trials/0" in capsys.readouterr().err
    assert execute(["plot", "a/trials/0", "--states", "-o", "one.png"]) == 0


def test_a_sweep_over_trials(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert execute(["sweep", model, "--grid", "trials=[1, 3]", "-o", "s", "--keep", "-q"]) == 0
    shown = capsys.readouterr().out
    assert "rate.own" in shown
    assert len([*Path("s/runs").glob("*/trials/*")]) == 3
