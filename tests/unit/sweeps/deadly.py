"""A worker that a point kills, as one that takes all memory does."""

from __future__ import annotations

import os
import signal

from snndsl.sweeps.points import Point
from snndsl.sweeps.store import Row
from snndsl.sweeps.work import Worker

__all__ = ["Deadly"]


class Deadly(Worker):
    """Computes points, but dies of those whose current is 700 pA; of 500 pA only the first time."""

    def __call__(self, point: Point) -> Row:
        self.store.begin(point.key)
        seen = self.store.folder / "seen"
        first = point.settings["constants.I"] == "500 pA" and not seen.exists()
        if first:
            seen.touch()
        if first or point.settings["constants.I"] == "700 pA":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(point)
