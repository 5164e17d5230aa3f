"""One simulation in a process and a folder of its own: prepared, built, watched, stopped, concluded.

The child runs ``python -I -B source/run.py`` in its own session, with a short list of environment variables, no standard
input, and its output in ``log/run.log``. It ends with this process (`snndsl.attendance`), and reports on a pipe
(`snndsl.backend.protocol`). Whatever becomes of it, the folder
stays readable: a child that dies without a word is written down as failed, one that was stopped as interrupted.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from snndsl.attendance import attended
from snndsl.backend.failure import ended, not_built
from snndsl.backend.holding import check_free, held
from snndsl.backend.protocol import Backend, BuildCache
from snndsl.backend.source_tree import SourceTree
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, SimulationFailed
from snndsl.results.run_files import checksum, write_manifest
from snndsl.results.run_folder import FORMAT

__all__ = ["Outcome", "Request", "claim_folder", "heard_signals", "owner", "simulate"]

ENVIRONMENT = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "CXX", "XDG_CACHE_HOME", "SNNDSL_CACHE",
    "LD_LIBRARY_PATH", "VIRTUAL_ENV",
)  # fmt: skip
"""What a child may know of its surroundings."""

PATIENCE = 1.7
"""Seconds a child has to stop by itself before it is killed."""

Listener = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What to simulate and where.

    Parameters
    ----------
    tree : SourceTree
        As the backend generated it.
    folder : Path
        Run folder, claimed by `claim_folder`.
    facts : mapping
        For the manifest: what the run was made from.
    texts : mapping of str to str
        More files of the folder (``model.yaml``).
    threads : int
        Of the simulator.
    like : Request or None
        One that was prepared: what both trees have alike is not written again.
    """

    tree: SourceTree
    folder: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    threads: int = 1
    like: Request | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a simulation ended.

    Parameters
    ----------
    status : str
        ``complete`` or ``interrupted``.
    steps_done : int
        Steps that are in the folder.
    signal : int
        What stopped it; 0: nothing.
    """

    status: str
    steps_done: int
    signal: int = 0


def claim_folder(folder: Path, force: bool = False) -> None:
    """Create an empty run folder.

    Parameters
    ----------
    folder : Path
        Of the run.
    force : bool
        Replace a run that is there. Anything that is no run folder is never removed.

    Raises
    ------
    ModelError
        run-exists, run-in-use, not-a-run.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        folder.mkdir(parents=True, exist_ok=True)
        return
    if not (folder / "manifest.json").is_file():
        raise ModelError(Fault("not-a-run", f"{folder} exists and holds no run", expected="a new folder", try_="-o OTHER"))
    writing = owner(folder)
    if writing:
        what = f"process {writing} is writing {folder}"
        raise ModelError(Fault("run-in-use", what, expected="a new folder", try_="-o OTHER"))
    if not force:
        raise ModelError(Fault("run-exists", f"{folder} already holds a run", expected="a new folder", try_="--force"))
    for part in (folder, *sorted(folder.glob("trials/*"))):
        check_free(part)
    shutil.rmtree(folder)
    folder.mkdir(parents=True)


def simulate(
    backend: Backend,
    request: Request,
    cache: BuildCache,
    listener: Listener | None = None,
    asked: list[int] | None = None,
) -> Outcome:
    """Run a tree in a child process.

    Parameters
    ----------
    backend : Backend
        That generated the tree.
    request : Request
        What and where.
    cache : BuildCache
        Of compiled parts.
    listener : callable, optional
        Told every event.
    asked : list of int, optional
        Signals that ask the run to stop, collected by the caller (`heard_signals`); if absent they are collected here.

    Raises
    ------
    ModelError
        file-unwritable: there is no room for what the run is made from.
    SimulationFailed
        The simulator stopped with an error; the folder says why.
    """
    folder, tell = request.folder.absolute(), listener or (lambda event: None)
    source, log = folder / "source", folder / "log"
    try:
        _prepare(request, folder, source, log)
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror}"
        raise ModelError(Fault("file-unwritable", what, expected="a place to write to", try_="-o OTHER")) from None
    tell({"event": "phase", "name": "build"})
    started = time.monotonic()
    try:
        built = backend.build(source, cache, log / "build.log")
    except BaseException:
        _conclude(folder, "failed", not_built())
        raise
    tell({"event": "built", "seconds": time.monotonic() - started})
    command = [sys.executable, "-I", "-B", str(source / "run.py"), "--out", str(folder), "--threads", str(request.threads)]
    if built is not None:
        command += ["--build", str(built)]
    reasons: list[Mapping[str, Any]] = []

    def hear(event: Mapping[str, Any]) -> None:
        """Keep the reason of a failure, and pass every event on."""
        if event.get("event") == "failed":
            reasons.append({key: value for key, value in event.items() if key != "event"})
        tell(event)

    listening = heard_signals() if asked is None else contextlib.nullcontext(asked)
    with held(folder) as hold, (log / "run.log").open("ab") as output, listening as signals:
        status, stopped = _watch(command, folder, (output, hold), hear, signals)
    return _outcome(folder, status, stopped, reasons[0] if reasons else None)


def _prepare(request: Request, folder: Path, source: Path, log: Path) -> None:
    """Write the tree, the texts and a manifest that lists both."""
    log.mkdir(parents=True, exist_ok=True)
    like = request.like
    tree = request.tree
    same = tree.write(source) if like is None else tree.write(source, like.tree, like.folder.absolute() / "source")
    for name, text in request.texts.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    known = {} if like is None else _checksums(like.folder)
    made_from = {}
    for place in _files(source, folder, request.texts):
        name = place.relative_to(folder).as_posix()
        made_from[name] = known[name] if name.removeprefix("source/") in same and name in known else checksum(place)
    facts = {"format": FORMAT, "status": "prepared", **request.facts, "threads": request.threads, "made_from": made_from}
    write_manifest(folder, facts)


def _files(source: Path, folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Return the files that a run is made from: the tree and the texts."""
    return [*sorted(place for place in source.rglob("*") if place.is_file()), *(folder / name for name in texts)]


def _checksums(folder: Path) -> dict[str, str]:
    """Return the checksums of what a run is made from."""
    return dict(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["made_from"])


def _watch(command: list[str], folder: Path, given: tuple[Any, int], tell: Listener, asked: list[int]) -> tuple[int, int]:
    """Run the child to its end; return its exit status and the signal that was passed on to it.

    It is `given` a file for its output, and the descriptor that holds the folder.
    """
    (output, hold), (reader, writer) = given, os.pipe()
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment["SNNDSL_EVENTS"] = str(writer)
    process = subprocess.Popen(
        attended(command),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        pass_fds=(writer, hold),
    )
    os.close(writer)
    passed, deadline = 0, 0.0
    with os.fdopen(reader, "rb", buffering=0) as pipe, selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        rest, open_ = b"", True
        while open_ or process.poll() is None:
            if asked and not passed:
                passed, deadline = asked[0], time.monotonic() + PATIENCE
                _send(process, passed)
                tell({"event": "stopping"})
            if passed and (time.monotonic() > deadline or len(asked) > 1):
                _send(process, signal.SIGKILL)
            if not open_:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
                continue
            if selector.select(0.1):
                content = os.read(pipe.fileno(), 65536)
                open_ = bool(content)
                if not open_:
                    selector.unregister(pipe)
                *lines, rest = (rest + content).split(b"\n")
                for line in lines:
                    tell(_event(line))
    process.wait()
    return process.returncode, passed


@contextlib.contextmanager
def heard_signals() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM in a list; only the main thread of a process can."""
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, lambda found, _: asked.append(found)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _send(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _event(line: bytes) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        event = None
    return event if isinstance(event, dict) and "event" in event else {"event": "unreadable"}


def _outcome(folder: Path, status: int, stopped: int, told: Mapping[str, Any] | None) -> Outcome:
    """Return how a run ended; `told` is why it failed, if it said so."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest.get("status") not in ("complete", "interrupted", "failed"):
        if told is not None:
            raise SimulationFailed(_failure(folder, _conclude(folder, "failed", told)))
        last = int(manifest.get("steps_done", 0))
        if stopped:
            _conclude(folder, "interrupted", None)
            return Outcome("interrupted", last, stopped)
        manifest = _conclude(folder, "failed", ended(status, last))
    if manifest["status"] == "failed":
        raise SimulationFailed(_failure(folder, manifest))
    return Outcome(manifest["status"], int(manifest["steps_done"]), stopped)


def _failure(folder: Path, manifest: Mapping[str, Any]) -> Fault:
    reason = manifest.get("reason", {})
    model = f"{manifest.get('name', 'model')} on {manifest.get('backend', '?')}"
    return Fault(
        f"simulation-{reason.get('kind', 'simulator')}",
        f"{model} stopped: {reason.get('what', 'no reason given')}",
        expected=f"everything up to step {manifest.get('steps_done', 0):,} is in {folder}",
        try_=f"look at {folder / 'log' / 'run.log'}",
    )


def _conclude(folder: Path, status: str, reason: Mapping[str, Any] | None) -> dict[str, Any]:
    """Write down the end of a run whose process cannot do it any more."""
    file = folder / "manifest.json"
    manifest: dict[str, Any] = {"files": [], **json.loads(file.read_text(encoding="utf-8"))}
    manifest["status"] = status
    if reason is not None:
        manifest["reason"] = dict(reason)
    with contextlib.suppress(OSError):  # no room: whoever asked is told all the same
        write_manifest(folder, manifest)
    with contextlib.suppress(OSError):
        (folder / "lock").unlink()
    return manifest


def owner(folder: Path) -> int:
    """Return the process that writes a folder, 0 if none does."""
    try:
        pid = int(json.loads((folder / "lock").read_text(encoding="utf-8"))["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return 0 if _ended(pid) else pid


def _ended(pid: int) -> bool:
    """Tell whether a process has ended and nobody has asked for its status yet; False where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False
