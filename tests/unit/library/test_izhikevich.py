"""The simple model shows the twenty patterns of its figure: what is said of each is asked of its spikes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from unit.library.patterns import PATTERNS
from unit.library.runs import simulated, times, values

STEPS = (0.1, 0.2, 0.25, 0.5)
Spikes = NDArray[np.float64]


@pytest.fixture(scope="module")
def spikes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Spikes]:
    found: dict[str, Spikes] = {}
    for step in STEPS:
        rows = {name: row for name, row in PATTERNS.items() if row.step == step}
        columns = {key: [getattr(row, key) for row in rows.values()] for key in "abcd"}
        class_1 = [name in ("class 1", "integrator") for name in rows]
        special = {"k_1": [4.1 if one else 5 for one in class_1], "k_0": [108 if one else 140 for one in class_1]}
        accommodation = [name == "accommodation" for name in rows]
        special |= {"v_0": [-65 if one else 0 for one in accommodation], "leak": [0 if one else 1 for one in accommodation]}
        start = {
            "v": [row.v for row in rows.values()],
            "u": [-16.0 if name == "accommodation" else row.b * row.v for name, row in rows.items()],
        }
        run = simulated(
            tmp_path_factory.mktemp("patterns"), "patterns", f"{step} ms", f"{max(row.duration for row in rows.values())} ms",
            populations={
                "cells": {
                    "neuron": {"use": "izhikevich2004.izhikevich", **columns, **special}, "size": len(rows), "initial": start,
                }
            },
            stimuli={
                f"s{k}": {"into": f"cells[{k}]", "port": "I", "current": row.current, "during": ["0 ms", f"{row.duration} ms"]}
                for k, row in enumerate(rows.values())
            },
            record={"spikes": ["cells"]},
        )  # fmt: skip
        for place, (name, row) in enumerate(rows.items()):
            all_times = times(run, "cells", place)
            found[name] = all_times[all_times <= row.duration]
    return found


def bursts(spikes: Spikes, gap: float) -> list[int]:
    """Return how many spikes there are between pauses longer than `gap` ms."""
    cuts = np.flatnonzero(np.diff(spikes) > gap) + 1
    return [len(part) for part in np.split(spikes, cuts)]


CLASSES = {
    "tonic spiking": lambda s: len(s) >= 4 and np.ptp(np.diff(s)[-2:]) < 1,
    "phasic spiking": lambda s: len(s) == 1 and s[0] < 60,
    "tonic bursting": lambda s: len(bursts(s, 10)) >= 3 and min(bursts(s, 10)[:-1]) >= 4,
    "phasic bursting": lambda s: len(s) >= 3 and bursts(s, 15) == [len(s)] and s[-1] < 100,
    "mixed mode": lambda s: bursts(s, 10)[0] >= 3 and set(bursts(s, 10)[1:]) == {1} and len(bursts(s, 10)) >= 3,
    "adaptation": lambda s: len(s) >= 5 and (np.diff(np.diff(s))[:-1] > 0).all(),
    "class 1": lambda s: len(s) >= 8 and (np.diff(np.diff(s)) <= 0.26).all() and np.diff(s)[0] > 2.5 * np.diff(s)[-1],
    "class 2": lambda s: len(s) >= 8 and s[0] > 90 and np.diff(s)[0] < 2.2 * np.diff(s)[-1],
    "spike latency": lambda s: len(s) == 1 and s[0] - 13 > 5,
    "oscillations": lambda s: len(s) == 1 and s[0] < 30,
    "resonator": lambda s: len(s) == 1 and 320 < s[0] < 350,
    "integrator": lambda s: len(s) == 1 and s[0] < 25,
    "rebound spike": lambda s: len(s) == 1 and s[0] > 25,
    "rebound burst": lambda s: len(s) >= 4 and bursts(s, 15) == [len(s)] and s[0] > 25,
    "threshold variability": lambda s: len(s) == 1 and s[0] > 80,
    "bistability": lambda s: len(s) >= 3 and s[0] < 60 and s[-1] < 221,
    "depolarizing after-potential": lambda s: len(s) == 1 and s[0] < 15,
    "accommodation": lambda s: len(s) == 1 and 300 < s[0] < 320,
    "inhibition-induced spiking": lambda s: len(s) >= 3 and s[0] > 50 and s[-1] < 275 and bursts(s, 20) == [1] * len(s),
    "inhibition-induced bursting": lambda s: len(bursts(s, 20)) == 2 and min(bursts(s, 20)) >= 4 and s[0] > 50 and s[-1] < 260,
}
"""Pattern: what its name says, of spike times in ms."""


@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern(pattern: str, spikes: dict[str, Spikes]) -> None:
    assert CLASSES[pattern](spikes[pattern]), spikes[pattern].tolist()


def test_each_class_is_told_from_the_others(spikes: dict[str, Spikes]) -> None:
    """A criterion that everything meets says nothing: each refuses at least half of the other patterns."""
    for name, criterion in CLASSES.items():
        met = [other for other in PATTERNS if len(spikes[other]) and criterion(spikes[other])]
        assert len(met) <= 10, (name, met)


@pytest.mark.parametrize(("library", "name"), [("izhikevich2003", "izhikevich"), ("izhikevich2006", "izhikevich")])
def test_half_steps_are_those_of_the_published_program(library: str, name: str, tmp_path: Path) -> None:
    """Regular spiking with I = 10 against the recursion of Izhikevich 2003, written out."""
    run = simulated(
        tmp_path, "half", "1 ms", "300 ms", populations={"cells": {"neuron": f"{library}.{name}", "size": 1}},
        stimuli={"dc": {"into": "cells", "port": "I", "current": 10}}, record={"spikes": ["cells"], "states": {"cells": ["v"]}},
    )  # fmt: skip
    v, u, spikes, course = -65.0, -13.0, [], [-65.0]
    for step in range(300):
        v += 0.5 * ((0.04 * v + 5) * v + 140 - u + 10)
        v += 0.5 * ((0.04 * v + 5) * v + 140 - u + 10)
        u += 0.02 * (0.2 * v - u)
        if v >= 30:
            spikes.append(step + 1)
            v, u = -65.0, u + 8
        course.append(v)
    assert times(run, "cells").tolist() == spikes and len(spikes) > 5
    assert values(run, "cells", "v")[:, 0].tolist() == course
