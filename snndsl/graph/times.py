"""Times of a model as whole steps, and windows of time that must lie in the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from snndsl.errors import Fault, ModelError
from snndsl.graph.steps import to_steps
from snndsl.graph.values import evaluate_term, finite, model_names
from snndsl.semantics.arithmetic import Evaluator
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.terms import Place, parse_term

__all__ = ["Window", "collected", "horizon", "moment", "scalar", "window", "window_faults"]

Window = tuple[int, int]
Path = tuple[str | int, ...]


@contextmanager
def collected(faults: list[Fault]) -> Iterator[None]:
    """Add the faults that are raised inside to a list, and go on after it."""
    try:
        yield
    except ModelError as error:
        faults += error.faults


def horizon(model: CheckedModel) -> int:
    """Return the last stamp for which events are made: the end of the file's run, or of a longer one that is asked for.

    What happens in a shorter run is the beginning of what happens in the longer one.
    """
    return max(model.steps, model.file_steps)


def scalar(model: CheckedModel, text: object, *path: str | int) -> float:
    """Return a number of the model file that reads constants and data only, internal units.

    Raises
    ------
    ModelError
        not-finite, index-out-of-range.
    """
    term = parse_term(str(text), model.place(*path))
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    return float(finite(evaluate_term(term, evaluator, str(path[-1])), term, repr(path[-1])))


def moment(model: CheckedModel, text: object, what: str, rounding: str | None, *path: str | int, hint: str = "") -> int:
    """Return a time of the model file as a number of steps.

    Parameters
    ----------
    model : CheckedModel
        Whose constants and data it reads.
    text : object
        As written.
    what : str
        What it is, for faults: ``a limit``.
    rounding : str or None
        ``nearest``, ``up`` or ``down`` for a time off the grid; None: it is a fault.
    *path : str or int
        Where it stands.
    hint : str
        What to write if it is off the grid.

    Raises
    ------
    ModelError
        off-grid, not-finite.
    """
    term = parse_term(str(text), model.place(*path))
    value = np.array([scalar(model, text, *path)])
    return int(to_steps(value, model.step, rounding, term, what, hint)[0])


def window(model: CheckedModel, limits: Sequence[object] | None, rounding: str | None, *path: str | int) -> Window | None:
    """Return the first step of ``[from, to]`` and the one after the last, None for always.

    Raises
    ------
    ModelError
        off-grid, window-empty, window-outside-run.
    """
    if limits is None:
        return None
    faults: list[Fault] = []
    found: list[int] = []
    for k, text in enumerate(limits):
        with collected(faults):
            found.append(moment(model, text, "a limit", rounding, *path, k, hint="round: nearest"))
    if not faults:
        faults += window_faults(model, (found[0], model.place(*path, 0)), (found[1], model.place(*path, 1)), repr(path[-1]))
    if faults:
        raise ModelError(faults)
    return found[0], found[1]


def window_faults(
    model: CheckedModel, start: tuple[int, Place] | None, stop: tuple[int, Place] | None, what: str
) -> Iterator[Fault]:
    """Yield what is wrong with a window of which no step lies in the run of the file.

    Parameters
    ----------
    model : CheckedModel
        With the length of the run that the file says.
    start, stop : tuple of int and Place, or None
        Both limits in steps and where they stand; None: from the beginning, to the end.
    what : str
        Whose limits they are.
    """
    last = model.file_steps
    for limit in (start, stop):
        if limit is not None and limit[0] < 0:
            said = f"{what} has a limit of {_ms(model, limit[0])}"
            yield limit[1].problem("window-outside-run", said, "0 ms or later")
            return
    if start is not None and start[0] >= last:
        said = f"{what} begins at {_ms(model, start[0])}, and the run ends at {_ms(model, last)}"
        yield start[1].problem("window-outside-run", said, "a time before the end of the run")
        return
    if start is not None and stop is not None and stop[0] <= start[0]:
        order = "which is when it begins" if stop[0] == start[0] else f"before it begins at {_ms(model, start[0])}"
        said = f"{what} ends at {_ms(model, stop[0])}, {order}"
        yield stop[1].problem("window-empty", said, f"a time after {_ms(model, start[0])}")


def _ms(model: CheckedModel, steps: int) -> str:
    return f"{float(steps * model.step):.12g} ms"
