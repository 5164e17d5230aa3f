"""A motif is played the same way in whatever order a file names its neurons, and however long the run is."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from lowered import lower

from snndsl.frontend.builder import build_source
from snndsl.semantics.check import check

SPIKES = {"p[0]": "0 ms", "p[2]": "1 ms", "p[1]": ["1 ms", "3 ms"]}


def played(
    spikes: dict[str, Any], duration: str = "400 ms", when: dict[str, Any] = {"rate": "30 Hz"}  # noqa: B006
) -> list[tuple[int, int]]:
    """Return steps and neurons of a motif that is played with all that draws."""
    model = {
        "name": "m",
        "seed": 3,
        "time": {"step": "1 ms", "duration": duration},
        "neurons": {"n": {"state": {"x": 0}, "update": "x = 0", "threshold": "x > 1"}},
        "populations": {"p": {"neuron": "n", "size": 5}},
        "motifs": {"a": {"spikes": spikes}},
        "stimuli": {
            "s": {"play": [{"motif": "a", **when, "jitter": "1 ms", "dropout": 0.2, "replace": 0.2}]}
        },
    }
    [injection] = lower(check(build_source(model))).injections
    return list(zip(injection.events["step"].tolist(), injection.events["neuron"].tolist(), strict=True))


def test_the_order_of_keys_means_nothing() -> None:
    first = played(SPIKES)
    assert len(first) > 20
    for order in permutations(SPIKES):
        assert played({key: SPIKES[key] for key in order}) == first


def test_a_shorter_run_is_the_beginning_of_a_longer_one() -> None:
    for when in ({"rate": "100 Hz"}, {"at": {"every": "7 ms", "start": "2 ms"}}):
        longer = played(SPIKES, "400 ms", when)
        for steps in range(100, 120):
            assert played(SPIKES, f"{steps} ms", when) == [spike for spike in longer if spike[0] < steps]
