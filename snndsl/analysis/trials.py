"""Runs of several trials against each other, trial by trial."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from snndsl.analysis.comparison import Comparison, compare
from snndsl.analysis.divergence import Divergence
from snndsl.errors import Fault, ModelError
from snndsl.results import Recording, Run, TrialsRecording

__all__ = ["TrialsComparison", "compare_runs"]


@dataclass(frozen=True, eq=False)
class TrialsComparison:
    """What the comparison of several trials found.

    Parameters
    ----------
    runs : tuple of str
        Names; the others are compared with the first.
    trials : mapping of int to Comparison
        By the number of the trial.
    notes : tuple of str
        What limits the comparison.
    """

    runs: tuple[str, ...]
    trials: Mapping[int, Comparison]
    notes: tuple[str, ...] = ()

    @property
    def identical(self) -> bool:
        """Whether every trial is."""
        return all(item.identical for item in self.trials.values())

    @property
    def trial(self) -> int | None:
        """The first trial that differs; None if none does."""
        return next((number for number, item in self.trials.items() if not item.identical), None)

    @property
    def first_divergence(self) -> Divergence | None:
        """The earliest difference in the first trial that differs."""
        return None if self.trial is None else self.trials[self.trial].first_divergence

    def lines(self) -> list[str]:
        """Return the verdict, and what leads to it, as text."""
        return list(self._lines())

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as JSON: identical, trial, first_divergence (of that trial), differing, trials, runs, notes."""
        trials = {str(number): item.to_dict() for number, item in self.trials.items()}
        return {
            "identical": self.identical,
            "trial": self.trial,
            "first_divergence": None if self.trial is None else trials[str(self.trial)]["first_divergence"],
            "differing": [number for number, item in self.trials.items() if not item.identical],
            "trials": trials,
            "runs": list(self.runs),
            "notes": list(self.notes),
        }

    def _lines(self) -> Iterator[str]:
        if self.trial is None:
            total: dict[str, int] = {}
            for item in self.trials.values():
                for what, count in item.compared.items():
                    total[what] = total.get(what, 0) + count
            parts = [f"{count:,} {what}" for what, count in total.items() if count]
            yield f"identical: {', '.join([f'{len(self.trials):,} trials', *parts])}, {len(self.runs)} runs"
        else:
            first, *rest = self.trials[self.trial].lines()
            yield f"different: first in trial {self.trial}, {first.removeprefix('different: first ')}"
            yield from rest
            numbers = [str(number) for number, item in self.trials.items() if not item.identical]
            shown = ", ".join(numbers[:10]) + (" .." if len(numbers) > 10 else "")
            yield f"  trials    {len(numbers):,} of {len(self.trials):,} differ: {shown}"
        yield from (f"  note      {note}" for note in self.notes)

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        return "".join(f"<div>{html.escape(line)}</div>" for line in self.lines())


def compare_runs(*runs: Run) -> Comparison | TrialsComparison:
    """Compare runs with the first of them: every trial with the same trial.

    Parameters
    ----------
    *runs : Recording or TrialsRecording
        Two or more, of networks with equal populations and step.

    Returns
    -------
    Comparison or TrialsComparison
        Without tolerance: identical means equal bits.

    Raises
    ------
    ModelError
        runs-too-few, runs-differ, nothing-compared.
    """
    alone = [run for run in runs if isinstance(run, Recording)]
    several = [run for run in runs if isinstance(run, TrialsRecording)]
    if not several:
        return compare(*alone)
    if alone:
        what = f"{alone[0].path} is one run, {several[0].path} holds {several[0].manifest['trials']} trials"
        try_ = f"snndsl compare {alone[0].path} {several[0].path}/trials/0"
        raise ModelError(Fault("runs-differ", what, expected="runs of as many trials", try_=try_))
    if len(several) < 2:
        raise ModelError(Fault("runs-too-few", "1 run to compare", expected="two or more"))
    found = [{trial.trial: trial for trial in run.trials} for run in several]
    common = [number for number in found[0] if all(number in trials for trials in found[1:])]
    if not common:
        what = " and ".join(str(run.path) for run in several)
        raise ModelError(Fault("nothing-compared", f"{what} have no complete trial in common", expected="complete trials"))
    names = tuple(str(run.path) for run in several)
    trials = {number: compare(*(run[number] for run in found)) for number in common}
    notes = [
        f"{name} has {len(mine)} complete trials, of which {len(common)} were compared"
        for name, mine in zip(names, found, strict=True)
        if len(mine) > len(common)
    ]
    notes += list(dict.fromkeys(note for item in trials.values() for note in item.notes if "different models" in note))
    return TrialsComparison(names, trials, tuple(notes))
