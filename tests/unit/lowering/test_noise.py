"""White noise in equations: one step against its formula, moments and correlations, orders of convergence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray
from unit.lowering.models import neurons, program

from snndsl import numerics
from snndsl.ir import Program
from snndsl_reference.tree import blocks
from snndsl_reference.tree.groups import NeuronGroup

Real = NDArray[np.float64]

OU = "dx/dt = -x/tau + sigma*sqrt(2/tau)*xi()"


def model(
    equations: str, integrator: str = "exact", states: str = "{x: 0 mV}", size: int = 1, step: str = "0.5 ms", more: str = ""
) -> Program:
    """Return a population of one neuron with noise."""
    lines = "".join(f"\n              - {line.strip()}" for line in equations.splitlines())
    return program(
        f"""
        neurons:
          n:
            parameters: {{tau: 2 ms, tau_n: 3 ms, sigma: 1.5 mV}}
            state: {states}
            equations:{lines}
            integrator: {integrator}
            {more}
        populations: {{p: {{neuron: n, size: {size}}}}}
        """,
        step=step,
    )


def group(*arguments: Any, **more: Any) -> NeuronGroup:
    return neurons(model(*arguments, **more))


def path(made: NeuronGroup, steps: int, state: str = "x") -> Real:
    """Return a state after each step, shape (steps, neurons)."""
    values = []
    for j in range(steps):
        made.step(j)
        values.append(made.states[state].copy())
    return np.array(values)


def key(made: NeuronGroup) -> tuple[float, float]:
    return made.constants["key__0"], made.constants["key__1"]


# ---- one step


def test_euler_adds_the_root_of_the_step() -> None:
    made = group(OU, "euler", "{x: 3 mV}")
    made.step(0)
    drawn = numerics.normal(*key(made), 0.0, 0.0, 0.0, 0.0)
    assert made.states["x"][0] == (3.0 + 0.5 * (-3.0 / 2.0)) + ((1.5 * np.sqrt(2.0 / 2.0)) * 0.5**0.5) * drawn


@pytest.mark.parametrize("integrator", ["exact", "exponential_euler"])
def test_the_spread_of_one_equation_is_the_exact_one(integrator: str) -> None:
    made = group(OU, integrator, "{x: 3 mV}")
    made.step(0)
    drawn = numerics.normal(*key(made), 0.0, 0.0, 0.0, 0.0)
    decay = np.exp(-0.25)
    assert made.states["x"][0] == pytest.approx(3.0 * decay + 1.5 * np.sqrt(1 - decay**2) * drawn, rel=1e-14)


@pytest.mark.parametrize("integrator", ["exact", "exponential_euler", "euler"])
def test_noise_alone_is_a_wiener_process(integrator: str) -> None:
    made = group("dx/dt = sigma/sqrt(tau)*xi()", integrator)
    made.step(0)
    drawn = numerics.normal(*key(made), 0.0, 0.0, 0.0, 0.0)
    assert made.states["x"][0] == pytest.approx(1.5 / np.sqrt(2) * np.sqrt(0.5) * drawn, rel=1e-14)


# ---- which draws are one


def test_an_alias_is_one_noise_however_often_it_is_read() -> None:
    text = "a = sigma*sqrt(2/tau)*xi()\ndx/dt = -x/tau + a\ndy/dt = a - y/tau\ndz/dt = -z/tau + sigma*sqrt(2/tau)*xi()"
    for integrator in ("exact", "exponential_euler", "euler", "{x: exact, y: exact, z: euler}"):
        made = group(text, integrator, "{x: 0 mV, y: 0 mV, z: 0 mV}")
        path(made, 20)
        assert made.states["x"] == made.states["y"] != made.states["z"]


@pytest.mark.parametrize("integrator", ["exact", "exponential_euler", "euler"])
def test_an_alias_that_draws_a_number_draws_once_however_often_it_is_read(integrator: str) -> None:
    text = "a = (1 mV/(1 ms))*normal()\ndx/dt = -x/tau + a\ndy/dt = a - y/tau"
    made = group(text, integrator, "{x: 0 mV, y: 0 mV}")
    path(made, 20)
    assert made.states["x"] == made.states["y"] != 0


def test_noise_does_not_depend_on_the_size_of_the_population() -> None:
    few, many = group(OU, size=3), group(OU, size=7)
    assert (path(few, 20) == path(many, 20)[:, :3]).all()


def test_noise_that_cancels_is_none() -> None:
    made = group("a = sigma*sqrt(2/tau)*xi()\ndx/dt = -x/tau + a - a", "euler")
    assert not path(made, 20).any()


# ---- moments


@pytest.mark.parametrize("integrator", ["exact", "exponential_euler"])
@pytest.mark.parametrize("step", ["0.25 ms", "2 ms", "20 ms"])
def test_stationary_variance_and_autocorrelation(integrator: str, step: str) -> None:
    """At any step; the bounds are five standard errors of 400,000 samples."""
    h = float(step.split()[0])
    x = path(group(OU, integrator, size=4000, step=step), 100 + round(40 / h))[-100:] / 1.5
    rho = np.exp(-h / 2.0)
    error = np.sqrt((1 + rho**2) / (1 - rho**2) / x.size)
    assert x.var() == pytest.approx(1.0, abs=5 * error * np.sqrt(2))
    assert x.mean() == pytest.approx(0.0, abs=5 * np.sqrt((1 + rho) / (1 - rho) / x.size))
    for lag in (1, 2, 5):
        assert (x[lag:] * x[:-lag]).mean() == pytest.approx(rho**lag, abs=7 * error)


def test_draws_of_neurons_steps_and_calls_are_independent() -> None:
    text = "dx/dt = sigma/sqrt(tau)*xi()\ndy/dt = sigma/sqrt(tau)*xi()"
    made, values = group(text, "euler", "{x: 0 mV, y: 0 mV}", size=300), []
    for j in range(300):
        made.step(j)
        values.append(np.stack([made.states["x"], made.states["y"]]))
    step = np.diff(np.array(values), axis=0) / (1.5 / np.sqrt(2) * np.sqrt(0.5))
    assert step.var() == pytest.approx(1, abs=5 * np.sqrt(2 / step.size))
    bound = 5 / np.sqrt(step.size / 2)
    for one, other in (
        (step[1:], step[:-1]),
        (step[:, :, 1:], step[:, :, :-1]),
        (step[:, 0], step[:, 1]),
        (step[:, 0, 1:], step[:, 1, :-1]),
    ):
        assert abs((one * other).mean()) < bound * np.sqrt(2)
    matrix = np.corrcoef(step[:, 0].T)
    off = matrix[~np.eye(300, dtype=bool)]
    assert abs(off).max() < 6 / np.sqrt(299)


def test_trials_have_noise_of_their_own() -> None:
    def of(trial: int) -> Real:
        made = group(OU, size=500)
        made.constants["trial"] = float(trial)
        return path(made, 60)

    one, other = of(0), of(1)
    assert not (one == other).any()
    assert abs(np.corrcoef(one[-1], other[-1])[0, 1]) < 5 / np.sqrt(500)


COUPLED = "dx/dt = (y - x)/tau\ndy/dt = -y/tau_n + sigma*sqrt(2/tau_n)*xi()"


def exact_covariance(h: float) -> Real:
    """Covariance of (x, y) after a step from 0, by quadrature in many digits."""
    with mpmath.workdps(30):
        a, b = mpmath.mpf(1) / 2, mpmath.mpf(1) / 3
        power = mpmath.mpf(1.5) ** 2 * 2 / 3

        def x(s: Any) -> Any:
            return a * (mpmath.exp(-b * s) - mpmath.exp(-a * s)) / (a - b)

        def y(s: Any) -> Any:
            return mpmath.exp(-b * s)

        def entry(f: Any, g: Any) -> float:
            return float(power * mpmath.quad(lambda s: f(s) * g(s), [0, h]))

        return np.array([[entry(x, x), entry(x, y)], [entry(y, x), entry(y, y)]])


@pytest.mark.parametrize("step", ["0.1 ms", "4 ms"])
def test_noise_that_passes_through_another_equation_has_the_exact_covariance(step: str) -> None:
    made = model(COUPLED, states="{x: 0 mV, y: 0 mV}", size=1, step=step)
    values: Mapping[str, Any] = next(item for item in made.populations if item.name == "p").values
    factor = np.array([[values["L__xi__0__1__0"], values["L__xi__0__1__1"]], [values["L__xi__0__0__0"], 0.0]])
    found = factor @ factor.T * 1.5**2 * 2 / 3
    np.testing.assert_allclose(found, exact_covariance(float(step.split()[0])), rtol=1e-13)
    steps = neurons(model(COUPLED, states="{x: 0 mV, y: 0 mV}", size=20000, step=step))
    steps.step(0)
    sample = np.cov(steps.states["x"], steps.states["y"])
    spread = np.sqrt(np.outer(np.diag(found), np.diag(found)))
    assert (abs(sample - found) < 5 * spread * np.sqrt(2 / 20000)).all()


def test_two_steps_of_exact_noise_have_the_spread_of_one_twice_as_long() -> None:
    """P*C*P' + C is the covariance of the longer step: no order of convergence, the law itself."""

    def of(step: str) -> tuple[Real, Real]:
        made = model(COUPLED, states="{x: 0 mV, y: 0 mV}", step=step)
        v = made.populations[0].values
        factor = np.array([[v["L__xi__0__1__0"], v["L__xi__0__1__1"]], [v["L__xi__0__0__0"], 0.0]])
        return np.array([[v["P__x__x"], v["P__x__y"]], [0.0, v["P__y__y"]]], np.float64), factor @ factor.T

    (p, short), (_, long) = of("0.5 ms"), of("1 ms")
    np.testing.assert_allclose(p @ short @ p.T + short, long, rtol=1e-13)


# ---- orders of convergence

TIME, FINEST, PATHS = 2.0, 256, 4000


class Paths:
    """Brownian paths on the finest grid; a step of a coarser one reads the sum of the finer ones."""

    def __init__(self) -> None:
        self.fine = np.random.default_rng(7).standard_normal((FINEST, PATHS))

    def at(self, steps: int) -> Real:
        ratio = FINEST // steps
        coarse: Real = self.fine.reshape(steps, ratio, PATHS).sum(axis=1) / np.sqrt(ratio)
        return coarse


NONLINEAR = "dx/dt = (0.5 - sin(x))/(1 ms) - x/tau + 0.8/sqrt(1 ms)*xi()"
FROZEN = "dx/dt = 1/(1 ms) - x*(1.5 + sin(2*y))/tau + 0.8/sqrt(1 ms)*xi()\ndy/dt = (x - y)/tau"


def end(
    equations: str, integrator: str, steps: int, paths: Paths, monkeypatch: pytest.MonkeyPatch, states: str = "{x: 0}"
) -> Real:
    """Return x at the end of every path."""
    drawn = paths.at(steps)

    def normal(*identity: Any) -> Real:
        found: Real = drawn[int(identity[3])]
        return found

    row = replace(blocks.OPERATIONS["normal"], evaluate=normal)
    monkeypatch.setattr(blocks, "OPERATIONS", {**blocks.OPERATIONS, "normal": row})
    states = "{x: 0, y: 1}" if "dy" in equations else states
    made = group(equations, integrator, states, size=PATHS, step=f"{TIME / steps!r} ms")
    found: Real = path(made, steps)[-1]
    return found


def order(errors: Mapping[int, float]) -> float:
    """Return the slope of log error over log step."""
    steps = sorted(errors)
    return -float(np.polyfit(np.log(steps), np.log([errors[n] for n in steps]), 1)[0])


@pytest.mark.parametrize(
    ("equations", "integrator"),
    [(NONLINEAR, "euler"), (FROZEN, "{x: exponential_euler, y: euler}")],
    ids=["euler", "exponential"],
)
def test_additive_noise_converges_with_order_one(equations: str, integrator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Path by path (strong) and of a mean (weak): both 1 where noise only adds."""
    paths = Paths()
    ends = {n: end(equations, integrator, n, paths, monkeypatch) for n in (8, 16, 32, 64, 128)}
    pairs = {n: ends[n] - ends[2 * n] for n in (8, 16, 32, 64)}
    strong = order({n: float(np.sqrt((gap**2).mean())) for n, gap in pairs.items()})
    weak = order({n: float(abs(pairs[n].mean())) for n in pairs})
    assert strong == pytest.approx(1.0, abs=0.15)
    assert weak == pytest.approx(1.0, abs=0.15)


# ---- a factor that reads states: the integral of Ito

GROWTH, SPREAD = -0.2, 0.6
GEOMETRIC = f"dx/dt = ({GROWTH})*x/(1 ms) + {SPREAD}*x/sqrt(1 ms)*xi()"
"""Geometric Brownian motion: x0*exp((mu - s**2/2)*t + s*W), with the mean x0*exp(mu*t)."""


@pytest.mark.parametrize("integrator", ["euler", "exponential_euler"])
def test_a_factor_is_read_at_the_beginning_of_the_step(integrator: str) -> None:
    made = group("dx/dt = -x/tau + 0.3*sqrt(y)/sqrt(1 ms)*xi()\ndy/dt = -y/tau_n", integrator, "{x: 3, y: 4}")
    made.step(0)
    drawn = numerics.normal(*key(made), 0.0, 0.0, 0.0, 0.0)
    decay = 0.75 if integrator == "euler" else np.exp(-0.25)
    spread = np.sqrt(0.5) if integrator == "euler" else np.sqrt(1 - np.exp(-0.5))  # tau/2*(1 - exp(-2*h/tau)) with tau = 2
    assert made.states["x"][0] == pytest.approx(3.0 * decay + 0.3 * np.sqrt(4.0) * spread * drawn, rel=1e-14)


@pytest.mark.parametrize(("integrator", "step"), [("euler", 0.25), ("exponential_euler", 0.25), ("exponential_euler", 1.0)])
def test_moments_of_geometric_brownian_motion(integrator: str, step: float) -> None:
    """Mean and second moment after 2 ms, x0 = 1: of the scheme at this step, and of the process.

    A step multiplies x by a + b*normal(), so that the moments are a**n and (a*a + b*b)**n. Exponential Euler has the mean of
    the process at every step. Bounds are five standard errors of 400,000 paths.
    """
    n, paths = round(2 / step), 400_000
    if integrator == "euler":
        a, b = 1 + GROWTH * step, SPREAD * np.sqrt(step)
    else:
        a, b = np.exp(GROWTH * step), SPREAD * np.sqrt((np.exp(2 * GROWTH * step) - 1) / (2 * GROWTH))
    x = path(group(GEOMETRIC, integrator, "{x: 1}", size=paths, step=f"{step} ms"), n)[-1]
    error = 5 * x.std() / np.sqrt(paths)
    assert x.mean() == pytest.approx(a**n, abs=error)
    assert (x**2).mean() == pytest.approx((a * a + b * b) ** n, abs=5 * (x**2).std() / np.sqrt(paths))
    mean, square = np.exp(2 * GROWTH), np.exp(2 * (2 * GROWTH + SPREAD**2))
    if integrator == "exponential_euler":
        assert x.mean() == pytest.approx(mean, abs=error)
    assert a**n == pytest.approx(mean, rel=0.02)
    assert (a * a + b * b) ** n == pytest.approx(square, rel=0.06 * step * 2)


@pytest.mark.parametrize("integrator", ["euler", "exponential_euler"])
def test_multiplicative_noise_converges_with_order_one_half(integrator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the solution on the same Brownian path; that of Stratonovich is exp(s**2/2*t) times as large."""
    paths = Paths()
    brownian = paths.fine.sum(axis=0) * np.sqrt(TIME / FINEST)
    exact = np.exp((GROWTH - SPREAD**2 / 2) * TIME + SPREAD * brownian)
    ends = {n: end(GEOMETRIC, integrator, n, paths, monkeypatch, "{x: 1}") for n in (8, 16, 32, 64, 128, 256)}
    errors = {n: float(np.sqrt(((found - exact) ** 2).mean())) for n, found in ends.items()}
    assert order(errors) == pytest.approx(0.5, abs=0.15)
    other = exact * np.exp(SPREAD**2 / 2 * TIME)
    assert errors[256] < 0.1 * np.sqrt(((ends[256] - other) ** 2).mean())


@pytest.mark.parametrize("integrator", ["euler", "exponential_euler"])
def test_multiplicative_noise_has_the_weak_order_one(integrator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mean and second moment of geometric Brownian motion, without chance: a step at the nodes of a Gaussian quadrature.

    The equation is linear and draws are independent, so that n steps have the n-th power of what one step makes of 1.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    weights = weights / weights.sum()
    row = replace(blocks.OPERATIONS["normal"], evaluate=lambda *identity: nodes)
    monkeypatch.setattr(blocks, "OPERATIONS", {**blocks.OPERATIONS, "normal": row})
    mean, square = np.exp(GROWTH * TIME), np.exp((2 * GROWTH + SPREAD**2) * TIME)
    of_mean, of_square = dict[int, float](), dict[int, float]()
    for n in (16, 32, 64, 128):
        x = path(group(GEOMETRIC, integrator, "{x: 1}", size=len(nodes), step=f"{TIME / n!r} ms"), 1)[-1]
        of_mean[n] = abs(float(weights @ x) ** n - mean)
        of_square[n] = abs(float(weights @ x**2) ** n - square)
    assert order(of_square) == pytest.approx(1.0, abs=0.05) and of_square[128] < 0.01 * square
    if integrator == "euler":
        assert order(of_mean) == pytest.approx(1.0, abs=0.05) and of_mean[128] < 0.001
    else:
        assert max(of_mean.values()) < 1e-12  # exact: it integrates what is not noise exactly


def test_the_stationary_law_of_a_square_root_process() -> None:
    """dx = (m - x)/tau dt + s*sqrt(x) dW is gamma distributed: mean m, variance m*s**2*tau/2, skewness 2*sd/m (Cox 1985)."""
    text = "dx/dt = (1 - x)/tau + 0.5*sqrt(max(x, 0))/sqrt(1 ms)*xi()"
    x = path(group(text, "exponential_euler", "{x: 1}", size=4000, step="0.05 ms"), 600)[-400:]
    assert x.mean() == pytest.approx(1.0, abs=0.03)
    assert x.var() == pytest.approx(0.25, abs=0.02)
    assert ((x - x.mean()) ** 3).mean() / x.std() ** 3 == pytest.approx(2 * np.sqrt(0.25), abs=0.15)
