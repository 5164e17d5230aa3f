"""What a text reads of others: states under names of their own, parameters as numbers, aliases as the expressions they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from fractions import Fraction

import numpy as np

from snndsl.deferred import dataclass
from snndsl.graph.elaboration import Elaboration
from snndsl.ir import Const, Expr, Read, Ref
from snndsl.ir.naming import program_name
from snndsl.lowering.samples import ProgramSamples
from snndsl.lowering.translate import BlockBuilder, Translator
from snndsl.model.element import Element
from snndsl.model.selection import Selection

__all__ = ["Other", "Reads", "late_name", "local_name", "sides_of", "signals_of"]

_BUILTINS: Mapping[str, Expr] = {"i": Const(0.0), "N": Const(1.0), "trial": Ref("trial")}
"""What built-in names are in an alias of a signal, which is one of one."""
Samples = Callable[[str, int], tuple[str, tuple[int, ...]]]


def local_name(owner: str, name: str) -> str:
    """Return the name under which a text reads a value of another; nothing that a user or the lowering names begins so."""
    return f"read__{owner}__{program_name(name)}"


def late_name(name: str, steps: int) -> str:
    """Return the name of what a state was some steps ago."""
    return f"{name}__late__{steps}"


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """Something that others read.

    Parameters
    ----------
    element : Element
        What it is.
    samples : callable
        Finds the arrays that its aliases call.
    parameters : mapping of str to float
        Values of its parameters; None: they differ between neurons.
    """

    element: Element
    samples: Samples
    parameters: Mapping[str, float] | None


def signals_of(found: Elaboration, samples: ProgramSamples) -> dict[str, Other]:
    """Return the signals of a model, which every text of a run may read."""
    others = {}
    for name, signal in found.model.signals.items():
        values = found.values[name].parameters.items()
        known = {key: float(np.ravel(value)[0]) for key, value in values}
        others[name] = Other(signal.element, samples.of(signal.element.data), known)
    return others


def sides_of(found: Elaboration, samples: ProgramSamples, sources: Selection, targets: Selection) -> dict[str, Other]:
    """Return the neurons on both sides of a projection, which its rule may read; sources of listed spikes have nothing."""
    others = {}
    for side, selection in (("pre", sources), ("post", targets)):
        population = found.model.elements.get(selection.populations[0])
        if population is not None:
            others[side] = Other(population.element, samples.of(population.element.data), None)
    return others


@dataclass(eq=False)
class Reads:
    """What one neuron or rule reads of others, as it is met.

    Parameters
    ----------
    others : mapping of str to Other
        Who can be read, by the name that texts use.
    step : Fraction
        Length of a step in ms.
    states : dict of str to Read
        States that were read, by their local name.
    values : dict of str to float
        Parameters of others that were read, by theirs; `said` is what each is, for comments.
    sides : dict of str to tuple of str
        Those that differ between neurons: whose they are, and their flat name.
    late : dict of tuple of str to int
        States (owner, name) that were read as they were some steps ago: the most steps.
    """

    others: Mapping[str, Other]
    step: Fraction
    states: dict[str, Read] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    sides: dict[str, tuple[str, str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    aliases: dict[tuple[int, str, Expr, int], Expr] = field(default_factory=dict)
    late: dict[tuple[str, str], int] = field(default_factory=dict)

    def __contains__(self, text: str) -> bool:
        """Tell whether a name is that of a value of another."""
        owner, _, name = text.partition(".")
        if owner not in self.others:
            return False
        element = self.others[owner].element
        return name in element.states or name in element.parameters or name in element.aliases

    def value(self, text: str, builder: BlockBuilder, now: Expr, late: int = 0) -> Expr:
        """Return a value of another at this point of a block, whose ``t`` is `now` in steps: that of `late` steps ago."""
        owner, _, name = text.partition(".")
        other, local = self.others[owner], local_name(owner, name)
        if name in other.element.states:
            state = program_name(name)
            if late:
                self.late[owner, state] = max(late, self.late.get((owner, state), 0))
                local, state = late_name(local, late), late_name(state, late)
            self.states[local] = Read(local, owner, state)
            return Ref(local)
        if name in other.element.parameters:
            if other.parameters is None:
                self.sides[local] = (owner, name)
            else:
                self.values[local] = other.parameters[name]
            self.said[local] = f"{name} of {owner}"
            return Ref(local)
        key = (id(builder), text, now, late)
        if key not in self.aliases:
            self.aliases[key] = self._alias(owner, name, builder, now, late)
        return self.aliases[key]

    def _alias(self, owner: str, alias: str, builder: BlockBuilder, now: Expr, late: int) -> Expr:
        """Return an alias of another, computed by the reader: it stands for an expression of what can be read."""
        other = self.others[owner]

        def name(text: str) -> Expr:
            own = f"{owner}.{text}"
            if own in self:
                return self.value(own, builder, now, late)
            if text in self:
                return self.value(text, builder, now, late)
            return _BUILTINS[text]

        translate = Translator(builder, name, self.step, now, None, other.samples)
        value = translate(other.element.aliases[alias].tree)
        return builder.atom(value, local_name(owner, alias), f"{alias} of {owner}")
