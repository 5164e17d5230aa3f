"""Positions, distances, pairs of blocks: whom they connect, whatever is looked at together."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.lowering.models import checked, graph

from snndsl.api import load
from snndsl.cli.show import lines
from snndsl.errors import ModelError
from snndsl.graph.elaboration import Elaboration, elaborate
from snndsl.graph.recorded import chosen_rows
from snndsl.graph.synapses import SynapseRows
from snndsl.graph.wiring import NumbersOfWiring
from snndsl.model import wiring
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import ByNumber
from snndsl.model.wiring import Pairs

HEAD = """
data: {K: {values: [[3, 5, 0], [7, 0, 11]]}, P: {values: [[0, 1, 0.5], [1, 0, 0]]}}
neurons: {n: {parameters: {k: 2}, state: {v: 0}, ports: {in: 1}, update: v = in, threshold: v > 1}}
"""
SHEET = "{neuron: n, size: 144, positions: {x: 10 um*(i %% 12), y: 10 um*floor(i/12)%s}}"
CLOUD = "{neuron: n, size: 150, positions: {x: 'uniform(0 um, 100 um)', y: 'uniform(0 um, 100 um)'%s}}"
TORUS = ", period: {x: 100 um, y: 100 um}"
RULES = {
    "all_to_all": "connect: all_to_all",
    "bernoulli": "connect: {bernoulli: 0.3}",
    "kernel": "connect: {bernoulli: exp(-distance/(20 um))}",
    "fixed_indegree": "connect: {fixed_indegree: 1 + j % 3}, multiple: true",
    "fixed_outdegree": "connect: {fixed_outdegree: 3}, multiple: false",
    "fixed_total_number": "connect: {fixed_total_number: 40}, multiple: false",
    "one_to_one": "connect: one_to_one",
}


def elaborated(populations: Mapping[str, str], **projections: str) -> Elaboration:
    """Elaborate populations and projections, which have a weight and a delay unless they say so."""
    text = HEAD + "populations:\n" + "".join(f"  {name}: {item}\n" for name, item in populations.items()) + "projections:\n"
    for name, projection in projections.items():
        more = "".join(f", {key}: {value}" for key, value in (("weight", 1), ("delay", "1 ms")) if f"{key}:" not in projection)
        text += f"  {name}: {{{projection}{more}, port: in}}\n"
    return graph(text)


def pairs_of(rows: SynapseRows) -> list[tuple[int, int]]:
    return sorted(zip(rows.i.tolist(), rows.j.tolist(), strict=True))


def places(found: Elaboration, population: str) -> np.ndarray:
    """Return coordinates in um, one row a neuron."""
    size, positions = found.model.sizes[population], found.values[population].positions
    return np.stack([np.broadcast_to(np.asarray(value, float), size) for value in positions.values()], axis=1)


def far(a: np.ndarray, b: np.ndarray, period: float | None) -> np.ndarray:
    """Return the distance of every a from every b, the slow way."""
    return np.array([[math.dist(p, _nearest(p, q, period)) for q in b] for p in a])


def _nearest(p: np.ndarray, q: np.ndarray, period: float | None) -> np.ndarray:
    """Return the image of q that is nearest to p, axis by axis."""
    shifts = [0.0] if period is None else [-period, 0.0, period]
    return np.array([min((y + shift for shift in shifts), key=lambda z, x=x: abs(z - x)) for x, y in zip(p, q, strict=True)])


# ---- positions and distances


@pytest.mark.parametrize(("torus", "synapses"), [(False, 4 * 12 * 11), (True, 4 * 144)])
def test_nearest_neighbours_of_a_grid(torus: bool, synapses: int) -> None:
    around = ", period: {x: 120 um, y: 120 um}" if torus else ""
    rows = elaborated(
        {"a": SHEET % around}, p="from: a, to: a, connect: all_to_all, where: distance < 11 um, self: false"
    ).rows["p"]
    assert len(rows.i) == synapses
    step = np.abs(np.stack([rows.i % 12 - rows.j % 12, rows.i // 12 - rows.j // 12]))
    step = np.minimum(step, 12 - step) if torus else step
    assert (step.sum(axis=0) == 1).all()


@pytest.mark.parametrize("period", [None, 100.0])
def test_distance_is_that_of_the_nearest_images(period: float | None) -> None:
    around = TORUS if period else ""
    found = elaborated(
        {"a": CLOUD % around, "b": (CLOUD % around).replace("150", "70")},
        p="from: ['a[20:90]', b], to: [b, 'a[0:50]'], connect: all_to_all, self: true, weight: distance/(1 um)",
    )
    a, b, rows = places(found, "a"), places(found, "b"), found.rows["p"]
    there = far(np.concatenate([a[20:90], b]), np.concatenate([b, a[:50]]), period)
    np.testing.assert_allclose(rows.weight, there[rows.i, rows.j], rtol=1e-13)
    assert len(rows.i) == 140 * 120
    assert period is None or rows.weight.max() <= math.sqrt(2) * 50


def test_a_cylinder_closes_on_one_axis_only() -> None:
    positions = "positions: {x: 10 um*i, y: 10 um*i, period: {x: 100 um}}"
    found = elaborated(
        {"a": f"{{neuron: n, size: 11, {positions}}}"},
        p="from: 'a[0]', to: a, connect: all_to_all, self: true, weight: distance/(1 um)",
    )
    expected = [math.hypot(min(10 * i, 100 - 10 * i), 10 * i) for i in range(11)]
    np.testing.assert_allclose(found.rows["p"].weight, expected, rtol=1e-15)


def test_a_delay_by_distance_and_positions_of_each_side() -> None:
    found = elaborated(
        {"a": "{neuron: n, size: 3, positions: {z: [0 um, 30 um, 90 um]}}"},
        p="from: a, to: a, connect: all_to_all, self: false, delay: {axonal: 1 ms + distance/(300 um)*(1 ms), round: nearest},"
        " weight: (post.z - pre.z)/(1 um)",
    )
    rows = found.rows["p"]
    assert rows.axonal.tolist() == [11, 13, 11, 12, 13, 12] and rows.weight.tolist() == [30, 90, -30, 60, -90, -60]


def test_the_number_of_synapses_is_the_sum_of_the_kernel() -> None:
    """Uniform positions on a torus: the expected number is n^2 times the mean of the kernel over the area."""
    n, sigma, length = 1500, 40.0, 400.0
    size = CLOUD.replace("150", str(n)).replace("100 um", "400 um") % ", period: {x: 400 um, y: 400 um}"
    found = elaborated({"a": size}, p="from: a, to: a, connect: {bernoulli: 0.5*exp(-(distance/(40 um))**2)}, self: true")
    area = math.pi * sigma**2 * 0.5 * math.erf(length / 2 / sigma) ** 2  # of the kernel over the square
    expected = n * n * area / length**2
    spread = math.sqrt(expected)  # of the draws; positions add less than twice as much
    assert abs(len(found.rows["p"].i) - expected) < 5 * 2 * spread
    x = places(found, "a")
    p = 0.5 * np.exp(-sum((np.remainder(x[:, None, k] - x[None, :, k] + 200, 400) - 200) ** 2 for k in (0, 1)) / sigma**2)
    assert abs(len(found.rows["p"].i) - p.sum()) < 5 * math.sqrt((p * (1 - p)).sum())
    away, rings = np.sqrt(-np.log(2 * p)) * sigma, np.arange(0, 120, 15)
    near, _ = np.histogram(away[found.rows["p"].i, found.rows["p"].j], rings)
    chance, _ = np.histogram(away.ravel(), rings, weights=p.ravel())
    assert (np.abs(near - chance) < 5 * np.sqrt(chance)).all()


def test_values_of_let_are_shared_and_readable_in_wiring() -> None:
    found = elaborated(
        {"a": "{neuron: {use: n, k: 3*r}, size: 50, let: {r: uniform(), q: 1 - r}, initial: {v: q}, positions: {x: r*(1 um)}}"},
        p="from: a, to: a, connect: {bernoulli: pre.r}, self: true, weight: pre.q + post.r",
    )
    values = found.values["a"]
    r = np.asarray(values.let["r"])
    for name, expected in (("k", 3 * r), ("x", r)):
        np.testing.assert_array_equal(values.readable[name], expected)
    np.testing.assert_array_equal(values.states["v"], 1 - r)
    rows = found.rows["p"]
    np.testing.assert_array_equal(rows.weight, (1 - r)[rows.i] + r[rows.j])
    chance = np.bincount(rows.i, minlength=50) / 50
    assert np.abs(chance - r).max() < 5 * 0.5 / math.sqrt(50)


# ---- what is looked at together, conditions


@cache
def _space() -> CheckedModel:
    projections = {
        name: f"from: [a, b], to: [b, 'a[10:38]'], {rule}, self: false, stream: {name}"
        for name, rule in RULES.items()
        if name != "one_to_one"
    }
    projections |= {f"{name}_where": f"{text}, where: distance < 40 um" for name, text in projections.items()}
    populations = {"a": (CLOUD % TORUS).replace("150", "40"), "b": (SHEET % TORUS).replace("144", "30")}
    return elaborated(populations, **projections).model


@cache
def _numbers() -> dict[str, NumbersOfWiring]:
    model = _space()
    found = elaborate(model)
    return {name: NumbersOfWiring(model, item, found.values, item.parts[0]) for name, item in model.projections.items()}


def drawn(name: str, together: int | None = None) -> Pairs:
    numbers = _numbers()[name]
    rule = numbers.projection.connect
    assert isinstance(rule, ByNumber)
    made = numbers.wiring(rule.number(numbers))
    return rule.draw(made if together is None else replace(made, together=together))


@pytest.mark.parametrize("name", [f"{name}{more}" for name in RULES if name != "one_to_one" for more in ("", "_where")])
@pytest.mark.parametrize("together", [1, 7, 57, 58, 1000, 10**7])
def test_pairs_do_not_depend_on_how_many_are_looked_at_together(name: str, together: int) -> None:
    whole, parts = drawn(name), drawn(name, together)
    for column in ("i", "j", "owner", "draw", "row"):
        np.testing.assert_array_equal(getattr(whole, column), getattr(parts, column))


@pytest.mark.parametrize("name", ["all_to_all", "bernoulli", "kernel"])
def test_a_condition_is_a_filter(name: str) -> None:
    """Of rules that decide about each pair by itself; draws and rows stay as they were."""
    every, some = drawn(name), drawn(f"{name}_where")
    found = elaborate(_space())
    a, b = places(found, "a"), places(found, "b")
    near = far(np.concatenate([a, b]), np.concatenate([b, a[10:38]]), 100.0) < 40
    kept = near[every.i, every.j]
    assert 0 < kept.sum() < len(kept)
    for column in ("i", "j", "owner", "draw", "row"):
        np.testing.assert_array_equal(getattr(every, column)[kept], getattr(some, column))


@pytest.mark.parametrize("name", ["fixed_indegree", "fixed_outdegree", "fixed_total_number"])
def test_numbers_are_kept_under_a_condition(name: str) -> None:
    found = elaborate(_space())
    a, b = places(found, "a"), places(found, "b")
    near = far(np.concatenate([a, b]), np.concatenate([b, a[10:38]]), 100.0) < 40
    every, some = drawn(name), drawn(f"{name}_where")
    assert near[some.i, some.j].all() and not near[every.i, every.j].all()
    if name == "fixed_indegree":
        assert np.bincount(some.j, minlength=58).tolist() == [1 + j % 3 for j in range(58)]
    assert len(some.i) == len(every.i)


def test_few_neurons_far_away_are_found() -> None:
    """One source in reach of each target, among many: neither given up nor taken for none."""
    where = "where: distance < 5 um, self: true, multiple: false"
    line = "{neuron: n, size: 1500, positions: {x: 10 um*i}}"
    found = elaborated(
        {"a": line, "b": line.replace("1500", "40")},
        near=f"from: a, to: b, connect: {{fixed_indegree: 1}}, {where}",
        total=f"from: a, to: b, connect: {{fixed_total_number: 40}}, {where}",
    )
    for rows in found.rows.values():
        assert pairs_of(rows) == [(i, i) for i in range(40)]
    for rule, said in (("fixed_indegree: 2", "of 2 for target 0, 1"), ("fixed_total_number: 41", "of 41, 40")):
        with pytest.raises(ModelError, match=f"{said} can be drawn"):
            elaborated({"a": line, "b": line.replace("1500", "40")}, p=f"from: a, to: b, connect: {{{rule}}}, {where}")


@pytest.mark.parametrize("name", ["all_to_all_where", "kernel"])
def test_more_pairs_than_a_network_may_have_are_not_made(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = _numbers()[name]
    monkeypatch.setattr(wiring, "MOST_PAIRS", 100)
    with pytest.raises(ModelError, match="too-large"):
        numbers.projection.connect.pairs(numbers)


def test_a_condition_on_many_pairs_is_judged_by_what_it_leaves() -> None:
    """All pairs of these would not fit; under a condition only the wiring tells how many there are."""
    line = "populations: {a: {neuron: n, size: 30000, positions: {x: 1 um*i}}}\nprojections: {p: {from: a, to: a, "
    rest = "self: true, port: in, weight: 1, delay: 1 ms}}"
    assert checked(f"{HEAD}{line}connect: all_to_all, where: distance < 1.5 um, {rest}").projections["p"].where is not None
    with pytest.raises(ModelError, match="too-large"):
        checked(f"{HEAD}{line}connect: all_to_all, {rest}")


def test_an_array_of_pairs_is_read_by_source_and_target() -> None:
    two, three = "{neuron: n, size: 2}", "{neuron: n, size: 3}"
    populations = {"a": two, "b": three}
    for text in ("connect: {bernoulli: 'where(P > 0.7, 1, 0)'}", "connect: all_to_all, where: P > 0.7"):
        assert pairs_of(elaborated(populations, p=f"from: a, to: b, {text}").rows["p"]) == [(0, 1), (1, 0)]
    with pytest.raises(ModelError, match="P has 2 x 3 values"):
        elaborated(populations, p="from: b, to: a, connect: {bernoulli: P}")


# ---- pairs of blocks

BLOCKS = {"a": SHEET % "", "b": (SHEET % "").replace("144", "50"), "c": (SHEET % "").replace("144", "50")}
RANDOM = "weight: 'uniform(1, 2)', delay: {axonal: 'uniform(1 ms, 3 ms)', round: nearest}"


@given(st.sampled_from([*RULES]), st.booleans(), st.booleans(), st.integers(1, 3))
def test_one_pair_of_blocks_is_the_plain_rule(rule: str, own: bool, where: bool, copies: int) -> None:
    text = f"from: b, to: b, {RULES[rule]}, self: {str(own).lower()}, copies: {copies}, {RANDOM}"
    text += ", where: distance < 65 um" if where else ""
    found = elaborated(BLOCKS, plain=f"{text}, stream: s", blocks=f"{text}, stream: s, per_block: true")
    assert len(found.rows["plain"].i) or rule == "one_to_one"
    for column in ("i", "j", "axonal", "weight", "row"):
        np.testing.assert_array_equal(getattr(found.rows["plain"], column), getattr(found.rows["blocks"], column))


@given(st.sampled_from([*RULES]), st.booleans())
def test_each_pair_of_blocks_has_what_it_would_have_alone(rule: str, where: bool) -> None:
    """In distribution; of rules that draw nothing, the same pairs."""
    more = ", where: distance < 65 um" if where else ""
    body = f"{RULES[rule]}, self: true{more}, weight: i + 100*j + 10000*N_to"
    sides = [("b", "c"), ("b", "b"), ("c", "c"), ("c", "b")]
    found = elaborated(
        BLOCKS,
        whole=f"from: [b, c], to: [c, b], {body}, per_block: true",
        **{f"p{k}": f"from: {a}, to: {b}, {body}" for k, (a, b) in enumerate(sides)},
    )
    whole = found.rows["whole"]
    for first, second in ((0, 0), (0, 1), (1, 0), (1, 1)):
        mine = (whole.i // 50 == first) & (whole.j // 50 == second)
        alone = found.rows[f"p{sides.index(('bc'[first], 'cb'[second]))}"]
        if rule in ("all_to_all", "one_to_one"):
            np.testing.assert_array_equal(whole.i[mine] - 50 * first, alone.i)
            np.testing.assert_array_equal(whole.j[mine] - 50 * second, alone.j)
            np.testing.assert_array_equal(whole.weight[mine], alone.weight)
        elif rule.startswith("fixed"):
            assert mine.sum() == len(alone.i)
        else:
            assert abs(int(mine.sum()) - len(alone.i)) < 8 * math.sqrt(len(alone.i) + 1)


def test_a_number_for_each_pair_of_blocks() -> None:
    found = elaborated(
        {"a": "{neuron: n, size: 10}", "b": "{neuron: n, size: 20}", "c": "{neuron: n, size: 30}"},
        total="from: [a, b], to: [c, 'a[0:5]', b], connect: {fixed_total_number: 'K(pre.block, post.block)'}, per_block: true,"
        " self: true, multiple: true, weight: 10*pre.block + post.block + N_from*100",
        degree="from: [b, a], to: [c, a], connect: {fixed_indegree: 'where(pre.block == post.block, 2, 3)'}, per_block: true,"
        " self: false, multiple: false",
    )
    rows = found.rows["total"]
    first, second = np.digitize(rows.i, [10]), np.digitize(rows.j, [30, 35])
    counts = np.zeros((2, 3), int)
    np.add.at(counts, (first, second), 1)
    assert counts.tolist() == [[3, 5, 0], [7, 0, 11]]
    np.testing.assert_array_equal(rows.weight, 10 * first + second + 100 * np.array([10, 20])[first])
    rows = found.rows["degree"]
    into = np.zeros((2, 40), int)
    np.add.at(into, (np.digitize(rows.i, [20]), rows.j), 1)
    assert into.tolist() == [[2] * 30 + [3] * 10, [3] * 30 + [2] * 10]
    assert not ((rows.i - 20 == rows.j - 30) & (rows.i >= 20) & (rows.j >= 30)).any()


def test_blocks_draw_by_themselves_and_stay_when_others_are_added() -> None:
    body = f"connect: {{bernoulli: 0.2}}, self: true, per_block: true, stream: s, {RANDOM}"
    found = elaborated(BLOCKS, two=f"from: [b, c], to: [b, c], {body}", three=f"from: [b, c, a], to: [b, c, a], {body}")
    two, three = found.rows["two"], found.rows["three"]
    kept = (three.i < 100) & (three.j < 100)
    for column in ("i", "j", "axonal", "weight"):
        np.testing.assert_array_equal(getattr(two, column), getattr(three, column)[kept])
    drawn_there = set()
    for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        mine = (two.i // 50 == a) & (two.j // 50 == b)
        drawn_there.add(frozenset(zip(two.i[mine] % 50, two.j[mine] % 50, strict=True)))
    assert len(drawn_there) == 4


def test_rows_and_ranks_count_within_a_pair_of_blocks() -> None:
    rule = "connect: {fixed_outdegree: 3}, per_block: true, self: true, multiple: true"
    rows = elaborated(BLOCKS, p=f"from: [b, c], to: [c, b], {rule}, weight: rank + 100*row").rows["p"]
    assert sorted((rows.weight % 100).astype(int).tolist()) == sorted([0, 1, 2] * 200)
    assert sorted(rows.row.tolist()) == list(range(600)) and rows.weight.max() < 100 * 150 + 3


# ---- what is recorded, what is said


def test_a_record_chooses_synapses_by_distance_and_block() -> None:
    projection = "p: {from: [a, b], to: b, connect: all_to_all, per_block: true, self: true, port: in, weight: 1, delay: 1 ms}"
    record = "record: {synapses: {p: {of: [w], at: 1 ms, where: distance < 11 um and pre.block == 1 and i >= 8}}}\n"
    text = f"populations: {{a: {SHEET % ''}, b: {SHEET % ''}}}\nprojections: {{{projection}}}\n{record}".replace("144", "5")
    found = graph(HEAD + text, duration="1 ms")
    where, rows = found.model.records.synapses[0].where, found.rows["p"]
    assert where is not None
    chosen = chosen_rows(found.model, found.model.projections["p"], rows, found.values, where)
    pairs = zip(rows.i[chosen].tolist(), rows.j[chosen].tolist(), strict=True)
    assert sorted(pairs) == [(8, 2), (8, 3), (8, 4), (9, 3), (9, 4)]



def test_positions_and_blocks_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(
        "snndsl: 1\nname: m\ntime: {step: 0.1 ms, duration: 1 ms}\n"
        f"{HEAD}populations: {{a: {SHEET % ', period: {x: 120 um}'}, b: {{neuron: n, size: 3}}}}\n"
        "projections: {p: {from: [a, b], to: b, connect: all_to_all, per_block: true, self: true, port: in, weight: 1,"
        " delay: 1 ms}}\n"
    )
    said = [" ".join(line.split()) for line in lines(load(file))]
    assert "a 144 n at x 0 to 110 um of 120, y 0 to 110 um" in said and "b 3 n" in said
    assert any("all_to_all, each pair of blocks 441 synapses" in line for line in said)




def test_the_how_to_page_is_right() -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "how-to" / "wire-in-space.md").read_text(encoding="utf-8")
    lif = "neurons: {lif: {state: {V: 0 mV}, ports: {I: pA}, update: V = V + I*(1 mV)/(1 pA), threshold: V > 1 mV}}\n"
    first, source, second = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    local = graph(lif + first).rows["local"]
    assert len(local.i) > 10_000 and len(np.unique(local.axonal)) > 3
    ring = "populations: {ring: {neuron: lif, size: 50, positions: {x: 20 um*i, period: {x: 1 mm}}}}\n"
    wired = graph(lif + ring + source).rows["topographic"]
    apart = np.abs(10.0 * wired.i - 20.0 * wired.j)
    assert len(wired.i) > 300 and np.minimum(apart, 1000 - apart).max() < 200
    blocks = graph(f"{lif}populations: {{exc: {{neuron: lif, size: 40}}, inh: {{neuron: lif, size: 10}}}}\n{second}").rows[
        "cortex"
    ]
    counts = np.zeros((2, 2), int)
    np.add.at(counts, (blocks.j // 40, blocks.i // 40), 1)
    assert counts.tolist() == [[160, 68], [52, 14]]
    places_there = re.findall(r"^\| [^|]+ \| `(\{[^`]*\})`", page, re.MULTILINE)
    assert len(places_there) == 6
    for text in places_there:
        if "cells" not in text:
            item = f"{{neuron: n, size: 100, positions: {text.replace('y: ..', 'y: 0 um')}}}"
            assert np.isfinite(places(elaborated({"a": item}, p="from: a, to: a, connect: one_to_one, self: true"), "a")).all()
