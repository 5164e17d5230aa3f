"""Which mechanisms the conformance cases prove on which backend."""

from __future__ import annotations

from collections.abc import Iterable

from snndsl.api import load
from snndsl.backend.registry import backend
from snndsl.errors import UnsupportedByTarget
from snndsl.pipeline import legalise
from snndsl.testing.conformance import case_file, cases

__all__ = ["by_mechanism", "mechanisms", "obstacles", "support"]

PROVES = "# proves: "
"""What the last line of a case begins with; mechanisms follow, between semicolons."""


def mechanisms(case: str) -> tuple[str, ...]:
    """Return the mechanisms that a case proves.

    Parameters
    ----------
    case : str
        Of `cases`.

    Raises
    ------
    ValueError
        If its last line does not say.
    """
    last = case_file(case).read_text(encoding="utf-8").rstrip("\n").rpartition("\n")[2]
    found = tuple(name.strip() for name in last.removeprefix(PROVES).split(";")) if last.startswith(PROVES) else ()
    if not all(found) or not found:
        raise ValueError(f"the last line of case {case} does not say '{PROVES}mechanism; mechanism'")
    return found


def by_mechanism() -> dict[str, list[str]]:
    """Return the cases that prove each mechanism, sorted by mechanism."""
    found: dict[str, list[str]] = {}
    for case in cases():
        for name in mechanisms(case):
            found.setdefault(name, []).append(case)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def obstacles(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return for each backend the cases that it does not pass, with the reason: refused, or admitted to fail.

    Parameters
    ----------
    names : iterable of str
        Backends.
    """
    found: dict[str, dict[str, str]] = {name: dict(backend(name).target.failing_cases) for name in names}
    for case in cases():
        program = load(case_file(case)).program
        for name, known in found.items():
            try:
                legalise(program, name)
            except UnsupportedByTarget as error:
                known.setdefault(case, "; ".join(fault.what for fault in error.faults))
    return found


def support(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return for each mechanism and backend ``yes``, or why a case of the mechanism does not pass.

    Parameters
    ----------
    names : iterable of str
        Backends.
    """
    wrong = obstacles(names)
    return {
        mechanism: {
            name: "no: " + "; ".join(failing) if (failing := [known[case] for case in proving if case in known]) else "yes"
            for name, known in wrong.items()
        }
        for mechanism, proving in by_mechanism().items()
    }
