"""Tables of synapses: what is checked and how it is said."""

import numpy as np
import pytest
from unit.polychrony.networks import recorded

from snndsl.errors import ModelError
from snndsl.polychrony import SynapseTable

GOOD = {"pre": [0, 1, 2], "post": [1, 2, 0], "weight": [1.0, 2.0, -1.0], "delay": [1, 2, 3]}


def test_a_table_from_columns() -> None:
    table = SynapseTable.from_columns(GOOD)
    assert (table.neurons, table.rows) == (3, 3)
    assert table.inhibitory.tolist() == [False, False, True] and table.plastic.all()
    assert table.pre.dtype == np.int32 and table.delay.dtype == np.int32 and table.weight.dtype == np.float64
    assert SynapseTable.from_columns(GOOD, neurons=7).neurons == 7


def test_whole_numbers_as_floats_are_taken() -> None:
    assert SynapseTable.from_columns(GOOD | {"delay": [1.0, 2.0, 3.0]}).delay.tolist() == [1, 2, 3]


def test_replacing_columns_checks_again() -> None:
    table = SynapseTable.from_columns(GOOD)
    assert table.replace(delay=[4, 4, 4]).delay.tolist() == [4, 4, 4]
    assert table.replace(delay=[4, 4, 4]).weight is not table.weight
    with pytest.raises(ModelError, match="synapse-delay"):
        table.replace(delay=[0, 1, 1])


def test_an_empty_table() -> None:
    table = SynapseTable.from_columns({name: [] for name in GOOD}, neurons=4)
    assert (table.neurons, table.rows) == (4, 0)


def test_the_recorded_network() -> None:
    table = recorded()
    assert (table.neurons, table.rows) == (1000, 100_000)
    assert np.count_nonzero(table.inhibitory) == 200 and table.weight.max() == 10.0


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"weight": None}, "no column 'weight'"),
        ({"weight": [1.0, 2.0]}, "synapse-columns-unequal"),
        ({"weight": ["a", "b", "c"]}, "synapse-not-a-number"),
        ({"weight": [1.0, np.nan, 1.0]}, "row 1: weight is nan"),
        ({"delay": [1, 0, 2]}, "row 1: delay is 0"),
        ({"delay": [1, 2, 2.5]}, r"row 2: delay is 2.5(.|\n)*divide the delays by the step"),
        ({"pre": [-1, 0, 1]}, "row 0: pre is -1"),
        ({"post": [1, 2, 9]}, "row 2: post is 9, but there are 3 neurons"),
        ({"pre": [2, 1, 2]}, "row 0: weight 1.0 from neuron 2, which also has negative weights"),
        ({"pre": [0, 0, 2], "post": [1, 1, 0], "delay": [2, 2, 1]}, "row 1: a second synapse from 0 to 1 with delay 2"),
    ],
)
def test_faults(change: dict[str, object], fault: str) -> None:
    columns = {name: value for name, value in (GOOD | change).items() if value is not None}
    with pytest.raises(ModelError, match=fault):
        SynapseTable.from_columns(columns, neurons=3, duplicates=False)  # type: ignore[arg-type]


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ModelError) as raised:
        SynapseTable.from_columns(GOOD | {"delay": [0, 1, 1], "weight": [np.inf, 1.0, 1.0]})
    assert {fault.code for fault in raised.value.faults} == {"synapse-delay", "synapse-not-finite"}


def test_masks() -> None:
    with pytest.raises(ModelError, match="synapse-type-mask"):
        SynapseTable.from_columns(GOOD, inhibitory=[True])
    with pytest.raises(ModelError, match="which is inhibitory"):
        SynapseTable.from_columns(GOOD, inhibitory=[True, False, True])
