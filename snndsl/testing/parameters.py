"""Cases of the conformance suite as parameters of pytest, with the expected failures of each backend."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

from snndsl.backend import REFERENCE
from snndsl.backend.registry import backend, backend_names
from snndsl.errors import UnsupportedByTarget
from snndsl.results import Recording
from snndsl.testing.conformance import cases, run_case

__all__ = ["OTHERS", "parameters", "run_or_skip"]

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


def run_or_skip(case: str, name: str, out: str | os.PathLike[str], threads: int = 1) -> Recording:
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
