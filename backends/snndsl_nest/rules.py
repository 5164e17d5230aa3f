"""Rules of the program as C functions, one for each event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snndsl.backend.finite import may_fail
from snndsl.backend.names import free_names
from snndsl.ir import Block, Rule
from snndsl.ir.remarks import Remarks
from snndsl_nest.statements import checks, loads, locals_of, reserved, stores, writes_of

__all__ = ["rule_lines"]

_BUILTINS = ("tv", "row", "trial")


def rule_lines(rule: Rule, samples: Mapping[str, int], remarks: Remarks) -> Iterator[str]:
    """Yield the functions of a rule.

    Parameters
    ----------
    rule : Rule
        Of the program.
    samples : mapping of str to int
        Number of each array of the program.
    remarks : Remarks
        On the rule.
    """
    yield from _event(rule, "pre", rule.on_pre, samples, remarks, "on_pre")
    yield from _event(rule, "post", rule.on_post, samples, remarks, "on_post")
    for tick in rule.every:
        yield from _event(rule, f"every_{tick.period}", tick.block, samples, remarks, f"every_{tick.period}")


def _event(rule: Rule, name: str, block: Block, samples: Mapping[str, int], remarks: Remarks, path: str) -> Iterator[str]:
    own = free_names((*rule.params, *rule.states), reserved)
    names = {name: name for name in _BUILTINS} | own
    yield f"SNN_EXPORT int snn_rule_{rule.name}_{name}("
    yield "  const double* p, double* s, double tv, double row, double trial, double* sent)"
    yield "{"
    yield from loads(rule.params, rule.states, own, remarks)
    yield from locals_of(block, names, samples, remarks.of(path))
    if name == "pre":
        yield from (f"  sent[{place}] = {names[local]};" for place, (_, local) in enumerate(rule.deliver))
    yield from writes_of(block, names, rule.states)
    yield from stores(rule.states, (block,), own)
    yield from checks(rule, (block,), may_fail(block, {*rule.params, *rule.states, *_BUILTINS}), own)
    if rule.bound and any(state == "w" for state, _ in block.writes):
        yield f"  if (fabs({own['w']}) > fabs({own[rule.bound]})) return {-2 - rule.states.index('w')};"
    yield "  return 0;"
    yield "}"
