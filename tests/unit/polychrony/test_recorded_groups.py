"""The recorded network of 2006: every recorded group, row for row; and what the mended defects change."""

import numpy as np
import pytest
from unit.polychrony.networks import as_recorded, recorded, recorded_groups

from snndsl.polychrony import Catalogue, discover, predict

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def original() -> Catalogue:
    return discover(recorded(), mode="original")


def test_the_number_of_probes_is_known_beforehand() -> None:
    prediction = predict(recorded())
    assert (prediction.probes, prediction.mothers, prediction.largest) == (2_716_606, 800, 11_480)


def test_original_mode_gives_the_recorded_groups_in_their_order(original: Catalogue) -> None:
    assert len(original) == 3938
    assert np.array_equal(as_recorded(original), recorded_groups())
    assert original.manifest["probes"] == 2_716_606


def test_statistics_of_the_recorded_groups(original: Catalogue) -> None:
    numbers = original.summary()
    assert numbers["mothers"] == 482 and numbers["avalanches"] == 27
    assert numbers["size"][1:4] == [20, 27, 40]
    assert numbers["span"][1:4] == [70, 78, 94] and numbers["span"][4] == 436
    assert numbers["longest_path"][::4] == [7, 43]
    assert [len(original.filter(min_path=path, max_path=path)) for path in (7, 8, 9)] == [2118, 830, 350]


def test_every_spike_but_anchors_and_rebounds_has_a_link(original: Catalogue) -> None:
    for group in list(original)[::100]:
        graph = group.graph()
        assert len(graph) == len(group)
        assert all(graph.nodes[k]["layer"] == 1 for k in range(3))
        for pre, post, link in graph.edges(data=True):
            waited = graph.nodes[post]["step"] - graph.nodes[pre]["step"] - link["delay"]
            assert 0 <= waited < 20
        assert max(layer for *_, layer in graph.edges(data="layer")) == group.longest_path


def test_room_for_every_arrival_gives_three_groups_more() -> None:
    assert len(discover(recorded(), mode="corrected")) == 3941
