"""A run of one trial that was stopped begins again: the same bits follow, so nothing of it is lost for long.

The new run is made beside the old one, in ``.NAME.again``, and takes its place as soon as it has come further. So there is
always one folder with the most that was ever committed, whenever the process is killed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from snndsl.backend.control import Outcome, claim_folder, owner
from snndsl.backend.holding import check_free
from snndsl.errors import Fault, ModelError, SimulationFailed
from snndsl.frontend.yaml import read_yaml

__all__ = ["check_restartable", "restarted"]

_SAME = {"model": "of another model", "backend": "on another backend"}
"""What a run must have as it was."""


def check_restartable(folder: Path, facts: Mapping[str, Any], steps: int, record: Any) -> bool:
    """Tell whether a run is complete already; refuse one that another model, backend, length or record would replace.

    Parameters
    ----------
    folder : Path
        Of the run.
    facts : mapping
        Of the run that begins.
    steps : int
        Its length.
    record : section
        What it keeps, as its file says.

    Raises
    ------
    ModelError
        run-missing, run-in-use, run-differs.
    """
    for place in (folder, _beside(folder)):
        check_free(place)  # what a killed process has started ends a moment later
        if writing := owner(place):
            raise ModelError(Fault("run-in-use", f"process {writing} is writing {place}", expected="a run that has stopped"))
    _recover(folder)
    known = _manifest(folder)
    if not known:
        raise ModelError(Fault("run-missing", f"{folder} holds no run", expected="the folder of a run that was stopped"))
    differs = [said for key, said in _SAME.items() if known.get(key) != facts.get(key)]
    differs += ["of another length"] if known.get("steps", steps) != steps else []
    differs += [f"of {known['trials']} trials"] if "trials" in known else []
    differs += ["with another 'record'"] if _recorded(folder) != record else []
    if differs:
        what = f"{folder} is a run {', '.join(differs)}"
        raise ModelError(Fault("run-differs", what, expected="the run that was begun", try_="-o OTHER"))
    return bool(known["status"] == "complete")


def restarted(folder: Path, simulate: Callable[[Path], Outcome]) -> Outcome:
    """Simulate again from the beginning; what is in the folder stays until there is more.

    Parameters
    ----------
    folder : Path
        Of the run that was stopped.
    simulate : callable
        Simulates into a folder.

    Raises
    ------
    SimulationFailed
        The simulator stopped with an error.
    """
    beside = _beside(folder)
    claim_folder(beside, force=True)
    try:
        outcome = simulate(beside)
    except SimulationFailed as error:
        if not _further(beside, folder):
            raise  # its log stays until the next time
        _replace(folder, beside)
        raise SimulationFailed([_moved(fault, beside, folder) for fault in error.faults]) from None
    _replace(folder, beside)
    return outcome


def _beside(folder: Path, word: str = "again") -> Path:
    return folder.absolute().with_name(f".{folder.absolute().name}.{word}")


def _recover(folder: Path) -> None:
    """Take up what a process that was killed had made beside a folder."""
    old = _beside(folder, "old")
    if old.exists() and not folder.exists():
        old.rename(folder)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
    if _beside(folder).exists():
        _replace(folder, _beside(folder))


def _replace(folder: Path, new: Path) -> None:
    """Put a run in the place of another that did not come further, else remove it."""
    if _further(new, folder):
        old = _beside(folder, "old")
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
        new.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        shutil.rmtree(new, ignore_errors=True)


def _further(new: Path, folder: Path) -> bool:
    return _steps_done(new) >= max(_steps_done(folder), 1)


def _moved(fault: Fault, before: Path, now: Path) -> Fault:
    """Return what is said of a folder that has another name by now."""
    old, new = str(before), str(now)
    return replace(fault, expected=fault.expected.replace(old, new), try_=fault.try_.replace(old, new))


def _steps_done(folder: Path) -> int:
    return int(_manifest(folder).get("steps_done", 0))


def _manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run, begun or not; empty if there is none."""
    try:
        known = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) and "status" in known else {}


def _recorded(folder: Path) -> Any:
    """Return what a run was to keep, as its file says."""
    try:
        raw, _ = read_yaml((folder / "model.yaml").read_bytes(), "model.yaml")
    except (OSError, ModelError):
        return None
    return raw.get("record")
