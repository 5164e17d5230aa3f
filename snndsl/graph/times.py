"""Times and numbers of the model file that read constants and data only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.expressions.arithmetic import Evaluator
from snndsl.graph.steps import to_steps
from snndsl.graph.values import evaluate_term, finite, model_names
from snndsl.model.checked import CheckedModel
from snndsl.model.text import Term

__all__ = ["horizon", "moment", "moments", "scalar"]


def horizon(model: CheckedModel) -> int:
    """Return the last stamp for which events are made: the end of the file's run, or of a longer one that is asked for.

    What happens in a shorter run is the beginning of what happens in the longer one.
    """
    return max(model.steps, model.file_steps)


def scalar(model: CheckedModel, term: Term, what: str) -> float:
    """Return a number, internal units.

    Raises
    ------
    ModelError
        not-finite, index-out-of-range, array-size.
    """
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    value = np.asarray(finite(evaluate_term(term, evaluator, what), term, repr(what)))
    if value.size != 1:
        what = f"{what} is an array of {value.size:,} values"
        raise ModelError(term.problem("array-size", what, "one value, as in name(0)"))
    return float(value.item())


def moments(model: CheckedModel, term: Term, what: str) -> NDArray[np.int64]:
    """Return times as numbers of steps: one, or all of an array of data.

    Raises
    ------
    ModelError
        off-grid, not-finite.
    """
    evaluator = Evaluator(model_names(model, {}, None), model.step, model.data)
    values = np.asarray(finite(evaluate_term(term, evaluator, what), term, repr(what)), np.float64)
    return to_steps(values.ravel(), model.step, None, term, what)


def moment(model: CheckedModel, term: Term, what: str, hint: str = "") -> int:
    """Return a time as a number of steps.

    Parameters
    ----------
    model : CheckedModel
        Whose constants and data it reads.
    term : Term
        As written.
    what : str
        What it is, for faults: ``the latency``.
    hint : str
        What to write if it is off the grid.

    Raises
    ------
    ModelError
        off-grid, not-finite.
    """
    return int(to_steps(np.array([scalar(model, term, what)]), model.step, None, term, what, hint)[0])
