"""What must hold in stimuli: the kind fits, targets and ports exist, values have the right dimension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions.dimensions import BOOLEAN, TIME
from snndsl.schema.stimulus import StimulusSpec
from snndsl.semantics.connection_check import port_dimension
from snndsl.semantics.constants import constant_term, is_constant
from snndsl.semantics.dimensions import BUILTIN_DIMENSIONS, Result
from snndsl.semantics.population_check import check_value, whole_size
from snndsl.semantics.selection import resolve
from snndsl.semantics.usable import PURE, RUN
from snndsl.units import ONE, Dimension

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_stimuli", "stimulus_scope"]

_SOURCES = ("spikes", "bernoulli", "regular", "pulse_packet")
_INJECTIONS = ("spikes", "poisson", "one_of", "current")
RATE = TIME.power(-1)


def stimulus_scope() -> dict[str, Result]:
    """Return the built-in names of a stimulus with their dimensions."""
    return {name: BUILTIN_DIMENSIONS[name] for name in ("t", "trial", "i", "N", "block", "row")}


def check_stimuli(model: CheckedModel) -> None:
    """Check every stimulus; sizes of sources go to `CheckedModel.sizes`."""
    for name, spec in model.spec.stimuli.items():
        if spec.size is not None:
            size = whole_size(model, spec.size, f"source {name!r}", "stimuli", name, "size")
            model.sizes[name] = size if size is not None else 1
    for name, spec in model.spec.stimuli.items():
        _check(model, name, spec)


def _check(model: CheckedModel, name: str, spec: StimulusSpec) -> None:
    kind, place = spec.kind, model.place("stimuli", name)
    if spec.size is not None and kind not in _SOURCES:
        code = "poisson-source" if kind == "poisson" else "stimulus-kind"
        hint = "into: TARGET and port: PORT instead of size" if kind == "poisson" else ""
        model.faults.append(
            place.problem(code, f"{kind} cannot be a source", f"one of {', '.join(_SOURCES)} with 'size'", hint)
        )
    if spec.into is not None and kind not in _INJECTIONS:
        model.faults.append(
            place.problem("stimulus-kind", f"{kind} cannot be an injection", f"one of {', '.join(_INJECTIONS)} with 'into'")
        )
    port: Dimension | None = None
    if spec.into is not None and spec.port is not None:
        try:
            targets = resolve(
                spec.into, model.sizes, model.spec.groups, model.place("stimuli", name, "into"), f"stimulus {name!r} goes into"
            )
            port = port_dimension(model, targets, spec.port, f"stimulus {name!r}", "stimuli", name, "port")
            if not targets.blocks:
                where = model.place("stimuli", name, "into")
                model.faults.append(
                    where.problem("selection-empty", f"stimulus {name!r} goes nowhere", "at least one population")
                )
        except ModelError as error:
            model.faults += error.faults
    _weight(model, name, spec, port)
    if spec.delay is not None:
        _steps(model, spec.delay, "the delay", "stimuli", name, "delay")
    if spec.during is not None:
        for k, text in enumerate(spec.during):
            _time(model, text, "stimuli", name, "during", k)
    _values(model, name, spec, kind, port)


def _weight(model: CheckedModel, name: str, spec: StimulusSpec, port: Dimension | None) -> None:
    if spec.into is None or spec.kind == "current":
        return
    if spec.weight is None:
        if spec.port != "spike":
            place = model.place("stimuli", name)
            model.faults.append(
                place.problem("key-missing", f"stimulus {name!r} has no 'weight'", "weight: .. in the unit of the port")
            )
        return
    check_value(model, spec.weight, port, "the weight", {"i": ONE, "N": ONE, "block": ONE}, "stimuli", name, "weight")


def _values(model: CheckedModel, name: str, spec: StimulusSpec, kind: str, port: Dimension | None) -> None:
    scope = stimulus_scope()
    if kind == "current":
        check_value(model, spec.current, port, "the current", scope, "stimuli", name, "current", functions=RUN)
    elif kind in ("poisson", "bernoulli"):
        rate = getattr(spec, kind).rate
        check_value(model, rate, RATE, "the rate", scope, "stimuli", name, kind, "rate", functions=RUN)
        _rate_in_range(model, rate, kind, "stimuli", name, kind, "rate")
    elif kind == "one_of" and spec.one_of is not None:
        _steps(model, spec.one_of.every, "the period", "stimuli", name, "one_of", "every")
    elif kind == "play":
        _play(model, name, spec)
    elif kind == "regular" and spec.regular is not None:
        _steps(model, spec.regular.every, "the interval", "stimuli", name, "regular", "every")
        _time(model, spec.regular.start, "stimuli", name, "regular", "start")
    elif kind == "pulse_packet" and spec.pulse_packet is not None:
        for key in ("at", "sd"):
            check_value(model, getattr(spec.pulse_packet, key), TIME, key, {}, "stimuli", name, "pulse_packet", key)
    elif kind == "spikes" and spec.spikes is not None:
        _duplicates(model, name, spec)
        check_value(model, spec.spikes.i, ONE, "i", {"row": ONE}, "stimuli", name, "spikes", "i", functions=PURE)
        check_value(model, spec.spikes.t, TIME, "t", {"row": ONE}, "stimuli", name, "spikes", "t", functions=PURE)
        if spec.spikes.where is not None:
            term = model.term(spec.spikes.where, "stimuli", name, "spikes", "where")
            if term is not None:
                model.names.before_run(term, PURE)
                model.names.expect(term, BOOLEAN, "the condition", {"row": ONE})


def _duplicates(model: CheckedModel, name: str, spec: StimulusSpec) -> None:
    """Refuse sums of spikes: a neuron spikes at most once a step, and only amounts that enter a port add up."""
    inner = spec.spikes.duplicates if spec.spikes is not None else None
    if (inner or spec.duplicates) != "add" or (spec.into is not None and spec.port != "spike"):
        return
    path = ("spikes", "duplicates") if inner else ("duplicates",)
    who = f"of the source {name!r}" if spec.into is None else f"that {name!r} forces"
    what = f"the spikes {who} cannot add up"
    expected = "error or merge: a neuron spikes at most once a step"
    model.faults.append(model.place("stimuli", name, *path).problem("duplicates-add", what, expected, "duplicates: merge"))


def _play(model: CheckedModel, name: str, spec: StimulusSpec) -> None:
    for k, item in enumerate(spec.play or ()):
        path = ("stimuli", name, "play", k)
        if item.motif not in model.spec.motifs:
            near = nearest(item.motif, model.spec.motifs)
            what = f"there is no motif {item.motif!r}"
            model.faults.append(model.place(*path, "motif").problem("name-unknown", what, listed(model.spec.motifs), near))
        if isinstance(item.at, list | tuple):
            for place, text in enumerate(item.at):
                check_value(model, str(text), TIME, "a time", {}, *path, "at", place)
        elif isinstance(item.at, Mapping):
            for key, text in item.at.items():
                check_value(model, str(text), TIME, repr(key), {}, *path, "at", str(key))
        elif item.at is not None:
            check_value(model, str(item.at), TIME, "the time", {}, *path, "at")
        for key, wanted in (("rate", RATE), ("jitter", TIME), ("dropout", ONE), ("replace", ONE)):
            if getattr(item, key) is not None:
                check_value(model, getattr(item, key), wanted, repr(key), {}, *path, key)


def _rate_in_range(model: CheckedModel, rate: Any, kind: str, *path: str | int) -> None:
    if isinstance(rate, tuple):
        return
    term = model.term(rate, *path)
    if term is None or not is_constant(model, term):
        return
    value = constant_term(model, term)
    if value is not None and value < 0:
        model.faults.append(term.problem("rate-negative", f"a rate of {1000 * value:g} Hz", "at least 0 Hz"))
    if value is not None and kind == "bernoulli" and value * float(model.step) > 1.0:
        what = f"{value * float(model.step):g} spikes a step"
        model.faults.append(term.problem("rate-above-one-per-step", what, "at most one spike a step", "poisson into a port"))


def _steps(model: CheckedModel, text: str, what: str, *path: str | int) -> None:
    from snndsl.semantics.check import whole_steps

    term = model.term(text, *path)
    if term is None:
        return
    try:
        if whole_steps(term, model.step, what) < 1:
            model.faults.append(term.problem("delay-below-step", f"{what} is {text}", "at least one step"))
    except ModelError as error:
        model.faults += error.faults


def _time(model: CheckedModel, text: str, *path: str | int) -> None:
    term = model.term(text, *path)
    if term is not None:
        model.names.expect(term, TIME, "the time")
