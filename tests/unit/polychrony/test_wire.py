"""Weights and latencies of coincidence detectors: against closed forms, known numbers, and every kind of neuron."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from unit.polychrony.models import ALPHA, CONDUCTANCES, IZHIKEVICH

import snndsl
from snndsl.errors import ModelError
from snndsl.groups.wire_check import compare
from snndsl.groups.wire_weight import Cells, choose_weight, threshold, try_weight
from snndsl.polychrony.neurons import NeuronModel
from snndsl.units import ONE, Unit, parse_unit

NUMBER = Unit("1", ONE, parse_unit("ms").factor)
LIBRARIES = {name: f"snndsl:{name}" for name in ("izhikevich2003", "izhikevich2006", "lif", "hodgkin_huxley")}
ADDS = {
    "parameters": {"theta": 1},
    "state": {"v": 0},
    "ports": {"in": 1},
    "update": "v = 0.9*v + in",
    "threshold": "v >= theta",
}
ADDS["reset"] = "v = 0"


def cells(neuron: Any, port: str, step: str = "1 ms", size: int = 1, neurons: dict[str, Any] | None = None) -> Cells:
    model = snndsl.Model(
        name="m",
        time={"step": step, "duration": "10 ms"},
        seed=1,
        imports=LIBRARIES | {"parts": "snndsl:receptors"},
        neurons=neurons or {},
        populations={"p": {"neuron": neuron, "size": size}},
    )
    (population,) = model.program.populations
    assert population.undriven is not None
    one = ("p", size, population.undriven, population.values)
    made = NeuronModel.from_populations([one], float(model.checked.step))
    return Cells.at_rest("p", made, range(size), population.undriven.ports.index(port))


def own(definition: dict[str, Any], **more: Any) -> Cells:
    return cells(more.pop("neuron", "n"), "in", neurons={"n": definition}, **more)


def code(call: Any) -> str:
    with pytest.raises(ModelError) as caught:
        call()
    return caught.value.faults[0].code


# ---- numbers that are known


def test_a_jump_of_the_potential_fires_in_its_step() -> None:
    made = cells("lif.lif_delta", "kick", "0.1 ms")
    below, above = threshold(made, 0)
    decay = np.exp(-0.1 / 20)  # the jump comes after the decay of the step: 15 mV are needed
    assert below < above and above == pytest.approx(15.0, rel=1e-9) and decay < 1
    chosen = choose_weight(made, 3, parse_unit("mV"))
    assert chosen.latency.tolist() == [0]
    assert chosen.between is not None
    assert chosen.between == (pytest.approx(15 / 3), pytest.approx(15 / 2))
    assert 15 / 3 < float(chosen.written.removesuffix(" mV")) < 15 / 2


def test_a_current_that_decays() -> None:
    """V rises by w*tau_s*tau_m/(C*(tau_m - tau_s))*(exp(-t/tau_m) - exp(-t/tau_s)): the peak has to be 15 mV."""
    made = cells("lif.lif_exp", "syn__jump", "0.1 ms")
    time = 0.1 * np.arange(1, 500)
    rise = 2.0 * 20.0 / (250.0 * (20.0 - 2.0)) * (np.exp(-time / 20.0) - np.exp(-time / 2.0))
    _, above = threshold(made, 0)
    total = 15.0 / rise.max()
    assert above == pytest.approx(total, rel=1e-6)
    later = 1.2 * total
    wanted = int(np.argmax(later * rise >= 15.0)) + 1  # the current jumps at the end of step 0
    assert made.answer(0, later) == (wanted, 1)
    assert made.answer(0, 0.99 * total) == (-1, 0)


def test_the_neuron_of_2006_detects_three_coincident_inputs() -> None:
    made = cells("izhikevich2006.izhikevich", "I")
    chosen = choose_weight(made, 3, NUMBER)
    assert chosen.between is not None
    low, high = chosen.between
    assert 5.4 < low < 5.5 and 8.1 < high < 8.2
    assert {weight: made.answer(0, 3 * weight).latency for weight in (5.5, 7.0, 10.0)} == {5.5: 9, 7.0: 3, 10.0: 2}
    assert made.answer(0, 2 * 8.1).spikes == 0 and made.answer(0, 2 * 8.2).spikes == 1


# ---- any neuron


@pytest.mark.slow
@pytest.mark.parametrize("inputs", [1, 2, 3, 5])
@pytest.mark.parametrize(
    ("neuron", "port", "unit", "step"),
    [
        ("izhikevich2006.izhikevich", "I", "1", "1 ms"),
        ({"use": "izhikevich2003.izhikevich", "b": 0.25}, "I", "1", "1 ms"),
        ("lif.lif_exp", "syn__jump", "pA", "0.1 ms"),
        ("lif.lif_exp", "I_ext", "nA", "0.5 ms"),
        ("lif.lif_delta", "kick", "mV", "1 ms"),
        (ALPHA, "exc__jump", "pA", "0.1 ms"),
        (CONDUCTANCES | {"integrator": "rk4"}, "exc__jump", "nS", "0.1 ms"),
        (IZHIKEVICH, "I", "1", "0.1 ms"),
        ("hodgkin_huxley.hh", "I", "uA/cm^2", "0.1 ms"),
    ],
    ids=["2006", "2003", "exp", "current", "delta", "alpha", "conductance", "izhikevich_rk4", "hodgkin_huxley"],
)
def test_the_chosen_weight_detects_coincidences(neuron: Any, port: str, unit: str, step: str, inputs: int) -> None:
    defined = isinstance(neuron, dict) and "threshold" in neuron
    made = cells("n" if defined else neuron, port, step, neurons={"n": neuron} if defined else None)
    measured = parse_unit(unit)
    chosen = choose_weight(made, inputs, measured)
    number, _, written = chosen.written.partition(" ")
    assert written == ("" if unit == "1" else unit)
    weight = float(number) * float(measured.factor)
    assert made.answer(0, inputs * weight) == (chosen.latency[0], 1)
    assert [made.answer(0, n * weight).spikes for n in range(1, inputs)] == [0] * (inputs - 1)
    assert len(number.replace(".", "").strip("0")) <= 5
    assert try_weight(made, inputs, weight, chosen.written).latency.tolist() == chosen.latency.tolist()
    assert chosen.between is not None and chosen.between[0] <= float(number) <= chosen.between[1]


def test_a_little_more_or_less_weight_changes_nothing() -> None:
    made = cells("lif.lif_exp", "syn__jump", "0.1 ms")
    weight = float(choose_weight(made, 3, parse_unit("pA")).written.removesuffix(" pA"))
    answers = {made.answer(0, 3 * weight * factor) for factor in np.linspace(0.993, 1.007, 31)}
    assert len(answers) == 1


# ---- several neurons


def test_equal_neurons_are_looked_at_once() -> None:
    made = cells("lif.lif_exp", "syn__jump", "0.1 ms", size=5)
    assert len(made) == 1 and made.cell.tolist() == [0] * 5


def test_neurons_that_differ_have_one_weight_and_latencies_of_their_own() -> None:
    neuron = {"use": "lif.lif_exp", "V_th": ["-55 mV", "-56 mV", "-55 mV"]}
    made = cells(neuron, "syn__jump", "0.1 ms", size=3)
    assert len(made) == 2 and made.cell[0] == made.cell[2] != made.cell[1]
    chosen = choose_weight(made, 3, parse_unit("pA"))
    latency = chosen.latency[made.cell]
    assert latency[0] == latency[2] > latency[1]


def test_a_neuron_that_reads_its_index_is_another_one() -> None:
    made = own(ADDS | {"update": "v = 0.9*v + in*(1 + i/100)"}, size=3)
    assert len(made) == 3


def test_neurons_too_different_for_one_weight() -> None:
    made = own(ADDS, neuron={"use": "n", "theta": [1, 10]}, size=2)
    assert code(lambda: choose_weight(made, 3, NUMBER)) == "neurons-differ"
    assert choose_weight(own(ADDS, neuron={"use": "n", "theta": [1, 1.3]}, size=2), 3, NUMBER).latency.tolist() == [0, 0]


# ---- neurons that are no detectors


FOREVER = {"state": {"v": 0}, "ports": {"in": 1}, "update": "v += 0.1 + in", "threshold": "v > 1", "reset": "v = 0"}
DEAF = {"state": {"v": 0}, "ports": {"in": 1}, "update": "v = 0.9*v + in"}
TWICE = {
    "state": {"n": 0},
    "ports": {"in": 1},
    "update": "n = where(in > 1, 2, n)",
    "threshold": "n > 0",
    "reset": "n -= 1",
}
RELAY = ADDS | {"threshold": "v > 0"}


@pytest.mark.parametrize(
    ("neuron", "expected"),
    [(FOREVER, "no-rest"), (DEAF, "never-fires"), (TWICE, "no-coincidence"), (RELAY, "no-coincidence")],
    ids=["forever", "deaf", "twice", "relay"],
)
def test_no_detector(neuron: dict[str, Any], expected: str) -> None:
    assert code(lambda: choose_weight(own(neuron), 3, NUMBER)) == expected


def test_a_neuron_that_fires_only_between_two_inputs_has_a_narrow_range() -> None:
    """Fires with an input above 1 and below 1.5: three arrivals of 0.34 to 0.49, of which two are not enough."""
    chosen = choose_weight(own(ADDS | {"threshold": "v > 1 and v < 1.5", "update": "v = in"}), 3, NUMBER)
    assert chosen.between is not None
    assert chosen.between[0] == pytest.approx(1 / 3, rel=0.02) and chosen.between[1] == pytest.approx(1 / 2, rel=0.02)


def test_a_window_that_fewer_arrivals_meet_as_well() -> None:
    """Fires if the input is within 1 .. 1.2 or above 4: a coarse search finds the first window, and stays in it."""
    made = own(ADDS | {"threshold": "v > 1 and v < 1.2 or v > 4", "update": "v = in"})
    chosen = choose_weight(made, 3, NUMBER)
    weight = float(chosen.written)
    assert made.answer(0, 3 * weight).spikes == 1
    assert not made.answer(0, 2 * weight).spikes and not made.answer(0, weight).spikes


def test_the_neuron_without_rest_is_named_by_its_place() -> None:
    made = {"use": "n", "drive": [0, 0, 0.1]}
    neuron = FOREVER | {"parameters": {"drive": 0}, "update": "v += drive + in"}
    with pytest.raises(ModelError, match=r"neuron 2 \(of p or its like\) fires without input"):
        own(neuron, neuron=made, size=3)


# ---- a weight that is given


def test_a_given_weight() -> None:
    made = own(ADDS)
    assert try_weight(made, 3, 0.4, "0.4").remarks == ()
    assert try_weight(made, 3, 0.6, "0.6").remarks == ("2 arrivals are enough to make a neuron of p fire",)
    assert try_weight(made, 3, 1.0, "1").remarks[0] == "1 arrival is enough to make a neuron of p fire"
    assert code(lambda: try_weight(made, 3, 0.3, "0.3")) == "weight-too-small"
    assert code(lambda: try_weight(made, 3, -1.0, "-1")) == "weight-too-small"
    many = try_weight(own(TWICE), 3, 0.4, "0.4")
    assert many.remarks == ("3 arrivals make a neuron of p fire more than once",) and many.latency.tolist() == [0]


# ---- what came


def test_what_came_is_compared() -> None:
    anchors, expected = [("a", 0, 0), ("a", 1, 4)], [("b", 0, 9), ("b", 1, 12)]
    assert compare(anchors, expected, [*anchors, *expected]).whole
    heard = compare(anchors, expected, [*anchors, ("b", 0, 9), ("b", 1, 13), ("a", 0, 11)])
    assert (heard.expected, heard.exact, heard.whole) == (2, 1, False)
    assert heard.missing == (("b", 1, 12),) and heard.extra == (("a", 0, 11), ("b", 1, 13))
    assert not compare(anchors, expected, [*anchors, *expected, ("b", 5, 1)]).whole
