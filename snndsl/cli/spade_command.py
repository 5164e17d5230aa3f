"""The command ``spade``: patterns that repeat in a run, found by Elephant, and the groups of a catalogue that contain them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from snndsl.cli.filters import numbers_in
from snndsl.cli.options import Json, Quiet
from snndsl.cli.parsing import Argument, Option
from snndsl.cli.progress import Line, counted, duration

if TYPE_CHECKING:
    from snndsl.polychrony.recordings.spade import SpadeResult
    from snndsl.polychrony.recordings.spade_work import SpadeWork

__all__ = ["spade"]

_ROWS = 30
"""Patterns shown."""

def spade(
    run: Annotated[Path, Argument(metavar="RUN", help="run folder with spikes")],
    against: Annotated[Path | None, Option(metavar="CATALOGUE", help="say which groups contain a pattern")] = None,
    bin_length: Annotated[str, Option("--bin", metavar="STEPS|TIME", help="length of a bin")] = "3 ms",
    window: Annotated[int, Option("--winlen", metavar="N", help="bins of a window: no pattern is longer")] = 20,
    neurons: Annotated[str | None, Option(metavar="IDS", help="as 3,5,10:20; at most 100 with spikes")] = None,
    min_spikes: Annotated[int, Option("--min-spikes", metavar="N", help="of a pattern")] = 3,
    min_occurrences: Annotated[int, Option("--min-occ", metavar="N", help="how often a pattern comes, at least")] = 3,
    surrogates: Annotated[int, Option(metavar="N", help="0: all patterns, without p-values")] = 100,
    alpha: Annotated[float, Option(metavar="P", help="family-wise level")] = 0.05,
    dither: Annotated[str, Option(metavar="STEPS|TIME", help="by which spikes of a surrogate move, at most")] = "15 ms",
    method: Annotated[str, Option(metavar="NAME", help="of Elephant's surrogates")] = "dither_spikes",
    start: Annotated[str | None, Option("--from", metavar="TIME", help="first time looked at")] = None,
    stop: Annotated[str | None, Option("--until", metavar="TIME", help="last time looked at")] = None,
    seed: Annotated[int, Option(min=0, metavar="N", help="of the surrogates")] = 0,
    workers: Annotated[int, Option(min=1, max=1024, metavar="N", help="processes for the surrogates")] = 1,
    limit: Annotated[float, Option(metavar="HOURS", help="work predicted to take longer is refused")] = 1.0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Look for repeating patterns with SPADE, which knows of no groups (needs the extra spade)."""
    from snndsl.groups.spade import spade as found_in
    from snndsl.polychrony.catalogue import read_catalogue
    from snndsl.polychrony.recordings.elephant_mining import mining_module
    from snndsl.results import read_run, single

    mining_module()
    recording, line = single(read_run(run)), Line(quiet)
    found = found_in(
        recording,
        against=None if against is None else read_catalogue(against),
        bin_length=bin_length,
        window=window,
        neurons=None if neurons is None else numbers_in(neurons, sum(recording.populations.values()), "--neurons"),
        min_spikes=min_spikes,
        min_occurrences=min_occurrences,
        surrogates=surrogates,
        alpha=alpha,
        dither=dither,
        method=method,
        start=start,
        stop=stop,
        seed=seed,
        workers=workers,
        limit_s=limit * 3600,
        planned=None if as_json else _said(surrogates),
        progress=lambda done, total: line(f"spade  {done}/{total} surrogates", done == total),
    )
    if as_json:
        print(json.dumps(found.to_dict(), indent=1))
    else:
        longest_ms = found.bin_steps * window * found.step_ms
        lines = [*_rows(found.rows(), found.step_ms), *_summary(found.result, alpha, longest_ms)]
        print("\n".join(f"  {text}" for text in lines))
    return 0


def _said(surrogates: int) -> Any:
    """Return a listener that prints what will be done, before it is done."""

    def say(work: SpadeWork, mined: int | None, seconds: float) -> None:
        took = "less than 1 s" if seconds < 1 else f"about {duration(seconds)}"
        if mined is None:
            print(f"  recording   {work.spikes:,} spikes of {work.trains} neurons in {work.bins:,} bins")
            chance = f"{work.patterns:,.0f} patterns expected by chance" if work.patterns >= 1 else "hardly a pattern by chance"
            print(f"  work        {chance}; {took} in all", flush=True)
        else:
            left = f"; {counted(surrogates, 'surrogates')} take {took}" if surrogates else ""
            print(f"  mined       {counted(mined, 'patterns')}{left}", flush=True)

    return say


def _rows(rows: list[dict[str, Any]], step_ms: float) -> Iterator[str]:
    """Yield a line for each pattern: spikes, occurrences, p-value, who after how many ms, groups."""
    for k, row in enumerate(rows[:_ROWS]):
        spikes = "  ".join(f"{neuron}@{lag * step_ms:g}" for neuron, lag in zip(row["neurons"], row["lags"], strict=True))
        chance = "" if row["p"] is None else f"   p = {row['p']:.3g} ({row['adjusted']:.3g})"
        groups = ""
        if "groups" in row:
            some = ", ".join(map(str, row["groups"][:10])) + (", ..." if len(row["groups"]) > 10 else "")
            groups = f"   in {counted(len(row['groups']), 'groups')}: {some}" if row["groups"] else "   in no group"
        yield f"pattern {k:<4}{len(row['neurons'])} spikes, {len(row['steps'])} times{chance}   {spikes} ms{groups}"
    if len(rows) > _ROWS:
        yield f"... and {len(rows) - _ROWS:,} more    see: --json"


def _summary(result: SpadeResult, alpha: float, longest_ms: float) -> Iterator[str]:
    if result.least_p is None:
        said = "without surrogates their number says nothing about chance    try: --surrogates 100"
        yield f"found       {counted(result.mined, 'patterns')}; {said}"
    else:
        kept = f"{result.significant:,} significant ones, too many to be compared with each other"
        if result.reduced:
            kept = f"{len(result.patterns):,} of {result.significant:,} significant ones are left"
        yield f"found       {counted(result.mined, 'patterns')}, family-wise p <= {alpha:g}: {kept}"
        if result.least_p > alpha:
            needed = ceil(len(result.sizes) / alpha - 1e-9) - 1
            yield f"            {needed} surrogates or more are needed: the least p-value of so few is {result.least_p:.3g}"
    yield f"            patterns and groups that last longer than a window of {longest_ms:g} ms cannot be found"
