"""What ``python run.py`` does: build where needed, start the compiled program, commit what it hands over.

Brian2 is imported only to build. The compiled program writes arrays into a scratch folder and says so on its standard
output, one JSON object a line; here they become part of the run folder.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from building import TOOLS, binary, build, key  # type: ignore[import-not-found]
from commit import Commits  # type: ignore[import-not-found]
from failure import carry_failure, ended, not_built, sample_failure, state_failure, stopped  # type: ignore[import-not-found]
from plan import plan, read_settings  # type: ignore[import-not-found]
from run_folder import RunFolder, RunFolderError  # type: ignore[import-not-found]

__all__ = ["main", "sizes"]

Description = Callable[[], Any]
"""The function of run.py that makes the network for Brian2."""


def sizes(tree: Path) -> dict[str, int]:
    """Return the number of neurons of every population."""
    return {name: population["size"] for name, population in read_settings(tree)["populations"].items()}


def main(tree: Path, network: Description) -> int:
    """Run the tree as its command line says; return the exit status.

    Parameters
    ----------
    tree : Path
        Folder of run.py.
    network : callable
        The description in run.py.
    """
    settings = read_settings(tree)
    options = _options(tree, settings["steps"])
    if options.compile:
        build(tree, (options.build or tree / "build").resolve(), network, options.threads)
        return 0
    if options.steps is not None:
        settings["steps"] = options.steps
    stopping = _Stopping()
    try:
        if options.build:
            _check_build(tree, options.build)
        folder = RunFolder(options.out.resolve(), settings, _versions(tree))
    except (RunFolderError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    with folder.concluding():
        try:
            failed = _prepare_and_run(tree, settings, options, network, folder, stopping)
        except subprocess.CalledProcessError as error:
            failed = not_built(error)
        if failed is not None:
            folder.fail(**failed)
            print(f"step {failed['step']}: {failed['what']}", file=sys.stderr)
        else:
            folder.finish("interrupted" if folder.stop_requested else "complete")
    return int(folder.exit_status())


def _prepare_and_run(
    tree: Path,
    settings: Mapping[str, Any],
    options: argparse.Namespace,
    network: Description,
    folder: RunFolder,
    stopping: _Stopping,
) -> dict[str, Any] | None:
    """Return why it failed, if it did; `folder.stop_requested` is the signal that it was stopped by."""
    commits = Commits(folder, tree, settings)
    try:
        with stopping.ends_this():
            program = _built(tree, options, network, folder)
        return _run(tree, settings, program, commits, stopping)
    except KeyboardInterrupt:
        folder.stop_requested = stopping.number
        return None
    finally:
        commits.close()


def _options(tree: Path, steps: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the model of this folder with Brian2.")
    parser.add_argument("--out", type=Path, default=tree / "results", metavar="DIR", help="run folder to write (%(default)s)")
    parser.add_argument("--steps", type=int, metavar="N", help=f"run the first N steps only (of {steps})")
    parser.add_argument("--build", type=Path, metavar="DIR", help="folder of the compiled model; filled if it is empty")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="OpenMP threads (%(default)s); same spikes")
    parser.add_argument("--compile", action="store_true", help="build and stop")
    options = parser.parse_args()
    if options.threads < 1:
        parser.error("threads: at least 1")
    if options.steps is not None and not 0 <= options.steps <= steps:
        parser.error(f"steps: from 0 to {steps}, what data/ holds")
    return options


def _versions(tree: Path) -> dict[str, str]:
    known: dict[str, str] = key(tree)
    return {name: known[name] for name in ("brian2", "compiler", "flags")}


def _check_build(tree: Path, folder: Path) -> None:
    """Refuse a build that was made for another model; which compiler made it does not matter."""
    known, wanted = _key_of(folder), key(tree)
    if known and any(known.get(name) != wanted[name] for name in wanted if name not in TOOLS):
        raise RunFolderError(f"{folder} holds the build of another model; name an empty folder, or none")


def _key_of(folder: Path) -> dict[str, str]:
    """Return the key of the build in a folder; empty if there is none."""
    file = folder / "key.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def _built(tree: Path, options: argparse.Namespace, network: Description, folder: RunFolder) -> Path:
    """Return the compiled program: the one given, else the tree's own, made where it is not that of this tree."""
    given: Path | None = options.build.resolve() if options.build else None
    if given is not None and binary(given, options.threads).exists():
        return Path(binary(given, options.threads))
    place = given if given is not None and options.threads == 1 else tree.resolve() / "build"
    program = Path(binary(place, options.threads))
    if not (program.exists() and _key_of(place) == key(tree)):
        folder.emit({"event": "phase", "name": "build"})
        for old in place.glob("main*"):
            old.unlink()
        build(tree, place, network, options.threads)
    return program


class _Stopping:
    """What SIGINT and SIGTERM do: they are noted, end the build, or are passed on to the compiled program."""

    def __init__(self) -> None:
        self.number = 0
        self.ending = False
        self.process: subprocess.Popen[str] | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: object) -> None:
        self.number = number
        if self.process is not None:
            self.process.send_signal(number)
        elif self.ending:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def ends_this(self) -> Iterator[None]:
        """Raise KeyboardInterrupt at a signal, also at one that came before."""
        self.ending = True
        try:
            if self.number:
                raise KeyboardInterrupt
            yield
        finally:
            self.ending = False

    def pass_on(self, process: subprocess.Popen[str]) -> None:
        """Send signals to `process` from now on, also the one that came while it was started."""
        self.process = process
        if self.number:
            process.send_signal(self.number)


def _run(
    tree: Path, settings: Mapping[str, Any], program: Path, commits: Commits, stopping: _Stopping
) -> dict[str, Any] | None:
    """Run the compiled program to its end; return why it failed, if it did."""
    commits.folder.emit({"event": "phase", "name": "load"})
    instructions = commits.scratch / "plan.txt"
    instructions.write_text(plan(tree, settings, commits.scratch))
    environment = {**os.environ, "SNN_PLAN": str(instructions)}
    with subprocess.Popen([program], cwd=commits.scratch, env=environment, stdout=subprocess.PIPE, text=True) as process:
        stopping.pass_on(process)
        failed = _hear(process, commits)
    status = process.returncode
    if status in (130, 143, -signal.SIGINT, -signal.SIGTERM):
        commits.folder.stop_requested = abs(status) % 128
    elif status and failed is None:
        failed = ended(status, commits.done)
    return failed


def _hear(process: subprocess.Popen[str], commits: Commits) -> dict[str, Any] | None:
    """Commit and pass on what the program says; return why it failed, if it did."""
    failed = None
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        kind = event.pop("event")
        if kind == "chunk":
            commits.chunk(event)
        elif kind == "snapshot":
            commits.snapshot(event)
        elif kind == "failed":
            failed = _reason(event, commits.settings)
        else:
            commits.folder.emit({"event": kind, **event})
    return failed


def _reason(event: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the compiled program reports as codes and numbers in the words of every backend."""
    step = event["step"]
    if "what" in event:
        return dict(stopped(event["what"], step))
    if "sample" in event:
        return dict(sample_failure(settings, event["sample"], float(event["index"]), step))
    value = float(event["value"])
    if "carried" in event:
        limit = float(event["bound"])
        return dict(carry_failure(settings, event["carried"], event["index"], value, step, limit))
    bounded = event["bounded"] == "1"
    return dict(state_failure(settings, event["owner"], event["index"], event["variable"], value, step, bounded))
