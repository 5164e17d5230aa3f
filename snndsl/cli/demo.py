"""The main job on a shipped model: run it on every installed backend, compare, check, draw."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from snndsl.analysis.comparison import compare
from snndsl.analysis.figures import raster, save
from snndsl.errors import Fault, ModelError
from snndsl.pipeline import load, usable_backends

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
    for name in backends or usable_backends():
        folder = out / name
        if (folder / "manifest.json").exists():
            shutil.rmtree(folder)
        done = simulate(model, name, folder, 1, False, quiet)
        if done.signal:
            return 128 + int(done.signal)
        recordings.append(done.recording)
    status = 0
    if len(recordings) > 1:
        comparison = compare(*recordings)
        for line in comparison.lines():
            print(f"  compare    {line}")
        status = 0 if comparison.identical else 1
    picture = out / "raster.png"
    save(raster(recordings[0], None, (0, min(recordings[0].steps_done, 1000))), picture)
    print(f"  picture    {picture}        next: snndsl new my_model && snndsl run my_model -b {recordings[-1].backend}")
    return status
