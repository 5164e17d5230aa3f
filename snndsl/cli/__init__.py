"""The command ``snndsl``. Data on stdout, words and progress on stderr; exit status 0, 1, 2, 3, 4, 130 or 143."""

from __future__ import annotations

import errno
import gc
import os
import sys

__all__ = ["main"]

INTERNAL = 70
"""Exit status of a fault of snndsl itself."""

_FILES = frozenset(
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EROFS", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "EEXIST", "ENOSPC", "EDQUOT", "ENOENT")
)
"""What the file system says of a place that was named wrongly."""

_YOUNG = 100_000
"""New objects before the collector looks: at the usual 700 it goes through all modules many times while they load."""


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: list[str]) -> int:
    """Run one command; return its exit status.

    Parameters
    ----------
    arguments : list of str
        Without the name of the program.
    """
    gc.set_threshold(_YOUNG)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # looking for them reads every installed distribution
    from snndsl.cli.dispatch import run_command
    from snndsl.errors import SnndslError, printed

    debug = "--debug" in arguments
    try:
        return run_command([item for item in arguments if item != "--debug"])
    except SystemExit as error:
        return int(error.code or 0)
    except KeyboardInterrupt:
        return 130
    except SnndslError as error:
        if debug:
            raise
        print("\n".join(printed(error.faults)), file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FILES and not debug:
            said = f"error[file-unwritable]: {error.filename}: {error.strerror}"
            print(f"{said}\n  expected: a file or folder that can be read and written", file=sys.stderr)
            return 2
        if debug:
            raise
        print(f"error[internal]: {type(error).__name__}: {error}\n  try: --debug, and report what it shows", file=sys.stderr)
        return INTERNAL
