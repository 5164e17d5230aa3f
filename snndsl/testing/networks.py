"""Random networks of the language, for laws that every model must obey; needs hypothesis."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from snndsl.testing.kinds import FORKED, KINDS, PARTS, RULES, SHARED, again

__all__ = ["GeneratedNetwork", "combined", "drawn", "networks", "prefixed", "uses_of"]

_SECTIONS = ("parts", "neurons", "plasticity", "populations", "groups", "motifs", "projections", "stimuli")
_STEPS = ("0.1 ms", "0.25 ms", "1 ms")


@dataclass(frozen=True)
class GeneratedNetwork:
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
        """Return the whole model: all spikes, and if asked for all states and twice those of plastic synapses, are recorded."""
        record: dict[str, Any] = {"spikes": [*self.sections["populations"]]}
        if states:
            names = [*self.sections["populations"]]
            record["states"] = {name: {"of": self.states(name), "every": f"{every} step"} for name in names}
            few = {"every": "3 step", "after": "10 step", "until": f"{self.steps - 5} step"}
            record["states"] |= {f"{name}[0:1]": {"of": self.states(name)[:1], **few} for name in names}
            stamps = [f"{self.steps // 2} step", f"{self.steps} step"]
            record["synapses"] = {name: {"of": of, "at": stamps} for name, of in self._plastic()}
            if self.sections.get("signals"):
                record["signals"] = {name: [*signal["state"]] for name, signal in self.sections["signals"].items()}
        made = {name: copy.deepcopy(section) for name, section in self.sections.items() if section}
        time = {"step": self.step, "duration": f"{self.steps} step"}
        head = {"snndsl": 1, "name": "generated", "time": time, "seed": 5, **copy.deepcopy(dict(SHARED))}
        return {**head, **made, "record": record}

    def states(self, population: str) -> list[str]:
        """Return the names of the states of a population, those of its parts behind its own."""
        neuron = self.sections["neurons"][self.sections["populations"][population]["neuron"]["use"]]
        parts = {name: self.sections["parts"][part["use"]] for name, part in neuron.get("parts", {}).items()}
        return [*neuron["state"], *(f"{name}.{state}" for name, part in parts.items() for state in part["state"])]

    def _plastic(self) -> Iterator[tuple[str, list[str]]]:
        for name, projection in self.sections["projections"].items():
            if "plasticity" in projection:
                rules = [self.sections["plasticity"][use["use"]] for use in uses_of(projection)]
                yield name, ["w", *(key for rule in rules for key in (*rule.get("state", {}), *rule.get("traces", {})))]


@st.composite
def networks(
    draw: st.DrawFn, step: str | None = None, kinds: Iterable[str] = tuple(KINDS), noise: bool = True
) -> GeneratedNetwork:
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
        Whether anything in it may be drawn at random, or name single neurons: values, wiring, input, slices, motifs.
    """
    network = GeneratedNetwork(step or draw(st.sampled_from(_STEPS)), draw(st.integers(60, 120)))
    usable = [kind for kind in kinds if noise or not KINDS[kind].draws]
    owners = {f"p{k}": draw(st.sampled_from(usable)) for k in range(draw(st.integers(1, 3)))}
    for name, kind in owners.items():
        definition = copy.deepcopy(dict(KINDS[kind].definition))
        network.sections["neurons"][kind] = definition
        for part in definition.get("parts", {}).values():
            network.sections["parts"][part["use"]] = copy.deepcopy(dict(PARTS[part["use"]]))
        network.sections["populations"][name] = {**_population(draw, kind, noise), "stream": f"of_{name}", **again(name, "p1")}
    making = _Making(draw, network, owners, noise)
    for k in range(draw(st.integers(1, 3))):
        making.add_projection(f"c{k}")
    for k in range(draw(st.integers(1, 2))):
        making.add_stimulus(f"s{k}")
    if noise and making.one_in(3):
        making.add_motif("m0")
    return network


def drawn(strategy: st.SearchStrategy[GeneratedNetwork], number: int) -> list[GeneratedNetwork]:
    """Return that many networks, the same ones on every machine.

    Parameters
    ----------
    strategy : SearchStrategy
        Such as ``networks()``.
    number : int
        How many.
    """
    found: list[GeneratedNetwork] = []

    @seed(1)
    @settings(max_examples=number, phases=[Phase.generate], database=None, deadline=None)
    @given(strategy)
    def keep(network: GeneratedNetwork) -> None:
        """Collect what is drawn."""
        found.append(network)

    keep()
    return found


def _population(draw: st.DrawFn, kind: str, noise: bool) -> dict[str, Any]:
    first, base = next(iter(KINDS[kind].definition["state"].items()))
    use = draw(st.sampled_from([{}, *KINDS[kind].uses]))
    made: dict[str, Any] = {"neuron": {"use": kind, **use}, "size": draw(st.integers(2, 9))}
    shapes = ["sin(7*i + 1)", "(i % 3)/4", "wave(i % 5)"]
    if noise:
        shapes += ["uniform()", "uniform(-1, 1)"]
        if draw(st.booleans()):
            made["let"], shapes = {"r": "uniform()"}, ["(r - 0.5*r**2)"]
    across = draw(st.sampled_from(["", "(10 um)*(i % 3)", "uniform(0 um, 40 um)" if noise else ""]))
    if across:
        made["positions"] = {"x": across, "y": "(5 um)*i", "period": {"x": "30 um"}}
    if draw(st.booleans()):
        made["initial"] = {first: f"{base} + ({KINDS[kind].spread})*{draw(st.sampled_from(shapes))}"}
    return made


@dataclass(frozen=True)
class _Making:
    """A network whose populations are there, while projections, stimuli and motifs are added."""

    draw: st.DrawFn
    network: GeneratedNetwork
    owners: Mapping[str, str]
    noise: bool

    def one_in(self, number: int) -> bool:
        return self.draw(st.integers(0, number - 1)) == number - 1

    def choose(self, items: Iterable[Any]) -> Any:
        return self.draw(st.sampled_from([*items]))

    def size(self, name: str) -> int:
        return int(self.network.sections["populations"][name]["size"])

    def add_projection(self, name: str, source: str = "") -> None:
        """Connect two populations, or a source of a given name with a population."""
        sections, target = self.network.sections, self.choose(self.owners)
        source = source or self.choose(self.owners)
        size = sections["stimuli"][source]["size"] if source in sections["stimuli"] else self.size(source)
        projection: dict[str, Any] = {"from": source, "to": target, "port": "kick", "self": self.draw(st.booleans())}
        known = {**sections["populations"], **sections["stimuli"]}
        placed = all("positions" in known[side] for side in (source, target))
        projection |= self._connect(size, self.size(target), placed)
        forks = [FORKED] * 3 if "slow" in KINDS[self.owners[target]].definition.get("parts", {}) else []
        rules = [rule for rule in RULES if rule != FORKED]
        learning = self.choose(["", "", *forks, *(rules if self.noise else rules[:-1])])
        projection["weight"] = self._weight(self.owners[target], negative=not learning)
        shapes = ["1 step", "3 step", "1 step*(1 + (i + j) % 5)", *(["uniform(1 step, 9 step)"] if self.noise else [])]
        projection["delay"] = {"axonal": self.choose(shapes), "round": "nearest"}
        if learning:
            projection |= self._plasticity(learning, self.owners[target])
            projection["delay"]["dendritic"] = self.choose(["2 step", "1 step" if learning == "tired" else "0 step"])
        if self.noise and source in self.owners and "pairs" not in projection["connect"] and self.one_in(4):
            self._narrow(projection, name)
        sections["projections"][name] = {**projection, "stream": f"of_{name}"}

    def _connect(self, source: int, target: int, placed: bool) -> dict[str, Any]:
        rules: list[dict[str, Any]] = [{"connect": "all_to_all"}, {"connect": "all_to_all", "where": "(i + 2*j) % 3 < 2"}]
        if placed:
            rules += 2 * [{"connect": "all_to_all", "where": "distance < 18 um"}]
            rules += 2 * [{"connect": {"bernoulli": "exp(-distance/(20 um))"}}] if self.noise else []
        if self.noise:
            fixed = [{"fixed_indegree": 2}, {"fixed_outdegree": 2}, {"fixed_total_number": 7}]
            rules += [{"connect": {"bernoulli": 0.4}}, *({"connect": rule, "multiple": True} for rule in fixed)]
            rules += [{"connect": {"fixed_outdegree": 1}, "multiple": False}, {"connect": "all_to_all", "copies": 2}]
            columns = {"i": [0, source - 1, 1 % source], "j": [target - 1, 0, 1 % target]}
            rules.append({"connect": {"pairs": columns}, "multiple": True})
        if source == target:
            rules += 3 * [{"connect": "one_to_one"}]
        return dict(self.choose(rules))

    def _plasticity(self, learning: str, target: str) -> dict[str, Any]:
        names = [learning, *(["traced"] if learning in ("nearest", "unreliable") and self.one_in(2) else [])]
        most = {"most": f"{2.5 * KINDS[target].weight[1]}{KINDS[target].suffix}"}
        for name in names:
            self.network.sections["plasticity"][name] = copy.deepcopy(dict(RULES[name]))
        uses: list[dict[str, Any]] = [
            {"use": name, **(most if "most" in RULES[name].get("parameters", {}) else {})} for name in names
        ]
        states = {key: "0.5*(j % 3)" for name in names for key in RULES[name].get("state", {})}
        return {"plasticity": uses if len(uses) > 1 else uses[0], "initial": states}

    def _narrow(self, projection: dict[str, Any], name: str) -> None:
        """Let a projection reach a slice, or a group of two."""
        target = projection["to"]
        if projection["connect"] != "one_to_one" and self.draw(st.booleans()):
            projection["to"] = f"{target}[0:2]"
        elif projection["connect"] != "one_to_one":
            self.network.sections["groups"][f"g_{name}"] = [f"{target}[1]", f"{target}[0]"]
            projection["to"] = f"g_{name}"
            if self.draw(st.booleans()):
                projection |= {"per_block": True, "self": True}  # a block of one neuron may have no other

    def _weight(self, kind: str, negative: bool = True) -> str:
        size = self.draw(st.floats(*KINDS[kind].weight).map(lambda value: round(value, 3)))
        inhibits = negative and KINDS[kind].unit != "nS" and self.one_in(5)
        literal = f"{-size if inhibits else size}{KINDS[kind].suffix}"
        shapes = ["{}", "({})*one*(1 + 0.5*cos(3*j))"]
        shapes += ["({})*uniform()", "({})*(1 + 0.1*normal())", "({})*normal_in(1, 0.5, 0, 2)"] if self.noise else []
        return str(self.choose(shapes)).format(literal)

    def _placed(self) -> dict[str, Any]:
        """Return positions of a source, with values that they share."""
        values = self.choose(["", "i % 3", *(["uniform()"] if self.noise else [])])
        positions = {"x": "(10 um)*r", "y": "(5 um)*i", "period": {"x": "30 um"}}
        return {"let": {"r": values}, "positions": positions} if values else {}

    def add_stimulus(self, name: str) -> None:
        """Drive a population."""
        stimuli, target = self.network.sections["stimuli"], self.choose(self.owners)
        kind = KINDS[self.owners[target]]
        low, high = (f"{value}{kind.suffix}" for value in kind.weight)
        noisy = ["poisson", "one_of", "table", "twice"] if self.noise else []
        what = self.choose(["spikes", "source", "current", "forced", *noisy])
        into: dict[str, Any] = {"into": target, "port": "kick", "stream": f"of_{name}"}
        late = {"weight": high, "delay": f"{self.draw(st.integers(1, 6))} step"}
        during = again(name, "s1") | ({"during": ["10 step", "45 step"]} if self.one_in(4) else {})
        match what:
            case "source":
                spikes = self._spikes(self.size(target))
                stimuli[name] = {"size": self.size(target), "stream": f"of_{name}", **self._placed(), **spikes, **during}
                self.add_projection(f"{name}_to", name)
            case "current":
                drawn = ["uniform()", "normal()", "normal_in(1, 0.5, 0, 1 + 0.1*i)"] if self.noise else []
                wave = self.choose(["(1 + cos(0.3*steps(t) + i))", "wave(steps(t) % 5)", "(1 + trial)", *drawn])
                stimuli[name] = {**into, "current": f"({low})*0.5*{wave}", **during}
            case "poisson":
                rate = self.choose(["50 Hz", "400 Hz", "30000 Hz", "(300 Hz)*(1 + i)", "(2 kHz)*(1 + sin(0.1*steps(t)))"])
                stimuli[name] = {**into, **late, "weight": low, "poisson": {"rate": rate}, **during}
            case "one_of":
                stimuli[name] = {**into, **late, "one_of": {"every": f"{self.draw(st.integers(1, 4))} step"}, **during}
            case "table":
                row = f"late(row) % {self.size(target)}"
                listed: dict[str, Any] = {"i": row, "t": "late(row)*(5 step)", "where": "row != 2"}
                stimuli[name] = {**into, **late, "spikes": listed}
            case "twice":
                listed = {"i": [0, 1, 0], "t": ["7 step", "7 step", "7 step"]}
                stimuli[name] = {**into, **late, "weight": low, "spikes": listed, "duplicates": self.choose(["add", "merge"])}
            case "forced":
                stimuli[name] = {"into": target, "port": "spike", "spikes": self._events(self.size(target), 1)}
            case _:
                stimuli[name] = {**into, **late, "spikes": self._events(self.size(target))}

    def _spikes(self, size: int) -> dict[str, Any]:
        """Return what a source does."""
        random = ["bernoulli", "poisson", "pulse_packet"] if self.noise else []
        match self.choose(["spikes", "regular", *random]):
            case "regular":
                return {"regular": {"every": f"{self.draw(st.integers(2, 9))} step", "start": self.choose(["0 ms", "3 step"])}}
            case "pulse_packet":
                return {"pulse_packet": {"at": ["8 step", "25 step"], "sd": self.choose(["2 step", "0 ms"])}}
            case "bernoulli" | "poisson" as kind:
                moving = ["(0.2/dt)*(1 + sin(0.3*steps(t) + i))", "(0.1/dt)*abs(wave(tick(3 step) % 5))", "uniform()/dt"]
                return {kind: {"rate": self.choose(["0.2/dt", "(0.1/dt)*(1 + i % 3)", "0 Hz", *moving])}}
        return {"spikes": self._events(size)}

    def _events(self, size: int, first: int = 0) -> dict[str, Any]:
        spike = st.tuples(st.integers(0, size - 1), st.integers(first, self.network.steps - 1))
        rows = self.draw(st.lists(spike, min_size=3, max_size=9, unique=True))
        return {"i": [i for i, _ in rows], "t": [f"{t} step" for _, t in rows]}

    def add_motif(self, name: str) -> None:
        """Play a motif, and wire it to where its spikes meet."""
        sections, target = self.network.sections, self.choose(self.owners)
        spikes = {"i": [0, 1, 1], "t": ["0 step", "2 step", "5 step"]}
        sections["motifs"][name] = {"spikes": spikes, "in": target, "arrive": {f"{target}[1]": "9 step"}}
        times = [{"at": {"every": "25 step", "start": "4 step"}}, {"at": ["3 step", "30 step"]}]
        how = self.choose([{"rate": "40 Hz"}, *times, {"rate": "300 Hz"}])
        noise = self.choose([{}, {"jitter": "1 step", "dropout": 0.2, "replace": 0.1}])
        sections["stimuli"][f"{name}_played"] = {"play": [{"motif": name, **how, **noise}], "stream": f"of_{name}"}
        if self.draw(st.booleans()):
            sections["projections"][f"{name}_wired"] = {
                "from": target, "to": target, "connect": {"motif": name}, "self": True, "multiple": True, "port": "kick",
                "weight": self._weight(self.owners[target]), "stream": f"of_{name}_wired",
            }  # fmt: skip


def combined(parts: Iterable[GeneratedNetwork]) -> GeneratedNetwork:
    """Return one network in which the given ones lie side by side, unconnected, as ``m0_..``, ``m1_..``.

    Parameters
    ----------
    parts : iterable of GeneratedNetwork
        Of one length of step; the longest run is used.
    """
    parts = list(parts)
    whole = GeneratedNetwork(parts[0].step, max(part.steps for part in parts))
    for k, part in enumerate(parts):
        for section, items in prefixed(part, f"m{k}_").sections.items():
            whole.sections[section].update(items)
    return whole


def prefixed(network: GeneratedNetwork, prefix: str) -> GeneratedNetwork:
    """Return a network with a prefix before every name of it, and the streams it had.

    Parameters
    ----------
    network : GeneratedNetwork
        Any.
    prefix : str
        Such as ``m0_``.
    """
    made = GeneratedNetwork(network.step, network.steps)
    for section, items in copy.deepcopy(network.sections).items():
        made.sections[section] = {f"{prefix}{name}": item for name, item in items.items()}

    def rename(item: dict[str, Any], *keys: str) -> None:
        """Put the prefix before the names below some keys."""
        item |= {key: f"{prefix}{item[key]}" for key in keys if key in item}

    for neuron in made.sections["neurons"].values():
        for part in neuron.get("parts", {}).values():
            rename(part, "use")
    for population in made.sections["populations"].values():
        rename(population["neuron"], "use")
    for name, group in made.sections["groups"].items():
        made.sections["groups"][name] = [f"{prefix}{selection}" for selection in group]
    for motif in made.sections["motifs"].values():
        rename(motif, "in")
        motif["arrive"] = {f"{prefix}{neuron}": time for neuron, time in motif["arrive"].items()}
    for projection in made.sections["projections"].values():
        rename(projection, "from", "to")
        for use in uses_of(projection):
            rename(use, "use")
        if isinstance(projection["connect"], dict):
            rename(projection["connect"], "motif")
    for stimulus in made.sections["stimuli"].values():
        rename(stimulus, "into")
        for item in stimulus.get("play", ()):
            rename(item, "motif")
    return made


def uses_of(projection: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a projection with their values.

    Parameters
    ----------
    projection : mapping
        Of a network.
    """
    plasticity = projection.get("plasticity", [])
    return plasticity if isinstance(plasticity, list) else [plasticity]
