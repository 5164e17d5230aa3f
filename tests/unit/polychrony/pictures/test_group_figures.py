"""Pictures of groups show what there is: every spike, every link, every occurrence."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from unit.polychrony.networks import chain, middling

from snndsl.errors import ModelError
from snndsl.polychrony import Catalogue, Group, discover
from snndsl.polychrony.pictures.counts import draw_counts
from snndsl.polychrony.pictures.figures import draw_catalogue, draw_group
from snndsl.polychrony.pictures.occurrences import draw_occurrences
from snndsl.polychrony.recordings.detect import SpikeTrains

STEPS = 1000


@pytest.fixture(scope="module")
def groups() -> Catalogue:
    return discover(middling(), mode="corrected", parameters={"min_path": 3, "threshold": 5.0})


@pytest.fixture(scope="module")
def group() -> Group:
    return discover(chain(), mode="corrected", parameters={"min_path": 5})[0]


def points(figure: Figure, axis: int, label: str) -> int:
    """Points of a scatter plot."""
    found = [c for c in figure.axes[axis].collections if isinstance(c, PathCollection) and c.get_label() == label]
    return sum(len(collection.get_offsets()) for collection in found)


def recording(group: Group, starts: dict[int, int], noise: int = 0, neurons: int = 18) -> SpikeTrains:
    """The group from each of some steps on, with so many of its last spikes missing, in noise."""
    rng = np.random.default_rng(1)
    step, neuron = [rng.integers(0, STEPS, noise)], [rng.integers(0, neurons, noise)]
    for start, missing in starts.items():
        kept = len(group) - missing
        step.append(start + group.step[:kept] - group.step.min())
        neuron.append(group.neuron[:kept])
    return SpikeTrains.from_events(np.concatenate(step), np.concatenate(neuron), neurons, STEPS)


def test_a_group_is_drawn_spike_by_spike_and_link_by_link(group: Group) -> None:
    axes = draw_group(group).axes[0]
    lines = [c for c in axes.collections if isinstance(c, LineCollection)]
    assert sum(len(c.get_segments()) for c in lines) == len(group.pre)
    drawn = {tuple(point) for c in axes.collections if isinstance(c, PathCollection) for point in c.get_offsets().tolist()}
    assert drawn == set(zip(group.step.astype(float).tolist(), group.neuron.astype(float).tolist()))


def test_inhibitory_spikes_are_hollow_whether_given_as_a_mask_or_as_numbers(group: Group) -> None:
    chosen = [3, 4, 17]
    for given in (chosen, np.isin(np.arange(18), chosen)):
        spikes = next(c for c in draw_group(group, inhibitory=given).axes[0].collections if isinstance(c, PathCollection))
        hollow = (spikes.get_facecolors() == 1.0).all(axis=1)
        assert group.neuron[hollow].tolist() == [neuron for neuron in group.neuron.tolist() if neuron in chosen]


def test_histograms_count_every_group(groups: Catalogue) -> None:
    figure = draw_catalogue(groups)
    for axes in figure.axes[:3]:
        assert sum(patch.get_height() for patch in axes.patches) == np.count_nonzero(~groups.table["avalanche"])
    assert "no null was run" in figure.get_suptitle()


def test_occurrences_are_found_and_drawn_over_the_raster(group: Group) -> None:
    trains = recording(group, {100: 0, 400: 1, 700: 9})
    figure = draw_occurrences(group, trains)
    assert "2 occurrences" in figure.axes[0].get_title()
    assert [axes.get_title(loc="left") for axes in figure.axes[1:]] == [
        f"from 100 ms: {len(group)} of {len(group)} spikes",
        f"from 400 ms: {len(group) - 1} of {len(group)} spikes",
    ]
    assert points(figure, 1, "recorded, of the group") == len(group) and points(figure, 1, "missing") == 0
    assert points(figure, 2, "recorded, of the group") == len(group) - 1 and points(figure, 2, "missing") == 1


def test_occurrences_are_those_asked_for(group: Group) -> None:
    trains = recording(group, {100: 0})
    figure = draw_occurrences(group, trains, steps=[100, 500], step_ms=0.5)
    assert [axes.get_title(loc="left") for axes in figure.axes[1:]] == [
        f"from 50 ms: {len(group)} of {len(group)} spikes",
        f"from 250 ms: 0 of {len(group)} spikes",
    ]


def test_only_the_best_have_panels(group: Group) -> None:
    trains = recording(group, {100: 2, 250: 0, 400: 1, 550: 0, 700: 3}, noise=30)
    figure = draw_occurrences(group, trains, most=2)
    assert [axes.get_title(loc="left").split(":")[0] for axes in figure.axes[1:]] == ["from 250 ms", "from 550 ms"]


def test_a_group_that_does_not_occur_and_one_of_another_network(group: Group) -> None:
    figure = draw_occurrences(group, recording(group, {}, noise=20))
    assert len(figure.axes) == 1 and "no occurrence" in figure.axes[0].get_title()
    with pytest.raises(ModelError, match="motif-unknown-neuron"):
        draw_occurrences(group, recording(group, {}, noise=5, neurons=4))


def test_counts_over_time_with_a_band_of_the_null(groups: Catalogue) -> None:
    figure = draw_counts([60.0, 600.0, 3600.0], [5, groups, 80], null=[[1, 2, 3], [], [4, 9]])
    [axes] = figure.axes
    drawn = {tuple(point) for line in axes.lines for point in np.column_stack(line.get_data()).tolist()}
    assert {(60.0, 5.0), (600.0, float(len(groups))), (3600.0, 80.0), (60.0, 2.0), (3600.0, 6.5)} <= drawn
    with pytest.raises(ModelError, match="counts-unequal"):
        draw_counts([1.0, 2.0], [5])
