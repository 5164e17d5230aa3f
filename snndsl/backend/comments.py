"""The user's own lines as comments of generated text: nothing in them can end a comment, a string or a line."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["Remarks", "plain"]


def plain(text: str) -> str:
    """Return one line that can end no comment, docstring or statement of Python, C or Brian2.

    Parameters
    ----------
    text : str
        Anything a user wrote.
    """
    kept = "".join(c if c.isprintable() else " " for c in text).replace("\\", "/").replace('"""', "'''").replace("*/", "* /")
    return kept.replace("#", "").replace(";", ",").strip()


class Remarks:
    """Comments of a program by dotted path.

    Parameters
    ----------
    comments : mapping of str to str
        Of a `Program`.
    path : str
        Of the thing whose parts are asked for.
    """

    def __init__(self, comments: Mapping[str, str], path: str = "") -> None:
        self.comments, self.path = comments, path

    def of(self, *parts: str) -> Remarks:
        """Return the remarks on a part."""
        return Remarks(self.comments, ".".join([*([self.path] if self.path else []), *parts]))

    def lines(self, *parts: str) -> list[str]:
        """Return the comment on a part, line by line."""
        text = self.comments.get(self.of(*parts).path, "")
        return [line for line in map(plain, text.splitlines()) if line]

    def beside(self, *parts: str, sign: str = "#") -> str:
        """Return the comment on a part as the end of a line of code; empty if there is none."""
        lines = self.lines(*parts)
        return f"  {sign} {' '.join(lines)}" if lines else ""
