"""Do motifs occur in a recording more often than chance makes them? The same detection in surrogates of the recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.parallel import repeated
from snndsl.polychrony.nulls import check_null, permutation_p
from snndsl.polychrony.recordings.detect import Motif, Occurrences, SpikeTrains, detect
from snndsl.polychrony.recordings.surrogates import DITHERS, SURROGATES

__all__ = ["RecordingSignificance", "family_wise", "recording_significance"]


@dataclass(frozen=True, slots=True, eq=False)
class RecordingSignificance:
    """Occurrences in a recording against those in its surrogates.

    Parameters
    ----------
    null : str
        Name of the surrogate.
    width : int or None
        Steps; None where the null uses none.
    seed : int
        Surrogate k was made with ``numpy.random.default_rng([seed, k])``.
    counts : ndarray of int64, shape (motifs,)
        Occurrences in the recording.
    surrogate_counts : ndarray of int64, shape (repetitions, motifs)
        Occurrences in the surrogates.
    p : float
        Exact one-sided permutation p-value of the total, see `snndsl.polychrony.nulls.permutation_p`.
    motif_p : ndarray of float64, shape (motifs,)
        The same for every motif by itself.
    adjusted : ndarray of float64, shape (motifs,)
        The same with the family-wise error rate over all motifs, see `family_wise`.
    """

    null: str
    width: int | None
    seed: int
    counts: NDArray[np.int64]
    surrogate_counts: NDArray[np.int64]
    p: float
    motif_p: NDArray[np.float64]
    adjusted: NDArray[np.float64]

    @property
    def observed(self) -> int:
        """Occurrences of all motifs in the recording."""
        return int(self.counts.sum())

    @property
    def totals(self) -> NDArray[np.int64]:
        """Occurrences of all motifs in each surrogate, shape (repetitions,)."""
        return np.asarray(self.surrogate_counts.sum(axis=1), np.int64)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: of the single motifs the p-values only."""
        facts: dict[str, Any] = {"null": self.null, "width": self.width, "seed": self.seed}
        facts |= {"repetitions": len(self.surrogate_counts), "observed": self.observed, "surrogates": self.totals.tolist()}
        return facts | {"p": self.p, "motif_p": self.motif_p.tolist(), "adjusted": self.adjusted.tolist()}

    def __repr__(self) -> str:
        totals = self.totals
        return (
            f"<RecordingSignificance: {self.observed} occurrences; {self.null}: median {np.median(totals):.0f} "
            f"({totals.min()} to {totals.max()}) in {len(totals)}, p = {self.p:.3g}>"
        )


def recording_significance(
    motifs: Sequence[Motif],
    trains: SpikeTrains,
    null: str,
    *,
    repetitions: int = 19,
    seed: int = 0,
    width: int | None = None,
    tolerance: int | Sequence[int] = 1,
    fraction: float = 0.8,
    observed: Occurrences | None = None,
    workers: int = 1,
    progress: Callable[[int, int, int], None] | None = None,
) -> RecordingSignificance:
    """Detect motifs in a recording and in surrogates of it.

    Parameters
    ----------
    motifs, trains
        As in `snndsl.polychrony.recordings.detect.detect`.
    null : str
        ``shift``, ``dither``, ``joint_isi`` or ``exchange``, see `snndsl.polychrony.recordings.surrogates`.
    repetitions, seed : int
        Surrogates (19 for a p-value of 0.05), and the seed of all of them.
    width : int, optional
        Steps; has to be given for ``dither`` and ``joint_isi``.
    tolerance, fraction
        As there.
    observed : Occurrences, optional
        What the same detection found in the recording; without it, it is done here.
    workers : int
        Processes.
    progress : callable, optional
        Called with the surrogates done, their number and the occurrences in the last.

    Returns
    -------
    RecordingSignificance
        Equal for equal arguments, whatever the number of workers.

    Raises
    ------
    ModelError
        repetitions, null-unknown, surrogate-width, spike-twice, and what `detect` refuses.
    """
    check_null(null, repetitions, SURROGATES)
    if null in DITHERS and width is None:
        raise ModelError(Fault("surrogate-width", f"{null} without a width", expected="a width in steps"))
    how: dict[str, Any] = {"tolerance": tolerance, "fraction": fraction}
    own = detect(motifs, trains, **how) if observed is None else observed
    counts = np.bincount(own.motif, minlength=len(motifs)).astype(np.int64)
    rows = np.zeros((repetitions, len(motifs)), np.int64)
    task = (list(motifs), trains, null, seed, width or 0, how)
    for k, row in enumerate(repeated(_counts, task, repetitions, workers)):
        rows[k] = row
        if progress:
            progress(k + 1, repetitions, int(row.sum()))
    motif_p = np.array([permutation_p(count, rows[:, m]) for m, count in enumerate(counts.tolist())])
    used, p = width if null in DITHERS else None, permutation_p(float(counts.sum()), rows.sum(axis=1))
    return RecordingSignificance(null, used, seed, counts, rows, p, motif_p, family_wise(counts, rows))


def family_wise(counts: NDArray[np.int64], surrogate_counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return p-values of motifs, adjusted for their number by the distribution of the greatest excess.

    Parameters
    ----------
    counts : ndarray of int64, shape (motifs,)
        Occurrences in the recording.
    surrogate_counts : ndarray of int64, shape (repetitions, motifs)
        Occurrences in the surrogates.

    Returns
    -------
    ndarray of float64, shape (motifs,)
        Share of the recordings, the observed one counted with them, in which the greatest excess over all motifs is at least as
        large as that of the motif.

    Notes
    -----
    Motifs differ in how often chance makes them, so counts are compared as an excess: ``2 sqrt(count + 3/8)``, which has a
    variance of about 1 if counts are Poisson (Anscombe), minus its mean over all recordings, over its standard deviation where
    that is above 1. Without that floor every motif that occurs in one recording only, even once, would be as extreme as any
    can be. The observed recording enters mean and deviation like any other, so the adjusted p-values are exact if the
    recording is one of its surrogates (weak control), and hold for every motif if those that are not by chance leave the
    counts of the others alone.

    References
    ----------
    P. H. Westfall, S. S. Young (1993), Resampling-Based Multiple Testing, Wiley (single-step maxT). F. J. Anscombe (1948),
    Biometrika 35:246.
    """
    if not len(counts):
        return np.zeros(0)
    score = 2 * np.sqrt(np.vstack([counts, surrogate_counts]) + 0.375)
    score -= score.mean(axis=0)
    score /= np.maximum(score.std(axis=0), 1.0)
    greatest = np.sort(score[1:].max(axis=1))
    as_large = len(greatest) - np.searchsorted(greatest, score[0] - 1e-9)
    return np.asarray((1 + as_large) / (1 + len(greatest)), np.float64)


def _counts(
    k: int, motifs: Sequence[Motif], trains: SpikeTrains, null: str, seed: int, width: int, how: dict[str, Any]
) -> NDArray[np.int64]:
    """Count occurrences in surrogate k, in any process."""
    found = detect(motifs, SURROGATES[null](trains, np.random.default_rng([seed, k]), width=width), **how)
    return np.bincount(found.motif, minlength=len(motifs)).astype(np.int64)
