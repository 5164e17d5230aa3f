"""What ``python run.py`` does: build where needed, start the compiled program, commit what it hands over.

Brian2 is imported only to build. The compiled program writes arrays into a folder beside the results and says so on its
standard output; they become part of the run folder here (`run_folder`).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from building import binary, build, key  # type: ignore[import-not-found]
from commit import Results  # type: ignore[import-not-found]
from plan import plan, read_settings  # type: ignore[import-not-found]

__all__ = ["main", "sizes"]


def sizes(tree: Path) -> dict[str, int]:
    """Return the number of neurons of every population."""
    return {name: population["size"] for name, population in read_settings(tree)["populations"].items()}


def main(tree: Path, network: Callable[[], Any]) -> int:
    """Run the tree as its command line says; return the exit status.

    Parameters
    ----------
    tree : Path
        Folder of run.py.
    network : callable
        The description in run.py.
    """
    options = _options(tree)
    folder = (options.build or tree / "build").resolve()
    if options.compile:
        build(tree, folder, network, options.threads)
        return 0
    events = _events()
    program = binary(folder, options.threads)
    given = options.build is not None and program.exists()
    if not given and not _current(tree, folder, program):
        _say(events, {"event": "phase", "name": "build"})
        program.unlink(missing_ok=True)
        build(tree, folder, network, options.threads)
    return _run(tree, options, program, events)


def _options(tree: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the model of this folder with Brian2.")
    parser.add_argument("--out", type=Path, default=tree / "results", metavar="DIR", help="run folder to write (%(default)s)")
    parser.add_argument("--steps", type=int, metavar="N", help="run the first N steps only")
    parser.add_argument("--build", type=Path, metavar="DIR", help="folder of the compiled model; filled if it is empty")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="OpenMP threads (%(default)s); same spikes")
    parser.add_argument("--compile", action="store_true", help="build and stop")
    options = parser.parse_args()
    if options.threads < 1 or (options.steps is not None and options.steps < 0):
        parser.error("threads and steps are positive numbers")
    return options


def _current(tree: Path, folder: Path, program: Path) -> bool:
    known = folder / "key.json"
    return program.exists() and known.exists() and json.loads(known.read_text()) == key(tree)


def _events() -> IO[str] | None:
    number = os.environ.get("SNNDSL_EVENTS")
    return os.fdopen(int(number), "w", buffering=1) if number else None


def _say(events: IO[str] | None, event: dict[str, Any]) -> None:
    if events is not None:
        print(json.dumps(event), file=events, flush=True)


def _run(tree: Path, options: argparse.Namespace, program: Path, events: IO[str] | None) -> int:
    settings = read_settings(tree)
    steps = settings["steps"] if options.steps is None else options.steps
    results = Results(tree, options.out.resolve(), settings, steps)
    instructions = results.scratch / "plan.txt"
    instructions.write_text(plan(tree, settings, steps, results.scratch))
    _say(events, {"event": "phase", "name": "load"})
    process = subprocess.Popen(
        [program], cwd=results.scratch, env={**os.environ, "SNN_PLAN": str(instructions)}, stdout=subprocess.PIPE, text=True
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: process.send_signal(number))
    failed = None
    for event in _heard(process):
        if event["event"] == "chunk":
            results.chunk(event)
            event = {"event": "chunk", "last_step": event["last_step"]}
        elif event["event"] == "snapshot":
            results.snapshot(event)
            continue
        elif event["event"] == "failed":
            failed = event
        _say(events, event)
    status = process.wait()
    if status in (-signal.SIGINT, -signal.SIGTERM):  # before it listened
        status = 128 - status
    if status and status not in (130, 143) and failed is None:
        failed = {
            "event": "failed",
            "kind": "simulator",
            "what": f"the simulation ended with status {status}",
            "step": results.done,
        }
        _say(events, failed)
    results.finish(failed)
    if failed is not None:
        print(f"failed at step {failed['step']}: {failed['what']}", file=sys.stderr)
        return 4
    return status


def _heard(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)
