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
) -> Recording:
    """Write a run: spikes (stamp, neuron) by population, states of exc[0] at every stamp, weights at the last stamp."""
    settings: dict[str, Any] = {
        "name": "hand",
        "step_ms": step_ms,
        "steps": steps,
        "backend": "hand",
        "populations": sizes or SIZES,
        "projections": {"ee": {"rows": 2, "populations": ["exc"]}},
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
    columns = {name: np.zeros(2, np.int32) for name in ("pre", "post", "pre_population", "post_population", "dendritic")}
    columns |= {"row": np.arange(2), "weight": np.ones(2), "axonal": np.array([delay, 1], np.int32)}
    folder.synapses("ee", columns)
    for name, events in spikes.items():
        folder.spikes(name, 1, steps, np.array([s for s, _ in events]), np.array([n for _, n in events]))
    if v is not None:
        folder.state_neurons("exc", ["v"], "0", np.array([0]))
        folder.states("exc", "v", "0", np.array(v)[:, None])
    if w is not None:
        folder.weights("ee", "w", steps, np.array(w))
    folder.commit(steps)
    folder.finish(status)
    return read_run(path)
