"""What synapses carry in every step, as the texts that Brian2's Synapses take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from snndsl.backend.names import free_names
from snndsl.ir import Carry, Program, names_read
from snndsl.ir.remarks import Remarks
from snndsl_brian2.abstract import BlockNames, block_lines
from snndsl_brian2.neurons import State, builtin_lines
from snndsl_brian2.words import reserved

__all__ = ["CarryCode", "carry_code", "states_kept"]


@dataclass(frozen=True, slots=True)
class CarryCode:
    """What synapses carry, in Brian2's words.

    Parameters
    ----------
    model : tuple of str
        Equations; all variables are parameters.
    code : tuple of str
        What every synapse computes in a step.
    names : mapping of str to str
        Parameter of the program to its variable.
    """

    model: tuple[str, ...]
    code: tuple[str, ...]
    names: Mapping[str, str]


def states_kept(program: Program) -> dict[State, int]:
    """Return the steps for which every state is kept that synapses read of the neurons they come from."""
    found: dict[State, int] = {}
    for synapses in program.synapses:
        if synapses.carry is None:
            continue
        delays = np.asarray(synapses.rows["axonal"], np.int64) + np.asarray(synapses.rows["dendritic"], np.int64)
        for item in program.carry(synapses.carry).reads:
            if item.of == "pre":
                state = synapses.source, item.state
                found[state] = max(found.get(state, 1), int(delays.max(initial=1)))
    return dict(sorted(found.items()))


def carry_code(
    carry: Carry, reads: Mapping[str, str], same: frozenset[str], taken: frozenset[str], remarks: Remarks
) -> CarryCode:
    """Return the texts of what synapses carry.

    Parameters
    ----------
    carry : Carry
        Of the program.
    reads : mapping of str to str
        Abstract code of what it reads, by local name.
    same : frozenset of str
        Parameters that are one number for all synapses.
    taken : frozenset of str
        Variables of source and target.
    remarks : Remarks
        On the carry.
    """
    own = tuple(name for name in carry.params if name != "weight")
    names = {"weight": "weight"} | free_names(own, reserved, taken, "_syn")
    model = ["lag : integer (constant)  # steps from the source to the soma"]
    for name in carry.params:
        kind = "shared, constant" if name in same else "constant"
        model.append(f"{names[name]} : 1 ({kind}){remarks.beside('params', name)}")
    model.append("carried : 1  # to the port of the target in this step")
    used = names_read([carry.block])
    built = {name: text for name, text in reads.items() if name in used}
    meaning = {item.local: f"{item.state} of {item.of}" for item in carry.reads}
    local = free_names((*(name for name, _ in carry.block.lets), *built), reserved, taken | {*names.values()}, "_syn")
    scope = BlockNames({**names, **local}, "t_in_timesteps + 1.0", {}, {})
    lines, _ = block_lines(carry.block, scope, (), remarks, (carry.sent,))
    code = (*builtin_lines(built, scope.names, meaning), *lines, f"carried = {scope.names[carry.sent]}")
    return CarryCode(tuple(model), code, names)
