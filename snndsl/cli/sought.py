"""What is looked for in a run: groups of a catalogue, or the motifs of a model; numbers of neurons are those of the run."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.api import load
from snndsl.cli.discover import is_model
from snndsl.cli.filters import opened
from snndsl.errors import Fault, ModelError, listed, nearest
from snndsl.graph.motifs import motif_part, motif_spikes, motif_tolerance
from snndsl.polychrony.network.same import check_size
from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, motif_of, trains_of
from snndsl.results import Recording
from snndsl.semantics.times import time_in_steps

__all__ = ["Sought", "recorded_trains", "sought_in", "steps_from"]


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
        Neurons as numbered through the populations of the run.
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


def steps_from(text: str, step: Fraction, option: str) -> int:
    """Return a number of steps that was given as such, or as a time.

    Parameters
    ----------
    text : str
        As ``3`` or ``3 ms``.
    step : Fraction
        Length of a step, ms.
    option : str
        For the message.

    Raises
    ------
    ModelError
        usage, and what is wrong with a time.
    """
    if text.strip().isdigit():
        return int(text)
    steps = time_in_steps(text, step, option)
    if steps < 0:
        raise ModelError(Fault("usage", f"{option} {text}", expected="a number of steps, or a time", try_=f'{option} "2 ms"'))
    return steps


def sought_in(
    source: Path, recording: Recording, chosen: list[str], settings: dict[str, Any], tolerance: str | None
) -> Sought:
    """Return what is to be looked for in a run.

    Parameters
    ----------
    source : Path
        A catalogue; or a model file, or its folder, with a section ``motifs``.
    recording : Recording
        The run.
    chosen : list of str
        Groups or motifs; empty: all.
    settings : dict
        Of the model.
    tolerance : str or None
        Steps or a time; None: 1 step for groups, its own for a motif.

    Raises
    ------
    ModelError
        another-network, another-step, group-unknown, motif-unknown, nothing-to-detect, and what reading refuses.
    """
    wide = None if tolerance is None else steps_from(tolerance, recording.step_length, "--tolerance")
    found = _motifs(source, recording, chosen, settings) if is_model(source) else _groups(source, recording, chosen)
    if not found.motifs:
        hint = "a section 'motifs'" if found.what == "motifs" else "a catalogue with groups"
        raise ModelError(Fault("nothing-to-detect", f"{source} has no {found.what}", expected=hint))
    own = found.tolerance if wide is None else [wide] * len(found.motifs)
    return Sought(found.what, found.names, found.motifs, own)


def _groups(folder: Path, recording: Recording, chosen: list[str]) -> Sought:
    catalogue = opened(folder)
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


def _motifs(source: Path, recording: Recording, chosen: list[str], settings: dict[str, Any]) -> Sought:
    model = load(source, settings).checked
    known = list(model.motifs)
    for text in chosen:
        if text not in known:
            raise ModelError(
                Fault("motif-unknown", f"there is no motif {text!r}", expected=listed(known), try_=nearest(text, known))
            )
    if model.step != recording.step_length:
        what = f"{source} has steps of {float(model.step):g} ms, {recording.path} has steps of {recording.step_ms:g} ms"
        raise ModelError(Fault("another-step", what, expected="equal steps"))
    names = list(dict.fromkeys(chosen)) or known
    ends = np.cumsum([0, *recording.populations.values()]).tolist()
    first = dict(zip(recording.populations, ends, strict=False))
    motifs = []
    for name in names:
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
        motifs.append(Motif(events[:, 1].copy(), events[:, 0] - events[:1, 0]))
    return Sought("motifs", names, motifs, [motif_tolerance(model, name) for name in names])
