"""Several rules on one projection: what one rule with the statements of all would do, each with its own draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from property.machine import Outcome, simulated

from snndsl.api import Model
from snndsl.model.joint_rule import labels

RULES: dict[str, Any] = {
    "a": {"parameters": {"A": "0.25"}, "traces": {"x": "7 ms"}, "on_pre": ["k = A*x", "w += k", "x += 1"],
          "on_post": "w *= 1 + A", "every": {"3 ms": "w -= 0.125"}},
    "b": {"parameters": {"A": "0.5"}, "traces": {"x": "3 ms"}, "state": {"n": "0"},
          "on_pre": ["n += w", "x += 1", "k = w*x", "n += k"], "every": {"3 ms": "w *= A", "5 ms": "x = 0"}},
    "both": {"parameters": {"A": "0.25", "B": "0.5"}, "traces": {"x": "7 ms", "y": "3 ms"}, "state": {"n": "0"},
             "on_pre": ["k = A*x", "w += k", "x += 1", "n += w", "y += 1", "m = w*y", "n += m"],
             "on_post": "w *= 1 + A", "every": {"3 ms": ["w -= 0.125", "w *= B"], "5 ms": "y = 0"}},
    "lossy": {"state": {"sent": "0"}, "on_pre": ["z = where(uniform() < 0.5, w, 0)", "sent += z", "deliver(z)"]},
    "noisy": {"state": {"s": "0"}, "on_pre": ["s += normal()", "s += normal()"]},
}  # fmt: skip


def run(*plasticity: Any, rules: dict[str, Any] | None = None, **more: Any) -> Outcome:
    """Run two synapses with rules, from sources that spike at times of their own, onto cells that always fire."""
    projection = {
        "from": "s", "to": "p", "connect": "one_to_one", "port": "in", "weight": "1 + 0.5*i", "stream": "same",
        "delay": {"axonal": "1 ms", "dendritic": "1 ms*i"}, "plasticity": list(plasticity), **more,
    }  # fmt: skip
    return simulated(
        {
            "name": "together",
            "time": {"step": "1 ms", "duration": "40 ms"},
            "seed": 3,
            "neurons": {"n": {"state": {"v": "0"}, "ports": {"in": "1"}, "update": "v = in", "threshold": "v > 0"}},
            "plasticity": RULES if rules is None else rules,
            "populations": {"p": {"neuron": "n", "size": 2}},
            "stimuli": {"s": {"size": 2, "spikes": {"i": [0, 1, 0, 0, 1, 0], "t": [f"{t} ms" for t in (1, 2, 5, 6, 9, 17)]}}},
            "projections": {"c": projection},
        }
    )


def test_one_rule_with_the_statements_of_both_does_the_same() -> None:
    joint, one = run("a", "b").synapses["c"], run("both").synapses["c"]
    for name, same in {"w": "w", "a__x": "x", "b__x": "y", "b__n": "n"}.items():
        np.testing.assert_array_equal(joint[name], one[same], name)
    assert one["w"].tolist() != run("b", "a").synapses["c"]["w"].tolist()


def test_a_list_of_one_is_the_rule() -> None:
    assert run("a").synapses["c"].keys() == {"w", "x", "x__last"}


def test_a_rule_that_is_added_changes_no_draw_of_the_others() -> None:
    alone, first = run("lossy").synapses["c"]["sent"], run("lossy", "noisy").synapses["c"]
    np.testing.assert_array_equal(first["lossy__sent"], alone)
    later, more = run("a", "noisy").synapses["c"], run("a", "noisy", "lossy").synapses["c"]
    np.testing.assert_array_equal(later["noisy__s"], more["noisy__s"])
    assert run("noisy").synapses["c"]["s"].tolist() != later["noisy__s"].tolist()


def test_two_uses_of_a_rule_draw_their_own_numbers() -> None:
    found = run("noisy", "noisy").synapses["c"]
    assert found["noisy__s"].tolist() != found["noisy_2__s"].tolist()


def test_one_delivery_whichever_rule_it_is_of() -> None:
    for rules in (("lossy", "a"), ("a", "lossy")):
        found = run(*rules)
        assert 0 < found.synapses["c"]["lossy__sent"].sum() < 7
        assert len(found.spikes["p"]) < 6


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["stdp"], [""]),
        (["lib.stdp", "homeo"], ["stdp", "homeo"]),
        (["stdp", "lib.stdp", "stdp"], ["stdp", "stdp_2", "stdp_3"]),
        (["a", "a", "a_2"], ["a", "a_3", "a_2"]),
        (["a_2", "a", "a"], ["a_2", "a", "a_3"]),
    ],
)
def test_every_rule_of_a_list_has_a_name_of_its_own(names: list[str], expected: list[str]) -> None:
    assert list(labels(names)) == expected


def test_periods_that_are_equal_are_one_tick() -> None:
    rule = {"a": {"every": {"4 ms": "w += 1", "0.004 s": "w *= 2"}}}
    assert run("a", rules=rule).synapses["c"]["w"][0] == pytest.approx(1 * 2**10 + sum(2**k for k in range(1, 11)))


def test_records_and_expectations_name_a_state_by_its_rule() -> None:
    model = {
        "name": "named", "time": {"step": "1 ms", "duration": "9 ms"},
        "neurons": {"n": {"state": {"v": "0"}, "ports": {"in": "1"}, "update": "v = in"}},
        "plasticity": {name: RULES[name] for name in ("a", "b")},
        "populations": {"p": {"neuron": "n", "size": 1}}, "stimuli": {"s": {"size": 1, "regular": {"every": "2 ms"}}},
        "projections": {"c": {"from": "s", "to": "p", "connect": "all_to_all", "port": "in", "weight": "1",
                              "delay": {"axonal": "1 ms"}, "plasticity": ["a", "b"], "initial": {"a.x": "2", "n": "5"}}},
        "record": {"synapses": {"c": {"of": ["w", "b.x", "n"], "at": "9 ms"}}},
        "expect": {"n": {"of": "c", "value": "min(n)", "at_least": "5"}},
    }  # fmt: skip
    program = Model(**model).program
    assert program.synapse_records[0].variables == ("w", "b__x", "b__n")
    assert program.synapses[0].values["a__x"] == 2.0 and program.synapses[0].values["b__n"] == 5.0
