"""Patterns that repeat in a run, found by Elephant's SPADE, and the groups of a catalogue that contain them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.groups.sought import recorded_trains
from snndsl.groups.sources import PathLike, steps_from
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.network.same import check_size
from snndsl.polychrony.recordings.detect import SpikeTrains
from snndsl.polychrony.recordings.elephant_mining import mining_module
from snndsl.polychrony.recordings.spade import SpadeResult, groups_with
from snndsl.polychrony.recordings.spade import spade as mined
from snndsl.polychrony.recordings.spade_work import SpadeWork
from snndsl.results import Recording, read_run, single

__all__ = ["Patterns", "spade"]


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Patterns of a run, and the groups that contain them.

    Parameters
    ----------
    result : SpadeResult
        The patterns, significant ones first if there were surrogates; stamps count from `first`.
    groups : tuple of list of int, or None
        For each pattern the groups of a catalogue that contain it; None: there was no catalogue.
    first : int
        Step from which the run was looked at.
    bin_steps, window : int
        Steps of a bin, bins of a window.
    step_ms : float
        Length of a step, ms.
    """

    result: SpadeResult
    groups: tuple[list[int], ...] | None
    first: int
    bin_steps: int
    window: int
    step_ms: float

    def rows(self) -> list[dict[str, Any]]:
        """Return each pattern as plain data: neurons, lags and stamps in steps, p-values, groups."""
        rows = []
        for k, pattern in enumerate(self.result.patterns):
            row: dict[str, Any] = {
                "neurons": pattern.neuron.tolist(),
                "lags": pattern.lag.tolist(),
                "steps": (pattern.step + self.first).tolist(),
                "p": pattern.p,
                "adjusted": pattern.adjusted,
            }
            rows.append(row if self.groups is None else row | {"groups": self.groups[k]})
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: what was done, and every pattern."""
        result = self.result
        facts: dict[str, Any] = {"bin": self.bin_steps, "window": self.window, "step_ms": self.step_ms, "mined": result.mined}
        facts |= {"sizes": result.sizes, "significant": result.significant, "reduced": result.reduced}
        return facts | {"least_p": result.least_p, "work": asdict(result.work), "patterns": self.rows()}

    def __repr__(self) -> str:
        return f"<Patterns: {len(self.result.patterns):,} of {self.result.mined:,} mined>"


def spade(
    run: Recording | PathLike,
    *,
    against: Catalogue | None = None,
    bin_length: int | str = "3 ms",
    window: int = 20,
    neurons: Sequence[int] | None = None,
    dither: int | str = "15 ms",
    start: int | str | None = None,
    stop: int | str | None = None,
    planned: Callable[[SpadeWork, int | None, float], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    **mining: Any,
) -> Patterns:
    """Look for repeating patterns with SPADE, which knows of no groups.

    Parameters
    ----------
    run : Recording or path
        With spikes.
    against : Catalogue, optional
        Whose groups may contain the patterns.
    bin_length : int or str
        Length of a bin, steps or a time.
    window : int
        Bins of a window; no pattern is longer.
    neurons : sequence of int, optional
        Whose trains; at most 100 with spikes.
    dither : int or str
        Steps, or a time, by which spikes of a surrogate move at most.
    start, stop : int or str, optional
        First and last time looked at.
    planned, progress : callable, optional
        As in `snndsl.polychrony.recordings.spade.spade`.
    **mining : object
        Passed to it: ``workers``, ``limit_s``, and what `snndsl.polychrony.recordings.elephant_mining.SpadeSettings` has.

    Returns
    -------
    Patterns
        The patterns, and the groups that contain them.

    Raises
    ------
    ToolMissing, ModelError
        Where Elephant is missing, and for whatever does not fit together.
    """
    mining_module()
    recording = run if isinstance(run, Recording) else single(read_run(run))
    trains, step = recorded_trains(recording), recording.step_length
    if against is not None:
        check_size(against, len(trains.start) - 1, recording.step_ms, str(recording.path))
    first, last = _window(trains, step, start, stop)
    bin_steps = steps_from(bin_length, step, "--bin")
    how: dict[str, Any] = {"bin_steps": bin_steps, "window": window, "neurons": neurons, **mining}
    how["dither"] = steps_from(dither, step, "--dither")
    result = mined(trains.between(first, last), planned=planned, progress=progress, **how)
    groups = None if against is None else tuple(groups_with(pattern, against, bin_steps) for pattern in result.patterns)
    return Patterns(result, groups, first, bin_steps, window, recording.step_ms)


def _window(trains: SpikeTrains, step: Fraction, start: int | str | None, stop: int | str | None) -> tuple[int, int]:
    """Return the first and the last step looked at."""
    first = 0 if start is None else steps_from(start, step, "--from")
    last = trains.last if stop is None else steps_from(stop, step, "--until")
    if not first < last <= trains.last:
        what, expected = f"from step {first} until {last}", f"a part of 0 .. {trains.last}"
        raise ModelError(Fault("usage", what, expected=expected))
    return first, last
