"""Run folders held by those who write them: a process and what it started, until the last of them has ended.

The file ``lock`` tells readers which process writes. A process that was killed says nothing any more, and its child, which the
guard of `snndsl.attendance` ends within a second, may not have said anything yet. So the system locks the folder too, through
a descriptor that the child inherits: it is free when nobody is left.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from snndsl.errors import Fault, ModelError

__all__ = ["check_free", "held"]

PATIENCE = 5.0
"""Seconds that the children of a killed process have to end."""


@contextlib.contextmanager
def held(folder: Path) -> Iterator[int]:
    """Hold a folder for this process and for children that are given the descriptor.

    Parameters
    ----------
    folder : Path
        Of a run; exists.

    Yields
    ------
    int
        Descriptor.

    Raises
    ------
    ModelError
        run-in-use.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if not _locked(descriptor):
            raise _in_use(folder)
        yield descriptor
    finally:
        os.close(descriptor)


def check_free(folder: Path) -> None:
    """Wait until nobody holds a folder.

    Parameters
    ----------
    folder : Path
        Of a run; one that does not exist is free.

    Raises
    ------
    ModelError
        run-in-use: somebody still writes it.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(FileNotFoundError, ModelError), held(folder):
            return
        if not folder.exists():
            return
        if time.monotonic() > deadline:
            raise _in_use(folder)
        time.sleep(0.05)


def _locked(descriptor: int) -> bool:
    """Lock a folder; one on a file system that knows no locks counts as locked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _in_use(folder: Path) -> ModelError:
    what = f"another process is writing {folder}"
    return ModelError(Fault("run-in-use", what, expected="a new folder", try_="-o OTHER"))
