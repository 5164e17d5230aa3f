"""Small run folders written by hand."""

from pathlib import Path
from typing import Any

import numpy as np

from snndsl.results import Recording, read_run
from snndsl.results.run_folder import RunFolder

SIZES = {"exc": 10, "inh": 4}


def write(
    path: Path,
    spikes: dict[str, list[tuple[int, int]]],
    v: list[float] | None = None,
    w: list[float] | None = None,
    *,
    steps: int = 100,
    delay: int = 3,
    sizes: dict[str, int] | None = None,
    step_ms: str = "1",
    status: str = "complete",
    rows: int = 2,
    chunk: int | None = None,
    watched: int = 0,
    columns: dict[str, np.ndarray[Any, Any]] | None = None,
) -> Recording:
    """Write a run: spikes (stamp, neuron) by population, states of exc[watched] at every stamp, weights at the last stamp.

    Chunks have `chunk` stamps, or the run is one chunk.
    """
    settings: dict[str, Any] = {
        "name": "hand",
        "step_ms": step_ms,
        "steps": steps,
        "backend": "hand",
        "populations": sizes or SIZES,
        "projections": {"ee": {"rows": rows, "populations": ["exc"]}},
        "spike_records": [{"population": name} for name in spikes],
        "state_records": [],
        "synapse_records": [],
    }
    if v is not None:
        settings["state_records"] = [
            {"name": "0", "population": "exc", "variables": ["v"], "period": 1, "first": 0, "last": len(v) - 1}
        ]
    if w is not None:
        settings["synapse_records"] = [{"projection": "ee", "variables": ["w"], "stamps": [steps]}]
    folder = RunFolder(path, settings)
    table = {name: np.zeros(rows, np.int32) for name in ("pre", "post", "pre_population", "post_population", "dendritic")}
    table |= {"row": np.arange(rows), "weight": np.ones(rows), "axonal": np.array([delay] + [1] * (rows - 1), np.int32)}
    folder.synapses("ee", table | (columns or {}))
    if v is not None:
        folder.state_neurons("exc", ["v"], "0", np.array([watched]))
    for first in range(1, steps + 1, chunk or steps):
        last = min(first + (chunk or steps) - 1, steps)
        for name, events in spikes.items():
            inside = [event for event in events if first <= event[0] <= last]
            folder.spikes(name, first, last, np.array([s for s, _ in inside]), np.array([n for _, n in inside]))
        if v is not None:
            folder.states("exc", "v", "0", np.array(v[first - (first == 1) : last + 1])[:, None])
        if w is not None and last == steps:
            folder.weights("ee", "w", steps, np.array(w))
        folder.commit(last)
    folder.finish(status)
    return read_run(path)
