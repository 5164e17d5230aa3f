"""Rows of synapses: delays as steps, drawing order, conditions, groups and selections."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.lowering.models import graph, program

from snndsl.errors import ModelError
from snndsl.graph.steps import to_steps
from snndsl.graph.synapses import SynapseRows
from snndsl.locations import SourceMap
from snndsl.semantics.terms import Place, parse_term

NEURON = "neurons: {n: {parameters: {a: 1}, state: {x: 0}, ports: {I: pA}, update: x = I/(1 pA)}}\n"
TERM = parse_term("1 ms", Place(SourceMap("f"), ()))


def rows(
    projection: str,
    populations: str = "{p: {neuron: n, size: 20}, q: {neuron: n, size: 5}}",
    more: str = "",
    step: str = "0.1 ms",
) -> SynapseRows:
    text = f"{NEURON}populations: {populations}\n{more}projections: {{s: {{{projection}, port: I}}}}\n"
    return graph(text, step=step).rows["s"]


def code(projection: str, **more: str) -> str:
    with pytest.raises(ModelError) as caught:
        rows(projection, **more)
    return caught.value.faults[0].code


# ---- delays


@given(st.integers(0, 10**7), st.sampled_from([Fraction(1, 10), Fraction(1), Fraction(1, 8), Fraction(1, 40), Fraction(3, 10)]))
def test_a_multiple_of_the_step_is_on_the_grid(k: int, step: Fraction) -> None:
    assert to_steps(np.array([float(k * step)]), step, None, TERM, "a delay").tolist() == [k]


@given(st.floats(-50, 50), st.sampled_from([Fraction(1, 10), Fraction(1), Fraction(1, 8), Fraction(1, 40)]))
def test_rounding(time: float, step: Fraction) -> None:
    exact = Fraction(time) / step
    down, up = exact.numerator // exact.denominator, -(-exact.numerator // exact.denominator)
    near = abs(exact - round(exact)) < Fraction(1, 10**9) or abs(2 * exact - round(2 * exact)) < Fraction(1, 10**9)
    if near:
        return  # what is next to the grid, or half way, is tested below
    half_up = (exact + Fraction(1, 2)).numerator // (exact + Fraction(1, 2)).denominator
    for rounding, steps in (("down", down), ("up", up), ("nearest", half_up)):
        assert to_steps(np.array([time]), step, rounding, TERM, "a delay").tolist() == [steps], rounding
    with pytest.raises(ModelError):
        to_steps(np.array([time]), step, None, TERM, "a delay")


def test_half_a_step_is_rounded_up() -> None:
    times = np.array([0.5, 1.5, 2.5, -0.5, -1.5])
    assert to_steps(times, Fraction(1), "nearest", TERM, "a delay").tolist() == [1, 2, 3, 0, -1]


def test_a_computed_or_stored_time_next_to_the_grid_is_on_it() -> None:
    computed = parse_term("0.1 ms*x", Place(SourceMap("f"), ()))
    times = np.array([0.1 + 0.2, np.nextafter(0.3, 1), 0.3 + 9e-8, *np.arange(0, 3, 0.1)])
    for rounding in (None, "nearest", "up", "down"):
        assert to_steps(times, Fraction(1, 10), rounding, computed, "a delay").tolist() == [3, 3, 3, *range(30)]
    with pytest.raises(ModelError) as caught:
        to_steps(np.array([0.3 + 2e-7]), Fraction(1, 10), None, computed, "a delay")
    assert caught.value.faults[0].try_ == "0.3 ms or 0.4 ms; or round: nearest"


def test_a_literal_next_to_the_grid_is_not_on_it() -> None:
    time = np.nextafter(0.3, 1)
    with pytest.raises(ModelError):
        to_steps(np.array([time]), Fraction(1, 10), None, TERM, "a delay")
    assert to_steps(np.array([time]), Fraction(1, 10), "up", TERM, "a delay").tolist() == [4]
    assert to_steps(np.array([time]), Fraction(1, 10), "down", TERM, "a delay").tolist() == [3]


def test_delays_have_two_parts() -> None:
    table = rows(
        "from: p, to: q, connect: all_to_all, weight: 1 pA, delay: {axonal: 1 ms*i, dendritic: 1 ms*(j + 1)}", step="1 ms"
    )
    np.testing.assert_array_equal(table.axonal, table.i)
    np.testing.assert_array_equal(table.dendritic, table.j + 1)
    table = rows("from: p, to: q, connect: all_to_all, weight: 1 pA, delay: 1.5 ms")
    assert (set(table.axonal.tolist()), set(table.dendritic.tolist())) == ({15}, {0})


@pytest.mark.parametrize("delay", ["3*dt", "3*0.1 ms", "0.1 ms + 0.2 ms", "0.1 ms*(1 + 2)", "tenth*3", "1 step*steps3(0)"])
def test_every_spelling_of_three_steps_is_a_delay_of_three_steps(delay: str) -> None:
    more = "constants: {tenth: 0.1 ms}\ndata: {steps3: {values: [3]}}\n"
    table = rows(f"from: p, to: p, connect: one_to_one, self: true, weight: 1 pA, delay: '{delay}'", more=more)
    assert set(table.axonal + table.dendritic) == {3}


@pytest.mark.parametrize(
    ("delay", "expected"),
    [
        ("1 ms*i", "delay-below-step"),
        ("{axonal: 1 ms*(i - 1), dendritic: 5 ms}", "delay-below-step"),
        ("0.13 ms*(i + 1)", "off-grid"),
        ("200 s", "delay-too-long"),
        ("1 ms/i", "not-finite"),
    ],
)
def test_delays_that_are_none(delay: str, expected: str) -> None:
    assert code(f"from: p, to: q, connect: all_to_all, weight: 1 pA, delay: {delay}") == expected


# ---- order


def test_rows_are_sorted_and_rank_counts_at_the_source() -> None:
    table = rows(
        "from: p, to: q, connect: {fixed_outdegree: 7}, multiple: true, "
        "weight: (1 pA)*(rank + 1), delay: {axonal: 5 ms - 1 ms*(rank % 4)}",
        step="1 ms",
    )
    keys = list(zip(table.i, table.j, table.axonal, table.dendritic, strict=True))
    assert keys == sorted(keys)
    for source in range(20):
        assert sorted(table.weight[table.i == source]) == list(range(1, 8))


def test_a_table_of_pairs_keeps_its_rows() -> None:
    table = rows(
        "from: p, to: q, connect: {pairs: {i: [3, 1, 3, 0], j: [2, 2, 0, 4]}}, weight: [3 pA, 1 pA, 5 pA, 7 pA], delay: 1 ms"
    )
    assert table.i.tolist() == [0, 1, 3, 3]
    assert table.j.tolist() == [4, 2, 0, 2]
    assert table.weight.tolist() == [7, 1, 5, 3]
    assert table.row.tolist() == [3, 1, 2, 0]


def test_pairs_from_data_with_a_condition() -> None:
    more = "data: {d: {values: [0, 1, 2, 3]}, w: {values: [10, 20, 30, 40], unit: pA}}\n"
    table = rows("from: p, to: q, connect: {pairs: {i: d, j: d(row)}}, where: i != 1, weight: w, delay: 1 ms", more=more)
    assert table.i.tolist() == [0, 2, 3]
    assert table.weight.tolist() == [10, 30, 40]
    assert table.row.tolist() == [0, 2, 3]


def test_repeated_pairs_are_refused_unless_allowed() -> None:
    pairs = "from: p, to: q, connect: {pairs: {i: [1, 1], j: [2, 2]}}, weight: 1 pA, delay: 1 ms"
    assert code(pairs) == "duplicate-pair"
    assert len(rows(f"{pairs}, multiple: true").i) == 2


# ---- conditions


@pytest.mark.parametrize(
    "rule", ["all_to_all", "{bernoulli: 0.5}", "{fixed_indegree: 3}", "{fixed_outdegree: 3}", "{fixed_total_number: 30}"]
)
def test_where_holds_for_every_pair(rule: str) -> None:
    more = ", multiple: true" if "fixed" in rule else ""
    table = rows(f"from: p, to: q, connect: {rule}, where: (i + j) % 2 == 0 and i + j != 4, weight: 1 pA, delay: 1 ms{more}")
    assert len(table.i) > 0
    assert ((table.i + table.j) % 2 == 0).all() and (table.i + table.j != 4).all()
    if rule == "{fixed_indegree: 3}":
        assert np.bincount(table.j).tolist() == [3] * 5
    if rule == "all_to_all":
        assert len(table.i) == sum((i + j) % 2 == 0 for i in range(20) for j in range(5) if i + j != 4)


def test_self_is_the_same_neuron_whatever_the_selection() -> None:
    table = rows('from: "p[5:15]", to: "p[0:10]", connect: all_to_all, self: false, weight: 1 pA, delay: 1 ms')
    assert len(table.i) == 10 * 10 - 5
    assert not (table.i + 5 == table.j).any()


def test_copies() -> None:
    table = rows(
        "from: p, to: q, connect: one_to_one, copies: 3, weight: (1 pA)*(copy + 1), delay: 1 ms",
        "{p: {neuron: n, size: 4}, q: {neuron: n, size: 4}}",
    )
    assert table.i.tolist() == table.j.tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    assert sorted(table.weight[:3].tolist()) == [1, 2, 3]


# ---- selections


def test_selections_concatenate_in_written_order() -> None:
    more = 'groups: {some: ["q[1:3]", "p[4]"], all: [p, some]}\n'
    table = rows(
        "from: all, to: q, connect: {pairs: {i: [20, 21, 22], j: [0, 1, 2]}}, weight: (1 pA)*pre.block, delay: 1 ms", more=more
    )
    assert [(block.population, block.start, block.stop) for block in table.sources.blocks] == [
        ("p", 0, 20),
        ("q", 1, 3),
        ("p", 4, 5),
    ]
    assert table.weight.tolist() == [1, 1, 2]


def test_parameters_of_both_sides() -> None:
    populations = "{p: {neuron: {use: n, a: i}, size: 20}, q: {neuron: {use: n, a: 10*i}, size: 5}}"
    table = rows('from: "p[3:6]", to: q, connect: all_to_all, weight: (1 pA)*(pre.a + post.a), delay: 1 ms', populations)
    np.testing.assert_array_equal(table.weight, table.i + 3 + 10 * table.j)


def test_a_part_of_a_projection_for_each_pair_of_populations() -> None:
    text = NEURON + (
        "populations: {p: {neuron: n, size: 3}, q: {neuron: n, size: 2}}\n"
        'projections: {s: {from: [q, p], to: ["p[1:3]", q], connect: all_to_all, self: true, port: I, '
        "weight: (1 pA)*(i + 10*j), delay: 1 ms}}\n"
    )
    made = program(text)
    parts = {(part.source, part.target): part for part in made.synapses}
    assert set(parts) == {("p", "p"), ("p", "q"), ("q", "p"), ("q", "q")}
    part = parts["p", "p"]  # i counts from 2 in the selection, j from 0; indices are those of the population
    np.testing.assert_array_equal(part.rows["pre"], [0, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(part.rows["post"], [1, 2, 1, 2, 1, 2])
    np.testing.assert_array_equal(part.rows["weight"], [2, 12, 3, 13, 4, 14])
    np.testing.assert_array_equal(sorted(np.concatenate([p.rows["row"] for p in made.synapses])), np.arange(20))


# ---- draws


def test_weights_and_delays_have_their_distribution() -> None:
    table = rows(
        "from: p, to: q, connect: {fixed_indegree: 4000}, multiple: true, "
        'weight: "normal(10 pA, 2 pA)", delay: {axonal: "uniform(1 ms, 3 ms)", round: down}'
    )
    count = len(table.i)
    assert count == 20_000
    assert abs(table.weight.mean() - 10) < 4 * 2 / np.sqrt(count)
    assert abs(table.weight.std() - 2) < 4 * 2 / np.sqrt(2 * count)
    counts = np.bincount(table.axonal, minlength=30)[10:30]
    assert counts.sum() == count
    assert abs(((counts - 1000) ** 2 / 1000).sum() - 19) < 5 * np.sqrt(38)


def test_a_truncated_normal_stays_inside() -> None:
    table = rows(
        "from: p, to: q, connect: {fixed_indegree: 500}, multiple: true, "
        'weight: "normal_in(10 pA, 5 pA, 9 pA, 12 pA)", delay: 1 ms'
    )
    assert 9 <= table.weight.min() < 9.1 and 11.9 < table.weight.max() <= 12


def test_another_projection_changes_nothing() -> None:
    text = NEURON + "populations: {p: {neuron: n, size: 20}}\nprojections:\n"
    one = "  s: {from: p, to: p, connect: {bernoulli: 0.3}, self: false, port: I, weight: (1 pA)*uniform(), delay: 1 ms}\n"
    other = "  r: {from: p, to: p, connect: {bernoulli: 0.3}, self: false, port: I, weight: (1 pA)*uniform(), delay: 1 ms}\n"
    alone, first, last = (graph(text + added).rows["s"] for added in (one, other + one, one + other))
    for column in ("i", "j", "weight", "axonal"):
        np.testing.assert_array_equal(getattr(alone, column), getattr(first, column))
        np.testing.assert_array_equal(getattr(alone, column), getattr(last, column))
    renamed = graph(text + one.replace("  s:", "  z:").replace("delay: 1 ms", "delay: 1 ms, stream: projections.s")).rows["z"]
    np.testing.assert_array_equal(alone.weight, renamed.weight)
