"""Synapses: every one a sequential machine; events of one stamp are batched, since a synapse has at most one of each kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.ir import Rule, Table, Tick
from snndsl_reference.tree.blocks import CompiledBlock, compile_block
from snndsl_reference.tree.failure import Failure, check_states
from snndsl_reference.tree.groups import NeuronGroup

__all__ = ["PlasticSynapses", "StaticSynapses"]

Index = NDArray[np.int64]
NONE: Mapping[str, Any] = MappingProxyType({})


class _Incident:
    """Rows by neuron: which synapses leave (or reach) it."""

    def __init__(self, neurons: Index, size: int) -> None:
        self.order = np.argsort(neurons, kind="stable")
        self.starts = np.searchsorted(neurons[self.order], np.arange(size + 1))

    def rows(self, chosen: Index) -> Index:
        """Return all rows of the chosen neurons."""
        first, last = self.starts[chosen], self.starts[chosen + 1]
        counts = last - first
        total = int(counts.sum())
        if not total:
            return np.zeros(0, np.int64)
        offsets = np.repeat(first - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        rows: Index = self.order[np.arange(total) + offsets]
        return rows


class StaticSynapses:
    """Synapses whose weight does not change."""

    def __init__(self, rows: Table, sources: int, target: NeuronGroup, port: str) -> None:
        self.target, self.port = target, port
        self.post = np.asarray(rows["post"], np.int64)
        self.delay = np.asarray(rows["axonal"], np.int64) + np.asarray(rows["dendritic"], np.int64)
        self.weight = np.asarray(rows["weight"], np.float64)
        self.outgoing = _Incident(np.asarray(rows["pre"], np.int64), sources)

    def spiked(self, stamp: int, fired: Index) -> None:
        """Send the weights of presynaptic spikes."""
        rows = self.outgoing.rows(fired)
        if len(rows):
            self.target.deliver(self.port, stamp + self.delay[rows], self.post[rows], self.weight[rows])


class PlasticSynapses:
    """Synapses with a rule.

    Parameters
    ----------
    name : str
        Of the synapses.
    rule : Rule
        What they do.
    rows : Table
        As in the program.
    values : mapping of str to float
        What is the same for all.
    sources : int
        Size of the source population.
    target : NeuronGroup
        Who is reached.
    ports : tuple of str
        Where, in the order of what the rule delivers.
    others : mapping of str to NeuronGroup
        Whose states the rule reads: populations of one neuron, ``pre`` and ``post``.
    """

    def __init__(
        self,
        name: str,
        rule: Rule,
        rows: Table,
        values: Mapping[str, float],
        sources: int,
        target: NeuronGroup,
        ports: tuple[str, ...],
        samples: Mapping[str, Any],
        trial: int,
        others: Mapping[str, NeuronGroup],
    ) -> None:
        self.name, self.rule, self.target = name, rule, target
        self.sends = [(port, sent) for port, (_, sent) in zip(ports, rule.deliver, strict=True)]
        self.pre, self.post = np.asarray(rows["pre"], np.int64), np.asarray(rows["post"], np.int64)
        ends = {"pre": self.pre, "post": self.post}
        self.reads = {item.local: (others[item.of], item.state, ends.get(item.of)) for item in rule.reads}
        self.axonal, self.dendritic = np.asarray(rows["axonal"], np.int64), np.asarray(rows["dendritic"], np.int64)
        self.row = np.asarray(rows["row"], np.int64)
        count = rows.rows
        self.states = {key: np.array(np.broadcast_to(_value(key, rows, values), (count,)), np.float64) for key in rule.states}
        self.params = {key: _value(key, rows, values) for key in rule.params}
        self.limits = {item.state: (item.low, item.high) for item in rule.ranges}
        self.trial = float(trial)
        self.on_pre, self.on_post = compile_block(rule.on_pre, samples), compile_block(rule.on_post, samples)
        self.ticks = [_CompiledTick(tick, samples) for tick in rule.every]
        self.summing = any(tick.sums for tick in rule.every)
        self.outgoing, self.incoming = _Incident(self.pre, sources), _Incident(self.post, target.size)
        self.pre_due: dict[int, list[Index]] = defaultdict(list)
        self.post_due: dict[int, list[Index]] = defaultdict(list)
        self.everyone = np.arange(count)
        self.at_once = not self.dendritic.any()

    # ---- the order of one step

    def begin(self, stamp: int) -> None:
        """Do what is due at a stamp before the neurons that produce it are updated."""
        if self.rule.order == "post_first":
            self._post(stamp, self.post_due.pop(stamp, []))
        self._pre(stamp, self.pre_due.pop(stamp, []))
        if self.reads and not self.summing:
            self._tick(stamp)  # while neurons and signals are those of the stamp before

    def presynaptic(self, stamp: int, fired: Index) -> None:
        """Note presynaptic spikes; those with no axonal delay have arrived already."""
        _schedule(self.pre_due, stamp + self.axonal, self.outgoing.rows(fired))

    def arrivals(self, stamp: int) -> None:
        """Do the presynaptic arrivals of a stamp that are still due, and nothing else."""
        self._pre(stamp, self.pre_due.pop(stamp, []))

    def end(self, stamp: int) -> None:
        """Do what is due at a stamp after its spikes: arrivals without axonal delay, ticks, post arrivals."""
        self.arrivals(stamp)
        if not self.reads and not self.summing:
            self._tick(stamp)
        if self.rule.order == "pre_first":
            self._post(stamp, self.post_due.pop(stamp, []))

    def postsynaptic(self, stamp: int, fired: Index) -> None:
        """Note postsynaptic spikes."""
        rows = self.incoming.rows(fired)
        if not len(rows):
            return
        if self.at_once:
            self.post_due[stamp].append(rows)
        else:
            _schedule(self.post_due, stamp + self.dendritic, rows)

    # ---- events

    def _pre(self, stamp: int, due: list[Index]) -> None:
        if not due:
            return
        rows = due[0] if len(due) == 1 else np.concatenate(due)
        names = self.event(self.on_pre, stamp, rows)
        for port, name in self.sends:
            sent = np.broadcast_to(names[name], rows.shape)
            if self.at_once:
                self.target.deliver_now(port, stamp, self.post[rows], sent)
            else:
                self.target.deliver(port, stamp + self.dendritic[rows], self.post[rows], sent)

    def _tick(self, stamp: int) -> None:
        for tick in self.ticks:
            if stamp % tick.period == 0:
                self.event(tick.block, stamp, self.everyone)

    def _post(self, stamp: int, due: list[Index]) -> None:
        if due:
            self.event(self.on_post, stamp, due[0] if len(due) == 1 else np.concatenate(due))

    def term(self, terms: CompiledBlock, stamp: int, sums: Mapping[str, Any]) -> NDArray[np.float64]:
        """Return what each synapse adds to a sum, which its block names."""
        names = {**self._names(terms, stamp, self.everyone), **sums}
        with np.errstate(all="ignore"):
            terms.run(names)
        return np.broadcast_to(np.asarray(names[terms.writes[0][1]], np.float64), self.row.shape)

    def _names(self, block: CompiledBlock, stamp: int, rows: Index) -> dict[str, Any]:
        names: dict[str, Any] = {"tv": float(stamp), "trial": self.trial}
        for name in block.reads:
            if name in self.states:
                names[name] = self.states[name][rows]
            elif name in self.params:
                value = self.params[name]
                names[name] = value[rows] if isinstance(value, np.ndarray) else value
            elif name == "row":
                names[name] = self.row[rows].astype(np.float64)
            elif name in self.reads:
                group, state, end = self.reads[name]
                names[name] = group.states[state][0 if end is None else end[rows]]
        return names

    def event(self, block: CompiledBlock, stamp: int, rows: Index, sums: Mapping[str, Any] = NONE) -> dict[str, Any]:
        """Run a block at synapses; what it reads of sums is given."""
        names: dict[str, Any] = {**self._names(block, stamp, rows), **sums}
        for _, sent in self.sends:
            if sent in self.states and sent not in names:
                names[sent] = self.states[sent][rows]
        with np.errstate(all="ignore"):
            block.run(names)
        new = [(state, names[value]) for state, value in block.writes]
        for state, value in new:
            self.states[state][rows] = value
        written = {state for state, _ in new}
        for state in self.rule.states:
            if state in written:
                check_states(self.states[state][rows], state, self.name, stamp, self.limits.get(state), self.row[rows])
        if "w" in written and self.rule.bound:
            self._check_bound(stamp, rows)
        return names

    def _check_bound(self, stamp: int, rows: Index) -> None:
        bound = self.params[self.rule.bound]
        bound = bound[rows] if isinstance(bound, np.ndarray) else bound
        beyond = np.abs(self.states["w"][rows]) > np.abs(bound)
        if beyond.any():
            place = int(rows[beyond].min())
            raise Failure(self.name, int(self.row[place]), "w", float(self.states["w"][place]), stamp, bounded=True)


class _CompiledTick:
    """A tick that is ready to run; `sums` are (side, terms), by the name of the sum."""

    def __init__(self, tick: Tick, samples: Mapping[str, Any]) -> None:
        self.period, self.block = tick.period, compile_block(tick.block, samples)
        self.sums = {item.local: (item.over, compile_block(item.terms, samples)) for item in tick.sums}


def _value(key: str, rows: Table, values: Mapping[str, float]) -> Any:
    return values[key] if key in values else np.asarray(rows[key], np.float64)


def _schedule(calendar: dict[int, list[Index]], stamps: Index, rows: Index) -> None:
    """Put rows into the calendar by the stamp at which they are due (`stamps` has one entry for each row of the table)."""
    if not len(rows):
        return
    due = stamps[rows]
    order = np.argsort(due, kind="stable")
    rows, due = rows[order], due[order]
    cuts = np.nonzero(np.diff(due))[0] + 1
    starts = np.concatenate(([0], cuts))
    for start, part in zip(starts, np.split(rows, cuts), strict=True):
        calendar[int(due[start])].append(part)
