"""Networks, models, catalogues and times, from whatever names them: an object, a file, a folder, a text."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.api import Model, free_folder, load
from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue, read_catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.same import check_network
from snndsl.polychrony.network.sources import Network, network_from_program, network_from_run, read_network
from snndsl.polychrony.network.table import SynapseTable
from snndsl.results import Recording, read_run, single
from snndsl.semantics.times import time_in_steps

__all__ = [
    "PathLike",
    "chosen_groups",
    "free_catalogue",
    "is_model",
    "model_of",
    "network_of",
    "neurons_from",
    "recording_in",
    "steps_from",
]

PathLike = str | os.PathLike[str]


def is_model(source: Any) -> bool:
    """Tell whether a path is a model file or the folder of one, no run."""
    if not isinstance(source, str | os.PathLike):
        return False
    path = Path(source)
    in_folder = (path / "model.yaml").exists() and not (path / "manifest.json").exists()
    return path.suffix in (".yaml", ".yml") or in_folder


def model_of(source: Model | PathLike, settings: Mapping[str, Any] | None = None) -> Model:
    """Return a model, read if a path is given."""
    return source if isinstance(source, Model) else load(source, settings)


def recording_in(source: Any) -> Recording | None:
    """Return a run, read if its folder is given; None: the source is something else."""
    if isinstance(source, Recording):
        return source
    there = isinstance(source, str | os.PathLike) and (Path(source) / "manifest.json").exists()
    return single(read_run(source)) if there else None


def network_of(
    source: Any,
    *,
    at: str | None = None,
    inhibitory: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    step_ms: Fraction | None = None,
    population: str | None = None,
) -> Network:
    """Return the network that a source has.

    Parameters
    ----------
    source : Model, Recording, path, mapping or SynapseTable
        A model or its file (initial weights), a run or its folder, a table on disk, or columns pre, post, weight, delay
        (steps).
    at : str, optional
        Time of the weights of a run; without it, the last that were recorded.
    inhibitory : sequence of str, optional
        Inhibitory populations of a model or run; without it, neurons with negative weights are.
    settings : mapping, optional
        Of a model file.
    step_ms : Fraction, optional
        Length of a step of a table whose delays are in ms.
    population : str, optional
        Of SONATA edges.

    Raises
    ------
    ModelError
        usage, and what reading refuses.
    """
    run = recording_in(source)
    if at is not None and run is None:
        raise ModelError(Fault("usage", f"weights at {at} without a run", expected="a run folder"))
    if run is not None:
        return network_from_run(run, None if at is None else time_in_steps(at, run.step_length), inhibitory or None)
    if isinstance(source, Mapping):
        source = SynapseTable.from_columns(source)
    if isinstance(source, SynapseTable):
        return Network(source, None, Fraction(1), {})
    if isinstance(source, Model) or is_model(source):
        model = model_of(source, settings)
        return network_from_program(model.program, inhibitory or None, model.units())
    return read_network(source, step_ms=step_ms, population=population, inhibitory=inhibitory or None)


def chosen_groups(
    catalogue: Catalogue | PathLike, network: Network, what: str, chosen: Sequence[int]
) -> tuple[list[Group], bool]:
    """Return groups (all if none is chosen), and whether the network is to the bit the one that was searched.

    They have to be possible in the network, which messages call `what`.

    Raises
    ------
    ModelError
        group-unknown, another-network.
    """
    found = catalogue if isinstance(catalogue, Catalogue) else read_catalogue(catalogue)
    unknown = [number for number in chosen if not 0 <= number < len(found)]
    if unknown:
        raise ModelError(Fault("group-unknown", f"there is no group {unknown[0]}", expected=f"0 .. {len(found) - 1}"))
    groups = [found[number] for number in chosen or range(len(found))]
    return groups, check_network(found, groups, network, what)


def steps_from(given: int | str, step: Fraction, option: str) -> int:
    """Return a number of steps that was given as such, as ``3``, or as a time, as ``3 ms``; messages name the option.

    Raises
    ------
    ModelError
        usage, and what is wrong with a time.
    """
    text = str(given).strip()
    steps = int(text) if text.isdecimal() else time_in_steps(text, step, option)
    if steps < 0:
        raise ModelError(Fault("usage", f"{option} {text}", expected="a number of steps, or a time", try_=f'{option} "2 ms"'))
    return steps


def neurons_from(text: str, neurons: int) -> NDArray[np.int64]:
    """Return neurons listed as ``3,5,10:20``."""
    found: list[int] = []
    for part in text.split(","):
        first, sign, last = part.strip().partition(":")
        if not first.isdigit() or (sign and not last.isdigit()):
            raise ModelError(Fault("usage", f"neurons {text!r}", expected="numbers and ranges", try_="3,5,10:20"))
        found += range(int(first), min(int(last), neurons + 1)) if sign else [int(first)]
    if not found or max(found) >= neurons:
        raise ModelError(Fault("mothers", f"neurons {text!r}", expected=f"neurons within 0 .. {neurons - 1}"))
    return np.unique(np.array(found, np.int64))


def free_catalogue(source: Path) -> Path:
    """Return a new folder for a catalogue: in the run folder, else below ``runs``."""
    if (source / "manifest.json").exists():
        return next(path for path in (source / f"groups{k or ''}" for k in range(10_000)) if not path.exists())
    return free_folder(f"groups-{source.stem}")
