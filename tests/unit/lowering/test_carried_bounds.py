"""How large a carried value may be: up to there sums have no order, and beyond it a run stops."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from property.machine import simulated

from snndsl.api import Model, run_model
from snndsl.errors import SimulationFailed
from snndsl.lowering.grid import largest_carried, quantum
from snndsl.results import read_run


def model(weight: str, sources: int = 3, port: Any = "1", **projections: Any) -> dict[str, Any]:
    """Return neurons that hold 0.1, 0.2 .. and carry it to a neuron."""
    carried = {"from": "held", "to": "one", "connect": "all_to_all", "port": "in", "delay": "1 ms", "weight": weight}
    return {
        "name": "bounds",
        "time": {"step": "1 ms", "duration": "3 ms"},
        "neurons": {
            "still": {"state": {"x": "0"}, "update": "x = x"},
            "taker": {"state": {"y": "0"}, "ports": {"in": port}, "update": "y = in"},
        },
        "populations": {
            "held": {"neuron": "still", "size": sources, "initial": {"x": "0.1*(i + 1)"}},
            "one": {"neuron": "taker", "size": 1},
        },
        "projections": {"c": carried | {"carries": "pre.x"}, **{key: carried | value for key, value in projections.items()}},
        "record": {"states": {"one": ["y"]}},
    }


def numbers(**changes: Any) -> tuple[float, float]:
    """Return the grid and the bound of the projection c."""
    [part] = [item for item in Model(**model(**changes)).program.synapses if item.projection == "c"]
    return part.values["q__"], part.values["bound__"]


@pytest.mark.parametrize(("sources", "bits"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (100, 7)])
def test_half_of_what_is_exact_is_shared_by_the_synapses_of_a_neuron(sources: int, bits: int) -> None:
    q, bound = numbers(weight="1", sources=sources)
    assert q == 2.0**-27  # 1024 at 2**15 synapses
    assert bound == 2.0 ** (52 - 27 - bits) >= 1024


def test_other_projections_into_the_port_share_it() -> None:
    assert numbers(weight="1", d={"carries": "2*pre.x"}) == (2.0**-27, 2.0 ** (52 - 27 - 3))


def test_a_written_quantum_says_how_large_values_may_be() -> None:
    assert numbers(weight="1", sources=1, port={"unit": "1", "quantum": "2**-45"}) == (2.0**-45, 2.0**7)


def test_more_synapses_than_a_grid_is_made_for_have_a_coarser_one() -> None:
    q, bound = numbers(weight="1", sources=2**17 - 5)
    assert q == quantum(1024.0 * (2**17 - 5) / 2**15) == 2.0**-25
    assert bound == 1024.0


@pytest.mark.parametrize("synapses", [1, 2, 3, 40, 4096])
def test_sums_up_to_the_bound_have_no_order(synapses: int) -> None:
    """The largest values there are, each with its last bit set, beside spikes of as much again, in any order."""
    q, rng = 2.0**-27, np.random.default_rng(synapses)
    bound = largest_carried(q, synapses)
    values = np.concatenate([np.full(synapses, bound - q), np.full(synapses, bound - 3 * q)])
    values[::3] *= -1
    exact = float(sum(map(Fraction, values.tolist())))
    for _ in range(5):
        total = 0.0
        for value in rng.permutation(values).tolist():
            total += value
        assert total == exact


def test_beyond_four_times_the_bound_they_have() -> None:
    """What is refused is not refused in vain: the bound leaves one bit for spikes and rounds one up, no more."""
    q = 2.0**-27
    large = 4 * largest_carried(q, 2)
    assert (large + q) + q != large + (q + q)


@pytest.mark.parametrize(("value", "kind"), [("2.0**30", "carried"), ("-(2.0**30)", "carried"), ("1/0", "non-finite")])
def test_a_run_stops_where_it_is_exceeded(value: str, kind: str, tmp_path: Path) -> None:
    """Also where no state shows it: the target holds nothing of what arrives."""
    file = model("1")
    file["projections"]["c"]["carries"] = f"where(post.y > 0.3, {value}, pre.x)"
    file["neurons"]["taker"]["update"] = "y = clip(in, -1, 1)"
    with pytest.raises(SimulationFailed):
        run_model(Model(**file), "reference", tmp_path / "run")
    reason = read_run(tmp_path / "run").manifest["reason"]
    assert (reason["kind"], reason["population"], reason["neuron"], reason["step"]) == (kind, "c", 0, 2)


def test_large_values_are_exact_without_a_quantum() -> None:
    file = model("1")
    file["populations"]["held"]["initial"] = {"x": "4096*(i + 1)"}
    assert simulated(file).states["one"]["y"][:, 0].tolist() == [4096.0 * 6] * 3
