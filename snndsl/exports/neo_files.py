"""Runs as objects of Neo, and in the files that Neo writes."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.errors import Fault, ToolMissing
from snndsl.ir.naming import user_name
from snndsl.results import Recording, TrialsRecording

__all__ = ["to_neo", "write_neo"]

WRITERS = {"nix": ("NixIO", "nixio"), "nwb": ("NWBIO", "pynwb")}
"""Classes of neo.io, and the package that each needs."""


def to_neo(run: Recording | TrialsRecording) -> Any:
    """Return a run as a Neo block.

    Parameters
    ----------
    run : Recording or TrialsRecording
        With spikes or states.

    Returns
    -------
    neo.Block
        A segment for each trial, with a `SpikeTrain` for each neuron whose spikes are recorded, silent ones included, and an
        `AnalogSignal` for each recorded variable of each record. Annotations are ``population``, ``neuron``, ``variable``.

    Raises
    ------
    ToolMissing
        package-missing: Neo.
    """
    neo, quantities = _neo()
    block = neo.Block(name=run.name, backend=run.backend, model=str(run.manifest.get("model", "")))
    for one in run.trials:
        segment = neo.Segment(name=f"trial {one.trial}", index=one.trial)
        end = one.steps_done * one.step_ms
        for name in one.spikes:
            _add_trains(segment, neo, one, name, end)
        for record, variables in one.records.items():
            population = one.manifest["state_records"][list(one.records).index(record)]["population"]
            for variable in variables:
                _add_signal(segment, neo, quantities, one, (record, population, variable))
        block.segments.append(segment)
    return block


def _add_trains(segment: Any, neo: Any, run: Recording, name: str, end: float) -> None:
    spikes = run.spikes[name]
    order = np.argsort(spikes.neuron, kind="stable")
    bounds = np.searchsorted(spikes.neuron[order], np.arange(run.populations[name] + 1))
    times = spikes.time_ms[order]
    for k in range(run.populations[name]):
        mine = times[bounds[k] : bounds[k + 1]]
        segment.spiketrains.append(
            neo.SpikeTrain(mine, units="ms", t_start=0.0, t_stop=end, name=f"{name}[{k}]", population=name, neuron=k)
        )


def _add_signal(segment: Any, neo: Any, quantities: Any, run: Recording, what: tuple[str, str, str]) -> None:
    record, population, variable = what
    part, shown = run.records[record][variable], user_name(variable)
    if not len(part.step):
        return
    period = int(part.step[1] - part.step[0]) if len(part.step) > 1 else 1
    signal = neo.AnalogSignal(
        part.value,
        units=_unit(quantities, part.unit),
        t_start=part.step[0] * run.step_ms * quantities.ms,
        sampling_period=period * run.step_ms * quantities.ms,
        name=f"{record}.{shown}",
        population=population,
        variable=shown,
        neurons=part.neuron.tolist(),
    )
    segment.analogsignals.append(signal)


def _unit(quantities: Any, text: str) -> Any:
    """Return a unit of the package, or none where it does not know it."""
    try:
        return quantities.Quantity(1.0, text).units if text not in ("", "1") else quantities.dimensionless
    except (LookupError, SyntaxError, ValueError):
        return quantities.dimensionless


def write_neo(run: Recording | TrialsRecording, file: Path, form: str) -> None:
    """Write a run through Neo.

    Raises
    ------
    ToolMissing
        package-missing: Neo, or what it needs for the format.
    """
    neo, _ = _neo()
    block = to_neo(run)
    if form == "nwb":  # which demands them; a run is of no date, and the same run is the same file
        begun = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
        said = f"{run.name} on {run.backend}, simulated"
        for signal in (item for segment in block.segments for item in segment.analogsignals):
            signal.name = signal.name.replace(":", "-")  # no name may have a colon
        block.annotate(session_start_time=begun, session_description=said, identifier=str(run.manifest.get("model", run.name)))
    name, package = WRITERS[form]
    try:
        writer = getattr(neo.io, name)(str(file), "ow" if form == "nix" else "w")
    except (ImportError, AssertionError) as error:
        what = f"{form} needs {package}: {error}"
        raise ToolMissing(Fault("package-missing", what, expected=package, try_=f"pip install {package}")) from None
    writer.write_block(block)
    writer.close() if hasattr(writer, "close") else None


def _neo() -> tuple[Any, Any]:
    try:
        import neo
        import quantities
    except ImportError:
        what = "objects of Neo need the package neo"
        raise ToolMissing(Fault("package-missing", what, expected="neo", try_="pip install 'snndsl[neo]'")) from None
    return neo, quantities
