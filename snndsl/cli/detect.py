"""What ``detect`` says: what it will do, what it found, what chance would have made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from snndsl.cli.progress import Line, counted, duration
from snndsl.errors import Fault, ModelError, nearest
from snndsl.polychrony.recordings.surrogates import SURROGATES

if TYPE_CHECKING:
    from snndsl.groups.detect import DetectionPlan
    from snndsl.groups.detection import Detection
    from snndsl.groups.sought import Sought
    from snndsl.polychrony.recordings.significance import RecordingSignificance

__all__ = ["found_lines", "nulls_of", "planned_lines", "told"]

_ROWS = 50
"""Groups shown."""


def nulls_of(items: list[str]) -> dict[str, int]:
    """Return ``shift=19`` texts as a mapping; ``none`` means none."""
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


def planned_lines(plan: DetectionPlan) -> Iterator[str]:
    """Yield what will be looked for, where, and how long it takes."""
    trains = plan.trains
    yield f"sought      {_sought(plan.sought)}"
    seconds = float(trains.last * plan.step) / 1000
    yield f"recording   {len(trains.start) - 1:,} neurons, {len(trains.step):,} spikes in {seconds:g} s"
    about = "less than 1 s" if plan.seconds < 1 else f"about {duration(plan.seconds)}"
    recordings = counted(1 + sum(plan.nulls.values()), "recordings")
    yield f"work        {plan.votes:,} votes in each of {recordings}, {about}"
    if plan.silent:
        yield f"note        {plan.silent:,} of their neurons have no spike in the recording"


def found_lines(found: Detection) -> Iterator[str]:
    """Yield what was found."""
    facts = found.to_dict()
    yield from _rows(facts)
    yield from _summary(facts, found.tested, float(found.step))


def told(quiet: bool) -> Any:
    """Return a listener of a detection."""
    line = Line(quiet)

    def tell(name: str, done: int, total: int, found: int) -> None:
        if name == "detect":
            line(f"detect  {done / total:4.0%}  {found:,} occurrences", done == total)
        else:
            line(f"{name}  {done}/{total}  {found:,} occurrences in the last", done == total)

    return tell


def _sought(sought: Sought) -> str:
    sizes = [len(motif) for motif in sought.motifs]
    around = f"tolerance {_between(sought.tolerance)} steps" if set(sought.tolerance) != {1} else "tolerance 1 step"
    return f"{counted(len(sizes), sought.what)} of {_between(sizes)} spikes, {around}"


def _between(numbers: list[int]) -> str:
    return str(numbers[0]) if len(set(numbers)) == 1 else f"{min(numbers)}-{max(numbers)}"


def _rows(facts: dict[str, Any]) -> Iterator[str]:
    """Yield a line of text for each group or motif that occurs, the most frequent ones if there are many."""
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


def _summary(facts: dict[str, Any], tested: Mapping[str, RecordingSignificance], step_ms: float) -> Iterator[str]:
    """Yield lines of text about all groups together."""
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
