"""Processes that end with the process that started them, however that one ends.

A process whose parent has gone gets another parent; whoever was started here looks for that. Workers of a pool look themselves
(`attend`). Any other command, and all that it starts in turn, has a guard (`attended`): this file as a program, between parent
and command, which looks before the command is started and twice a second from then on. It needs Python alone.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

__all__ = ["attend", "attended", "run_attended", "undisturbed"]

EVERY = 0.5
"""Seconds between looks."""

_HEARD = (signal.SIGCHLD, signal.SIGALRM, signal.SIGINT, signal.SIGTERM)


def attend(parent: int) -> None:
    """Have this process end when its parent has gone, and leave Ctrl-C to it; called once in every worker of a pool.

    Parameters
    ----------
    parent : int
        Process that started this one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach before they `attend`; it reaches this one when they are started."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def attended(command: list[str]) -> list[str]:
    """Return the command line of a guard that runs a command and ends it, and what it started, with this process.

    Start it in a session of its own: the guard is the leader of the group that it ends. It passes SIGINT and SIGTERM on, and
    ends as the command does.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    """
    return [sys.executable, "-I", "-S", "-B", os.path.abspath(__file__), str(os.getpid()), *command]


def run_attended(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as `subprocess.run` does; it ends with this process, and when this call is interrupted.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    **options : object
        Of `subprocess.Popen`, and ``check``.

    Raises
    ------
    subprocess.CalledProcessError
        The command failed, and `check` was asked for.
    """
    check = options.pop("check", False)
    with subprocess.Popen(attended(command), start_new_session=True, **options) as process:
        try:
            output, errors = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if check and process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output, errors)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def _gone(parent: int) -> bool:
    return os.getppid() != parent


def _watch(parent: int) -> None:
    while not _gone(parent):
        time.sleep(EVERY)
    os._exit(1)


def _guard(parent: int, command: list[str]) -> int:
    """Run a command; return its exit status. Everything in the group is killed when the parent has gone."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    if _gone(parent):
        return 1
    child = os.fork()
    if not child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
        try:
            os.execvp(command[0], command)
        except OSError as error:
            print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
            os._exit(127)
    signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
    while True:
        number = signal.sigwait(_HEARD)
        if _gone(parent):
            os.killpg(0, signal.SIGKILL)
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return _end(os.waitstatus_to_exitcode(status))
        if number in (signal.SIGINT, signal.SIGTERM):
            os.kill(child, number)


def _end(status: int) -> int:
    """Return an exit status; die of the signal that the command died of, and end what it left behind."""
    if status >= 0:
        return status
    os.killpg(0, signal.SIGTERM)  # blocked here
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if -status not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {-status})
    return 128 - status


if __name__ == "__main__":
    sys.exit(_guard(int(sys.argv[1]), sys.argv[2:]))
