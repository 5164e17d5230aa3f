"""Functions of the language: the one table of their arguments, dimensions, places, meanings and words.

A function is added by a row here. Without a meaning of its own it is the operation of the program of the same name; one that
can be said in operations has its meaning in `snndsl.expressions.meanings`. The checks, the values before a run, the lowering
and the reference page read this table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from snndsl.deferred import dataclass
from snndsl.expressions import meanings
from snndsl.expressions.drawn import normal_in
from snndsl.expressions.meanings import Algebra, Meaning

__all__ = ["COMPUTED", "DRAWS", "FUNCTIONS", "TO_MS", "TO_STEPS", "Counting", "Function", "Law", "Where"]

Law = Literal[
    "number", "same", "sqrt", "keep", "ratio", "where", "time to number", "time to time", "time to truth", "draw", "noise"
]
Where = Literal["anywhere", "drawn", "run", "equations", "rules"]
Counting = Literal["", "whole", "rounds", "chooses", "magnitude"]

_MOST_ARGUMENTS = 16


@dataclass(frozen=True, slots=True)
class Function:
    """A function.

    Parameters
    ----------
    name : str
        As it is written.
    arguments : str
        Their names, as documented: ``x, low, high``; ``[low, high]`` may be left out together, ``...`` stands for up to 16.
    law : str
        What it does to dimensions: ``number`` (numbers to a number), ``same`` (all arguments and the result alike), ``sqrt``,
        ``keep`` (any argument, result alike), ``ratio`` (all arguments alike, to a number), ``where`` (a condition, then
        alike), ``time to number``, ``time to time``, ``time to truth``, ``draw`` (arguments alike, a number without any),
        ``noise`` (one over the square root of time).
    says : str
        What it is, in one line.
    where : str
        ``anywhere``; ``drawn`` (values of neurons and synapses, and what runs), ``run`` (what runs; its argument, a period,
        comes in steps), ``equations``, ``rules`` (in `every` and `on_start` of rules).
    counting : str
        What it does to whole numbers: gives one (``whole``), rounds to one (``rounds``), gives one of its arguments
        (``chooses``) or its argument without sign (``magnitude``).
    meaning : callable or None
        What it is in operations; None: the operation of its name.
    """

    name: str
    arguments: str
    law: Law
    says: str
    where: Where = "anywhere"
    counting: Counting = ""
    meaning: Meaning | None = None

    def __call__(self, o: Algebra[Any], *arguments: Any) -> Any:
        """Return its value, or its expression: `o` carries out the operations.

        Parameters
        ----------
        o : Algebra
            Of arrays or of a program.
        *arguments : Any
            Of a draw its identity first.
        """
        return o(self.name, *arguments) if self.meaning is None else self.meaning(o, *arguments)

    @property
    def counts(self) -> tuple[int, ...]:
        """Allowed numbers of arguments."""
        most = self.arguments.count(",") + 1 if self.arguments else 0
        if self.arguments.endswith("..."):
            return tuple(range(most - 1, _MOST_ARGUMENTS + 1))
        return (0, most) if self.arguments.startswith("[") else (most,)

    @property
    def draws(self) -> bool:
        """Whether it draws a random number."""
        return self.where in ("drawn", "equations")

    @property
    def varies(self) -> bool:
        """Whether its value changes during a run though its arguments do not."""
        return self.draws or self.where == "run"

    @property
    def runs(self) -> bool:
        """Whether a program can compute it during a run; white noise is what integrators make of it."""
        return self.where in ("anywhere", "drawn", "run")

    @property
    def is_whole(self) -> bool:
        """Whether its value is a whole number, whatever it is given."""
        return self.counting in ("whole", "rounds")


def _number(name: str, says: str) -> Function:
    return Function(name, "x", "number", says)


_ROWS: Iterable[Function] = (
    _number("exp", "*e* to the power of x"),
    _number("log", "natural logarithm"),
    _number("expm1", "exp(x) - 1, exact near 0"),
    _number("log1p", "log(1 + x), exact near 0"),
    _number("sin", "sine of an angle in radians"),
    _number("cos", "cosine of an angle in radians"),
    _number("tan", "tangent of an angle in radians"),
    Function("asin", "x", "number", "the angle from -pi/2 to pi/2 that has this sine", meaning=meanings.asin),
    Function("acos", "x", "number", "the angle from 0 to pi that has this cosine", meaning=meanings.acos),
    Function("atan", "x", "number", "the angle from -pi/2 to pi/2 that has this tangent", meaning=meanings.atan),
    Function("atan2", "y, x", "ratio", "angle of the point (x, y), from -pi to pi"),
    Function("sinh", "x", "number", "hyperbolic sine; infinite beyond 709.78", meaning=meanings.sinh),
    Function("cosh", "x", "number", "hyperbolic cosine; infinite beyond 709.78", meaning=meanings.cosh),
    _number("tanh", "hyperbolic tangent"),
    _number("exprel", "(exp(x) - 1)/x, and 1 at 0"),
    _number("sigmoid", "1/(1 + exp(-x))"),
    Function("sqrt", "x", "sqrt", "square root"),
    Function("abs", "x", "keep", "magnitude", counting="magnitude"),
    Function("sign", "x", "ratio", "-1, 0 or 1", counting="whole", meaning=meanings.sign),
    Function("floor", "x", "number", "the largest whole number up to x", counting="rounds"),
    Function("ceil", "x", "number", "the smallest whole number from x on", counting="rounds", meaning=meanings.ceil),
    Function("round", "x", "number", "floor(x + 0.5)", counting="rounds", meaning=meanings.round_),
    Function("min", "x, y, ...", "same", "the smallest", counting="chooses", meaning=meanings.least),
    Function("max", "x, y, ...", "same", "the largest", counting="chooses", meaning=meanings.greatest),
    Function("clip", "x, low, high", "same", "x, or the bound it is beyond", counting="chooses", meaning=meanings.clip),
    Function(
        "where",
        "condition, x, y",
        "where",
        "x where the condition holds, else y; both may be evaluated",
        counting="chooses",
        meaning=meanings.where,
    ),
    Function("steps", "T", "time to number", "the nearest whole number of steps", "anywhere", "whole", meanings.whole_steps),
    Function("tick", "P", "time to number", "how many periods have passed", "run", "whole", meanings.tick),
    Function("phase", "P", "time to time", "time since the last period began", "run", meaning=meanings.phase),
    Function("begins", "P", "time to truth", "whether a period begins in this step", "run", meaning=meanings.begins),
    Function("uniform", "[low, high]", "draw", "between 0 and 1, or low and high", "drawn", meaning=meanings.uniform),
    Function("normal", "[mean, sd]", "draw", "normal, of mean 0 and spread 1 unless given", "drawn", meaning=meanings.normal),
    Function("normal_in", "mean, sd, low, high", "draw", "drawn again until within the bounds", "drawn", meaning=normal_in),
    Function("lognormal", "[mean, sd]", "number", "exp(normal(mean, sd))", "drawn", meaning=meanings.lognormal),
    Function("exponential", "[mean]", "draw", "exponential, of mean 1 unless given", "drawn", meaning=meanings.exponential),
    Function("poisson", "mean", "number", "a Poisson count", "drawn", meaning=meanings.poisson),
    Function("xi", "", "noise", "white noise, whose integral over a time T is normal with spread sqrt(T)", "equations"),
    Function("sum_by_target", "x", "keep", "sum over the synapses of the target", "rules"),
    Function("sum_by_source", "x", "keep", "sum over the synapses of the source", "rules"),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({row.name: row for row in _ROWS})
"""Every function of the language, in the order of the reference page."""

DRAWS = frozenset(row.name for row in _ROWS if row.draws)
"""Functions that draw."""

TO_STEPS = "to steps"
"""A time in ms as steps, a grid point as an integer."""
TO_MS = "to ms"
"""Steps as the nearest time in ms."""

COMPUTED: Mapping[str, Function] = MappingProxyType(
    {
        **FUNCTIONS,
        TO_STEPS: Function(TO_STEPS, "T", "time to number", "steps of a time", meaning=meanings.on_grid),
        TO_MS: Function(TO_MS, "n", "time to time", "time of steps", meaning=meanings.time_of),
    }
)
"""The functions, and the two calls that `snndsl.expressions.counts` writes, whose names no text can hold."""
