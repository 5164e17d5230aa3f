"""The trials of a run: each a run folder below ``trials``, and a manifest of the whole.

Every trial is a simulation as `snndsl.backend.control` knows it, in a process and a folder of its own; what their trees have
alike lies once on disk. Trials know nothing of each other: those that are complete stay as they are when a run is resumed.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from snndsl.backend.control import Listener, Outcome, Request, heard_signals, owner, simulate
from snndsl.backend.holding import check_free
from snndsl.backend.protocol import Backend, BuildCache
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, SimulationFailed
from snndsl.results.run_files import checksum, write_manifest
from snndsl.results.run_folder import FORMAT
from snndsl.results.trials import TrialsRecording, trial_folder, trial_status

__all__ = ["Repeated", "check_resumable", "simulate_trials"]

_OTHER = "of another model"
_SAME = {"model": _OTHER, "second": _OTHER, "backend": "on another backend", "steps": "of another length"}
"""What a run that is resumed must have as it was."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The trials of a run.

    Parameters
    ----------
    number : int
        How many.
    request : callable
        Returns the request of a trial, by its number.
    folder : Path
        Of the whole run; exists.
    facts : mapping
        For the manifest of the whole.
    texts : mapping of str to str
        More files of the folder.
    workers : int
        Trials that are simulated at a time.
    """

    number: int
    request: Callable[[int], Request]
    folder: Path
    facts: Mapping[str, Any]
    texts: Mapping[str, str]
    workers: int = 1


def check_resumable(folder: Path, facts: Mapping[str, Any], number: int) -> None:
    """Refuse to go on with a run that is not one of these trials.

    Parameters
    ----------
    folder : Path
        Of the run.
    facts : mapping
        Of the run that goes on.
    number : int
        Its trials; more than there were is right.

    Raises
    ------
    ModelError
        run-missing, run-in-use, run-differs.
    """
    known = TrialsRecording.opened(folder).manifest
    writing = owner(folder)
    if writing:
        raise ModelError(Fault("run-in-use", f"process {writing} is writing {folder}", expected="a run that has stopped"))
    for part in sorted(folder.glob("trials/*")):
        check_free(part)
    differs = [said for key, said in _SAME.items() if known.get(key) != facts.get(key)]
    if known["trials"] > number:
        differs.append(f"of {known['trials']} trials")
    if differs:
        what = f"{folder} is a run {', '.join(dict.fromkeys(differs))}"
        raise ModelError(Fault("run-differs", what, expected="the run that was begun, or more trials of it", try_="-o OTHER"))


def simulate_trials(backend: Backend, run: Repeated, cache: BuildCache, listener: Listener | None = None) -> Outcome:
    """Simulate the trials that are missing.

    Parameters
    ----------
    backend : Backend
        That generates the trees.
    run : Repeated
        What and where.
    cache : BuildCache
        Of compiled parts: the first trial fills it.
    listener : callable, optional
        Told the events of all trials as those of one long run.

    Raises
    ------
    SimulationFailed
        A trial stopped with an error; it says which.
    """
    with _writing(run) as conclude:
        missing = [k for k in range(run.number) if trial_status(run.folder, k) != "complete"]
        for k in missing:
            shutil.rmtree(trial_folder(run.folder, k), ignore_errors=True)
        told = _Together(listener or (lambda event: None), int(run.facts["steps"]), run.number - len(missing))
        stopped = _simulate_all(backend, run, cache, told, missing)
        conclude("interrupted" if stopped else "complete")
    done = sum(trial_status(run.folder, k) == "complete" for k in range(run.number))
    return Outcome("interrupted" if stopped else "complete", done * int(run.facts["steps"]), stopped)


def _simulate_all(
    backend: Backend, run: Repeated, cache: BuildCache, told: _Together, missing: Sequence[int]
) -> int:
    """Simulate trials, the first alone, since it builds what the others need; return the signal that stopped them."""
    like: list[Request] = []

    def one(k: int, asked: list[int] | None) -> int:
        request = replace(run.request(k), like=like[0] if like else None)
        try:
            outcome = simulate(backend, request, cache, told.listener(k), asked)
        except SimulationFailed as error:
            raise SimulationFailed([replace(fault, what=f"trial {k}: {fault.what}") for fault in error.faults]) from None
        if not like:
            like.append(request)
        return outcome.signal

    alone = missing if run.workers == 1 else missing[:1]
    for k in alone:
        stopped = one(k, None)
        if stopped:
            return stopped
    return _beside_each_other(one, missing[len(alone) :], run.workers)


def _beside_each_other(one: Callable[[int, list[int] | None], int], trials: Sequence[int], workers: int) -> int:
    """Simulate several trials at a time; the first that fails, or a signal, lets no other begin."""
    failed = threading.Event()

    def begin(k: int) -> int:
        if asked or failed.is_set():
            return asked[0] if asked else 0
        try:
            return one(k, asked)
        except BaseException:
            failed.set()
            raise

    with heard_signals() as asked, ThreadPoolExecutor(max(1, workers)) as pool:
        found = [pool.submit(begin, k) for k in trials]
        return max((future.result() for future in found), default=0)


@contextlib.contextmanager
def _writing(run: Repeated) -> Iterator[Callable[[str], None]]:
    """Write the manifest of the whole while its trials are simulated; however that ends, it says so."""
    folder, lock = run.folder, run.folder / "lock"
    for name, text in run.texts.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    made_from = {name: checksum(folder / name) for name in run.texts}
    facts = {"format": FORMAT, **run.facts, "trials": run.number, "made_from": made_from, "files": []}

    def conclude(status: str, **more: Any) -> None:
        write_manifest(folder, {**facts, "status": status, **more})

    lock.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}), encoding="utf-8")
    try:
        conclude("running")
        yield conclude
    except SimulationFailed as error:
        conclude("failed", reason={"what": error.faults[0].what})
        raise
    except BaseException:
        with contextlib.suppress(OSError):
            conclude("interrupted")
        raise
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()


class _Together:
    """Events of many trials as those of one long run: built once, steps and spikes added up.

    Parameters
    ----------
    tell : callable
        Who listens.
    steps : int
        Of a trial.
    done : int
        Trials that were there before.
    """

    def __init__(self, tell: Listener, steps: int, done: int) -> None:
        self.tell, self.steps, self.before = tell, steps, done * steps
        self.step: dict[int, int] = {}
        self.spikes: dict[int, int] = {}
        self.said: set[str] = set()
        self.lock = threading.Lock()

    def listener(self, trial: int) -> Listener:
        """Return who listens to a trial."""

        def hear(event: Mapping[str, Any]) -> None:
            with self.lock:
                self._hear(trial, event)

        return hear

    def _hear(self, trial: int, event: Mapping[str, Any]) -> None:
        match event["event"]:
            case "progress":
                self.step[trial], self.spikes[trial] = int(event["step"]), int(event.get("spikes", 0))
                step = self.before + sum(self.step.values())
                self.tell({"event": "progress", "step": step, "spikes": sum(self.spikes.values())})
            case "chunk":
                self.step[trial] = max(self.step.get(trial, 0), int(event["last_step"]))
            case "phase" | "built" | "stopping" as kind:
                name = f"{kind} {event.get('name', '')}"
                if name not in self.said:
                    self.said.add(name)
                    self.tell(event)
            case "failed":
                self.tell({**event, "trial": trial})
