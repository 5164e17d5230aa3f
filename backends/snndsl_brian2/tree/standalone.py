"""What ``python run.py`` does: build where needed, start the compiled program, commit what it hands over.

Brian2 is imported only to build. The compiled program writes arrays into a scratch folder and says so on its standard
output, one JSON object a line; here they become part of the run folder.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from building import binary, build, key  # type: ignore[import-not-found]
from commit import Commits  # type: ignore[import-not-found]
from plan import plan, read_settings  # type: ignore[import-not-found]
from run_folder import RunFolder, RunFolderError  # type: ignore[import-not-found]

__all__ = ["main", "sizes"]

Network = Callable[[], Any]


def sizes(tree: Path) -> dict[str, int]:
    """Return the number of neurons of every population."""
    return {name: population["size"] for name, population in read_settings(tree)["populations"].items()}


def main(tree: Path, network: Network) -> int:
    """Run the tree as its command line says; return the exit status.

    Parameters
    ----------
    tree : Path
        Folder of run.py.
    network : callable
        The description in run.py.
    """
    options = _options(tree)
    if options.compile:
        build(tree, (options.build or tree / "build").resolve(), network, options.threads)
        return 0
    settings = read_settings(tree)
    if options.steps is not None:
        settings["steps"] = options.steps
    try:
        folder = RunFolder(options.out.resolve(), settings, _versions(tree))
    except RunFolderError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        program = _built(tree, options, network, folder)
    except (OSError, subprocess.CalledProcessError) as error:
        folder.fail("simulator", f"the model could not be compiled: {error}", step=0)
        print(f"the model could not be compiled: {error}", file=sys.stderr)
        return int(folder.exit_status())
    _run(tree, settings, program, folder)
    return int(folder.exit_status())


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


def _versions(tree: Path) -> dict[str, str]:
    known: dict[str, str] = key(tree)
    return {name: known[name] for name in ("brian2", "compiler", "flags")}


def _built(tree: Path, options: argparse.Namespace, network: Network, folder: RunFolder) -> Path:
    """Return the compiled program: the one given, else the tree's own, made where it is not that of this tree."""
    given: Path | None = options.build.resolve() if options.build else None
    if given is not None and binary(given, options.threads).exists():
        return Path(binary(given, options.threads))
    place = given if given is not None and options.threads == 1 else tree.resolve() / "build"
    program = Path(binary(place, options.threads))
    known = place / "key.json"
    if not (program.exists() and known.exists() and json.loads(known.read_text()) == key(tree)):
        folder.emit({"event": "phase", "name": "build"})
        for old in place.glob("main*"):
            old.unlink()
        build(tree, place, network, options.threads)
    return program


def _run(tree: Path, settings: Mapping[str, Any], program: Path, folder: RunFolder) -> None:
    folder.emit({"event": "phase", "name": "load"})
    commits = Commits(folder, tree, settings)
    instructions = commits.scratch / "plan.txt"
    instructions.write_text(plan(tree, settings, commits.scratch))
    environment = {**os.environ, "SNN_PLAN": str(instructions)}
    with subprocess.Popen([program], cwd=commits.scratch, env=environment, stdout=subprocess.PIPE, text=True) as process:
        _pass_on_signals(process, folder)
        failed = _hear(process, commits)
    status = process.returncode
    commits.close()
    if failed is None and status not in (0, 130, 143, -signal.SIGINT, -signal.SIGTERM):
        failed = {"kind": "simulator", "what": f"the simulation ended with status {status}", "step": commits.done}
    if failed is not None:
        folder.fail(**failed)
        print(f"step {failed['step']}: {failed['what']}", file=sys.stderr)
    else:
        folder.finish("complete" if status == 0 else "interrupted")


def _pass_on_signals(process: subprocess.Popen[str], folder: RunFolder) -> None:
    def pass_on(number: int, frame: object) -> None:
        folder.stop_requested = number
        process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)


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
    """Put into words what the compiled program reports as facts."""
    kind, step = event["kind"], event["step"]
    if kind == "sample":
        size = settings["sample_sizes"][settings["samples"].index(event["sample"])]
        what = f"the array {event['sample']} has {size} values, {float(event['index']):g} was asked for at step {step}"
        return {"kind": kind, "what": what, "step": step}
    if kind in ("non-finite", "bound"):
        part = settings["synapses"].get(event["population"])
        owner, neuron = part["projection"] if part else event["population"], event["neuron"]
        value = f"{float(event['value'])!r} at step {step}" + (", beyond its bound" if kind == "bound" else "")
        what = f"{event['variable']} of {owner}[{neuron}] is {value}"
        return {"kind": kind, "what": what, "population": owner, "neuron": neuron, "variable": event["variable"], "step": step}
    return event
