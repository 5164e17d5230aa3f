"""What a file of numbers may ask for, and how one that asks for more, or is damaged, is refused."""

from __future__ import annotations

from snndsl.errors import Fault, ModelError

__all__ = ["MAX_COLUMNS", "check_columns", "check_unpacked", "damaged", "not_numeric", "shortened"]

MAX_COLUMNS = 4096
_MAX_RATIO = 200
_ALWAYS = 2**26
_SHOWN = 80


def check_columns(number: int) -> None:
    """Refuse a file of very many columns.

    Parameters
    ----------
    number : int
        Columns.

    Raises
    ------
    ModelError
        data-format.
    """
    if number > MAX_COLUMNS:
        what, expected = f"the file has {number:,} columns", f"at most {MAX_COLUMNS:,}"
        raise ModelError(Fault("data-format", what, expected=expected, try_="an array with two indices"))


def check_unpacked(unpacked: int, packed: int) -> None:
    """Refuse to unpack what is far larger than the file that holds it.

    Parameters
    ----------
    unpacked, packed : int
        Bytes.

    Raises
    ------
    ModelError
        file-too-large.
    """
    if unpacked > max(_MAX_RATIO * packed, _ALWAYS):
        what = f"the file unpacks to {unpacked} bytes"
        raise ModelError(Fault("file-too-large", what, expected=f"at most {_MAX_RATIO} times its size", try_="an npy file"))


def damaged(reason: object, line: int = 0) -> ModelError:
    """Return the refusal of a file that is not what its name says.

    Parameters
    ----------
    reason : object
        What is wrong with it, or the error of the library that found out.
    line : int
        1-based; 0 if it has no lines.
    """
    what = f"the file cannot be read: {shortened(reason)}"
    return ModelError(Fault("data-format", what, line=line, column=min(line, 1), expected="an intact file"))


def not_numeric(column: str, kind: object) -> ModelError:
    """Return the refusal of an array of anything but numbers.

    Parameters
    ----------
    column : str
        Its name; empty if the file holds one array.
    kind : object
        What it holds.
    """
    who = f"column {shortened(column)!r}" if column else "the array"
    return ModelError(Fault("not-numeric", f"{who} holds {shortened(kind)}", expected="numbers"))


def shortened(text: object) -> str:
    """Return the first line of a text, at most 80 characters of it.

    Parameters
    ----------
    text : object
        Of unknown origin.
    """
    line = (str(text).splitlines() or [type(text).__name__])[0]
    line = "".join(character if character.isprintable() else "?" for character in line[: _SHOWN + 1])
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
