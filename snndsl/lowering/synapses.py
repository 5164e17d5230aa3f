"""Rows of projections as synapses of the program, by pair of populations, with weights on the grid of their port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.graph.elaboration import Elaboration
from snndsl.graph.neurons import one_or_all
from snndsl.graph.plastic import PlasticValues
from snndsl.graph.stimuli import flat_port
from snndsl.graph.synapses import SynapseRows
from snndsl.ir import Projection, Synapses, Table
from snndsl.ir.table import is_same, same, taken
from snndsl.lowering.carries import BOUND, LoweredCarries, LoweredCarry
from snndsl.lowering.grid import Grid, fan_in, largest_carried, on_grid, other_ports
from snndsl.lowering.neuron import ir_name
from snndsl.lowering.rule import LoweredRule, quantum_of
from snndsl.lowering.rules import LoweredRules
from snndsl.model.selection import Selection
from snndsl.model.wiring import Whole

__all__ = ["projections", "synapses"]

Index = NDArray[np.int64]
_TOGETHER = 2**16
"""So many weights are rounded together."""


def projections(found: Elaboration) -> list[Projection]:
    """Return who is connected in every projection, in its own order.

    Parameters
    ----------
    found : Elaboration
        With the rows.
    """
    return [_projection(name, rows) for name, rows in found.rows.items()]


def _projection(name: str, rows: SynapseRows) -> Projection:
    populations = tuple(dict.fromkeys((*rows.sources.populations, *rows.targets.populations)))

    def population(selection: Selection, index: Whole) -> NDArray[np.int16]:
        of_block = np.array([populations.index(block.population) for block in selection.blocks], np.int16)
        return same(of_block[0], len(index), np.int16) if len({*of_block}) == 1 else of_block[selection.block][index]

    columns: dict[str, NDArray[np.generic]] = {
        "pre": rows.i,
        "post": rows.j,
        "pre_population": population(rows.sources, rows.i),
        "post_population": population(rows.targets, rows.j),
        "row": rows.row,
    }
    return Projection(name, len(rows.i), Table(columns), populations)


def synapses(found: Elaboration, grid: Grid, rules: LoweredRules, carries: LoweredCarries) -> list[Synapses]:
    """Return the synapses of every projection and pair of populations.

    Parameters
    ----------
    found : Elaboration
        With rows and plastic values.
    grid : Grid
        q of every port.
    rules : LoweredRules
        Of plastic projections.
    carries : LoweredCarries
        Of projections that carry.
    """
    parts: list[Synapses] = []
    carrying = fan_in(found)
    for name, rows in found.rows.items():
        rule, plastic, carry = rules.of.get(name), found.plastic.get(name), carries.of.get(name)
        for source in rows.sources.populations:
            for target in rows.targets.populations:
                columns = _ends(rows, source, target)
                chosen = columns["row"]
                if not len(chosen):
                    continue
                port = flat_port(found.model, target, found.model.projections[name].port)
                values: dict[str, float] = {}
                ports: dict[str, str] = {}
                if carry is not None:
                    own = _of_neurons(found, carry.sides, {"pre": source, "post": target}, columns)
                    exact = {"q__": grid[target, port], BOUND: largest_carried(grid[target, port], carrying[target, port])}
                    values = _carried(carry, own | exact, columns)
                    columns["weight"] = taken(rows.weight, chosen)
                elif rule is None or plastic is None:
                    columns["weight"] = _on_grid(taken(rows.weight, chosen), grid[target, port])
                else:
                    flat = {"": port, **other_ports(found.model, found.model.projections[name], target)}
                    ports = {ir_name(written): ir_name(reached) for written, reached in flat.items() if written}
                    own = _of_neurons(found, rule.sides, {"pre": source, "post": target}, columns)
                    own |= {quantum_of(ir_name(written)): grid[target, reached] for written, reached in flat.items()}
                    values = _plastic(rule, plastic, own, chosen, columns)
                label, used = f"{name}__{source}__{target}", None if rule is None else rule.rule.name
                text = None if carry is None else carry.carry.name
                parts.append(Synapses(label, name, source, target, ir_name(port), used, Table(columns), values, ports, text))
    return parts


def _ends(rows: SynapseRows, source: str, target: str) -> dict[str, Any]:
    """Return who is connected from one population to another, how late, and which rows that are."""
    pre, post = (side.index_in(name).astype(np.int32) for side, name in ((rows.sources, source), (rows.targets, target)))
    whole = bool((pre >= 0).all() and (post >= 0).all())
    row = np.arange(len(rows.i)) if whole else np.flatnonzero((pre >= 0)[rows.i] & (post >= 0)[rows.j])
    chosen: Callable[[NDArray[Any]], NDArray[Any]] = (lambda column: column) if whole else (lambda column: taken(column, row))
    return {
        "pre": _placed(pre, chosen(rows.i)),
        "post": _placed(post, chosen(rows.j)),
        "axonal": chosen(rows.axonal),
        "dendritic": chosen(rows.dendritic),
        "row": row.astype(np.int64, copy=False),
    }


def _placed(index: NDArray[np.int32], places: NDArray[Any]) -> NDArray[Any]:
    """Return an index for each place in a selection; the places themselves where they are that."""
    return places if index[0] == 0 and (np.diff(index) == 1).all() else taken(index, places)


def _on_grid(weight: NDArray[np.float64], q: float) -> NDArray[np.float64]:
    """Return weights as multiples of q."""
    if is_same(weight):
        return same(on_grid(weight[0], q), len(weight), np.float64)
    found = np.empty(len(weight))
    for start in range(0, len(weight), _TOGETHER):
        found[start : start + _TOGETHER] = on_grid(weight[start : start + _TOGETHER], q)
    return found


def _of_neurons(
    found: Elaboration, sides: Mapping[str, tuple[str, str]], ends: Mapping[str, str], columns: Mapping[str, Any]
) -> dict[str, float | NDArray[np.float64]]:
    """Return the parameters of neurons that synapses read, one value for each of them or one for all."""
    values = {}
    for local, (side, name) in sides.items():
        value = np.asarray(found.values[ends[side]].parameters[name], np.float64)
        values[local] = one_or_all(taken(value, columns[side]) if value.ndim else value)
    return values


def _carried(
    lowered: LoweredCarry, own: Mapping[str, float | NDArray[np.float64]], columns: dict[str, Any]
) -> dict[str, float]:
    """Add what differs between synapses to the columns, but for the weight; return what all share."""
    shared: dict[str, float] = {}
    for key, value in ((key, own.get(key, lowered.added.get(key))) for key in lowered.carry.params if key != "weight"):
        if isinstance(value, np.ndarray):
            columns[key] = value
        else:
            assert value is not None
            shared[key] = float(value)
    return shared


def _plastic(
    lowered: LoweredRule, plastic: PlasticValues, own: Mapping[str, Any], chosen: Index, columns: dict[str, Any]
) -> dict[str, float]:
    """Add the parameters and states that differ between synapses to the columns; return those that all share."""
    known = {ir_name(key): value for key, value in plastic.values.items()}
    given = {"row__": plastic.values["row"], **known, **lowered.added}
    shared: dict[str, float] = {}
    for key in (*lowered.rule.params, *lowered.rule.states):
        value = own[key] if key in own else given[key]
        if isinstance(value, np.ndarray):
            columns[key] = value if key in own else value[chosen]
        else:
            shared[key] = float(value)
    return shared
