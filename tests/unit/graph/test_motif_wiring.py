"""Motifs as synapses: pairs and delays of small cases written out, and any case against a second way to choose them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.lowering.models import graph

from snndsl.errors import ModelError
from snndsl.graph.synapses import SynapseRows

NEURON = "neurons: {n: {state: {v: 0}, ports: {in: 1}, update: v = in}}\n"
POPULATIONS = "populations: {a: {neuron: n, size: 6}, b: {neuron: n, size: 6}}\n"
CHAIN = 'spikes: {"a[0]": 0 ms, "a[1]": 4 ms, "a[2]": 2 ms}, leads_to: {"b[3]": 9 ms, "b[0]": [8 ms, 20 ms], "b[1]": 15 ms}'


def rows(connect: str, more: str = "", motif: str = CHAIN, sides: str = "from: [a, b], to: b") -> SynapseRows:
    text = f"projections: {{s: {{{sides}, connect: {{motif: m, {connect}}}, port: in, weight: 1{more}}}}}\n"
    return graph(f"{NEURON}{POPULATIONS}motifs: {{m: {{{motif}}}}}\n{text}", step="1 ms").rows["s"]


def synapses(table: SynapseRows) -> list[tuple[int, int, int]]:
    """Return (source, target, delay); sources in b count from 6."""
    assert not table.dendritic.any()
    return list(zip(table.i.tolist(), table.j.tolist(), table.axonal.tolist(), strict=True))


def code(connect: str, more: str = "", **other: Any) -> str:
    with pytest.raises(ModelError) as caught:
        rows(connect, more, **other)
    return caught.value.faults[0].code


# ---- written out


def test_the_latest_spikes_in_time_are_the_inputs() -> None:
    """Arrivals at 6 (b[3]), 5 and 17 (b[0]), 12 (b[1]); b[3] fired at 9, b[0] at 8, b[1] at 15."""
    assert synapses(rows("latency: 3 ms, inputs: 2")) == [
        (1, 0, 1),  # a[1] at 4, arrives at 5
        (1, 3, 2),
        (2, 0, 3),
        (2, 3, 4),
        (6, 1, 4),  # b[0] at 8, arrives at 12
        (7, 0, 2),  # b[1] at 15, arrives at 17
        (9, 0, 8),  # b[3] at 9, arrives at 17
        (9, 1, 3),
    ]


def test_without_a_number_all_earlier_spikes_are_inputs() -> None:
    motif = 'spikes: {"a[0]": 0 ms, "a[1]": 4 ms}, leads_to: {"b[0]": 6 ms, "b[1]": 9 ms}'
    assert synapses(rows("latency: 2 ms", motif=motif)) == [
        (0, 0, 4),
        (0, 1, 7),
        (1, 1, 3),  # a[1] at 4 is too late for b[0]: its arrival would be in the same step
        (6, 1, 1),
    ]


def test_a_longest_delay_leaves_old_spikes_out() -> None:
    motif = 'spikes: {"a[0]": 0 ms, "a[1]": 4 ms}, leads_to: {"b[1]": 9 ms}'
    assert synapses(rows("latency: 2 ms, longest: 7 ms", motif=motif)) == [(0, 1, 7), (1, 1, 3)]
    assert synapses(rows("latency: 2 ms, longest: 6 ms", motif=motif)) == [(1, 1, 3)]


def test_a_spike_may_be_made_in_the_step_of_its_arrivals() -> None:
    motif = 'spikes: {"a[0]": 0 ms, "a[1]": 4 ms}, leads_to: {"b[1]": 5 ms}'
    assert synapses(rows("latency: 0 ms, inputs: 2", motif=motif)) == [(0, 1, 5), (1, 1, 1)]


def test_of_equal_times_the_first_in_the_file_is_taken() -> None:
    motif = 'spikes: {"a[5]": 1 ms, "a[2]": 1 ms, "a[4]": 1 ms}, leads_to: {"b[0]": 9 ms}'
    assert [source for source, _, _ in synapses(rows("latency: 3 ms, inputs: 2", motif=motif))] == [2, 5]


def test_a_synapse_that_serves_two_spikes_is_made_once() -> None:
    motif = 'spikes: {"a[0]": [0 ms, 10 ms], "a[1]": [2 ms, 12 ms]}, leads_to: {"b[0]": [8 ms, 18 ms]}'
    assert synapses(rows("latency: 3 ms, inputs: 2", ", self: false", motif)) == [(0, 0, 5), (1, 0, 3)]


def test_a_neuron_that_spikes_twice_may_be_two_inputs() -> None:
    motif = 'spikes: {"a[0]": [0 ms, 4 ms]}, leads_to: {"b[0]": 8 ms}'
    assert synapses(rows("latency: 3 ms, inputs: 2", motif=motif)) == [(0, 0, 1), (0, 0, 5)]
    assert code("latency: 3 ms, inputs: 2", ", multiple: false", motif=motif) == "duplicate-pair"


def test_a_spike_that_is_listed_twice_is_one_spike() -> None:
    motif = 'spikes: {"a[0]": 0 ms, "b[0]": 3 ms}, leads_to: {"b[0]": 3 ms, "b[1]": 9 ms}'
    assert synapses(rows("latency: 3 ms, inputs: 2", motif=motif, sides='from: [a, b], to: "b[1]"')) == [(0, 0, 6), (6, 0, 3)]


def test_only_neurons_of_the_projection_count() -> None:
    assert synapses(rows("latency: 3 ms, inputs: 1", sides='from: "a[0:2]", to: "b[3:6]"')) == [(1, 0, 2)]


def test_spikes_in_arrays_are_sources() -> None:
    motif = 'spikes: {i: [2, 7], t: [0 ms, 3 ms]}, in: both, leads_to: {"b[0]": 9 ms}'
    text = f"groups: {{both: [a, b]}}\nmotifs: {{m: {{{motif}}}}}\n"
    projection = "s: {from: both, to: b, connect: {motif: m, latency: 3 ms, inputs: 2}, port: in, weight: 1}"
    made = graph(f"{NEURON}{POPULATIONS}{text}projections: {{{projection}}}\n", step="1 ms")
    assert synapses(made.rows["s"]) == [(2, 0, 6), (7, 0, 3)]


def test_weights_count_rows_in_the_order_of_the_spikes() -> None:
    motif = 'spikes: {"a[0]": 0 ms, "a[1]": 4 ms}, leads_to: {"b[1]": 9 ms, "b[0]": 8 ms}'
    table = rows("latency: 2 ms, inputs: 2", motif=motif)
    assert synapses(table) == [(0, 0, 6), (0, 1, 7), (1, 0, 2), (1, 1, 3)]
    assert table.row.tolist() == [3, 1, 2, 0]  # of b[1] first, its latest source first


# ---- itself, conditions


TWICE = 'spikes: {"a[0]": 0 ms, "a[1]": 2 ms}, leads_to: {"b[0]": [8 ms, 20 ms]}'


def test_a_neuron_contacts_itself_only_if_told() -> None:
    assert code("latency: 3 ms, inputs: 2", motif=TWICE) == "self-unstated"
    with_itself = synapses(rows("latency: 3 ms, inputs: 2", ", self: true", TWICE))
    assert with_itself == [(0, 0, 5), (1, 0, 3), (1, 0, 15), (6, 0, 9)]
    assert synapses(rows("latency: 3 ms, inputs: 2", ", self: false", TWICE)) == [(0, 0, 5), (0, 0, 17), (1, 0, 3), (1, 0, 15)]
    assert synapses(rows("latency: 3 ms, inputs: 1", motif=TWICE.replace("[8 ms, 20 ms]", "8 ms"))) == [(1, 0, 3)]


def test_a_condition_chooses_among_the_sources() -> None:
    motif = 'spikes: {"a[0]": 0 ms, "a[1]": 4 ms}, leads_to: {"b[0]": 8 ms}'
    assert synapses(rows("latency: 3 ms, inputs: 1", motif=motif)) == [(1, 0, 1)]
    assert synapses(rows("latency: 3 ms, inputs: 1", ", where: i % 2 == 0", motif)) == [(0, 0, 5)]
    assert code("latency: 3 ms, inputs: 2", ", where: i == 0", motif=motif) == "motif-inputs"


def test_condition_and_self_hold_where_spikes_meet() -> None:
    motif = 'spikes: {"a[0]": 0 ms, "b[0]": 2 ms, "b[1]": 3 ms}, arrive: {"b[0]": 8 ms}'
    text = f"{NEURON}{POPULATIONS}motifs: {{m: {{{motif}}}}}\n"

    def meeting(more: str) -> list[tuple[int, int, int]]:
        projection = f"s: {{from: [a, b], to: b, connect: {{motif: m}}, port: in, weight: 1{more}}}"
        return synapses(graph(f"{text}projections: {{{projection}}}\n", step="1 ms").rows["s"])

    assert meeting("") == [(0, 0, 8), (6, 0, 6), (7, 0, 5)]
    assert meeting(", self: false") == [(0, 0, 8), (7, 0, 5)]
    assert meeting(", where: i > 0") == [(6, 0, 6), (7, 0, 5)]


def test_every_spike_that_lacks_inputs_is_named() -> None:
    with pytest.raises(ModelError) as caught:
        rows("latency: 7 ms, inputs: 2", ", self: false")
    assert [fault.what.split(":")[0] for fault in caught.value.faults] == [
        "b[3] at 9 ms in motif 'm' has 1 of 2 inputs",
        "b[0] at 8 ms in motif 'm' has 1 of 2 inputs",
    ]


def test_numbers_may_be_constants_and_steps() -> None:
    wanted = synapses(rows("latency: 3 ms, inputs: 2, longest: 8 ms"))
    assert synapses(rows("latency: 3 step, inputs: 1 + 1, longest: 0.008 s")) == wanted


# ---- any motif


Spike = tuple[int, int]


def by_hand(spikes: list[Spike], leads: list[Spike], latency: int, inputs: int | None, longest: int) -> Any:
    """Choose sources one by one: (source, target, delay) of all, or None if a spike lacks some. Neurons are those of b."""
    every = list(dict.fromkeys([*spikes, *leads]))
    found = set()
    for target, time in leads:
        sources: list[Spike] = []
        for back in range(1, longest + 1):
            sources += [event for event in every if event[1] == time - latency - back and event[0] != target]
        if len(sources) < (inputs or 1):
            return None
        found |= {(source, target, time - latency - when) for source, when in sources[:inputs]}
    return sorted(found)


spikes_of = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 25)), min_size=1, max_size=8, unique=True)


@settings(deadline=None, max_examples=150)
@given(spikes_of, spikes_of, st.integers(0, 5), st.none() | st.integers(1, 3), st.integers(1, 30))
def test_any_motif(spikes: list[Spike], leads: list[Spike], latency: int, inputs: int | None, longest: int) -> None:
    def section(events: list[Spike]) -> str:
        times = {n: [f"{t} ms" for m, t in events if m == n] for n, _ in events}
        return ", ".join(f'"b[{n}]": [{", ".join(listed)}]' for n, listed in times.items())

    def ordered(events: list[Spike]) -> list[Spike]:
        return [(n, t) for n in dict.fromkeys(n for n, _ in events) for m, t in events if m == n]

    connect = f"latency: {latency} ms, longest: {longest} ms" + ("" if inputs is None else f", inputs: {inputs}")
    motif = f"spikes: {{{section(spikes)}}}, leads_to: {{{section(leads)}}}"
    wanted = by_hand(ordered(spikes), ordered(leads), latency, inputs, longest)
    if wanted is None:
        assert code(connect, ", self: false", motif=motif, sides="from: b, to: b") == "motif-inputs"
        return
    table = rows(connect, ", self: false", motif, "from: b, to: b")
    assert synapses(table) == wanted
    assert np.array_equal(np.sort(table.row), np.arange(len(wanted)))
