"""The name that a message suggests is the one that was meant, for nine of ten mistakes of a single letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from snndsl.errors import Fault, SnndslError
from snndsl.expressions import FUNCTIONS
from snndsl.frontend.loader import read_source
from snndsl.semantics.check import check

MODEL = """snndsl: 1
name: mistakes
time: {step: 0.1 ms, duration: 10 ms}
seed: 1
trials: 1
constants: {strength: 20 pA, probability: 0.25, distance_scale: 50 um}
data: {profile: {values: [1, 2, 3], unit: pA}}
parts:
  synapse:
    parameters: {decay: 5 ms}
    state: {current: 0 pA}
    ports: {arrival: pA}
    equations: dcurrent/dt = -current/decay
    update: current += arrival
signals:
  dopamine:
    parameters: {slow: 200 ms}
    state: {level: 0}
    ports: {paid: 1}
    equations: dlevel/dt = -level/slow
    integrator: exact
    update: level += paid
neurons:
  leaky:
    parameters: {tau: 20 ms, capacity: 200 pF, leak: 10 nS, rest: -70 mV, resistance: 100 MOhm}
    require: [tau > 0 ms]
    parts: {excitation: {use: synapse, decay: 3 ms}}
    state: {voltage: rest, counted: {initial: 0, range: [-1, 100]}}
    ports: {drive: pA}
    equations: dvoltage/dt = (leak*(rest - voltage) + excitation.current + drive)/capacity
    integrator: exponential_euler
    update: counted = clip(counted + exp(-tau/(20 ms))*sqrt(abs(sin(t/tau))), 0, 50)
    threshold: voltage >= -50 mV
    refractory: {for: 2 ms, hold: [voltage]}
    reset: voltage = max(rest, -65 mV)
plasticity:
  pairing:
    parameters: {window: 20 ms, top: {unit: weight}}
    traces: {early: window}
    on_pre: early += 1
    on_post: w = min(w + 0.1*early*top, top)
    order: pre_first
    bound: top
populations:
  pyramidal: {neuron: leaky, size: 8, initial: {voltage: "uniform(-70 mV, -60 mV)"}, positions: {x: distance_scale*i}}
  basket: {neuron: {use: leaky, tau: 10 ms}, size: 4, let: {offset: normal()}, positions: {x: distance_scale*i}}
projections:
  recurrent:
    from: pyramidal
    to: basket
    connect: {bernoulli: probability}
    where: distance < 100 um
    multiple: false
    per_block: false
    port: excitation
    weight: strength*lognormal()
    delay: {axonal: 1 ms, dendritic: 0 ms, round: nearest}
    plasticity: {use: pairing, top: 500 pA}
stimuli:
  background: {size: 5, poisson: {rate: 10 Hz}, during: [1 ms, 9 ms]}
  electrode: {into: pyramidal, port: drive, current: 100 pA + profile(floor(t/(5 ms)))}
  payment: {into: dopamine, port: paid, weight: 1, spikes: {i: [0], t: [5 ms]}}
record:
  spikes: [pyramidal, background]
  states: {basket: {of: [voltage, counted], every: 1 ms}}
  signals: {dopamine: [level]}
  synapses: {recurrent: {of: [w], at: 5 ms}}
expect:
  quiet: {of: pyramidal, value: rate, after: 1 ms, at_least: 0 Hz}
"""

LINES = MODEL.splitlines()
_KEY = re.compile(r"\b([a-z_]+)(?=:(?: |$))")
_NAME = re.compile(r"(?<![\w.'\"])[A-Za-z_]{3,}(?![\w(:])")
_UNIT = re.compile(r"(?<=\d )[A-Za-z]{2,}\b")
_CALL = re.compile(r"\b[a-z]{3,}(?=\()")
DECLARED = set(re.findall(r"\w+", """
    strength probability distance_scale profile synapse decay current arrival dopamine slow level
    paid leaky tau capacity leak rest resistance excitation voltage counted drive
    pairing window top early pyramidal basket offset recurrent background electrode payment
    quiet mistakes
"""))
NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuioiosdfghjkjlkcvbnbn"))


def places(kind: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and word of everything of a kind."""
    find = {"keys": _KEY, "names": _NAME, "functions": _CALL, "units": _UNIT}[kind]
    for number, line in enumerate(LINES):
        for match in find.finditer(line):
            word = match[0]
            taken = {"keys": word not in DECLARED, "names": word in DECLARED, "functions": word in FUNCTIONS}
            if taken.get(kind, True) and number > 0:
                yield number, match.start(), word


def mistakes(word: str) -> Iterator[str]:
    """Yield the word with a letter left out, doubled, swapped with the next one, and hit beside."""
    k = len(word) // 2
    yield word[:k] + word[k + 1 :]
    yield word[:k] + word[k] + word[k:]
    yield word[: k - 1] + word[k] + word[k - 1] + word[k + 1 :]
    yield word[:k] + NEIGHBOURS.get(word[k], "x") + word[k + 1 :]


def faults(text: str, folder: Path) -> list[Fault]:
    """Return what is wrong with a model."""
    try:
        check(read_source(text, "model.yaml", folder, {}))
    except SnndslError as error:
        return [fault for fault in error.faults if fault.severity == "error"]
    return []


def test_the_model_is_right(tmp_path: Path) -> None:
    assert faults(MODEL, tmp_path) == []


@pytest.mark.parametrize(("kind", "fewest"), [("keys", 250), ("names", 100), ("functions", 40), ("units", 100)])
def test_what_is_suggested_is_what_was_meant(kind: str, fewest: int, tmp_path: Path) -> None:
    """A mistake that makes another right word is none: nothing can tell it. Units get no hint of another prefix."""
    tried, wrong = 0, list[str]()
    done: set[tuple[int, str, str]] = set()
    for number, column, word in places(kind):
        line = LINES[number]
        for other in mistakes(word):
            place = number if kind == "units" else 0  # a unit stands in many places, each of which has to tell
            if other == word or (place, word, other) in done:
                continue
            done.add((place, word, other))
            changed = [*LINES[:number], line[:column] + other + line[column + len(word) :], *LINES[number + 1 :]]
            found = faults("\n".join(changed) + "\n", tmp_path)
            at_it = [fault for fault in found if fault.line == number + 1 and re.search(rf"(?<!\w){other}(?!\w)", fault.what)]
            if not at_it:
                continue
            tried += 1
            if not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", fault.try_) for fault in at_it):
                wrong.append(f"{other} for {word}: {at_it[0]}")
    assert tried >= fewest, tried
    assert len(wrong) <= 0.1 * tried, f"{len(wrong)} of {tried}\n" + "\n".join(wrong)
