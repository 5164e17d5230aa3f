"""Very many synapses: compiled draws and orders, values in chunks, columns of one number; the same bits, and little memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import snndsl
from snndsl.connect import CONNECT, bernoulli, fixed, fixed_total_number
from snndsl.graph import order, synapses
from snndsl.ir.dump import dump
from snndsl.ir.table import Table, is_same, same, span_of_sum, taken
from snndsl.model.projection import ByNumber
from snndsl.model.wiring import Infeasible, Pairs, Wiring
from snndsl.numerics import stream_key

COMPILED = (bernoulli, fixed, fixed_total_number, order)
SETTINGS = st.tuples(st.integers(1, 40), st.integers(1, 40), st.booleans(), st.booleans(), st.integers(0, 2**31))


def with_many(value: int, modules: tuple[ModuleType, ...] = COMPILED, name: str = "MANY") -> pytest.MonkeyPatch:
    patch = pytest.MonkeyPatch()
    for module in modules:
        patch.setattr(module, name, value)
    return patch


def drawn(rule: str, many: int, *sides: object, **more: object) -> Pairs | tuple[object, ...]:
    kind = CONNECT[rule]
    assert issubclass(kind, ByNumber)
    patch = with_many(many)
    try:
        return kind.draw(Wiring(*sides, **more))  # type: ignore[arg-type]
    except Infeasible as error:
        return error.args
    finally:
        patch.undo()


def test_pairs_in_all_do_not_depend_on_how_many_are_drawn_together() -> None:
    for many in (10**9, 1):
        patch = with_many(97, (fixed_total_number,), "TOGETHER")
        few = drawn("fixed_total_number", many, 50, 40, 1500.0, multiple=False, key=stream_key(1, "x"))
        patch.undo()
        whole = drawn("fixed_total_number", 10**9, 50, 40, 1500.0, multiple=False, key=stream_key(1, "x"))
        assert isinstance(few, Pairs) and isinstance(whole, Pairs)
        assert_equal(few, whole)


def assert_equal(one: Pairs, other: Pairs) -> None:
    for column in ("i", "j", "owner", "draw", "row"):
        np.testing.assert_array_equal(getattr(one, column), getattr(other, column), column)


@pytest.mark.parametrize("rule", ["fixed_indegree", "fixed_outdegree", "fixed_total_number", "bernoulli"])
@given(SETTINGS, st.integers(0, 100).map(lambda percent: percent / 100))
def test_what_is_drawn_does_not_depend_on_how_much_there_is(
    rule: str, setting: tuple[int, int, bool, bool, int], share: float
) -> None:
    sources, targets, multiple, own, seed = setting
    pre, post = np.arange(sources) + 3, np.arange(targets)  # numbers of neurons on both sides, most of them on both
    most = {"fixed_indegree": sources, "fixed_outdegree": targets, "fixed_total_number": sources * targets}.get(rule)
    value = share if most is None else float(np.floor(share * (most if own else max(0, most // 2))))
    if not own and min(sources, targets) == 1:
        own = True
    more = {"multiple": multiple, "key": stream_key(seed, "x")}
    if not own:
        more |= {"apart": (pre, post), "allowed": lambda i, j: pre[i] != post[j]}
    one, other = (drawn(rule, many, sources, targets, value, **more) for many in (10**9, 1))
    assert isinstance(one, Pairs) and isinstance(other, Pairs)
    assert_equal(one, other)


@pytest.mark.parametrize("multiple", [False, True])
def test_a_row_that_cannot_have_its_partners_is_named_alike(multiple: bool) -> None:
    pre, post = np.zeros(5, np.int64), np.array([1, 1, 0, 0])  # the last two targets may have nobody
    more = {"multiple": multiple, "apart": (pre, post), "allowed": lambda i, j: pre[i] != post[j]}
    one, other = (drawn("fixed_indegree", many, 5, 4, 2.0, **more) for many in (10**9, 1))
    assert one == other == (2, 2, 0)


def test_few_targets_do_not_fit_at_once() -> None:
    """A row of a compiled draw that finds no more room is drawn again."""
    more = {"key": stream_key(1, "x")}
    one, other = (drawn("bernoulli", many, 50, 20, 0.9, **more) for many in (10**9, 1))
    assert isinstance(one, Pairs) and isinstance(other, Pairs)
    assert_equal(one, other)


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=40), st.booleans())
def test_counting_puts_in_the_order_of_sorting(rows: list[tuple[int, ...]], constant: bool) -> None:
    columns = [np.array(column, np.int32) for column in zip(*rows, strict=True)]
    if constant:
        columns[0] = columns[1] = same(2, len(rows), np.int32)
    patch = with_many(0)
    found = order.ordered(columns)
    patch.undo()
    wanted = np.lexsort(columns)
    np.testing.assert_array_equal(np.arange(len(rows)) if found is None else found, wanted)


def test_columns_of_one_number() -> None:
    column = same(7, 1000, np.int32)
    assert is_same(column) and is_same(taken(column, np.arange(10))) and len(taken(column, np.arange(10))) == 10
    assert Table({"a": column}).digest() == Table({"a": np.full(1000, 7, np.int32)}).digest()
    assert span_of_sum(column, np.arange(1000, dtype=np.int32)) == (7, 1006)
    assert is_same(order.joined([2.0, same(2.0, 5, np.float64)], [3, 5], np.float64))
    apart = order.joined([0.0, -0.0], [2, 1], np.float64)  # equal numbers, other bits
    assert np.signbit(apart).tolist() == [False, False, True]


MODEL = """
snndsl: 1
name: many
time: {step: 0.1 ms, duration: 5 ms}
seed: 3
data: {w: {values: [0.5, 1.5, 2.5, 3.5]}}
neurons:
  unit: {parameters: {a: 1}, state: {x: 0}, ports: {kick: 1}, update: x = kick, threshold: x >= 100}
populations:
  one: {neuron: unit, size: 20, positions: {x: "i*1 um"}}
  two: {neuron: unit, size: 15, positions: {x: "i*2 um"}}
projections:
  drawn: {from: [one, two], to: [two, one], connect: {fixed_indegree: 7}, self: false, multiple: true, copies: 2,
    port: kick, weight: "normal(1, 0.1) + 0.01*rank + copy", delay: {axonal: "uniform(1 ms, 2 ms)", round: nearest}}
  near: {from: one, to: two, connect: {bernoulli: "exp(-distance/(10 um))"}, port: kick, weight: "distance/(1 um)", delay: 1 ms}
  blocks: {from: [one, two], to: [two, one], connect: {bernoulli: 0.3}, self: true, per_block: true,
    port: kick, weight: row, delay: 1 ms}
  listed: {from: one, to: one, connect: {pairs: {i: [0, 1, 2, 3], j: [3, 2, 1, 0]}}, port: kick, weight: w, delay: 0.3 ms}
record: {spikes: [one]}
"""


@pytest.fixture
def model(tmp_path: Path) -> snndsl.Model:
    (tmp_path / "model.yaml").write_text(MODEL)
    return snndsl.load(tmp_path / "model.yaml")


def test_values_in_chunks_are_those_of_all_at_once(model: snndsl.Model, tmp_path: Path) -> None:
    whole = dump(model.program)
    for together, many in ((1, 10**9), (13, 1)):
        patch = with_many(together, (synapses,), "TOGETHER")
        counting = with_many(many)
        assert dump(snndsl.load(tmp_path / "model.yaml").program) == whole
        patch.undo()
        counting.undo()


@pytest.mark.parametrize("backend", ["reference"])
def test_a_run_has_what_is_not_recorded_once(model: snndsl.Model, backend: str, tmp_path: Path) -> None:
    recording = snndsl.run(model, backend, out=tmp_path / "run")
    table, rows = recording.synapses["listed"], model.elaborated.rows["listed"]
    assert table.axonal.tolist() == [3] * 4 and table.dendritic.tolist() == [0] * 4
    assert table.weight.tolist() == rows.weight.tolist()
    near = np.load(tmp_path / "run" / "source" / "data" / "synapses" / "near__one__two" / "axonal.npy")
    assert near.tolist() == [10]
    folders = (tmp_path / "run" / "synapses" / "near", tmp_path / "run" / "source" / "data" / "projections" / "near")
    for name in ("pre", "post", "row", "pre_population", "post_population"):
        assert (folders[0] / f"{name}.npy").samefile(folders[1] / f"{name}.npy")
    assert len(recording.synapses["near"].axonal) == len(recording.synapses["near"].pre)


@pytest.mark.parametrize("connect", ["{fixed_indegree: 1000}", "{bernoulli: 0.2}", "{fixed_total_number: 1000000}"])
def test_a_million_synapses_take_less_than_a_hundred_bytes_each(connect: str, tmp_path: Path) -> None:
    text = MODEL[: MODEL.index("populations:")].replace("data: {w: {values: [0.5, 1.5, 2.5, 3.5]}}\n", "")
    text += "populations: {all: {neuron: unit, size: 5000}, some: {neuron: unit, size: 1000}}\n"
    several = "" if "bernoulli" in connect else "multiple: false, "
    text += f"projections: {{p: {{from: all, to: some, connect: {connect}, {several}port: kick, weight: 1, delay: 1 ms}}}}\n"
    (tmp_path / "model.yaml").write_text(text)
    checked = snndsl.load(tmp_path / "model.yaml")
    from snndsl.numerics import partners  # noqa: F401, PLC0415 - loading it is not counted

    tracemalloc.start()
    dump(checked.program)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rows = len(checked.elaborated.rows["p"].i)
    assert rows > 990_000 and peak < 100 * rows
