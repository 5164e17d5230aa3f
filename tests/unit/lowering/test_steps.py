"""What a neuron does in a step: order of statements, threshold, reset, refractoriness of both kinds, `every`, draws."""

from __future__ import annotations

import numpy as np
import pytest
from lowered import lower
from unit.lowering.models import checked, neurons, program

from snndsl.errors import ModelError
from snndsl_reference.tree.groups import NeuronGroup


def spikes(group: NeuronGroup, steps: int, kicks: dict[int, float] | None = None, port: str = "kick") -> list[int]:
    """Return the stamps at which neuron 0 spikes; `kicks` arrive with the given stamps."""
    stamps = []
    for j in range(steps):
        if kicks and j + 1 in kicks:
            group.deliver_now(port, j + 1, np.array([0]), np.array([kicks[j + 1]]))
        if len(group.step(j)):
            stamps.append(j + 1)
    return stamps


def counter(
    refractory: str = "", step: str = "1 ms", reset: str = "x = 0", threshold: str = "x >= 3", size: int = 1
) -> NeuronGroup:
    text = f"""
        neurons:
          n:
            parameters: {{T: 4 ms}}
            state: {{x: 0}}
            ports: {{kick: 1}}
            update: x += 1 + kick
            threshold: {threshold}
            {f"refractory: {refractory}" if refractory else ""}
            reset: {reset}
        populations: {{p: {{neuron: n, size: {size}}}}}
    """
    return neurons(program(text, step=step))


def test_threshold_and_reset() -> None:
    assert spikes(counter(), 10) == [3, 6, 9]


def test_refractory_for_a_time_blocks_exactly_that_many_steps() -> None:
    """R steps after the spike step cannot spike; x goes on counting, so the next spike comes as soon as it may."""
    assert spikes(counter("{for: 4 ms, hold: []}"), 20) == [3, 8, 13, 18]
    assert spikes(counter("{for: 0 ms, hold: []}"), 10) == [3, 6, 9]
    assert spikes(counter("{for: T, hold: []}", step="0.5 ms"), 30) == [3, 12, 21, 30]


def test_a_held_state_loses_what_arrives() -> None:
    """x stays 0 for 4 steps after the spike of stamp 3, kicks at stamps 4 to 7 included, then counts 3 steps."""
    assert spikes(counter("{for: 4 ms, hold: [x]}"), 20) == [3, 10, 17]
    assert spikes(counter("{for: 4 ms, hold: [x]}"), 12, {4: 50.0, 7: 50.0}) == [3, 10]
    assert spikes(counter("{for: 4 ms, hold: [x]}"), 12, {8: 50.0}) == [3, 8]


def test_a_refractory_time_for_each_neuron() -> None:
    text = """
        neurons:
          n: {parameters: {T: 1 ms}, state: {x: 0}, update: x += 1, threshold: x >= 1, refractory: {for: T, hold: []}}
        populations: {p: {neuron: {use: n, T: "[0 ms, 1 ms, 3 ms]"}, size: 3}}
    """.replace('"[', "[").replace(']"', "]")
    group = neurons(program(text, step="1 ms"))
    fired = [group.step(j).tolist() for j in range(5)]
    assert fired == [[0, 1, 2], [0], [0, 1], [0], [0, 1, 2]]


def test_refractory_while_is_a_latch() -> None:
    """One spike per upward crossing: silent until the condition has been false once."""
    text = """
        neurons:
          n:
            state: {x: 0}
            ports: {kick: 1}
            update: x = kick
            threshold: x > 0
            refractory: {while: x > 0, hold: []}
        populations: {p: {neuron: n, size: 1}}
    """
    kicks = dict.fromkeys((2, 3, 4, 6, 9, 10), 1.0)
    assert spikes(neurons(program(text)), 12, kicks) == [2, 6, 9]


def test_a_latch_is_first_tested_after_the_reset_of_its_own_spike() -> None:
    """The reset makes the condition false at the end of the spike's step, so the next step may spike."""
    text = """
        neurons:
          n:
            state: {x: 0}
            update: x += 2
            threshold: x >= 2
            refractory: {while: x > 0, hold: []}
            reset: x = 0
        populations: {p: {neuron: n, size: 1}}
    """
    assert spikes(neurons(program(text)), 4) == [1, 2, 3, 4]


def test_a_forced_spike_needs_no_threshold_and_no_readiness() -> None:
    text = """
        neurons:
          n: {state: {x: 0}, update: x += 1, threshold: x >= 5, refractory: {for: 10 ms, hold: []}, reset: x = 0}
        populations: {p: {neuron: n, size: 1}}
        stimuli: {force: {into: p, port: spike, spikes: {i: [0, 0], t: [2 ms, 7 ms]}}}
    """
    group = neurons(program(text, step="1 ms"))
    assert "spike" in group.arriving
    assert spikes(group, 12, {2: 1.0, 7: 1.0}, "spike") == [2, 7]
    assert group.states["x"][0] == 5.0  # reset at stamp 7 too


def test_statements_read_the_latest_values_in_order() -> None:
    text = """
        neurons:
          n:
            state: {a: 1, b: 10}
            update: |
              old = a
              a = b
              b = old + a
              a *= 2
              b -= 1
        populations: {p: {neuron: n, size: 1}}
    """
    group = neurons(program(text))
    group.step(0)
    assert (group.states["a"][0], group.states["b"][0]) == (20.0, 10.0)


def test_every_is_due_at_multiples_of_its_period_after_the_update() -> None:
    text = """
        neurons:
          n:
            state: {x: 0, seen: 0, turns: 0}
            update: x += 1
            every: {3 ms: [seen = x, turns += 1]}
        populations: {p: {neuron: n, size: 1}}
    """
    group = neurons(program(text, step="1 ms"))
    seen = []
    for j in range(8):
        group.step(j)
        seen.append((int(group.states["seen"][0]), int(group.states["turns"][0])))
    assert seen == [(0, 0), (0, 0), (3, 1), (3, 1), (3, 1), (6, 2), (6, 2), (6, 2)]


def test_time_and_counts_of_periods() -> None:
    text = """
        neurons:
          n:
            state: {now: 0 ms, turn: 0, within: 0 ms, first: 0}
            update: |
              now = t
              turn = tick(0.3 ms)
              within = phase(0.3 ms)
              first = where(begins(0.3 ms), 1, 0)
        populations: {p: {neuron: n, size: 1}}
    """
    group = neurons(program(text, step="0.1 ms"))
    for j in range(40):
        group.step(j)
        assert group.states["now"][0] == j / 10  # the double nearest to j*h
        assert group.states["turn"][0] == j // 3
        assert group.states["within"][0] == pytest.approx((j % 3) * 0.1)
        assert group.states["first"][0] == (j % 3 == 0)


def test_parts_come_by_name_and_before_their_owner() -> None:
    text = """
        parts:
          add: {state: {x: 0}, ports: {jump: 1}, update: x += jump}
        neurons:
          n:
            parts: {b: add, a: add}
            state: {sum: 0}
            update: sum = a.x + 10*b.x
        populations: {p: {neuron: n, size: 1}}
    """
    group = neurons(program(text))
    group.deliver_now("a__jump", 1, np.array([0]), np.array([1.0]))
    group.deliver_now("b__jump", 1, np.array([0]), np.array([2.0]))
    group.step(0)
    first = group.states["sum"][0]
    group.step(1)
    assert (first, group.states["sum"][0]) == (0.0, 21.0)  # another part's state is read as it was at stamp j


def test_a_drawing_neuron_draws_for_itself_and_its_step() -> None:
    text = """
        neurons: {n: {state: {x: 0, y: 0}, update: [x = uniform(), y = uniform()]}}
        populations: {p: {neuron: n, size: 200}}
    """
    one, two = neurons(program(text)), neurons(program(text))
    rows = []
    for j in range(50):
        one.step(j)
        two.step(j)
        np.testing.assert_array_equal(one.states["x"], two.states["x"])
        rows += [one.states["x"].copy(), one.states["y"].copy()]
    values = np.concatenate(rows)
    assert len(np.unique(values)) == len(values) == 20_000
    assert abs(values.mean() - 0.5) < 4 / np.sqrt(12 * len(values))
    counts = np.bincount((values * 100).astype(int), minlength=100)
    assert abs(((counts - 200) ** 2 / 200).sum() - 99) < 5 * np.sqrt(2 * 99)


@pytest.mark.parametrize(("time", "code"), [("2.05 ms", "off-grid"), ("-1 ms", "time-negative")])
def test_refractory_times_are_whole_steps(time: str, code: str) -> None:
    text = f"""
        neurons: {{n: {{state: {{x: 0}}, update: x += 1, threshold: x > 1, refractory: {{for: {time}, hold: []}}}}}}
        populations: {{p: {{neuron: n, size: 1}}}}
    """
    with pytest.raises(ModelError) as caught:
        lower(checked(text))
    assert caught.value.faults[0].code == code
