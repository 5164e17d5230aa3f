"""Worker processes that end when the process that started them has gone, and leave Ctrl-C to it."""

from __future__ import annotations

import os
import signal
import threading
import time

__all__ = ["attend"]

EVERY = 1.0
"""Seconds between looks."""


def attend(parent: int) -> None:
    """Have this process end when its parent has gone; called once in every worker.

    Parameters
    ----------
    parent : int
        Process that started this one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(EVERY)
    os._exit(1)
