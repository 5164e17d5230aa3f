"""Searches for the best settings: the methods find minima that are known, and ask for the same points every time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import snndsl
from snndsl.errors import ModelError
from snndsl.sweeps import work
from snndsl.sweeps.methods import METHODS, minimise

MODEL = """\
snndsl: 1
name: bowl
time: {step: 1 ms, duration: 2 ms}
constants: {a: 0, b: 1 mV, n: 1}
neurons:
  bowl:
    state: {x: 0}
    update: x = (a - 0.3)**2 + log(b/(10 mV))**2 + (n - 4)**2
populations:
  p: {neuron: bowl, size: 1}
record: {states: {p: [x]}}
expect:
  depth: {of: p, value: x, at: 2 ms, at_least: 0}
"""


class Asked:
    """A bowl in the unit cube that keeps what it was asked."""

    def __init__(self, *bottom: float) -> None:
        self.bottom, self.points = np.array(bottom), []  # type: ignore[var-annotated]

    def __call__(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        self.points += points.tolist()
        return np.asarray(((points - self.bottom) ** 2).sum(axis=1))


@pytest.mark.parametrize(("method", "off"), [("cma-es", 1e-4), ("differential-evolution", 1e-2), ("random", 5e-2)])
def test_a_method_finds_the_bottom_of_a_bowl(method: str, off: float) -> None:
    bowl = Asked(0.3, 0.8)
    minimise(method, bowl, 2, 600, None, seed=1)
    best = min(bowl.points, key=lambda point: math.dist(point, bowl.bottom))
    assert math.dist(best, bowl.bottom) < off
    assert len(bowl.points) <= 600
    assert all(0 <= x <= 1 for point in bowl.points for x in point)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_the_same_seed_asks_for_the_same_points(method: str) -> None:
    one, two, other = Asked(0.3, 0.8), Asked(0.3, 0.8), Asked(0.3, 0.8)
    for bowl, seed in ((one, 1), (two, 1), (other, 2)):
        minimise(method, bowl, 2, 40, 10, seed)
    assert one.points == two.points != other.points


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize(("evaluations", "batch"), [(5, None), (7, 100), (18, None), (40, 12)])
def test_there_are_no_more_evaluations_than_asked_for(method: str, evaluations: int, batch: int | None) -> None:
    bowl = Asked(0.3, 0.8)
    minimise(method, bowl, 2, evaluations, batch, seed=1)
    assert 0 < len(bowl.points) <= evaluations


@pytest.mark.parametrize("method", sorted(METHODS))
def test_points_without_a_value_are_survived(method: str) -> None:
    asked = []

    def half(points: NDArray[np.float64]) -> NDArray[np.float64]:
        asked.append(len(points))
        return np.where(points[:, 0] < 0.5, np.inf, points[:, 0])

    minimise(method, half, 1, 60, 10, seed=3)
    assert sum(asked) == 60


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a model file whose expected value is a bowl."""
    file = tmp_path / "model.yaml"
    file.write_text(MODEL)
    return file


OBJECTIVE: dict[str, Any] = {
    "minimise": "depth",
    "between": {
        "constants.a": [0, 1],
        "constants.b": {"log": ["1 mV", "0.1 V"]},
        "constants.n": {"whole": [1, 5]},
    },
    "method": "random",
    "evaluations": 12,
    "batch": 6,
}


def bowl(a: float, b: float, n: float) -> float:
    """Return the value of the model in closed form."""
    return (a - 0.3) ** 2 + math.log(b / 10) ** 2 + (n - 4) ** 2


@pytest.mark.slow
def test_a_search_measures_what_it_asks_for_and_goes_on(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []
    original = work.run_model
    monkeypatch.setattr(work, "run_model", lambda m, *args, **more: ran.append(m) or original(m, *args, **more))
    found = snndsl.sweep(model, objective=OBJECTIVE | {"evaluations": 6}, out=tmp_path / "s")
    assert len(ran) == len(found) == 6
    found = snndsl.sweep(model, objective=OBJECTIVE, out=tmp_path / "s")
    assert len(ran) == len(found) == 12
    settings = zip(*(found.axis(f"constants.{name}")[0] for name in "abn"), strict=True)
    assert found.values("depth")[0] == pytest.approx([bowl(*setting) for setting in settings])
    assert {setting["settings"]["constants.n"] for setting in found.rows} <= {1, 2, 3, 4, 5}
    best = found.best("depth")  # its objective says that less is better
    assert best["values"]["depth"]["mean"] == min(found.values("depth")[0])


def test_a_search_in_the_file(model: Path, tmp_path: Path) -> None:
    model.write_text(
        MODEL
        + "sweep:\n"
        "  - {name: some, grid: {constants.a: [0.1, 0.5]}}\n"
        "  - name: fit\n"
        "    set: {constants.b: 10 mV}\n"
        "    objective: {minimise: depth, between: {constants.a: [0, 1]}, method: random, evaluations: 5}\n"
    )
    found = snndsl.sweep(model, out=tmp_path / "s")
    assert [row["setting"] for row in found.rows] == ["some", "some", *["fit"] * 5]
    assert found.objectives == {"fit": ("minimise", "depth")}
    assert found.best("depth", "minimise", "fit")["settings"]["constants.b"] == "10 mV"


def test_two_searches_that_ask_for_the_same_points_both_have_them(model: Path, tmp_path: Path) -> None:
    where = "between: {constants.a: [0, 1]}, method: random, evaluations: 5"
    model.write_text(
        f"{MODEL}sweep:\n"
        f"  - {{name: low, objective: {{minimise: depth, {where}}}}}\n"
        f"  - {{name: high, objective: {{maximise: depth, {where}}}}}\n"
    )
    found = snndsl.sweep(model, out=tmp_path / "s")
    assert [row["setting"] for row in found.rows] == ["low"] * 5 + ["high"] * 5
    values = found.values("depth")[0]
    assert values[:5] == values[5:]
    assert found.best("depth", "minimise", "low")["values"]["depth"]["mean"] == min(values)
    assert found.best("depth", "maximise", "high")["values"]["depth"]["mean"] == max(values)
    assert len(list((tmp_path / "s" / "points").glob("*.json"))) == 5


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"minimise": "rate.p"}, "name-unknown"),  # its spikes are not recorded
        ({"minimise": "dept"}, "name-unknown"),
        ({"maximise": "depth"}, "value-not-fitting"),
        ({"method": "magic"}, "value-not-fitting"),
        ({"between": {"constants.a": [1, 0]}}, "sweep-values"),
        ({"between": {"constants.a": [0, 1, 2]}}, "sweep-values"),
        ({"between": {"constants.b": {"log": ["0 mV", "1 mV"]}}}, "sweep-values"),
        ({"between": {"constants.n": {"whole": [1, 2.5]}}}, "sweep-values"),
        ({"between": {"constants.b": ["1 mV", "2 pA"]}}, "dimension"),
        ({"between": {"constants.c": [0, 1]}}, "path-unknown"),
        ({"between": {}}, "sweep-values"),
        ({"between": {"constants.b": ["1 pA", "2 pA"]}}, "dimension"),
    ],
)
def test_what_is_wrong_with_an_objective_is_said_before_anything_runs(
    model: Path, tmp_path: Path, wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(ModelError) as caught:
        snndsl.sweep(model, objective=OBJECTIVE | wrong, out=tmp_path / "s")
    assert code in {fault.code for fault in caught.value.faults}
    assert not (tmp_path / "s").exists()
