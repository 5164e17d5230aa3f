"""Rules of the program as C functions, one for each event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from snndsl.backend.finite import may_fail
from snndsl.backend.names import free_names
from snndsl.ir import Block, Rule, names_read
from snndsl.ir.remarks import Remarks
from snndsl_nest.statements import checks, loads, locals_of, reads_samples, reserved, stores, writes_of

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
        name, sums = f"every_{tick.period}", [item.local for item in tick.sums]
        for item in tick.sums:
            yield from _event(rule, f"{name}_{item.local}", item.terms, samples, remarks, name, sums)
        yield from _event(rule, name, tick.block, samples, remarks, name, sums)


def _event(
    rule: Rule,
    name: str,
    block: Block,
    samples: Mapping[str, int],
    remarks: Remarks,
    path: str,
    sums: Sequence[str] = (),
) -> Iterator[str]:
    """Yield the function of an event, or of what is added to one of the sums of a tick."""
    yield f"SNN_EXPORT int snn_rule_{rule.name}_{name}("
    yield "  const double* p, double* s, double tv, double row, double trial, double* sent)"
    yield "{"
    yield from (f"  {line}" for line in _statements(rule, name, block, samples, remarks, path, sums))
    yield "}"


def _statements(
    rule: Rule,
    name: str,
    block: Block,
    samples: Mapping[str, int],
    remarks: Remarks,
    path: str,
    sums: Sequence[str],
) -> Iterator[str]:
    """Yield what an event does."""
    own = free_names((*rule.params, *rule.states, *(read.local for read in rule.reads), *sums), reserved)
    names = {name: name for name in _BUILTINS} | own
    yield from loads(rule.params, rule.states, own, remarks)
    used = names_read([block])
    read = [(place, item) for place, item in enumerate(rule.reads, start=len(rule.deliver)) if item.local in used]
    yield from (f"const double {own[item.local]} = sent[{place}];  // {item.state} of {item.of}" for place, item in read)
    given = [(place, name) for place, name in enumerate(sums, start=len(rule.deliver) + len(rule.reads)) if name in used]
    yield from (f"const double {own[name]} = sent[{place}];" for place, name in given)
    yield from locals_of(block, names, samples, remarks.of(path))
    written = {state for state, _ in block.writes}
    if not written.isdisjoint(sums):
        place = len(rule.deliver) + len(rule.reads) + sums.index(block.writes[0][0])
        yield f"sent[{place}] = {names[block.writes[0][1]]};"
        yield "return snn_bad_sample >= 0 ? -1 : 0;" if reads_samples([block]) else "return 0;"
        return
    if name == "pre":
        yield from (f"sent[{place}] = {names[local]};" for place, (_, local) in enumerate(rule.deliver))
    yield from writes_of(block, names, rule.states)
    yield from stores(rule.states, (block,), own)
    yield from checks(rule, (block,), may_fail(block, {*own, *_BUILTINS}), own)
    if rule.bound and "w" in written:
        yield f"if (fabs({own['w']}) > fabs({own[rule.bound]})) return {-2 - rule.states.index('w')};"
    yield "return 0;"
