"""Projections for a motif: which populations, which port, which weight and latency, and whether its times can be met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import field

import numpy as np

from snndsl.api import Model
from snndsl.connect.motif import Chain, chain_pairs
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, TextFault, listed, nearest
from snndsl.graph.motifs import motif_part, motif_spikes
from snndsl.graph.numbers import FileNumbers
from snndsl.groups.wire_weight import Cells, Choice, choose_weight, try_weight
from snndsl.ir.naming import program_name
from snndsl.polychrony.neurons import NeuronModel
from snndsl.semantics.selection import resolve
from snndsl.semantics.times import time_in_steps
from snndsl.units import Unit, parse_quantity, parse_unit, to_internal

__all__ = ["WirePlan", "Wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.

    Parameters
    ----------
    motif : str
        Name.
    inputs : int
        Arrivals for each spike.
    weight, longest, port : str or None
        As written; None: chosen, no limit, the only port.
    sources : tuple of str
        Populations that drive; empty: all of the motif that do not inhibit.
    """

    motif: str
    inputs: int = 3
    weight: str | None = None
    longest: str | None = None
    port: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(eq=False)
class WirePlan:
    """The choice of projections.

    Parameters
    ----------
    model : Model
        With the motif.
    wish : Wish
        What is asked for.

    Raises
    ------
    ModelError
        For names that are none, a motif that leads to nothing, spikes of sources.
    """

    model: Model
    wish: Wish
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    links: Counter[tuple[str, int]] = field(default_factory=Counter)
    titles: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        checked, motif = self.model.checked, self.wish.motif
        if motif not in checked.motifs:
            near = nearest(motif, checked.motifs)
            known = listed(checked.motifs)
            raise ModelError(Fault("name-unknown", f"there is no motif {motif!r}", expected=known, try_=near))
        self.spikes, self.leads = motif_spikes(checked, motif), motif_part(checked, motif, "leads_to")
        if not len(self.leads):
            place = checked.place("motifs", motif)
            hint = 'leads_to: {"population[0]": T}'
            raise ModelError(place.problem("motif-nowhere", f"motif {motif!r} leads to nothing", "spikes to be made", hint))
        for name in (*self.spikes.population, *self.leads.population):
            if name not in checked.populations:
                what = f"motif {motif!r} has a spike of the source {name!r}"
                raise ModelError(checked.place("motifs", motif).problem("not-a-neuron", what, "neurons of populations"))
        self.step = checked.step
        self.longest = None if self.wish.longest is None else time_in_steps(self.wish.longest, self.step, "--longest")
        if self.longest is not None and self.longest < 1:
            raise ModelError(Fault("delay-below-step", f"--longest {self.wish.longest}", expected="at least one step"))
        self.sources = self._sources()

    def _sources(self) -> list[str]:
        """Return the populations of the motif that drive others."""
        involved = [name for name in self.model.checked.sizes if name in {*self.spikes.population, *self.leads.population}]
        unknown = [name for name in self.wish.sources if name not in involved]
        if unknown:
            what = f"--from {unknown[0]}: motif {self.wish.motif!r} has no spikes there"
            raise ModelError(Fault("population-unknown", what, expected=listed(involved), try_=nearest(unknown[0], involved)))
        if self.wish.sources:
            return [name for name in involved if name in self.wish.sources]
        weights: dict[str, float] = {}
        for part in self.model.program.synapses:
            if part.carry is not None:
                continue  # the sign of its weight says nothing of its spikes
            key = "w" if part.rule else "weight"
            least = float(np.min(part.rows[key], initial=0.0)) if key in part.rows else part.values[key]
            weights[part.source] = min(least, weights.get(part.source, 0.0))
        inhibitory = [name for name in involved if weights.get(name, 0.0) < 0]
        if inhibitory == involved:
            what = f"every population of motif {self.wish.motif!r} has negative weights: {listed(inhibitory)}"
            raise ModelError(Fault("motif-nowhere", what, expected="one that excites", try_=f"--from {inhibitory[0]}"))
        if inhibitory:
            self.lines.append(f"sources    without {listed(inhibitory)}: negative weights")
        return [name for name in involved if name not in inhibitory]

    def projections(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the projections: one for each population and latency.

        Raises
        ------
        ModelError
            For neurons that do not rest or do not sum, and, after the last projection, every time that cannot be met.
        """
        targets = [name for name in self.model.checked.sizes if name in set(self.leads.population)]
        for name in targets:
            neurons = sorted({int(n) for p, n in zip(self.leads.population, self.leads.neuron) if p == name})
            port, flat = self._port(name)
            unit = parse_unit(str(self.model.checked.populations[name].element.ports[flat].unit))
            cells, choice = self._choice(name, neurons, program_name(flat), unit)
            found = choice.latency[cells.cell]
            for latency in sorted(set(found.tolist())):
                mine = [neuron for neuron, steps in zip(neurons, found.tolist()) if steps == latency]
                to = [name] if len(mine) == len(neurons) else [f"{name}[{neuron}]" for neuron in mine]
                kind = f"{name}_{latency}" if len(mine) < len(neurons) else name
                title = self._free(f"{self.wish.motif[:24].rstrip('_')}_{kind[:36].strip('_')}")
                self._count(to, latency)
                self._say(name, choice, unit, latency, mine if len(mine) < len(neurons) else [])
                yield title, self._entry(to, port, choice.written, latency, name in self.sources)
        if self.faults:
            raise ModelError(self.faults)

    def _entry(self, to: list[str], port: str, weight: str, latency: int, overlap: bool) -> dict[str, str]:
        rule = {"motif": _quoted(self.wish.motif), "latency": self._ms(latency), "inputs": str(self.wish.inputs)}
        if self.longest is not None:
            rule["longest"] = self._ms(self.longest)
        connect = "{" + ", ".join(f"{key}: {value}" for key, value in rule.items()) + "}"
        entry = {"from": _selection(self.sources), "to": _selection(to), "connect": connect}
        return entry | ({"self": "false"} if overlap else {}) | {"port": _quoted(port), "weight": weight}

    def _choice(self, name: str, neurons: list[int], port: str, unit: Unit) -> tuple[Cells, Choice]:
        population = next(item for item in self.model.program.populations if item.name == name)
        assert population.undriven is not None
        one = (name, population.size, population.undriven, population.values)
        model = NeuronModel.from_populations([one], float(self.step))
        cells = Cells.at_rest(name, model, neurons, population.undriven.ports.index(port))
        if not np.allclose(model.state[neurons], cells.rest[cells.cell], rtol=1e-6, atol=1e-9):
            self.notes.append(f"note       {name} does not begin at rest, and answers otherwise until it is there")
        if self.wish.weight is None:
            return cells, choose_weight(cells, self.wish.inputs, unit)
        return cells, try_weight(cells, self.wish.inputs, self._weight(name, unit), self.wish.weight.strip())

    def _weight(self, name: str, unit: Unit) -> float:
        text = str(self.wish.weight)
        try:
            quantity = parse_quantity(text.strip())
        except TextFault as error:
            raise ModelError(
                Fault(error.code, f"--weight {text}: {error.what}", "", 0, 0, error.expected, error.try_)
            ) from None
        if quantity is None or quantity.unit.dimension != unit.dimension:
            what = f"--weight {text} for a port of {name} in {unit.text}"
            raise ModelError(Fault("dimension", what, expected=f"a number in {unit.dimension}"))
        return to_internal(quantity.value, quantity.unit, self.step)

    def _port(self, name: str) -> tuple[str, str]:
        """Return the port of a population as a file names it, and its name in the element."""
        element = self.model.checked.populations[name].element
        written: dict[str, str] = {}
        for key, flat in element.port_names.items():
            written[flat] = min(written.get(flat, key), key, key=len)
        wanted = self.wish.port
        if wanted is not None and wanted in element.port_names:
            return wanted, element.port_names[wanted]
        if wanted is None and len(written) == 1:
            ((flat, key),) = written.items()
            return key, flat
        names = listed(written.values())
        if wanted is None:
            hint = f"--port {next(iter(written.values()))}" if written else ""
            raise ModelError(Fault("port-unstated", f"{name} has the ports {names}", expected="one of them", try_=hint))
        what = f"--port {wanted}: {name} has no such port that its neurons sum"
        raise ModelError(Fault("port-unknown", what, expected=names, try_=nearest(wanted, written.values())))

    def _count(self, to: list[str], latency: int) -> None:
        """Wire as the rule will, so that every time that cannot be met is named; count who is used how often."""
        checked = self.model.checked
        place = checked.place("motifs", self.wish.motif)
        sides = [resolve(items, checked.sizes, {}, place, "", float) for items in (self.sources, to)]
        chain = Chain(latency, self.wish.inputs, self.longest, False)
        try:
            pairs, _ = chain_pairs(FileNumbers(checked), self.wish.motif, chain, sides[0], sides[1], place)
        except ModelError as error:
            self.faults += error.faults
            return
        members = [(block.population, n) for block in sides[0].blocks for n in range(block.start, block.stop)]
        self.links.update(members[i] for i in pairs.i.tolist())

    def remarks(self) -> Iterator[str]:
        """Yield what a reader should know about the whole."""
        yield f"synapses   {sum(self.links.values())}"
        yield from self.notes
        anchors = dict.fromkeys(zip(self.spikes.population, self.spikes.neuron.tolist()))
        lonely = [f"{name}[{neuron}]" for name, neuron in anchors if self.links[name, neuron] == 1]
        if lonely:
            yield f"note       one synapse only from {listed(lonely)}: the search of 2006 leaves such groups out"

    def _say(self, name: str, choice: Choice, unit: Unit, latency: int, some: list[int]) -> None:
        who = name if not some else listed(f"{name}[{neuron}]" for neuron in some)
        arrivals = f"{self.wish.inputs} arrivals" if self.wish.inputs > 1 else "1 arrival"
        self.lines.append(f"{who:<10} {arrivals} of {choice.written} make it fire {self._ms(latency)} later")
        if choice.between is not None and self.wish.inputs > 1:
            low, high = (f"{value:.4g}" for value in choice.between)
            symbol = "" if unit.dimension.is_dimensionless else f" {unit.text}"
            self.lines.append(f"{'':<10} {self.wish.inputs - 1} do not; so with weights from {low} to {high}{symbol}")
        notes = [f"note       {remark}" for remark in choice.remarks]
        self.notes += [note for note in notes if note not in self.notes]

    def _free(self, name: str) -> str:
        """Return a name that nothing in the model has, nor another of the projections."""
        sections = [value for value in self.model.source.raw.values() if isinstance(value, Mapping)]
        endings = ("", *(f"_{k}" for k in range(2, 1000)))
        free = (f"{name}{ending}" for ending in endings if not any(f"{name}{ending}" in value for value in sections))
        found = next(title for title in free if title not in self.titles)
        self.titles.add(found)
        return found

    def _ms(self, steps: int) -> str:
        return f"{float(steps * self.step):.12g} ms"


def _selection(items: list[str]) -> str:
    texts = [_quoted(item) for item in items]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _quoted(text: str) -> str:
    """Return a text as YAML that stays text within brackets."""
    return f'"{text}"' if "[" in text or text.lower() in ("null", "true", "false") else text
