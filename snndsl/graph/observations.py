"""Times at which a model is observed: windows and moments of records and expectations, which must lie in the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snndsl.errors import Fault
from snndsl.graph.times import collected, moment, window_faults
from snndsl.semantics.check import CheckedModel
from snndsl.semantics.terms import Place

__all__ = ["observation_faults"]


def observation_faults(model: CheckedModel) -> Iterator[Fault]:
    """Yield the faults of ``record`` and ``expect`` that ask for what no step of the run has."""
    for text, states in model.spec.record.states.items():
        yield from _span(model, states, "record", "states", text)
    for name, signals in model.spec.record.signals.items():
        yield from _span(model, signals, "record", "signals", name)
    for name, synapses in model.spec.record.synapses.items():
        listed = synapses.at if isinstance(synapses.at, tuple) else () if synapses.at is None else (synapses.at,)
        for k, text in enumerate(listed):
            path = ("record", "synapses", name, "at", *((k,) if isinstance(synapses.at, tuple) else ()))
            yield from _at(model, text, 1, *path)
    for name, expected in model.spec.expect.items():
        yield from _span(model, expected, "expect", name)
        if expected.at is not None:
            yield from _at(model, expected.at, 0, "expect", name, "at")


def _span(model: CheckedModel, spec: Any, *path: str | int) -> Iterator[Fault]:
    """Yield what is wrong with ``after`` and ``until``, and with a period of which no multiple lies between them."""
    faults: list[Fault] = []
    limits: dict[str, tuple[int, Place]] = {}
    for key in ("after", "until"):
        text = getattr(spec, key)
        if text is not None:
            with collected(faults):
                limits[key] = moment(model, text, repr(key), None, *path, key), model.place(*path, key)
    after, until = limits.get("after"), limits.get("until")
    if not faults:
        faults += window_faults(model, after, until, f"the window of {str(path[-1])!r}")
    every = getattr(spec, "every", None)
    if not faults and every is not None and after is not None:
        with collected(faults):
            period = moment(model, every, "'every'", None, *path, "every")
            last = model.file_steps if until is None else min(until[0], model.file_steps)
            if period * (after[0] // period + 1) > last:
                what = f"no multiple of {every} lies after {spec.after} and in the window"
                faults.append(after[1].problem("window-empty", what, "an earlier 'after' or a shorter 'every'"))
    yield from faults


def _at(model: CheckedModel, text: Any, first: int, *path: str | int) -> Iterator[Fault]:
    faults: list[Fault] = []
    with collected(faults):
        stamp = moment(model, text, "a time", None, *path)
        if not first <= stamp <= model.file_steps:
            end = f"{float(model.file_steps * model.step):.12g} ms"
            begin = "0 ms" if first == 0 else f"{float(first * model.step):.12g} ms"
            faults.append(model.place(*path).problem("time-outside-run", f"a time of {text}", f"{begin} .. {end}"))
    yield from faults
