"""The same search with one thing changed: which groups survive."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from unit.polychrony.networks import chain, middling

from snndsl.errors import Fault, ModelError
from snndsl.groups.robustness import Robustness, Survival, Variant, survivals
from snndsl.polychrony import Izhikevich2006, Structural, SynapseTable, compare_catalogues, discover
from snndsl.polychrony.network.sources import Network

LOOSE = Izhikevich2006(mode="corrected", min_path=3, threshold=5.0)


def variant(table: SynapseTable, definition: Izhikevich2006 | Structural, step_ms: Fraction = Fraction(1)) -> Variant:
    return Variant(Network(table, None, step_ms, {}), definition)


def test_counts_add_up_and_nothing_changed_changes_nothing(tmp_path: Path) -> None:
    table = middling()
    told: list[Survival] = []
    variants = [
        ("threshold", "5", lambda: variant(table, LOOSE)),
        ("threshold", "9.5", lambda: variant(table, replace(LOOSE, threshold=9.5))),
        ("min_path", "4", lambda: variant(table, replace(LOOSE, min_path=4))),
    ]
    base, same, stronger, longer = survivals(variant(table, LOOSE), variants, tmp_path / "out", progress=told.append)
    assert told == [base, same, stronger, longer]
    assert base.groups == base.same > 100 and base.survived == 1.0
    assert (same.groups, same.same, same.lost, same.new, same.survived) == (base.groups, base.groups, 0, 0, 1.0)
    for row in (stronger, longer):
        assert row.same + row.shifted + row.new == row.groups
        assert row.same + row.shifted + row.lost == base.groups
        assert row.survived == (row.same + row.shifted) / base.groups
    assert longer.new == 0 and longer.shifted == 0 and 0 < longer.same < base.groups
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_a_variant_that_cannot_be_searched_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    def broken() -> Variant:
        raise ModelError(Fault("off-grid", "no such step"))

    variants = [("step", "0.3 ms", broken), ("threshold", "5", lambda: variant(chain(), LOOSE))]
    base, first, second = survivals(variant(chain(), LOOSE), variants, tmp_path)
    assert first.problem == "no such step" and first.groups == 0 and math.isnan(first.survived)
    assert second.same == base.groups
    assert first.to_dict()["survived"] is None


@pytest.mark.slow
def test_groups_at_another_step_are_compared_in_time(tmp_path: Path) -> None:
    """The chain with half the step and twice the delays, spikes that need no time to answer: the same groups."""
    coarse = Structural(min_path=4, coincident=3, jitter=0)
    fine = replace(coarse, max_delay=40, last_step=1958, refractory=4)
    half = chain().replace(delay=2 * chain().delay)
    [base, row] = survivals(
        variant(chain(), coarse), [("step", "0.5 ms", lambda: variant(half, fine, Fraction(1, 2)))], tmp_path
    )
    assert base.groups > 0 and row.same == base.groups and row.new == 0


def test_catalogues_of_different_steps_are_scaled() -> None:
    found = [
        discover(table, Structural(min_path=4, coincident=3, jitter=0, max_delay=60, last_step=1000, refractory=2))
        for table in (chain().replace(delay=3 * chain().delay), chain().replace(delay=2 * chain().delay))
    ]
    assert len(compare_catalogues(*found, jitter=0).same) == 0
    scaled = compare_catalogues(*found, jitter=0, scale=(2, 3))
    assert len(scaled.same) == len(found[0]) > 0 and scaled.jaccard == 1.0


def test_results_are_written_as_csv_and_drawn(tmp_path: Path) -> None:
    rows = (
        Survival("base", "", 10, 10, survived=1.0),
        Survival("step", "0.5 ms", 12, 3, 4, 3, 5, 0.7),
        Survival("seed", "2", problem="no"),
    )
    found = Robustness(rows, tmp_path)
    found.write_csv(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open() as stream:
        read = list(csv.DictReader(stream))
    assert [row["groups"] for row in read] == ["10", "12", "0"]
    assert read[1]["survived"] == "0.7" and read[2]["survived"] == ""
    [axes] = found.draw().axes
    widths = [patch.get_width() for patch in axes.patches]
    assert widths == [10, 3, 0, 0, 4, 0, 0, 5, 0, 0, -3, 0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["base", "step 0.5 ms", "seed 2"]
    assert {text.get_text() for text in axes.texts} == {"10 groups", "70.0% survive", "no"}


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_nothing(tmp_path: Path, workers: int) -> None:
    chosen = [("min_path", "4", lambda: variant(chain(), replace(LOOSE, min_path=4)))]
    rows = [*survivals(variant(chain(), LOOSE), chosen, tmp_path, workers=workers, mothers=np.arange(3, 18))]
    assert [row.groups for row in rows] == [len(discover(chain(), LOOSE)), len(discover(chain(), replace(LOOSE, min_path=4)))]
