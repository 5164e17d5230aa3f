"""What ``python run.py`` does around the network: build, load, run in pieces, commit, end."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from building import compiler_version, nest_version  # type: ignore[import-not-found]
from engine import Engine, built  # type: ignore[import-not-found]
from recording import Recorder  # type: ignore[import-not-found]
from run_folder import RunFolder, RunFolderError  # type: ignore[import-not-found]

__all__ = ["main"]

_PIECE = 0.1  # seconds between two looks at the clock and at signals
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main(tree: Path, network: Callable[[Engine], None]) -> int:
    """Run the tree as its command line says; return the exit status.

    Parameters
    ----------
    tree : Path
        Folder of run.py.
    network : callable
        Creates and connects the nodes.
    """
    options = _options(tree)
    settings = json.loads((tree / "settings.json").read_text(encoding="utf-8"))
    if options.steps is not None:
        settings["steps"] = options.steps
    try:
        folder = RunFolder(options.out.resolve(), settings, {"nest": nest_version(), "compiler": compiler_version()})
    except RunFolderError as error:
        print(error, file=sys.stderr)
        return 2
    folder.watch_signals()
    try:
        folder.emit({"event": "phase", "name": "build"})
        libraries = built(tree, options.build.resolve() if options.build else None)
        folder.emit({"event": "phase", "name": "load"})
        engine = Engine(tree, settings, libraries, options.threads)
        engine.install()
        network(engine)
    except (OSError, subprocess.CalledProcessError) as error:
        folder.fail("simulator", f"the model could not be built: {error}", step=0)
        print(f"the model could not be built: {error}", file=sys.stderr)
        return int(folder.exit_status())
    with folder.concluding():
        _run(engine, Recorder(engine, folder, tree, settings["steps"]), folder, settings)
    return int(folder.exit_status())


def _options(tree: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run the model of this folder with NEST.")
    parser.add_argument("--out", type=Path, default=tree / "results", metavar="DIR", help="run folder to write (%(default)s)")
    parser.add_argument("--steps", type=int, metavar="N", help="run the first N steps only")
    parser.add_argument("--build", type=Path, metavar="DIR", help="folder of the compiled parts")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of NEST (%(default)s); same spikes")
    options = parser.parse_args()
    if options.threads < 1 or (options.steps is not None and options.steps < 0):
        parser.error("threads and steps are positive numbers")
    return options


def _run(engine: Engine, recorder: Recorder, folder: Any, settings: dict[str, Any]) -> None:
    """Simulate in pieces. A stamp is committed once NEST is a slice further: then every spike has reached its synapses."""
    nest, steps, piece = engine.nest, settings["steps"], 1
    now = 0  # of NEST, in steps: its step S makes stamp S - 1
    folder.emit({"event": "phase", "name": "simulate"})
    nest.Prepare()
    while folder.manifest["status"] == "running":
        ready, target = now - 1 - engine.slice, min(recorder.done + settings["chunk"], steps)
        failure = engine.failure()
        if failure and failure[0] < steps and ready >= failure[0]:
            _failed(engine, recorder, folder)
        elif folder.stop_requested:
            _commit(engine, recorder, min(ready, steps))
            folder.finish("interrupted" if recorder.done < steps else "complete")
        elif ready >= target:
            _commit(engine, recorder, target)
            if recorder.done == steps:
                folder.finish()
        else:
            slices = min(piece, -(-(target + 1 + engine.slice - now) // engine.slice))
            engine.open_snapshots(now + slices * engine.slice)
            seconds = _simulate(nest, slices * engine.slice)
            now += slices * engine.slice
            piece = max(1, int(slices * _PIECE / max(seconds, 1e-4)))
            folder.emit({"event": "progress", "step": min(max(now - 1, 0), steps), "spikes": engine.counted()})
    nest.Cleanup()


def _simulate(nest: Any, steps: int) -> float:
    """Run NEST; signals wait until it is back, for it would swallow them. Return the seconds it took."""
    begun = time.monotonic()
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        nest.Run(float(steps))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    return time.monotonic() - begun


def _commit(engine: Engine, recorder: Recorder, stamp: int) -> None:
    """Commit up to a stamp, unless a synapse that was late fails before it."""
    if stamp < recorder.done or stamp < 0:
        return
    engine.catch_up(stamp)
    failure = engine.failure()
    if failure is None or failure[0] >= stamp:
        recorder.commit(stamp)


def _failed(engine: Engine, recorder: Recorder, folder: Any) -> None:
    """End a run whose model failed: everything before is kept, nothing after."""
    complete, reason = engine.failure()
    engine.catch_up(complete)  # a synapse that was late may have failed before
    complete, reason = engine.failure()
    if complete > recorder.done or not folder.manifest["files"]:
        recorder.commit(complete)
    folder.fail(**reason)
    print(reason["what"], file=sys.stderr)
