"""Arrays of a model: from files below its folder (no pickles) or written in it, in internal units."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, SnndslError, listed
from snndsl.expressions import TextFault
from snndsl.formats.columns import READERS, SELECTIVE, read_columns
from snndsl.formats.wanted import Wanted
from snndsl.frontend.loader import ModelSource, open_below
from snndsl.locations import Location
from snndsl.model.data import DataColumn
from snndsl.schema.model import DataSpec
from snndsl.units import Unit, parse_unit

__all__ = ["MAX_DATA_BYTES", "DataColumns", "load_data", "unreadable"]

MAX_DATA_BYTES = 4 * 2**30


class DataColumns(dict[str, DataColumn]):
    """Arrays by the name they are called; `unreadable` names the data that could not be read, which is reported once."""

    unreadable: frozenset[str] = frozenset()


def unreadable(columns: Mapping[str, DataColumn], name: str) -> bool:
    """Tell whether an array is not there because its data could not be read."""
    return isinstance(columns, DataColumns) and name.rpartition(":")[2].partition(".")[0] in columns.unreadable


def load_data(source: ModelSource, step: Fraction, faults: list[Fault]) -> tuple[DataColumns, str]:
    """Return the arrays of a file by the name they are called, and a hash of their bytes.

    Parameters
    ----------
    source : ModelSource
        A model or an imported file.
    step : Fraction
        Length of a step in ms, for columns in steps.
    faults : list of Fault
        Takes what is wrong: path-escapes, pickle, not-numeric, data-format, unit-unknown, column-unknown ...
    """
    columns = DataColumns()
    digest = hashlib.blake2b(digest_size=16)
    for name, spec in source.spec.data.items():
        place = source.locations.value(("data", name))
        try:
            arrays, content = _arrays(source, name, spec, place)
            digest.update(f"{name}:{len(content)};".encode())
            digest.update(content)
            for key, array in arrays.items():
                called = f"{name}.{key}" if key else name
                unit = _unit(source, name, key, spec, place)
                columns[called] = DataColumn(called, _converted(array, unit, step), unit.dimension)
            _unknown_units(arrays, name, spec, source)
        except ModelError as error:
            faults.extend(error.faults)
            columns.unreadable |= {name}
    return columns, digest.hexdigest()


def _arrays(source: ModelSource, name: str, spec: DataSpec, place: Location) -> tuple[dict[str, NDArray[Any]], bytes]:
    if (spec.file is None) == (spec.values is None):
        raise _fault("data-format", f"data {name!r} needs 'file' or 'values'", place, "exactly one of them")
    if spec.values is not None:
        try:
            array = np.array(spec.values, np.float64)
        except ValueError:
            raise _fault(
                "not-numeric", f"the rows of data {name!r} differ in length", place, "a rectangle of numbers"
            ) from None
        return {"": array}, array.tobytes()
    where = source.locations.value(("data", name, "file"))
    content, path = open_below(source.folder, str(spec.file), where, MAX_DATA_BYTES)
    if path.suffix not in READERS:
        raise _fault("data-format", f"{spec.file!r} has an unknown form", where, "npz, npy, csv, parquet, h5, raw or dat")
    wanted = _named(spec)
    try:
        arrays = read_columns(content, path.suffix, wanted if spec.names and path.suffix in SELECTIVE else None)
        wanted(list(arrays))
    except SnndslError as error:
        raise type(error)(_in_file(fault, str(spec.file), where) for fault in error.faults) from None
    named = {new: arrays[column] for new, column in spec.names.items()}
    arrays = {key: array for key, array in arrays.items() if key not in spec.names.values()} | named
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            row = int(np.argmin(np.isfinite(array).ravel()))
            raise _fault(
                "not-finite",
                f"column {key!r} of {spec.file!r} holds {array.ravel()[row]} in row {row}",
                where,
                "finite numbers",
            )
    return arrays, content


def _named(spec: DataSpec) -> Wanted:
    """Return the choice of the columns that ``names`` lists; one that the file does not have is a fault."""

    def wanted(names: Sequence[str]) -> Collection[str]:
        for column in spec.names.values():
            if column not in names:
                raise ModelError(Fault("column-unknown", f"there is no column {column!r}", expected=listed(names)))
        return spec.names.values()

    return wanted


def _unit(source: ModelSource, name: str, key: str, spec: DataSpec, place: Location) -> Unit:
    text = spec.units.get(key, "1") if key else spec.unit
    try:
        return parse_unit(text)
    except TextFault as error:
        where = source.locations.value(("data", name, "units", key) if key else ("data", name, "unit"))
        fault = Fault(error.code, error.what, where.file, where.line, where.column, error.expected, error.try_)
        raise ModelError(fault) from None


def _unknown_units(arrays: Mapping[str, Any], name: str, spec: DataSpec, source: ModelSource) -> None:
    """Refuse units of columns that are not there; ``units:`` is for the columns of a table, ``unit:`` for an array."""
    table = "" not in arrays
    if spec.units and not table:
        place, one = source.locations.key(("data", name, "units")), next(iter(spec.units.values()))
        raise _fault(
            "column-unknown", f"data {name!r} is one array, without columns", place, "unit: of the array", f"unit: {one}"
        )
    if table and "unit" in spec.model_fields_set:
        place, units = (
            source.locations.key(("data", name, "unit")),
            ", ".join(f"{key}: {spec.unit}" for key in list(arrays)[:3]),
        )
        what = f"data {name!r} is a table; 'unit' is for one array"
        raise _fault("column-unknown", what, place, "units: of the columns", f"units: {{{units}}}")
    if spec.names and not table:
        place = source.locations.key(("data", name, "names"))
        raise _fault("column-unknown", f"data {name!r} is one array, without columns to be named", place, "no 'names'")
    for key in spec.units:
        if key not in arrays:
            where = source.locations.key(("data", name, "units", key))
            raise _fault("column-unknown", f"data {name!r} has no column {key!r}", where, ", ".join(arrays))


def _converted(array: NDArray[Any], unit: Unit, step: Fraction) -> NDArray[np.float64]:
    factor = unit.factor * step**unit.step_power
    values = np.asarray(array, np.float64)
    if factor.numerator != 1:
        values = values * float(factor.numerator)
    return values / float(factor.denominator) if factor.denominator != 1 else values


def _in_file(fault: Fault, file: str, place: Location) -> Fault:
    """Put a fault of a data file where the model names the file."""
    line = f", line {fault.line}" if fault.line else ""
    return replace(fault, what=f"{file!r}{line}: {fault.what}", file=place.file, line=place.line, column=place.column)


def _fault(code: str, what: str, place: Location, expected: str, try_: str = "") -> ModelError:
    return ModelError(Fault(code, what, place.file, place.line, place.column, expected, try_))
