"""Small random models whose neurons answer in searches: the library's, and some with conductances, by family."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import snndsl
from snndsl.ir import Program
from snndsl.polychrony import Izhikevich2006

CONDUCTANCES = {
    "parameters": {"C": "250 pF", "tau_m": "20 ms", "E_L": "-70 mV", "V_th": "-55 mV", "V_reset": "-65 mV", "t_ref": "2 ms"},
    "parts": {
        "exc": {"use": "parts.exp_conductance", "tau": "3 ms"},
        "inh": {"use": "parts.exp_conductance", "tau": "6 ms", "E": "-80 mV"},
    },
    "state": {"V": "E_L"},
    "equations": "dV/dt = (E_L - V)/tau_m + (exc.I + inh.I)/C",
    "threshold": "V >= V_th",
    "refractory": {"for": "t_ref", "hold": ["V"]},
    "reset": "V = V_reset",
}
ALPHA = CONDUCTANCES | {
    "parts": {"exc": {"use": "parts.alpha_current", "tau": "1.5 ms"}, "inh": {"use": "parts.exp_current", "tau": "4 ms"}},
    "integrator": "exact",
}
IZHIKEVICH = {
    "parameters": {"a": 0.02, "b": 0.2, "c": -65, "d": 8},
    "state": {"v": -65, "u": "b*v"},
    "ports": {"I": 1},
    "equations": "dv/dt = ((0.04*v + 5)*v + 140 - u + I)/(1 ms)\ndu/dt = a*(b*v - u)/(1 ms)",
    "integrator": "rk4",
    "threshold": "v >= 30",
    "reset": ["v = c", "u += d"],
}


class Family(NamedTuple):
    """Neurons, ports of excitatory and inhibitory synapses, a weight of which two make a spike, how weights are written."""

    neuron: Any
    ports: tuple[str, str]
    weight: float
    inhibition: float
    unit: str
    steps: tuple[float, ...]
    neurons: int = 13
    other: Family | None = None  # inhibitory neurons that are of another kind; only neuron, ports, inhibition and unit count


DELTA = Family("lif.lif_delta", ("kick", "kick"), 9.0, -6.0, "({} mV)", (0.1, 1.0, 0.5))
RK4 = Family(CONDUCTANCES | {"integrator": "rk4"}, ("exc", "inh"), 14.0, 12.0, "({} nS)", (0.1, 0.5))
VARIED = {"use": "lif.lif_exp", "V_th": "uniform(-57 mV, -54 mV)", "t_ref": "3 ms", "E_L": "-70 mV + 1 mV*(i % 3)"}
FAMILIES: dict[str, Family] = {
    "lif_exp": Family("lif.lif_exp", ("syn", "syn"), 1500.0, -900.0, "({} pA)", (0.1, 1.0, 0.5)),
    "lif_delta": DELTA,
    "varied": Family(VARIED, ("syn", "syn"), 1500.0, -900.0, "({} pA)", (0.1, 1.0)),
    "alpha": Family(ALPHA, ("exc", "inh"), 900.0, -500.0, "({} pA)", (0.1, 1.0)),
    "conductance": Family(
        CONDUCTANCES | {"integrator": "exponential_euler"}, ("exc", "inh"), 12.0, 12.0, "({} nS)", (0.1, 1.0)
    ),
    "conductance_rk4": RK4,
    "two_kinds": RK4._replace(other=DELTA),
    "izhikevich2003": Family({"use": "old.izhikevich", "b": 0.25}, ("I", "I"), 9.0, -5.0, "{}", (1.0,)),
    "izhikevich_rk4": Family(IZHIKEVICH, ("I", "I"), 130.0, -80.0, "{}", (0.1,)),
    "hodgkin_huxley": Family("hh.hh", ("I", "I"), 60.0, -30.0, "({} uA)/(1 cm)**2", (0.1,), 10),
}


def random_model(family: str, seed: int) -> tuple[Program, float, Izhikevich2006, list[str] | None]:
    """Return a program, its step in ms, what is a group, and the populations that inhibit where the weights do not say."""
    kind = FAMILIES[family]
    rng = np.random.default_rng([2018, seed])
    step = float(rng.choice(kind.steps))
    inhibitory = int(rng.integers(0, 4))
    excitatory = int(rng.integers(6, kind.neurons - inhibitory + 1))
    longest = float(rng.choice([2.0, 5.0]))
    neurons: dict[str, Any] = {}
    populations = {"e": {"neuron": _neuron(kind, "cell", neurons), "size": excitatory}}
    names = ["e"]
    if inhibitory:
        names.append(str(rng.choice(["a", "i"])))  # before or after the excitatory ones
        populations[names[1]] = {"neuron": _neuron(kind.other or kind, "other", neurons), "size": inhibitory}
    sources = ["s"] if rng.random() < 0.3 else []  # they may be anchors, and never answer
    model = snndsl.Model(
        name="random",
        time={"step": f"{step} ms", "duration": "1 s"},
        seed=seed,
        imports={
            "lif": "snndsl:lif",
            "parts": "snndsl:receptors",
            "old": "snndsl:izhikevich2003",
            "hh": "snndsl:hodgkin_huxley",
        },
        **({"neurons": neurons} if neurons else {}),
        populations=populations,
        projections={
            f"{source}_{target}": _projection(rng, kind, source, target, populations, longest)
            for source in names + sources
            for target in names
        },
        **({"stimuli": {"s": {"size": 2, "spikes": {"i": [0], "t": ["9 ms"]}}}} if sources else {}),
    )
    program = model.program
    largest = max(synapses.rows["weight"].max() for synapses in program.synapses if synapses.name.startswith("e_e"))
    per_ms = round(1.0 / step)
    definition = Izhikevich2006(
        mode="corrected",
        anchors=int(rng.choice([3, 3, 2])),
        threshold=0.4 * float(largest),
        min_path=int(rng.integers(2, 5)),
        max_delay=int(longest) * per_ms,
        latency=int(rng.choice([5, 10])) * per_ms,
        last_step=int(rng.choice([30, 60])) * per_ms + 1,
        max_spikes=int(rng.choice([1000, 40])),
        weak_to_inhibitory=bool(rng.integers(0, 2)),
        late_answers=bool(rng.integers(0, 2)),
        links_by_spike=bool(rng.integers(0, 2)),
    )
    return program, step, definition, names[1:] if kind.inhibition > 0 else None


def _neuron(kind: Family, name: str, neurons: dict[str, Any]) -> Any:
    """Return how a population names the neuron; one that no library has is put among `neurons`."""
    if isinstance(kind.neuron, str) or "use" in kind.neuron:
        return kind.neuron
    neurons[name] = kind.neuron
    return name


def _projection(
    rng: np.random.Generator, kind: Family, source: str, target: str, populations: dict[str, Any], longest: float
) -> dict[str, Any]:
    excites = source in ("e", "s")
    if target != "e":
        kind = kind.other or kind
    size = populations[target]["size"] - (source == target)
    if excites:
        most = rng.choice([1.0, 1.0, 1.4])
        large, small = (kind.unit.format(part * kind.weight) for part in (most, 0.3))
        weight = f"where(uniform(0, 1) < 0.2, {small}, {large}*uniform(0.7, 1))"
    else:
        weight = kind.unit.format(kind.inhibition)
    return {
        "from": source,
        "to": target,
        "connect": {"fixed_outdegree": max(0, min(size, int(rng.integers(3, 7)))) if target == "e" else min(size, 1)},
        "self": False,
        "multiple": False,
        "port": kind.ports[0 if excites else 1],
        "weight": weight,
        "delay": {"axonal": f"uniform(1 ms, {longest} ms)", "round": "nearest"},
    }
