"""Cases of the conformance suite for pytest: with the expected failures of each backend, and run side by side."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from snndsl.api import load
from snndsl.backend import REFERENCE
from snndsl.backend.registry import backend, backend_names
from snndsl.errors import SimulationFailed, UnsupportedByTarget
from snndsl.ir import Program
from snndsl.pipeline import legalise
from snndsl.results import Recording, Run
from snndsl.testing.beside import run_program, side_by_side
from snndsl.testing.conformance import case_file, cases, run_case

__all__ = ["OTHERS", "Together", "parameters", "run_or_skip"]

OTHERS = tuple(name for name in backend_names() if name != REFERENCE)
"""Every installed backend but the reference."""


def parameters(names: Iterable[str] = OTHERS, chosen: Iterable[str] = ()) -> list[Any]:
    """Return pairs of a case and a backend.

    Parameters
    ----------
    names : iterable of str
        Backends.
    chosen : iterable of str
        Cases; all if empty.

    Returns
    -------
    list
        For ``pytest.mark.parametrize``. A case that a backend says it fails (`Target.failing_cases`) is a strict expected
        failure: the test complains once it passes.

    Raises
    ------
    ValueError
        If a backend says so of a case that does not exist.
    """
    wanted, made = list(chosen) or cases(), []
    for name in names:
        failing = backend(name).target.failing_cases
        unknown = sorted(set(failing) - set(cases()))
        if unknown:
            raise ValueError(f"{name} expects to fail {', '.join(unknown)}: there is no such case")
        for case in wanted:
            marks = [pytest.mark.xfail(reason=failing[case], strict=True)] if case in failing else []
            made.append(pytest.param(case, name, id=f"{case}-{name}", marks=marks))
    return made


def run_or_skip(case: str, name: str, out: str | os.PathLike[str], threads: int = 1) -> Run:
    """Run a case; skip the test where the backend says by name that it cannot.

    Parameters
    ----------
    case, name : str
        Of the case and the backend.
    out : path
        Run folder.
    threads : int
        Of the simulator.
    """
    try:
        return run_case(case, name, out, threads)
    except UnsupportedByTarget as error:
        pytest.skip(str(error))


@dataclass
class Together:
    """Cases that a backend runs side by side, because it builds once for all of them.

    A case of several trials, or one that it says it fails or cannot run, runs alone; so do all if the run side by side stops.

    Parameters
    ----------
    folder : Path
        Of the run folders.
    asked : set of (str, str)
        Every case and backend that will be asked for.
    """

    folder: Path
    asked: set[tuple[str, str]]
    stopped: dict[str, str] = field(default_factory=dict)
    """Backends whose run side by side stopped, and why."""

    _shared: dict[str, tuple[frozenset[str], Recording | None]] = field(default_factory=dict)

    def recording(self, case: str, name: str) -> tuple[Run, str | None]:
        """Return a run of a case, and the prefix of its names if it lay beside others.

        Parameters
        ----------
        case, name : str
            Of the case and the backend.
        """
        if name not in self._shared:
            self._shared[name] = self._run(name)
        inside, recording = self._shared[name]
        if recording is not None and case in inside:
            return recording, f"{case}_"
        return run_or_skip(case, name, self.folder / f"{case}-{name}"), None

    def begun(self, name: str) -> bool:
        """Tell whether cases were run side by side, whatever came of it.

        Parameters
        ----------
        name : str
            Of the backend.
        """
        inside, _ = self._shared.get(name, (frozenset[str](), None))
        return bool(inside) or name in self.stopped

    def _run(self, name: str) -> tuple[frozenset[str], Recording | None]:
        chosen = sorted(case for case, which in self.asked if which == name)
        models = {case: load(case_file(case)) for case in chosen if case not in backend(name).target.failing_cases}
        programs = {case: model.program for case, model in models.items() if model.checked.trials == 1}
        programs = {case: program for case, program in programs.items() if _fits(program, name)}
        if len(programs) < 2:
            return frozenset(), None
        together = side_by_side({f"{case}_": program for case, program in programs.items()})
        try:
            return frozenset(programs), run_program(together, name, self.folder / f"all-{name}")
        except SimulationFailed as error:
            self.stopped[name] = str(error)
            return frozenset(), None


def _fits(program: Program, name: str) -> bool:
    try:
        legalise(program, name)
    except UnsupportedByTarget:
        return False
    return True
