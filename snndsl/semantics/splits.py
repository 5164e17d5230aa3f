"""Whether it matters where the delay of a plastic synapse lies: before the synapse, or behind it.

It does not where a rule acts at arrivals alone and reads no clock: then all that a synapse does is earlier or later as a
whole, and what it delivers reaches the soma at the same stamps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snndsl.expressions import FUNCTIONS, to_text
from snndsl.expressions.statements import Assignment
from snndsl.expressions.walk import calls_in, names_in
from snndsl.model.rule import RuleUse
from snndsl.model.text import ValueTerm
from snndsl.semantics.sides import SideNames

__all__ = ["why_split_matters"]


def why_split_matters(use: RuleUse, initial: Mapping[str, ValueTerm], neurons: SideNames) -> str:
    """Return why the split of a delay decides what a rule does, in words; nothing if it does not.

    Parameters
    ----------
    use : RuleUse
        The rule, as a projection uses it.
    initial : mapping of str to ValueTerm
        Initial values that the projection gives, by flat name.
    neurons : SideNames
        What neurons on both sides offer.
    """
    return next(_reasons(use, initial, neurons), "")


def _reasons(use: RuleUse, initial: Mapping[str, ValueTerm], neurons: SideNames) -> Iterator[str]:
    rule, who = use.rule, f"rule {use.rule.name!r}"
    if rule.on_post:
        yield f"{who} has on_post"
    if rule.every:
        yield f"{who} has every"
    for key, value in use.bound.items():
        yield f"{key!r} of {who} is {to_text(value.tree)}"
    for item in rule.on_pre:
        for name in names_in(item.statement.value):
            own = name.text in rule.parameters or name.text in rule.states or name.text in rule.traces
            moves = "." in name.text and not own and not (name.text in neurons and not neurons.moves(name.text))
            if moves or name.text in ("t", "since_post"):
                yield f"{who} reads {name.text}"
        for call in calls_in(item.statement.value):
            if call.function in FUNCTIONS and FUNCTIONS[call.function].varies:
                yield f"{who} calls {call.function}()"
    started = {item.statement.target for item in rule.on_start if isinstance(item.statement, Assignment)}
    for trace in rule.traces:
        if trace in started or (f"{use.label}.{trace}" if use.label else trace) in initial:
            yield f"the trace {trace!r} of {who} decays from an initial value"
