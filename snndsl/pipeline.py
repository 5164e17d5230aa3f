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
from dataclasses import dataclass
from typing import Any

from snndsl.backend.cache import default_cache
from snndsl.backend.control import Listener, Outcome, Request
from snndsl.backend.control import simulate as run_tree
from snndsl.backend.registry import backend as backend_named
from snndsl.backend.registry import backend_names
from snndsl.backend.repeats import Repeated
from snndsl.backend.repeats import simulate_trials as run_trials
from snndsl.backend.source_tree import SourceTree
from snndsl.errors import Fault, SnndslError, ToolMissing, UnsupportedByTarget
from snndsl.frontend.loader import load_source as read
from snndsl.graph.elaboration import Elaboration, elaborate
from snndsl.graph.refuse import refuse_unsupported, unsupported
from snndsl.graph.trials import redrawn
from snndsl.ir import Program
from snndsl.ir.verify import verify
from snndsl.lowering import passes
from snndsl.lowering.legalise import legalise as judge_target
from snndsl.lowering.length import until
from snndsl.lowering.trials import of_trial
from snndsl.model.checked import CheckedModel, time_missing
from snndsl.results import read_run as collect
from snndsl.semantics.check import check

__all__ = [
    "Judgement", "check", "collect", "elaborate", "generate", "judge", "legalise", "lower", "read", "repeat", "require",
    "simulate", "trial", "until", "validate",
]  # fmt: skip


def lower(found: Elaboration) -> Program:
    """Return the program, whose events reach to the end of any run of it (`until` cuts them)."""
    refuse_unsupported(found.model)
    return verify(passes.lower(found))


def trial(program: Program, found: Elaboration, number: int) -> Program:
    """Return the program of a trial, of the program of trial 0."""
    return of_trial(program, redrawn(found, number), number)


def legalise(program: Program, backend: str) -> Program:
    """Return the program if a backend can run it; what it cannot is named with who can."""
    others = (backend_named(name).target for name in backend_names() if name != backend)  # loaded only to name who can
    return judge_target(program, backend_named(backend).target, others)


def generate(program: Program, backend: str) -> SourceTree:
    """Return the stand-alone source tree."""
    return backend_named(backend).generate(legalise(program, backend))


def require(backend: str) -> None:
    """Raise `ToolMissing` if a backend cannot run here."""
    missing = backend_named(backend).missing()
    if missing:
        raise ToolMissing(missing)


def simulate(request: Request, backend: str, progress: Listener | None = None) -> Outcome:
    """Build what the tree needs, and run it in a process of its own."""
    return run_tree(backend_named(backend), request, default_cache(), progress)


def repeat(run: Repeated, backend: str, progress: Listener | None = None) -> Outcome:
    """Simulate the trials of a run, each in a process of its own; what is compiled is compiled once."""
    return run_trials(backend_named(backend), run, default_cache(), progress)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of a model before it runs.

    Parameters
    ----------
    faults : tuple of Fault
        Errors, of all stages that could be gone through, and warnings.
    refused : tuple of Fault
        Parts of a right model that no backend can simulate yet; of a file of definitions: that it has no time.
    waiting : tuple of str
        What is so large that only a run will judge it.
    elaboration : Elaboration or None
        The numbers that were made (`Elaboration.complete`: all).
    model : CheckedModel or None
        The model, if its texts are right.
    """

    faults: tuple[Fault, ...] = ()
    refused: tuple[Fault, ...] = ()
    waiting: tuple[str, ...] = ()
    elaboration: Elaboration | None = None
    model: CheckedModel | None = None

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that are no warnings."""
        return tuple(fault for fault in self.faults if fault.severity == "error")


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
    if not model.searches:
        return []
    from snndsl.polychrony.definitions.fitting import definition_faults

    return definition_faults(model)
