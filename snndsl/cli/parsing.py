"""A command line from a function: its parameters are arguments and options, their types say what they take.

Nothing but `argparse` is loaded for it, which takes a tenth of the time that larger packages do before anything is said.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from enum import StrEnum
from inspect import Parameter, getdoc, signature
from types import UnionType
from typing import Annotated, Any, NoReturn, get_args, get_origin, get_type_hints

from snndsl.errors import Fault, ModelError, listed, nearest

__all__ = ["Argument", "Option", "arguments_of", "first_line"]

Command = Callable[..., int]


class Option:
    """What is said about an option.

    Parameters
    ----------
    *names : str
        Of the option, ``--deep/--no-deep`` for a flag that may be denied; none: made of the name of the parameter.
    metavar : str
        Stands for the value.
    help : str
        A line.
    min, max : float, optional
        Smallest and largest number.
    """

    def __init__(
        self, *names: str, metavar: str = "", help: str = "", min: float | None = None, max: float | None = None
    ) -> None:
        self.names, self.metavar, self.help, self.min, self.max = names, metavar, help, min, max


class Argument:
    """What is said about an argument: the word that stands for it, and a line."""

    def __init__(self, *, metavar: str = "", help: str = "") -> None:
        self.metavar, self.help = metavar, help


def first_line(command: Command) -> str:
    """Return what a command does, in a line."""
    return (getdoc(command) or "").partition("\n")[0]


def arguments_of(command: Command, name: str, given: list[str]) -> dict[str, Any]:
    """Return what a command is called with.

    Parameters
    ----------
    command : callable
        Parameters with a default or an `Option` are options, the others arguments.
    name : str
        Of the program and the command.
    given : list of str
        What stands behind it.

    Raises
    ------
    ModelError
        usage.
    SystemExit
        Help was asked for, and printed.
    """
    parser = _Parser(prog=name, description=getdoc(command), allow_abbrev=False, formatter_class=_Layout)
    parameters = list(_parameters(command))
    for parameter in parameters:
        parameter.add_to(parser)
    parser.usage = " ".join([name, "[OPTIONS]", *(item.shown for item in parameters if item.positional)])
    found, unknown = parser.parse_known_intermixed_args(given)
    if unknown:
        known = [item for action in parser._actions for item in action.option_strings]
        what, near = f"{name} has no {unknown[0].partition('=')[0]}", nearest(unknown[0].partition("=")[0], known)
        raise ModelError(Fault("usage", what, expected=parser.usage, try_=near or f"{name} --help"))
    values = vars(found)
    return {item.name: item.default if values[item.name] is None else values[item.name] for item in parameters}


class _Layout(argparse.HelpFormatter):
    """Help that leaves room for the names of options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are faults like any other."""

    def error(self, message: str) -> NoReturn:
        raise ModelError(Fault("usage", message, expected=self.usage or "", try_=f"{self.prog} --help"))


class _Parameter:
    """A parameter of a command as a part of the command line."""

    def __init__(self, parameter: Parameter, hint: Any) -> None:
        self.name, self.required = parameter.name, parameter.default is Parameter.empty
        self.default = None if self.required else parameter.default
        hint, *said = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        self.said: Option | Argument = said[0] if said else (Argument() if self.required else Option())
        options = [item for item in get_args(hint) if item is not type(None)] if get_origin(hint) is UnionType else [hint]
        self.several = get_origin(options[0]) is list
        self.type: type[Any] = get_args(options[0])[0] if self.several else options[0]

    @property
    def positional(self) -> bool:
        return isinstance(self.said, Argument)

    @property
    def shown(self) -> str:
        """What stands for the value."""
        if self.said.metavar:
            return self.said.metavar
        if issubclass(self.type, StrEnum):
            return "|".join(self.type)
        return self.name.upper().replace("_", "-") + ("..." if self.positional and self.several else "")

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Add it to a parser; what is not given is None there."""
        said = self.said
        if isinstance(said, Argument):
            many = ("+" if self.required else "*") if self.several else None if self.required else "?"
            parser.add_argument(self.name, nargs=many, type=self._value, metavar=self.shown, help=said.help, default=None)
            return
        names = said.names or ("--" + self.name.replace("_", "-"),)
        how: dict[str, Any] = {"dest": self.name, "default": None, "required": self.required, "help": self._help(said)}
        if self.type is not bool:
            action = "append" if self.several else "store"
            parser.add_argument(*names, type=self._value, metavar=self.shown, action=action, **how)
        elif "/" in names[0]:
            parser.add_argument(names[0].partition("/")[0], action=argparse.BooleanOptionalAction, **how)
        else:
            parser.add_argument(*names, action="store_true", **how)

    def _help(self, said: Option) -> str:
        default = ", ".join(map(str, self.default or ())) if self.several else self.default
        text = said.help.replace("%", "%%")
        return text if isinstance(default, bool) or default in (None, "") else f"{text} (default: {default})".strip()

    def _value(self, text: str) -> Any:
        """Return a value from its text."""
        if issubclass(self.type, StrEnum):
            if text not in list(self.type):
                raise argparse.ArgumentTypeError(f"{text!r} is none of {listed(self.type)}")
            return self.type(text)
        if self.type is not int and self.type is not float:
            return self.type(text)
        number = "a whole number" if self.type is int else "a number"
        low, high = (self.said.min, self.said.max) if isinstance(self.said, Option) else (None, None)
        span = f" from {low:g}" if low is not None else ""
        span += f" to {high:g}" if high is not None else " on" if span else ""
        try:
            value = self.type(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not {number}{span}") from None
        if (low is not None and not value >= low) or (high is not None and not value <= high):
            raise argparse.ArgumentTypeError(f"{text} is not {number}{span}")
        return value


def _parameters(command: Command) -> Iterator[_Parameter]:
    hints = get_type_hints(command, include_extras=True)
    for parameter in signature(command).parameters.values():
        yield _Parameter(parameter, hints[parameter.name])
