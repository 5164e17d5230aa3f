"""The length of a run: events after its end are left out of a program that was made for a longer one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from snndsl.ir import Program, Table

__all__ = ["until"]


def until(program: Program, steps: int) -> Program:
    """Return the program of a run that ends after a number of steps, at most its own.

    Parameters
    ----------
    program : Program
        Whose events reach as far as any run of it.
    steps : int
        Of the run.
    """
    return replace(
        program,
        steps=steps,
        chunk=max(1, round(1000 / float(program.step)), -(-steps // 1000)),
        populations=tuple(
            item if item.spikes is None else replace(item, spikes=_kept(item.spikes, "stamp", steps + 1))
            for item in program.populations
        ),
        injections=tuple(replace(item, events=_kept(item.events, "step", steps)) for item in program.injections),
    )


def _kept(table: Table, column: str, end: int) -> Table:
    kept = np.asarray(table[column]) < end
    return table if kept.all() else Table({name: values[kept] for name, values in table.columns.items()})
