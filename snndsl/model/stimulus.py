"""A stimulus: a source with neurons of its own, or an injection into ports; what it does is told by its kind."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Container, Iterator, Mapping
from dataclasses import fields
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.expressions.functions import DRAWS
from snndsl.expressions.walk import calls_in, names_in
from snndsl.ir import Expr
from snndsl.kinds import Kind
from snndsl.model.selection import Selection
from snndsl.model.services import StepBuilder, StimulusNumbers, StimulusReader
from snndsl.model.space import Space
from snndsl.model.text import Place, Rounding, Term, ValueTerm

__all__ = ["Driving", "Duplicates", "Playing", "Spiking", "Stimulus", "StimulusKind"]

Duplicates = Literal["error", "merge", "add"]
Index = NDArray[np.int64]


class StimulusKind(Kind, ABC):
    """A kind of stimulus; one that is neither `Spiking`, `Driving` nor `Playing` is read, and cannot be simulated yet.

    A subclass is a frozen dataclass of what stands under its word, resolved.

    Attributes
    ----------
    says : str
        What it does, for the reference page and for editors.
    form : annotation
        What stands under the word, for the schema.
    written : str
        The same for people; empty: the keys of `form`.
    source, injection : bool
        What it can be.
    weighted : bool
        Whether it consists of events, which have a weight and arrive after a delay.
    random : bool
        Whether it draws random numbers, whatever is given.
    listed : bool
        Whether its events are listed with their times, which may be rounded and may come twice.
    """

    __slots__ = ()
    says: ClassVar[str]
    form: ClassVar[Any]
    written: ClassVar[str] = ""
    source: ClassVar[bool] = False
    injection: ClassVar[bool] = False
    weighted: ClassVar[bool] = True
    random: ClassVar[bool] = False
    listed: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def read(cls, reader: StimulusReader, given: Any) -> StimulusKind | None:
        """Return what is given under the word, resolved; None after reporting what makes it unreadable."""

    parameters: ClassVar[Mapping[str, str]] = {}
    """What the values that it finds before the run are, for comments."""

    @classmethod
    def rounding(cls, given: Any) -> Rounding | None:
        """Return how its times are rounded, where it says so itself."""
        return None

    @property
    def draws(self) -> bool:
        """Whether it draws random numbers."""
        return self.random or any(call.function in DRAWS for term in self.terms for call in calls_in(term.tree))

    @property
    def motifs(self) -> tuple[str, ...]:
        """Motifs that it needs."""
        return ()

    @classmethod
    def simulated(cls) -> bool:
        """Tell whether it can be simulated."""
        return issubclass(cls, Spiking | Driving | Playing)

    @property
    def terms(self) -> Iterator[Term]:
        """The expressions that it consists of."""
        for item in fields(self):  # type: ignore[arg-type]  # every kind is a dataclass
            value = getattr(self, item.name)
            yield from (term for term in (value if isinstance(value, tuple) else (value,)) if isinstance(term, Term))


class Spiking(StimulusKind):
    """A kind that is known before the run, event by event: a source, or an injection of events or forced spikes.

    Only a source whose rate reads a signal is not: its neurons draw in each step (`hazard`).
    """

    __slots__ = ()
    most_in_a_step: ClassVar[float] = sys.float_info.max
    """How many spikes of an element a rate may mean in a step."""

    @property
    def repeats(self) -> Duplicates:
        """What happens to two spikes of a neuron in one step."""
        return "error"

    @property
    def moving(self) -> Term | None:
        """A rate that changes during the run; None if there is none."""
        return None

    def expected(self, numbers: StimulusNumbers) -> float:
        """Return about how many events there are, where that is more than what is written."""
        return 0.0

    def hazard(self, mean: Expr) -> Expr:
        """Return -log of the probability that an element has no spike in a step, of the spikes that its rate means there."""
        return mean

    @abstractmethod
    def events(self, numbers: StimulusNumbers) -> tuple[Index, Index]:
        """Return elements and stamps, in any order; those outside ``during`` and the run are left out by the caller."""


class Driving(StimulusKind):
    """A kind that its targets compute in each of their steps."""

    __slots__ = ()
    @property
    def varying(self) -> Term | None:
        """Its expression that has to be computed in each step; None if all is known before the run."""
        return None

    @abstractmethod
    def numbers(self, numbers: StimulusNumbers) -> Mapping[str, Any]:
        """Return the values that are known before the run; what `varying` reads is added to them."""

    @abstractmethod
    def amount(self, steps: StepBuilder) -> Expr:
        """Return what is added in a step."""


class Playing(StimulusKind):
    """A kind that chooses the neurons it reaches."""

    __slots__ = ()

    def expected(self, numbers: StimulusNumbers) -> float:
        """Return how many spikes are drawn; what `played` refuses is refused."""
        return 0.0

    @abstractmethod
    def played(self, numbers: StimulusNumbers) -> list[tuple[str, Index, Index]]:
        """Return populations, each with neurons and stamps."""


@dataclass(frozen=True, slots=True, eq=False)
class Stimulus:
    """A source (`size`) or an injection (`targets`, `port`).

    Parameters
    ----------
    name : str
        As in the model.
    place : Place
        Of its entry.
    what : StimulusKind
        What it does.
    size : int or None
        Neurons of a source.
    targets : Selection or None
        Whom an injection reaches.
    port : str or None
        Of the targets.
    weight : ValueTerm or None
        In the unit of the port.
    delay : int
        Steps from the event to the port.
    let : mapping of str to ValueTerm
        Values drawn once for each element.
    space : Space
        Where the neurons of a source are.
    during : tuple of int or None
        Stamps from <= s < until at which it acts; None: always.
    frozen : bool
        Whether it is the same in every trial.
    stream : str
        Name of its random stream.
    """

    name: str
    place: Place
    what: StimulusKind
    size: int | None
    targets: Selection | None
    port: str | None
    weight: ValueTerm | None
    delay: int
    let: Mapping[str, ValueTerm]
    space: Space
    during: tuple[int, int] | None
    frozen: bool
    stream: str

    def reading(self, signals: Container[str]) -> Term | None:
        """Return the rate of a source if it reads one of the signals: then its spikes are drawn during the run."""
        for term in self.what.terms if self.targets is None else ():
            if any(node.text.partition(".")[0] in signals for node in names_in(term.tree)):
                return term
        return None

    @property
    def offers(self) -> bool:
        """Whether it is a source of whose neurons projections read something."""
        return self.size is not None and bool(self.let or self.space.positions)

    @property
    def kind(self) -> str:
        """Word of its kind; the key of the file."""
        return self.what.name
