"""A projection: who is connected to whom, how strongly and how late."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from snndsl.deferred import dataclass
from snndsl.errors import ModelError
from snndsl.expressions import to_text
from snndsl.kinds import Kind
from snndsl.model.rule import RuleUse
from snndsl.model.selection import Selection, Sides
from snndsl.model.services import ConnectReader, Rows, WiringNumbers
from snndsl.model.text import Place, Rounding, Term, ValueTerm
from snndsl.model.wiring import MOST_PAIRS, Kernel, Pairs, TooManyPairs, Wiring

__all__ = ["ByNumber", "ConnectRule", "Delay", "Projection", "sides_of"]


class ConnectRule(Kind, ABC):
    """A rule that says or draws who is connected.

    A subclass is a frozen dataclass of what stands under ``connect``, resolved.

    Attributes
    ----------
    form : type of Spec, or None
        What stands under ``connect``: a mapping with the word as its first key; None: the word alone.
    written : mapping of str to str
        Ways to write it, and the pairs that each connects.
    other_words : tuple of str
        Words for it, or for what it is given, elsewhere.
    among_all : bool
        Whether it chooses among all pairs: whether a neuron may contact itself has to be said.
    repeats : bool
        Whether it may draw a pair twice: whether that counts has to be said.
    delays : bool
        Whether it gives the delays.
    rows : bool
        Whether its pairs are rows of a table.
    draws : bool
        Whether it draws random numbers.
    """

    __slots__ = ()
    form: ClassVar[Any]
    written: ClassVar[Mapping[str, str]]
    other_words: ClassVar[tuple[str, ...]] = ()
    among_all: ClassVar[bool] = True
    repeats: ClassVar[bool] = False
    delays: ClassVar[bool] = False
    rows: ClassVar[bool] = False
    draws: ClassVar[bool] = False

    @classmethod
    def meant(cls, text: str) -> str:
        """Return how a text that is no rule is written as this one, if it is probably meant."""
        return ""

    @classmethod
    @abstractmethod
    def read(cls, reader: ConnectReader, given: Any) -> ConnectRule | None:
        """Return what is given, resolved; None after reporting what makes it unreadable."""

    @property
    def motifs(self) -> tuple[str, ...]:
        """Motifs that it needs."""
        return ()

    @property
    def text(self) -> str:
        """The rule in short."""
        return self.name

    @abstractmethod
    def pairs(self, numbers: WiringNumbers) -> Pairs:
        """Return the connected pairs."""


class ByNumber(ConnectRule):
    """A rule that is told by one number, or none: the same for all pairs, or one for each row.

    Attributes
    ----------
    sides : str
        Whose rows the number is for.
    """

    __slots__ = ()
    sides: ClassVar[Rows] = "pairs"

    @property
    def value(self) -> Term | None:
        """Its number."""
        return None

    @property
    def text(self) -> str:
        """The rule in short."""
        return self.name if self.value is None else f"{self.name} {to_text(self.value.tree)}"

    @abstractmethod
    def expected(self, sources: float, targets: float, value: float) -> float:
        """Return how many synapses are expected of it."""

    @classmethod
    @abstractmethod
    def draw(cls, wiring: Wiring) -> Pairs:
        """Return the pairs."""

    def check(self, numbers: WiringNumbers, value: Any) -> None:
        """Refuse a number that it cannot have."""

    def number(self, numbers: WiringNumbers) -> Any:
        """Return its number, or one for each row, checked; 0 if it has none. Numbers of pairs are checked as they are made."""
        value = 0.0 if self.value is None else numbers.value(self.value, self.name, self.sides)
        if callable(value):
            return self._checked(numbers, value)
        self.check(numbers, value)
        return value

    def _checked(self, numbers: WiringNumbers, kernel: Kernel) -> Kernel:
        def checked(i: Any, j: Any) -> Any:
            """Return the numbers of some pairs."""
            value = kernel(i, j)
            self.check(numbers, value)
            return value

        return checked

    def pairs(self, numbers: WiringNumbers) -> Pairs:
        """Return the connected pairs."""
        try:
            return self.draw(numbers.wiring(self.number(numbers)))
        except TooManyPairs:
            what, expected = f"{self.name} connects more than {MOST_PAIRS:,} pairs", f"at most {MOST_PAIRS:,}"
            raise ModelError(numbers.place().problem("too-large", what, expected, "fewer neurons or synapses")) from None


@dataclass(frozen=True, slots=True, eq=False)
class Delay:
    """Delay of a synapse: from the source to the synapse, and from the synapse to the soma; None: no time."""

    axonal: ValueTerm | None
    dendritic: ValueTerm | None
    round: Rounding | None


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """Synapses between two selections.

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its entry.
    sources, targets : Selection
        Both sides.
    connect : ConnectRule
        Who is connected.
    where : Term or None
        Condition on pairs.
    own, multiple : bool or None
        Whether a neuron may contact itself, whether a pair may have several synapses; None: not said.
    copies : int
        Synapses per pair.
    per_block : bool
        Whether the rule is applied to each pair of blocks by itself.
    port : str
        Of the targets.
    weight : ValueTerm
        In the unit of the port.
    delay : Delay or None
        None: it follows from a motif.
    rules : tuple of RuleUse
        Its plasticity, as listed.
    rule : RuleUse or None
        The same as one rule; None: it is static.
    initial : mapping of str to ValueTerm
        Initial states of its rules.
    carries : Term or None
        A value of the neurons on both sides that is transmitted in every step, times the weight; no spike is.
    stream : str
        Name of its random stream.
    """

    name: str
    place: Place
    sources: Selection
    targets: Selection
    connect: ConnectRule
    where: Term | None
    own: bool | None
    multiple: bool | None
    copies: int
    per_block: bool
    port: str
    weight: ValueTerm
    delay: Delay | None
    rules: tuple[RuleUse, ...]
    rule: RuleUse | None
    initial: Mapping[str, ValueTerm]
    carries: Term | None
    stream: str

    @property
    def parts(self) -> tuple[Sides, ...]:
        """Both sides, or those of each pair of blocks: the rule is applied once to each."""
        return tuple(sides_of(self.sources, self.targets, self.per_block))


def sides_of(sources: Selection, targets: Selection, per_block: bool) -> Iterator[Sides]:
    """Yield what a connect rule is applied to: all at once, or each pair of blocks, source by source.

    Parameters
    ----------
    sources, targets : Selection
        Of the projection.
    per_block : bool
        Whether each pair of blocks stands for itself.
    """
    if not per_block:
        yield Sides(sources, targets)
        return
    i = 0
    for a, source in enumerate(sources.blocks):
        j = 0
        for b, target in enumerate(targets.blocks):
            yield Sides(Selection((source,)), Selection((target,)), (i, j), (a, b))
            j += target.size
        i += source.size
