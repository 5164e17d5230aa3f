"""What ``detect`` found, as plain data, as lines of text and as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.cli.progress import counted
from snndsl.cli.sought import Sought
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.recordings.detect import Occurrences
from snndsl.polychrony.recordings.significance import RecordingSignificance

__all__ = ["facts_of", "rows_of", "summary_of", "write_table"]

_ROWS = 50
"""Groups shown."""


def write_table(out: Path, sought: Sought, found: Occurrences, extra: NDArray[np.int64], step: Fraction) -> None:
    """Write every occurrence as a row.

    Parameters
    ----------
    out : Path
        csv file.
    sought : Sought
        What was looked for.
    found : Occurrences
        What was found.
    extra : ndarray of int64, shape (occurrences,)
        Spikes beside.
    step : Fraction
        Length of a step, ms.

    Raises
    ------
    ModelError
        file-unwritable.
    """
    sizes = [len(motif) for motif in sought.motifs]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("w", newline="", encoding="utf-8") as stream:
            table = csv.writer(stream)
            table.writerow([sought.what.removesuffix("s"), "step", "time_ms", "spikes", "of", "extra"])
            columns = (found.motif, found.step, found.spikes, extra)
            for m, when, spikes, more in zip(*(column.tolist() for column in columns), strict=True):
                table.writerow([sought.names[m], when, float(when * step), spikes, sizes[m], more])
    except OSError as error:
        what = f"{out} cannot be written: {error.strerror or error}"
        raise ModelError(Fault("file-unwritable", what, expected="a place to write to")) from None


def facts_of(
    sought: Sought, found: Occurrences, extra: NDArray[np.int64], tested: dict[str, RecordingSignificance]
) -> dict[str, Any]:
    """Return plain data: how often each group occurs, with how many spikes missing and beside, and what the nulls say.

    Parameters
    ----------
    sought, found, extra
        As in `write_table`.
    tested : dict of str to RecordingSignificance
        By the name of the null.
    """
    sizes = np.array([len(motif) for motif in sought.motifs], np.int64)
    counts, missing, beside = (
        np.bincount(found.motif, weights, len(sizes)).astype(np.int64)
        for weights in (None, sizes[found.motif] - found.spikes, extra)
    )
    groups = {
        str(sought.names[m]): {
            "occurrences": int(counts[m]),
            "spikes": int(sizes[m]),
            "missing": int(missing[m]),
            "extra": int(beside[m]),
            "p": {name: float(test.motif_p[m]) for name, test in tested.items()},
            "adjusted": {name: float(test.adjusted[m]) for name, test in tested.items()},
        }
        for m in np.flatnonzero(counts).tolist()
    }
    nulls = {}
    for name, test in tested.items():
        nulls[name] = {key: value for key, value in test.to_dict().items() if key not in ("null", "motif_p", "adjusted")}
        nulls[name]["significant"] = int(np.count_nonzero(test.adjusted <= 0.05))
    return {
        "sought": sought.what,
        "occurrences": len(found),
        "found": len(groups),
        "missing": int(missing.sum()),
        "extra": int(beside.sum()),
        "counts": dict(zip(sought.names, counts.tolist(), strict=True)),
        sought.what: groups,
        "tolerance": dict(zip(sought.names, sought.tolerance, strict=True)),
        "nulls": nulls,
    }


def rows_of(facts: dict[str, Any]) -> Iterator[str]:
    """Yield a line of text for each group or motif that occurs, the most frequent ones if there are many.

    Parameters
    ----------
    facts : dict
        Of `facts_of`.
    """
    what = facts["sought"].removesuffix("s")
    rows = sorted(facts[facts["sought"]].items(), key=lambda item: -item[1]["occurrences"])
    shown = {name for name, _ in rows[:_ROWS]}
    for name, row in facts[facts["sought"]].items():
        if name in shown:
            spikes = f"missing {row['missing'] / row['occurrences']:.2g} of {row['spikes']}"
            beside = f"extra {row['extra'] / row['occurrences']:.2g}"
            chance = "".join(f"    {null} p = {row['p'][null]:.3g} ({value:.3g})" for null, value in row["adjusted"].items())
            yield f"{what} {name:<6}{row['occurrences']:>9,} times    {spikes}, {beside}{chance}"
    if len(rows) > _ROWS:
        yield f"... and {len(rows) - _ROWS:,} {facts['sought']} that occur less often    see: --json"


def summary_of(facts: dict[str, Any], tested: dict[str, RecordingSignificance], step_ms: float) -> Iterator[str]:
    """Yield lines of text about all groups together.

    Parameters
    ----------
    facts : dict
        Of `facts_of`.
    tested : dict of str to RecordingSignificance
        By the name of the null.
    step_ms : float
        Length of a step, ms.
    """
    of = f"{facts['found']:,} of {counted(len(facts['counts']), facts['sought'])}"
    spikes = f"{counted(facts['missing'], 'spikes')} missing, {facts['extra']:,} extra"
    yield f"found       {counted(facts['occurrences'], 'occurrences')} of {of}, {spikes}"
    for name, test in tested.items():
        totals = test.totals
        spread = f"{np.median(totals):g} ({totals.min():,}-{totals.max():,})"
        width = "" if test.width is None else f" by {test.width * step_ms:g} ms"
        count = int(np.count_nonzero(test.adjusted <= 0.05))
        verdict = f"p = {test.p:.3g}; {counted(count, facts['sought'])} with p <= 0.05 family-wise"
        yield f"null        {name}{width}, {len(totals)} times: {spread} occurrences    {verdict}"
    if list(tested) == ["shift"] and tested["shift"].p <= 0.05:
        yield "            shift also undoes common changes of rate; to keep them    try: --null dither=19 --null exchange=19"
    if not tested:
        yield "null        none was run: the count alone says nothing about chance    try: --null dither=19"
    elif facts["found"]:
        yield "            p of each, in brackets family-wise; the shares are per occurrence"
