"""A plain delay of a plastic projection: allowed where every split of it means the same, and nowhere else."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from property.machine import Outcome, simulated

from snndsl.api import Model
from snndsl.errors import ModelError

LATE = "0.5 ms*((i + 2*j) % 5)"
SPLITS: Mapping[str, Any] = {
    "plain": f"1 ms + {LATE}",
    "axonal": {"axonal": f"1 ms + {LATE}"},
    "dendritic": {"dendritic": f"1 ms + {LATE}"},
    "mixed": {"axonal": LATE, "dendritic": "1 ms"},
}
TIRED: Mapping[str, Any] = {
    "parameters": {"keep": "0.9"},
    "traces": {"x": "20 ms", "y": {"tau": "7 ms", "to": "2"}},
    "state": {"n": "3"},
    "on_start": "w *= 1.5",
    "on_pre": [
        "deliver(0.3*w*y*gain(row % 3))",
        "w = clip(w*keep + 0.02*x/(1 + x) - where(since_pre < 5 ms, 0.01*steps(since_pre), 0), 0, 2)",
        "x += post.tau/pre.tau",
        "y = 0.1*n",
        "n = (n + 1) % 7",
    ],
    "bound": "8",
}
CELL: Mapping[str, Any] = {
    "parameters": {"tau": "10 ms"},
    "state": {"V": "0"},
    "ports": {"in": "1"},
    "equations": "dV/dt = -V/tau",
    "integrator": "exact",
    "update": "V += in",
    "threshold": "V > 1",
    "reset": "V = 0",
}


def model(delay: Any, more: Mapping[str, Any] = {}, **changed: Any) -> dict[str, Any]:
    """Return a network that is silent in its last 50 ms; its rule is `changed`, its recurrent projection has `more`."""
    recurrent = {"from": "cells", "to": "cells", "self": False, "connect": {"bernoulli": 0.5}, "port": "in", "weight": 0.2}
    plastic = {"delay": delay, "plasticity": "tired", **more}
    noise = {"poisson": {"rate": "60 Hz"}, "during": ["0 ms", "200 ms"]}
    return {
        "name": "splits",
        "time": {"step": "0.5 ms", "duration": "250 ms"},
        "seed": 5,
        "imports": {"lib": "snndsl:short_term"},
        "data": {"gain": {"values": [0.5, 1, 2]}},
        "signals": {"phase": {"state": {"x": "0"}, "update": "x += 1"}},
        "neurons": {"cell": copy.deepcopy(dict(CELL))},
        "plasticity": {"tired": {**TIRED, **changed}},
        "populations": {"cells": {"neuron": "cell", "size": 12}},
        "stimuli": {"noise": {"size": 8, **noise}},
        "projections": {
            "recurrent": recurrent | plastic,
            "heard": {
                "from": "noise", "to": "cells", "connect": {"bernoulli": 0.6}, "port": "in", "weight": 1.5, "delay": delay,
                "plasticity": {"use": "lib.tsodyks_markram", "tau_rec": "60 ms"},
            },
        },
    }  # fmt: skip


def test_every_split_has_the_same_spikes_states_and_weights() -> None:
    outcomes: dict[str, Outcome] = {name: simulated(model(delay)) for name, delay in SPLITS.items()}
    plain = outcomes["plain"]
    assert len(plain.spikes["cells"]) > 50 and np.ptp(plain.synapses["recurrent"]["w"]) > 0.1
    for found in outcomes.values():
        assert found.spikes == plain.spikes
        np.testing.assert_array_equal(found.states["cells"]["V"], plain.states["cells"]["V"])
        for projection, states in (("recurrent", ("w", "n", "x", "y")), ("heard", ("w", "u", "x"))):
            for state in states:
                np.testing.assert_array_equal(found.synapses[projection][state], plain.synapses[projection][state])


@pytest.mark.parametrize(
    ("changed", "more", "why"),
    [
        ({"on_post": "w *= 0.9"}, {}, "rule 'tired' has on_post"),
        ({"every": {"5 ms": "w *= 0.9"}}, {}, "rule 'tired' has every"),
        ({"on_pre": "w = where(t < 9 ms, w, 0)"}, {}, "rule 'tired' reads t"),
        ({"on_pre": "w = where(since_post < 9 ms, w, 0)"}, {}, "rule 'tired' reads since_post"),
        ({"on_pre": "w = w*post.V"}, {}, "rule 'tired' reads post.V"),
        ({"on_pre": "w = w*phase.x"}, {}, "rule 'tired' reads phase.x"),
        ({"on_pre": "w = w*uniform()"}, {}, "rule 'tired' calls uniform()"),
        ({"on_pre": "w = w*tick(1 ms)"}, {}, "rule 'tired' calls tick()"),
        ({"on_start": "y = 1"}, {}, "the trace 'y' of rule 'tired' decays from an initial value"),
        ({}, {"initial": {"x": 1}}, "the trace 'x' of rule 'tired' decays from an initial value"),
        ({}, {"plasticity": {"use": "tired", "keep": "phase.x"}}, "'keep' of rule 'tired' is phase.x"),
        ({}, {"plasticity": {"use": "tired", "keep": "where(t < 5 ms, 1, 0.9)"}}, "'keep' of rule 'tired' is where"),
    ],
)  # fmt: skip
def test_a_plain_delay_is_refused_where_its_split_matters(changed: dict[str, Any], more: dict[str, Any], why: str) -> None:
    with pytest.raises(ModelError) as error:
        Model(**model("1 ms", more, **changed))
    [fault] = error.value.faults
    assert fault.code == "delay-split-unstated" and f"does not say where its delay lies: {why}" in fault.what
    Model(**model({"axonal": "1 ms"}, more, **changed))
