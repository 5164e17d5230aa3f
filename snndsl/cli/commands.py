"""The commands, each a few lines: what is done is in `snndsl.api` and the packages below it."""

from __future__ import annotations

import dataclasses
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from snndsl.backend import REFERENCE
from snndsl.cli.actions import (
    divergence_picture,
    free_place,
    is_catalogue,
    judgement_entries,
    parsed_settings,
    remark,
    run_with_progress,
    verdict,
)
from snndsl.cli.compare_groups import compare_groups
from snndsl.cli.library_command import explain_entries, refuse_name_alone
from snndsl.cli.options import Backends, Duration, Force, Json, Output, Quiet, Seed, Settings, Threads, Workers
from snndsl.cli.parsing import Argument, Option
from snndsl.errors import Fault, ModelError, UnsupportedByTarget, printed

__all__ = ["backends", "compare", "demo", "doctor", "generate", "new", "run", "schema", "show", "test", "validate"]


class Template(StrEnum):
    """Models that ``new`` starts from."""

    PAIR = "pair"


class Mode(StrEnum):
    """Ways to generate a simulation."""

    EXACT = "exact"
    NATIVE = "native"


def validate(models: list[Path], backends: Backends = [], settings: Settings = [], as_json: Json = False) -> int:
    """Find all faults of all files; with -b also whether that backend can run them. No simulator is imported."""
    from snndsl.pipeline import validate as judged

    entries: list[dict[str, Any]] = []
    status = 0
    for path in models:
        judgement = judged(path, parsed_settings(settings), backends)
        entries += judgement_entries(judgement)
        status = 2 if judgement.errors else status
        if not as_json:
            for text in printed(judgement.faults):
                print(text, file=sys.stderr)
            print(verdict(path, judgement), file=sys.stderr if judgement.errors else sys.stdout)
            for what in judgement.waiting:
                print(f"note: only a run will judge {what}", file=sys.stderr)
    if as_json:
        print(json.dumps(entries, indent=1))
    return status


def show(
    model: Annotated[Path, Argument(metavar="MODEL|snndsl:FILE", help="a model, or a file of definitions")],
    entry: Annotated[str | None, Argument(metavar="[NAME]", help="one definition of the file")] = None,
    settings: Settings = [],
    equations: Annotated[bool, Option("--equations", help="what neurons and rules do in a step")] = False,
    ir: Annotated[bool, Option("--ir", help="the whole program")] = False,
    graph: Annotated[Path | None, Option(metavar="FILE", help="draw the network (svg, png, pdf)")] = None,
    as_json: Json = False,
) -> int:
    """Explain what a file amounts to; of a file of definitions, or with a name, what is defined and how to use it."""
    from snndsl.api import load
    from snndsl.cli import show as shown
    from snndsl.ir.dump import dump

    if not model.exists():
        refuse_name_alone(str(model))
    loaded = load(model, parsed_settings(settings))
    if entry is not None or loaded.checked.library:
        return explain_entries(loaded.source, entry, as_json)
    if graph is not None:
        shown.draw_graph(loaded, graph)
        print(graph)
    elif ir:
        print(dump(loaded.program), end="")
    elif equations:
        print("\n".join(shown.equations(loaded.program)))
    elif as_json:
        print(json.dumps(shown.description(loaded), indent=1))
    else:
        print("\n".join(shown.lines(loaded)))
    return 0


def generate(
    model: Path,
    backend: Annotated[str, Option("-b", "--backend", metavar="NAME")],
    out: Annotated[Path, Option("-o", "--out", metavar="DIR", help="folder to create")],
    settings: Settings = [],
    seed: Seed = None,
    duration: Duration = None,
    force: Force = False,
    trial: Annotated[int, Option("--trial", min=0, metavar="K", help="which of the trials, from 0")] = 0,
) -> int:
    """Write the stand-alone source tree; `python run.py` in it simulates with only the simulator installed."""
    from snndsl.api import load

    if out.exists() and (not out.is_dir() or any(out.iterdir())) and not force:
        raise ModelError(Fault("folder-exists", f"{out} is not empty", expected="a new folder", try_="--force"))
    loaded = load(model, parsed_settings(settings), seed=seed, duration=duration)
    if trial >= loaded.checked.trials:
        last = loaded.checked.trials - 1
        raise ModelError(Fault("trial-unknown", f"there is no trial {trial}", expected=f"0 .. {last}" if last else "0"))
    loaded.generate(backend, trial).write(out)
    print(out)
    return 0


def run(
    model: Path,
    backend: Annotated[str, Option("-b", "--backend", metavar="NAME")] = REFERENCE,
    out: Output = None,
    settings: Settings = [],
    seed: Seed = None,
    duration: Duration = None,
    mode: Annotated[Mode, Option(help="exact: the same bits everywhere")] = Mode.EXACT,
    threads: Threads = 1,
    workers: Workers = 1,
    force: Force = False,
    resume: Annotated[
        Path | None, Option("--resume", metavar="RUN", help="go on with a run that was stopped")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Simulate into a new run folder (default runs/NAME-BACKEND)."""
    from snndsl.api import load

    if resume is not None and (out is not None or force):
        raise ModelError(Fault("usage", "--resume with -o or --force", expected="one of them", try_=f"--resume {resume}"))
    if mode is Mode.NATIVE:
        raise UnsupportedByTarget(
            Fault("unsupported", f"{backend} has no native mode yet", expected="exact", try_="--mode exact")
        )

    loaded = load(model, parsed_settings(settings), seed=seed, duration=duration)
    remark(loaded, quiet)
    done = run_with_progress(loaded, backend, resume or out, threads, force, quiet, workers, resume is not None)
    recording = done.recording
    if as_json:
        facts = {"status": done.status, "steps_done": recording.steps_done, "spikes": recording.spike_counts}
        if loaded.checked.trials > 1:
            facts["trials"] = [trial.trial for trial in recording.trials]
        print(json.dumps({"folder": str(recording.path), **facts}))
    else:
        print(recording.path)
    return 128 + int(done.signal) if done.signal else 0


def compare(
    runs: Annotated[
        list[Path], Argument(metavar="RUN...|MODEL", help="run folders, two catalogues, or one model with -b")
    ],
    backends: Backends = [],
    out: Output = None,
    settings: Settings = [],
    seed: Seed = None,
    duration: Duration = None,
    threads: Threads = 1,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Say whether runs are identical, else where they first part (exit status 1); or which groups two catalogues share."""
    if any(is_catalogue(path) for path in runs):
        return compare_groups(runs, as_json)
    from snndsl.analysis.trials import compare_runs
    from snndsl.api import load, usable_backends
    from snndsl.results import read_run

    if backends or (len(runs) == 1 and not (runs[0] / "manifest.json").exists()):
        if len(runs) != 1:
            raise ModelError(Fault("usage", f"-b goes with one model, {len(runs)} paths were given", expected="one model file"))
        loaded = load(runs[0], parsed_settings(settings), seed=seed, duration=duration)
        folder = out or free_place(f"compare-{loaded.name}")
        names = list(backends) or usable_backends()
        recordings = []
        for name in names:
            done = run_with_progress(loaded, name, folder / name, threads, False, quiet)
            if done.signal:
                return 128 + int(done.signal)
            recordings.append(done.recording)
    else:
        folder = out or free_place("compare")
        recordings = [read_run(path) for path in runs]
    if len(recordings) < 2:
        raise ModelError(Fault("usage", "one run was given", expected="two runs or more, or a model with two backends"))
    comparison = compare_runs(*recordings)
    picture = None
    if not comparison.identical:
        picture = divergence_picture(comparison, recordings, folder / "divergence.png")
    if as_json:
        print(json.dumps(comparison.to_dict(), indent=1))
    else:
        print("\n".join(comparison.lines()))
        if picture is not None:
            print(f"  picture   {picture}")
    return 0 if comparison.identical else 1


def test(
    models: list[Path],
    backends: Backends = [],
    settings: Settings = [],
    out: Output = None,
    threads: Threads = 1,
    quiet: Quiet = False,
    as_json: Json = False,
    junit: Annotated[Path | None, Option("--junit", metavar="FILE", help="the same as JUnit XML")] = None,
) -> int:
    """Run each file's `expect:` on every installed backend (exit status 1 if one is not met); of a folder, all models in it."""
    from snndsl.formats.writers import write_text
    from snndsl.tested import Tested, tested
    from snndsl.tested import junit as as_junit

    results: list[Tested] = []
    for result in tested(
        models,
        backends,
        parsed_settings(settings),
        out,
        lambda model, name, folder: run_with_progress(model, name, folder, threads, False, quiet),
    ):
        if result.signal:
            return 128 + int(result.signal)
        results.append(result)
        for item in () if as_json else result.verdicts:
            print(f"{'pass' if item.passed else 'FAIL'}  {result.backend:<10} {item.text}")
    if junit is not None:
        write_text(as_junit(results), junit)
    pairs = [(result, item) for result in results for item in result.verdicts]
    if as_json:
        facts = [{"model": result.model, "backend": result.backend, **item.to_dict()} for result, item in pairs]
        print(json.dumps(facts, indent=1))
    failed = sum(not item.passed for _, item in pairs)
    if failed and not as_json:
        print(f"{failed} of {len(pairs)} expectations not met", file=sys.stderr)
    return 1 if failed else 0


def doctor(as_json: Json = False) -> int:
    """Check the tools; give the command that installs what is missing (exit status 3)."""
    from snndsl.cli.doctor import findings

    found = list(findings())
    if as_json:
        print(json.dumps([dataclasses.asdict(item) for item in found], indent=1))
    else:
        for item in found:
            print(f"{'ok' if item.ok else 'MISSING':<8} {item.name:<12} {item.what}")
            if item.remedy:
                print(f"{'':<8} try: {item.remedy}")
    return 0 if all(item.ok for item in found) else 3


def backends(as_json: Json = False) -> int:
    """Show who can run what."""
    from snndsl.cli.doctor import support_table

    table = support_table()
    if as_json:
        print(json.dumps(table, indent=1))
        return 0
    names = list(next(iter(table.values())))
    print(f"{'':<26}" + "".join(f"{name:<12}" for name in names))
    for feature, able in table.items():
        print(f"{feature:<26}" + "".join(f"{'yes' if able[name] else 'no':<12}" for name in names))
    return 0


def schema(out: Output = None) -> int:
    """Print the JSON Schema of a model file, for editors."""
    from snndsl.schema.json_schema import schema_text

    if out is None:
        print(schema_text(), end="")
    else:
        out.write_text(schema_text(), encoding="utf-8")
        print(out)
    return 0


def new(folder: Path, template: Template = Template.PAIR) -> int:
    """Create a model folder that runs as it is."""
    from snndsl.cli.templates import create

    print(create(folder, template.value))
    return 0


def demo(
    out: Output = None,
    duration: Annotated[str, Option(metavar="TIME")] = "10 s",
    backends: Backends = [],
    quiet: Quiet = False,
) -> int:
    """Run a shipped network on all installed backends, compare, draw (under a minute)."""
    from snndsl.cli.demo import demonstrate

    return demonstrate(out or Path("runs/demo"), duration, list(backends), run_with_progress, quiet)
