"""Ports and values of stimuli: one for each neuron that they reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.expressions.arithmetic import Evaluator
from snndsl.expressions.drawn import Drawer
from snndsl.graph.values import evaluate_term, finite, model_names
from snndsl.model.checked import CheckedModel
from snndsl.model.stimulus import Stimulus
from snndsl.model.text import ValueTerm
from snndsl.numerics import stream_key

__all__ = ["flat_port", "per_element", "weights_of"]

Real = NDArray[np.float64]


def flat_port(model: CheckedModel, population: str, port: str | None) -> str:
    """Return the name of a port in the program."""
    return "spike" if port == "spike" else model.populations[population].element.port_names[str(port)]


def per_element(model: CheckedModel, stimulus: Stimulus, terms: ValueTerm, what: str) -> Real:
    """Evaluate one value for each element of an injection; draws are made once, before the run."""
    targets = stimulus.targets
    assert targets is not None
    size = targets.size
    scope = {
        "i": np.arange(size, dtype=np.float64),
        "N": float(size),
        "block": np.repeat(np.arange(len(targets.blocks), dtype=np.float64), [block.size for block in targets.blocks]),
    }
    drawer = None
    if model.seeds.input is not None:
        drawer = Drawer(stream_key(model.seeds.input, f"{stimulus.stream}/{what}"), scope["i"])
    evaluator = Evaluator(model_names(model, scope, size), model.step, model.data, drawer)
    if isinstance(terms, tuple):
        if len(terms) != size:
            raise ModelError(terms[0].problem("list-length", f"{len(terms)} values for {size} neurons", f"{size} values"))
        return np.array([float(evaluate_term(term, evaluator, what)) for term in terms])
    value = finite(evaluate_term(terms, evaluator, what), terms, what)
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, np.float64), (size,)))


def weights_of(model: CheckedModel, stimulus: Stimulus) -> Real:
    """Return the weight of each element of an injection; 1 where none is written."""
    assert stimulus.targets is not None
    if stimulus.weight is None:
        return np.ones(stimulus.targets.size)
    return per_element(model, stimulus, stimulus.weight, "weight")
