"""What several commands do: settings from text, runs with progress, pictures, searches of a model's own."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from snndsl.errors import Fault, ModelError

__all__ = [
    "divergence_picture",
    "fault_dict",
    "free_place",
    "implausible_rates",
    "is_catalogue",
    "judgement_entries",
    "parsed_settings",
    "remark",
    "run_with_progress",
    "step_ms_of",
    "steps_of",
    "verdict",
]

_FAST_HZ, _LONG_S = 200.0, 0.1
"""Mean rate above which a run says so, and the least time it needs for that."""


_EXAMPLES = {"--set": "--set constants.w_max=8", "--grid": "--grid 'constants.w_max=[8, 10]'", "--objective": ""}


def is_catalogue(folder: Path) -> bool:
    try:
        return "definitions" in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


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


def run_with_progress(
    model: Any,
    backend: str,
    out: Path | None,
    threads: int,
    force: bool,
    quiet: bool,
    workers: int = 1,
    resume: bool = False,
) -> Any:
    """Run a model with progress; return `snndsl.api.Simulated`."""
    from snndsl.api import run_model
    from snndsl.cli.progress import Progress

    trials = model.checked.trials
    progress = Progress(backend, trials * model.checked.steps, float(model.checked.step), quiet)
    try:
        done = run_model(
            model, backend, out, threads=threads, workers=workers, force=force, resume=resume, progress=progress
        )
    except BaseException:
        progress.close()
        raise
    spikes, ran = sum(done.recording.spike_counts.values()), done.recording.steps_done * done.recording.step_ms / 1000
    built = f"built in {progress.built:.1f} s  " if progress.built > 0.5 else ""
    if done.signal:
        kept = f"stopped at {ran:g} s; everything up to then is in {done.recording.path}"
        several = f"stopped after {len(done.recording.trials)} of {trials} trials, which are in {done.recording.path}"
        progress.close(f"{kept}; --resume computes it again" if trials == 1 else f"{several}; --resume goes on")
    elif done.already:
        progress.close(f"complete already: {ran:g} s  {spikes:,} spikes")
    else:
        ran_for = f"{ran:g} s" if trials == 1 else f"{trials} trials of {ran / trials:g} s"
        progress.close(f"{built}{ran_for}  {spikes:,} spikes  {progress.elapsed:.1f} s")
    if not quiet:
        for line in implausible_rates(model, done.recording):
            print(f"note: {line}", file=sys.stderr)
    return done


def implausible_rates(model: Any, recording: Any) -> Iterator[str]:
    """Yield the populations that fired faster on average than neurons do for long."""
    seconds = recording.steps_done * recording.step_ms / 1000
    for name, spikes in recording.spike_counts.items():
        rate = spikes / max(recording.populations.get(name, 0) * seconds, 1e-12)
        if name in model.checked.populations and seconds >= _LONG_S and rate > _FAST_HZ:
            what = f"{name} fires at {rate:,.0f} Hz on average, above the {_FAST_HZ:g} Hz that few neurons keep up"
            yield f"{what}: are weights, their unit and the refractory time as meant?"


def divergence_picture(comparison: Any, recordings: list[Any], file: Path) -> Path | None:
    from snndsl.analysis.figures import divergence, save

    trial = getattr(comparison, "trial", None)
    if trial is not None:
        recordings = [next(item for item in run.trials if item.trial == trial) for run in recordings]
        comparison = comparison.trials[trial]
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
