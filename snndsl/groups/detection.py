"""What was detected in a recording: every occurrence, counts by group or motif, and what the surrogates say."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.formats.writers import write_csv
from snndsl.groups.sought import Sought
from snndsl.polychrony.recordings.detect import Occurrences
from snndsl.polychrony.recordings.significance import RecordingSignificance

__all__ = ["Detection"]


@dataclass(frozen=True, eq=False)
class Detection:
    """Occurrences of groups or motifs in a recording, and in surrogates of it.

    Parameters
    ----------
    sought : Sought
        What was looked for.
    found : Occurrences
        Where it is: number among those sought, step, spikes that are there.
    extra : ndarray of int64, shape (occurrences,)
        Spikes of the same neurons beside those of an occurrence.
    tested : mapping of str to RecordingSignificance
        By the name of the null.
    fraction : float
        Of the spikes that had to be there.
    votes : int
        Of the spikes of the recording.
    silent : int
        Neurons sought that never fire in the recording.
    step : Fraction
        Length of a step, ms.
    """

    sought: Sought
    found: Occurrences
    extra: NDArray[np.int64]
    tested: Mapping[str, RecordingSignificance]
    fraction: float
    votes: int
    silent: int
    step: Fraction

    def __len__(self) -> int:
        return len(self.found)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Spikes of each group or motif."""
        return np.array([len(motif) for motif in self.sought.motifs], np.int64)

    @cached_property
    def counts(self) -> dict[Any, int]:
        """Occurrences of each group or motif, by its number or name."""
        return dict(zip(self.sought.names, self._sum(None), strict=True))

    @cached_property
    def table(self) -> dict[str, NDArray[Any]]:
        """One row an occurrence: ``name``, ``step``, ``time_ms``, ``spikes`` that are there, ``of`` how many, ``extra``."""
        names = np.array(self.sought.names, dtype=object)
        return {
            "name": names[self.found.motif],
            "step": self.found.step,
            "time_ms": np.array([float(int(when) * self.step) for when in self.found.step], np.float64),
            "spikes": self.found.spikes,
            "of": self.sizes[self.found.motif],
            "extra": self.extra,
        }

    def write_csv(self, out: str | os.PathLike[str]) -> None:
        """Write every occurrence as a row.

        Parameters
        ----------
        out : path
            File, replaced if it is there.

        Raises
        ------
        ModelError
            file-unwritable.
        """
        file = Path(out)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            names = [self.sought.what.removesuffix("s"), *list(self.table)[1:]]
            columns = (column.tolist() for column in self.table.values())
            write_csv(dict(zip(names, columns, strict=True)), file, end="\r\n")
        except OSError as error:
            what = f"{file} cannot be written: {error.strerror or error}"
            raise ModelError(Fault("file-unwritable", what, expected="a place to write to")) from None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: how often each occurs, with how many spikes missing and beside, and what the nulls say."""
        missing, beside = self._sum(self.sizes[self.found.motif] - self.found.spikes), self._sum(self.extra)
        counts = list(self.counts.values())
        rows = {
            str(self.sought.names[m]): {
                "occurrences": counts[m],
                "spikes": int(self.sizes[m]),
                "missing": missing[m],
                "extra": beside[m],
                "p": {name: float(test.motif_p[m]) for name, test in self.tested.items()},
                "adjusted": {name: float(test.adjusted[m]) for name, test in self.tested.items()},
            }
            for m in np.flatnonzero(counts).tolist()
        }
        return {
            "sought": self.sought.what,
            "occurrences": len(self),
            "found": len(rows),
            "missing": sum(missing),
            "extra": sum(beside),
            "counts": self.counts,
            self.sought.what: rows,
            "tolerance": dict(zip(self.sought.names, self.sought.tolerance, strict=True)),
            "nulls": {name: _null(test) for name, test in self.tested.items()},
            "fraction": self.fraction,
            "votes": self.votes,
            "silent": self.silent,
        }

    def __repr__(self) -> str:
        there = sum(count > 0 for count in self.counts.values())
        chance = "".join(f"; {name}: p = {test.p:.3g}" for name, test in self.tested.items()) or "; no null"
        return f"<Detection: {len(self):,} occurrences of {there:,} of {len(self.counts):,} {self.sought.what}{chance}>"

    def _sum(self, weights: NDArray[np.int64] | None) -> list[int]:
        """Return a sum over the occurrences of each group or motif."""
        summed = np.bincount(self.found.motif, weights, len(self.sought.motifs))
        return [int(value) for value in summed]


def _null(test: RecordingSignificance) -> dict[str, Any]:
    """Return what a null says about all together."""
    kept = {key: value for key, value in test.to_dict().items() if key not in ("null", "motif_p", "adjusted")}
    return kept | {"significant": int(np.count_nonzero(test.adjusted <= 0.05))}
