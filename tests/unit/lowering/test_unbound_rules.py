"""A plastic rule without `bound`: the grid of its port follows from the initial weights, and nothing stops their growth."""

from __future__ import annotations

from typing import Any

import pytest
from property.machine import simulated

from snndsl.api import Model


def model(**rule: str) -> dict[str, Any]:
    """Return four synapses whose weight grows by half at each arrival; nine arrive at the first, none at the others."""
    train = {"i": [0] * 9, "t": [f"{k} ms" for k in range(1, 10)]}
    projection = {
        "from": "s", "to": "p", "connect": "one_to_one", "port": "in", "weight": "0.75 - 0.1*i",
        "delay": {"axonal": "1 ms", "dendritic": "0 ms"}, "plasticity": "grows",
    }  # fmt: skip
    return {
        "name": "unbound",
        "time": {"step": "1 ms", "duration": "20 ms"},
        "neurons": {"n": {"state": {"v": "0"}, "ports": {"in": "1"}, "update": "v = in"}},
        "plasticity": {"grows": {"on_pre": "w *= 1.5", **rule}},
        "populations": {"p": {"neuron": "n", "size": 4}},
        "stimuli": {"s": {"size": 4, "spikes": train}},
        "projections": {"c": projection},
        "record": {"states": {"p": ["v"]}},
    }


def test_the_grid_is_that_of_16_times_the_largest_initial_weight() -> None:
    free, bound, wider = (Model(**model(**rule)).program for rule in ({}, {"bound": "12"}, {"bound": "24"}))
    assert free.rules[0].bound == "" and bound.rules[0].bound == "bound__"
    grids = [made.synapses[0].values["q__"] for made in (free, bound, wider)]
    assert grids[0] == grids[1] == grids[2] / 2


def test_a_weight_may_grow_beyond_that() -> None:
    found = simulated(model())
    grown = found.synapses["c"]["w"]
    assert grown[0] == pytest.approx(0.75 * 1.5**9) and grown[0] > 12 and grown[1:] == pytest.approx([0.65, 0.55, 0.45])
    assert found.states["p"]["v"].max() == pytest.approx(grown[0], abs=1e-6)


@pytest.mark.parametrize("weight", ["0.75", "0.75 - 0.1*i"])
def test_no_synapses_have_no_weights_that_are_0(weight: str) -> None:
    """A rule that draws pairs may make none."""
    sections = model()
    sections["projections"]["c"] |= {"connect": {"bernoulli": 0}, "weight": weight}
    sections["seed"] = 1
    assert Model(**sections).program.projections[0].rows == 0
