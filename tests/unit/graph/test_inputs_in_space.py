"""Values of ``let`` in stimuli, and positions of sources: what they stand for, written out, is the same model to the bit."""

from pathlib import Path

import numpy as np
import pytest

import snndsl
from snndsl.api import load

HEAD = """snndsl: 1
name: let
time: {step: 0.5 ms, duration: 60 ms}
seed: 3
neurons:
  n: {state: {v: 0}, ports: {in: 1}, update: v = 0.9*v + in, threshold: v > 5, reset: v = 0}
signals: {level: {state: {g: 1}, update: g = 1 + t/(1 s)}}
populations: {p: {neuron: n, size: 5, positions: {x: 10 um*i}}}
record: {spikes: [p], states: {p: [v]}}
"""
KINDS = {
    "a number": "{into: p, port: in, weight: 0.2, poisson: {rate: (2 kHz)*R}}",
    "a weight": "{into: p, port: in, weight: 2*R, poisson: {rate: 1 kHz}}",
    "a moving rate": "{into: p, port: in, weight: 0.2, poisson: {rate: (2 kHz)*R*(1 + t/(20 ms))}}",
    "a current": "{into: p, port: in, current: R*(1 + t/(20 ms))}",
    "a source": "{size: 5, bernoulli: {rate: (0.2 kHz)*R}}",
    "a moving source": "{size: 5, poisson: {rate: (0.2 kHz)*R*(1 + t/(20 ms))}}",
    "a source that reads a signal": "{size: 5, poisson: {rate: (0.2 kHz)*R*level.g}}",
}
WIRED = "projections: {c: {from: s, to: p, connect: all_to_all, port: in, weight: WEIGHT, delay: 1 ms}}\n"


def simulated(folder: Path, text: str) -> snndsl.Recording:
    folder.mkdir()
    (folder / "model.yaml").write_text(text)
    found = snndsl.run(folder / "model.yaml", out=folder / "run")
    assert isinstance(found, snndsl.Recording)
    return found


def drawn(folder: Path, let: str) -> list[float]:
    """Return what the stimulus draws: the values of a model that says nothing else."""
    folder.mkdir()
    source = f"stimuli: {{s: {{size: 5, let: {let}, positions: {{x: 1 um*r}}, regular: {{every: 5 ms}}}}}}\n"
    (folder / "model.yaml").write_text(HEAD + source)
    return [float(value) for value in load(folder).elaborated.values["s"].let["r"]]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", KINDS)
def test_a_value_is_as_if_it_were_listed(tmp_path: Path, name: str) -> None:
    values = drawn(tmp_path / "drawn", "{r: uniform()}")
    assert len(set(values)) == 5
    wired = WIRED if "size" in KINDS[name] else ""
    listed = f"data: {{K: {{values: {values!r}}}}}\nstimuli: {{s: {KINDS[name].replace('R', 'K(i)')}}}\n"
    let = f"stimuli: {{s: {KINDS[name].replace('R', 'r').replace('{', '{let: {r: uniform()}, ', 1)}}}\n"
    one = simulated(tmp_path / "let", HEAD + let + wired.replace("WEIGHT", "2*pre.r"))
    other = simulated(tmp_path / "listed", HEAD + listed + wired.replace("WEIGHT", "2*K(i)"))
    assert one.states["p"]["v"].value.max() > 0
    assert snndsl.compare(one, other).identical
    np.testing.assert_array_equal(one.states["p"]["v"].value, other.states["p"]["v"].value)


@pytest.mark.parametrize("name", ["weight", "mean", "until", "element", "key_0"])
@pytest.mark.parametrize("kind", ["a moving rate", "a current"])
def test_a_constant_may_be_called_as_what_a_stimulus_computes_with(tmp_path: Path, name: str, kind: str) -> None:
    """It was read as the weight of the events, without a word."""
    stimulus = KINDS[kind].replace("{into", "{during: [5 ms, 50 ms], into")
    one, other = (
        simulated(tmp_path / called, f"{HEAD}constants: {{{called}: 0.7}}\nstimuli: {{s: {stimulus.replace('R', called)}}}\n")
        for called in (name, "other")
    )
    assert one.states["p"]["v"].value.max() > 0 and snndsl.compare(one, other).identical


@pytest.mark.parametrize("kind", ["a source", "a moving source", "a source that reads a signal"])
def test_a_source_is_no_list_of_several(tmp_path: Path, kind: str) -> None:
    """Its ``block`` was an internal error."""
    texts = [f"{HEAD}stimuli: {{s: {KINDS[kind].replace('R', text)}}}\n" for text in ("(1 + block)", "(1 + 0)")]
    wired = WIRED.replace("WEIGHT", "1")
    one, other = (simulated(tmp_path / str(k), text + wired) for k, text in enumerate(texts))
    assert one.states["p"]["v"].value.max() > 0 and snndsl.compare(one, other).identical


def test_distance_from_a_source(tmp_path: Path) -> None:
    """With positions that are drawn, on an axis that closes on itself."""
    (tmp_path / "model.yaml").write_text(
        HEAD.replace("{x: 10 um*i}", "{x: 10 um*i, period: {x: 50 um}}")
        + "stimuli:\n  s: {size: 9, let: {r: uniform()}, positions: {x: 50 um*r, period: {x: 50 um}}, regular: {every: 5 ms}}\n"
        + WIRED.replace("WEIGHT", "distance/(1 um)")
    )
    found = load(tmp_path).elaborated
    rows, x = found.rows["c"], np.asarray(found.values["s"].positions["x"])
    assert x.min() >= 0 and x.max() < 50 and len(set(x.tolist())) == 9
    apart = np.abs(x[rows.i] - 10.0 * rows.j)
    np.testing.assert_allclose(rows.weight, np.minimum(apart, 50 - apart), rtol=1e-13)


def test_values_of_a_source_are_the_same_in_every_trial(tmp_path: Path) -> None:
    text = HEAD.replace("seed: 3", "seed: 3\ntrials: 3").replace("spikes: [p]", "spikes: [s]")
    source = 'stimuli: {s: {size: 8, let: {r: "where(uniform() > 0.5, 1, 0)"}, poisson: {rate: (1 kHz)*r}}}\n'
    (tmp_path / "model.yaml").write_text(text + source)
    run = snndsl.run(tmp_path / "model.yaml", out=tmp_path / "run")
    silent = np.asarray(load(tmp_path).elaborated.values["s"].let["r"]) == 0
    assert 0 < silent.sum() < 8
    for trial in run.trials:
        assert {*trial.spikes["s"].neuron.tolist()} == {*np.flatnonzero(~silent).tolist()}
