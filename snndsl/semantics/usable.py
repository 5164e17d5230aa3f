"""Where a function or a built-in name may stand: some exist only during a run, and some draw."""

from __future__ import annotations

from collections.abc import Collection

from snndsl.expressions import FUNCTIONS, TextFault, tree
from snndsl.expressions.functions import DRAWS, Function
from snndsl.expressions.walk import calls_in, names_in

__all__ = ["BUILD", "EQUATIONS", "PURE", "RUN", "SUMS", "in_a_run", "misplaced"]

PURE = frozenset(row.name for row in FUNCTIONS.values() if row.where == "anywhere")
"""In values that are computed once and draw nothing: constants, sizes, conditions, listed spikes."""
BUILD = PURE | {row.name for row in FUNCTIONS.values() if row.where == "drawn"}
"""In values of neurons and synapses, drawn once before the run."""
RUN = PURE | {row.name for row in FUNCTIONS.values() if row.where in ("drawn", "run")}
"""In currents, rates and what neurons and signals do in a step."""
EQUATIONS = RUN | {row.name for row in FUNCTIONS.values() if row.where == "equations"}
"""In equations of neurons and signals, aliases among them."""
SUMS = frozenset(row.name for row in FUNCTIONS.values() if row.where == "rules")
"""In `every` and `on_start` of rules: they add over synapses."""


def in_a_run(functions: Collection[str]) -> bool:
    """Tell whether a text that may call these functions is computed during a run."""
    return (RUN - DRAWS).issubset(functions)


def misplaced(node: tree.Expression, functions: Collection[str], names: Collection[str] = ()) -> TextFault | None:
    """Return the fault of the first call of a function that is not among `functions`, or of a name among `names`.

    Parameters
    ----------
    node : Expression
        What is written.
    functions : collection of str
        Functions of the language that may be called; data arrays always may.
    names : collection of str
        Names that may not be read.
    """
    for call in calls_in(node):
        if call.function in FUNCTIONS and call.function not in functions:
            why, expected = _why(FUNCTIONS[call.function])
            what = f"{call.function}() {why}, which is not possible here"
            return TextFault("function-misplaced", what, call.start, expected)
    for name in names_in(node):
        if name.text in names:
            what = f"{name.text!r} is known only during a run"
            return TextFault("name-misplaced", what, name.start, "a value that is known before the run")
    return None


def _why(function: Function) -> tuple[str, str]:
    """Return what is wrong with a function, and what is expected."""
    if function.where == "rules":
        return "adds over synapses", "'every' or 'on_start' of a rule"
    if function.where == "equations":
        return "is white noise", "an equation; normal() draws a number"
    before = "a value that is known before the run"
    if not function.draws:
        return "is known only during a run", before
    return "draws", "a value without draws"
