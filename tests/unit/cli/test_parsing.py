"""Command lines from functions: what is given, what is not, and every complaint as a fault."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest

from snndsl.cli.dispatch import COMMANDS, command_named, run_command
from snndsl.cli.parsing import Argument, Option, arguments_of, first_line
from snndsl.errors import ModelError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def paint(
    files: list[Path],
    times: Annotated[int, Option("-t", "--times", min=1, max=9, metavar="N", help="how often, 100 % sure")] = 1,
    colour: Colour = Colour.RED,
    share: Annotated[float | None, Option(min=0)] = None,
    names: Annotated[list[str], Option("--name")] = ["one"],  # noqa: B006 - as commands are written
    wet: Annotated[bool | None, Option("--wet/--no-wet")] = None,
    as_json: Annotated[bool, Option("--json")] = False,
) -> int:
    """Paint files.

    Twice, if asked.
    """
    return 0


def look(place: Path, what: Annotated[str | None, Argument(metavar="[NAME]")] = None, deep: bool = False) -> int:
    """Look at a place."""
    return 0


def keep(place: Annotated[Path, Option("--in")]) -> int:
    """Keep."""
    return 0


def given(command: Callable[..., int], line: str) -> dict[str, Any]:
    return arguments_of(command, command.__name__, line.split())


ABSENT = {"times": 1, "colour": Colour.RED, "share": None, "names": ["one"], "wet": None, "as_json": False}


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("", {}),
        ("-t 3", {"times": 3}),
        ("--times=9", {"times": 9}),
        ("--colour blue", {"colour": Colour.BLUE}),
        ("--share 0.25", {"share": 0.25}),
        ("--name a --name b=-1", {"names": ["a", "b=-1"]}),
        ("--wet --json", {"wet": True, "as_json": True}),
        ("--no-wet", {"wet": False}),
    ],
)
def test_options(line: str, changed: dict[str, Any]) -> None:
    assert given(paint, f"a b {line}") == {"files": [Path("a"), Path("b")], **ABSENT, **changed}
    assert given(paint, f"{line} a b") == given(paint, f"a {line} b") == given(paint, f"a b {line}")
    assert paint.__defaults__ is not None and paint.__defaults__[3] == ["one"]


def test_arguments_that_may_be_absent_stand_anywhere() -> None:
    assert given(look, "p") == {"place": Path("p"), "what": None, "deep": False}
    assert given(look, "p --deep n") == given(look, "--deep p n") == {"place": Path("p"), "what": "n", "deep": True}


@pytest.mark.parametrize(
    ("command", "line", "what"),
    [
        (paint, "", "the following arguments are required: FILES..."),
        (paint, "a --time 3", "paint has no --time"),
        (paint, "a -t 0", "argument -t/--times: 0 is not a whole number from 1 to 9"),
        (paint, "a -t 10", "argument -t/--times: 10 is not a whole number from 1 to 9"),
        (paint, "a -t 2.5", "argument -t/--times: '2.5' is not a whole number from 1 to 9"),
        (paint, "a --share nan", "argument --share: nan is not a number from 0 on"),
        (paint, "a --colour green", "argument --colour: 'green' is none of red, blue"),
        (paint, "a --name", "argument --name: expected one argument"),
        (look, "a b c", "look has no c"),
        (keep, "", "the following arguments are required: --in"),
    ],
)
def test_what_does_not_fit_is_a_fault(command: Callable[..., int], line: str, what: str) -> None:
    with pytest.raises(ModelError) as error:
        given(command, line)
    (fault,) = error.value.faults
    assert (fault.code, fault.what) == ("usage", what) and fault.expected.startswith(f"{command.__name__} [OPTIONS]")
    assert error.value.exit_status == 2


def test_the_nearest_option_is_named() -> None:
    with pytest.raises(ModelError, match="try: --times"):
        given(paint, "a --time 3")


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        given(paint, "--help")
    said = capsys.readouterr().out
    assert stopped.value.code == 0 and said.startswith("usage: paint [OPTIONS] FILES...\n\nPaint files.")
    assert "how often, 100 % sure (default: 1)" in said and "(default: red)" in said and "(default: one)" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_command([name, "--help"])
    assert capsys.readouterr().out.startswith(f"usage: snndsl {name} [OPTIONS]")
    assert first_line(command_named(name))


def test_all_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--help"]) == 0
    said = capsys.readouterr().out.partition("commands:\n")[2].splitlines()
    assert [line.split()[0] for line in said] == list(COMMANDS)
    assert run_command([]) == 2 and capsys.readouterr().err.endswith("\n".join(said) + "\n")


@pytest.mark.parametrize(("word", "near"), [("runn", "run"), ("--halp", "")])
def test_what_is_no_command(word: str, near: str) -> None:
    with pytest.raises(ModelError) as error:
        run_command([word])
    (fault,) = error.value.faults
    assert fault.code == "usage" and repr(word) in fault.what and fault.try_ == (near or "snndsl --help")
