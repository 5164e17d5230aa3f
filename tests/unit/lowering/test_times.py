"""The case `times` of the conformance suite against a table worked out by hand in integers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from snndsl.backend import REFERENCE
from snndsl.results import Recording
from snndsl.testing import run_case

SPIKES = [5, 18]  # t is 0.4 ms in step 4 and 1.7 ms in step 17, a spike has the stamp behind


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return run_case("times", REFERENCE, tmp_path_factory.mktemp("times") / "run")


def _since(j: int) -> int:
    past = [j - spike for spike in SPIKES if spike <= j]
    return (past[-1] <= 3) + 2 * (past[-1] >= 3) if past else 2  # before the first spike it is infinite


@pytest.mark.parametrize(
    ("state", "meaning"),
    [
        ("wave", lambda j: j),
        ("pulse", lambda j: 3 * (j % 5 < 2)),
        ("late", lambda j: 3 * (j >= 3)),
        ("turns", lambda j: j // 3 + 100 * ((j + 1) // 3)),
        ("held", lambda j: (j // 6 * 6) / 10),
        ("measured", lambda j: j % 6 <= 3),
        ("since", _since),
    ],
)
def test_states_in_every_step(run: Recording, state: str, meaning: Callable[[int], float]) -> None:
    samples = run.states["p"][state].value.reshape(21, -1)
    assert samples[1:].tolist() == [[meaning(j)] * samples.shape[1] for j in range(20)]


def test_spikes_delays_and_intervals(run: Recording) -> None:
    assert run.spikes["p"].step.tolist() == [stamp for stamp in SPIKES for _ in range(6)]
    got = run.states["p"]["got"].value.reshape(21, -1)
    for neuron in range(6):  # the delay of neuron i is i + 1 steps
        arrivals = [spike + neuron + 1 for spike in SPIKES]
        assert got[:, neuron].tolist() == [sum(arrival <= stamp for arrival in arrivals) for stamp in range(21)]
    assert run.weights["ring"]["n"].value.ravel().tolist() == [11] * 6  # 12, 11 .. 7 steps are at most 1.2 ms
