"""What the stages offer to a kind of stimulus or a connect rule: reading, numbers before a run, expressions of a step.

A kind stands below the stages and is given what it needs: `semantics` reads with it, `graph` makes numbers with it, `lowering`
makes the program with it. None of them knows which kind it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault
from snndsl.ir import Expr, Ref
from snndsl.model.motif import MotifSpikes
from snndsl.model.selection import Selection, Sides
from snndsl.model.text import Place, Rounding, Term, ValueTerm
from snndsl.model.wiring import Allowed, Wiring
from snndsl.units import Dimension

__all__ = [
    "Columns",
    "ConnectReader",
    "Names",
    "Numbers",
    "Phase",
    "Reader",
    "Rows",
    "StepBuilder",
    "StimulusNumbers",
    "StimulusReader",
    "WiringNumbers",
]

Index = NDArray[np.int64]
Real = NDArray[np.float64]
Names = Literal["", "columns", "stimulus", "weight"]
"""Which built-in names a text may read besides constants and data: none, ``row``, those of a stimulus, those of its weight."""
Phase = Literal["pure", "build", "run"]
"""Which functions a text may call: without draws, with draws before the run, or anything that is known during a run."""
Rows = Literal["pairs", "sources", "targets", "none"]
"""For what a rule has one number: each pair, each source, each target, or all of them together."""


class Reader(Protocol):
    """The file while one kind is read; every path counts from the word of the kind."""

    @property
    def step(self) -> float:
        """Length of a step in ms."""

    @property
    def faults(self) -> list[Fault]:
        """What is wrong so far."""

    @property
    def motifs(self) -> Collection[str]:
        """Names of the motifs of the file."""

    @property
    def entry(self) -> Place:
        """Place of the stimulus or projection."""

    def place(self, *path: str | int) -> Place:
        """Return a place below the word."""

    def report(self, code: str, what: str, expected: str = "", try_: str = "", *, at: Place | None = None) -> None:
        """Take a fault, at the entry if no place is given."""

    def value(
        self,
        given: Any,
        wanted: Dimension | None,
        what: str,
        *path: str | int,
        names: Names = "",
        phase: Phase = "build",
    ) -> ValueTerm | None:
        """Read a value for every element; None after reporting what is wrong."""

    def scalar(self, text: Any, wanted: Dimension, what: str, *path: str | int) -> Term | None:
        """Read one value that draws nothing; None where none is given, or after reporting what is wrong."""

    def condition(self, text: str, *path: str | int, names: Names = "") -> Term | None:
        """Read a condition; None after reporting that it is no expression."""

    def time(self, text: Any, what: str, *path: str | int) -> Term | None:
        """Read a time; None after reporting that it is no expression."""

    def steps(self, text: str, what: str, *path: str | int) -> int:
        """Return a constant time as steps, at least one; 1 after reporting what is wrong."""

    def moment(self, text: Any, what: str, *path: str | int) -> Term | None:
        """Read a time that is known before the run: a literal lies on the grid. None as for `scalar`."""

    def constant(self, term: Term, *, needed: bool = False) -> float | None:
        """Return the value of an expression of constants in internal units; None if it is none, a fault where one is needed."""


class StimulusReader(Reader, Protocol):
    """The file while a stimulus is read.

    Attributes
    ----------
    name : str
        Of the stimulus.
    source : bool
        Whether it has neurons of its own.
    port : str or None
        Into which it is injected; `unit` is its dimension.
    rounding : str or None
        How its times are rounded.
    duplicates : str
        What happens to two spikes of a neuron in one step.
    """

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> bool: ...
    @property
    def port(self) -> str | None: ...
    @property
    def unit(self) -> Dimension | None: ...
    @property
    def rounding(self) -> Rounding | None: ...
    @property
    def duplicates(self) -> Literal["error", "merge", "add"]: ...


class ConnectReader(Reader, Protocol):
    """The file while a connect rule is read; paths count from ``connect``.

    Attributes
    ----------
    name : str
        Of the projection.
    parts : tuple of Sides
        Both sides, or those of each pair of blocks: the rule is applied once to each.
    sized : bool
        Whether the sizes of both are known.
    own, multiple : bool or None
        Whether a neuron may contact itself, whether a pair may have several synapses; None: not said.
    overlap : str
        A population of which neurons are on both sides.
    delayed : bool
        Whether the projection has a delay.
    """

    @property
    def name(self) -> str: ...
    @property
    def parts(self) -> tuple[Sides, ...]: ...
    @property
    def sized(self) -> bool: ...
    @property
    def own(self) -> bool | None: ...
    @property
    def multiple(self) -> bool | None: ...
    @property
    def overlap(self) -> str: ...
    @property
    def delayed(self) -> bool: ...

    def number(self, text: str, *path: str | int, sides: Rows = "pairs") -> Term | None:
        """Read the number of a rule, for each of its rows; None after reporting that it is no expression."""


class Columns(Protocol):
    """Columns of a table that a file lists."""

    def __getitem__(self, name: str) -> Real:
        """Return a column."""

    def condition(self, term: Term, shape: tuple[int, ...]) -> NDArray[np.bool_]:
        """Return for each row whether a condition on it holds."""


class Numbers(Protocol):
    """Numbers of the file before a run, in internal units."""

    @property
    def step(self) -> Fraction:
        """Length of a step in ms."""

    @property
    def steps(self) -> int:
        """Length of the run that the file describes."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Neurons of each population and source."""

    def scalar(self, term: Term, what: str) -> float:
        """Return a number."""

    def moment(self, term: Term, what: str) -> int:
        """Return a time in steps."""

    def moments(self, term: Term, what: str) -> Index:
        """Return times in steps: one, or all of an array of data."""

    def columns(self, terms: Mapping[str, ValueTerm]) -> Columns:
        """Return columns of a table."""

    def stamps(self, times: Real, rounding: Rounding | None, term: Term, what: str) -> Index:
        """Return times in ms as steps."""

    def motif(self, name: str, part: Literal["spikes", "arrive", "leads_to"] = "spikes") -> MotifSpikes:
        """Return the spikes of a motif, or what it says of where they meet or what they lead to."""


class StimulusNumbers(Numbers, Protocol):
    """Numbers of one stimulus."""

    @property
    def size(self) -> int:
        """Elements: neurons of a source, or targets of an injection."""

    @property
    def horizon(self) -> int:
        """Last stamp for which events are made: the end of the run of the file, or of a longer one that is asked for."""

    @property
    def earliest(self) -> int:
        """First stamp of an event: 1 for spikes that are forced, else 0."""

    @property
    def trial(self) -> float:
        """Number of the trial in the identity of every draw of an event."""

    def place(self, *path: str | int) -> Place:
        """Return a place below the word of the stimulus."""

    def acts(self, stamp: Index) -> NDArray[np.bool_]:
        """Tell which stamps lie in ``during``."""

    def key(self, text: str) -> tuple[int, int]:
        """Return the key of a random stream of the stimulus: for draws by `snndsl.numerics`."""

    def per_element(self, terms: ValueTerm, what: str) -> Real:
        """Return one value an element, drawn once."""

    def time(self, stamp: int) -> str:
        """Return the time of a stamp as a user reads it."""

    def at(self, term: Term, what: str, elements: Index, stamps: Index) -> Real:
        """Return an expression of a run, shape (elements, stamps); what it draws is drawn for each."""


class WiringNumbers(Numbers, Protocol):
    """Numbers of one projection, or of one pair of blocks of it that is wired by itself.

    Attributes
    ----------
    sources, targets : Selection
        Both sides; `i` and `j` count through them.
    own, multiple : bool or None
        Whether a neuron may contact itself, whether a pair may have several synapses; None: not said.
    conditional : bool
        Whether the projection has a condition on pairs.
    """

    @property
    def sources(self) -> Selection: ...
    @property
    def targets(self) -> Selection: ...
    @property
    def own(self) -> bool | None: ...
    @property
    def multiple(self) -> bool | None: ...
    @property
    def conditional(self) -> bool: ...

    def place(self, *path: str | int) -> Place:
        """Return a place below ``connect``."""

    def value(self, term: Term, what: str, sides: Rows) -> Any:
        """Return a number, or one for each row; for pairs a number or a `snndsl.model.wiring.Kernel`."""

    def allowed(self) -> Allowed | None:
        """Return which pairs meet the condition; None: all do. What the rule says itself of own contacts is left to it."""

    def partners(self, of: Literal["sources", "targets"]) -> Index:
        """Return how many partners each row may have, the condition left aside."""

    def wiring(self, value: Any) -> Wiring:
        """Return what a rule of such a number draws from; contacts with itself are left out where the projection says so."""


class StepBuilder(Protocol):
    """The step of a target while what a stimulus adds to it is written down."""

    @property
    def stamp(self) -> Expr:
        """Number of the step of the event: it arrives a delay later, in the step that is computed."""

    @property
    def element(self) -> Expr:
        """Place of the neuron among the elements."""

    @property
    def size(self) -> int:
        """Elements."""

    @property
    def step(self) -> Fraction:
        """Length of a step in ms."""

    def parameter(self, key: str) -> Ref:
        """Return a number that the kind has found before the run, or ``weight``."""

    def let(self, base: str, expression: Expr) -> Ref:
        """Bind an expression to a new name that begins with `base`."""

    def draw(self, function: Literal["uniform", "normal", "poisson"], *arguments: Expr, shared: bool = False) -> Expr:
        """Return a draw of the stamp, one for each element or one for all."""

    def expression(self, term: Term) -> Expr:
        """Return an expression of the language, as it is in this step."""
