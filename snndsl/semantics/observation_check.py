"""What must hold in record and sweep: what is asked for exists and can be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from snndsl.errors import ModelError, listed, nearest
from snndsl.frontend.loader import with_settings
from snndsl.semantics.expectation_check import check_expectations
from snndsl.semantics.motif_check import check_motifs
from snndsl.semantics.selection import Selection, resolve

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_observations"]


def check_observations(model: CheckedModel) -> None:
    """Check the sections ``record``, ``expect``, ``motifs`` and ``sweep``."""
    record = model.spec.record
    if record.spikes:
        _selection(model, record.spikes, "record.spikes names", "record", "spikes")
    for text, states in record.states.items():
        selection = _selection(model, (text,), "record.states names", "record", "states", text)
        if selection is not None:
            _states(model, selection, states.of, "record", "states", text)
        for key in ("every", "after", "until"):
            _literal_time(model, getattr(states, key), f"{key!r}", "record", "states", text, key)
    for name, states in record.signals.items():
        if name not in model.spec.signals:
            _unknown(model, name, list(model.spec.signals), "record.signals names", "record", "signals", name)
        elif name in model.signals:
            known = list(model.signals[name].states)
            for state in states.of:
                if state not in known:
                    _unknown(model, state, known, f"{name!r} has no state", "record", "signals", name)
        for key in ("every", "after", "until"):
            _literal_time(model, getattr(states, key), f"{key!r}", "record", "signals", name, key)
    for text, width in record.counts.items():
        _selection(model, (text,), "record.counts names", "record", "counts", text)
        _literal_time(model, width, "the width of a bin", "record", "counts", text)
    for name, synapses in record.synapses.items():
        if name not in model.spec.projections:
            _unknown(model, name, list(model.spec.projections), "record.synapses names", "record", "synapses", name)
            continue
        rule = model.rules.get(name)
        known = ["w", *(rule.states if rule else ()), *(rule.traces if rule else ())]
        for variable in synapses.of:
            if variable not in known:
                _unknown(model, variable, known, f"synapses of {name!r} have no", "record", "synapses", name, "of")
        _literal_time(model, synapses.every, "'every'", "record", "synapses", name, "every")
        times = synapses.at if isinstance(synapses.at, tuple) else () if synapses.at is None else (synapses.at,)
        for k, text in enumerate(times):
            _literal_time(model, text, "'at'", "record", "synapses", name, "at", k)
        if synapses.every is None and synapses.at is None:
            place = model.place("record", "synapses", name)
            model.faults.append(place.problem("key-missing", f"record.synapses.{name} has no times", "every: T or at: [T, ..]"))
    check_expectations(model)
    check_motifs(model)
    _sweep(model)


def _sweep(model: CheckedModel) -> None:
    """Report settings of paths that the file does not have."""
    for k, setting in enumerate(model.spec.sweep):
        for section in ("set", "grid"):
            for path, value in getattr(setting, section).items():
                try:
                    with_settings(model.source.raw, {path: value}, "")
                except ModelError as error:
                    where = model.source.locations.key(("sweep", k, section, path))
                    model.faults += [replace(f, file=where.file, line=where.line, column=where.column) for f in error.faults]


def _selection(model: CheckedModel, items: tuple[str, ...], what: str, *path: str | int) -> Selection | None:
    try:
        return resolve(
            items, {**model.sizes, **dict.fromkeys(model.spec.signals, 1)}, model.spec.groups, model.place(*path), what
        )
    except ModelError as error:
        model.faults += error.faults
        return None


def _states(model: CheckedModel, selection: Selection, wanted: tuple[str, ...], *path: str | int) -> None:
    for population in selection.populations:
        if population not in model.elements:
            continue
        known = list(model.elements[population].states)
        for state in wanted:
            if state not in known:
                _unknown(model, state, known, f"{population!r} has no state", *path)


def _unknown(model: CheckedModel, name: str, known: list[str], what: str, *path: str | int) -> None:
    near = nearest(name, known)
    model.faults.append(model.place(*path).problem("name-unknown", f"{what} {name!r}", listed(known), near))


def _literal_time(model: CheckedModel, text: str | None, what: str, *path: str | int) -> None:
    from snndsl.semantics.check import whole_steps

    if text is None:
        return
    term = model.term(text, *path)
    if term is None:
        return
    try:
        steps = whole_steps(term, model.step, what)
        if steps < 1 and path[-1] == "every":
            model.faults.append(term.problem("period", f"{what} is {text}", "at least one step"))
    except ModelError as error:
        model.faults += error.faults
