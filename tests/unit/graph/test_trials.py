"""Programs of trials: the network is that of trial 0, what is drawn is not, and what is frozen is."""

from typing import Any

import numpy as np
import pytest

from snndsl.api import Model
from snndsl.ir import Call, Const, Expr, Program, Ref, walk
from snndsl.lowering.grid import quantum

DRAWN: dict[str, dict[str, Any]] = {
    "bernoulli": {"size": 9, "bernoulli": {"rate": "100 Hz"}},
    "poisson": {"size": 9, "poisson": {"rate": "100 Hz"}},
    "moving": {"size": 9, "poisson": {"rate": "(100 Hz)*(1 + sin(t/(9 ms)))"}},
    "drawn": {"size": 9, "bernoulli": {"rate": "(200 Hz)*uniform()"}},
    "packet": {"size": 9, "pulse_packet": {"at": "50 ms", "sd": "9 ms"}},
}


def model(trials: int = 3, **more: Any) -> Model:
    neuron = {
        "state": {"v": 0}, "ports": {"I": 1}, "update": "v = normal() + I", "threshold": "v > 1", "reset": "v = 0",
    }  # fmt: skip
    sections: dict[str, Any] = {
        "snndsl": 1,
        "name": "m",
        "trials": trials,
        "time": {"step": "1 ms", "duration": "100 ms"},
        "seed": 4,
        "neurons": {"n": neuron},
        "populations": {"p": {"neuron": "n", "size": 9, "initial": {"v": "uniform()"}}},
        "record": {"spikes": ["p"]},
    }
    return Model(**sections | more)


def trials_of(program: Program) -> list[Expr]:
    """Return what stands for the trial in every normal draw of the neurons."""
    blocks = [neuron.update for neuron in program.neurons]
    nodes = [node for block in blocks for _, value in block.lets for node in walk(value)]
    return [node.args[4] for node in nodes if isinstance(node, Call) and node.op == "normal"]


@pytest.mark.parametrize("kind", DRAWN)
def test_sources_draw_anew_unless_they_are_frozen(kind: str) -> None:
    made = model(stimuli={"s": DRAWN[kind], "f": DRAWN[kind] | {"frozen": True, "stream": "stimuli.s"}})
    tables = [{name: made.of_trial(k).population(name).spikes for name in ("s", "f")} for k in range(3)]
    same = [
        all(np.array_equal(table["s"][column], tables[0]["s"][column]) for column in ("stamp", "neuron")) for table in tables
    ]
    assert same == [True, False, False]
    for table in tables:
        for column in ("stamp", "neuron"):
            np.testing.assert_array_equal(table["f"][column], tables[0]["s"][column])


@pytest.mark.parametrize("rate", ["100 Hz", "(100 Hz)*(1 + sin(t/(9 ms)))"])
def test_counts_of_each_step_are_no_events_of_any_trial(rate: str) -> None:
    """The neurons draw them; as events besides they would come twice."""
    made = model(stimuli={"s": {"into": "p", "port": "I", "weight": "0.1", "poisson": {"rate": rate}}})
    assert [made.of_trial(k).injections for k in range(3)] == [(), (), ()]


def test_a_rate_may_read_the_trial() -> None:
    rate = {"rate": "where(trial == 1, 1 kHz, 0 Hz)"}
    made = model(stimuli={"s": {"size": 2, "bernoulli": rate}, "f": {"size": 2, "bernoulli": rate, "frozen": True}})
    for k in range(3):
        tables = [made.of_trial(k).population(name).spikes for name in ("s", "f")]
        assert [table is not None and table.rows for table in tables] == [2 * 101 * (k == 1), 0]


def test_a_played_motif_has_a_jitter_in_each_trial() -> None:
    made = model(
        motifs={"m": {"spikes": {"p[0]": "0 ms", "p[3]": "5 ms"}}},
        stimuli={"s": {"play": [{"motif": "m", "at": {"every": "10 ms"}, "jitter": "2 ms"}]}},
    )
    events = [made.of_trial(k).injections[0].events for k in range(3)]
    assert all(not np.array_equal(table["step"], events[0]["step"]) for table in events[1:])


def test_nothing_else_differs() -> None:
    made = model(
        stimuli={"s": DRAWN["poisson"], "c": {"into": "p", "port": "I", "current": "uniform()*trial"}},
        projections={
            "a": {"from": "s", "to": "p", "connect": {"bernoulli": 0.5}, "port": "I", "weight": "uniform()", "delay": "1 ms"}
        },
    )
    first, other = made.program, made.of_trial(2)
    assert (first.trial, other.trial) == (0, 2)
    for part in ("neurons", "rules", "projections", "synapses", "samples", "spike_records", "steps", "chunk"):
        assert getattr(first, part) == getattr(other, part)
    assert first.population("p") is other.population("p")


def test_a_frozen_population_draws_as_in_trial_0() -> None:
    assert trials_of(model().program) == [Ref("trial")]
    frozen = model(populations={"p": {"neuron": "n", "size": 9, "frozen": True}})
    assert trials_of(frozen.program) == [Const(0.0)] == trials_of(frozen.of_trial(2))


def test_the_grid_does_not_depend_on_what_was_played() -> None:
    """At this rate most trials play nothing; the quantum of the port is that of the weight all the same."""
    rare = {"s": {"play": [{"motif": "m", "rate": "2 Hz"}], "port": "I", "weight": 3.1}}
    made = model(motifs={"m": {"spikes": {"p[0]": "0 ms"}}}, stimuli=rare)
    found = [made.of_trial(k).injections[0].events["amount"] for k in range(12)]
    assert 0 < sum(len(amounts) > 0 for amounts in found) < 12
    assert {float(value) for amounts in found for value in amounts} == {np.floor(3.1 / quantum(3.1) + 0.5) * quantum(3.1)}


def test_the_number_of_trials_changes_no_trial() -> None:
    few, many = (model(trials, stimuli={"s": DRAWN["poisson"]}).of_trial(1).population("s").spikes for trials in (2, 25))
    assert few is not None and many is not None
    np.testing.assert_array_equal(few["stamp"], many["stamp"])
