"""Stimuli are read: a kind fits what it is to be, targets and ports exist, what a kind says is read by the kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snndsl.deferred import dataclass
from snndsl.expressions.dimensions import UNKNOWN
from snndsl.model.selection import Selection
from snndsl.model.services import Names
from snndsl.model.stimulus import Duplicates, Playing, Stimulus
from snndsl.model.text import Rounding, ValueTerm
from snndsl.schema.stimulus import StimulusSpec
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.constants import constant_steps
from snndsl.semantics.kind_reader import KindReader
from snndsl.semantics.ports import port_dimension
from snndsl.semantics.positions import read_positions
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result
from snndsl.semantics.values import read_value, whole_size
from snndsl.semantics.windows import window_faults
from snndsl.stimuli import STIMULI
from snndsl.units import Dimension

__all__ = ["read_source_sizes", "read_stimuli"]


def read_source_sizes(reading: Reading) -> None:
    """Find the sizes of sources, which groups and projections may name."""
    for name, spec in reading.spec.stimuli.items():
        if spec.size is not None:
            size = whole_size(reading, spec.size, f"source {name!r}", "stimuli", name, "size")
            reading.set_size(name, size)


def read_stimuli(reading: Reading) -> dict[str, Stimulus]:
    """Return the section ``stimuli``."""
    found = {}
    for name, spec in reading.spec.stimuli.items():
        stimulus = _stimulus(reading, name, spec)
        if stimulus is not None:
            found[name] = stimulus
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _StimulusReader(KindReader):
    """See `snndsl.model.services.StimulusReader`; texts for each element read values of ``let`` as well."""

    name: str
    source: bool
    port: str | None
    unit: Dimension | None
    rounding: Rounding | None
    duplicates: Duplicates

    def known(self, names: Names) -> Mapping[str, Result]:
        """Return the names that a text may read besides constants and data."""
        own = self.reading.lets[self.name] if names in ("stimulus", "weight") else {}
        return {**KindReader.known(self, names), **own}


def _stimulus(reading: Reading, name: str, spec: StimulusSpec) -> Stimulus | None:
    """Return a stimulus; None after reporting what makes it unreadable."""
    kind, place = spec.kind, reading.place("stimuli", name)
    _role(reading, name, spec)
    reading.faults += [
        place.unused(key, what, expected) for key, what, expected in _unused(name, spec) if key in spec.model_fields_set
    ]
    targets = _targets(reading, name, spec)
    port: Dimension | None = None
    if targets is not None and spec.port is not None:
        port = port_dimension(reading, targets, spec.port, f"stimulus {name!r}", "stimuli", name, "port")
    let = _let(reading, name, spec)
    own = {**builtin_dimensions("weight"), **reading.lets[name]}
    space = read_positions(reading, spec.positions, place, dict.fromkeys(spec.let, "value of 'let'"), own)
    weight = _weight(reading, name, spec, port, own)
    delay = 1
    if spec.delay is not None:
        delay = KindReader(reading, place, place).steps(spec.delay, "the delay", "delay")
    during = _window(reading, name, spec)
    source, inside = spec.into is None, place.inner(kind.name)
    what = kind.read(
        _StimulusReader(reading, place, inside, name, source, spec.port, port, spec.round, spec.duplicates), spec.given
    )
    if what is None or (spec.into is not None and targets is None):
        return None
    return Stimulus(
        name=name,
        place=place,
        what=what,
        size=None if spec.size is None else reading.sizes[name],
        targets=targets,
        port=spec.port,
        weight=weight,
        delay=delay,
        let=let,
        space=space,
        during=during,
        frozen=spec.frozen,
        stream=spec.stream or f"stimuli.{name}",
    )


def _role(reading: Reading, name: str, spec: StimulusSpec) -> None:
    """Check that a kind of stimulus can be what it is to be: a source or an injection."""
    kind, place = spec.kind, reading.place("stimuli", name)
    if spec.size is not None and not kind.source:
        expected = f"one of {', '.join(kind.name for kind in STIMULI.all if kind.source)} with 'size'"
        reading.report(place, "stimulus-kind", f"{kind.name} cannot be a source", expected)
    if spec.into is not None and not kind.injection:
        expected = f"one of {', '.join(kind.name for kind in STIMULI.all if kind.injection)} with 'into'"
        reading.report(place, "stimulus-kind", f"{kind.name} cannot be an injection", expected)


def _unused(name: str, spec: StimulusSpec) -> Iterator[tuple[str, str, str]]:
    """Yield the keys that a stimulus has no use for, with what they stand at and what fits instead."""
    kind = spec.kind
    if issubclass(kind, Playing):
        yield "let", f"'let' at stimulus {name!r}, which chooses the neurons it reaches", "no such key"
    if spec.into is not None or issubclass(kind, Playing):
        yield "positions", f"'positions' at stimulus {name!r}, which has no neurons of its own", "positions of its targets"
    if spec.size is not None:
        for key in ("port", "weight", "delay"):
            yield key, f"{key!r} at the source {name!r}, which projections wire", f"{key!r} in each projection from it"
    elif (spec.port or "spike") == "spike":
        yield "delay", f"'delay' at stimulus {name!r}, which makes neurons spike at its times", "later times"
    elif not kind.weighted:
        for key in ("weight", "delay"):
            yield key, f"{key!r} at stimulus {name!r}, which is no event but a {kind.name}", f"a {kind.name} without it"
    own = spec.given.model_fields_set if kind.listed else set()
    for key in ("round", "duplicates") if spec.during is None else ("duplicates",):
        if key in own:
            yield key, f"{key!r} at stimulus {name!r}, and another under {kind.name!r}", "one of them"
        elif not kind.listed:
            yield key, f"{key!r} at stimulus {name!r}, which lists no times", "no such key"


def _targets(reading: Reading, name: str, spec: StimulusSpec) -> Selection | None:
    """Return whom an injection reaches."""
    if spec.into is None:
        return None
    path = ("stimuli", name, "into")
    targets = reading.selection(spec.into, f"stimulus {name!r} goes into", *path)
    if targets is not None and not targets.blocks:
        reading.report(reading.place(*path), "selection-empty", f"stimulus {name!r} goes nowhere", "at least one population")
        return None
    return targets


def _let(reading: Reading, name: str, spec: StimulusSpec) -> dict[str, ValueTerm]:
    """Return the values that are drawn once for each element; each may read those before it."""
    found, own = dict[str, ValueTerm](), dict[str, Result](builtin_dimensions("weight"))
    known = reading.lets[name] = {}
    for key, value in spec.let.items():
        path = ("stimuli", name, "let", key)
        if key in builtin_dimensions("stimulus"):
            what = f"{key!r} is a name that is there without being declared"
            reading.report(reading.place(*path), "name-reserved", what, "another name")
        terms, kind = read_value(reading, value, None, f"let {key!r}", own, *path)
        own[key] = known[key] = UNKNOWN if kind is None else kind
        if terms is not None:
            found[key] = terms
    return found


def _weight(
    reading: Reading, name: str, spec: StimulusSpec, port: Dimension | None, own: Mapping[str, Result]
) -> ValueTerm | None:
    """Return the weight of events; into the port ``spike`` there need be none."""
    plays = issubclass(spec.kind, Playing)
    if not spec.kind.weighted or (spec.into is None and not plays):
        return None
    if spec.weight is None:
        if (spec.port or "spike") != "spike":
            said = f"{name!r} plays into {spec.port!r} without 'weight'" if plays else f"stimulus {name!r} has no 'weight'"
            expected = "weight: .." if plays else "weight: .. in the unit of the port"
            reading.report(reading.place("stimuli", name), "key-missing", said, expected)
        return None
    scope: Mapping[str, Result] = {} if plays else own
    return read_value(reading, spec.weight, None if plays else port, "the weight", scope, "stimuli", name, "weight").terms


def _window(reading: Reading, name: str, spec: StimulusSpec) -> tuple[int, int] | None:
    """Return the stamps between which a stimulus acts; limits off the grid are rounded as its times are."""
    if spec.during is None:
        return None
    places = [reading.place("stimuli", name, "during", k) for k in range(2)]
    rounding = spec.kind.rounding(spec.given) or spec.round
    first, last = (
        constant_steps(reading, text, "a limit", *place.path, rounding=rounding, hint="round: nearest")
        for text, place in zip(spec.during, places, strict=True)
    )
    if first is None or last is None:
        return None
    reading.faults += window_faults(reading, (first, places[0]), (last, places[1]), "'during'")
    return first, last
