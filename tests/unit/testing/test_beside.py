"""Programs that lie side by side do what each does alone, whatever their steps, lengths and names."""

from __future__ import annotations

from pathlib import Path

import pytest

from snndsl.api import load
from snndsl.backend import REFERENCE
from snndsl.testing.beside import run_program, side_by_side
from snndsl.testing.conformance import case_file, differences

CASES = ("functions", "motifs", "plasticity_events")
"""An array that is read, three lengths of a step, three lengths of a run; ``cells`` in two of them."""


@pytest.mark.slow
def test_side_by_side_is_as_alone(tmp_path: Path) -> None:
    programs = {f"{case}_": load(case_file(case)).program for case in CASES}
    together = run_program(side_by_side(programs), REFERENCE, tmp_path / "together")
    for prefix, program in programs.items():
        alone = run_program(program, REFERENCE, tmp_path / prefix)
        assert differences(alone, together, prefix) == [], prefix
    first, *others = programs
    alone = run_program(programs[first], REFERENCE, tmp_path / "again")
    with pytest.raises(KeyError):
        differences(alone, together, others[0])


def test_names_are_told_apart_by_their_prefix() -> None:
    program = load(case_file("functions")).program
    both = side_by_side({"one_": program, "two_": program})
    assert [item.name for item in both.populations] == ["one_cells", "two_cells"]
    assert [item.name for item in both.samples] == ["one_table", "two_table"]
