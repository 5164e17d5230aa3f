"""What a network with the projections of a motif does when the motif is played, simulated."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from snndsl.api import Model, run_model
from snndsl.backend import REFERENCE
from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.frontend.yaml import read_yaml
from snndsl.graph.motifs import motif_part, motif_spikes
from snndsl.groups.section_text import Entries, section_text
from snndsl.ir.naming import program_name
from snndsl.model.motif import MotifSpikes
from snndsl.polychrony.neurons import NeuronModel
from snndsl.polychrony.rest import rest_of

__all__ = ["Heard", "compare", "play_wired"]

Event = tuple[str, int, int]
"""Population, neuron, step."""

_BEFORE = 10
"""Steps of rest before a motif is played."""

_AFTER_MS = 50.0
"""Time after the last arrival in which nothing more should spike."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a network made of a motif.

    Parameters
    ----------
    expected : int
        Spikes the motif leads to.
    exact : int
        Of these, how many came at their step.
    missing : tuple of (str, int, int)
        Population, neuron and step of those that did not.
    extra : tuple of (str, int, int)
        Spikes that are not of the motif.
    """

    expected: int
    exact: int
    missing: tuple[tuple[str, int, int], ...]
    extra: tuple[tuple[str, int, int], ...]

    @property
    def whole(self) -> bool:
        """Whether every spike came at its step, and no other."""
        return not self.missing and not self.extra


def compare(anchors: Iterable[Event], expected: Iterable[Event], heard: Iterable[Event]) -> Heard:
    """Compare what a network did, `anchors` included, with what should follow them."""
    there, played, wanted = set(heard), set(anchors), set(expected)

    def sorted_(events: set[Event]) -> tuple[Event, ...]:
        """Return events in the order of time."""
        return tuple(sorted(events, key=lambda event: (event[2], event[0], event[1])))

    return Heard(len(wanted), len(wanted & there), sorted_(wanted - there), sorted_(there - wanted - played))


def play_wired(model: Model, motif: str, entries: Entries) -> Heard:
    """Play a motif into a network with more projections, at rest and without its stimuli, on the reference backend.

    Parameters
    ----------
    model : Model
        The network.
    motif : str
        Name of a motif of it.
    entries : mapping
        Projections, as YAML text.

    Returns
    -------
    Heard
        Which spikes came, and which others.
    """
    raw, checked = dict(model.source.raw), model.checked
    added, _ = read_yaml(section_text("projections", entries), "projections")
    raw["projections"] = {**raw.get("projections", {}), **added["projections"]}
    none = {"i": [0], "t": ["0 ms"], "where": "row < 0"}
    silent = {name: {"size": item["size"], "spikes": none} for name, item in raw.get("stimuli", {}).items() if "size" in item}
    raw["stimuli"] = {**silent, _free_name("wire_check", raw): {"play": [{"motif": motif, "at": [f"{_BEFORE} step"]}]}}
    raw["populations"] = {name: _resting(model, name, item) for name, item in raw["populations"].items()}
    raw["record"] = {"spikes": list(raw["populations"])}
    for section in ("expect", "discover", "sweep"):
        raw.pop(section, None)
    spikes, leads = motif_spikes(checked, motif), motif_part(checked, motif, "leads_to")
    rows = Model(**raw, folder=model.source.folder).graph.rows.values()
    longest = max((int((item.axonal + item.dendritic).max(initial=0)) for item in rows), default=0)
    last = _BEFORE + int(max(spikes.step.max(), leads.step.max())) + longest + int(_AFTER_MS / float(checked.step)) + 1
    if last > checked.file_steps:
        raw["time"] = {**raw["time"], "duration": f"{last} step"}
    played = Model(**raw, folder=model.source.folder).with_duration(f"{last} step")
    with tempfile.TemporaryDirectory(prefix="snndsl-wire-") as folder:
        recording = run_model(played, REFERENCE, Path(folder) / "run").recording
        heard = [
            (name, int(neuron), int(step) - _BEFORE)
            for name in recording.spikes
            for neuron, step in zip(recording.spikes[name].neuron, recording.spikes[name].step)
        ]
    return compare(_events(spikes), _events(leads), heard)


def _events(spikes: MotifSpikes) -> Iterator[Event]:
    return zip(spikes.population, spikes.neuron.tolist(), spikes.step.tolist())


def _free_name(name: str, raw: Mapping[str, Any]) -> str:
    taken = {key for value in raw.values() if isinstance(value, Mapping) for key in value}
    return next(f"{name}{ending}" for ending in ("", *range(2, 1000)) if f"{name}{ending}" not in taken)


def _resting(model: Model, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a population that begins at rest; one that has no rest begins as the file says."""
    population = next(item for item in model.program.populations if item.name == name)
    assert population.undriven is not None
    try:
        one = (name, population.size, population.undriven, population.values)
        rest = rest_of(NeuronModel.from_populations([one], float(model.checked.step)))
    except ModelError:
        return dict(spec)
    initial = {}
    element = model.checked.populations[name].element
    for state in element.states:
        column = rest[:, population.undriven.states.index(program_name(state))]
        dimension = element.dimensions.get(state)
        unit = "" if dimension is None or str(dimension) == "1" else f" {dimension}"
        texts = [f"{value!r}{unit}" for value in column.tolist()]
        initial[state] = texts[0] if len(set(texts)) == 1 else texts
    return {**spec, "initial": initial}
