"""A stimulus with a delay of D steps: its port gets what it would get with one step, D - 1 steps later, and nothing before."""

from __future__ import annotations

import numpy as np
import pytest
from property.machine import simulated

STEPS = 40

KINDS = {
    "poisson": {"poisson": {"rate": "0.9 kHz"}},
    "many": {"poisson": {"rate": "20 kHz"}},
    "of_the_time": {"poisson": {"rate": "(1 kHz)*(1 + sin(0.4*steps(t) + i))"}},
    "of_a_signal": {"poisson": {"rate": "(1 kHz)*(1 + g.wave + g.n/50)"}},
    "one_of": {"one_of": {"every": "1 step"}},
    "seldom": {"one_of": {"every": "3 step"}},
    "listed": {"spikes": {"i": [0, 1, 1, 2], "t": ["0 step", "3 step", "4 step", "25 step"]}},
}


def received(stimulus: dict[str, object], delay: int, during: list[str] | None) -> np.ndarray:
    """Return what the port gets in each step, by neuron; the stimulus reaches the last three of five."""
    given = {"into": "p[2:5]", "port": "in", "weight": "1 + i", "delay": f"{delay} step", **stimulus}
    model = {
        "name": "delayed",
        "time": {"step": "0.5 ms", "duration": f"{STEPS} step"},
        "seed": 4,
        "neurons": {"n": {"state": {"x": "0"}, "ports": {"in": "1"}, "update": "x = in"}},
        "signals": {"g": {"state": {"n": "0"}, "equations": "wave = sin(0.4*n + steps(t)/7)", "update": "n += 1"}},
        "populations": {"p": {"neuron": "n", "size": 5}},
        "stimuli": {"s": {**given, **({"during": during} if during else {})}},
    }
    return np.asarray(simulated(model).states["p"]["x"])


@pytest.mark.parametrize("during", [None, ["4 step", "30 step"]], ids=["always", "during"])
@pytest.mark.parametrize("delay", [2, 7])
@pytest.mark.parametrize("kind", KINDS)
def test_what_arrives_is_later_by_the_delay(kind: str, delay: int, during: list[str] | None) -> None:
    soon, late = received(KINDS[kind], 1, during), received(KINDS[kind], delay, during)
    assert soon.any() and not soon[:, :2].any()
    np.testing.assert_array_equal(late[delay - 1 :], soon[: STEPS - delay + 1])
    assert not late[: delay - 1].any()


def test_the_window_is_that_of_the_events_not_of_the_arrivals() -> None:
    late = received(KINDS["many"], 7, ["4 step", "30 step"])
    assert np.flatnonzero(late.any(axis=1)).tolist() == list(range(10, 36))
