"""Injections that the target computes in its own step; what they add is told by their kinds.

An event of stamp s enters with delay D as soma stamp s + D, that is in step s + D - 1; a current at t acts in the step that
starts at t. Draws are keyed by the stimulus, the element in its selection and the stamp of the event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from snndsl.expressions import FUNCTIONS, tree
from snndsl.expressions.walk import calls_in
from snndsl.graph.drives import OWN, Drive, parameter_of
from snndsl.ir import Call, Const, Expr, Ref
from snndsl.lowering.reads import Reads
from snndsl.lowering.translate import BlockBuilder, Translator, draw_arguments
from snndsl.model.stimulus import Driving
from snndsl.model.text import Term

__all__ = ["ComputedDrive"]

_LAST_DRAW = 65535
"""Number of the first draw of a kind; further ones count down, those of an expression count up from 0."""

Samples = Callable[[str, int], tuple[str, tuple[int, ...]]]


@dataclass(eq=False)
class ComputedDrive:
    """A drive that is computed in the block of its target, or a source; its parameters are called ``name__x``.

    Parameters
    ----------
    drive : Drive
        With its numbers.
    samples : callable
        Finds the array of a data call.
    reads : Reads
        What that block reads of others.
    used : list of str
        Parameters that were read.
    """

    drive: Drive
    samples: Samples
    reads: Reads
    used: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the stimulus."""
        return self.drive.name

    @property
    def port(self) -> str:
        """Flat name of the port."""
        return self.drive.port

    @property
    def late(self) -> int:
        """Steps from the stamp of an event to the step that it enters."""
        return self.drive.delay - 1 if isinstance(self.drive.what, Driving) and self.drive.what.weighted else 0

    def parameter(self, key: str) -> Ref:
        """Return a parameter of the drive, noting that it is read."""
        name = f"{self.drive.name}__{key}"
        if name not in self.used:
            self.used.append(name)
        return Ref(name)

    def said(self, parameter: str) -> str:
        """Return what a parameter is, for comments."""
        key = parameter.removeprefix(f"{self.name}__")
        return f"{self.name}: {({**OWN, **self.drive.what.parameters}).get(key, 'constant')}"

    def amount(self, builder: BlockBuilder, step: Fraction) -> Expr:
        """Return what the port gets in step j."""
        what, stamp = self.drive.what, Ref("step")
        assert isinstance(what, Driving)
        if self.late:
            stamp = builder.let("stamp", Call("sub", (Ref("step"), Const(float(self.late)))))
        amount = what.amount(_Step(self, builder, step, stamp))
        condition = self._active(stamp)
        return amount if condition is None else Call("select", (condition, amount, Const(0.0)))

    def mean(self, rate: Term, builder: BlockBuilder, step: Fraction) -> Expr:
        """Return how many spikes the rate of a source means in step j; outside its window none."""
        now = Ref("step")
        value: Expr = Call("mul", (_Step(self, builder, step, now).expression(rate), Const(float(step))))
        condition = self._active(now)
        return value if condition is None else Call("select", (condition, value, Const(0.0)))

    def _active(self, stamp: Expr) -> Expr | None:
        conditions: list[Expr] = []
        if self.drive.during is not None:
            conditions.append(Call("ge", (stamp, self.parameter("from"))))
            conditions.append(Call("lt", (stamp, self.parameter("until"))))
        elif self.late:
            conditions.append(Call("ge", (stamp, Const(0.0))))
        if not self.drive.whole:
            conditions.append(Call("ge", (self.parameter("element"), Const(0.0))))
        result: Expr | None = None
        for condition in conditions:
            result = condition if result is None else Call("and", (result, condition))
        return result


@dataclass(eq=False)
class _Step:
    """See `snndsl.model.services.StepBuilder`."""

    computed: ComputedDrive
    builder: BlockBuilder
    step: Fraction
    stamp: Expr
    draws: int = _LAST_DRAW

    @property
    def element(self) -> Expr:
        """Place of the neuron among the elements."""
        return Ref("i") if "element" not in self.computed.drive.values else self.computed.parameter("element")

    @property
    def size(self) -> int:
        """Elements."""
        return self.computed.drive.size

    def parameter(self, key: str) -> Ref:
        """Return a number of the kind, or its weight."""
        return self.computed.parameter(key)

    def let(self, base: str, expression: Expr) -> Ref:
        """Bind an expression to a new name."""
        return self.builder.let(base, expression)

    def draw(self, function: Literal["uniform", "normal", "poisson"], *arguments: Expr, shared: bool = False) -> Expr:
        """Return a draw of the stamp."""
        element: Expr = Const(0.0) if shared else self.element
        drawn = Call(function, (*arguments, *self._identity(element, self.draws)))
        self.draws -= 1
        return drawn

    def expression(self, term: Term) -> Expr:
        """Return an expression of the language; its draws are numbered from 0.

        Neurons that the stimulus does not reach read arrays at element 0, and where it does not act arrays are read at the
        nearest step at which it does: what they give is not used.
        """
        calls: dict[object, int] = {}
        place: Expr | None = None
        stamp = self.stamp
        if any(call.function not in FUNCTIONS for call in calls_in(term.tree)):
            stamp = self._within(stamp)
            if not self.computed.drive.whole:
                inside = Call("ge", (self.element, Const(0.0)))
                place = self.let("place", Call("select", (inside, self.element, Const(0.0))))

        def draw(call: tree.FunctionCall) -> tuple[Expr, ...]:
            return self._identity(self.element, calls.setdefault(call.written, len(calls)))

        def name(text: str) -> Expr:
            if text in self.computed.reads:
                return self.computed.reads.value(text, self.builder, self.stamp, max(self.computed.late, 0))
            return (place or self.element) if text == "i" else self._name(text)

        return Translator(self.builder, name, self.step, stamp, draw, self.computed.samples)(term.tree)

    def _within(self, stamp: Expr) -> Expr:
        """Return the step for which arrays are read: outside the window the nearest one within it, and none before the run."""
        during = self.computed.drive.during is not None
        if during or stamp != Ref("step"):
            first = self.parameter("from") if during else Const(0.0)
            stamp = self.let("within", Call("select", (Call("lt", (stamp, first)), first, stamp)))
        if during:
            until = self.parameter("until")
            last = Call("sub", (until, Const(1.0)))
            stamp = self.let("within", Call("select", (Call("lt", (stamp, until)), stamp, last)))
        return stamp

    def _identity(self, element: Expr, call: int) -> tuple[Expr, ...]:
        keys = (self.parameter("key_0").name, self.parameter("key_1").name)
        return draw_arguments(keys, element, self.stamp, self._trial(), call)

    def _trial(self) -> Expr:
        return Const(0.0) if self.computed.drive.frozen else Ref("trial")

    def _name(self, text: str) -> Expr:
        match text:
            case "N":
                return Const(float(self.size))
            case "trial":
                return self._trial()
        return self.parameter(parameter_of(self.computed.drive.what, text))
