"""A seed is required as soon as anything is drawn, for its family."""

from __future__ import annotations

import pytest
from unit.lowering.models import checked

from snndsl.errors import ModelError

MODEL = """
neurons:
  n: {{parameters: {{a: {parameter}}}, state: {{x: {state}}}, ports: {{I: 1}}, update: x += {update},
      threshold: x > {threshold}, reset: x = {reset}, every: {{1 ms: x += {every}}}}}
plasticity: {{r: {{on_pre: w += {rule}, bound: 9}}}}
populations: {{p: {{neuron: {{use: n, a: {given}}}, size: 4, let: {{l: {let}}}, initial: {{x: {initial}}}}}}}
projections:
  s: {{from: p, to: p, connect: {connect}, self: true, port: I, weight: {weight}, plasticity: r,
      delay: {{axonal: {delay}, round: up}}}}
stimuli:
  c: {{into: p, port: I, current: {current}}}
  d: {{into: p, port: I, weight: {amount}, {kind}}}
  e: {{play: [{{motif: m, {play}}}]}}
motifs: {{m: {{spikes: {{"p[0]": 0 ms, "p[1]": 2 ms}}}}}}
"""
NOTHING = {
    "parameter": "1", "state": "0", "update": "1", "threshold": "1", "reset": "0", "every": "0", "rule": "0", "given": "1",
    "let": "1", "initial": "0", "connect": "all_to_all", "weight": "1", "delay": "1 ms", "current": "1", "amount": "1",
    "kind": "spikes: {i: [0], t: [1 ms]}", "play": "at: 1 ms",
}  # fmt: skip
FAMILY = {
    "initial": ("given", "let", "initial"),
    "input": ("update", "threshold", "reset", "every", "rule", "current", "amount"),
    "wiring": ("weight",),
}
DRAWN = [(family, {part: "uniform()"}) for family, parts in FAMILY.items() for part in parts]
DRAWN += [
    ("wiring", {"connect": "{bernoulli: 0.5}"}),
    ("wiring", {"delay": "1 ms + (1 ms)*uniform()"}),
    ("input", {"kind": "poisson: {rate: 5 Hz}"}),
    ("input", {"kind": "one_of: {every: 1 ms}"}),
    ("input", {"play": "rate: 5 Hz"}),
    ("input", {"play": "at: 1 ms, jitter: 1 ms"}),
    ("input", {"play": "at: 1 ms, dropout: 0.5"}),
    ("input", {"play": "at: {every: 5 ms}, replace: 0.5"}),
]


def needed(seed: str, **parts: str) -> str:
    """Return what is said about seeds, or nothing."""
    try:
        checked(MODEL.format(**{**NOTHING, **parts}), seed=seed)
    except ModelError as error:
        [fault] = error.faults
        assert fault.code == "seed-missing"
        return fault.what
    return ""


def test_nothing_is_drawn() -> None:
    assert needed("") == ""


@pytest.mark.parametrize(("family", "parts"), DRAWN, ids=str)
def test_what_draws_needs_the_seed_of_its_family(family: str, parts: dict[str, str]) -> None:
    assert repr(family) in needed("", **parts)
    others = ", ".join(f"{name}: 1" for name in ("wiring", "initial", "input", "analysis") if name != family)
    assert repr(family) in needed(f"seed: {{{others}}}", **parts)
    assert needed(f"seed: {{{family}: 0}}", **parts) == ""
    assert needed("seed: 0", **parts) == ""


@pytest.mark.parametrize("part", ["parameter", "state"])
def test_defaults_that_draw_need_it_only_where_they_are_used(part: str) -> None:
    assert needed("", **{part: "uniform()"}) == ""
    text = "neurons: {n: {parameters: {a: %s}, state: {x: %s}, update: x = a}}\npopulations: {p: {neuron: n, size: 1}}\n"
    values = ("uniform()", "0") if part == "parameter" else ("1", "uniform()")
    with pytest.raises(ModelError, match="seed-missing"):
        checked(text % values, seed="")
    checked(text % values, seed="seed: {initial: 3}")


def test_seeds_of_every_size() -> None:
    for seed in (0, 2**33, -1):
        assert needed(f"seed: {seed}", update="uniform()") == ""
