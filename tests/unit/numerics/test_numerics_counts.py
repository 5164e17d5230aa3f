"""Poisson counts against the distribution's closed forms, and what they cost."""

from __future__ import annotations

import math

import numpy as np
import pytest

from snndsl import numerics
from snndsl.numerics import counts as module

KEY = (123456789, 987654321)
MANY = np.arange(100000.0)


def draws(mean: float) -> np.ndarray:
    return numerics.poisson(mean, *KEY, MANY, 5, 0, 0)


def log_probability(k: float, mean: float) -> float:
    return k * math.log(mean) - mean - math.lgamma(k + 1)


@pytest.mark.parametrize("mean", [0.1, 1.0, 9.5, 10.0, 10.000001, 10.5, 37.0, 1000.0])
def test_probability_of_each_count(mean):
    observed = np.bincount(draws(mean).astype(int))
    wanted = np.exp([log_probability(k, mean) for k in range(observed.size)]) * MANY.size
    enough = wanted > 5
    chi_squared = ((observed - wanted)[enough] ** 2 / wanted[enough]).sum()
    freedom = enough.sum() - 1
    assert chi_squared < freedom + 4 * (2 * freedom) ** 0.5 + 4


@pytest.mark.parametrize("mean", [0.1, 1.0, 9.5, 10.0, 10.5, 37.0, 1e3, 1e4, 1e5, 1e7, 1e10, 1e15])
def test_moments(mean):
    """Mean, variance, third and fourth central moment are m, m, m and m + 3 m^2."""
    counts = draws(mean)
    assert np.array_equal(counts, np.floor(counts))
    z = (counts - mean) / mean**0.5
    fourth, sixth = 3 + 1 / mean, 15 + 25 / mean + 1 / mean**2
    eighth = 105 + 490 / mean + 119 / mean**2 + 1 / mean**3
    assert abs(z.mean()) < 4 * (1 / MANY.size) ** 0.5
    assert abs((z**2).mean() - 1) < 4 * ((fourth - 1) / MANY.size) ** 0.5
    assert abs((z**3).mean() - mean**-0.5) < 4 * ((sixth - 1 / mean) / MANY.size) ** 0.5
    assert abs((z**4).mean() - fourth) < 4 * ((eighth - fourth**2) / MANY.size) ** 0.5


@pytest.mark.parametrize("mean", [1e7, 1e10])
def test_large_means_are_normal(mean):
    z = np.sort((draws(mean) + 0.5 - mean) / mean**0.5)
    normal = np.array([0.5 * math.erfc(-value / 2**0.5) for value in z])
    ranks = np.arange(z.size) / z.size
    assert max(np.abs(normal - ranks).max(), np.abs(normal - ranks - 1 / z.size).max()) * z.size**0.5 < 1.95


@pytest.mark.parametrize("mean", [10.5, 37.0, 1234.5])
def test_logarithm_of_a_probability(mean):
    k = np.arange(0.0, 4 * mean)
    wanted = [log_probability(count, mean) for count in k]
    assert np.allclose(module._log_probability(np.full(k.shape, mean), k), wanted, rtol=1e-11, atol=1e-10)


def test_steps_and_elements_are_independent():
    elements, steps = draws(1e4), numerics.poisson(1e4, *KEY, 5, MANY, 0, 0)
    for rows in ((elements[1:], elements[:-1]), (steps[1:], steps[:-1]), (elements, steps)):
        assert abs(np.corrcoef(*rows)[0, 1]) < 4 / MANY.size**0.5


@pytest.mark.parametrize("mean", [10.5, 100.0, 1e4, 1e7, 1e15])
def test_cost_does_not_grow_with_the_mean(mean, monkeypatch):
    used = []

    def counted(*arguments):
        used.append(arguments[2].size)
        return numerics.draws.uniform_pair(*arguments)

    monkeypatch.setattr(module, "uniform_pair", counted)
    draws(mean)
    assert MANY.size <= sum(used) < 1.35 * MANY.size


def test_outside_the_range():
    assert numerics.poisson(-1.0, *KEY, 1, 2, 3, 4) == 0.0
    for mean in (math.nan, math.inf, 1.1e15):
        assert math.isnan(numerics.poisson(mean, *KEY, 1, 2, 3, 4))
    means = np.array([math.nan, -1.0, 0.0, 1.1e15])
    assert np.array_equal(numerics.poisson(means, *KEY, 1, 2, 3, 4), [math.nan, 0.0, 0.0, math.nan], equal_nan=True)
