"""From a validated file to a checked model: names resolved, dimensions known; or every fault with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction

from snndsl.errors import MOST_FAULTS, Fault, FaultList, ModelError, TooManyFaults
from snndsl.expressions import TextFault
from snndsl.frontend.data import load_data
from snndsl.frontend.loader import ModelSource
from snndsl.model.checked import CheckedModel, Seeds, time_missing
from snndsl.model.text import Place, Term
from snndsl.semantics.builtins import BUILTINS
from snndsl.semantics.element import flatten
from snndsl.semantics.element_texts import check_element, element_scope
from snndsl.semantics.expectations import read_expectations
from snndsl.semantics.motifs import read_motifs
from snndsl.semantics.names import name_faults
from snndsl.semantics.populations import check_groups, read_populations, read_signals
from snndsl.semantics.projections import read_projections
from snndsl.semantics.reading import Reading, is_library
from snndsl.semantics.records import read_records
from snndsl.semantics.scope import file_scope
from snndsl.semantics.searches import read_searches
from snndsl.semantics.seeds import seed_faults
from snndsl.semantics.sizes import size_faults
from snndsl.semantics.stimuli import read_source_sizes, read_stimuli
from snndsl.semantics.sweep import read_sweep
from snndsl.semantics.terms import parse_term
from snndsl.semantics.times import length_of_step, run_length, whole_steps
from snndsl.semantics.usable import PURE

__all__ = ["check"]

_RESERVED = frozenset({item.name for item in BUILTINS if item.name in ("t", "dt", "pi", "trial", "i", "j", "N")} | {"w"})
_COUNTED = (
    "off-grid", "delay-below-step", "delay-too-long", "period", "window-outside-run", "window-empty", "time-outside-run",
    "spike-outside-run",
)  # fmt: skip
"""What nobody can judge while the length of a step is unknown."""


def check(source: ModelSource, duration: str | None = None) -> CheckedModel:
    """Return the checked model.

    Parameters
    ----------
    source : ModelSource
        The files.
    duration : str, optional
        Replaces the duration of the run; times are still checked against the file's own.

    Raises
    ------
    ModelError
        With all faults of the file, in its order.
    """
    faults = FaultList()
    try:
        return _checked(source, duration, faults)
    except TooManyFaults as error:
        raise _together([*faults, *error.faults][:MOST_FAULTS]) from None


def _checked(source: ModelSource, duration: str | None, faults: FaultList) -> CheckedModel:
    faults += name_faults(source)
    known, file_steps = _time(source, faults)
    step = Fraction(1) if known is None else known
    steps = file_steps if duration is None else run_length(duration, step)
    data, digest = load_data(source, step, faults)
    constants = _constants(source, faults)
    reading = Reading(source, step, file_steps, constants, data, file_scope(constants, data, faults), faults)
    _check_constants(reading)
    model = _read(reading, steps, digest)
    faults += seed_faults(model)
    if not faults:
        faults += size_faults(model)
    if faults:
        raise _together(fault for fault in faults if known is not None or fault.code not in _COUNTED)
    return model


def _together(faults: Iterable[Fault]) -> ModelError:
    """Return the error that names each fault once, in the order of the file."""
    unique = {(f.file, f.line, f.column, f.code, f.what): f for f in faults}
    return ModelError(sorted(unique.values(), key=lambda fault: (fault.file, fault.line, fault.column)))


def _read(reading: Reading, steps: int, digest: str) -> CheckedModel:
    """Read every section, in an order in which each finds what it refers to; parts with a fault are left out."""
    signals = read_signals(reading)
    populations = read_populations(reading)
    _unused_definitions(reading)
    read_source_sizes(reading)
    stimuli = read_stimuli(reading)
    check_groups(reading)
    projections = read_projections(reading)
    records = read_records(reading)
    expectations = read_expectations(reading)
    motifs = read_motifs(reading)
    sweep = read_sweep(reading, records)
    searches = read_searches(reading)
    spec = reading.spec
    return CheckedModel(
        name=spec.name,
        locations=reading.source.locations,
        library=is_library(reading.source),
        step=reading.step,
        steps=steps,
        file_steps=reading.file_steps,
        trials=spec.trials,
        seeds=Seeds() if spec.seed is None else Seeds(**spec.seed.model_dump()),
        constants=reading.constants,
        data=reading.data,
        data_digest=digest,
        sizes={**reading.sizes, **dict.fromkeys(signals, 1)},
        populations=populations,
        signals=signals,
        stimuli=stimuli,
        projections=projections,
        motifs=motifs,
        records=records,
        expectations=expectations,
        searches=searches,
        sweep=sweep,
    )


def _time(source: ModelSource, faults: list[Fault]) -> tuple[Fraction | None, int]:
    """Return the length of a step, None if it is unknown, and of the run; of a file of definitions one and none."""
    place, spec = Place(source.locations, ("time",)), source.model.time
    if spec is None:
        if not is_library(source):
            faults.append(time_missing(place))
        return Fraction(1), 0
    length, steps = None, 1
    with _noted(faults, place.inner("step")):
        length = length_of_step(spec.step, place.inner("step"))
    where = place.inner("duration")
    with _noted(faults, where):
        rounding = "nearest" if length is None else None
        found = whole_steps(parse_term(spec.duration, where), length or Fraction(1), "the duration", rounding)
        steps = found if length is not None else 1
        if not 0 < steps < 2**31:
            faults.append(where.problem("duration", f"a run of {steps} steps", "between 1 and 2147483647 steps"))
    return length, steps


@contextmanager
def _noted(faults: list[Fault], place: Place) -> Iterator[None]:
    """Note what is wrong with the text at a place, and go on."""
    try:
        yield
    except TextFault as error:
        faults.append(place.fault(error))
    except ModelError as error:
        faults += error.faults


def _constants(source: ModelSource, faults: list[Fault]) -> dict[str, Term]:
    constants: dict[str, Term] = {}
    for name, text in source.spec.constants.items():
        place = Place(source.locations, ("constants", name))
        if name in _RESERVED:
            where = source.locations.key(("constants", name))
            what = f"{name!r} is a built-in name"
            faults.append(Fault("name-reserved", what, where.file, where.line, where.column, "another name"))
        try:
            constants[name] = parse_term(str(text), place)
        except TextFault as error:
            faults.append(place.fault(error))
    return constants


def _check_constants(reading: Reading) -> None:
    """Check that constants are known before a run, and that they do not refer to each other in a circle."""
    scope = reading.scope
    scope.declare_unknown(name for name in reading.source.spec.constants if name not in reading.constants)
    for name, term in reading.constants.items():
        scope.before_run(term, PURE)
        try:
            scope.lookup(name)
        except TextFault as error:
            reading.faults.append(reading.place("constants", name).fault(error))
            scope.found[name] = None


def _unused_definitions(reading: Reading) -> None:
    """Check definitions of the file that no population uses: a fault is a fault wherever it stands."""
    used = {element.name for element in reading.elements.values()}
    for name in reading.spec.neurons:
        if name not in used:
            try:
                element = flatten(reading.source, "neurons", name, reading.place("neurons", name), reading.data)
            except ModelError as error:
                reading.faults += error.faults
                continue
            scope = element_scope(element, reading.data, reading.signal_makers())
            check_element(element, scope, None if is_library(reading.source) else reading.step)
            reading.faults += element.faults.distinct()
