"""SPADE finds what was planted, as far as its window goes, and nothing that was not; its work is known beforehand."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unit.polychrony.networks import chain

from snndsl.errors import ModelError, ToolMissing
from snndsl.polychrony import Izhikevich2006, discover
from snndsl.polychrony.recordings.detect import Motif, SpikeTrains, detect, motif_of
from snndsl.polychrony.recordings.elephant_mining import METHODS, SpadeSettings
from snndsl.polychrony.recordings.spade import SpadePattern, groups_with, spade
from snndsl.polychrony.recordings.spade_work import active, predict_spade

SHAPE = ((0, 0), (12, 3), (21, 9), (33, 1), (48, 7))
"""Steps and neurons."""
FULL: dict[str, Any] = {"bin_steps": 3, "window": 20, "surrogates": 59, "seed": 1}
QUICK: dict[str, Any] = FULL | {"surrogates": 19, "alpha": 0.2}


def recording(
    seed: int,
    times: int = 0,
    shape: tuple[tuple[int, int], ...] = SHAPE,
    neurons: int = 12,
    last: int = 5_999,
    rate: float = 0.004,
) -> SpikeTrains:
    """Independent trains, and a pattern that comes again."""
    who, when = np.nonzero(np.random.default_rng(seed).random((neurons, last + 1)) < rate)
    events = set(zip(when.tolist(), who.tolist(), strict=True))
    for begin in np.linspace(51, last - 200, times).astype(int) // 3 * 3:
        events |= {(int(begin) + step, neuron) for step, neuron in shape}
    ordered = sorted(events)
    return SpikeTrains.from_events([s for s, _ in ordered], [n for _, n in ordered], neurons, last)


@pytest.mark.slow
def test_a_planted_pattern_is_found() -> None:
    result = spade(recording(1, 12, rate=0.008), **FULL)
    [found] = result.patterns
    assert list(zip(found.lag.tolist(), found.neuron.tolist(), strict=True)) == list(SHAPE)
    begins = np.linspace(51, 5_799, 12).astype(int) // 3 * 3
    assert set(begins.tolist()) <= set(found.step.tolist())
    assert found.p == 1 / 60 and found.adjusted == len(result.sizes) / 60 <= 0.05
    assert result.significant >= 1 and result.mined >= result.significant and result.reduced


@pytest.mark.slow
def test_nothing_is_found_where_nothing_is_planted() -> None:
    for seed in range(2):
        result = spade(recording(seed, rate=0.01), **FULL | {"surrogates": 39})
        assert result.patterns == () and result.significant == 0 and result.mined > 0


@pytest.mark.slow
def test_a_pattern_longer_than_the_window_is_not_found() -> None:
    """Five spikes in 144 steps, 48 windows' bins: with 20 bins of three steps only its beginnings and ends are seen."""
    long = tuple((3 * step, neuron) for step, neuron in SHAPE)
    recorded = recording(1, 12, long)
    short = spade(recorded, **QUICK)
    assert all(len(pattern) < len(long) and pattern.lag.max() < 20 * 3 for pattern in short.patterns)
    wide = spade(recorded, **QUICK | {"window": 49, "min_spikes": 4})
    assert [pattern.lag.tolist() for pattern in wide.patterns] == [[step for step, _ in long]]


@pytest.mark.slow
def test_a_group_longer_than_the_window_is_not_found(tmp_path: Path) -> None:
    """A polychronous group that occurs twenty times is detected every time, and no pattern of SPADE holds all its spikes."""
    catalogue = discover(chain(), Izhikevich2006(min_path=3), out=tmp_path / "groups")
    group = max(catalogue, key=lambda item: int(item.span))
    motif = motif_of(group)
    stretched = Motif(motif.neuron, motif.step * 3)  # in steps of a third of a ms
    shape = tuple(zip(stretched.step.tolist(), stretched.neuron.tolist(), strict=True))
    recorded = recording(3, 20, shape, neurons=int(motif.neuron.max()) + 1, last=29_999, rate=0.002)
    assert len(detect([stretched], recorded, fraction=1.0)) == 20
    window = int(stretched.step.max()) // 3 // 2
    result = spade(recorded, **QUICK | {"window": window})
    assert all(pattern.lag.max() < window * 3 < stretched.step.max() for pattern in result.patterns)
    assert all(len(pattern) < len(motif) for pattern in result.patterns)


@pytest.mark.slow
def test_equal_arguments_give_equal_results_and_leave_the_generators_alone() -> None:
    recorded = recording(2, 8)
    np.random.seed(7)
    random.seed(7)
    expected = np.random.random(3).tolist(), random.random()
    np.random.seed(7)
    random.seed(7)
    results = [spade(recorded, **QUICK | {"workers": workers, "surrogates": 9, "alpha": 0.5}) for workers in (1, 1, 2)]
    assert (np.random.random(3).tolist(), random.random()) == expected
    told = [[(p.neuron.tolist(), p.lag.tolist(), p.step.tolist(), p.p) for p in result.patterns] for result in results]
    assert told[0] and told[0] == told[1] == told[2]


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_every_surrogate_of_elephant_works(method: str) -> None:
    result = spade(recording(1, 12), **QUICK | {"method": method, "surrogates": 9, "alpha": 0.5})
    assert len(SHAPE) in [len(pattern) for pattern in result.patterns]


def test_neurons_keep_their_numbers_and_silent_ones_do_not_count() -> None:
    recorded = recording(1, 12)
    start = np.concatenate([np.zeros(500, np.int64), recorded.start, np.full(500, recorded.start[-1])])
    many = SpikeTrains(start, recorded.step, recorded.last)
    [found] = spade(many, **QUICK).patterns
    assert found.neuron.tolist() == [500 + neuron for _, neuron in SHAPE]
    part = spade(many, **QUICK | {"neurons": [500, 501, 503, 504, 505]})
    assert part.work.trains == 5 and any({500, 501, 503} <= {*pattern.neuron.tolist()} for pattern in part.patterns)
    assert all({*pattern.neuron.tolist()} <= {500, 501, 503, 504, 505} for pattern in part.patterns)


def test_without_surrogates_all_mined_patterns_are_given() -> None:
    result = spade(recording(1, 12, rate=0.008), **QUICK | {"surrogates": 0})
    assert len(result.patterns) == result.mined > 1 and result.least_p is None and not result.reduced
    assert all(pattern.p is None and len(pattern) >= 3 <= len(pattern.step) for pattern in result.patterns)


def test_few_surrogates_cannot_make_a_pattern_significant() -> None:
    result = spade(recording(1, 12), **FULL | {"surrogates": 9})
    assert result.patterns == () and result.least_p is not None and result.least_p > 0.05


def test_groups_that_contain_a_pattern() -> None:
    catalogue = discover(chain(), Izhikevich2006(min_path=3))
    group = catalogue[len(catalogue) // 2]
    take = [0, len(group) // 2, len(group) - 1]
    order = np.argsort(group.step[take], kind="stable")
    neuron, step = group.neuron[take][order].astype(np.int64), group.step[take][order].astype(np.int64)
    pattern = SpadePattern(neuron, step - step[0], np.array([3]), None, None)

    def by_definition(lag: np.ndarray[Any, Any], tolerance: int) -> list[int]:
        found = []
        for other in catalogue:
            events = list(zip(other.neuron.tolist(), other.step.tolist(), strict=True))
            begins = [s for n, s in events if n == neuron[0]]
            wanted = list(zip(neuron.tolist(), lag.tolist(), strict=True))
            near = [[any(n == m and abs(s - b - d) <= tolerance for n, s in events) for m, d in wanted] for b in begins]
            if any(map(all, near)):
                found.append(other.id)
        return found

    assert group.id in groups_with(pattern, catalogue, 0) == by_definition(pattern.lag, 0)
    off = replace(pattern, lag=pattern.lag + np.array([0, 2, 0]))
    for tolerance in (0, 1, 2, 3):
        assert groups_with(off, catalogue, tolerance) == by_definition(off.lag, tolerance)
    assert group.id not in groups_with(off, catalogue, 1) and group.id in groups_with(off, catalogue, 2)


@pytest.mark.parametrize(
    ("neurons", "rate", "least"), [(40, 0.01, (3, 3)), (40, 0.02, (3, 4)), (20, 0.01, (2, 5)), (60, 0.004, (3, 2))]
)
def test_patterns_by_chance_are_predicted(neurons: int, rate: float, least: tuple[int, int]) -> None:
    recorded = recording(4, neurons=neurons, last=5_999, rate=rate)
    arguments: dict[str, Any] = {"min_spikes": least[0], "min_occurrences": least[1]}
    predicted = predict_spade(recorded, active(recorded), SpadeSettings(bin_steps=3, window=15, **arguments))
    mined = spade(recorded, **QUICK | {"window": 15, "surrogates": 0} | arguments).mined
    assert predicted.patterns / 2 < mined < predicted.patterns * 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"bin_steps": 0}, "spade-parameter"),
        ({"window": 0}, "spade-parameter"),
        ({"min_spikes": 1}, "spade-parameter"),
        ({"min_occurrences": 1}, "spade-parameter"),
        ({"surrogates": -1}, "spade-parameter"),
        ({"alpha": 1.0}, "spade-parameter"),
        ({"dither": 0}, "spade-parameter"),
        ({"method": "shuffle"}, "expected: dither_spikes"),
        ({"neurons": [3, 12]}, "there is no neuron 12"),
        ({"neurons": [3]}, "recording-missing"),
        ({"limit_s": 1e-6}, "it would take about"),
    ],
)
def test_what_is_refused(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ModelError, match=code):
        spade(recording(1), **QUICK | arguments)


def test_too_much_work_is_refused() -> None:
    many = recording(1, neurons=101)
    with pytest.raises(ModelError, match=r"101 neurons have spikes(.|\n)*--neurons 0:100"):
        spade(many, **QUICK)
    with pytest.raises(ModelError, match="spade-too-large"):  # dense
        spade(recording(1, neurons=100, rate=0.05), **QUICK)
    with pytest.raises(ModelError, match="MiB of windows"):  # long
        spade(SpikeTrains.from_events([0, 2**30], [0, 1], 2, 2**30), **QUICK)


def test_elephant_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "elephant"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "elephant", None)
    with pytest.raises(ToolMissing, match=r"pip install 'snndsl\[spade\]'"):
        spade(recording(1), **QUICK)
