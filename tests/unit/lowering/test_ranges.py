"""The range of a state: constants that reach the program and its backends, and nothing where none is written."""

import json
from dataclasses import replace

import pytest
from unit.lowering.models import program

from snndsl.backend.registry import backend
from snndsl.errors import ModelError
from snndsl.ir import Neuron, Program, Range
from snndsl.ir.dump import digest, dump
from snndsl.ir.serial import neuron_from, neuron_to, rule_from, rule_to
from snndsl.ir.verify import MalformedProgram, verify

MODEL = """
constants: {{top: 10 mV + low, low: -70 mV}}
parts:
  gate: {{parameters: {{tau: 5 ms}}, state: {{m: {m}}}, equations: dm/dt = -m/tau}}
neurons:
  n:
    parts: {{g: gate, h: gate}}
    state: {{V: {v}, n: 0}}
    ports: {{I: 1}}
    update: n += I
    integrator: euler
    threshold: n > 3
plasticity:
  r: {{bound: 1, state: {{x: {x}}}, on_pre: x = abs(x), on_post: [w += 0.1, x += 1]}}
populations: {{p: {{neuron: n, size: 2}}}}
projections:
  s: {{from: p, to: p, connect: all_to_all, self: true, port: I, weight: 0.1, delay: {{axonal: 1 ms}}, plasticity: r}}
"""
PLAIN = {"m": "0.5", "v": "-65 mV", "x": "0"}
RANGED = {
    "m": "{initial: 0.5, range: [0, 1]}",
    "v": "{initial: -65 mV, range: [low - 30 mV, top]}",
    "x": "{initial: 0, range: [-2.5, 4]}",
}


def made(**changes: str) -> Program:
    return verify(program(MODEL.format(**{**PLAIN, **changes})))


def files(name: str, found: Program) -> dict[str, object]:
    tree = backend(name).generate(found).files
    return {path: text for path, text in tree.items() if isinstance(text, str)}


def test_limits_are_constants_in_the_unit_of_their_state() -> None:
    found = made(**RANGED)
    assert found.neurons[0].ranges == (Range("g__m", 0.0, 1.0), Range("h__m", 0.0, 1.0), Range("V", -100.0, -60.0))
    assert found.rules[0].ranges == (Range("x", -2.5, 4.0),)
    assert "  range V -100.0 .. -60.0\n" in dump(found) and "  range x -2.5 .. 4.0\n" in dump(found)
    assert neuron_from(json.loads(json.dumps(neuron_to(found.neurons[0])))) == found.neurons[0]
    assert rule_from(json.loads(json.dumps(rule_to(found.rules[0])))) == found.rules[0]
    assert digest(found) != digest(made())


@pytest.mark.parametrize("name", ["reference", "brian2", "nest"])
def test_what_is_not_written_is_not_there(name: str) -> None:
    plain, ranged = made(), made(**RANGED)
    bare = replace(
        ranged,
        neurons=tuple(replace(item, ranges=()) for item in ranged.neurons),
        rules=tuple(replace(item, ranges=()) for item in ranged.rules),
    )
    assert dump(bare) == dump(plain)
    assert files(name, bare).keys() == files(name, plain).keys()
    assert {path for path, text in files(name, plain).items() if text != files(name, bare)[path]} == set()
    assert '"ranges"' not in str(files(name, plain)["settings.json"])


def test_only_a_state_that_is_written_is_checked_in_compiled_code() -> None:
    kernels = str(files("nest", made(**RANGED))["code/kernels.c"])
    assert kernels.count("if (snn_not(g__m >= 0.0 & g__m <= 1.0)) return 1;") == 1
    assert "-100.0" not in kernels.replace("-100.0 ..", "")  # nothing writes V
    assert kernels.count("if (snn_not(x >= -2.5 & x <= 4.0)) return 2;") == 2
    assert "snn_within(x, -2.5, 4.0, tv)" in str(files("brian2", made(**RANGED))["run.py"])


def test_a_parameter_is_no_limit() -> None:
    with pytest.raises(ModelError, match="'g.tau' is no constant: the range of 'g.m' is one for all"):
        made(m="{initial: 0.5, range: [0, tau/(1 ms)]}")


def bad(found: Program, *ranges: Range, values: float = 0.5) -> Program:
    neuron: Neuron = replace(found.neurons[0], ranges=ranges)
    population = replace(found.populations[0], values={**found.populations[0].values, "g__m": values})
    return replace(found, neurons=(neuron,), populations=(population,))


@pytest.mark.parametrize(
    ("ranges", "values", "said"),
    [
        ((Range("z", 0.0, 1.0),), 0.5, "has ranges of z"),
        ((Range("V", -99.0, 1.0), Range("g__m", 0.0, 1.0)), 0.5, "not each once, in the order of its states"),
        ((Range("g__m", 1.0, 1.0),), 1.0, "has the range 1.0 .. 1.0 of g__m"),
        ((Range("g__m", 0.0, float("inf")),), 0.5, "has the range 0.0 .. inf of g__m"),
        ((Range("g__m", 0.0, 1.0),), 1.5, "g__m starts outside 0.0 .. 1.0"),
    ],
)
def test_a_malformed_range_is_named(ranges: tuple[Range, ...], values: float, said: str) -> None:
    with pytest.raises(MalformedProgram, match=said):
        verify(bad(made(), *ranges, values=values))
