"""Normal numbers that are drawn again until they lie within bounds: their law, wherever a value may be drawn before a run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from unit.lowering.models import graph

from snndsl.errors import ModelError
from snndsl.numerics import normal, normal_in, stream_key

stats = pytest.importorskip("scipy.stats")
MEAN, SPREAD, LOW, HIGH = 1.5, 0.75, 0.9, 2.0
MODEL = """
neurons: {n: {parameters: {k: 1}, state: {v: 0}, ports: {in: 1}, update: v = in, threshold: v > 1}}
populations:
  a:
    neuron: {use: n, k: "DRAW"}
    size: 4000
    let: {r: "DRAW"}
    initial: {v: "DRAW"}
    positions: {x: "LENGTH"}
projections:
  p: {from: a, to: a, connect: one_to_one, self: true, port: in, weight: "DRAW", delay: {axonal: "TIME", round: nearest}}
"""


def law(low: float = LOW, high: float = HIGH, mean: float = MEAN, spread: float = SPREAD) -> Any:
    return stats.truncnorm((low - mean) / spread, (high - mean) / spread, mean, spread)


def drawn(low: float = LOW, high: float = HIGH) -> dict[str, np.ndarray]:
    """Return what each text of a model draws."""
    numbers = [f"{value:g}" for value in (MEAN, SPREAD, low, high)]
    text = MODEL
    for name, unit in (("DRAW", ""), ("LENGTH", " um"), ("TIME", " ms")):
        text = text.replace(name, f"normal_in({', '.join(number + unit for number in numbers)})")
    found = graph(text, step="0.001 ms")
    values, rows = found.values["a"], found.rows["p"]
    return {
        "parameter": np.asarray(values.parameters["k"]), "let": np.asarray(values.let["r"]),
        "initial": np.asarray(values.states["v"]), "position": np.asarray(values.positions["x"]),
        "weight": rows.weight, "delay": rows.axonal * 0.001,
    }  # fmt: skip


def test_every_value_has_the_truncated_law() -> None:
    several = drawn()
    for what, values in several.items():
        rounded = 0.0005 if what == "delay" else 0.0
        assert values.min() >= LOW - rounded and values.max() <= HIGH + rounded, what
        count, true = len(values), law()
        assert abs(values.mean() - true.mean()) < 5 * true.std() / math.sqrt(count), what
        mean = true.mean()
        fourth = true.moment(4) - 4 * mean * true.moment(3) + 6 * mean**2 * true.moment(2) - 3 * mean**4
        assert abs(values.var() - true.var()) < 5 * math.sqrt((fourth - true.var() ** 2) / count), what
        assert stats.kstest(values, true.cdf).pvalue > 1e-4, what
    assert len({values.tobytes() for values in several.values()}) == len(several)


def test_a_rare_interval_is_drawn_all_the_same() -> None:
    """One draw in 70 is kept."""
    for what, values in drawn(MEAN + 2.2 * SPREAD, MEAN + 4 * SPREAD).items():
        assert stats.kstest(values, law(MEAN + 2.2 * SPREAD, MEAN + 4 * SPREAD).cdf).pvalue > 1e-4, what


@pytest.mark.parametrize(("low", "high"), [(MEAN + 3.2 * SPREAD, MEAN + 9 * SPREAD), (2.0, 0.9)])
def test_an_interval_that_almost_no_draw_meets_is_refused(low: float, high: float) -> None:
    with pytest.raises(ModelError) as caught:
        drawn(low, high)
    assert {fault.code for fault in caught.value.faults} == {"draw-too-rare"}


def test_what_is_within_at_once_is_the_normal_draw() -> None:
    """And what is drawn again for one row changes no other."""
    key, rows = stream_key(1, "x"), np.arange(1000.0)
    wide = normal_in(0.0, 1.0, -9.0, 9.0, *key, rows, 0.0, 0.0, 0.0)
    np.testing.assert_array_equal(wide, normal(*key, rows, 0.0, 0.0, 0.0))
    narrow = normal_in(0.0, 1.0, -0.5, 0.5, *key, rows, 0.0, 0.0, 0.0)
    inside = np.abs(wide) <= 0.5
    np.testing.assert_array_equal(narrow[inside], wide[inside])
    some = normal_in(0.0, 1.0, -0.5, 0.5, *key, rows[100:300], 0.0, 0.0, 0.0)
    np.testing.assert_array_equal(some, narrow[100:300])
