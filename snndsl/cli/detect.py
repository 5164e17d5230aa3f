"""The command ``detect``: groups of a catalogue, or motifs of a model, in the spikes of a run and in surrogates of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.cli.detect_report import facts_of, rows_of, summary_of, write_table
from snndsl.cli.progress import Line, counted, duration
from snndsl.cli.sought import Sought, recorded_trains, sought_in, steps_from
from snndsl.errors import Fault, ModelError, nearest
from snndsl.polychrony.recordings.detect import SpikeTrains, detect, extra_spikes, votes_cast
from snndsl.polychrony.recordings.significance import recording_significance
from snndsl.polychrony.recordings.surrogates import SURROGATES
from snndsl.results import read_run

__all__ = ["How", "nulls_of", "occurrences"]

_VOTE = 1e-8
"""s of a core for a vote, as measured."""
_SPIKE = {"shift": 1e-8, "dither": 1e-7, "joint_isi": 3e-7, "exchange": 7e-7}
"""s of a core for a spike of a surrogate, as measured."""
WIDTH_MS = 15.0
"""By which spikes are dithered where nothing is said."""


@dataclass(frozen=True, slots=True)
class How:
    """Options of a detection.

    Parameters
    ----------
    chosen : list of str
        Groups or motifs; empty: all.
    settings : dict
        Of a model.
    tolerance, width : str or None
        Steps, or a time.
    fraction : float
        Of a group's spikes that must be there.
    nulls : dict of str to int
        How many surrogates of which kind.
    seed, workers : int
        Of the surrogates.
    quiet : bool
        No progress.
    """

    chosen: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    tolerance: str | None = None
    fraction: float = 0.8
    nulls: dict[str, int] = field(default_factory=dict)
    width: str | None = None
    seed: int = 0
    workers: int = 1
    quiet: bool = False


def nulls_of(items: list[str]) -> dict[str, int]:
    """Return ``shift=19`` texts as a mapping; ``none`` means none.

    Parameters
    ----------
    items : list of str
        As they were given.

    Raises
    ------
    ModelError
        usage.
    """
    found = {}
    for item in items:
        name, _, times = (part.strip() for part in item.partition("="))
        if item.strip() == "none" and len(items) == 1:
            return {}
        if name not in SURROGATES or not times.isdigit() or int(times) < 1:
            expected = f"NAME=TIMES with {', '.join(SURROGATES)}; or none"
            known = name if name in SURROGATES else nearest(name, SURROGATES) or "dither"
            raise ModelError(Fault("usage", f"--null {item}", expected=expected, try_=f"--null {known}=19"))
        found[name] = int(times)
    return found


def occurrences(source: Path, run: Path, out: Path | None, how: How) -> Iterator[tuple[str, Any]]:
    """Yield lines of text and, last, the facts: how often what is sought occurs in a run and in its surrogates.

    Parameters
    ----------
    source : Path
        A catalogue, or a model with motifs.
    run : Path
        Run folder.
    out : Path or None
        csv file for every occurrence.
    how : How
        Options.

    Raises
    ------
    ModelError
        For whatever does not fit together.
    """
    recording = read_run(run)
    trains = recorded_trains(recording)
    sought = sought_in(source, recording, how.chosen, how.settings, how.tolerance)
    width = _width(how, recording.step_length)
    step_ms = recording.step_ms
    yield "text", f"sought      {_sought(sought)}"
    seconds = trains.last * step_ms / 1000
    yield "text", f"recording   {len(trains.start) - 1:,} neurons, {len(trains.step):,} spikes in {seconds:g} s"
    cast, recordings = votes_cast(sought.motifs, trains, sought.tolerance), 1 + sum(how.nulls.values())
    made = sum(times * (len(trains.step) * _SPIKE[name] + cast * _VOTE) for name, times in how.nulls.items())
    predicted = cast * _VOTE + made / how.workers
    about = "less than 1 s" if predicted < 1 else f"about {duration(predicted)}"
    yield "text", f"work        {cast:,} votes in each of {counted(recordings, 'recordings')}, {about}"
    silent = _silent(sought, trains)
    if silent:
        yield "text", f"note        {silent:,} of their neurons have no spike in the recording"
    line = Line(how.quiet)
    arguments: dict[str, Any] = {"tolerance": sought.tolerance, "fraction": how.fraction}
    found = detect(sought.motifs, trains, progress=_share(line), **arguments)
    extra = extra_spikes(sought.motifs, trains, found, sought.tolerance)
    if out is not None:
        write_table(out, sought, found, extra, recording.step_length)
    tested = {}
    for name, times in how.nulls.items():
        tell = _told(line, name)
        drawn = {"repetitions": times, "seed": how.seed, "width": width, "workers": how.workers, "progress": tell}
        tested[name] = recording_significance(sought.motifs, trains, name, observed=found, **drawn, **arguments)
    facts = facts_of(sought, found, extra, tested) | {"fraction": how.fraction, "votes": cast, "silent": silent}
    yield from (("text", text) for text in rows_of(facts))
    yield from (("text", text) for text in summary_of(facts, tested, step_ms))
    if out is not None:
        facts["file"] = str(out)
        yield "text", f"table       {out}"
    yield "facts", facts


def _width(how: How, step: Fraction) -> int:
    if how.width is None:
        return max(1, round(WIDTH_MS / float(step)))
    width = steps_from(how.width, step, "--width")
    if width < 1:
        raise ModelError(Fault("surrogate-width", f"--width {how.width}", expected="at least one step", try_='--width "15 ms"'))
    return width


def _sought(sought: Sought) -> str:
    sizes = [len(motif) for motif in sought.motifs]
    around = f"tolerance {_between(sought.tolerance)} steps" if set(sought.tolerance) != {1} else "tolerance 1 step"
    return f"{counted(len(sizes), sought.what)} of {_between(sizes)} spikes, {around}"


def _between(numbers: list[int]) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else f"{min(numbers)}-{max(numbers)}"


def _silent(sought: Sought, trains: SpikeTrains) -> int:
    """Count neurons of the motifs that never fire in the recording."""
    neurons = np.unique(np.concatenate([motif.neuron for motif in sought.motifs]))
    inside = neurons[(neurons >= 0) & (neurons < len(trains.start) - 1)]
    return int(np.count_nonzero(np.diff(trains.start)[inside] == 0))


def _share(line: Line) -> Any:
    def tell(done: int, total: int, found: int) -> None:
        line(f"detect  {done / total:4.0%}  {found:,} occurrences", done == total)

    return tell


def _told(line: Line, name: str) -> Any:
    def tell(done: int, total: int, found: int) -> None:
        line(f"{name}  {done}/{total}  {found:,} occurrences in the last", done == total)

    return tell
