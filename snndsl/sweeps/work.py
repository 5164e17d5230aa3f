"""One point of a sweep: its model is read, run and measured; what goes wrong is its result."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from snndsl.analysis.expectations import check_expectations
from snndsl.api import Model, run_model
from snndsl.errors import SnndslError
from snndsl.results import Run
from snndsl.sweeps.origin import Origin
from snndsl.sweeps.points import Point
from snndsl.sweeps.store import Row, Store

__all__ = ["Worker", "failed_row"]


class Worker:
    """Computes points, as a worker process does.

    Parameters
    ----------
    origin : Origin
        Of the models.
    folder : str
        Of the sweep.
    backend : str
        Name.
    keep : bool
        Whether the run folders of complete points stay; those of failed ones do.
    """

    def __init__(self, origin: Origin, folder: str, backend: str, keep: bool) -> None:
        self.origin, self.backend, self.keep = origin, backend, keep
        self.store = Store(Path(folder))

    def __call__(self, point: Point) -> Row:
        """Return the row of a point, which is written already."""
        key, begun = point.key, time.monotonic()
        folder = self.store.runs(key)
        self.store.begin(key)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            row = self._measured(point, folder)
            if not self.keep:
                shutil.rmtree(folder)
        except SnndslError as error:
            row = failed_row(point, str(error))
        row["seconds"] = time.monotonic() - begun
        self.store.write(key, row)
        return row

    def _measured(self, point: Point, folder: Path) -> Row:
        model = self.origin.model(point)
        done = run_model(model, self.backend, folder)
        if done.signal:
            raise KeyboardInterrupt(point.said)
        return {**_said(point), "status": "complete", "values": _values(model, done.recording)}


def failed_row(point: Point, why: str) -> Row:
    """Return the row of a point that has no values.

    Parameters
    ----------
    point : Point
        Which.
    why : str
        What went wrong.
    """
    return {**_said(point), "status": "failed", "why": why, "values": {}, "seconds": 0.0}


def _said(point: Point) -> Row:
    return {"key": point.key, "setting": point.setting, "settings": dict(point.settings)}


def _values(model: Model, recording: Run) -> dict[str, Any]:
    """Return what was measured: the rate of every population whose spikes are kept whole, and what is expected."""
    seconds = recording.steps_done * recording.step_ms / 1000
    found: dict[str, Any] = {}
    kept = dict.fromkeys(recording.spike_counts, 0)
    for block in model.checked.records.spikes.blocks:
        kept[block.population] += block.size
    for name, spikes in recording.spike_counts.items():
        if kept[name] == model.checked.sizes[name] and seconds:
            rate = spikes / model.checked.sizes[name] / seconds
            found[f"rate.{name}"] = {"mean": rate, "least": rate, "most": rate, "unit": "Hz", "found": f"rate {rate:.8g} Hz"}
    for outcome in check_expectations(model.checked, recording):
        facts = outcome.to_dict()
        found[outcome.name] = {**(facts["measured"] or {}), "passed": outcome.passed, "found": outcome.found}
    return found
