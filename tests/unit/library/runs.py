"""Small models that use the library, run in a folder of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import snndsl


def simulated(
    folder: Path, name: str, step: str, duration: str, backend: str = "reference", **sections: Any
) -> snndsl.Recording:
    """Run a model whose definitions come from the library, under the names of its files."""
    files = {entry.file.removeprefix("snndsl:") for entry in snndsl.library()}
    text = repr(sections)
    imports = {file: f"snndsl:{file}" for file in sorted(files) if f"{file}." in text}
    model = snndsl.Model(name=name, time={"step": step, "duration": duration}, seed=1, imports=imports, **sections)
    return snndsl.run(model, backend=backend, out=folder / name)


def times(run: snndsl.Recording, population: str, neuron: int = 0) -> NDArray[np.float64]:
    """Return the spike times of a neuron in ms."""
    spikes = run.spikes[population]
    return spikes.step[spikes.neuron == neuron] * float(run.step_length)


def values(run: snndsl.Recording, population: str, state: str) -> NDArray[np.float64]:
    """Return a recorded state: samples by neurons."""
    return run.states[population][state].value
