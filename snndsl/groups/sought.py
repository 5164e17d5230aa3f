"""What is looked for in a run: groups of a catalogue, or the motifs of a model; numbers of neurons are those of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from snndsl.api import Model
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.graph.motifs import motif_part, motif_spikes, motif_tolerance
from snndsl.groups.sources import PathLike, is_model, model_of, steps_from
from snndsl.model.checked import CheckedModel
from snndsl.polychrony.catalogue import Catalogue, read_catalogue
from snndsl.polychrony.network.same import check_size
from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, first_neurons, motif_of, trains_of
from snndsl.results import Recording

__all__ = ["Sought", "recorded_trains", "sought_in"]


@dataclass(frozen=True, slots=True)
class Sought:
    """Motifs with their names.

    Parameters
    ----------
    what : str
        ``groups`` or ``motifs``.
    names : list of int or str
        Numbers of groups, names of motifs.
    motifs : list of Motif
        Neurons as numbered through the populations of the run, in the order of their names.
    tolerance : list of int
        Of each, in steps.
    """

    what: str
    names: list[Any]
    motifs: list[Motif]
    tolerance: list[int]


def recorded_trains(recording: Recording) -> SpikeTrains:
    """Return the spikes of a run.

    Raises
    ------
    ModelError
        recording-missing: there are none.
    """
    trains = trains_of(recording)
    if not len(trains.step):
        what = f"{recording.path} has no spikes"
        raise ModelError(Fault("recording-missing", what, expected="a run folder with the spikes of all neurons"))
    return trains


def sought_in(
    source: Catalogue | Model | PathLike,
    recording: Recording,
    chosen: Sequence[str],
    settings: Mapping[str, Any] | None,
    tolerance: int | str | None,
) -> Sought:
    """Return what is to be looked for in a run.

    Parameters
    ----------
    source : Catalogue, Model or path
        A catalogue; or a model, its file or folder, with a section ``motifs``.
    recording : Recording
        The run.
    chosen : sequence of str
        Groups or motifs; empty: all.
    settings : mapping, optional
        Of a model file.
    tolerance : int, str or None
        Steps or a time; None: 1 step for groups, its own for a motif.

    Raises
    ------
    ModelError
        another-network, another-step, group-unknown, motif-unknown, nothing-to-detect, and what reading refuses.
    """
    wide = None if tolerance is None else steps_from(tolerance, recording.step_length, "--tolerance")
    if isinstance(source, Catalogue):
        found = _groups(source, recording, chosen)
    elif isinstance(source, Model) or is_model(source):
        found = _motifs(model_of(source, settings), recording, chosen)
    else:
        found = _groups(read_catalogue(source), recording, chosen)
    if not found.motifs:
        hint = "a section 'motifs'" if found.what == "motifs" else "a catalogue with groups"
        raise ModelError(Fault("nothing-to-detect", f"{_named(source)} has no {found.what}", expected=hint))
    own = found.tolerance if wide is None else [wide] * len(found.motifs)
    return Sought(found.what, found.names, found.motifs, own)


def _named(source: Catalogue | Model | PathLike) -> str:
    """Return what a message calls a source."""
    if isinstance(source, Catalogue):
        return str(source.path)
    return source.source.locations.file if isinstance(source, Model) else str(source)


def _groups(catalogue: Catalogue, recording: Recording, chosen: Sequence[str]) -> Sought:
    check_size(catalogue, sum(recording.populations.values()), recording.step_ms, str(recording.path))
    numbers = list(range(len(catalogue)))
    if chosen:
        unknown = [text for text in chosen if not text.isdigit() or int(text) >= len(catalogue)]
        if unknown:
            raise ModelError(
                Fault("group-unknown", f"there is no group {unknown[0]}", expected=f"0 .. {len(catalogue) - 1}")
            )
        numbers = list(dict.fromkeys(int(text) for text in chosen))
    return Sought("groups", numbers, [motif_of(catalogue[number]) for number in numbers], [1] * len(numbers))


def _motifs(source: Model, recording: Recording, chosen: Sequence[str]) -> Sought:
    model = source.checked
    known = list(model.motifs)
    for text in chosen:
        if text not in known:
            raise ModelError(
                Fault("motif-unknown", f"there is no motif {text!r}", expected=listed(known), try_=nearest(text, known))
            )
    if model.step != recording.step_length:
        what = f"{_named(source)} has steps of {float(model.step):g} ms, {recording.path} has steps of {recording.step_ms:g} ms"
        raise ModelError(Fault("another-step", what, expected="equal steps"))
    names = list(dict.fromkeys(chosen)) or known
    motifs = [_motif(model, name, recording) for name in names]
    return Sought("motifs", names, motifs, [motif_tolerance(model, name) for name in names])


def _motif(model: CheckedModel, name: str, recording: Recording) -> Motif:
    """Return a motif with the neurons of a run."""
    first = first_neurons(recording.populations)
    parts = [motif_spikes(model, name), motif_part(model, name, "leads_to")]
    population = [item for part in parts for item in part.population]
    for item in dict.fromkeys(population):
        size, there = model.sizes.get(item), recording.populations.get(item, 0)
        if there != size:
            what = f"motif {name!r} has neurons of {item!r}, of which {recording.path} has {there}"
            raise ModelError(Fault("another-network", what, expected=f"{size} neurons, as in the model"))
    neuron = np.concatenate([part.neuron for part in parts]) + np.array([first[item] for item in population], np.int64)
    step = np.concatenate([part.step for part in parts])
    events = np.unique(np.column_stack([step, neuron]), axis=0)  # a spike may be given and led to
    return Motif(events[:, 1].copy(), events[:, 0] - events[:1, 0])
