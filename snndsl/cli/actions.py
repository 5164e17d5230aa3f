"""What several commands do: settings from text, runs with progress, pictures, searches of a model's own."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from snndsl.errors import Fault, ModelError

__all__ = [
    "catalogue_picture",
    "divergence_picture",
    "fault_dict",
    "free_place",
    "is_catalogue",
    "judgement_entries",
    "parsed_settings",
    "remark",
    "run_with_progress",
    "step_ms_of",
    "steps_of",
    "verdict",
    "with_definitions",
]


_EXAMPLES = {"--set": "--set constants.w_max=8", "--grid": "--grid 'constants.w_max=[8, 10]'", "--objective": ""}


def is_catalogue(folder: Path) -> bool:
    try:
        return "definitions" in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def catalogue_picture(folder: Path, group: int | None, out: Path | None, over: Path | None = None) -> Path:
    """Draw a catalogue or a group of it, alone or over the raster of a run at its occurrences."""
    from snndsl.analysis.saving import save
    from snndsl.polychrony.catalogue import read_catalogue
    from snndsl.polychrony.network.same import check_size
    from snndsl.polychrony.pictures.figures import draw_catalogue, draw_group
    from snndsl.polychrony.pictures.occurrences import draw_occurrences
    from snndsl.results import read_run

    catalogue = read_catalogue(folder)
    if group is not None and not 0 <= group < len(catalogue):
        raise ModelError(Fault("group-unknown", f"there is no group {group}", expected=f"0 .. {len(catalogue) - 1}"))
    if over is not None and group is None:
        raise ModelError(Fault("usage", "--over draws one group", expected="--group K --over RUN", try_="--group 0"))
    if group is None:
        drawn = draw_catalogue(catalogue)
    elif over is not None:
        run = read_run(over)
        check_size(catalogue, sum(run.populations.values()), run.step_ms, str(over))
        drawn = draw_occurrences(catalogue[group], run)
    else:
        step_ms = float(catalogue.manifest.get("step_ms", 1.0))
        drawn = draw_group(catalogue[group], inhibitory=catalogue.manifest.get("inhibitory", []), step_ms=step_ms)
    name = "catalogue" if group is None else f"group-{group}" if over is None else f"group-{group}-occurrences"
    file = out or folder / f"{name}.png"
    save(drawn, file)
    return file


def parsed_settings(items: list[str], option: str = "--set") -> dict[str, Any]:
    """Return ``path=value`` texts of an option as a mapping; values are read as YAML."""
    from snndsl.frontend.yaml import read_yaml

    settings: dict[str, Any] = {}
    for item in items:
        path, sign, value = item.partition("=")
        if not sign or not path.strip():
            raise ModelError(Fault("usage", f"{option} {item}", expected="path=value", try_=_EXAMPLES[option]))
        raw, _ = read_yaml(f"value: {value}" if value.strip() else "value: ''", option)
        settings[path.strip()] = raw["value"]
    return settings


def with_definitions(path: Path, judgement: Any) -> Any:
    """Add what is wrong with the definitions of groups that a right model searches for."""
    if judgement.model is None or not judgement.model.searches:
        return judgement
    from snndsl.polychrony.section import definition_faults

    return dataclasses.replace(judgement, faults=(*judgement.faults, *definition_faults(judgement.model)))


def verdict(path: Path, judgement: Any) -> str:
    """Return the line that sums up a judgement."""
    number = len(judgement.errors)
    if number:
        return f"{number} error{'s' if number > 1 else ''} in {path}"
    if not judgement.refused:
        return f"{path}: valid"
    if any(fault.code == "key-missing" for fault in judgement.refused):
        return f"{path}: valid; definitions only, nothing in it runs"
    from snndsl.graph.refuse import REFUSED

    parts = "; ".join(f"{fault.what.removesuffix(REFUSED)} (line {fault.line})" for fault in judgement.refused)
    return f"{path}: valid; cannot be simulated yet: {parts}; backends that could: none"


def judgement_entries(judgement: Any) -> list[dict[str, Any]]:
    """Return a judgement as plain data: faults, then refused parts with the backends that could run them, then what waits."""
    entries = [fault_dict(fault) for fault in judgement.faults]
    if not judgement.errors:
        entries += [fault_dict(fault) | {"severity": "refused", "backends": []} for fault in judgement.refused]
    return entries + [{"code": "waits-for-run", "what": what, "severity": "note"} for what in judgement.waiting]


def fault_dict(fault: Fault) -> dict[str, Any]:
    fields = dataclasses.asdict(fault)
    return {"try" if name == "try_" else name: value for name, value in fields.items()}


def remark(model: Any, quiet: bool) -> None:
    from snndsl.graph.refuse import notes

    if not quiet and model.program:  # what cannot run is refused before anything is said about it
        for fault in model.elaborated.warnings:
            print(fault, file=sys.stderr)
        for note in notes(model.checked):
            print(f"note: {note}", file=sys.stderr)


def run_with_progress(model: Any, backend: str, out: Path | None, threads: int, force: bool, quiet: bool) -> Any:
    """Run a model with progress; return `snndsl.api.Simulated`."""
    from snndsl.api import run_model
    from snndsl.cli.progress import Progress

    progress = Progress(backend, model.checked.steps, float(model.checked.step), quiet)
    try:
        done = run_model(model, backend, out, threads=threads, force=force, progress=progress)
    except BaseException:
        progress.close()
        raise
    spikes, ran = sum(done.recording.manifest["spikes"].values()), done.recording.steps_done * done.recording.step_ms / 1000
    built = f"built in {progress.built:.1f} s  " if progress.built > 0.5 else ""
    if done.signal:
        progress.close(f"stopped at {ran:g} s; everything up to then is in {done.recording.path}")
    else:
        progress.close(f"{built}{ran:g} s  {spikes:,} spikes  {progress.elapsed:.1f} s")
    return done


def divergence_picture(comparison: Any, recordings: list[Any], file: Path) -> Path | None:
    from snndsl.analysis.figures import divergence, save

    drawn = divergence(comparison, *recordings)
    if drawn is None:
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    save(drawn, file)
    return file


def free_place(name: str) -> Path:
    from snndsl.api import free_folder

    return free_folder(name)


def steps_of(text: str | None, step: Any) -> int | None:
    from snndsl.semantics.times import time_in_steps

    return None if text is None else time_in_steps(text, step)


def step_ms_of(text: str | None) -> Any:
    """Return the length of a step in ms as a fraction; whole nanoseconds."""
    from fractions import Fraction

    nanoseconds = steps_of(text, Fraction(1, 1_000_000))
    if nanoseconds is not None and nanoseconds <= 0:
        raise ModelError(Fault("usage", f"--step {text}", expected="a time above 0", try_='--step "1 ms"'))
    return None if nanoseconds is None else Fraction(nanoseconds, 1_000_000)
