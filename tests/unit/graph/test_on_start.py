"""What a rule does before the run: statements in order on all initial values, with sums over the synapses of a neuron."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from snndsl.api import Model
from snndsl.graph.on_start import summed


def initial(rules: Any, plasticity: Any = "r", seed: int = 1, trials: int = 1, **projection: Any) -> dict[str, np.ndarray]:
    """Return the initial states of a projection from two populations to two, by state, in the order of its rows."""
    program = Model(
        name="start",
        time={"step": "1 ms", "duration": "5 ms"},
        seed=seed,
        neurons={"n": {"state": {"v": "0"}, "ports": {"in": "1"}, "update": "v = in", "threshold": "v > 9"}},
        plasticity=rules if "r" in rules and isinstance(rules["r"], dict) else {"r": rules},
        populations={name: {"neuron": "n", "size": size} for name, size in (("a", 3), ("b", 2), ("c", 4))},
        projections={"p": {"from": ["a", "b"], "to": ["c", "a"], "connect": "all_to_all", "self": True, "port": "in",
                           "weight": "1 + i + 0.1*j", "delay": {"axonal": "1 ms"}, "plasticity": plasticity, **projection}},
    ).program  # fmt: skip
    found: dict[str, np.ndarray] = {}
    for part in program.synapses:
        for state in program.rule(str(part.rule)).states:
            column = part.rows[state] if state in part.rows else np.full(part.rows.rows, part.values[state])
            found.setdefault(state, np.zeros(program.projection("p").rows))[part.rows["row"]] = column
    return found


def test_statements_run_in_order_with_locals() -> None:
    found = initial({"state": {"x": "2"}, "traces": {"y": "5 ms"}, "on_start": ["k = w + x", "x = k*2", "w -= x", "y += k"]})
    i, j = np.divmod(np.arange(35), 7)
    w = 1.0 + i + 0.1 * j
    np.testing.assert_array_equal(found["x"], (w + 2.0) * 2.0)
    np.testing.assert_array_equal(found["w"], w - (w + 2.0) * 2.0)
    np.testing.assert_array_equal(found["y"], w + 2.0)


def test_sums_are_those_of_a_loop_over_the_rows() -> None:
    found = initial({"state": {"k": "0", "s": "0"}, "on_start": ["k = sum_by_target(w)", "s = sum_by_source(w)", "w /= k"]})
    into, out = dict.fromkeys(range(7), 0.0), dict.fromkeys(range(5), 0.0)
    for row in range(35):
        i, j = divmod(row, 7)
        into[j] += 1.0 + i + 0.1 * j
        out[i] += 1.0 + i + 0.1 * j
    assert found["k"].tolist() == [into[row % 7] for row in range(35)]
    assert found["s"].tolist() == [out[row // 7] for row in range(35)]
    assert found["w"].reshape(5, 7).sum(axis=0) == pytest.approx(np.ones(7))


def test_a_neuron_that_is_selected_twice_is_one_neuron() -> None:
    found = initial({"state": {"n": "0"}, "on_start": "n = sum_by_target(1 + n)"}, to=["c", "c[0:1]"])
    assert found["n"].reshape(5, 5).tolist() == [[10.0, 5.0, 5.0, 5.0, 10.0]] * 5


def test_a_sum_starts_from_0_and_keeps_the_order_of_rows() -> None:
    values = np.array([1.0, 1e100, 1.0, -1e100, 3.0])
    assert summed(values, np.array([0, 0, 1, 0, 1])).tolist() == [0.0, 0.0, 4.0, 0.0, 4.0]
    assert summed(2.0, np.array([4, 4])).tolist() == [4.0, 4.0]
    assert math.copysign(1.0, summed(-0.0, np.array([0]))[0]) == 1.0


def test_draws_belong_to_the_seed_of_wiring_and_to_their_rule() -> None:
    rule = {"state": {"u": "0", "v": "0"}, "on_start": ["u = uniform()", "v = uniform()"]}
    found = initial(rule)
    assert len({*found["u"], *found["v"]}) == 70 and found["u"].min() > 0 and found["u"].max() < 1
    seeds = {"wiring": 1, "initial": 9, "input": 9, "analysis": 9}
    np.testing.assert_array_equal(initial(rule, seed=seeds)["u"], found["u"])  # type: ignore[arg-type]
    assert not np.any(initial(rule, seed=2)["u"] == found["u"])
    several = {"r": rule, "q": {"state": {"u": "0"}, "on_start": "u = uniform()"}}
    pair = initial(several, ["r", "q"])
    np.testing.assert_array_equal(pair["r__u"], found["u"])
    assert not np.any(pair["q__u"] == found["u"])


def test_the_grid_follows_from_what_is_left() -> None:
    def q(on_start: str) -> float:
        program = Model(
            name="grid",
            time={"step": "1 ms", "duration": "5 ms"},
            plasticity={"r": {"on_start": on_start, "on_post": "w += 0"}},
            populations={"a": {"neuron": "n", "size": 1}},
            neurons={"n": {"state": {"v": "0"}, "ports": {"in": "1"}, "update": "v = in"}},
            projections={"p": {"from": "a", "to": "a", "connect": "all_to_all", "self": True, "port": "in", "weight": "1",
                               "delay": {"axonal": "1 ms"}, "plasticity": "r"}},
        ).program  # fmt: skip
        return program.synapses[0].values["q__"]

    assert q("w *= 4") == 4 * q("w *= 1")
