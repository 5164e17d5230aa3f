"""Integrator ``exact``: the closed solution of linear equations with constant coefficients."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from snndsl.ir import Expr, Ref
from snndsl.model.equations import StateGroup
from snndsl.model.integrator import Integrator, Step

__all__ = ["Exact", "propagator", "spread_name"]

_LONGEST = 180


def propagator(kind: str, row: str, column: str) -> str:
    """Return the name of the parameter that holds an entry of exp(A*h) (P) or of its integral (Q).

    It is also the name of a file, which a system wants short: what is too long ends in a hash of the whole.
    """
    name = "__".join((kind, row.replace(".", "__"), column.replace(".", "__")))
    if len(name) <= _LONGEST:
        return name
    return f"{name[:_LONGEST]}__{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"


def spread_name(source: str, row: int, column: int) -> str:
    """Return the name of the parameter that holds an entry of the factor L of the covariance of a source of noise.

    Parameters
    ----------
    source : str
        Of white noise.
    row, column : int
        Places in `StateGroup.spread`.
    """
    return f"L__{source}__{row}__{column}"


class Exact(Integrator):
    """exp(A*h)*x and the integral of exp(A*s) times the input, which stands still during the step.

    A source of white noise moves every state that its equations reach. What it adds to state i through equation r is the
    integral of exp(A*s)[i, r] against it; these integrals are normal, with a covariance L*L' that is known before the run. So
    they are L times independent normal numbers, each times the factor of xi() in its equation. Exact for constant factors.
    """

    name = "exact"
    rank = 1
    says = "linear equations with constant coefficients, at most 64; input stands still during the step"
    linear = True
    constant = True
    noisy = True
    most = 64  # they share one matrix exponential, which is worked out to 50 digits

    @classmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values."""
        o, reach = step.apply, group.reaches()
        inputs = {
            state: o.once(step.value(part.rest), f"input.{state}")
            for state, part in group.parts.items()
            if part.rest is not None
        }
        values: list[Expr] = []
        kicks = _kicks(group, step)
        for row in group.states:
            from_here = [column for column in group.states if (row, column) in reach]
            terms = [o("mul", Ref(propagator("P", row, column)), step.old(column)) for column in from_here]
            terms += [o("mul", Ref(propagator("Q", row, column)), inputs[column]) for column in from_here if column in inputs]
            total = terms[0]
            for item in (*terms[1:], *kicks[row]):
                total = o("add", total, item)
            values.append(total)
        return values

    @classmethod
    def parameters(cls, group: StateGroup) -> Mapping[str, str]:
        """Return the propagators that the group reads."""
        reach = group.reaches()
        pairs = [(row, column) for row in group.states for column in group.states if (row, column) in reach]
        found = {propagator("P", row, column): f"exp(A h), {row} <- {column}" for row, column in pairs}
        found |= {
            propagator("Q", row, column): f"integral of exp(A s) over a step, {row} <- input of {column}"
            for row, column in pairs
            if group.parts[column].rest is not None
        }
        for source in group.noise:
            for place, (state, entry) in enumerate(group.spread(source)):
                for k in range(place + 1):
                    found[spread_name(source, place, k)] = f"spread of xi() in a step, {state} <- noise of {entry}"
        return found


def _kicks(group: StateGroup, step: Step) -> dict[str, list[Expr]]:
    """Return what white noise adds to each state."""
    o = step.apply
    kicks: dict[str, list[Expr]] = {state: [] for state in group.states}
    for source, factors in group.noise.items():
        written = {entry: o.once(step.value(factor), f"factor.{entry}") for entry, factor in factors.items()}
        pairs = group.spread(source)
        drawn = [step.white(source, k) for k in range(len(pairs))]
        for place, (state, entry) in enumerate(pairs):
            total = o("mul", Ref(spread_name(source, place, 0)), drawn[0])
            for k in range(1, place + 1):
                total = o("add", total, o("mul", Ref(spread_name(source, place, k)), drawn[k]))
            kicks[state].append(o("mul", written[entry], total))
    return kicks
