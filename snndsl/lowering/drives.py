"""Injections that the target computes in its own step: Poisson counts, one of many, currents.

An event of stamp s enters with delay D as soma stamp s + D, that is in step s + D - 1; a current at t acts in the step that
starts at t. Draws are keyed by the stimulus, the element in its selection and the stamp of the event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from snndsl.expressions import tree
from snndsl.graph.drives import Drive
from snndsl.ir import Call, Const, Expr, Ref
from snndsl.lowering.translate import BlockBuilder, Translator, draw_arguments, start_time

__all__ = ["ComputedDrive"]

Samples = Callable[[str, int], tuple[str, tuple[int, ...]]]


@dataclass(eq=False)
class ComputedDrive:
    """A drive that is computed in the block of its target; its parameters are called ``name__x``.

    Parameters
    ----------
    drive : Drive
        With its numbers.
    samples : callable
        Finds the array of a data call.
    used : list of str
        Parameters that were read.
    """

    drive: Drive
    samples: Samples
    used: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the stimulus."""
        return self.drive.name

    @property
    def port(self) -> str:
        """Flat name of the port."""
        return self.drive.port

    def parameter(self, key: str) -> Ref:
        """Return a parameter of the drive, noting that it is read."""
        name = f"{self.drive.name}__{key}"
        if name not in self.used:
            self.used.append(name)
        return Ref(name)

    def amount(self, builder: BlockBuilder, step: Fraction) -> Expr:
        """Return what the port gets in step j."""
        stamp: Expr = Ref("step")
        if self.drive.kind != "current" and self.drive.delay != 1:
            stamp = builder.let("stamp", Call("sub", (Ref("step"), Const(float(self.drive.delay - 1)))))
        kinds = {"poisson": self._poisson, "one_of": self._one_of, "current": self._current}
        amount = kinds[self.drive.kind](builder, step, stamp)
        condition = self._active(stamp)
        return amount if condition is None else Call("select", (condition, amount, Const(0.0)))

    def _active(self, stamp: Expr) -> Expr | None:
        conditions: list[Expr] = []
        if self.drive.during is not None:
            conditions.append(Call("ge", (stamp, self.parameter("from"))))
            conditions.append(Call("lt", (stamp, self.parameter("until"))))
        elif self.drive.kind != "current" and self.drive.delay != 1:
            conditions.append(Call("ge", (stamp, Const(0.0))))
        if not self.drive.whole:
            conditions.append(Call("ge", (self.parameter("element"), Const(0.0))))
        result: Expr | None = None
        for condition in conditions:
            result = condition if result is None else Call("and", (result, condition))
        return result

    def _element(self) -> Expr:
        return Ref("i") if "element" not in self.drive.values else self.parameter("element")

    def _identity(self, element: Expr, stamp: Expr, call: int) -> tuple[Expr, ...]:
        keys = (self.parameter("key_0").name, self.parameter("key_1").name)
        trial: Expr = Const(0.0) if self.drive.frozen else Ref("trial")
        return draw_arguments(keys, element, stamp, trial, call)

    def _poisson(self, builder: BlockBuilder, step: Fraction, stamp: Expr) -> Expr:
        if self.drive.expression is None:
            mean: Expr = self.parameter("mean")
        else:
            mean = Call("mul", (self._translate(builder, step, stamp), Const(float(step))))
        count = Call("poisson", (mean, *self._identity(self._element(), stamp, 65535)))
        return Call("mul", (self.parameter("weight"), count))

    def _one_of(self, builder: BlockBuilder, step: Fraction, stamp: Expr) -> Expr:
        drawn = Call("uniform", self._identity(Const(0.0), stamp, 65535))
        chosen = builder.let("chosen", Call("floor", (Call("mul", (Const(float(self.drive.size)), drawn)),)))
        mine: Expr = Call("eq", (chosen, self._element()))
        if self.drive.period != 1:
            period = Const(float(self.drive.period))
            rest = Call("sub", (stamp, Call("mul", (period, Call("floor", (Call("div", (stamp, period)),))))))
            mine = Call("and", (Call("eq", (rest, Const(0.0))), mine))
        return Call("select", (mine, self.parameter("weight"), Const(0.0)))

    def _current(self, builder: BlockBuilder, step: Fraction, stamp: Expr) -> Expr:
        return self.parameter("value") if self.drive.expression is None else self._translate(builder, step, stamp)

    def _translate(self, builder: BlockBuilder, step: Fraction, stamp: Expr) -> Expr:
        assert self.drive.expression is not None
        calls: dict[int, int] = {}

        def draw(node: tree.Call) -> tuple[Expr, ...]:
            return self._identity(self._element(), stamp, calls.setdefault(id(node), len(calls)))

        def name(text: str) -> Expr:
            match text:
                case "i":
                    return self._element()
                case "N":
                    return Const(float(self.drive.size))
                case "t":
                    return start_time(stamp, step)
                case "dt":
                    return Const(float(step))
                case "pi":
                    return Const(3.141592653589793)
                case "trial":
                    return Const(0.0) if self.drive.frozen else Ref("trial")
            return self.parameter(text)

        return Translator(builder, name, step, stamp, draw, self.samples)(self.drive.expression)
