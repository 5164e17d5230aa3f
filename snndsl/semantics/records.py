"""The section ``record`` is read: what is asked for exists and can be asked."""

from __future__ import annotations

from collections.abc import Iterable

from snndsl.errors import listed, nearest
from snndsl.expressions.dimensions import BOOLEAN, UNKNOWN
from snndsl.model.record import RecordedCounts, RecordedStates, RecordedSynapses, Records
from snndsl.model.selection import Selection
from snndsl.schema.observation import StateRecordSpec, SynapseRecordSpec
from snndsl.semantics.constants import constant_steps
from snndsl.semantics.copies import listed_copies, spread
from snndsl.semantics.reading import Reading
from snndsl.semantics.rule_names import state_names, unknown_state
from snndsl.semantics.usable import PURE
from snndsl.semantics.windows import check_moment, check_span

__all__ = ["read_records"]

_NOT_IN_ROWS = ("rank", "copy")
"""Names of the wiring that its finished rows do not have."""


def read_records(reading: Reading) -> Records:
    """Return the section ``record``."""
    record = reading.spec.record
    spikes = reading.spiking(record.spikes, "record.spikes names", "record", "spikes") if record.spikes else None
    states = [_states(reading, text, spec) for text, spec in record.states.items()]
    synapses = [_synapses(reading, name, spec) for name, spec in record.synapses.items()]
    states += [_signal(reading, name, spec) for name, spec in record.signals.items()]
    counts = [_counts(reading, text, width) for text, width in record.counts.items()]
    return Records(
        place=reading.place("record"),
        spikes=spikes or Selection(()),
        states=tuple(item for item in states if item is not None),
        synapses=tuple(item for item in synapses if item is not None),
        counts=tuple(item for item in counts if item is not None),
    )


def _states(reading: Reading, text: str, spec: StateRecordSpec, section: str = "states") -> RecordedStates | None:
    path = ("record", section, text)
    selection = reading.selection((text,), f"record.{section} names", *path)
    found: dict[tuple[str, ...], str] = {}
    for population in () if selection is None else selection.populations:
        draft = reading.element(population)
        if draft is not None:
            of = tuple(dict.fromkeys(state for name in spec.of for state in spread(name, draft.copies, draft.states)))
            found.setdefault(of, population)
            for state in of:
                if state not in draft.states:
                    _unknown(reading, state, draft.states, f"{population!r} has no state", *path)
    if len(found) > 1:
        what = f"{' and '.join(found.values())} differ in the copies that {', '.join(spec.of)} names"
        reading.report(reading.place(*path), "copies", what, "a record for each population")
    every, after, until = _times(reading, spec, *path)
    check_span(reading, reading.place(*path), after, until, every)
    if selection is None:
        return None
    return RecordedStates(text, reading.place(*path), selection, next(iter(found), spec.of), every, after, until)


def _signal(reading: Reading, name: str, spec: StateRecordSpec) -> RecordedStates | None:
    if name not in reading.spec.signals:
        _unknown(reading, name, list(reading.spec.signals), "record.signals names", "record", "signals", name)
        return None
    return _states(reading, name, spec, "signals")


def _counts(reading: Reading, text: str, width: str) -> RecordedCounts | None:
    path = ("record", "counts", text)
    selection = reading.spiking((text,), "record.counts names", *path)
    steps = _at_least_one(reading, width, "the width of a bin", *path)
    return None if selection is None or steps is None else RecordedCounts(text, reading.place(*path), selection, steps)


def _synapses(reading: Reading, name: str, spec: SynapseRecordSpec) -> RecordedSynapses | None:
    path = ("record", "synapses", name)
    if name not in reading.spec.projections:
        _unknown(reading, name, list(reading.spec.projections), "record.synapses names", *path)
        return None
    names = {"w": "w", **state_names(reading, name)}
    for variable in spec.of:
        if variable not in names:
            what = unknown_state(reading, name, variable) or f"synapses of {name!r} have no {variable!r}"
            place = reading.place(*path, "of")
            reading.report(place, "name-unknown", what, listed(list(names)), nearest(variable, list(names)))
    of = tuple(dict.fromkeys(names[variable] for variable in spec.of if variable in names))
    every = _at_least_one(reading, spec.every, "'every'", *path, "every")
    listed_times = spec.at if isinstance(spec.at, tuple) else () if spec.at is None else (spec.at,)
    at = []
    for k, text in enumerate(listed_times):
        inside = (*path, "at", *((k,) if isinstance(spec.at, tuple) else ()))
        at.append(constant_steps(reading, text, "'at'", *inside))
        check_moment(reading, reading.place(*inside), at[-1], 1)
    if spec.every is None and spec.at is None:
        what = f"record.synapses.{name} has no times"
        reading.report(reading.place(*path), "key-missing", what, "every: T or at: [T, ..]")
    where = None if spec.where is None else reading.term(spec.where, *path, "where")
    if where is not None:
        sides = {key: kind for key, kind in reading.wiring.get(name, {}).items() if key not in _NOT_IN_ROWS}
        reading.scope.before_run(where, PURE)
        reading.scope.expect(where, BOOLEAN, "the condition", {**sides, "w": reading.weights.get(name, UNKNOWN)})
    stamps = tuple(stamp for stamp in at if stamp is not None)
    return RecordedSynapses(name, reading.place(*path), of, every, stamps, where)


def _times(reading: Reading, spec: StateRecordSpec, *path: str | int) -> tuple[int, int | None, int | None]:
    """Return period and limits of a record in steps."""
    every = _at_least_one(reading, spec.every, "'every'", *path, "every")
    after, until = (constant_steps(reading, getattr(spec, key), f"{key!r}", *path, key) for key in ("after", "until"))
    return 1 if every is None else every, after, until


def _at_least_one(reading: Reading, text: str | None, what: str, *path: str | int) -> int | None:
    steps = constant_steps(reading, text, what, *path)
    if steps is not None and steps < 1:
        reading.report(reading.place(*path), "period", f"{what} is {text}", "at least one step")
        return None
    return steps


def _unknown(
    reading: Reading, name: str, known: Iterable[str], what: str, *path: str | int
) -> None:
    known = [*known]
    expected = listed(listed_copies(known))
    reading.report(reading.place(*path), "name-unknown", f"{what} {name!r}", expected, nearest(name, known))
