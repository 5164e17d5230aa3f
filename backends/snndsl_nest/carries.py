"""What synapses carry as C functions."""

from __future__ import annotations

from collections.abc import Iterator

from snndsl.backend.names import free_names
from snndsl.ir import Carry
from snndsl.ir.remarks import Remarks
from snndsl_nest.statements import loads, locals_of, reserved

__all__ = ["carry_lines"]


def carry_lines(carry: Carry, remarks: Remarks) -> Iterator[str]:
    """Yield the function that a synapse computes in every step.

    Parameters
    ----------
    carry : Carry
        Of the program.
    remarks : Remarks
        On the carry.
    """
    incoming = tuple(read.local for read in carry.reads)
    names = free_names((*carry.params, *incoming), reserved)
    yield f"SNN_EXPORT double snn_carry_{carry.name}(const double* p, const double* in)"
    yield "{"
    for place, read in enumerate(carry.reads):
        yield f"  const double {names[read.local]} = in[{place}];  // {read.state} of {read.of}"
    yield from (f"  {line}" for line in loads(carry.params, (), names, remarks))
    yield from (f"  {line}" for line in locals_of(carry.block, names, {}, remarks))
    yield f"  return {names[carry.sent]};"
    yield "}"
