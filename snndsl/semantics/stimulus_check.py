"""Stimuli are read: the kind fits, targets and ports exist, values have the right dimension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions.dimensions import BOOLEAN, TIME
from snndsl.model.projection import Rounding
from snndsl.model.selection import Selection
from snndsl.model.stimulus import (
    Current,
    OneOf,
    Play,
    PlayedMotif,
    PulsePacket,
    Rate,
    Regular,
    SpikeList,
    Stimulus,
    Train,
)
from snndsl.model.text import Term, ValueTerm
from snndsl.schema.stimulus import PlaySpec, StimulusSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.constants import constant_steps, constant_term, is_constant
from snndsl.semantics.ports import port_dimension
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result
from snndsl.semantics.selection import resolve
from snndsl.semantics.usable import PURE, RUN
from snndsl.semantics.values import read_value, whole_size
from snndsl.semantics.windows import window_faults
from snndsl.units import ONE, Dimension

__all__ = ["read_source_sizes", "read_stimuli"]

_SOURCES = ("spikes", "bernoulli", "regular", "pulse_packet")
_INJECTIONS = ("spikes", "poisson", "one_of", "current")
RATE = TIME.power(-1)

What = SpikeList | Rate | Regular | PulsePacket | OneOf | Current | Play


def read_source_sizes(model: Reading) -> None:
    """Find the sizes of sources, which groups and projections may name."""
    for name, spec in model.spec.stimuli.items():
        if spec.size is not None:
            size = whole_size(model, spec.size, f"source {name!r}", "stimuli", name, "size")
            model.set_size(name, size)


def read_stimuli(model: Reading) -> dict[str, Stimulus]:
    """Return the section ``stimuli``."""
    found = {}
    for name, spec in model.spec.stimuli.items():
        stimulus = _stimulus(model, name, spec)
        if stimulus is not None:
            found[name] = stimulus
    return found


def _stimulus(model: Reading, name: str, spec: StimulusSpec) -> Stimulus | None:
    """Return a stimulus; None after reporting what makes it unreadable."""
    _role(model, name, spec)
    targets = _targets(model, name, spec)
    port: Dimension | None = None
    if targets is not None and spec.port is not None:
        port = port_dimension(model, targets, spec.port, f"stimulus {name!r}", "stimuli", name, "port")
    weight = _weight(model, name, spec, port)
    delay = 1 if spec.delay is None else _steps(model, spec.delay, "the delay", "stimuli", name, "delay")
    during = _window(model, name, spec)
    what = _KINDS[spec.kind](model, name, spec, port)
    if what is None or (spec.into is not None and targets is None):
        return None
    return Stimulus(
        name=name,
        place=model.place("stimuli", name),
        kind=spec.kind,
        what=what,
        size=None if spec.size is None else model.sizes[name],
        targets=targets,
        port=spec.port,
        weight=weight,
        delay=delay,
        during=during,
        frozen=spec.frozen,
        stream=spec.stream or f"stimuli.{name}",
    )


def _role(model: Reading, name: str, spec: StimulusSpec) -> None:
    """Check that a kind of stimulus can be what it is to be: a source or an injection."""
    kind, place = spec.kind, model.place("stimuli", name)
    if spec.size is not None and kind not in _SOURCES:
        code = "poisson-source" if kind == "poisson" else "stimulus-kind"
        hint = "into: TARGET and port: PORT instead of size" if kind == "poisson" else ""
        model.report(place, code, f"{kind} cannot be a source", f"one of {', '.join(_SOURCES)} with 'size'", hint)
    if spec.into is not None and kind not in _INJECTIONS:
        expected = f"one of {', '.join(_INJECTIONS)} with 'into'"
        model.report(place, "stimulus-kind", f"{kind} cannot be an injection", expected)


def _targets(model: Reading, name: str, spec: StimulusSpec) -> Selection | None:
    """Return whom an injection reaches."""
    if spec.into is None:
        return None
    place = model.place("stimuli", name, "into")
    try:
        targets = resolve(spec.into, model.sizes, model.spec.groups, place, f"stimulus {name!r} goes into")
    except ModelError as error:
        model.faults += error.faults
        return None
    if not targets.blocks:
        model.report(place, "selection-empty", f"stimulus {name!r} goes nowhere", "at least one population")
        return None
    return targets


def _weight(model: Reading, name: str, spec: StimulusSpec, port: Dimension | None) -> ValueTerm | None:
    if spec.kind == "play":
        if spec.weight is None and (spec.port or "spike") != "spike":
            what = f"{name!r} plays into {spec.port!r} without 'weight'"
            model.report(model.place("stimuli", name), "key-missing", what, "weight: ..")
        return None if spec.weight is None else _value(model, spec.weight, None, "the weight", {}, "stimuli", name, "weight")
    if spec.into is None or spec.kind == "current":
        return None
    if spec.weight is None:
        if spec.port != "spike":
            what = f"stimulus {name!r} has no 'weight'"
            model.report(model.place("stimuli", name), "key-missing", what, "weight: .. in the unit of the port")
        return None
    return _value(model, spec.weight, port, "the weight", builtin_dimensions("weight"), "stimuli", name, "weight")


def _window(model: Reading, name: str, spec: StimulusSpec) -> tuple[int, int] | None:
    """Return the stamps between which a stimulus acts; limits off the grid are rounded as its times are."""
    if spec.during is None:
        return None
    places = [model.place("stimuli", name, "during", k) for k in range(2)]
    first, last = (
        constant_steps(model, text, "a limit", *place.path, rounding=_rounding(spec), hint="round: nearest")
        for text, place in zip(spec.during, places, strict=True)
    )
    if first is None or last is None:
        return None
    model.faults += window_faults(model, (first, places[0]), (last, places[1]), "'during'")
    return first, last


def _rounding(spec: StimulusSpec) -> Rounding | None:
    return (spec.spikes.round if spec.spikes is not None else None) or spec.round


def _spikes(model: Reading, name: str, spec: StimulusSpec, _: Dimension | None) -> SpikeList | None:
    listed, path, row = spec.spikes, ("stimuli", name, "spikes"), builtin_dimensions("columns")
    assert listed is not None
    _duplicates(model, name, spec)
    i = _value(model, listed.i, ONE, "i", row, *path, "i", functions=PURE)
    t = _value(model, listed.t, TIME, "t", row, *path, "t", functions=PURE)
    where = None if listed.where is None else model.term(listed.where, *path, "where")
    if where is not None:
        model.scope.before_run(where, PURE)
        model.scope.expect(where, BOOLEAN, "the condition", row)
    if i is None or t is None:
        return None
    return SpikeList(i, t, where, _rounding(spec), listed.duplicates or spec.duplicates)


def _duplicates(model: Reading, name: str, spec: StimulusSpec) -> None:
    """Refuse sums of spikes: a neuron spikes at most once a step, and only amounts that enter a port add up."""
    inner = spec.spikes.duplicates if spec.spikes is not None else None
    if (inner or spec.duplicates) != "add" or (spec.into is not None and spec.port != "spike"):
        return
    path = ("spikes", "duplicates") if inner else ("duplicates",)
    who = f"of the source {name!r}" if spec.into is None else f"that {name!r} forces"
    expected = "error or merge: a neuron spikes at most once a step"
    place = model.place("stimuli", name, *path)
    model.report(place, "duplicates-add", f"the spikes {who} cannot add up", expected, "duplicates: merge")


def _rate(model: Reading, name: str, spec: StimulusSpec, _: Dimension | None) -> Rate | None:
    given = spec.poisson or spec.bernoulli
    assert given is not None
    path = ("stimuli", name, spec.kind, "rate")
    terms = _value(model, given.rate, RATE, "the rate", builtin_dimensions("stimulus"), *path, functions=RUN)
    if isinstance(terms, Term) and is_constant(model, terms):
        _rate_in_range(model, terms, spec.kind)
    return None if terms is None else Rate("poisson" if spec.poisson is not None else "bernoulli", terms)


def _rate_in_range(model: Reading, term: Term, kind: str) -> None:
    value = constant_term(model, term)
    if value is not None and value < 0:
        model.faults.append(term.problem("rate-negative", f"a rate of {1000 * value:g} Hz", "at least 0 Hz"))
    if value is not None and kind == "bernoulli" and value * float(model.step) > 1.0:
        what = f"{value * float(model.step):g} spikes a step"
        model.faults.append(term.problem("rate-above-one-per-step", what, "at most one spike a step", "poisson into a port"))


def _regular(model: Reading, name: str, spec: StimulusSpec, _: Dimension | None) -> Regular | None:
    assert spec.regular is not None
    path = ("stimuli", name, "regular")
    every = _steps(model, spec.regular.every, "the interval", *path, "every")
    start = _time(model, spec.regular.start, *path, "start")
    return None if start is None else Regular(every, start)


def _pulse_packet(model: Reading, name: str, spec: StimulusSpec, _: Dimension | None) -> PulsePacket | None:
    assert spec.pulse_packet is not None
    path = ("stimuli", name, "pulse_packet")
    at, sd = (_value(model, getattr(spec.pulse_packet, key), TIME, key, {}, *path, key) for key in ("at", "sd"))
    return None if at is None or sd is None else PulsePacket(at, sd)


def _one_of(model: Reading, name: str, spec: StimulusSpec, _: Dimension | None) -> OneOf:
    assert spec.one_of is not None
    return OneOf(_steps(model, spec.one_of.every, "the period", "stimuli", name, "one_of", "every"))


def _current(model: Reading, name: str, spec: StimulusSpec, port: Dimension | None) -> Current | None:
    scope = builtin_dimensions("stimulus")
    value = _value(model, spec.current, port, "the current", scope, "stimuli", name, "current", functions=RUN)
    return None if value is None else Current(value)


def _play(model: Reading, name: str, spec: StimulusSpec, _: Dimension | None) -> Play:
    items = [_played(model, item, "stimuli", name, "play", k) for k, item in enumerate(spec.play or ())]
    return Play(tuple(item for item in items if item is not None))


def _played(model: Reading, item: PlaySpec, *path: str | int) -> PlayedMotif | None:
    """Return a motif that is played; None after reporting what is wrong."""
    place, before = model.place(*path), len(model.faults)
    if item.motif not in model.spec.motifs:
        near, what = nearest(item.motif, model.spec.motifs), f"there is no motif {item.motif!r}"
        model.report(place.inner("motif"), "name-unknown", what, listed(model.spec.motifs), near)
    if (item.at is None) == (item.rate is None):
        expected = "at: [T, ..], at: {every: T} or rate: R"
        model.report(place, "key-missing", "needs exactly one of 'at' and 'rate'", expected)
    at = _occurrences(model, item.at, *path, "at")
    kinds = {"rate": RATE, "jitter": TIME, "dropout": ONE, "replace": ONE}
    terms = {key: _scalar(model, getattr(item, key), wanted, repr(key), *path, key) for key, wanted in kinds.items()}
    if len(model.faults) > before:
        return None
    return PlayedMotif(item.motif, place, at, terms["rate"], terms["jitter"], terms["dropout"], terms["replace"])


def _occurrences(model: Reading, at: Any, *path: str | int) -> tuple[Term, ...] | Train | None:
    """Return the times at which a motif begins, as they are written."""
    if at is None:
        return None
    if isinstance(at, Mapping):
        if at.get("every") is None:
            model.report(model.place(*path), "key-missing", "no 'every'", "{every: T, start: T}")
            return None
        for key in at:
            if key not in ("every", "start"):
                near = nearest(str(key), ("every", "start"))
                model.report(model.place(*path, str(key)), "unknown-key", f"unknown key {str(key)!r}", "every, start", near)
        every = _scalar(model, str(at["every"]), TIME, "'every'", *path, "every")
        start = _scalar(model, str(at.get("start", "0 ms")), TIME, "'start'", *path, "start")
        return None if every is None or start is None else Train(every, start)
    several = isinstance(at, list | tuple)
    items = [((*path, k), text) for k, text in enumerate(at)] if several else [(path, at)]
    terms = [_scalar(model, str(text), TIME, "a time" if several else "the time", *inside) for inside, text in items]
    return tuple(term for term in terms if term is not None)


_KINDS: Mapping[str, Callable[[Reading, str, StimulusSpec, Dimension | None], What | None]] = {
    "spikes": _spikes,
    "bernoulli": _rate,
    "poisson": _rate,
    "regular": _regular,
    "pulse_packet": _pulse_packet,
    "one_of": _one_of,
    "current": _current,
    "play": _play,
}


def _value(
    model: Reading, value: Any, wanted: Result | None, what: str, extra: Mapping[str, Result], *path: str | int, **options: Any
) -> ValueTerm | None:
    return read_value(model, value, wanted, what, extra, *path, **options).terms


def _scalar(model: Reading, text: str | None, wanted: Dimension, what: str, *path: str | int) -> Term | None:
    if text is None:
        return None
    terms = _value(model, text, wanted, what, {}, *path)
    return terms if isinstance(terms, Term) else None


def _steps(model: Reading, text: str, what: str, *path: str | int) -> int:
    """Return a time as steps, at least one; 1 after reporting what is wrong."""
    steps = constant_steps(model, text, what, *path)
    if steps is not None and steps < 1:
        model.report(model.place(*path), "delay-below-step", f"{what} is {text}", "at least one step")
    return 1 if steps is None else max(steps, 1)


def _time(model: Reading, text: str, *path: str | int) -> Term | None:
    term = model.term(text, *path)
    if term is not None:
        model.scope.expect(term, TIME, "the time")
    return term
