"""Random networks whose neurons and rules read signals, and rules and carried values both sides; needs hypothesis."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from snndsl.testing.kinds import KINDS
from snndsl.testing.networks import GeneratedNetwork, networks

__all__ = ["readers"]

SIGNALS: Mapping[str, Mapping[str, Any]] = {
    "shared": {
        "parameters": {"most": "0.4"},
        "state": {"c": "0", "before": "0"},
        "ports": {"hit": "1"},
        "equations": ["dc/dt = -c/(5 ms)", "level = most*tanh(c) + 0.01*clock.k"],
        "integrator": "exact",
        "update": ["c += hit", "before = shared.c"],
        "every": {"11 step": "c = 0.5*c"},
    },
    "clock": {"state": {"k": "0"}, "update": "k = (k + 1 + floor(shared.c)) % 7"},
}
RULE: Mapping[str, Any] = {
    "parameters": {"A": "0.02"},
    "needs": {"paid": "1", "V": "1", "fixed": "1"},
    "state": {"e": "0"},
    "on_pre": ["e += 0.5 + 0.1*paid", "w *= 1 - A*tanh(V)*fixed"],
    "on_post": ["e -= 0.2*tanh(post.seen)", "w *= 1 + A*tanh(paid + shared.level)"],
    "every": {"4 step": ["w *= 1 + 0.5*A*tanh(e*paid)", "e = 0.9*e + 0.01*pre.seen"], "6 step": "e += 0.1*clock.k"},
}


@st.composite
def readers(draw: st.DrawFn) -> GeneratedNetwork:
    """Draw a network with two signals that spikes feed: they are read in every place in which a signal can be.

    A source reads one of them, and may feed it.

    Neurons reach neurons, and perhaps a signal, by values that are carried in every step.
    """
    network = draw(networks())
    sections, names = network.sections, [*network.sections["populations"]]
    sections["signals"] = copy.deepcopy({name: dict(signal) for name, signal in SIGNALS.items()})
    sections["plasticity"]["reading"] = copy.deepcopy(dict(RULE))
    for definition in sections["neurons"].values():
        _reading(definition, draw(st.booleans()))
    feeding, source, target = (draw(st.sampled_from(names)) for _ in range(3))
    kind = KINDS[sections["populations"][target]["neuron"]["use"]]
    low = f"{kind.weight[0]}{kind.suffix}"
    sections["projections"]["feeds"] = {
        "from": feeding, "to": "shared", "connect": "all_to_all", "port": "hit", "weight": "0.2 + 0.1*(i % 3)",
        "delay": draw(st.sampled_from(["1 step", "3 step", "1 step*(1 + i)"])),
    }  # fmt: skip
    sections["projections"]["reads"] = {
        "from": source, "to": target, "connect": "all_to_all", "self": True, "port": "kick",
        "weight": f"({low})*(1 + 0.5*(j % 2))",
        "delay": {"axonal": draw(st.sampled_from(["1 step", "1 step*(1 + (i + j) % 4)"])), "dendritic": "0 step"},
        "plasticity": {"use": "reading", "paid": "shared.c - 0.2", "V": "0.1*post.seen - 0.01*pre.seen", "fixed": "1 + 0.1*i",
                       "A": draw(st.sampled_from(["0.02", "0.01*(1 + clock.k)", "where(t < 20*dt, 0.02, 0)"]))},
    }  # fmt: skip
    sections["stimuli"]["shares"] = {"into": target, "port": "kick", "current": f"({low})*0.3*shared.level*(1 + 0.1*i)"}
    sections["stimuli"]["raised"] = {
        "into": target, "port": "kick", "weight": low, "stream": "of_raised",
        "delay": draw(st.sampled_from(["1 step", "5 step"])),
        "poisson": {"rate": "(100 Hz)*(1 + abs(shared.c + shared.level))"},
    }  # fmt: skip
    sections["stimuli"]["beat"] = {
        "size": 2, draw(st.sampled_from(["poisson", "bernoulli"])): {"rate": "0.05/dt*(1 + tanh(abs(shared.c)) + 0.5*i)"},
    }  # fmt: skip
    own = draw(st.booleans())
    sections["projections"]["beaten"] = {
        "from": "beat", "to": "shared" if own else target, "connect": "all_to_all", "port": "hit" if own else "kick",
        "weight": "0.1" if own else low, "delay": "2 step",
    }  # fmt: skip
    source, target = (draw(st.sampled_from(names)) for _ in range(2))
    kind = KINDS[sections["populations"][target]["neuron"]["use"]]
    sections["projections"]["carried"] = {
        "from": source, "to": target, "connect": "all_to_all", "where": "(i + j) % 3 < 2", "self": draw(st.booleans()),
        "port": "kick", "weight": f"({kind.weight[0]}{kind.suffix})*0.1*(1 + sin(i + 3*j))",
        "delay": draw(st.sampled_from(["1 step", "4 step", "1 step*(1 + (i + 2*j) % 7)"])),
        "carries": draw(st.sampled_from([
            f"{_wave(sections, 'pre', source)} - {_wave(sections, 'post', target)}",
            f"where(post.seen > 0.2, {_wave(sections, 'pre', source)}, 0.3*shared.level) + one*pre.seen",
        ])),
    }  # fmt: skip
    if draw(st.booleans()):
        sections["projections"]["averaged"] = {
            "from": source, "to": "shared", "connect": "all_to_all", "port": "hit", "weight": "0.1/N_from",
            "delay": {"axonal": "1 step", "dendritic": "1 step*(i % 2)"},
            "carries": f"{_wave(sections, 'pre', source)}*clock.k",
        }  # fmt: skip
    return network


def _wave(sections: Mapping[str, Mapping[str, Any]], side: str, population: str) -> str:
    """Return a bounded number that depends on the first state of the neurons on a side."""
    kind = sections["populations"][population]["neuron"]["use"]
    return f"sin({side}.{next(iter(KINDS[kind].definition['state']))}/({KINDS[kind].spread}))"


def _reading(definition: dict[str, Any], quiet: bool) -> None:
    """Have a neuron read signals: in statements, in its threshold if it is to be `quiet` now and then, in its reset."""
    definition["state"] = {**definition["state"], "seen": "0"}
    definition["update"] = [*_listed(definition.get("update", ())), "seen = shared.c + 0.1*clock.k"]
    definition["reset"] = [*_listed(definition.get("reset", ())), "seen -= 0.5 + shared.most*shared.before"]
    if quiet:
        definition["threshold"] = f"({definition['threshold']}) and clock.k != 3"


def _listed(statements: Any) -> list[str]:
    return statements.split("\n") if isinstance(statements, str) else [*statements]
