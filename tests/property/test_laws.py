"""Laws of every network: what has no meaning changes nothing, and what has one changes just what it must.

The networks are generated; the reference machine runs them in this process. SNNDSL_EXAMPLES sets how many there are.
"""

from __future__ import annotations

import copy
import os
import re
from typing import Any

import numpy as np
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from property.machine import Outcome, simulated

from snndsl.testing.networks import GeneratedNetwork, combined, networks, prefixed, uses_of

EXAMPLES = settings(
    max_examples=int(os.environ.get("SNNDSL_EXAMPLES", "100")),
    phases=[Phase.explicit, Phase.generate],
    derandomize="SNNDSL_EXAMPLES" not in os.environ,  # the same networks in every run, others where many are asked for
)
ONE_STEP = st.sampled_from(["0.1 ms", "0.25 ms", "1 ms"])


def assert_equal(one: Outcome, other: Outcome, prefix: str = "") -> None:
    """Compare all that `one` holds with what `other` holds under the same names behind a prefix, bit for bit."""
    for name, spikes in one.spikes.items():
        assert other.spikes[f"{prefix}{name}"] == spikes, name
        for state, values in one.states[name].items():
            np.testing.assert_array_equal(other.states[f"{prefix}{name}"][state][: len(values)], values, f"{name}.{state}")
    for name, synapses in one.synapses.items():
        found = other.synapses[f"{prefix}{name}"]
        for state, values in synapses.items():
            same = state if state in found else f"{prefix}{state}"  # of a rule among several, which was renamed
            np.testing.assert_array_equal(found[same], values, f"{name}.{state}")


def backwards(value: Any) -> Any:
    """Return plain data with the keys of every mapping in the opposite order; but equations and statements are lists."""
    return {key: backwards(item) for key, item in reversed(value.items())} if isinstance(value, dict) else value


@EXAMPLES
@given(networks())
def test_names_mean_nothing_if_streams_are_kept(network: GeneratedNetwork) -> None:
    assert_equal(simulated(network.model()), simulated(prefixed(network, "other_").model()), "other_")


@EXAMPLES
@given(networks())
def test_the_order_of_keys_means_nothing(network: GeneratedNetwork) -> None:
    assert_equal(simulated(network.model()), simulated(backwards(network.model())))


@EXAMPLES
@given(ONE_STEP.flatmap(lambda step: st.tuples(networks(step), networks(step))))
def test_a_part_that_is_not_connected_changes_nothing(pair: tuple[GeneratedNetwork, GeneratedNetwork]) -> None:
    one, other = pair
    whole = combined([one, other])
    together = simulated(whole.model(), steps=one.steps)
    alone = simulated(one.model())
    for name, spikes in alone.spikes.items():
        assert together.spikes[f"m0_{name}"] == spikes
        for state, values in alone.states[name].items():
            np.testing.assert_array_equal(together.states[f"m0_{name}"][state], values)


@EXAMPLES
@given(networks())
def test_what_is_recorded_changes_nothing(network: GeneratedNetwork) -> None:
    every = simulated(network.model())
    assert_equal(every, simulated(network.model(states=False)))
    assert_equal(every, simulated(network.model(every=7)))


@EXAMPLES
@given(networks(), st.integers(1, 50))
def test_a_shorter_run_is_the_beginning_of_a_longer_one(network: GeneratedNetwork, steps: int) -> None:
    short, long = simulated(network.model(), duration=f"{steps} step"), simulated(network.model())
    for name, spikes in short.spikes.items():
        assert spikes == [spike for spike in long.spikes[name] if spike[0] <= steps]
        for state, values in short.states[name].items():
            np.testing.assert_array_equal(values, long.states[name][state][:steps])


@EXAMPLES
@given(networks(noise=False), st.data())
def test_a_population_may_be_split(network: GeneratedNetwork, data: st.DataObject) -> None:
    """If the grid of its ports is written: else it follows from the weights that reach each population."""
    for element in (*network.sections["neurons"].values(), *network.sections["parts"].values()):
        for port, written in element.get("ports", {}).items():
            unit = written["unit"] if isinstance(written, dict) else written
            element["ports"][port] = {"unit": unit, "quantum": "2**-30" if unit == "1" else f"2**-30*(1 {unit})"}
    populations = network.sections["populations"]
    name = data.draw(st.sampled_from([*populations]))
    size = populations[name]["size"]
    first = data.draw(st.integers(1, size - 1))
    whole, parts = simulated(network.model()), simulated(_split(network, name, first).model())
    merged = parts.spikes["left"] + [(stamp, neuron + first) for stamp, neuron in parts.spikes["right"]]
    assert sorted(merged) == whole.spikes[name]
    for other in populations.keys() - {name}:
        assert parts.spikes[other] == whole.spikes[other]
    for state, values in whole.states[name].items():
        np.testing.assert_array_equal(np.hstack([parts.states["left"][state], parts.states["right"][state]]), values)


def _split(network: GeneratedNetwork, name: str, first: int) -> GeneratedNetwork:
    """Put two populations, left and right, in the place of one."""
    made = GeneratedNetwork(network.step, network.steps, copy.deepcopy(network.sections))
    populations = made.sections["populations"]
    one = populations.pop(name)
    right = copy.deepcopy(one)
    for values in (right.get("initial", {}), right["neuron"], right.get("positions", {})):
        texts = {key: value for key, value in values.items() if isinstance(value, str)}
        values |= {key: re.sub(r"\bi\b", f"(i + {first})", value) for key, value in texts.items()}
    populations["left"] = {**one, "size": first}
    populations["right"] = {**right, "size": one["size"] - first}
    for section, key in (("projections", "from"), ("projections", "to"), ("stimuli", "into")):
        for item in made.sections[section].values():
            if item.get(key) == name:
                item[key] = ["left", "right"]
    return made


@EXAMPLES
@given(networks(kinds=["leaky"], noise=False), st.integers(1, 40))
def test_later_input_makes_later_spikes(network: GeneratedNetwork, later: int) -> None:
    """A network at rest, without timers: when something happens does not matter, only how long after what."""
    _at_rest(network)
    moved = GeneratedNetwork(network.step, network.steps + later, copy.deepcopy(network.sections))
    for stimulus in moved.sections["stimuli"].values():
        stimulus["spikes"]["t"] = [f"{int(time.split()[0]) + later} step" for time in stimulus["spikes"]["t"]]
    soon, late = simulated(network.model()), simulated(moved.model())
    for name, spikes in soon.spikes.items():
        assert late.spikes[name] == [(stamp + later, neuron) for stamp, neuron in spikes]
    for name, synapses in soon.synapses.items():
        np.testing.assert_array_equal(late.synapses[name]["w"], synapses["w"])


def _at_rest(network: GeneratedNetwork) -> None:
    """Leave listed spikes as the only cause of anything."""
    stimuli, projections = network.sections["stimuli"], network.sections["projections"]
    for name in [name for name, stimulus in stimuli.items() if "spikes" not in stimulus or "during" in stimulus]:
        del stimuli[name]
        for fed in [key for key, projection in projections.items() if projection["from"] == name]:
            del projections[fed]
    assume(stimuli)
    for population in network.sections["populations"].values():
        population.pop("initial", None)
    for rule in network.sections["plasticity"].values():
        rule.pop("every", None)
    assert all("from" in projection for projection in projections.values())


@EXAMPLES
@given(networks(kinds=["leaky"]), st.integers(-6, 6))
def test_a_scale_of_a_power_of_two_changes_no_spike(network: GeneratedNetwork, power: int) -> None:
    """Voltages, weights and thresholds times 2**k: the same spikes, and every voltage exactly 2**k times what it was."""
    factor = f"2**{power}" if power >= 0 else f"1/2**{-power}"
    scaled = GeneratedNetwork(network.step, network.steps, copy.deepcopy(network.sections))
    scaled.sections["neurons"]["leaky"]["parameters"]["V_th"] = f"({factor})*(9 mV)"
    for population in scaled.sections["populations"].values():
        population["initial"] = {key: f"({factor})*({value})" for key, value in population.get("initial", {}).items()}
    for item in (*scaled.sections["projections"].values(), *scaled.sections["stimuli"].values()):
        for key in ("weight", "current"):
            if key in item:
                item[key] = f"({factor})*({item[key]})"
        for use in uses_of(item):
            if "most" in use:
                use["most"] = f"({factor})*({use['most']})"
    small, large = simulated(network.model()), simulated(scaled.model())
    assert large.spikes == small.spikes
    for name, states in small.states.items():
        np.testing.assert_array_equal(large.states[name]["V"], states["V"] * 2.0**power)
    for name, synapses in small.synapses.items():
        np.testing.assert_array_equal(large.synapses[name]["w"], synapses["w"] * 2.0**power)
