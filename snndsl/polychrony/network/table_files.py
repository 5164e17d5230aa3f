"""Tables of synapses on disk: csv, npz, Parquet, SONATA; nothing is guessed, what does not fit is refused with its row."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.formats.columns import read_columns
from snndsl.formats.sonata import read_edges
from snndsl.polychrony.network.table import Network, SynapseTable, first_wrong

__all__ = ["read_table"]

ByName = dict[str, NDArray[Any]]

NAMES = ("pre", "post", "weight", "delay", "delay_ms", "plastic")
"""Columns that are read; others are left alone."""

TABLES = (".csv", ".npz", ".parquet", ".pq")
"""Endings of the files that hold such columns; others have numbers that are no synapses."""

MOST_NEURONS = 10_000_000
"""Ids of a table run up to one less: a single wrong id would else ask for all memory."""


def read_table(path: str | os.PathLike[str], *, step_ms: Fraction | None = None, population: str | None = None) -> Network:
    """Read a table of synapses.

    Parameters
    ----------
    path : path
        ``.csv`` with a header, ``.npz``, ``.parquet`` (also ``.pq``), or SONATA edges in ``.h5`` (also ``.hdf5``). Columns are
        ``pre``, ``post`` (0-based), ``weight`` and either ``delay`` in steps or ``delay_ms``; others are left alone. SONATA
        delays are in ms.
    step_ms : Fraction, optional
        Length of a step, ms. Delays in ms need it, and have to be whole numbers of steps; for delays in steps it is 1 ms.
    population : str, optional
        Population of SONATA edges; without it, all.

    Returns
    -------
    Network
        With rows in the order of the file.

    Raises
    ------
    snndsl.errors.ModelError
        source-unknown, file-unreadable, table-empty, delay-step, off-grid, what `snndsl.formats` refuses, and what
        `SynapseTable.from_columns` does.
    snndsl.errors.ToolMissing
        The packages for Parquet or SONATA are not installed.
    """
    path = Path(path)
    try:
        return _read(path, step_ms, population)
    except ModelError as error:
        raise ModelError(fault if fault.file else replace(fault, file=str(path)) for fault in error.faults) from None


def _read(path: Path, step_ms: Fraction | None, population: str | None) -> Network:
    suffix = path.suffix.lower()
    if suffix in (".h5", ".hdf5"):
        _content(path, 0)
        return _sonata(path, step_ms, population)
    if suffix not in TABLES:
        what = f"{path} is no network"
        raise ModelError(Fault("source-unknown", what, expected="a run folder, a model, .csv, .npz, .parquet or SONATA .h5"))
    if population is not None:
        what = f"population {population!r} of a table without populations"
        raise ModelError(Fault("usage", what, expected="SONATA edges", try_="leave out --population"))
    columns = in_steps(read_columns(_content(path), suffix, wanted), step_ms)
    _check_ids(columns)
    return Network(SynapseTable.from_columns(columns), None, step_ms or Fraction(1), {})


def _content(path: Path, most: int = -1) -> bytes:
    """Return the first bytes of a file, or all."""
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except (OSError, MemoryError) as error:
        what = getattr(error, "strerror", None) or "there is not enough memory to read it"
        raise ModelError(Fault("file-unreadable", what, expected="a readable file")) from None


def _sonata(path: Path, step_ms: Fraction | None, population: str | None) -> Network:
    """Populations of nodes are numbered one after the other, in order of their names."""
    found = read_edges(path, population)
    sizes: dict[str, int] = {}
    parts: list[ByName] = []
    for edges in found:
        try:
            columns = in_steps(edges.columns, step_ms)
            _check_ids(columns)
            SynapseTable.from_columns(columns)
            parts.append(columns)
        except ModelError as error:
            place = f"{path} /edges/{edges.name}"
            raise ModelError(fault if fault.file else replace(fault, file=place) for fault in error.faults) from None
        for end, nodes in (("pre", edges.source), ("post", edges.target)):
            needed = int(columns[end].max()) + 1
            sizes[nodes] = edges.sizes.get(nodes, max(sizes.get(nodes, 0), needed))
            if needed > sizes[nodes]:
                row = first_wrong(columns[end] >= sizes[nodes])
                what = f"row {row}: {end} is {columns[end][row]}, but {nodes!r} has {sizes[nodes]} nodes"
                expected = f"ids from 0 to {sizes[nodes] - 1}"
                raise ModelError(Fault("synapse-neuron-out-of-range", what, f"{path} /edges/{edges.name}", expected=expected))
    first: dict[str, int] = {}
    for name in sorted(sizes):
        first[name] = sum(sizes[before] for before in first)
    for columns, edges in zip(parts, found):
        columns["pre"] = columns["pre"].astype(np.int64) + first[edges.source]
        columns["post"] = columns["post"].astype(np.int64) + first[edges.target]
    together = {name: np.concatenate([columns[name] for columns in parts]) for name in parts[0]}
    assert step_ms is not None  # the delays of SONATA are in ms
    return Network(SynapseTable.from_columns(together, neurons=sum(sizes.values())), None, step_ms, first)


def in_steps(columns: ByName, step_ms: Fraction | None) -> ByName:
    """Return columns with the delays in steps, from ``delay``, or ``delay_ms`` and the length of a step.

    Raises
    ------
    snndsl.errors.ModelError
        delay-step, off-grid, synapse-not-finite.
    """
    if "delay_ms" not in columns:
        return columns
    if "delay" in columns:
        what = "the table has the columns delay and delay_ms"
        raise ModelError(Fault("delay-step", what, expected="one of them", try_="leave one out"))
    if step_ms is None:
        what = "the delays are in ms, and no step is given"
        raise ModelError(Fault("delay-step", what, expected="the length of a step", try_='--step "1 ms"'))
    delay = columns["delay_ms"]
    if delay.dtype.kind not in "iuf":
        raise ModelError(Fault("synapse-not-a-number", f"column 'delay_ms' holds {delay.dtype}", expected="numbers"))
    row = first_wrong(~np.isfinite(delay))
    if row >= 0:
        raise ModelError(Fault("synapse-not-finite", f"row {row}: delay_ms is {delay[row]}", expected="finite numbers"))
    steps = delay.astype(np.float64) * step_ms.denominator / step_ms.numerator
    whole = np.rint(steps)
    # single precision holds 0.1 ms to 1.5e-8 of it
    row = first_wrong(np.abs(steps - whole) > 1e-6 * np.maximum(1.0, np.abs(steps)))
    if row >= 0:
        what = f"row {row}: delay_ms is {delay[row]}, {steps[row]:.6g} steps of {float(step_ms):g} ms"
        raise ModelError(
            Fault("off-grid", what, expected="a whole number of steps", try_="a shorter --step, or round the delays")
        )
    return {name: column for name, column in columns.items() if name != "delay_ms"} | {"delay": whole}


def _check_ids(columns: ByName) -> None:
    if columns and not max(len(column) if column.ndim else 1 for column in columns.values()):
        raise ModelError(Fault("table-empty", "the table has no row", expected="one row a synapse"))
    for name in ("pre", "post"):
        column = columns.get(name)
        if column is not None and column.ndim == 1 and column.dtype.kind in "iuf":
            row = first_wrong(column >= MOST_NEURONS)
            if row >= 0 and np.isfinite(column[row]):
                what = f"row {row}: {name} is {column[row]}"
                raise ModelError(Fault("synapse-neuron-out-of-range", what, expected=f"ids from 0 to {MOST_NEURONS - 1:,}"))


def wanted(names: Sequence[str]) -> Collection[str]:
    """Return the columns to read; those that are missing or there twice are refused."""
    twice = sorted({name for name in names if name in NAMES and names.count(name) > 1})
    if twice:
        raise ModelError(Fault("synapse-column-twice", f"two columns are called {twice[0]!r}", expected="each name once"))
    missing = [name for name in ("pre", "post", "weight") if name not in names]
    missing += [] if {"delay", "delay_ms"} & set(names) else ["delay"]
    if missing:
        what = f"the table has no column {', '.join(map(repr, missing))}; it has {', '.join(names)[:160] or 'none'}"
        expected = "the columns pre, post, weight, and delay (in steps) or delay_ms"
        raise ModelError(Fault("synapse-column-missing", what, expected=expected, try_="rename the columns"))
    return NAMES
