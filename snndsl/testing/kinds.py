"""Neurons, rules and other definitions that random networks are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["FORKED", "KINDS", "PARTS", "RULES", "SHARED", "NeuronKind", "again"]


@dataclass(frozen=True)
class NeuronKind:
    """A neuron with a port ``kick``, and how to use it.

    Parameters
    ----------
    definition : mapping
        As in the section ``neurons``.
    weight : (float, float)
        Amounts into its port that make it spike now and then.
    unit : str
        Of its port.
    spread : str
        How far initial values of its first state may lie apart.
    uses : tuple of mapping
        Values, or an integrator, that a population may give to it.
    draws : bool
        Whether it draws.
    """

    definition: Mapping[str, Any]
    weight: tuple[float, float]
    unit: str
    spread: str
    uses: tuple[Mapping[str, Any], ...] = ()
    draws: bool = False

    @property
    def suffix(self) -> str:
        """The unit behind a number."""
        return "" if self.unit == "1" else f" {self.unit}"


SHARED: Mapping[str, Any] = {
    "constants": {"one": 1},
    "data": {"wave": {"values": [0.5, -0.25, 1.25, 0.75, -0.5]}, "late": {"values": [0, 2, 3, 7, 11]}},
}
"""Sections that every network has."""

PARTS: Mapping[str, Mapping[str, Any]] = {
    "passive": {
        "parameters": {"C": "40 pF", "g_a": "10 nS"},
        "needs": {"I_in": "pA"},
        "state": {"V": "-70 mV"},
        "equations": ["up = g_a*(parent.V - V)", "dV/dt = ((2 nS)*(-70 mV - V) + up - child.up + I_in)/C"],
    },
    "current": {
        "parameters": {"tau": "3 ms"},
        "state": {"I": "0 pA", "y": "0 pA/ms"},
        "ports": {"jump": {"unit": "pA", "quantum": "2**-26*(1 pA)"}},
        "equations": ["dI/dt = y - I/tau", "dy/dt = -y/tau"],
        "update": "y += 2.718281828459045*jump/tau",
    },
    "synapse": {
        "parameters": {"tau": "4 ms", "E": "0 mV"},
        "needs": {"V": "mV"},
        "state": {"g": "0 nS"},
        "ports": {"jump": "nS"},
        "equations": ["dg/dt = -g/tau", "I = min(g, 100 nS)*(E - V)"],
        "update": "g += jump",
    },
}

KINDS: Mapping[str, NeuronKind] = {
    "leaky": NeuronKind(
        {
            "parameters": {"tau": "12 ms", "V_th": "9 mV"},
            "state": {"V": "0 mV"},
            "ports": {"kick": "mV"},
            "equations": "dV/dt = -V/tau",
            "integrator": "exact",
            "update": "V += kick",
            "threshold": "V >= V_th",
            "refractory": {"for": "3 step", "hold": ["V"]},
            "reset": "V = 0 mV",
        },
        (1.0, 8.0),
        "mV",
        "2 mV",
        ({"tau": "9 ms"},),
    ),
    "adaptive": NeuronKind(
        {
            "parameters": {"tau": "10 ms", "tau_w": "40 ms", "a": "0.3", "theta": {"unit": "mV", "default": "8 mV"}},
            "require": ["tau > 0 ms"],
            "state": {"V": "0 mV", "x": "0 mV"},
            "ports": {"kick": "mV"},
            "equations": ["dV/dt = (-V - x)/tau", "dx/dt = (a*V - x)/tau_w"],
            "integrator": "exact",
            "update": "V += kick",
            "threshold": "V > theta",
            "refractory": {"while": "V > 0.9*theta", "hold": []},
            "reset": "x += 2 mV",
        },
        (1.0, 8.0),
        "mV",
        "2 mV",
        ({"theta": "(7 mV)*(1 + 0.1*cos(i))"}, {"tau": "8 ms", "a": "0.1*(i % 4)"}),
    ),
    "conductance": NeuronKind(
        {
            "parameters": {"E_e": "0 mV", "E_L": "-65 mV", "C": "100 pF", "g_L": "5 nS", "tau_s": "3 ms"},
            "state": {"V": "E_L", "g": "0 nS"},
            "ports": {"kick": "nS"},
            "equations": ["dV/dt = (g_L*(E_L - V) + g*(E_e - V))/C", "dg/dt = -g/tau_s"],
            "integrator": {"V": "exponential_euler", "g": "exact"},
            "update": "g += kick",
            "threshold": "V > -50 mV",
            "reset": ["V = E_L"],
        },
        (5.0, 60.0),
        "nS",
        "2 mV",
        ({"g_L": "(4 nS)*(1 + 0.25*(i % 2))"},),
    ),
    "receptive": NeuronKind(
        {
            "parameters": {"C": "200 pF", "tau": "15 ms", "t_ref": "2 step"},
            "parts": {"kick": {"use": "current"}, "slow": {"use": "current", "tau": "8 ms"}},
            "state": {"V": "-70 mV"},
            "equations": "dV/dt = (-70 mV - V)/tau + (kick.I + slow.I)/C",
            "integrator": "exact",
            "threshold": "V >= -58 mV",
            "refractory": {"for": "t_ref", "hold": ["V"]},
            "reset": "V = -72 mV",
        },
        (100.0, 900.0),
        "pA",
        "3 mV",
        ({"t_ref": "(1 + i % 3)*(1 step)"},),
    ),
    "compartments": NeuronKind(
        {
            "parameters": {"C": "80 pF", "g": "4 nS", "g_c": "6 nS"},
            "parts": {"kick": {"use": "synapse", "V": "D"}},
            "state": {"V": "-70 mV", "D": "-70 mV"},
            "equations": [
                "between = g_c*(D - V)",
                "dV/dt = (g*(-70 mV - V) + between)/C",
                "dD/dt = (g*(-70 mV - D) - between + kick.I)/C",
            ],
            "integrator": "heun",
            "threshold": "V > -58 mV",
            "refractory": {"for": "4 step", "hold": ["V", "D"]},
            "reset": ["V = -68 mV", "D = V"],
        },
        (0.5, 4.0),
        "nS",
        "3 mV",
        ({"integrator": "euler"}, {"integrator": "rk4", "g_c": "(3 nS)*(1 + i % 2)"}),
    ),
    "dendritic": NeuronKind(
        {
            "parameters": {"C": "80 pF", "g": "4 nS", "g_c": "9 nS"},
            "parts": {
                "dend": {
                    "use": "passive",
                    "copies": 3,
                    "C": "(20 pF)*(1 + copy)",
                    "I_in": "where(copy == 0, g_c*(V - dend[0].V), 0 pA)",
                },
                "twig": {
                    "use": "passive",
                    "parents": [-1, -1, 1],
                    "parent": "dend[1]",
                    "I_in": "where(copy == 2, kick.I, 0 pA)",
                },
                "kick": {"use": "synapse", "V": "twig[2].V"},
            },
            "state": {"V": "-70 mV"},
            "equations": "dV/dt = (g*(-70 mV - V) + g_c*(dend[0].V - V))/C",
            "integrator": {"kick.g": "exact", "rest": "backward_euler"},
            "threshold": "V > -66 mV",
            "refractory": {"for": "3 step", "hold": ["V", "dend.V"]},
            "reset": ["V = -70 mV", "dend[0].V -= 2 mV"],
        },
        (8.0, 60.0),
        "nS",
        "3 mV",
        ({"integrator": {"kick.g": "exact", "rest": "crank_nicolson"}, "dend.g_a": "(8 nS)/(1 + copy)"}, {"integrator": "rk4"}),
    ),
    "relaxing": NeuronKind(
        {
            "parameters": {"a": "0.7", "b": "0.8"},
            "state": {"v": "-1.1", "u": "-0.6"},
            "ports": {"kick": "1"},
            "equations": ["dv/dt = (v - v**3/3 - u)/(1 ms)", "du/dt = 0.08*(v + a - b*u)/(1 ms)"],
            "integrator": "rk4",
            "update": "v = clip(v + kick, -2.5, 2.5)",
            "threshold": "v > 1",
            "refractory": {"while": "v > 1", "hold": []},
        },
        (0.5, 2.5),
        "1",
        "0.2",
        ({"integrator": "heun"}, {"integrator": "euler", "b": "0.7 + 0.01*i"}),
    ),
    "counting": NeuronKind(
        {
            "parameters": {"most": "5"},
            "state": {"n": "0", "last": "0", "m": "0"},
            "ports": {"kick": "1"},
            "update": [
                "n = clip(n + kick - 0.25, -3, 40)  # what came in",
                "last = where(kick > 0, steps(t), last)",
                "soon = since_spike < 4*dt or t % (3 step) < 1 step",
                "m = tanh(0.5*m) + where(soon and not n < 0, wave(floor(abs(n)) % 5), 0.1*sigmoid(n) - 0.01*exprel(0.2*m))",
            ],
            "every": {"6 step": "m = round(4*m)/4"},
            "threshold": "n > most",
            "reset": "n -= most",
        },
        (1.0, 4.0),
        "1",
        "3",
        ({"most": "4 + i % 3"},),
    ),
    "restless": NeuronKind(
        {
            "parameters": {"sigma": "0.8"},
            "state": {"x": "0"},
            "ports": {"kick": "1"},
            "update": [
                "noise = normal() + normal_in(0, 0.1, -0.1, 0.05)",
                "x = 0.9*x + sigma*noise + kick - 0.1*poisson(abs(x))",
            ],
            "threshold": "x > 2 or uniform() < 0.01",
            "reset": "x = -1",
        },
        (0.5, 2.0),
        "1",
        "1",
        ({"sigma": "uniform()"},),
        draws=True,
    ),
    "noisy": NeuronKind(
        {
            "parameters": {"tau": "8 ms", "sigma": "4 mV"},
            "state": {"V": "0 mV", "n": "0 mV"},
            "ports": {"kick": "mV"},
            "equations": [
                "noise = sigma*sqrt(2/tau)*xi()",
                "dV/dt = (n - V)/tau + 0.3*noise",
                "dn/dt = -n/(3 ms) + noise - 0.5*sigma*xi()/sqrt(tau)",
            ],
            "integrator": "exact",
            "update": "V += kick",
            "threshold": "V > 9 mV",
            "refractory": {"for": "2 step", "hold": ["V"]},
            "reset": "V = 0 mV",
        },
        (1.0, 8.0),
        "mV",
        "2 mV",
        ({"integrator": {"V": "exponential_euler", "n": "euler"}}, {"integrator": "euler", "tau": "(6 ms)*(1 + 0.5*(i % 2))"}),
        draws=True,
    ),
}

RULES: Mapping[str, Mapping[str, Any]] = {
    "traced": {
        "parameters": {"A": {"unit": "1", "default": "0.05"}, "most": {"unit": "weight"}},
        "traces": {"x": "20 ms", "y": "15 ms"},
        "on_pre": ["w = clip(w*(1 - A*y), 0*w, most)", "x += 1"],
        "on_post": ["w = clip(w + A*x*(most - w), 0*w, most)", "y += 1"],
        "bound": "most",
    },
    "nearest": {
        "parameters": {"A": "0.1"},
        "state": {"c": "0"},
        "on_start": ["half = c/2", "c += half"],
        "on_pre": "w *= 1 - A*exp(-since_post/(10 ms))",
        "on_post": ["w *= 1 + A*exp(-since_pre/(10 ms))", "c += 1"],
        "every": {"16 step": "w *= 0.98", "5 step": "c = 0.5*c + wave(tick(5 step) % 5)"},
    },
    "tired": {
        "parameters": {"U": "0.4"},
        "traces": {"r": {"tau": "30 ms", "to": 1}},
        "state": {"k": "0"},
        "on_pre": ["deliver(w*r*U)", "r *= 1 - U"],
        "on_post": "k += where(since_pre <= 3 step, 1, 0)",
        "order": "post_first",
    },
    "forked": {
        "parameters": {"share": "0.25"},
        "traces": {"x": "12 ms"},
        "on_pre": ["x += 1", "deliver(share*w*x, slow)"],
        "on_post": "w *= 1 + 0.01*x",
    },
    "scaled": {
        "parameters": {"most": {"unit": "weight"}},
        "state": {"share": "0"},
        "on_pre": "w = min(1.1*w, most)",
        "every": {
            "7 step": ["share = w/(most + sum_by_source(w))", "w *= 0.9 + 0.1*most/max(most, sum_by_target(w))"],
            "12 step": "share = 0.5*share + sum_by_target(share*sum_by_source(w))/most",
        },
        "bound": "most",
    },
    "unreliable": {
        "parameters": {"p": "0.6"},
        "on_pre": "deliver(where(uniform() < p, w, 0*w))",
    },
}
"""The last one draws; `FORKED` delivers to a port that only some neurons have."""
FORKED = "forked"


def again(name: str, which: str) -> dict[str, Any]:
    """Return what makes one of several stimuli or populations the same in every trial.

    Parameters
    ----------
    name, which : str
        Of a stimulus or population, and of the one that is frozen.
    """
    return {"frozen": True} if name == which else {}
