"""What is proved about neurons that are left alone holds for simulated ones, at the worst inputs chance finds."""

import numpy as np
import pytest
from numpy.typing import NDArray

from snndsl.polychrony.engine.bounds import apart, leave_alone, resting

KINDS = {"regular": (0.02, 8.0), "fast": (0.1, 2.0)}


def fires(a: float, current: NDArray[np.float64]) -> bool:
    """Whether neurons at rest that get these inputs, shape (steps, neurons), fire."""
    v = np.full(current.shape[1], -70.0)
    u = 0.2 * v
    for now in current:
        v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + now)
        v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + now)
        u = u + a * (0.2 * v - u)
        if (v >= 30.0).any():
            return True
    return False


def isolated(rng: np.random.Generator, isolation: int, inhibited: int, inhibition: float, neurons: int) -> NDArray[np.float64]:
    """Excitation as dense as allowed, now and then with a gap, and inhibition at random."""
    current = np.zeros((200, neurons))
    for k in range(neurons):
        step = int(rng.integers(1, 20))
        while step < 200:
            current[step, k] += 10.0
            step += isolation + 1 + int(rng.integers(0, 30) * (rng.random() < 0.2))
        start = rng.integers(0, 180)
        current[np.minimum(start + rng.integers(0, 15, inhibited), 199), k] -= inhibition
    return current


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("inhibition", [0.0, 5.0])
def test_a_neuron_left_alone_does_not_fire(kind: str, inhibition: float) -> None:
    a, _ = KINDS[kind]
    isolation, inhibited = leave_alone(a, 0.2, 10.0, inhibition)
    assert 1 <= isolation <= 8
    rng = np.random.default_rng(1)
    assert not fires(a, isolated(rng, isolation, inhibited, inhibition, 2_000))
    # the bound is not far from what is needed
    assert fires(a, isolated(rng, 1, inhibited, inhibition, 2_000))


@pytest.mark.parametrize("kind", KINDS)
def test_two_arrivals_apart_do_not_fire_a_neuron_at_rest(kind: str) -> None:
    a, _ = KINDS[kind]
    isolation, _ = leave_alone(a, 0.2, 10.0, 5.0)
    distance = apart(a, 0.2, 10.0, 0.0, isolation, 0)
    current = np.zeros((80, 1))
    current[[1, 1 + distance]] = 10.0
    assert not fires(a, current)
    current[:] = 0.0
    current[[1, distance]] = 10.0
    assert fires(a, current)


def test_nothing_is_proved_for_large_weights() -> None:
    assert leave_alone(0.02, 0.2, 40.0, 5.0) == (-1, 0)
    assert leave_alone(0.02, 0.2, 10.0, 50.0)[1] == 0


def test_rest_is_detected() -> None:
    rest = resting(np.array([[0.02, 0.2, -65.0, 8.0], [0.02, 0.25, -65.0, 8.0]]))
    assert np.allclose(rest[0], [-70.0, -14.0]) and np.isnan(rest[1]).all()
    assert not fires(0.02, np.zeros((1000, 1)))
