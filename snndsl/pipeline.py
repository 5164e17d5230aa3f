"""The way of a model from file to spikes: the stages in their order, one line each.

========== ============================== ============================= =================================================
stage      takes                          returns                       raises
========== ============================== ============================= =================================================
read       path, settings                 `ModelSource`                 `ModelError`: text and structure
check      `ModelSource`, duration        `CheckedModel`                `ModelError`: names, dimensions, every fault
elaborate  `CheckedModel`                 `Elaboration`                 `ModelError`: numbers, every fault
lower      `Elaboration`                  `Program`, verified           `UnsupportedByTarget`: what no backend can run yet
legalise   `Program`, backend             the same `Program`            `UnsupportedByTarget`: what, where, who can
generate   `Program`, backend             `SourceTree`                  nothing
simulate   `SourceTree` in a `Request`    `Outcome`, a run folder       `ToolMissing`, `SimulationFailed`
collect    run folder                     `Recording`                   `ModelError`: a folder that holds no run
========== ============================== ============================= =================================================

`validate` goes as far along this way as it takes to know that a run will not refuse the model.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from snndsl.deferred import Deferred
from snndsl.errors import Fault, SnndslError, ToolMissing, UnsupportedByTarget
from snndsl.frontend.loader import load_source as read
from snndsl.graph.elaboration import Elaboration, elaborate
from snndsl.graph.judgement import Judgement
from snndsl.graph.refuse import refuse_unsupported, unsupported
from snndsl.model.checked import CheckedModel, time_missing
from snndsl.semantics.check import check

if TYPE_CHECKING:
    from snndsl import results
    from snndsl.backend import cache, control, registry, repeats
    from snndsl.backend.source_tree import SourceTree
    from snndsl.graph import trials
    from snndsl.ir import Program, verify
    from snndsl.lowering import legalise as targets
    from snndsl.lowering import length, passes
    from snndsl.lowering import trials as lowered_trials
    from snndsl.polychrony.definitions import fitting
else:
    results = Deferred("snndsl.results")
    cache, control = Deferred("snndsl.backend.cache"), Deferred("snndsl.backend.control")
    registry, repeats = Deferred("snndsl.backend.registry"), Deferred("snndsl.backend.repeats")
    trials, lowered_trials = Deferred("snndsl.graph.trials"), Deferred("snndsl.lowering.trials")
    verify, targets = Deferred("snndsl.ir.verify"), Deferred("snndsl.lowering.legalise")
    length, passes = Deferred("snndsl.lowering.length"), Deferred("snndsl.lowering.passes")
    fitting = Deferred("snndsl.polychrony.definitions.fitting")

__all__ = [
    "check", "collect", "elaborate", "generate", "judge", "legalise", "lower", "read", "repeat", "require",
    "simulate", "trial", "until", "validate",
]  # fmt: skip


def lower(found: Elaboration) -> Program:
    """Return the program, whose events reach to the end of any run of it (`until` cuts them)."""
    refuse_unsupported(found.model)
    return verify.verify(passes.lower(found))


def trial(program: Program, found: Elaboration, number: int) -> Program:
    """Return the program of a trial, of the program of trial 0."""
    return lowered_trials.of_trial(program, trials.redrawn(found, number), number)


def until(program: Program, steps: int) -> Program:
    """Return the program of a run that ends after a number of steps, at most its own."""
    return length.until(program, steps)


def legalise(program: Program, backend: str) -> Program:
    """Return the program if a backend can run it; what it cannot is named with who can."""
    others = (registry.backend(name).target for name in registry.backend_names() if name != backend)  # asked only if refused
    return targets.legalise(program, registry.backend(backend).target, others)


def generate(program: Program, backend: str) -> SourceTree:
    """Return the stand-alone source tree."""
    return registry.backend(backend).generate(legalise(program, backend))


def require(backend: str) -> None:
    """Raise `ToolMissing` if a backend cannot run here."""
    missing = registry.backend(backend).missing()
    if missing:
        raise ToolMissing(missing)


def simulate(request: control.Request, backend: str, progress: control.Listener | None = None) -> control.Outcome:
    """Build what the tree needs, and run it in a process of its own."""
    return control.simulate(registry.backend(backend), request, cache.default_cache(), progress)


def repeat(run: repeats.Repeated, backend: str, progress: control.Listener | None = None) -> control.Outcome:
    """Simulate the trials of a run, each in a process of its own; what is compiled is compiled once."""
    return repeats.simulate_trials(registry.backend(backend), run, cache.default_cache(), progress)


def collect(folder: str | os.PathLike[str]) -> results.Run:
    """Open a run folder: one run, or a run of several trials."""
    return results.read_run(folder)


def validate(
    path: str | os.PathLike[str], settings: Mapping[str, Any] | None = None, backends: Sequence[str] = ()
) -> Judgement:
    """Read a file and judge it; nothing is raised for what is wrong with it."""
    try:
        return judge(check(read(path, settings or {})), backends)
    except SnndslError as error:
        return Judgement(error.faults)


def judge(model: CheckedModel, backends: Sequence[str] = ()) -> Judgement:
    """Find out whether a run accepts a checked model, and whether backends do, without making what is known to be right."""
    if model.library:
        return Judgement(refused=(time_missing(model.place("time")),), model=model)
    refused, searched = tuple(unsupported(model)), _searched(model)
    try:
        found = elaborate(model, judge=True, alike=not backends)
    except SnndslError as error:
        return Judgement((*error.faults, *searched), refused, model=model)
    faults, waiting = [*found.warnings, *searched], list(found.waiting)
    if backends and refused:
        faults += refused
    elif backends and waiting:
        waiting += [f"whether {backend} can run it" for backend in backends]
    elif backends:
        program = lower(found)
        for backend in backends:
            try:
                legalise(program, backend)
            except UnsupportedByTarget as error:
                faults += error.faults
    return Judgement(tuple(faults), refused, tuple(waiting), found, model)


def _searched(model: CheckedModel) -> list[Fault]:
    """Return what is wrong with the groups that a model searches for."""
    return fitting.definition_faults(model) if model.searches else []
