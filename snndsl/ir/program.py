"""The program: neurons, rules, populations, synapses, what comes from outside and what is recorded.

Times are integers (steps), numbers are doubles in the coherent units of the language, every collection is ordered.
The meaning of a step is `docs/explanation/step.md`; in short, step j produces stamp n = j + 1:

1. arrivals with synapse stamp n (``on_pre``), then ``every`` due at n; deliveries go to soma stamp n + dendritic;
2. ports: the sum of what has soma stamp n (deliveries, static synapses, carried values, injections of step j), else 0;
3. ``Neuron.update``: reads the old state, parameters, ports, built-in names and states of others at stamp j; its writes replace
   the state;
4. where ``Neuron.fires`` is true the neuron spikes with stamp n and ``Neuron.reset`` runs (reads the new state);
5. ``on_post`` of synapses with p + dendritic = n; 6. recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.ir.expression import Block
from snndsl.ir.reads import Carry, Read
from snndsl.ir.records import CountRecord, SpikeRecord, StateRecord, SynapseRecord
from snndsl.ir.table import Table, span_of_sum

__all__ = [
    "NEURON_BUILTINS",
    "RULE_BUILTINS",
    "Carry",
    "Injection",
    "Neuron",
    "Population",
    "Program",
    "Projection",
    "Range",
    "Read",
    "Rule",
    "Sample",
    "Sum",
    "Synapses",
    "Tick",
]

NEURON_BUILTINS = ("i", "step", "trial")
"""Names every block of a neuron may read: index in the population, the step j, the trial."""

RULE_BUILTINS = ("tv", "row", "trial")
"""Names every block of a rule may read: the stamp V of the event at the synapse, the row in the projection, the trial."""

Value = float | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and the largest value of a state; where it is written and lies outside, the run stops."""

    state: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Neuron:
    """What one neuron does in a step.

    Parameters
    ----------
    name : str
        Unique among neurons.
    params, states, ports : tuple of str
        Disjoint; values belong to the populations.
    update : Block
        May read parameters, states (old), ports, `NEURON_BUILTINS`; writes states.
    fires : str
        A truth value among the locals of `update`; empty: this neuron never spikes.
    reset : Block
        Runs where `fires` is true, after the writes of `update`; reads states as just written, parameters, ports and
        built-in names, no locals of `update`.
    ranges : tuple of Range
        Of states that have one, in the order of `states`; the others may be any finite number.
    reads : tuple of Read
        In `update` and `reset` alike the value at stamp j: before the step, of whatever population.
    """

    name: str
    params: tuple[str, ...]
    states: tuple[str, ...]
    ports: tuple[str, ...]
    update: Block
    fires: str = ""
    reset: Block = field(default_factory=Block)
    ranges: tuple[Range, ...] = ()
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over all synapses of a projection that share a neuron: in doubles, in the order of their rows, from 0.0 on.

    Parameters
    ----------
    over : str
        ``target`` or ``source``: the side of the neuron that they share.
    terms : Block
        What each synapse adds. It reads what its tick may, and earlier sums of the tick; its one write names the sum.
    """

    over: str
    terms: Block

    @property
    def local(self) -> str:
        """The name under which later sums and the block of the tick read it."""
        return self.terms.writes[0][0]


@dataclass(frozen=True, slots=True)
class Tick:
    """Statements of a rule that run at stamps P, 2P, ...

    Parameters
    ----------
    period : int
        P, in steps.
    block : Block
        May read the sums as well.
    sums : tuple of Sum
        In order; each is complete, over every synapse of the projection, before the next begins, and all before a state is
        written. Only where all synapses of the projection have one dendritic part.
    """

    period: int
    block: Block
    sums: tuple[Sum, ...] = ()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Everything that is computed, in order."""
        return (*(item.terms for item in self.sums), self.block)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one plastic synapse does.

    Events of a synapse run in the order of their stamp V; within one stamp: pre arrival, ticks (by growing period), post
    arrival, snapshot; ``post_first``: post arrival, pre arrival, ticks, snapshot.

    Parameters
    ----------
    name : str
        Unique among rules.
    params, states : tuple of str
        ``w`` is a state. Values belong to `Synapses`. Blocks read both and `RULE_BUILTINS`; they write states.
    on_pre, on_post : Block
        Run when a presynaptic spike s reaches the synapse (V = s + axonal), and a postsynaptic spike p (V = p + dendritic).
    deliver : tuple of (str, str)
        Ports, and the local (or state) of `on_pre` that is added to each at soma stamp V + dendritic; it is on the grid
        already. The empty name is the port of the synapses, another one is among `Synapses.ports`. Each port once; none:
        nothing is transmitted.
    every : tuple of Tick
        In order of growing period.
    bound : str
        The parameter that holds the largest magnitude ``w`` may reach (the run stops where it is exceeded); empty: none.
    order : str
        ``pre_first`` or ``post_first`` (only with dendritic >= 1).
    ranges : tuple of Range
        As those of a neuron.
    reads : tuple of Read
        The value at stamp V - 1 in `on_pre` and `every`, at V, after reset, in `on_post`. Only where no delay has a dendritic
        part.
    """

    name: str
    params: tuple[str, ...]
    states: tuple[str, ...]
    on_pre: Block
    on_post: Block
    deliver: tuple[tuple[str, str], ...]
    every: tuple[Tick, ...] = ()
    bound: str = ""
    order: str = "pre_first"
    ranges: tuple[Range, ...] = ()
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Neurons of one kind, or a source that spikes as listed.

    Parameters
    ----------
    name : str
        As in the model; a stimulus with a size is a source of that name.
    size : int
        At least 1.
    neuron : str or None
        Name of a `Neuron`; None: a source.
    values : mapping of str to float or ndarray, shape (size,)
        Every parameter and the initial value (stamp 0) of every state.
    spikes : Table or None
        Of a source: ``stamp`` int64, ``neuron`` int32, sorted by both, no duplicates, stamps 0 .. steps. A spike of stamp 0
        is delivered but not recorded.
    undriven : Neuron or None
        What a neuron does where no stimulus reaches it: the network at rest that a search for groups looks at. Reads no other
        values than `neuron` does. It is never simulated.
    """

    name: str
    size: int
    neuron: str | None
    values: Mapping[str, Value] = field(default_factory=dict)
    spikes: Table | None = None
    undriven: Neuron | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A projection as the model names it; its synapses are the union of one or more `Synapses`.

    Parameters
    ----------
    name : str
        As in the model.
    rows : int
        Number of its synapses; `Synapses.rows['row']` numbers them in the order (pre, post, axonal, dendritic, rank).
    columns : Table
        ``pre``, ``post`` int32 (indices within the projection's own selections), ``pre_population``, ``post_population``
        int16 (place in `populations`), ``row`` int64 (row of the projection's pairs table before ``where``, else its own).
    populations : tuple of str
        Populations that ``pre_population`` and ``post_population`` refer to.
    """

    name: str
    rows: int
    columns: Table
    populations: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Synapses:
    """Synapses between one source and one target population into one port.

    Parameters
    ----------
    name : str
        Unique; ``projection`` is the `Projection` it is a part of.
    source, target : str
        Populations.
    port : str
        Of the target's neuron.
    rule : str or None
        Name of a `Rule`; None: static, the column ``weight`` (already on the grid) is transmitted, or a value is carried.
    rows : Table
        ``pre``, ``post`` int32 (indices in the populations), ``axonal``, ``dendritic`` int32 (steps, sum at least 1),
        ``row`` int64 (index in the projection), ``weight`` float64 if there is no rule, and the parameters and initial states
        of the rule that vary from synapse to synapse.
    values : mapping of str to float
        The parameters and initial states of the rule that are the same for all.
    ports : mapping of str to str
        Port of the target's neuron for every other name that the rule delivers to.
    carry : str or None
        Name of a `Carry`: a value is transmitted in every step, and no spike. Only where there is no rule; its parameters are
        given as those of a rule.
    """

    name: str
    projection: str
    source: str
    target: str
    port: str
    rule: str | None
    rows: Table
    values: Mapping[str, float] = field(default_factory=dict)
    ports: Mapping[str, str] = field(default_factory=dict)
    carry: str | None = None

    @property
    def delays(self) -> tuple[int, int]:
        """The shortest and the longest delay, in steps; 1 and 1 if there are no synapses."""
        return span_of_sum(self.rows["axonal"], self.rows["dendritic"]) if self.rows.rows else (1, 1)

    def receiving(self, rule: Rule) -> tuple[str, ...]:
        """Return the ports of the target's neuron that a rule delivers to, in the order of `Rule.deliver`."""
        return tuple(self.ports[name] if name else self.port for name, _ in rule.deliver)


@dataclass(frozen=True, slots=True, eq=False)
class Injection:
    """Events from outside, straight into a port.

    Parameters
    ----------
    name, target, port : str
        Unique name; population and port.
    events : Table
        ``step`` int64 (the step j in which it enters, soma stamp j + 1), ``neuron`` int32, ``amount`` float64 (on the grid),
        sorted by step and neuron, each pair once.
    """

    name: str
    target: str
    port: str
    events: Table


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """An array that expressions read with the operation ``sample``."""

    name: str
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A network, what drives it and what is kept of it.

    Parameters
    ----------
    name : str
        Of the model.
    step : Fraction
        Length of a step in ms.
    steps : int
        Steps of the run.
    chunk : int
        Steps after which results are committed to disk.
    trial : int
        0-based.
    neurons, rules, carries, populations, projections, synapses, injections, samples : tuple
        Ordered by name.
    spike_records, state_records, synapse_records, count_records : tuple
        What is kept.
    comments : mapping of str to str
        Dotted path of a thing (``neurons.lif``, ``neurons.lif.update.v__1``, ``rules.stdp.params.q__``) to the user's own text,
        or to what the compiler's own names hold; for generated comments. No meaning.
    """

    name: str
    step: Fraction
    steps: int
    chunk: int
    trial: int = 0
    neurons: tuple[Neuron, ...] = ()
    rules: tuple[Rule, ...] = ()
    carries: tuple[Carry, ...] = ()
    populations: tuple[Population, ...] = ()
    projections: tuple[Projection, ...] = ()
    synapses: tuple[Synapses, ...] = ()
    injections: tuple[Injection, ...] = ()
    samples: tuple[Sample, ...] = ()
    spike_records: tuple[SpikeRecord, ...] = ()
    state_records: tuple[StateRecord, ...] = ()
    synapse_records: tuple[SynapseRecord, ...] = ()
    count_records: tuple[CountRecord, ...] = ()
    comments: Mapping[str, str] = field(default_factory=dict)

    def neuron(self, name: str) -> Neuron:
        """Return the neuron called `name`."""
        return next(neuron for neuron in self.neurons if neuron.name == name)

    def rule(self, name: str) -> Rule:
        """Return the rule called `name`."""
        return next(rule for rule in self.rules if rule.name == name)

    def carry(self, name: str) -> Carry:
        """Return the carry called `name`."""
        return next(carry for carry in self.carries if carry.name == name)

    def population(self, name: str) -> Population:
        """Return the population called `name`."""
        return next(population for population in self.populations if population.name == name)

    def projection(self, name: str) -> Projection:
        """Return the projection called `name`."""
        return next(projection for projection in self.projections if projection.name == name)
