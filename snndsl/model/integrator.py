"""What an integrator is: which equations it fits, and one step of it, written in operations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, Protocol

from snndsl.expressions.meanings import Algebra
from snndsl.expressions.tree import Expression
from snndsl.ir import Expr
from snndsl.kinds import Kind
from snndsl.model.equations import StateGroup

__all__ = ["Integrator", "Step"]


class Step(Protocol):
    """A step of a neuron while it is written."""

    @property
    def h(self) -> float:
        """Its length in ms."""
        ...

    @property
    def apply(self) -> Algebra[Expr]:
        """Writes operations."""
        ...

    def old(self, state: str) -> Expr:
        """Return a state at the beginning of the step."""
        ...

    def value(self, node: Expression) -> Expr:
        """Return an expression at the beginning of the step: a coefficient or the rest of a linear equation."""
        ...

    def rates(self, states: Iterable[str], stage: Mapping[str, Expr]) -> list[Expr]:
        """Return the right sides of equations with some states moved to `stage`."""
        ...

    def white(self, source: str, number: int = 0) -> Expr:
        """Return a standard normal draw of this step: the one of a source of white noise that has this number."""
        ...

    def slopes(self, states: Iterable[str], stage: Mapping[str, Expr]) -> list[Expr]:
        """Return `rates` under names of their own, to be read many times."""
        ...


class Integrator(Kind, ABC):
    """A way to advance equations by a step.

    Attributes
    ----------
    says : str
        What it is for, for the reference page.
    linear : bool
        Whether the equations must be linear in their states: they come split into coefficients.
    alone : bool
        Whether each state is advanced by itself; else all with this integrator together.
    constant : bool
        Whether the coefficients must be known before the run: exp(A h) and its integral are then parameters.
    most : int
        How many equations it advances together; 0: any number.
    noisy : bool
        Whether its equations may contain white noise.
    ito : bool
        Whether the factor of that noise may read states with equations: it is that of the beginning of the step.
    """

    says: ClassVar[str]
    linear: ClassVar[bool] = False
    alone: ClassVar[bool] = False
    constant: ClassVar[bool] = False
    most: ClassVar[int] = 0
    noisy: ClassVar[bool] = False
    ito: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def advance(cls, group: StateGroup, step: Step) -> list[Expr]:
        """Return the new values of the states of a group; all right sides read the old ones."""

    @classmethod
    def work(cls, group: StateGroup) -> int:
        """Return how many operations a step takes that grow faster than the number of equations."""
        return 0

    @classmethod
    def parameters(cls, group: StateGroup) -> Mapping[str, str]:
        """Return the parameters that `advance` reads beside those of the neuron, by name, and what each is."""
        return {}
