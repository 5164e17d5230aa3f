"""The commands about polychronous groups; `commands` registers them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from snndsl.backend import REFERENCE
from snndsl.cli.actions import parsed_settings, run_with_progress
from snndsl.cli.discover_command import At
from snndsl.cli.options import Backends, Force, Json, Output, Quiet, Settings
from snndsl.cli.parsing import Argument, Option
from snndsl.cli.replay import replay_lines
from snndsl.errors import Fault, ModelError

if TYPE_CHECKING:
    from snndsl.api import Model
    from snndsl.results import Recording

__all__ = ["detect", "motifs", "replay"]


def replay(
    catalogue: Annotated[Path, Argument(metavar="CATALOGUE")],
    model: Annotated[
        Path, Option("--in", metavar="MODEL|RUN", help="the model that was searched, or a run of it with its weights")
    ],
    backends: Backends = [],
    at: At = None,
    group: Annotated[list[int], Option("--group", metavar="K", help="all if absent")] = [],
    ongoing: Annotated[bool, Option("--ongoing", help="keep the model's own stimuli")] = False,
    tolerance: Annotated[int, Option(min=0, max=1000, metavar="STEPS", help="how far off a spike may be")] = 1,
    settings: Settings = [],
    out: Output = None,
    everything: Annotated[bool, Option("--all", help="a line for every group; else for 20")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Play the anchors of groups into a network, on any backends, and report which of their spikes appear, and when."""
    from snndsl.groups.replay import replay_model

    played = replay_model(
        catalogue, model, parsed_settings(settings), groups=group, ongoing=ongoing, tolerance=tolerance, at=at
    )
    if not played.same_network and not quiet:
        print("note: the weights or neurons are not, to the bit, those that were searched", file=sys.stderr)
    found = played.on(backends or [REFERENCE], out, lambda made, name, folder: _simulated(made, name, folder, quiet))
    if as_json:
        print(json.dumps(found.to_dict(), indent=1))
    else:
        print("\n".join(replay_lines(found, everything)))
    return 0 if found.identical else 1


def _simulated(model: Model, backend: str, folder: Path, quiet: bool) -> Recording:
    """Run a model with progress; a stopped run ends the command."""
    done = run_with_progress(model, backend, folder, 1, False, quiet)
    if done.signal:
        raise SystemExit(128 + int(done.signal))
    recording: Recording = done.recording
    return recording


def detect(
    source: Annotated[Path, Argument(metavar="CATALOGUE|MODEL", help="groups of a catalogue, or motifs of a model")],
    run: Annotated[Path, Option("--in", metavar="RUN", help="run folder with spikes")],
    tolerance: Annotated[
        str | None, Option(metavar="STEPS|TIME", help="how far off a spike may be (1 step, or the motif's own)")
    ] = None,
    fraction: Annotated[float, Option(metavar="F", help="of a group's spikes that must be there")] = 0.8,
    null: Annotated[
        list[str], Option("--null", metavar="NAME=TIMES", help="shift, dither, joint_isi, exchange; or none")
    ] = ["dither=19"],
    width: Annotated[
        str | None, Option(metavar="STEPS|TIME", help="by which dither and joint_isi move spikes (15 ms)")
    ] = None,
    group: Annotated[list[str], Option("--group", metavar="K|NAME", help="all if absent")] = [],
    seed: Annotated[int, Option(min=0, metavar="N", help="of the nulls")] = 0,
    workers: Annotated[int, Option(min=1, max=1024, metavar="N", help="processes for the nulls")] = 1,
    settings: Settings = [],
    out: Annotated[Path | None, Option("-o", "--out", metavar="FILE.csv", help="every occurrence as a row")] = None,
    force: Force = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Find groups or motifs in recorded spikes, and in surrogates that chance alone could have made."""
    from snndsl.cli.detect import found_lines, nulls_of, planned_lines, told
    from snndsl.groups.detect import detection_plan

    if out is not None and out.exists() and (out.is_dir() or not force):
        what = "is a folder" if out.is_dir() else "is there"
        raise ModelError(Fault("file-exists", f"{out} {what}", expected="a new file", try_="--force"))
    how: dict[str, Any] = {"tolerance": tolerance, "fraction": fraction, "width": width, "groups": group}
    nulls = nulls_of(null)
    plan = detection_plan(source, run, parsed_settings(settings), nulls=nulls, seed=seed, workers=workers, **how)
    _print(planned_lines(plan), as_json)
    found = plan.find(told(quiet))
    _print(found_lines(found), as_json)
    if out is not None:
        found.write_csv(out)
        _print([f"table       {out}"], as_json)
    if as_json:
        print(json.dumps(found.to_dict() | ({} if out is None else {"file": str(out)}), indent=1))
    return 0


def _print(lines: Iterable[str], silent: bool) -> None:
    """Print lines unless the facts are all that is wanted."""
    if not silent:
        for line in lines:
            print(f"  {line}", flush=True)


def motifs(
    catalogue: Annotated[Path, Argument(metavar="CATALOGUE")],
    model: Annotated[Path, Option("--in", metavar="MODEL", help="the model that was searched")],
    group: Annotated[list[int], Option("--group", metavar="K", help="all if absent")] = [],
    settings: Settings = [],
    out: Output = None,
    force: Force = False,
) -> int:
    """Print groups as motifs (anchors as spikes, the others as what they lead to), or write the model with them."""
    from snndsl.api import load
    from snndsl.groups.motifs import motif_entries
    from snndsl.groups.section_text import require_free, section_text, write_model

    if out is not None:
        require_free(out, force)
    entries = motif_entries(catalogue, load(model, parsed_settings(settings)), group)
    if out is None:
        print(section_text("motifs", entries), end="")
    else:
        write_model(model, "motifs", entries, out, force)
        print(out)
    return 0
