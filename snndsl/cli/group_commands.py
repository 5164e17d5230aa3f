"""The commands about polychronous groups; `commands` registers them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from snndsl.cli.actions import parsed_settings, run_with_progress
from snndsl.cli.options import Json, Output, Quiet, Settings

__all__ = ["detect", "motifs", "replay"]


def replay(
    catalogue: Annotated[Path, typer.Argument(metavar="CATALOGUE")],
    model: Annotated[Path, typer.Option("--in", metavar="MODEL", help="the model that was searched")],
    backend: Annotated[str, typer.Option("-b", "--backend", metavar="NAME")] = "reference",
    group: Annotated[list[int], typer.Option("--group", metavar="K", help="all if absent")] = [],
    ongoing: Annotated[bool, typer.Option("--ongoing", help="keep the model's own stimuli")] = False,
    tolerance: Annotated[int, typer.Option(min=0, metavar="STEPS", help="how far off a spike may be")] = 1,
    settings: Settings = [],
    out: Output = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Play the anchors of groups into a network and report which of their spikes appear."""
    from snndsl.cli.replay import replay_groups

    found, done = replay_groups(
        catalogue,
        model,
        backend,
        settings=parsed_settings(settings),
        chosen=group,
        ongoing=ongoing,
        tolerance=tolerance,
        out=out,
        run=run_with_progress,
        quiet=quiet,
    )
    if as_json:
        print(json.dumps({"folder": str(done.recording.path), "groups": [answer.to_dict() for answer in found]}, indent=1))
        return 0
    for answer in found:
        missing = answer.first_missing
        late = f"   first missing: neuron {missing[0]} at {missing[1]} steps" if missing else ""
        spikes = f"{answer.exact} of {answer.expected} spikes exact, {answer.near} within {tolerance} steps"
        print(f"  group {answer.group:<6} {spikes}, {answer.extra} others{late}")
    whole = sum(answer.exact == answer.expected for answer in found)
    print(f"  {whole} of {len(found)} groups appear whole    run {done.recording.path}")
    return 0


def detect(
    catalogue: Annotated[Path, typer.Argument(metavar="CATALOGUE")],
    run: Annotated[Path, typer.Option("--in", metavar="RUN", help="run folder with spikes")],
    tolerance: Annotated[int, typer.Option(min=0, metavar="STEPS", help="how far off a spike may be")] = 1,
    fraction: Annotated[float, typer.Option(metavar="F", help="of a group's spikes that must be there")] = 0.8,
    shifts: Annotated[int, typer.Option(min=0, metavar="N", help="recordings with shifted trains to compare with")] = 19,
    group: Annotated[list[int], typer.Option("--group", metavar="K", help="all if absent")] = [],
    seed: Annotated[int, typer.Option(metavar="N", help="of the shifts")] = 0,
    as_json: Json = False,
) -> int:
    """Find the groups of a catalogue in recorded spikes, and in the same spikes with every train shifted."""
    from snndsl.cli.detect import occurrences

    facts = occurrences(catalogue, run, group, tolerance, fraction, shifts, seed)
    if as_json:
        print(json.dumps(facts, indent=1))
        return 0
    for number, count in facts["counts"].items():
        if count:
            print(f"  group {number:<6} {count:,} times")
    print(f"  {facts['occurrences']:,} occurrences of {facts['found']:,} of {len(facts['counts']):,} groups")
    if facts["shifted"]:
        low, high = min(facts["shifted"]), max(facts["shifted"])
        print(f"  {low:,}-{high:,} with shifted trains, {shifts} times    p = {facts['p']:.3g}")
    else:
        print("  no shifted trains: the count alone says nothing about chance    try: --shifts 19")
    return 0


def motifs(
    catalogue: Annotated[Path, typer.Argument(metavar="CATALOGUE")],
    model: Annotated[Path, typer.Option("--in", metavar="MODEL", help="the model that was searched")],
    group: Annotated[list[int], typer.Option("--group", metavar="K", help="all if absent")] = [],
    settings: Settings = [],
) -> int:
    """Print groups as the section `motifs` of a model file: anchors as spikes, the others as what they lead to."""
    from snndsl.cli.replay import motifs_text

    print(motifs_text(catalogue, model, parsed_settings(settings), group), end="")
    return 0
