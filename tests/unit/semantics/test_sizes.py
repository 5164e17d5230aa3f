"""How large a network and its recording are, known before they are made."""

from __future__ import annotations

import time

import pytest
from unit.lowering.models import checked, graph

from snndsl.errors import ModelError
from snndsl.semantics.sizes import expected_synapses

NEURON = "neurons: {n: {state: {x: 0}, ports: {I: 1}, update: x = I}}\n"


@pytest.mark.parametrize(
    ("rule", "exact"),
    [
        ("all_to_all", True),
        ("{bernoulli: 0.1}", False),
        ("{fixed_indegree: 7}", True),
        ("{fixed_outdegree: 2*K}", True),
        ("{fixed_total_number: 123}", True),
    ],
)
def test_the_estimate_is_what_is_wired(rule: str, exact: bool) -> None:
    text = NEURON + (
        "constants: {K: 3}\npopulations: {p: {neuron: n, size: 300}, q: {neuron: n, size: 100}}\n"
        f"projections: {{s: {{from: p, to: q, connect: {rule}, multiple: true, port: I, weight: 1, delay: 1 ms}}}}\n"
    )
    model = checked(text)
    wired, estimated = len(graph(text).rows["s"].i), expected_synapses(model, model.projections["s"])
    assert estimated == wired if exact else wired == pytest.approx(estimated, rel=0.2)


def test_only_the_wiring_can_tell() -> None:
    text = NEURON + (
        "populations: {p: {neuron: n, size: 30}}\n"
        "projections: {s: {from: p, to: p, connect: {bernoulli: i/30}, self: true, port: I, weight: 1, delay: 1 ms}}\n"
    )
    model = checked(text)
    assert expected_synapses(model, model.projections["s"]) == 0.0


@pytest.mark.parametrize(
    ("sections", "code"),
    [
        ("populations: {p: {neuron: n, size: 2e9}, q: {neuron: n, size: 2e9}}", "too-large"),
        (
            "populations: {p: {neuron: n, size: 1e6}}\n"
            "projections: {s: {from: p, to: p, connect: all_to_all, self: true, port: I, weight: 1, delay: 1 ms}}",
            "too-large",
        ),
        ("populations: {p: {neuron: n, size: 1e7}}\nrecord: {states: {p: [x]}}", "recording-too-large"),
    ],
)
def test_what_no_machine_holds_is_refused_in_no_time(sections: str, code: str) -> None:
    begun = time.process_time()
    with pytest.raises(ModelError) as caught:
        checked(NEURON + sections, duration="10 s")
    assert [fault.code for fault in caught.value.faults] == [code]
    assert time.process_time() - begun < 1.0


def test_ends_of_slices_are_expressions_of_constants() -> None:
    text = NEURON + (
        "constants: {n_exc: 8, part: n_exc/4}\npopulations: {p: {neuron: n, size: 10}}\n"
        "groups: {exc: ['p[0:n_exc]'], inh: ['p[n_exc:]'], one: ['p[n_exc + 1]'], "
        "middle: ['p[part:2*part]', 'p[ 7 : n_exc ]']}\n"
        "stimuli: {SET}\n"
    )
    ranges = {"exc": [(0, 8)], "inh": [(8, 10)], "one": [(9, 10)], "middle": [(2, 4), (7, 8)]}
    for group, wanted in ranges.items():
        model = checked(text.replace("SET", f"s: {{into: {group}, port: I, current: 1}}"))
        targets = model.stimuli["s"].targets
        assert targets is not None and [(block.start, block.stop) for block in targets.blocks] == wanted
