"""The commands about polychronous groups; `commands` registers them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from snndsl.backend import REFERENCE
from snndsl.cli.actions import parsed_settings, run_with_progress
from snndsl.cli.discover_command import At
from snndsl.cli.options import Backends, Force, Json, Output, Quiet, Settings
from snndsl.errors import Fault, ModelError

__all__ = ["detect", "motifs", "replay"]


def replay(
    catalogue: Annotated[Path, typer.Argument(metavar="CATALOGUE")],
    model: Annotated[
        Path, typer.Option("--in", metavar="MODEL|RUN", help="the model that was searched, or a run of it with its weights")
    ],
    backends: Backends = [],
    at: At = None,
    group: Annotated[list[int], typer.Option("--group", metavar="K", help="all if absent")] = [],
    ongoing: Annotated[bool, typer.Option("--ongoing", help="keep the model's own stimuli")] = False,
    tolerance: Annotated[int, typer.Option(min=0, max=1000, metavar="STEPS", help="how far off a spike may be")] = 1,
    settings: Settings = [],
    out: Output = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Play the anchors of groups into a network, on any backends, and report which of their spikes appear, and when."""
    from snndsl.cli.replay import Replay

    replayed = Replay(catalogue, model, parsed_settings(settings), group, ongoing, tolerance, at)
    if not replayed.same and not quiet:
        print("note: the weights or neurons are not, to the bit, those that were searched", file=sys.stderr)
    runs = replayed.on(list(dict.fromkeys(backends)) or [REFERENCE], out, run_with_progress, quiet)
    same = len({tuple(found) for found, _ in runs.values()}) == 1
    if as_json:
        facts = {
            name: {"folder": str(done.recording.path), "groups": [answer.to_dict() for answer in found]}
            for name, (found, done) in runs.items()
        }
        print(json.dumps({"backends": facts, "identical": same}, indent=1))
        return 0 if same else 1
    for name, (found, done) in runs.items():
        print(f"{name}    run {done.recording.path}")
        for answer in found:
            missing = answer.first_missing
            late = f"   first missing: neuron {missing[0]} at {missing[1]} steps" if missing else ""
            spikes = f"{answer.exact} of {answer.expected} spikes exact, {answer.near} within {tolerance} steps"
            print(f"  group {answer.group:<6} {spikes}, {answer.extra} others{late}")
        whole = sum(answer.exact == answer.expected for answer in found)
        print(f"  {whole} of {len(found)} groups appear whole")
    if len(runs) > 1:
        print("the backends agree on every spike" if same else "the backends DIFFER")
    return 0 if same else 1


def detect(
    source: Annotated[Path, typer.Argument(metavar="CATALOGUE|MODEL", help="groups of a catalogue, or motifs of a model")],
    run: Annotated[Path, typer.Option("--in", metavar="RUN", help="run folder with spikes")],
    tolerance: Annotated[
        str | None, typer.Option(metavar="STEPS|TIME", help="how far off a spike may be (1 step, or the motif's own)")
    ] = None,
    fraction: Annotated[float, typer.Option(metavar="F", help="of a group's spikes that must be there")] = 0.8,
    null: Annotated[
        list[str], typer.Option("--null", metavar="NAME=TIMES", help="shift, dither, joint_isi, exchange; or none")
    ] = ["dither=19"],
    width: Annotated[
        str | None, typer.Option(metavar="STEPS|TIME", help="by which dither and joint_isi move spikes (15 ms)")
    ] = None,
    group: Annotated[list[str], typer.Option("--group", metavar="K|NAME", help="all if absent")] = [],
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="of the nulls")] = 0,
    workers: Annotated[int, typer.Option(min=1, max=1024, metavar="N", help="processes for the nulls")] = 1,
    settings: Settings = [],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE.csv", help="every occurrence as a row")] = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Find groups or motifs in recorded spikes, and in surrogates that chance alone could have made."""
    from snndsl.cli.detect import How, nulls_of, occurrences

    if out is not None and out.exists() and (out.is_dir() or not force):
        what = "is a folder" if out.is_dir() else "is there"
        raise ModelError(Fault("file-exists", f"{out} {what}", expected="a new file", try_="--force"))
    how = How(
        chosen=group,
        settings=parsed_settings(settings),
        tolerance=tolerance,
        fraction=fraction,
        nulls=nulls_of(null),
        width=width,
        seed=seed,
        workers=workers,
        quiet=quiet,
    )
    for kind, content in occurrences(source, run, out, how):
        if kind == "facts" and as_json:
            print(json.dumps(content, indent=1))
        elif kind == "text" and not as_json:
            print(f"  {content}", flush=True)
    return 0


def motifs(
    catalogue: Annotated[Path, typer.Argument(metavar="CATALOGUE")],
    model: Annotated[Path, typer.Option("--in", metavar="MODEL", help="the model that was searched")],
    group: Annotated[list[int], typer.Option("--group", metavar="K", help="all if absent")] = [],
    settings: Settings = [],
    out: Output = None,
    force: Force = False,
) -> int:
    """Print groups as motifs (anchors as spikes, the others as what they lead to), or write the model with them."""
    from snndsl.cli.replay import motif_entries
    from snndsl.cli.section_text import require_free, section_text, write_model

    if out is not None:
        require_free(out, force)
    entries = motif_entries(catalogue, model, parsed_settings(settings), group)
    if out is None:
        print(section_text("motifs", entries), end="")
    else:
        write_model(model, "motifs", entries, out, force)
        print(out)
    return 0
