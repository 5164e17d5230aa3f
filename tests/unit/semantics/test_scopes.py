"""Which names are known where, with which dimension; what is refused by name only when it is to be run."""

from __future__ import annotations

import pytest
from lowered import lower
from unit.lowering.models import checked

from snndsl.errors import ModelError, UnsupportedByTarget

NEURONS = """
neurons:
  n: {parameters: {tau: 20 ms}, state: {V: 0 mV}, ports: {I: pA, kick: mV}, equations: dV/dt = -V/tau + I/(250 pF),
      integrator: exact, update: V += kick, threshold: V > 15 mV, reset: V = 0 mV}
populations: {p: {neuron: n, size: 4}, q: {neuron: n, size: 6}}
"""
SIGNALS = """
signals:
  ou: {parameters: {mu: 100 pA}, state: {I: mu}, update: I = mu + (I - mu)*exp(-dt/(5 ms)) + (50 pA)*normal()}
  reward: {ports: {paid: 1}, state: {DA: 0}, update: "DA = 0.995*DA + paid + where(ou.I > 0 pA, 1, 0)"}
"""
RULE = """
plasticity:
  three: {needs: {DA: 1}, state: {e: 0}, on_pre: e += 1, on_post: e += 1, every: {10 ms: "w += (1 mV)*e*DA"}, bound: 5 mV}
  reads: {on_post: "w += where(post.V > 10 mV, 1 mV, 0 mV)*reward.DA", bound: 5 mV}
"""


def faults(text: str, **more: str) -> list[tuple[str, str]]:
    with pytest.raises(ModelError) as caught:
        checked(text, **more)
    return [(fault.code, fault.what) for fault in caught.value.faults]


def unsupported(text: str) -> list[str]:
    model = checked(text)  # a part that cannot be run yet is still checked
    with pytest.raises(UnsupportedByTarget) as caught:
        lower(model)
    return [fault.what.removesuffix(" cannot be simulated yet") for fault in caught.value.faults]


def test_signals_are_read_in_stimuli_rules_and_other_signals() -> None:
    text = (
        NEURONS
        + SIGNALS
        + RULE
        + """
stimuli: {noise: {into: p, port: I, current: ou.I + ou.mu}}
projections:
  a:
    {from: p, to: q, connect: all_to_all, port: kick, weight: 1 mV, delay: {axonal: 1 ms},
     plasticity: {use: three, DA: reward.DA}}
  b: {from: p, to: q, connect: all_to_all, port: kick, weight: 1 mV, delay: {axonal: 1 ms}, plasticity: reads}
  pay: {from: q, to: reward, connect: all_to_all, port: paid, weight: 1, delay: 1 ms}
record: {signals: {reward: [DA]}}
expect: {paid: {of: reward, value: DA, at: 10 ms, at_least: 0}}
"""
    )
    made = lower(checked(text))
    read = {item.name: [f"{read.of}.{read.state}" for read in item.reads] for item in (*made.neurons, *made.rules)}
    neurons, rules = {"n": ["ou.I"], "n__2": [], "ou": [], "reward": ["ou.I"]}, {"reads": ["post.V", "reward.DA"]}
    assert read == {**neurons, **rules, "three": ["reward.DA"]}


@pytest.mark.parametrize(
    ("part", "code", "what"),
    [
        ("stimuli: {s: {into: p, port: I, current: ou.J}}", "name-unknown", "there is no 'ou.J' here"),
        ("stimuli: {s: {into: p, port: I, current: reward.DA}}", "dimension", "the current is a pure number"),
        ("projections: {s: {from: p, to: reward, connect: all_to_all, port: pay, weight: 1, delay: 1 ms}}", "port-unknown",
         "projection 's': 'reward' has no port 'pay'"),
        ("expect: {e: {of: reward, value: DB, at: 1 ms, equals: 0}}", "name-unknown", "expectation 'e' is about 'DB'"),
        ("record: {signals: {rewrd: [DA]}}", "name-unknown", "record.signals names 'rewrd'"),
        ("record: {signals: {reward: [DB]}}", "name-unknown", "'reward' has no state 'DB'"),
    ],
)  # fmt: skip
def test_what_signals_do_not_have(part: str, code: str, what: str) -> None:
    assert faults(NEURONS + SIGNALS + part) == [(code, what)]


def test_signals_are_checked_though_nobody_reads_them() -> None:
    assert faults(NEURONS + "signals: {s: {state: {x: 0 mV}, update: x = x + 1}}") == [
        ("dimension", "'+' adds mV and a pure number")
    ]
    assert faults(NEURONS + "signals: {a: {state: {x: b.x}, update: x = 0}, b: {state: {x: 1}, update: x = 0}}") == [
        ("name-misplaced", "'b.x' is known only during a run")
    ]


@pytest.mark.parametrize(
    ("part", "code", "what"),
    [
        ("record: {spikes: [p, ou]}", "signal-never-spikes", "record.spikes names the signal 'ou', which never spikes"),
        ("record: {counts: {ou: 1 ms}}", "signal-never-spikes", "record.counts names the signal 'ou', which never spikes"),
        ("groups: {all: [p, reward]}\nexpect: {e: {of: all, value: rate, at_least: 1 Hz}}", "signal-never-spikes",
         "expectation 'e' is of the signal 'reward', which never spikes"),
        ("projections: {a: {from: ou, to: p, connect: all_to_all, port: kick, weight: 1 mV, delay: 1 ms}}",
         "signal-never-spikes", "projection 'a' goes from the signal 'ou', which never spikes"),
        ("stimuli: {s: {into: reward, port: spike, spikes: {i: 0, t: 1 ms}}}", "port-unknown",
         "stimulus 's': 'reward' has no port 'spike'"),
        ("projections: {a: {from: p, to: q, connect: all_to_all, port: kick, weight: 1 mV*reward.DA, delay: 1 ms}}",
         "name-misplaced", "'reward.DA' is known only during a run"),
        ("projections: {a: {from: p, to: q, connect: {bernoulli: reward.DA}, port: kick, weight: 1 mV, delay: 1 ms}}",
         "name-misplaced", "'reward.DA' is known only during a run"),
        ("stimuli: {s: {into: p, port: I, current: [ou.I, ou.I, 0 pA, 0 pA]}}", "name-misplaced",
         "'ou.I' is known only during a run"),
        ("stimuli: {s: {into: p, port: kick, weight: 1 mV*reward.DA, one_of: {every: 1 ms}}}", "name-misplaced",
         "'reward.DA' is known only during a run"),
    ],
)  # fmt: skip
def test_what_signals_cannot_be(part: str, code: str, what: str) -> None:
    assert (code, what) in faults(NEURONS + SIGNALS + part)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("equations: a = paid + 1", "reads the port 'paid'"),
        ("equations: [b = normal(), a = 2*b]", "draws"),
        ("equations: 'a = where(since_spike > 1 ms, 1, 0)'", "reads 'since_spike'"),
    ],
)
def test_what_belongs_to_the_step_of_a_signal_is_read_by_nobody_else(more: str, why: str) -> None:
    text = NEURONS + "signals: {s: {ports: {paid: 1}, state: {x: 0}, " + more + ", update: x = 0}}\n"
    read = "stimuli: {t: {into: p, port: I, current: (1 pA)*s.a}}"
    assert faults(text + read)[0] == ("name-misplaced", f"s.a {why}: it is there only while 's' is computed")


@pytest.mark.parametrize("name", ["pre", "post", "d"])
def test_names_that_signals_cannot_have(name: str) -> None:
    text = NEURONS + "data: {d: {values: [1, 2]}}\nsignals: {" + name + ": {state: {x: 0}, update: x = 1}}"
    assert [code for code, _ in faults(text)] == ["name-reserved"]


def test_a_parameter_of_a_signal_has_a_value() -> None:
    text = NEURONS + "signals: {s: {parameters: {k: {unit: mV}}, state: {x: k}, update: x = k}}"
    assert faults(text) == [("parameter-missing", "parameter 'k' of the signal 's' has no value")]


def test_a_need_is_bound_to_its_dimension() -> None:
    projection = (
        "projections: {a: {from: p, to: q, connect: all_to_all, port: kick, weight: 1 mV, delay: {axonal: 1 ms}, plasticity: "
    )
    bound = NEURONS + SIGNALS + RULE + projection + "{use: three, DA: ou.I}}}"
    assert faults(bound) == [("dimension", "'DA' is in pA")]
    assert faults(NEURONS + SIGNALS + RULE + projection + "three}}") == [("need-unbound", "rule 'three' needs 'DA', in 1")]


def test_one_fault_for_one_mistake() -> None:
    wrong = NEURONS.replace("tau: 20 ms", "tau: 20 mss")
    assert [code for code, _ in faults(wrong)] == ["unit-unknown"]
    wrong = (
        NEURONS
        + "data: {d: {file: missing.npz}}\nstimuli: {s: {into: p, port: I, current: d.I(i)*d.x + (3 pA)*d.y(tick(1 ms))}}"
    )
    assert [code for code, _ in faults(wrong)] == ["path-escapes"]
    wrong = NEURONS + "constants: {J: 3 mVV, K: 2*J}\nstimuli: {s: {into: p, port: I, current: J + K}}"
    assert [code for code, _ in faults(wrong)] == ["unit-unknown"]
    wrong = NEURONS + (
        "groups: {all: [p, r]}\nrecord: {spikes: all, states: {all: [V]}}\nexpect: {e: {of: all, value: rate, at_least: 1 Hz}}"
    )
    assert faults(wrong) == [("population-unknown", "group 'all' holds 'r'")]


def test_every_mistake_is_said() -> None:
    wrong = NEURONS.replace("V += kick", "V += kic").replace("V > 15 mV", "V > 15 ms").replace("size: 6", "size: -6")
    assert [code for code, _ in faults(wrong + "record: {spikes: [pp]}")] == [
        "name-unknown",
        "dimension",
        "size-not-positive",
        "population-unknown",
    ]


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ("signals: {g: {state: {y: 5 Hz}, update: y = y}}\n"
         "stimuli: {s: {into: p, port: kick, weight: 1 mV, delay: 2 s, poisson: {rate: g.y}}}",
         "a delay of more than 1,001 steps of 's', whose rate reads a signal,"),
    ],
)  # fmt: skip
def test_what_validates_and_cannot_be_run_yet_is_refused_by_name(part: str, what: str) -> None:
    assert unsupported(NEURONS + part) == [what]


def test_sections_that_a_run_does_not_need_are_left_alone() -> None:
    text = NEURONS + (
        "motifs: {m: {spikes: {'p[0]': 0 ms, 'p[3]': [4 ms, 5 ms]}, leads_to: {'q[1]': 9 ms}, tolerance: 1 step}}\n"
        "sweep: [{name: a, set: {populations.p.size: 5}}]\n"
        "discover: {g: {definition: {izhikevich2006: {anchors: 3}}, in: a}}\n"
        "projections: {a: {from: p, to: q, connect: all_to_all, port: kick, weight: 1 mV, delay: 1 ms}}\n"
    )
    assert lower(checked(text)).name == "m"
