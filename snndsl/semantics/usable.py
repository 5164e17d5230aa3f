"""Where a function or a built-in name may stand: some exist only during a run, and some draw."""

from __future__ import annotations

from collections.abc import Collection

from snndsl.expressions import FUNCTIONS, TextFault, tree
from snndsl.expressions.walk import calls_in, names_in

__all__ = ["BUILD", "PURE", "RUN", "misplaced"]

PURE = frozenset(row.name for row in FUNCTIONS.values() if row.where == "anywhere")
"""In values that are computed once and draw nothing: constants, sizes, conditions, listed spikes."""
BUILD = PURE | {row.name for row in FUNCTIONS.values() if row.where in ("drawn", "before")}
"""In values of neurons and synapses, drawn once before the run."""
RUN = PURE | {row.name for row in FUNCTIONS.values() if row.where in ("drawn", "run")}
"""In currents and rates."""


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
            drawn = FUNCTIONS[call.function].draws
            what = f"{call.function}() {'draws' if drawn else 'is known only during a run'}, which is not possible here"
            expected = "a value without draws" if drawn and call.function != "xi" else "a value that is known before the run"
            return TextFault("function-misplaced", what, call.start, expected)
    for name in names_in(node):
        if name.text in names:
            what = f"{name.text!r} is known only during a run"
            return TextFault("name-misplaced", what, name.start, "a value that is known before the run")
    return None
