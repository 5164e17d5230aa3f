"""The section ``expect`` of a model against a recording: what was expected, what was found, and whether they agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.analysis.bounds import Bounds
from snndsl.analysis.measuring import ListedSpikesFound, Unreached, Values, measure
from snndsl.deferred import dataclass
from snndsl.errors import Fault, SnndslError
from snndsl.expressions import TextFault
from snndsl.model.checked import CheckedModel
from snndsl.model.expectation import Expectation
from snndsl.results import Recording, Run

__all__ = ["Measured", "Verdict", "check_expectations"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: mean and extremes of the values, in a unit of the field (Hz for rates); empty for a number."""

    mean: float
    least: float
    most: float
    unit: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation and what came of it.

    Parameters
    ----------
    name : str
        Of the expectation.
    passed : bool
        Whether it is met; one that cannot be judged is not met.
    expected, found : str
        In words.
    place : str
        ``file:line:column``.
    measured : Measured or None
        The numbers; None if there are none.
    source : str
        Where the expected numbers are from, as the author says.
    """

    name: str
    passed: bool
    expected: str
    found: str
    place: str
    measured: Measured | None = None
    source: str = ""

    @property
    def text(self) -> str:
        """One line."""
        source = f" ({self.source})" if self.source else ""
        return f"{self.name}: {self.found}" + ("" if self.passed else f", expected {self.expected}{source}    {self.place}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        facts: dict[str, Any] = {"name": self.name, "passed": self.passed, "expected": self.expected, "found": self.found}
        facts["place"] = self.place
        facts |= {"source": self.source} if self.source else {}
        return facts | {"measured": None if self.measured is None else asdict(self.measured)}


def check_expectations(model: CheckedModel, recording: Run) -> list[Verdict]:
    """Check every expectation of a model.

    Parameters
    ----------
    model : CheckedModel
        That was run.
    recording : Recording or TrialsRecording
        Of it.

    Returns
    -------
    list of Verdict
        In the order of the file.

    Notes
    -----
    Of several trials the mean of what was measured is judged, value by value; with ``each: trial`` every trial is, and so are
    spikes in any case.
    """
    return [replace(_verdict(model, recording, item), source=item.source) for item in model.expectations]


def _verdict(model: CheckedModel, run: Run, expectation: Expectation) -> Verdict:
    """Judge one expectation."""
    where = expectation.place.at()
    place = f"{where.file}:{where.line}:{where.column}"
    try:
        found = [measure(model, trial, expectation) for trial in _trials(run)]
        passed, expected, text, measured = _judged(model, expectation, found, _trials(run))
    except Unreached as reason:
        return Verdict(expectation.name, False, expectation.said, f"not reached: {reason}", place)
    except TextFault as error:
        return Verdict(expectation.name, False, error.expected or expectation.said, error.what, place)
    except SnndslError as error:
        fault: Fault = error.faults[0]
        return Verdict(expectation.name, False, fault.expected or expectation.said, fault.what, place)
    return Verdict(expectation.name, passed, expected, text, place, measured)


def _trials(run: Run) -> tuple[Recording, ...]:
    """Return the trials of a run, all of them."""
    number = len(run.trials)
    asked = number if isinstance(run, Recording) else int(run.manifest["trials"])
    if number < asked or not number:
        raise Unreached(f"{number} of {asked} trials are complete")
    return run.trials


def _judged(
    model: CheckedModel, expectation: Expectation, found: Sequence[Values | ListedSpikesFound], trials: Sequence[Recording]
) -> tuple[bool, str, str, Measured | None]:
    """Return whether an expectation is met, what was expected and found in words, and the numbers."""
    lists = [(item, trial.trial) for item, trial in zip(found, trials, strict=True) if isinstance(item, ListedSpikesFound)]
    if lists:  # of the trials that are not right the first, if there is one
        item, number = next((pair for pair in lists if not pair[0].passed), lists[0])
        text = item.found if len(trials) == 1 else f"trial {number}: {item.found}"
        return item.passed, item.expected, text, None
    values = _together(expectation, [item for item in found if isinstance(item, Values)])
    none = np.isnan(values.found)
    if none.any():
        several = expectation.each is not None or len(values.found) > 1
        things = "trials" if expectation.each == "trial" else "neurons"
        whose = f"{int(none.sum()):,} of {len(none):,} {things}" if several else "these"
        return False, expectation.said, f"{values.what} has no value for {whose}: {values.spikes:,} spikes", None
    shown = values.found / values.factor
    mean, least, most = math.fsum(shown) / len(shown), float(np.min(shown)), float(np.max(shown))
    measured = Measured(mean, least, most, "" if values.unit == "1" else values.unit)
    met = Bounds(model, expectation).met(values.found, values.scope)
    text = f"{values.what} {_range(shown, values.unit)}"
    if len(trials) > 1:
        text += f", {'' if _apart(expectation) else 'mean of '}{len(trials)} trials"
    return met, expectation.said, text, measured


def _apart(expectation: Expectation) -> bool:
    """Tell whether every trial is judged by itself."""
    return expectation.each == "trial" or expectation.value == "spikes"


def _together(expectation: Expectation, trials: Sequence[Values]) -> Values:
    """Return what is judged of several trials: the values of all, or their mean."""
    first = trials[0]
    if len(trials) == 1:
        return first
    spikes = sum(item.spikes for item in trials)
    if not _apart(expectation):
        return replace(first, found=np.mean(np.stack([item.found for item in trials]), axis=0), spikes=spikes)
    scope = {name: np.concatenate([item.scope[name] for item in trials]) for name in first.scope}
    return replace(first, found=np.concatenate([item.found for item in trials]), scope=scope, spikes=spikes)


def _range(values: NDArray[np.float64], unit: str) -> str:
    end = f" {unit}" if unit and unit != "1" else ""
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.8g}{end}" if low == high else f"{low:.8g} .. {high:.8g}{end} ({values.size:,} values)"
