"""Chains and trees of parts: solved together against numpy, convergence, closed forms of the cable, what their names mean."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from unit.lowering.models import checked, neurons, program

from snndsl.errors import ModelError
from snndsl.integrators.elimination import elimination_order
from snndsl.ir.naming import program_name, user_name
from snndsl.polychrony.neurons import NeuronModel
from snndsl.polychrony.rest import rest_of
from snndsl_reference.tree.groups import NeuronGroup

Array = NDArray[np.float64]
PASSIVE = """
        parts:
          passive:
            parameters: {C: 50 pF, g_L: 2 nS, E_L: -70 mV, g_a: 20 nS}
            state: {V: E_L}
            ports: {I: pA}
            equations: |
              up = g_a*(parent.V - V)
              dV/dt = (g_L*(E_L - V) + up - child.up + I)/C
"""


def tree(use: str, integrator: str, more: str = "", initial: str = "{}", step: str = "0.1 ms") -> NeuronGroup:
    """Return one neuron of passive compartments ``d``."""
    text = f"""{PASSIVE}
        neurons:
          n:
            parts: {{d: {use}}}
            integrator: {integrator}
            {more}
        populations: {{p: {{neuron: n, size: 1, initial: {initial}}}}}
    """
    return neurons(program(text, step=step))


def voltages(group: NeuronGroup) -> Array:
    """Return the potential of every compartment, in order."""
    count = sum(name.startswith("d__") for name in group.states)
    return np.array([group.states[f"d__{k}__V"][0] for k in range(count)])


def system(parents: Sequence[int], g_a: Array, g_leak: Array, c: Array) -> Array:
    """Return A of V' = A (V - E), in 1/ms."""
    n = len(parents)
    a = np.zeros((n, n))
    for k, parent in enumerate(parents):
        a[k, k] -= g_leak[k]
        if parent >= 0:
            a[k, k] -= g_a[k]
            a[parent, parent] -= g_a[k]
            a[k, parent] += g_a[k]
            a[parent, k] += g_a[k]
    return a / c[:, None]


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[int], list[list[float]]]:
    """Draw a tree of up to 12 compartments and its conductances, leaks, capacities, potentials and currents."""
    n = draw(st.integers(1, 12))
    parents = [-1, *(draw(st.integers(0, k - 1)) for k in range(1, n))]
    bounds = [(0.1, 100.0), (0.1, 10.0), (10.0, 200.0), (-90.0, 20.0), (-100.0, 100.0)]
    return parents, [[draw(st.floats(low, high)) for _ in range(n)] for low, high in bounds]


@pytest.mark.parametrize("method", ["backward_euler", "crank_nicolson"])
@settings(max_examples=40)
@given(drawn=trees())
def test_a_step_of_a_tree_solves_its_linear_system(method: str, drawn: tuple[list[int], list[list[float]]]) -> None:
    parents, (g_a, g_leak, c, v, current) = drawn
    values = {"g_a": "nS", "g_L": "nS", "C": "pF"}
    lists = {key: [f"{x!r} {unit}" for x in xs] for (key, unit), xs in zip(values.items(), (g_a, g_leak, c), strict=True)}
    use = json.dumps({"use": "passive", "parents": parents, **lists})
    initial = json.dumps({f"d[{k}].V": f"{x!r} mV" for k, x in enumerate(v)})
    group = tree(use, method, initial=initial, step="0.25 ms")
    for k, amount in enumerate(current):
        group.deliver_now(f"d__{k}__I", 1, np.array([0]), np.array([amount]))
    group.step(0)
    h, one = 0.25, np.eye(len(parents))
    a = system(parents, np.array(g_a), np.array(g_leak), np.array(c))
    b = np.array(current) / np.array(c) - a @ np.full(len(parents), -70.0)
    if method == "backward_euler":
        expected = np.linalg.solve(one - h * a, np.array(v) + h * b)
    else:
        expected = np.linalg.solve(one - h / 2 * a, (one + h / 2 * a) @ np.array(v) + h * b)
    np.testing.assert_allclose(voltages(group), expected, rtol=1e-12, atol=1e-11)


def test_a_tree_is_eliminated_from_the_tips_and_nothing_is_filled_in() -> None:
    parents = [-1, 0, 0, 1, 1, 2]
    pairs = [(f"{a}", f"{b}") for k, p in enumerate(parents) if p >= 0 for a, b in ((k, p), (p, k))]
    order = elimination_order([f"{k}" for k in range(6)], pairs)
    assert [state for state, _ in order] == ["5", "4", "3", "2", "1", "0"]
    assert [left for _, left in order] == [("2",), ("1",), ("1",), ("0",), ("0",), ()]


def test_equations_that_are_no_tree_are_solved_together_too() -> None:
    text = """
        neurons:
          n:
            state: {x: 1, y: 2, z: 3}
            equations: |
              dx/dt = (y - 2*x)/(1 ms)
              dy/dt = (z - x - y)/(2 ms)
              dz/dt = (x + y - 3*z)/(1 ms) + 1/(1 ms)
            integrator: backward_euler
        populations: {p: {neuron: n, size: 1}}
    """
    group = neurons(program(text, step="0.5 ms"))
    group.step(0)
    a = np.array([[-2, 1, 0], [-0.5, -0.5, 0.5], [1, 1, -3]])
    expected = np.linalg.solve(np.eye(3) - 0.5 * a, np.array([1, 2, 3]) + 0.5 * np.array([0, 0, 1]))
    np.testing.assert_allclose([group.states[name][0] for name in "xyz"], expected, rtol=1e-14)


@pytest.mark.parametrize(("method", "order"), [("backward_euler", 1), ("crank_nicolson", 2), ("euler", 1), ("rk4", 4)])
def test_the_error_of_a_chain_shrinks_with_the_order(method: str, order: int) -> None:
    a = system([-1, 0, 1, 2], np.full(4, 20.0), np.full(4, 2.0), np.full(4, 50.0))
    v = np.array([-50.0, -60.0, -70.0, -80.0]) + 70.0
    values, vectors = np.linalg.eig(a)
    exact = (vectors @ np.diag(np.exp(2.0 * values)) @ np.linalg.inv(vectors) @ v).real - 70.0
    errors = []
    for h in (0.1, 0.05, 0.025):
        group = tree("{use: passive, copies: 4}", method, initial="{d.V: -50 mV - copy*(10 mV)}", step=f"{h} ms")
        for j in range(round(2.0 / h)):
            group.step(j)
        errors.append(np.abs(voltages(group) - exact).max())
    for coarse, fine in zip(errors, errors[1:], strict=False):
        assert math.log2(coarse / fine) == pytest.approx(order, abs=0.1)


def steady(n: int, length: float = 1.0) -> Array:
    """Return the rise of a cable of `length` space constants, sealed at the end, with a current into its beginning."""
    dx = length / n
    use = f"{{use: passive, copies: {n}, C: 1 pF, g_L: 1 nS*{dx!r}, g_a: 1 nS/{dx!r}}}"
    group = tree(use, "backward_euler", step="100 ms")
    for j in range(40):
        group.deliver_now("d__0__I", j + 1, np.array([0]), np.array([10.0]))
        group.step(j)
    return voltages(group) + 70.0


def test_a_steady_cable_is_the_solution_of_its_compartments() -> None:
    for n in (5, 20):
        dx = 1.0 / n
        parents = [*range(-1, n - 1)]
        a = system(parents, np.full(n, 1 / dx), np.full(n, dx), np.ones(n))
        current = np.zeros(n)
        current[0] = 10.0
        np.testing.assert_allclose(steady(n), np.linalg.solve(a, -current), rtol=1e-10)


def test_attenuation_along_a_sealed_cable_is_that_of_cable_theory() -> None:
    errors = []
    for n in (10, 20, 40):
        x = (np.arange(n) + 0.5) / n
        rise = steady(n)
        closed = np.cosh(1 - x) / np.cosh(1 - x[0])
        errors.append(np.abs(rise / rise[0] - closed).max())
    assert errors[-1] < 1e-4
    assert [math.log2(a / b) for a, b in zip(errors, errors[1:], strict=False)] == pytest.approx([2.0, 2.0], abs=0.1)


def test_roots_hang_on_a_part_or_a_copy() -> None:
    text = f"""{PASSIVE}
        neurons:
          n:
            parts:
              twig: {{use: passive, parents: [-1, 0, -1], parent: "d[1]", g_a: 5 nS}}
              d: {{use: passive, copies: 2, parent: soma}}
              soma: {{use: passive, C: 200 pF}}
            integrator: backward_euler
        populations: {{p: {{neuron: n, size: 1, initial: {{soma.V: 0 mV, twig.V: -70 mV + copy*(1 mV)}}}}}}
    """
    group = neurons(program(text))
    group.step(0)
    # in the order soma, d[0], d[1], twig[0], twig[1], twig[2]
    a = system([-1, 0, 1, 2, 3, 2], np.array([20.0, 20, 20, 5, 5, 5]), np.full(6, 2.0), np.array([200.0, 50, 50, 50, 50, 50]))
    expected = np.linalg.solve(np.eye(6) - 0.1 * a, np.array([70.0, 0, 0, 0, 1, 2])) - 70.0
    names = ["soma__V", "d__0__V", "d__1__V", "twig__0__V", "twig__1__V", "twig__2__V"]
    np.testing.assert_allclose([group.states[name][0] for name in names], expected, rtol=1e-13)


def test_each_integrator_of_any_equations_takes_a_step_with_the_neighbours_at_its_beginning() -> None:
    group = tree("{use: passive, copies: 3}", "euler", initial="{d.V: -70 mV + copy*copy*(1 mV)}")
    v = np.array([-70.0, -69.0, -66.0])
    group.step(0)
    a = system([-1, 0, 1], np.full(3, 20.0), np.full(3, 2.0), np.full(3, 50.0))
    np.testing.assert_allclose(voltages(group), v + 0.1 * a @ (v + 70.0), rtol=1e-14)


def test_values_of_copies() -> None:
    text = f"""{PASSIVE}
        constants: {{n: 2 + 2, first: 1}}
        data: {{g: {{values: [1, 2, 3, 4], unit: nS}}, up: {{values: [-1, 0, 0, 1]}}}}
        neurons:
          n:
            parts:
              d: {{use: passive, copies: n, C: 50 pF + copy*(1 pF), g_L: g(copy), g_a: [1 nS, 2 nS, 3 nS, 4 nS]}}
              e: {{use: passive, parents: up, E_L: "where(copy < first, -60 mV, -65 mV)"}}
            integrator: backward_euler
        populations: {{p: {{neuron: {{use: n, e.C: 9 pF*(1 + copy), "d[2].C": 1 pF}}, size: 2}}}}
    """
    made = program(text)
    values = made.populations[0].values

    def of(part: str, name: str) -> list[Any]:
        return [values[f"{part}__{k}__{name}"] for k in range(4)]

    assert of("d", "C") == [50.0, 51.0, 1.0, 53.0]
    assert of("d", "g_L") == [1.0, 2.0, 3.0, 4.0]
    assert of("d", "g_a") == [1.0, 2.0, 3.0, 4.0]
    assert of("e", "C") == [9.0, 18.0, 27.0, 36.0]
    assert of("e", "E_L") == [-60.0, -65.0, -65.0, -65.0]
    assert of("e", "V") == [-60.0, -65.0, -65.0, -65.0]


def test_a_part_of_each_copy_reads_its_own() -> None:
    text = f"""{PASSIVE}
          synapse:
            needs: {{V: mV}}
            parameters: {{E: 0 mV}}
            state: {{g: 0 nS}}
            ports: {{jump: nS}}
            equations: |
              dg/dt = -g/(5 ms)
              I = g*(E - V)
            update: g += jump
          spiny:
            needs: {{I_in: pA}}
            state: {{V: -70 mV}}
            equations: dV/dt = (2 nS*(-70 mV - V) + 20 nS*(parent.V - V) + I_in)/(50 pF)
        neurons:
          n:
            parts:
              d: {{use: spiny, copies: 2, I_in: "s[copy].I"}}
              s: {{use: synapse, copies: 2, V: "d[copy].V"}}
            integrator: {{d.V: backward_euler, rest: exact}}
        populations: {{p: {{neuron: n, size: 1}}}}
    """
    group = neurons(program(text))
    group.deliver_now("s__1__jump", 1, np.array([0]), np.array([3.0]))
    group.step(0)
    assert group.states["s__1__g"][0] == 3.0
    group.step(1)
    h, g = 0.1, 3.0
    second = (-70.0 + h / 50 * (2 * -70 + 20 * -70)) / (1 + h / 50 * (2 + 20 + g))
    assert group.states["d__0__V"][0] == -70.0
    assert group.states["d__1__V"][0] == pytest.approx(second, rel=1e-14)


def test_names_of_copies_and_of_the_program() -> None:
    for name in ("dend[3].V", "V", "soma.V", "dend[0].I_up", "dend[10].V"):
        assert user_name(program_name(name)) == name
    assert program_name("dend[3].V") == "dend__3__V"


def test_copies_may_be_recorded_held_reset_and_compared() -> None:
    text = f"""{PASSIVE}
        neurons:
          n:
            parts: {{d: {{use: passive, copies: 3}}}}
            integrator: {{"d[0:2].V": backward_euler, rest: crank_nicolson}}
            threshold: d[2].V > -69 mV
            refractory: {{for: 1 ms, hold: [d.V]}}
            reset: ["d[0].V = E", "d[2].V -= 1 mV"]
            parameters: {{E: -75 mV}}
        populations: {{p: {{neuron: n, size: 1}}}}
        record: {{states: {{p: ["d.V", "d[1:].V", "d[0].V"]}}}}
    """
    model = checked(text)
    element = model.populations["p"].element
    assert model.records.states[0].of == ("d[0].V", "d[1].V", "d[2].V")
    assert element.hold == ("d[0].V", "d[1].V", "d[2].V")
    assert {group.method: group.states for group in element.groups} == {
        "backward_euler": ("d[0].V", "d[1].V"),
        "crank_nicolson": ("d[2].V",),
    }


def test_what_is_wrong_in_every_copy_is_said_once() -> None:
    text = f"""{PASSIVE.replace("+ I)", "+ J + I)")}
        neurons:
          n: {{parts: {{d: {{use: passive, copies: 400}}}}, integrator: backward_euler}}
        populations: {{p: {{neuron: n, size: 1}}}}
    """
    with pytest.raises(ModelError) as caught:
        checked(text)
    assert [fault.what for fault in caught.value.faults] == ["there is no 'J' here"]


def test_a_dense_system_is_refused_before_it_is_written_out() -> None:
    states = ", ".join(f"x{k}: 1" for k in range(60))
    total = " + ".join(f"x{k}" for k in range(60))
    lines = json.dumps([f"s = {total}", *(f"dx{k}/dt = (s - 100*x{k})/(1 ms)" for k in range(60))])
    text = f"""
        neurons: {{n: {{state: {{{states}}}, equations: {lines}, integrator: backward_euler}}}}
        populations: {{p: {{neuron: n, size: 1}}}}
    """
    with pytest.raises(ModelError) as caught:
        checked(text)
    assert [fault.code for fault in caught.value.faults] == ["integrator-not-applicable"]
    assert "60 equations" in caught.value.faults[0].what


def test_the_search_for_groups_answers_for_a_neuron_with_a_dendrite() -> None:
    text = f"""{PASSIVE}
        neurons:
          n:
            parts: {{d: {{use: passive, copies: 3}}}}
            integrator: backward_euler
            threshold: d[0].V > -60 mV
            reset: "d[0].V = -70 mV"
        populations: {{p: {{neuron: n, size: 2, initial: {{d.V: -65 mV - i*(1 mV)}}}}}}
        stimuli: {{s: {{into: p, port: "d[2]", current: 10 pA}}}}
    """
    made = program(text)
    population = made.populations[0]
    assert population.undriven is not None
    known = NeuronModel.from_populations([(population.name, 2, population.undriven, population.values)], float(made.step))
    np.testing.assert_allclose(rest_of(known), -70.0, atol=1e-6)
