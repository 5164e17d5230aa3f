"""The main job on a shipped model: run it on every installed backend, compare, check, draw."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.analysis.figures import raster, save
from snndsl.analysis.trials import compare_runs
from snndsl.api import load, usable_backends
from snndsl.backend.registry import backend, backend_names
from snndsl.errors import Fault, ModelError

__all__ = ["demonstrate", "shipped_model"]

MODEL = "izhikevich2006_recorded"


def shipped_model(name: str) -> Path:
    """Return the folder of a shipped model.

    Raises
    ------
    ModelError
        model-missing.
    """
    package = Path(str(resources.files("snndsl")))
    for folder in (package / "models" / name, package.parent / "models" / name):
        if (folder / "model.yaml").is_file():
            return folder
    raise ModelError(Fault("model-missing", f"the shipped model {name!r} is not installed", try_="a clone of the project"))


def demonstrate(out: Path, duration: str, backends: list[str], simulate: Callable[..., Any], quiet: bool) -> int:
    """Run the demonstration; return an exit status.

    Parameters
    ----------
    out : Path
        Folder for the runs and the picture; an earlier demonstration in it is replaced.
    duration : str
        Of the run.
    backends : list of str
        Empty: all that are installed.
    simulate : callable
        Runs a model and shows progress.
    quiet : bool
        No progress.
    """
    model = load(shipped_model(MODEL), duration=duration)
    sizes = model.checked.sizes
    print(f"  model      {model.name}  {sum(sizes.values()):,} neurons  step {float(model.checked.step):g} ms  {duration}")
    recordings = []
    chosen = backends or _usable()
    for name in chosen:
        folder = out / name
        if (folder / "manifest.json").exists():
            shutil.rmtree(folder)
        done = simulate(model, name, folder, 1, False, quiet)
        if done.signal:
            return 128 + int(done.signal)
        recordings.append(done.recording)
    status = 0
    if len(recordings) > 1:
        comparison = compare_runs(*recordings)
        for line in comparison.lines():
            print(f"  compare    {line}")
        print(f"  backends   {len(recordings)} of {len(backends or backend_names())} compared: {', '.join(chosen)}")
        status = 0 if comparison.identical else 1
    status |= _recorded(model, recordings[0])
    picture = out / "raster.png"
    save(raster(recordings[0], None, (0, min(recordings[0].steps_done, 1000))), picture)
    print(f"  picture    {picture}        next: snndsl new my_model && snndsl run my_model -b {recordings[-1].backend}")
    return status


def _usable() -> list[str]:
    """Return the backends that can run; say of the others what is missing and what would install it."""
    usable = usable_backends()
    for name in (name for name in backend_names() if name not in usable):
        for fault in backend(name).missing():
            print(f"  left out   {name}: {fault.what}" + (f"; try: {fault.try_}" if fault.try_ else ""))
    return usable


def _recorded(model: Any, recording: Any) -> int:
    """Say whether the spikes are those that were recorded from another program; return 1 if not."""
    oracle = {name: model.checked.data[f"oracle.spike_{name}"].values for name in ("step", "neuron")}
    last = recording.steps_done - 1
    steps = np.rint(oracle["step"] / float(model.checked.step)).astype(np.int64)
    wanted = set(zip(steps[steps <= last].tolist(), oracle["neuron"][steps <= last].astype(np.int64).tolist(), strict=True))
    first, found = 0, set()
    for name, size in model.checked.sizes.items():
        spikes = recording.spikes[name]
        kept = spikes.step <= last
        found |= set(zip(spikes.step[kept].tolist(), (spikes.neuron[kept] + first).tolist(), strict=True))
        first += size
    same = found == wanted
    others = "" if same else ", and others"
    print(f"  recorded   {len(found & wanted):,} of {len(wanted):,} recorded spikes up to step {last:,}{others}")
    return 0 if same else 1
