"""Random networks of the language, for laws that every model must obey; needs hypothesis."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

__all__ = ["Network", "combined", "networks", "prefixed"]

_SECTIONS = ("neurons", "plasticity", "populations", "projections", "stimuli")


@dataclass(frozen=True)
class Network:
    """The sections of a small model.

    Parameters
    ----------
    step : str
        Length of a step.
    steps : int
        Length of the run.
    sections : dict
        As in a model file, but for time, seed and records.
    """

    step: str
    steps: int
    sections: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in _SECTIONS})

    def model(self, states: bool = True, every: int = 1) -> dict[str, Any]:
        """Return the whole model: all spikes, and if asked for all states and the weights at the end, are recorded."""
        record: dict[str, Any] = {"spikes": [*self.sections["populations"]]}
        if states:
            record["states"] = {
                name: {"of": [*self._neuron(name)["state"]], "every": f"{every} step"} for name in self.sections["populations"]
            }
            plastic = [name for name, item in self.sections["projections"].items() if "plasticity" in item]
            record["synapses"] = {name: {"of": ["w"], "at": f"{self.steps} step"} for name in plastic}
        made = {name: copy.deepcopy(section) for name, section in self.sections.items() if section}
        time = {"step": self.step, "duration": f"{self.steps} step"}
        return {"name": "generated", "time": time, "seed": 5, **made, "record": record}

    def _neuron(self, population: str) -> Mapping[str, Any]:
        neuron: Mapping[str, Any] = self.sections["neurons"][self.sections["populations"][population]["neuron"]]
        return neuron


@dataclass(frozen=True)
class _Kind:
    """A neuron, the unit of its port, weights that make it spike now and then, and whether it draws."""

    definition: Mapping[str, Any]
    weight: tuple[float, float]
    unit: str
    draws: bool = False


_KINDS = {
    "leaky": _Kind(
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
    ),
    "conductance": _Kind(
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
    ),
    "relaxing": _Kind(
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
    ),
    "counting": _Kind(
        {
            "parameters": {"most": "5"},
            "state": {"n": "0", "last": "0"},
            "ports": {"kick": "1"},
            "update": ["n = clip(n + kick - 0.25, -3, 40)", "last = where(kick > 0, steps(t), last)"],
            "threshold": "n > most",
            "reset": "n -= most",
        },
        (1.0, 4.0),
        "1",
    ),
    "restless": _Kind(
        {
            "parameters": {"sigma": "0.8"},
            "state": {"x": "0"},
            "ports": {"kick": "1"},
            "update": ["noise = normal()", "x = 0.9*x + sigma*noise + kick"],
            "threshold": "x > 2 or uniform() < 0.01",
            "reset": "x = -1",
        },
        (0.5, 2.0),
        "1",
        draws=True,
    ),
}

_RULES: Mapping[str, Mapping[str, Any]] = {
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
        "on_pre": "w *= 1 - A*exp(-since_post/(10 ms))",
        "on_post": ["w *= 1 + A*exp(-since_pre/(10 ms))", "c += 1"],
        "every": {"16 step": "w *= 0.98"},
    },
    "unreliable": {
        "parameters": {"p": "0.6"},
        "on_pre": "deliver(where(uniform() < p, w, 0*w))",
    },
}


@st.composite
def networks(draw: st.DrawFn, step: str | None = None, kinds: Iterable[str] = tuple(_KINDS), noise: bool = True) -> Network:
    """Draw a network of one to three populations that are driven, and perhaps learn.

    Parameters
    ----------
    draw : callable
        Of hypothesis.
    step : str, optional
        Length of a step; else one of three.
    kinds : iterable of str
        Neurons to choose from.
    noise : bool
        Whether anything in it may be drawn at random: values, wiring, input.
    """
    chosen = step or draw(st.sampled_from(["0.1 ms", "0.25 ms", "1 ms"]))
    network = Network(chosen, draw(st.integers(60, 120)))
    usable = [kind for kind in kinds if noise or not _KINDS[kind].draws]
    names = [f"p{k}" for k in range(draw(st.integers(1, 3)))]
    owners = {name: draw(st.sampled_from(usable)) for name in names}
    for name, kind in owners.items():
        network.sections["neurons"][kind] = copy.deepcopy(dict(_KINDS[kind].definition))
        network.sections["populations"][name] = {**_population(draw, kind, noise), "stream": f"of_{name}"}
    for k in range(draw(st.integers(1, 3))):
        _add_projection(draw, network, owners, f"c{k}", noise)
    for k in range(draw(st.integers(1, 2))):
        _add_stimulus(draw, network, owners, f"s{k}", noise)
    return network


def _population(draw: st.DrawFn, kind: str, noise: bool) -> dict[str, Any]:
    first = next(iter(_KINDS[kind].definition["state"]))
    spread = {"V": "2 mV", "v": "0.2", "n": "3", "x": "1"}[first]
    base = _KINDS[kind].definition["state"][first]
    shapes = ["sin(7*i + 1)", "(i % 3)/4"] + (["uniform()", "uniform(-1, 1)"] if noise else [])
    initial = {first: f"{base} + ({spread})*{draw(st.sampled_from(shapes))}"} if draw(st.booleans()) else {}
    return {"neuron": kind, "size": draw(st.integers(2, 9)), **({"initial": initial} if initial else {})}


def _weight(draw: st.DrawFn, kind: str, noise: bool, negative: bool = True) -> str:
    low, high = _KINDS[kind].weight
    size = draw(st.floats(low, high).map(lambda value: round(value, 3)))
    unit = "" if _KINDS[kind].unit == "1" else f" {_KINDS[kind].unit}"
    literal = f"{-size if negative and kind != 'conductance' and draw(st.integers(0, 4)) == 0 else size}{unit}"
    shapes = ["{}", "({})*(1 + 0.5*cos(3*j))"] + (["({})*uniform()", "({})*(1 + 0.1*normal())"] if noise else [])
    return draw(st.sampled_from(shapes)).format(literal)


def _add_projection(draw: st.DrawFn, network: Network, owners: Mapping[str, str], name: str, noise: bool) -> None:
    source, target = draw(st.sampled_from([*owners])), draw(st.sampled_from([*owners]))
    sizes = {key: item["size"] for key, item in network.sections["populations"].items()}
    rules: list[Any] = ["all_to_all"]
    if noise:
        rules += [{"bernoulli": 0.4}, {"fixed_indegree": 2}, {"fixed_outdegree": 2}, {"fixed_total_number": 7}]
    if sizes[source] == sizes[target]:
        rules.append("one_to_one")
    rule = draw(st.sampled_from(rules))
    projection: dict[str, Any] = {"from": source, "to": target, "connect": rule, "port": "kick", "self": draw(st.booleans())}
    if isinstance(rule, dict) and "bernoulli" not in rule:
        projection["multiple"] = True
    learning = draw(st.sampled_from(["", "", *_RULES])) if noise else draw(st.sampled_from(["", "traced", "nearest"]))
    projection["weight"] = _weight(draw, owners[target], noise, negative=not learning)
    delays = ["1 step", "3 step", "1 step*(1 + (i + j) % 5)", *(["uniform(1 step, 9 step)"] if noise else [])]
    steps = draw(st.sampled_from(delays))
    if learning:
        late = draw(st.sampled_from(["0 step", "1 step", "2 step"]))
        projection["delay"] = {"axonal": steps, "dendritic": late, "round": "nearest"}
        network.sections["plasticity"][learning] = copy.deepcopy(dict(_RULES[learning]))
        unit = "" if _KINDS[owners[target]].unit == "1" else f" {_KINDS[owners[target]].unit}"
        most = {"most": f"{2.5*_KINDS[owners[target]].weight[1]}{unit}"} if learning == "traced" else {}
        projection["plasticity"] = {"use": learning, **most}
    else:
        projection["delay"] = {"axonal": steps, "round": "nearest"}
    network.sections["projections"][name] = {**projection, "stream": f"of_{name}"}


def _add_stimulus(draw: st.DrawFn, network: Network, owners: Mapping[str, str], name: str, noise: bool) -> None:
    target = draw(st.sampled_from([*owners]))
    kind, size = owners[target], network.sections["populations"][target]["size"]
    low, high = _KINDS[kind].weight
    unit = "" if _KINDS[kind].unit == "1" else f" {_KINDS[kind].unit}"
    what = draw(st.sampled_from(["spikes", "source", "current", *(["poisson", "one_of"] if noise else [])]))
    delay = f"{draw(st.integers(1, 6))} step"
    spike = st.tuples(st.integers(0, size - 1), st.integers(0, network.steps - 1))
    rows = draw(st.lists(spike, min_size=3, max_size=9, unique=True))
    events = {"i": [i for i, _ in rows], "t": [f"{t} step" for _, t in rows]}
    injection: dict[str, Any] = {"into": target, "port": "kick"}
    match what:
        case "source":
            network.sections["stimuli"][name] = {"size": size, "spikes": events}
            network.sections["projections"][f"{name}_to"] = {
                "from": name, "to": target, "connect": "one_to_one", "port": "kick", "weight": f"{high}{unit}", "delay": delay,
            }  # fmt: skip
            return
        case "current":
            injection["current"] = f"({round(low/3, 3)}{unit})*(1 + cos(0.3*steps(t) + i))"
        case "poisson":
            rate = draw(st.sampled_from([50, 400, 30000]))
            injection |= {"weight": f"{low}{unit}", "poisson": {"rate": f"{rate} Hz"}, "delay": delay}
        case "one_of":
            injection |= {"weight": f"{high}{unit}", "one_of": {"every": f"{draw(st.integers(1, 4))} step"}, "delay": delay}
        case _:
            injection |= {"weight": f"{high}{unit}", "spikes": events, "delay": delay}
    if what != "spikes" and draw(st.integers(0, 3)) == 0:
        injection["during"] = ["10 step", "45 step"]
    network.sections["stimuli"][name] = {**injection, "stream": f"of_{name}"}


def combined(parts: Iterable[Network]) -> Network:
    """Return one network in which the given ones lie side by side, unconnected, as ``m0_..``, ``m1_..``.

    Parameters
    ----------
    parts : iterable of Network
        Of one length of step; the longest run is used.
    """
    parts = list(parts)
    whole = Network(parts[0].step, max(part.steps for part in parts))
    for k, part in enumerate(parts):
        for section, items in prefixed(part, f"m{k}_").sections.items():
            whole.sections[section].update(items)
    return whole


def prefixed(network: Network, prefix: str) -> Network:
    """Return a network with a prefix before every name of it, and the streams it had.

    Parameters
    ----------
    network : Network
        Any.
    prefix : str
        Such as ``m0_``.
    """
    made = Network(network.step, network.steps, copy.deepcopy(network.sections))
    sections = made.sections
    for section in ("populations", "projections", "stimuli"):
        sections[section] = {f"{prefix}{name}": item for name, item in sections[section].items()}
    for section in ("neurons", "plasticity"):
        sections[section] = {f"{prefix}{name}": item for name, item in sections[section].items()}
    for population in sections["populations"].values():
        population["neuron"] = f"{prefix}{population['neuron']}"
    for projection in sections["projections"].values():
        projection |= {"from": f"{prefix}{projection['from']}", "to": f"{prefix}{projection['to']}"}
        if "plasticity" in projection:
            projection["plasticity"]["use"] = f"{prefix}{projection['plasticity']['use']}"
    for stimulus in sections["stimuli"].values():
        if "into" in stimulus:
            stimulus["into"] = f"{prefix}{stimulus['into']}"
    return made
