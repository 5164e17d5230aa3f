"""The program: what a network means, without units, text or defaults; the only thing a backend reads."""

from snndsl.ir.expression import Block, Call, Const, Expr, Ref, names_read, walk
from snndsl.ir.operations import OPERATIONS, Operation
from snndsl.ir.program import (
    Carry,
    Injection,
    Neuron,
    Population,
    Program,
    Projection,
    Range,
    Read,
    Rule,
    Sample,
    Sum,
    Synapses,
    Tick,
)
from snndsl.ir.records import CountRecord, SpikeRecord, StateRecord, SynapseRecord
from snndsl.ir.table import Table
from snndsl.ir.target import EVERY_OPERATION, EVERYTHING, Costs, Target

__all__ = [
    "EVERYTHING",
    "EVERY_OPERATION",
    "OPERATIONS",
    "Block",
    "Call",
    "Carry",
    "Const",
    "Costs",
    "CountRecord",
    "Expr",
    "Injection",
    "Neuron",
    "Operation",
    "Population",
    "Program",
    "Projection",
    "Range",
    "Read",
    "Ref",
    "Rule",
    "Sample",
    "SpikeRecord",
    "StateRecord",
    "Sum",
    "SynapseRecord",
    "Synapses",
    "Table",
    "Target",
    "Tick",
    "names_read",
    "walk",
]
