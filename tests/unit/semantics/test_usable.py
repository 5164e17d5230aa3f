"""What exists only during a run cannot stand where a value is computed before it."""

from __future__ import annotations

import pytest
from lowered import lower
from unit.lowering.models import checked

from snndsl.errors import ModelError
from snndsl.ir.dump import dump

MODEL = """
constants: {{K: {constant}}}
neurons:
  n:
    parameters: {{a: {parameter}}}
    state: {{x: {state}}}
    ports: {{I: {{unit: 1, quantum: {quantum}}}}}
    require: [{require}]
    update: x += {update}
    threshold: x > 3
    refractory: {{for: {refractory}, hold: []}}
plasticity:
  r: {{parameters: {{b: {rule_parameter}}}, traces: {{y: {tau}}}, bound: {bound}, on_post: w += b*y}}
populations: {{p: {{neuron: n, size: {size}, let: {{l: {let}}}, initial: {{x: {initial}}}}}}}
projections:
  s: {{from: p, to: p, connect: {{fixed_indegree: {degree}}}, where: {where}, self: true, multiple: true,
      port: I, weight: {weight}, delay: {{axonal: {delay}}}, plasticity: r}}
stimuli:
  c: {{into: p, port: I, current: {current}}}
  l: {{into: p, port: I, weight: 1, spikes: {{i: {i}, t: [1 ms]}}}}
"""
GOOD = {
    "constant": "2", "parameter": "1", "state": "0", "quantum": "2**-20", "require": "a > 0", "update": "1",
    "refractory": "1 ms", "rule_parameter": "0.5", "tau": "20 ms", "bound": "9", "size": "4", "let": "1", "initial": "l",
    "degree": "2", "where": "i >= 0", "weight": "1", "delay": "1 ms", "current": "1", "i": "[0]",
}  # fmt: skip

DRAWN = ("parameter", "state", "update", "let", "initial", "weight", "current")
STEPWISE = ("update", "current")


def model(**parts: str) -> object:
    return lower(checked(MODEL.format(**{**GOOD, **parts})))


def code(**parts: str) -> str:
    with pytest.raises(ModelError) as caught:
        model(**parts)
    return caught.value.faults[0].code


def test_the_model_itself_is_right() -> None:
    model()


@pytest.mark.parametrize("place", GOOD)
def test_draws(place: str) -> None:
    text = {"refractory": "(1 ms)*uniform()", "tau": "(1 ms)*uniform()", "require": "uniform() > 0", "where": "uniform() > 0"}
    if place == "delay":
        model(delay='"(0.1 ms)*(1 + floor(0*uniform()))"')
    elif place in DRAWN:
        model(**{place: "uniform()"})
    else:
        assert code(**{place: text.get(place, "uniform()")}) in ("function-misplaced", "not-constant")


@pytest.mark.parametrize("place", GOOD)
def test_counts_of_periods(place: str) -> None:
    time = place in ("refractory", "tau", "delay")
    text = "phase(1 ms)" if time else "begins(1 ms)" if place in ("require", "where") else "tick(1 ms)"
    if place in STEPWISE:
        model(**{place: text})
    else:
        assert code(**{place: text}) in ("function-misplaced", "not-constant")


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("refractory", "t"),
        ("refractory", "(1 ms)*x"),
        ("state", "since_spike/(1 ms)"),
        ("require", "since_spike > 1 ms"),
        ("quantum", "x"),
        ("tau", "t"),
        ("tau", "since_pre"),
        ("bound", "y"),
        ("rule_parameter", "since_post/(1 ms)"),
    ],
)
def test_names_of_a_run(place: str, text: str) -> None:
    assert code(**{place: text}) == "name-misplaced"


@pytest.mark.parametrize(
    ("place", "text"),
    [("degree", "i"), ("degree", "rank"), ("where", "rank < 3"), ("where", "copy == 0"), ("where", "row > 1")],
)
def test_names_that_wiring_does_not_know_yet(place: str, text: str) -> None:
    assert code(**{place: text}) == "name-unknown"


def test_a_degree_may_depend_on_its_own_row() -> None:
    model(degree="1 + j % 2")


@pytest.mark.parametrize("place", ["parameter", "state", "initial", "weight", "current", "i", "rule_parameter"])
def test_an_empty_list(place: str) -> None:
    assert code(**{place: "[]"}) == "list-length"


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("update: x = sum_by_target(x)", "adds over synapses"),
        ("update: x = 1, threshold: sum_by_source(x) > 1", "adds over synapses"),
        ("update: x = 1, every: {1 ms: x = sum_by_target(x)}", "adds over synapses"),
    ],
)
def test_a_neuron_adds_over_no_synapses(part: str, what: str) -> None:
    with pytest.raises(ModelError, match="function-misplaced") as caught:
        checked(f"neurons: {{n: {{state: {{x: 0}}, {part}}}}}\npopulations: {{p: {{neuron: n, size: 1}}}}\n")
    assert what in caught.value.faults[0].what


@pytest.mark.parametrize("part", ['threshold: "normal_in(0, 1, -1, 1) > x"', 'every: {1 ms: "x = normal_in(0, 1, -1, 1)"}'])
def test_bounded_draws_of_a_run(part: str) -> None:
    text = f"neurons: {{n: {{state: {{x: 0}}, update: x = 1, {part}}}}}\npopulations: {{p: {{neuron: n, size: 1}}}}\n"
    assert "normal_in(key__0, key__1" not in dump(lower(checked(text))) and "normal_in(0.0, 1.0, " in dump(lower(checked(text)))


def test_bounded_draws_in_a_current() -> None:
    model(current='"normal_in(0, 1, -1, 1)"')


@pytest.mark.parametrize("place", ["threshold", "update", "reset"])
def test_white_noise_stands_in_equations(place: str) -> None:
    parts = {"threshold": "x > 0", "update": "x = 1", "reset": "x = 0"}
    parts[place] = {"threshold": "x > xi()*sqrt(1 ms)"}.get(place, "x = xi()*sqrt(1 ms)")
    text = "neurons: {n: {state: {x: 0}, " + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}}\n"
    with pytest.raises(ModelError, match="function-misplaced"):
        checked(text + "populations: {p: {neuron: n, size: 1}}\n")


def test_a_neuron_delivers_nothing() -> None:
    text = "neurons: {n: {state: {x: 0}, update: deliver(x)}}\npopulations: {p: {neuron: n, size: 1}}\n"
    with pytest.raises(ModelError, match="deliver-misplaced"):
        checked(text)
