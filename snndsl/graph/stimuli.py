"""What all stimuli have: targets, a delay, a window, and values for each neuron that they reach."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import ModelError
from snndsl.graph.times import window
from snndsl.graph.values import evaluate_term, finite, model_names
from snndsl.numerics import stream_key
from snndsl.schema.stimulus import StimulusSpec
from snndsl.semantics.arithmetic import Drawer, Evaluator
from snndsl.semantics.check import CheckedModel, whole_steps
from snndsl.semantics.element import value_terms
from snndsl.semantics.selection import Selection, resolve
from snndsl.semantics.terms import Term, parse_term

__all__ = ["drive_delay", "drive_window", "flat_port", "per_element", "rounding_of", "targets_of", "term_of", "weights_of"]

Real = NDArray[np.float64]
Index = NDArray[np.int64]


def targets_of(model: CheckedModel, name: str, spec: StimulusSpec) -> Selection:
    assert spec.into is not None
    return resolve(
        spec.into, model.sizes, model.spec.groups, model.place("stimuli", name, "into"), f"stimulus {name!r} goes into"
    )


def flat_port(model: CheckedModel, population: str, port: str | None) -> str:
    """Return the name of a port in the program."""
    return "spike" if port == "spike" else model.elements[population].port_names[str(port)]


def term_of(model: CheckedModel, text: Any, *path: str | int) -> Term:
    return parse_term(str(text), model.place(*path))


def drive_delay(model: CheckedModel, name: str, spec: StimulusSpec) -> int:
    """Return the delay of a stimulus in steps."""
    if spec.delay is None:
        return 1
    return whole_steps(term_of(model, spec.delay, "stimuli", name, "delay"), model.step, "the delay")


def drive_window(model: CheckedModel, name: str, spec: StimulusSpec) -> tuple[int, int] | None:
    """Return the stamps between which a stimulus acts, None for always; limits off the grid are rounded as its times are."""
    return window(model, spec.during, rounding_of(spec), "stimuli", name, "during")


def rounding_of(spec: StimulusSpec) -> str | None:
    return (spec.spikes.round if spec.spikes is not None else None) or spec.round


def per_element(model: CheckedModel, name: str, terms: Any, targets: Selection, what: str) -> Real:
    """Evaluate one value for each element of an injection; draws are made once, before the run."""
    size = targets.size
    scope = {
        "i": np.arange(size, dtype=np.float64),
        "N": float(size),
        "block": np.repeat(np.arange(len(targets.blocks), dtype=np.float64), [block.size for block in targets.blocks]),
    }
    seed, stream = model.spec.seed, model.spec.stimuli[name].stream or f"stimuli.{name}"
    drawer = None
    if seed is not None and seed.input is not None:
        drawer = Drawer(stream_key(seed.input, f"{stream}/{what}"), scope["i"])
    evaluator = Evaluator(model_names(model, scope, size), model.step, model.data, drawer)
    if isinstance(terms, tuple):
        if len(terms) != size:
            raise ModelError(terms[0].problem("list-length", f"{len(terms)} values for {size} neurons", f"{size} values"))
        return np.array([float(evaluate_term(term, evaluator, what)) for term in terms])
    value = finite(evaluate_term(terms, evaluator, what), terms, what)
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, np.float64), (size,)))


def weights_of(model: CheckedModel, name: str, spec: StimulusSpec, targets: Selection) -> Real:
    return per_element(model, name, value_terms(spec.weight, model.place("stimuli", name, "weight")), targets, "weight")
