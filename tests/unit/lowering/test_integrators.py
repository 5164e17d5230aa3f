"""One step of each integrator against its formula, many steps against closed forms and convergence orders."""

from __future__ import annotations

import json
import math

import mpmath
import numpy as np
import pytest
from unit.lowering.models import neurons, program

from snndsl.errors import ModelError
from snndsl.integrators import INTEGRATORS
from snndsl.integrators.stages import moved
from snndsl.ir import Expr
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step
from snndsl_reference.tree.groups import NeuronGroup


def one(equations: str, integrator: str, state: str, step: str = "0.1 ms") -> NeuronGroup:
    """Return a single neuron with some equations."""
    text = f"""
        neurons:
          n:
            parameters: {{tau: 20 ms, C: 250 pF, r: 1.5}}
            state: {state}
            ports: {{I: pA}}
            equations: {json.dumps(equations.splitlines())}
            integrator: {integrator}
        populations: {{p: {{neuron: n, size: 1}}}}
    """
    return neurons(program(text, step=step))


def after(group: NeuronGroup, steps: int, state: str = "V", current: float | None = None) -> float:
    """Return a state after some steps, with a constant current if one is given."""
    for j in range(steps):
        if current is not None:
            group.deliver_now("I", j + 1, np.array([0]), np.array([current]))
        group.step(j)
    return float(group.states[state][0])


LEAK = "dV/dt = (-70 mV - V)/tau + I/C"


def test_exact_is_the_closed_form() -> None:
    group = one(LEAK, "exact", "{V: -50 mV}")
    value = after(group, 100, current=300.0)
    with mpmath.workdps(40):
        goal = mpmath.mpf(-70) + mpmath.mpf(300) / 250 * 20
        expected = float(goal + (mpmath.mpf(-50) - goal) * mpmath.exp(mpmath.mpf(-100 * 0.1) / 20))
    assert value == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("tau_syn", [20.0, 20.0 * (1 + 1e-13), 20.0 * (1 + 1e-9), 2.0])
def test_exact_with_a_synapse_at_every_gap(tau_syn: float) -> None:
    group = one(f"dV/dt = -V/tau + S/C\ndS/dt = -S/({tau_syn!r} ms)", "exact", "{V: 0 mV, S: 100 pA}")
    value = after(group, 50)
    with mpmath.workdps(40):
        a, b, t = 1 / mpmath.mpf(20), 1 / mpmath.mpf(tau_syn), mpmath.mpf(5)
        expected = mpmath.mpf(100) / 250
        expected *= t * mpmath.exp(-a * t) if a == b else (mpmath.exp(-b * t) - mpmath.exp(-a * t)) / (a - b)
    assert value == pytest.approx(float(expected), rel=1e-12)


def test_exact_does_not_depend_on_the_step() -> None:
    values = [after(one(LEAK, "exact", "{V: -50 mV}", step=f"{h} ms"), round(8 / h)) for h in (1.0, 0.5, 0.25, 0.125)]
    assert max(values) - min(values) < 1e-12


RATES = {  # V' = f(V) in mV/ms with V in mV
    "dV/dt = (V/(1 mV))**2*(1 mV)/tau - V/(3 ms)": lambda v: v * v / 20 - v / 3,
    "dV/dt = sin(V/(1 mV))*(1 mV/(1 ms)) - V/tau": lambda v: math.sin(v) - v / 20,
}


@pytest.mark.parametrize("equation", RATES)
def test_one_step_of_runge_kutta_methods(equation: str) -> None:
    f, h, v = RATES[equation], 0.1, 0.75
    text = equation.replace("(1 mV/(1 ms))", "(1 mV)/(1 ms)")
    k1 = f(v)
    k2 = f(v + h / 2 * k1)
    k3 = f(v + h / 2 * k2)
    k4 = f(v + h * k3)
    p2 = f(v + h * k1 / 5)  # Dormand, Prince 1980, RK5(4)7M
    p3 = f(v + h * (3 * k1 + 9 * p2) / 40)
    p4 = f(v + h * (44 / 45 * k1 - 56 / 15 * p2 + 32 / 9 * p3))
    p5 = f(v + h * (19372 * k1 - 76080 * p2 + 64448 * p3 - 1908 * p4) / 6561)
    p6 = f(v + h * (9017 / 3168 * k1 - 355 / 33 * p2 + 46732 / 5247 * p3 + 49 / 176 * p4 - 5103 / 18656 * p5))
    expected = {
        "euler": v + h * k1,
        "heun": v + h / 2 * (k1 + f(v + h * k1)),
        "rk4": v + h / 6 * (k1 + 2 * (k2 + k3) + k4),
        "rk5": v + h * (35 / 384 * k1 + 500 / 1113 * p3 + 125 / 192 * p4 - 2187 / 6784 * p5 + 11 / 84 * p6),
    }
    for method, value in expected.items():
        assert after(one(text, method, "{V: 0.75 mV}"), 1) == pytest.approx(value, rel=1e-15), method


def test_one_step_of_exponential_euler() -> None:
    a, b, v, h = 0.5, 0.3, -1.25, 0.1  # V' = a - b*V
    equation = "dV/dt = (0.5 mV)/(1 ms) - V*(r - 1.2)/(1 ms)"
    expected = v * math.exp(-b * h) + a / b * (1 - math.exp(-b * h))
    assert after(one(equation, "exponential_euler", "{V: -1.25 mV}"), 1) == pytest.approx(expected, rel=1e-14)


def test_exponential_euler_where_the_slope_is_zero() -> None:
    equation = "dV/dt = (0.5 mV)/(1 ms) - V*(r - 1.5)/(1 ms)"
    assert after(one(equation, "exponential_euler", "{V: -1.25 mV}"), 1) == pytest.approx(-1.25 + 0.05, rel=1e-15)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("exponential_euler", 1), ("heun", 2), ("rk4", 4), ("rk5", 5)])
def test_orders(method: str, order: int) -> None:
    """V' = -(V - sin w)/tau, w' = 1/(7 ms): smooth, and known exactly."""
    equations = "dV/dt = (sin(w)*(1 mV) - V)/tau\ndw/dt = 1/(7 ms)"
    w, t = 1 / 7, 24.0
    a = 1 / 20
    exact = a / (a * a + w * w) * (a * math.sin(w * t) - w * math.cos(w * t) + w * math.exp(-a * t))
    steps = (2.0, 1.0, 0.5) if method in ("rk4", "rk5") else (0.5, 0.25, 0.125)
    errors = [abs(after(one(equations, method, "{V: 0 mV, w: 0}", step=f"{h} ms"), round(t / h)) - exact) for h in steps]
    for coarse, fine in zip(errors, errors[1:], strict=False):
        assert math.log2(coarse / fine) == pytest.approx(order, abs=0.1)


def firing(method: str, inner: int) -> np.ndarray:
    """Return V of the squid axon every 0.02 ms in the 5 ms in which it fires first, with `inner` steps for each."""
    text = f"""
        imports: {{lib: snndsl:hodgkin_huxley}}
        populations: {{p: {{neuron: {{use: lib.hh, integrator: {method}, I_e: 10 uA/cm^2}}, size: 1}}}}
    """
    group = neurons(program(text, step=f"{0.02 / inner} ms"))
    found = []
    for j in range(250 * inner):
        group.step(j)
        if (j + 1) % inner == 0:
            found.append(float(group.states["V"][0]))
    return np.array(found)


def test_steps_of_hodgkin_huxley() -> None:
    """Per step the errors of ADR 0034; the truth here is rk5 at 0.005 ms, 3e-8 mV from DOP853."""
    truth = firing("rk5", 4)
    assert truth.max() > 20
    errors = {key: float(np.max(np.abs(firing(*key) - truth))) for key in (("rk4", 2), ("rk4", 4), ("rk5", 2))}
    assert 1e-5 < errors["rk4", 2] < 2e-4 and errors["rk4", 4] < 1e-5 and errors["rk5", 2] < 2e-6
    assert math.log2(errors["rk4", 2] / errors["rk4", 4]) == pytest.approx(4, abs=0.3)


def test_all_right_sides_read_the_old_state() -> None:
    group = one("dV/dt = w*(1 mV)/(1 ms)\ndw/dt = -V/(1 mV)/(1 ms)", "euler", "{V: 1 mV, w: 2}")
    assert (after(group, 1), float(group.states["w"][0])) == (pytest.approx(1.2), pytest.approx(1.9))


def test_integrators_can_be_mixed() -> None:
    group = one("dV/dt = -V/tau\ndw/dt = -w/(5 ms)", "{V: rk4, rest: exact}", "{V: 1 mV, w: 1}")
    after(group, 1)
    assert float(group.states["w"][0]) == pytest.approx(math.exp(-0.02), rel=1e-15)
    h = 0.1 / 20
    assert float(group.states["V"][0]) == pytest.approx(1 - h + h**2 / 2 - h**3 / 6 + h**4 / 24, rel=1e-15)


@pytest.mark.parametrize(
    ("equation", "method"),
    [
        ("dV/dt = -V*V/(1 mV)/tau", "exact"),
        ("dV/dt = -V*V/(1 mV)/tau", "exponential_euler"),
        ("dV/dt = -abs(V)/tau", "exact"),
        ("dV/dt = -V/tau*t/(1 ms)", "exact"),
        ("dV/dt = -V/tau*(1 + I/(1 pA))", "exact"),
    ],
)
def test_where_an_integrator_does_not_apply(equation: str, method: str) -> None:
    with pytest.raises(ModelError) as caught:
        one(equation, method, "{V: 1 mV}")
    assert caught.value.faults[0].code == "integrator-not-applicable"
    assert "rk4" in caught.value.faults[0].expected


def test_an_alias_is_evaluated_at_every_stage() -> None:
    plain = one("dV/dt = -V*V/(1 mV)/tau", "rk4", "{V: 3 mV}")
    named = one("square = V*V/(1 mV)\ndV/dt = -square/tau", "rk4", "{V: 3 mV}")
    assert after(plain, 20) == after(named, 20)


class Midpoint(Integrator):
    """x + h*x' at the middle of an Euler step."""

    name = "midpoint"
    says = "any equations"

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        o = step.apply
        middle = moved(group.states, step.slopes(group.states, {}), step.h / 2.0, step)
        rates = step.rates(group.states, middle)
        return [o("add", step.old(state), o("mul", step.h, rate)) for state, rate in zip(group.states, rates, strict=True)]


def test_an_integrator_is_one_class() -> None:
    with INTEGRATORS.with_(Midpoint):
        group = one("dV/dt = -V*V/(1 ms)", "midpoint", "{V: 1}")
        value = after(group, 1)
        wrong = pytest.raises(ModelError, one, "dV/dt = -V*V/(1 ms)", "exact", "{V: 1}")
    half = 1.0 + 0.05 * -1.0
    assert value == 1.0 + 0.1 * (-half * half)
    assert wrong.value.faults[0].expected == "midpoint, rk5, rk4, heun or euler"


def test_integrators_are_told_in_an_order_that_does_not_depend_on_files() -> None:
    assert [*INTEGRATORS] == ["exact", "exponential_euler", "euler", "heun", "rk4", "rk5", "backward_euler", "crank_nicolson"]
    assert all(item.says and "|" not in item.says for item in INTEGRATORS.all)
