"""Which command is meant: the first word names it, and only its module is loaded."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable
from importlib import import_module

from snndsl import __version__
from snndsl.cli.parsing import arguments_of, first_line
from snndsl.errors import Fault, ModelError, listed, nearest

__all__ = ["COMMANDS", "command_named", "run_command"]

COMMANDS = {
    **dict.fromkeys(("validate", "show", "generate", "run", "compare", "test"), "commands"),
    "diff": "diff_command",
    "library": "library_command",
    "explain": "explain_command",
    "discover": "discover_command",
    "robustness": "robustness_command",
    "groups": "groups_command",
    **dict.fromkeys(("replay", "detect"), "group_commands"),
    "spade": "spade_command",
    "motifs": "group_commands",
    "wire": "wire_command",
    "sweep": "sweep_command",
    "export": "export_command",
    "report": "report_command",
    "plot": "plot_command",
    **dict.fromkeys(("doctor", "backends", "schema", "new", "demo"), "commands"),
}
"""The module of each command, whose function has its name; in the order in which they are listed."""

_HEAD = """usage: snndsl [OPTIONS] COMMAND [ARGUMENTS]

A modelling language for spiking neural networks: one file, the same spikes on
every simulator.

options:
  --version   print the version
  --debug     show where in snndsl an error comes from
  -h, --help  show this, or what a command takes

commands:"""


def command_named(name: str) -> Callable[..., int]:
    """Return the function of a command."""
    command: Callable[..., int] = getattr(import_module(f"snndsl.cli.{COMMANDS[name]}"), name)
    return command


def run_command(arguments: list[str]) -> int:
    """Run the command that is named, and return its exit status.

    Raises
    ------
    ModelError
        usage: there is no such command, or it does not take what is given.
    SystemExit
        Help was printed, or the command was stopped.
    """
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_overview(), file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    name, *given = arguments
    if name == "--version":
        print(f"snndsl {__version__}")
        return 0
    if name not in COMMANDS:
        what = f"snndsl has no {'option' if name.startswith('-') else 'command'} {name!r}"
        raise ModelError(Fault("usage", what, expected=listed(COMMANDS), try_=nearest(name, COMMANDS) or "snndsl --help"))
    command = command_named(name)
    return command(**arguments_of(command, f"snndsl {name}", given))


def _overview() -> str:
    """Return all commands, a line each."""
    width = max(shutil.get_terminal_size().columns - 14, 40)
    lines = (f"  {name:<12}{textwrap.shorten(first_line(command_named(name)), width, placeholder=' ...')}" for name in COMMANDS)
    return "\n".join([_HEAD, *lines])
