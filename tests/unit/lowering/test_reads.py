"""States of others that neurons and rules read, against a loop that is written out; and what cannot be read."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import pytest
from property.machine import simulated
from unit.lowering.models import program

from snndsl.errors import ModelError
from snndsl.polychrony.neurons import NeuronModel

STEPS = 60
KICKS = [(0, 1), (1, 4), (0, 5), (1, 6), (0, 7), (0, 11), (1, 11), (1, 15), (0, 20), (0, 21), (1, 27), (0, 33), (1, 38)]
"""Neuron and stamp of events into the first population."""
CELL = {
    "state": {"v": "0"}, "ports": {"in": "1"}, "update": "v = 0.75*v + in*(1 + 0.5*reward.c)",
    "threshold": "v >= 1 + 0.25*reward.c", "reset": "v = 0.25 - 0.125*reward.c",
}  # fmt: skip
RULE = {
    "parameters": {"rate": "0.25"}, "needs": {"paid": "1", "V": "1"}, "state": {"x": "0", "y": "0", "e": "0"}, "bound": "8",
    "on_pre": ["e -= y", "x += 1 + 0.25*V"],
    "on_post": ["e += x*(1 + 0.125*V)", "y += 1 + pre.v"],
    "every": {"1 ms": ["e = 0.5*e", "x = 0.5*x", "y = 0.5*y"], "3 ms": "w += rate*e*paid"},
}  # fmt: skip
AXONAL = [[1, 2], [2, 1]]


def model(**more: Any) -> dict[str, Any]:
    """Return two neurons that drive two others over synapses that learn by reward, which the others earn."""
    learn = {
        "from": "a", "to": "b", "connect": "all_to_all", "port": "in", "weight": "0.75 + 0.25*i + 0.125*j",
        "delay": {"axonal": "1 ms + 1 ms*((i + j) % 2)"},
        "plasticity": {"use": "tagged", "paid": "reward.c - 0.25", "V": "post.v"},
    }  # fmt: skip
    return {
        "name": "earned",
        "time": {"step": "1 ms", "duration": f"{STEPS} ms"},
        "signals": {"reward": {"state": {"c": "0"}, "ports": {"hit": "1"}, "update": "c = 0.5*c + hit"}},
        "neurons": {"cell": CELL},
        "plasticity": {"tagged": RULE},
        "populations": {"a": {"neuron": "cell", "size": 2}, "b": {"neuron": "cell", "size": 2}},
        "projections": {
            "learn": learn,
            "earn": {"from": "b", "to": "reward", "connect": "all_to_all", "port": "hit", "weight": "0.5", "delay": "2 ms"},
        },
        "stimuli": {
            "s": {
                "into": "a", "port": "in", "weight": "1.5",
                "spikes": {"i": [i for i, _ in KICKS], "t": [f"{t} ms" for _, t in KICKS]},
            }
        },
        **more,
    }  # fmt: skip


def written_out() -> tuple[dict[str, list[tuple[int, int]]], dict[str, list[list[float]]], list[float]]:
    """Return spikes, states of every step and the weights at the end of the same network, one statement after the other."""
    w = [[0.75 + 0.25 * i + 0.125 * j for j in range(2)] for i in range(2)]
    x, y, e = ([[0.0, 0.0], [0.0, 0.0]] for _ in range(3))
    v, c, q = {"a": [0.0, 0.0], "b": [0.0, 0.0]}, 0.0, 2.0**-34
    spikes: dict[str, list[tuple[int, int]]] = {"a": [], "b": []}
    kept: dict[str, list[list[float]]] = {"a": [], "b": [], "reward": []}
    for n in range(1, STEPS + 1):
        arriving = {"a": [1.5 * ((i, n - 1) in KICKS) for i in range(2)], "b": [0.0, 0.0]}
        pairs = [(i, j) for i in range(2) for j in range(2)]
        for i, j in pairs:  # everything of stamp n - 1 is still there
            if (n - AXONAL[i][j], i) in spikes["a"]:
                e[i][j] -= y[i][j]
                x[i][j] += 1 + 0.25 * v["b"][j]
                arriving["b"][j] += math.floor(w[i][j] / q + 0.5) * q
            e[i][j], x[i][j], y[i][j] = 0.5 * e[i][j], 0.5 * x[i][j], 0.5 * y[i][j]
            if n % 3 == 0:
                w[i][j] += 0.25 * e[i][j] * (c - 0.25)
        hits = 0.5 * sum((n - 2, j) in spikes["b"] for j in range(2))
        for name in ("a", "b"):
            for k in range(2):
                v[name][k] = 0.75 * v[name][k] + arriving[name][k] * (1 + 0.5 * c)
                if v[name][k] >= 1 + 0.25 * c:
                    spikes[name].append((n, k))
                    v[name][k] = 0.25 - 0.125 * c
        c = 0.5 * c + hits
        for i, j in pairs:
            if (n, j) in spikes["b"]:
                e[i][j] += x[i][j] * (1 + 0.125 * v["b"][j])
                y[i][j] += 1 + v["a"][i]
        for name in ("a", "b"):
            kept[name].append([*v[name]])
        kept["reward"].append([c])
    return spikes, kept, [w[i][j] for i, j in pairs]


def test_reward_that_is_earned_changes_tagged_synapses_as_written_out() -> None:
    found, (spikes, states, weights) = simulated(model()), written_out()
    assert {name: found.spikes[name] for name in ("a", "b")} == spikes
    assert len(spikes["b"]) > 10 and found.spikes["reward"] == []
    for name, state in (("a", "v"), ("b", "v"), ("reward", "c")):
        np.testing.assert_array_equal(found.states[name][state], states[name])
    np.testing.assert_array_equal(found.synapses["learn"]["w"], weights)
    changes = [abs(w - (0.75 + 0.25 * (k // 2) + 0.125 * (k % 2))) for k, w in enumerate(weights)]
    assert min(changes) > 0 and max(changes) > 0.01


def test_no_name_of_a_part_decides_what_is_read() -> None:
    """Signals and neurons are updated in one order or another: names that sort differently give the same."""
    before = simulated(model())
    text = repr(model()).replace("reward", "z_last").replace("'a'", "'zz'").replace("'b'", "'aa'")
    after = simulated(ast.literal_eval(text))
    assert (after.spikes["zz"], after.spikes["aa"]) == (before.spikes["a"], before.spikes["b"])
    np.testing.assert_array_equal(after.synapses["learn"]["w"], before.synapses["learn"]["w"])


def test_a_search_for_groups_refuses_neurons_that_read_signals() -> None:
    made = program(
        """
        signals: {s: {state: {x: 1}, update: x = x}}
        neurons: {n: {state: {v: 0}, update: v = s.x, threshold: v > 2}}
        populations: {p: {neuron: n, size: 3}}
        """
    )
    rows = [(item.name, item.size, item.undriven, item.values) for item in made.populations]
    with pytest.raises(ModelError, match="a neuron of p reads x of s"):
        NeuronModel.from_populations(rows, 0.1)


def test_an_array_that_only_readers_of_a_signal_call() -> None:
    sections = model(data={"table": {"values": [0.5, 0.25, 0.125]}})
    sections["signals"]["picture"] = {"equations": "light = table(steps(t) % 3)"}
    sections["neurons"]["cell"] = {**CELL, "update": "v = picture.light"}
    found = simulated(sections, steps=6)
    assert found.states["a"]["v"][:, 0].tolist() == [0.5, 0.25, 0.125, 0.5, 0.25, 0.125]
