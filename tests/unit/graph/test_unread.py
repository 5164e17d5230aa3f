"""What goes into a port that nothing reads is warned of, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

import snndsl


def codes(neuron: dict[str, Any], **sections: Any) -> list[tuple[str, str]]:
    """Return code and text of every warning about a model of one neuron, which is fed by a projection and a stimulus."""
    model = snndsl.Model(
        "m",
        time={"step": "1 ms", "duration": "10 ms"},
        seed=1,
        neurons={"n": {"ports": {"in": 1}, **neuron}},
        populations={"p": {"neuron": "n", "size": 2}},
        **sections,
    )
    return [(fault.code, fault.what) for fault in model.elaborated.warnings]


PROJECTION = {"from": "p", "to": "p", "connect": "all_to_all", "self": False, "port": "in", "weight": 1, "delay": "1 ms"}
FED: dict[str, Any] = {
    "projections": {"a": PROJECTION},
    "stimuli": {"b": {"into": "p", "port": "in", "weight": 1, "poisson": {"rate": "5 Hz"}}},
}


def test_a_projection_and_a_stimulus_into_a_port_that_is_not_read() -> None:
    assert codes({"state": {"x": 0}, "threshold": "x > 1"}, **FED) == [
        ("port-unread", "projection 'a' goes into 'in', which 'n' does not read"),
        ("port-unread", "stimulus 'b' goes into 'in', which 'n' does not read"),
    ]


@pytest.mark.parametrize(
    "neuron",
    [
        {"state": {"x": 0}, "update": "x += in"},
        {"state": {"x": 0}, "equations": "dx/dt = in/(1 ms)", "integrator": "euler"},
        {"threshold": "in > 0"},
        {"state": {"x": 0}, "threshold": "x > 1", "reset": "x = in"},
        {"state": {"x": 0}, "every": {"2 ms": "x += in"}},
        {"equations": "y = 2*in", "threshold": "y > 1"},
        {"threshold": "t > 1 ms", "refractory": {"while": "in > 0", "hold": []}},
    ],
)
def test_a_port_that_is_read_anywhere(neuron: dict[str, Any]) -> None:
    assert codes(neuron, **FED) == []


def test_weights_that_learn_need_no_reader() -> None:
    plastic = {**PROJECTION, "delay": {"axonal": "1 ms"}, "plasticity": "r"}
    rule = {"r": {"on_pre": "w += 0.1", "bound": 9}}
    assert codes({"threshold": "t > 5 ms"}, projections={"a": plastic}, plasticity=rule) == []


def test_nothing_goes_into_it() -> None:
    assert codes({"threshold": "t > 5 ms"}) == []


def test_a_spike_that_is_forced_needs_no_reader() -> None:
    forced = {"f": {"into": "p", "port": "spike", "spikes": {"i": [0], "t": ["3 ms"]}}}
    assert codes({"threshold": "t > 5 ms"}, stimuli=forced) == []
