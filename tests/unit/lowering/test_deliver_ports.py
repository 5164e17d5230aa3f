"""What a synapse transmits to several ports: each amount on the grid of its port, and the weight unless the rule says else."""

from __future__ import annotations

from typing import Any

from property.machine import simulated

from snndsl.api import Model

PARTED = {
    "parts": {"late": {"use": "sink"}},
    "state": {"v": "0"},
    "ports": {"in": "1"},
    "update": "v = in",
}
PLAIN = {
    "state": {"v": "0", "a": "0"},
    "ports": {"in": "1", "late": {"unit": "1", "quantum": "2**-2"}},
    "update": ["v = in", "a = late"],
}


def model(rule: str | list[str], port: str = "in") -> dict[str, Any]:
    """Return one spike through synapses to two populations whose port `late` is of their own and of a part."""
    return {
        "name": "ports",
        "time": {"step": "1 ms", "duration": "6 ms"},
        "parts": {"sink": {"state": {"g": "0"}, "ports": {"in": {"unit": "1", "quantum": "2**-4"}}, "update": "g = in"}},
        "neurons": {"plain": PLAIN, "parted": PARTED},
        "plasticity": {"r": {"on_pre": rule}},
        "populations": {"p": {"neuron": "plain", "size": 1}, "q": {"neuron": "parted", "size": 1}},
        "stimuli": {"s": {"size": 1, "spikes": {"i": [0], "t": ["1 ms"]}}},
        "projections": {"c": {"from": "s", "to": ["p", "q"], "connect": "all_to_all", "port": port, "weight": "1",
                              "delay": {"axonal": "1 ms", "dendritic": "2 ms"}, "plasticity": "r"}},
    }  # fmt: skip


def test_each_amount_is_on_the_grid_of_its_port() -> None:
    states = simulated(model("deliver(0.3*w, late)")).states
    assert states["p"]["v"][:, 0].tolist() == states["q"]["v"][:, 0].tolist() == [0, 0, 0, 1, 0, 0]
    assert states["p"]["a"][:, 0].tolist() == [0, 0, 0, 0.25, 0, 0]
    assert states["q"]["late__g"][:, 0].tolist() == [0, 0, 0, 0.3125, 0, 0]


def test_the_weight_is_left_out_where_the_rule_delivers_into_its_port() -> None:
    for rule in (["deliver(0.5*w, in)", "deliver(w, late)"], ["deliver(w, late)", "deliver(0.5*w)"]):
        states = simulated(model(rule)).states
        assert states["p"]["v"].max() == 0.5 and states["p"]["a"].max() == 1.0


def test_the_port_of_the_projection_has_one_name_less() -> None:
    [rule] = Model(**model("deliver(0.5*w, late)", port="late")).program.rules
    assert [port for port, _ in rule.deliver] == [""] and "late__q__" not in rule.params


def test_one_rule_serves_targets_that_name_the_port_differently() -> None:
    program = Model(**model("deliver(w, late)")).program
    assert len(program.rules) == 1
    assert [part.ports for part in program.synapses] == [{"late": "late"}, {"late": "late__in"}]
    assert [part.values["late__q__"] for part in program.synapses] == [2**-2, 2**-4]
