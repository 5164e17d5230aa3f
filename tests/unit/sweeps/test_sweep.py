"""Sweeps: every point once, in one table; what is finished is never computed again, and what fails says why."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.sweeps.deadly import Deadly

import snndsl
from snndsl.errors import Fault, ModelError
from snndsl.sweeps import driver, store, work

MODEL = """\
snndsl: 1
name: fi
time: {step: 0.1 ms, duration: 100 ms}
constants: {I: 300 pA, tau: 20 ms}
neurons:
  lif:
    parameters: {C: 250 pF, tau_m: 20 ms}
    state: {V: -70 mV}
    equations: dV/dt = (-70 mV - V)/tau_m + I/C
    integrator: exact
    threshold: V >= -55 mV
    refractory: {for: 2 ms, hold: [V]}
    reset: V = -70 mV
populations:
  p: {neuron: {use: lif, tau_m: tau}, size: 3}
record: {spikes: [p], states: {p: {of: [V], every: 1 ms}}}
expect:
  first: {of: p, value: first_spike, at_most: 12 ms}
sweep:
  - {name: current, grid: {constants.I: {range: [300 pA, 900 pA, 200 pA]}, constants.tau: [10 ms, 20 ms]}}
  - {name: high, set: {constants.I: 1.5 nA}, expect: {last: {of: p, value: V, at: 100 ms, at_most: -55 mV}}}
"""


def first_spike(current: float, tau: float) -> float | None:
    """Return the stamp in ms of the first spike of an LIF neuron that starts at rest, in closed form (pA, ms)."""
    steady = current * tau / 250.0
    if steady <= 15.0:
        return None
    return float(np.ceil(-tau * np.log(1 - 15.0 / steady) / 0.1 - 1e-9) * 0.1)


def no_room(*_: Any) -> Any:
    raise ModelError(Fault("file-unwritable", "No space left on device"))


def without_room(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a model file with a sweep."""
    file = tmp_path / "model.yaml"
    file.write_text(MODEL)
    return file


@pytest.mark.slow
def test_a_sweep_finds_the_closed_form_at_every_point(model: Path, tmp_path: Path) -> None:
    found = snndsl.sweep(model, out=tmp_path / "s")
    assert [row["status"] for row in found.rows] == ["complete"] * 9
    currents, unit = found.axis("constants.I")
    assert (currents, unit) == ([300, 300, 500, 500, 700, 700, 900, 900, 1500], "pA")
    taus = [20.0 if tau is None else tau for tau in found.axis("constants.tau")[0]]
    wanted = [first_spike(current, tau) for current, tau in zip(currents, taus, strict=True)]
    assert found.values("first") == (pytest.approx(wanted), "ms")
    assert found.rows[0]["values"]["first"]["passed"] is False  # it never fires
    assert [row["setting"] for row in found.rows if "last" in row["values"]] == ["high"]


def test_a_finished_point_is_never_computed_again(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []
    original = work.run_model
    monkeypatch.setattr(work, "run_model", lambda m, *args, **more: ran.append(m) or original(m, *args, **more))
    snndsl.sweep(model, {"constants.I": ["300 pA", "500 pA"]}, out=tmp_path / "s")
    again = snndsl.sweep(model, {"constants.I": ["300 pA", "500 pA", "700 pA"]}, out=tmp_path / "s")
    assert len(ran) == 3 and len(again) == 3


def test_a_point_that_is_not_as_it_was_written_is_computed_again(model: Path, tmp_path: Path) -> None:
    grid = {"constants.I": ["300 pA", "500 pA"]}
    before = snndsl.sweep(model, grid, out=tmp_path / "s")
    file = tmp_path / "s" / "points" / f"{before.rows[1]['key']}.json"
    file.write_text(file.read_text().replace('"complete"', '"completf"'))
    assert snndsl.read_sweep(tmp_path / "s").rows[1]["status"] == "missing"
    after = snndsl.sweep(model, grid, out=tmp_path / "s")
    assert after.values("first") == before.values("first")


def test_the_folder_of_another_model_is_left_alone(model: Path, tmp_path: Path) -> None:
    grid = {"constants.I": ["700 pA"]}
    snndsl.sweep(model, grid, out=tmp_path / "s")
    model.write_text(MODEL.replace("250 pF", "200 pF"))
    with pytest.raises(ModelError, match="sweep-differs.*another model"):
        snndsl.sweep(model, grid, out=tmp_path / "s")
    forced = snndsl.sweep(model, grid, out=tmp_path / "s", force=True)
    assert forced.values("first")[0] == [pytest.approx(first_spike(700 * 250 / 200, 20))]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match="not-a-sweep"):
        snndsl.sweep(model, grid, out=tmp_path / "other")


def test_a_title_is_no_other_model(model: Path, tmp_path: Path) -> None:
    grid = {"constants.I": ["700 pA"]}
    snndsl.sweep(model, grid, out=tmp_path / "s")
    model.write_text(MODEL + "title: now with a title\n")
    assert len(snndsl.sweep(model, grid, out=tmp_path / "s")) == 1


def test_a_point_that_fails_says_why_and_the_others_go_on(model: Path, tmp_path: Path) -> None:
    growing = MODEL.replace("C: 250 pF", "C: 250 pF, growth: 0 mV/ms").replace("+ I/C", "+ I/C + growth*(V/(1 mV))**2")
    model.write_text(growing.replace("integrator: exact", "integrator: euler"))
    found = snndsl.sweep(model, {"neurons.lif.parameters.growth": ["0 mV/ms", "-1e305 mV/ms"]}, out=tmp_path / "s")
    assert [row["status"] for row in found.rows] == ["complete", "failed"]
    assert "V of p[0] is -inf at step 1" in found.failed[0]["why"]
    assert (tmp_path / "s" / "runs" / found.rows[1]["key"] / "log" / "run.log").exists()  # as the message says
    assert not (tmp_path / "s" / "runs" / found.rows[0]["key"]).exists()
    assert found.table["first (ms)"][1] is None


def test_failed_points_are_tried_again_when_asked(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = {"constants.I": ["500 pA", "700 pA"]}
    with monkeypatch.context() as full:
        full.setattr(work, "check_expectations", no_room)
        assert len(snndsl.sweep(model, grid, out=tmp_path / "s").failed) == 2
    assert len(snndsl.sweep(model, grid, out=tmp_path / "s").failed) == 2
    assert not snndsl.sweep(model, grid, out=tmp_path / "s", retry=True).failed


def test_a_full_disk_is_said_with_the_file_and_the_sweep_goes_on(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = {"constants.I": ["500 pA", "700 pA"]}
    with monkeypatch.context() as full:
        full.setattr(store.os, "fsync", without_room)
        with pytest.raises(ModelError, match=r"file-unwritable.*manifest\.json: No space left on device"):
            snndsl.sweep(model, grid, out=tmp_path / "s")
    assert [row["status"] for row in snndsl.sweep(model, grid, out=tmp_path / "s").rows] == ["complete"] * 2


@pytest.mark.slow
def test_a_point_that_kills_its_worker_is_named_after_two_tries(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "Worker", Deadly)
    grid = {"constants.I": ["300 pA", "500 pA", "700 pA", "900 pA"]}
    found = snndsl.sweep(model, grid, out=tmp_path / "s", workers=2)
    assert [row["status"] for row in found.rows] == ["complete", "complete", "failed", "complete"]
    assert "constants.I=700 pA" in found.failed[0]["why"] and "twice" in found.failed[0]["why"]


@pytest.mark.slow
def test_numbers_of_processes_change_nothing(model: Path, tmp_path: Path) -> None:
    one, two = (snndsl.sweep(model, out=tmp_path / str(n), workers=n) for n in (1, 2))
    drop = {"seconds", "sha256"}
    assert [{k: v for k, v in row.items() if k not in drop} for row in one.rows] == [
        {k: v for k, v in row.items() if k not in drop} for row in two.rows
    ]


def test_a_cluster_does_it_as_well(model: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        found = snndsl.sweep(
            model, {"constants.I": ["500 pA", "700 pA"]}, out=tmp_path / "s", scheduler=cluster.scheduler_address
        )
    assert found.values("first")[0] == [pytest.approx(first_spike(500, 20)), pytest.approx(first_spike(700, 20))]


@pytest.mark.parametrize(
    ("grid", "code"),
    [
        ({"constants.X": [1]}, "path-unknown"),
        ({"constants.I": ["500 pA", "1 mV"]}, "dimension"),
        ({"constants.I": []}, "sweep-values"),
        ({"constants.I": 3}, "sweep-values"),
        ({"constants.I": {"rang": [1, 2, 1]}}, "sweep-values"),
        ({"constants.I": {"range": ["1 pA", "2 pA"]}}, "sweep-values"),
        ({"constants.I": {"range": [0.5, 2]}}, "sweep-values"),
        ({"constants.I": {"range": ["1 pA", "2 pA", "-1 pA"]}}, "sweep-values"),
        ({"constants.I": {"range": ["1 pA", "2 pA", "0 pA"]}}, "sweep-values"),
        ({"constants.I": {"range": ["1 pA", "2 mV", "1 pA"]}}, "dimension"),
        ({"constants.I": {"linspace": ["1 pA", "2 pA", "1"]}}, "sweep-values"),
        ({"constants.I": {"linspace": ["1 pA", "2 pA", "1e9"]}}, "sweep-values"),
        ({"constants.I": {"range": [1, 1001, 1]}, "constants.tau": {"range": [1, 1000, 1]}}, "sweep-too-large"),
        ({"constants.I": {"range": ["1 pA", "1e300 pA", "1 pA"]}}, "sweep-too-large"),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_refused_before_anything_runs(
    model: Path, tmp_path: Path, grid: dict[str, Any], code: str
) -> None:
    with pytest.raises(ModelError) as caught:
        snndsl.sweep(model, grid, out=tmp_path / "s")
    assert [fault.code for fault in caught.value.faults] == [code]
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"range": ["0.1 ms", "0.5 ms", "0.1 ms"]}, ["0.1 ms", "0.2 ms", "0.3 ms", "0.4 ms", "0.5 ms"]),
        ({"range": ["1 nA", "1.5 nA", "200 pA"]}, ["1 nA", "1.2 nA", "1.4 nA"]),
        ({"range": [3, 1, -1]}, [3, 2, 1]),
        ({"range": [0, 3]}, [0, 1, 2, 3]),
        ({"range": ["2", "1"]}, [2, 1]),
        ({"range": [4, 4]}, [4]),
        ({"linspace": ["0 mV", "1 mV", 4]}, ["0 mV", "0.3333333333333333 mV", "0.6666666666666666 mV", "1 mV"]),
        ({"linspace": [0, 1, 3]}, [0, 0.5, 1]),
        ([1, "2 mV"], [1, "2 mV"]),
    ],
)
def test_values_of_an_axis_are_exact(values: Any, wanted: list[Any]) -> None:
    from snndsl.locations import SourceMap
    from snndsl.model.text import Place
    from snndsl.semantics.sweep import axis_values

    assert list(axis_values(values, Place(SourceMap("grid"), ()))) == wanted


def test_a_model_in_python_and_its_arrays(model: Path, tmp_path: Path) -> None:
    loaded = snndsl.load(model, {"constants.I": "700 pA"})
    found = snndsl.sweep(loaded, {"populations.p.size": np.arange(1, 4)}, out=tmp_path / "s")
    assert found.axis("populations.p.size") == ([1, 2, 3], "")
    assert found.values("first")[0] == [pytest.approx(first_spike(700, 20))] * 3


def test_a_model_without_a_sweep_is_told_so(model: Path, tmp_path: Path) -> None:
    model.write_text(MODEL.split("sweep:")[0])
    with pytest.raises(ModelError, match="sweep-missing"):
        snndsl.sweep(model, out=tmp_path / "s")


def test_the_table_is_written_and_read(model: Path, tmp_path: Path) -> None:
    found = snndsl.sweep(model, {"constants.I": ["500 pA", "700 pA"]}, out=tmp_path / "s")
    text = found.write(tmp_path / "t.csv").read_text().splitlines()
    assert text[0] == "setting,constants.I (pA),status,first (ms),first.passed,rate.p (Hz)"
    assert len(text) == 3
    frame = found.to_dataframe()
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(found.write(tmp_path / "t.parquet")).to_pydict()
    assert table == found.table == frame.to_dict("list")
    with pytest.raises(ModelError, match="table-format"):
        found.write(tmp_path / "t.xls")
    json.dumps(found.rows)


def test_a_data_file_that_a_point_names_is_part_of_the_point(model: Path, tmp_path: Path) -> None:
    data = "data: {drive: {file: a.npy, unit: pA}}\nconstants: {I"
    model.write_text(MODEL.replace("constants: {I", data).replace("I/C", "drive(0)/C"))
    for name, current in (("a", 500.0), ("b", 700.0)):
        np.save(tmp_path / f"{name}.npy", np.array([current]))
    grid = {"data.drive.file": ["a.npy", "b.npy"]}
    found = snndsl.sweep(model, grid, out=tmp_path / "s")
    assert found.values("first")[0] == pytest.approx([first_spike(500, 20), first_spike(700, 20)])
    np.save(tmp_path / "b.npy", np.array([900.0]))
    found = snndsl.sweep(model, grid, out=tmp_path / "s")
    assert found.values("first")[0] == pytest.approx([first_spike(500, 20), first_spike(900, 20)])


def test_one_length_of_the_runs(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="time.duration varies"):
        snndsl.sweep(model, {"time.duration": ["50 ms", "100 ms"]}, duration="1 s", out=tmp_path / "s")


def test_run_folders_stay_if_asked_for(model: Path, tmp_path: Path) -> None:
    found = snndsl.sweep(model, {"constants.I": ["700 pA"]}, out=tmp_path / "s", keep=True)
    run = snndsl.read_run(tmp_path / "s" / "runs" / found.rows[0]["key"])
    assert run.spikes["p"].time_ms[0] == pytest.approx(first_spike(700, 20))
    snndsl.sweep(model, {"constants.I": ["900 pA"]}, out=tmp_path / "s")
    assert len(list((tmp_path / "s" / "runs").iterdir())) == 1
