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
