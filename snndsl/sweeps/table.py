"""The table of a sweep: one row a point, with what was set and what was measured."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, TextFault, listed, nearest
from snndsl.formats.writers import write_csv, write_parquet
from snndsl.pictured import Pictured
from snndsl.sweeps.store import Store
from snndsl.units import Quantity, Unit, parse_quantity

__all__ = ["Sweep", "read_sweep"]


@dataclass(frozen=True, slots=True, eq=False)
class Sweep(Pictured):
    """The points of a sweep and what came of them.

    Parameters
    ----------
    path : Path
        Its folder.
    name : str
        Of the model.
    backend : str
        Who simulated.
    objectives : mapping of str to (str, str)
        ``minimise`` or ``maximise`` and what, by the name of a search.
    rows : tuple of mapping
        By point: ``setting``, ``settings``, ``status`` (``complete``, ``failed`` or ``missing``), ``why`` it failed, and
        ``values`` by name (``mean``, ``least``, ``most``, ``unit``, ``passed``).
    """

    path: Path
    name: str
    backend: str
    objectives: Mapping[str, tuple[str, str]]
    rows: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def axes(self) -> tuple[str, ...]:
        """The paths that are set, in the order in which they appear."""
        return tuple(dict.fromkeys(path for row in self.rows for path in row["settings"]))

    @property
    def names(self) -> tuple[str, ...]:
        """The values that were measured."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row["values"]))

    @property
    def failed(self) -> tuple[Mapping[str, Any], ...]:
        """The points that have no values because something went wrong; ``why`` says what."""
        return tuple(row for row in self.rows if row["status"] == "failed")

    def axis(self, path: str) -> tuple[list[Any], str]:
        """Return what a path was set to, by point, and the unit: numbers, in the unit of the first, if all are; else texts.

        Parameters
        ----------
        path : str
            One of `axes`.
        """
        given = [row["settings"].get(path) for row in self.rows]
        found = [None if value is None else _quantity(value) for value in given]
        set_ = [item for item, value in zip(found, given, strict=True) if value is not None]
        first = set_[0] if set_ else None
        if first is None or not all(item is not None and _alike(item.unit, first.unit) for item in set_):
            return [value if value is None else str(value) for value in given], ""
        numbers = [None if item is None else float(item.value * item.unit.factor / first.unit.factor) for item in found]
        return numbers, "" if first.unit.text == "1" else first.unit.text

    def values(self, name: str) -> tuple[list[float | None], str]:
        """Return a measured value (the mean, if there are several), by point, and its unit; None where there is none.

        Parameters
        ----------
        name : str
            One of `names`.
        """
        found = [row["values"].get(name, {}) for row in self.rows]
        unit = next((item["unit"] for item in found if "unit" in item), "")
        return [item.get("mean") for item in found], unit

    def best(self, name: str, goal: str | None = None, setting: str | None = None) -> Mapping[str, Any]:
        """Return the point with the largest, or the least, of a measured value; the first of equals.

        Parameters
        ----------
        name : str
            One of `names`.
        goal : str, optional
            ``maximise`` or ``minimise``; without it what a search of the sweep wants of the value, else ``maximise``.
        setting : str, optional
            Only among the points of this setting or search.

        Raises
        ------
        ModelError
            name-unknown, sweep-empty: no point has it.
        """
        if name not in self.names:
            what = f"the sweep has no {name!r}"
            raise ModelError(Fault("name-unknown", what, expected=listed(self.names), try_=nearest(name, self.names)))
        mine = [row for row in self.rows if setting in (None, row["setting"])]
        known = [row for row in mine if row["values"].get(name, {}).get("mean") is not None]
        if not known:
            raise ModelError(Fault("sweep-empty", f"no point has a value of {name!r}", expected="a point that is complete"))
        wanted = goal or next((wish for wish, value in self.objectives.values() if value == name), "maximise")
        chosen = max if wanted == "maximise" else min
        return chosen(known, key=lambda row: float(row["values"][name]["mean"]))

    @property
    def table(self) -> dict[str, list[Any]]:
        """Columns, with units in their names: what was set, status, what was measured, whether it is as expected."""
        columns: dict[str, list[Any]] = {"setting": [row["setting"] for row in self.rows]}
        for path in self.axes:
            column, unit = self.axis(path)
            columns[_titled(path, unit)] = column
        columns["status"] = [row["status"] for row in self.rows]
        for name in self.names:
            found = [row["values"].get(name, {}) for row in self.rows]
            unit = self.values(name)[1]
            columns[_titled(name, unit)] = [item.get("mean") for item in found]
            if any(item.get("least") != item.get("most") for item in found):
                columns |= {_titled(f"{name}.{key}", unit): [item.get(key) for item in found] for key in ("least", "most")}
            if any("passed" in item for item in found):
                columns[f"{name}.passed"] = [item.get("passed") for item in found]
        return columns

    def to_dataframe(self) -> Any:
        """Return the table as a pandas DataFrame."""
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame(self.table)

    def write(self, file: str | os.PathLike[str]) -> Path:
        """Write the table; the ending of the name says how.

        Parameters
        ----------
        file : path
            ``.csv`` or ``.parquet``.

        Raises
        ------
        ModelError
            table-format.
        ToolMissing
            pyarrow is not installed.
        """
        place = Path(file)
        if place.suffix == ".csv":
            write_csv(self.table, place)
        elif place.suffix == ".parquet":
            write_parquet(self.table, place)
        else:
            raise ModelError(Fault("table-format", f"{place} is no table", expected=".csv, .parquet", try_="sweep.csv"))
        return place

    def __repr__(self) -> str:
        done = sum(row["status"] == "complete" for row in self.rows)
        failed = f", {len(self.failed):,} failed" if self.failed else ""
        return f"<Sweep {self.name} on {self.backend}: {done:,} of {len(self):,} points{failed}; {', '.join(self.names)}>"

    def _repr_html_(self) -> str:
        table = self.table
        head = "".join(f"<th>{html.escape(name)}</th>" for name in table)
        rows = [
            "".join(f"<td>{'' if cell is None else html.escape(_shown(cell))}</td>" for cell in cells)
            for cells in list(zip(*table.values(), strict=True))[:50]
        ]
        more = f"<p>{len(self) - 50:,} more</p>" if len(self) > 50 else ""
        return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>{more}"


def read_sweep(path: str | os.PathLike[str]) -> Sweep:
    """Read the folder of a sweep, whether it is finished or not.

    Parameters
    ----------
    path : path
        Of the folder.

    Raises
    ------
    ModelError
        not-a-sweep, file-damaged.
    """
    store = Store(Path(path))
    manifest = store.manifest()
    rows = []
    for point in manifest["points"]:
        found = store.row(point["key"]) or {"status": "missing", "values": {}}
        rows.append({**found, **point})
    objectives = {name: (goal, value) for name, (goal, value) in manifest["objectives"].items()}
    return Sweep(store.folder, manifest["name"], manifest["identity"]["backend"], objectives, tuple(rows))


def _quantity(value: Any) -> Quantity | None:
    """Return a setting as an exact number with its unit; None if it is no number."""
    if isinstance(value, bool):
        return None
    try:
        return parse_quantity(str(value))
    except TextFault:
        return None


def _alike(one: Unit, other: Unit) -> bool:
    return (one.dimension, one.step_power) == (other.dimension, other.step_power)


def _titled(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _shown(cell: Any) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
