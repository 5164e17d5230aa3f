"""Parts of the language that validate but cannot be simulated yet: refused by name and place, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from snndsl.errors import Fault, ModelError, UnsupportedByTarget
from snndsl.expressions.walk import names_in
from snndsl.model.checked import CheckedModel, time_missing
from snndsl.model.stimulus import Driving, StimulusKind
from snndsl.model.text import Place

__all__ = ["REFUSED", "notes", "out_of_reach", "refuse_unsupported", "unsupported"]

REFUSED = " cannot be simulated yet"
"""What is said of every part that is refused."""

_KEPT = 1000
"""Most steps for which signals keep what they were: each is a state of theirs."""


def unsupported(model: CheckedModel) -> list[Fault]:
    """Return one fault for every part of the network that no backend can run yet, in the order of the file."""
    return sorted(set(_unsupported(model)), key=lambda fault: (fault.line, fault.column))


def refuse_unsupported(model: CheckedModel) -> None:
    """Raise for everything in the network that no backend can run yet.

    Raises
    ------
    UnsupportedByTarget
        With one fault for each part.
    ModelError
        For a file of definitions, which holds nothing that could run.
    """
    if model.library:
        raise ModelError(time_missing(model.place("time")))
    faults = unsupported(model)
    if faults:
        raise UnsupportedByTarget(faults)


def out_of_reach(model: CheckedModel) -> frozenset[tuple[str, str]]:
    """Return (section, name) of stimuli whose numbers cannot be made yet: they need a part that is refused."""
    found: list[tuple[str, str]] = []
    for name, stimulus in model.stimuli.items():
        if not stimulus.what.simulated():
            found.append(("stimuli", name))
    return frozenset(found)


def notes(model: CheckedModel) -> list[str]:
    """Return the sections that a simulation does not need and that are left alone."""
    found = []
    if model.sweep:
        runs = sum(setting.size for setting in model.sweep)
        found.append(f"sweep: {runs:,} points, not needed by a run; snndsl sweep runs them")
    if model.searches:
        found.append(f"discover: {', '.join(model.searches)}, not needed by a run")
    played = {motif for stimulus in model.stimuli.values() for motif in stimulus.what.motifs}
    wired = {motif for projection in model.projections.values() for motif in projection.connect.motifs}
    idle = [name for name in model.motifs if name not in played | wired]
    if idle:
        found.append(f"motifs: {', '.join(idle)}, neither played nor wired")
    return found


def _unsupported(model: CheckedModel) -> Iterator[Fault]:
    for name, stimulus in model.stimuli.items():
        if not stimulus.what.simulated():
            yield _fault(stimulus.place, f"the stimulus kind {stimulus.kind!r} ({name})")
        if stimulus.delay > _KEPT + 1 and stimulus.what.weighted and _reads(stimulus.what):
            what = f"a delay of more than {_KEPT + 1:,} steps of {name!r}, whose rate reads a signal,"
            yield _fault(stimulus.place.inner("delay"), what)


def _reads(what: StimulusKind) -> bool:
    """Tell whether what is computed in each step reads a signal."""
    return isinstance(what, Driving) and what.varying is not None and any(n.moves for n in names_in(what.varying.tree))


def _fault(place: Place, what: str) -> Fault:
    return place.problem("unsupported", f"{what}{REFUSED}", "a model without it")
