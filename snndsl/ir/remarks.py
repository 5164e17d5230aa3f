"""Comments of a program, and how a stranger's text becomes a comment of generated code that can do nothing there."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["Remarks", "harmless"]

_LONGEST = 200
_ENDS = re.compile(r"\*(?=/)|/(?=\*)|\?(?=\?)")  # of comments; trigraphs
_STANDS_FOR = str.maketrans({"\\": "/", '"': "`", "'": "`", "{": "(", "}": ")", "#": "|", ";": ","})


def harmless(text: str) -> str:
    """Return a text as one line that ends no comment, statement or string of C, C++, Python, Brian2 or a template.

    Parameters
    ----------
    text : str
        Anything.

    Returns
    -------
    str
        Printable characters, at most 200, without backslashes, quotes, braces, semicolons and number signs.
    """
    line = "".join(character if character.isprintable() else " " for character in text[:_LONGEST])
    line = _ENDS.sub(lambda found: f"{found[0]} ", line.translate(_STANDS_FOR))
    return " ".join(line.split())[:_LONGEST].strip()


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

    def beside(self, *parts: str, sign: str = "#") -> str:
        """Return the comment on a part as the end of a line of code; empty if there is none."""
        text = harmless(self.comments.get(self.of(*parts).path, ""))
        return f"  {sign} {text}" if text else ""

    def above(self, *parts: str) -> list[str]:
        """Return the comment on a part line by line, without the lines that stand beside one of its own parts."""
        inside = self.of(*parts).path
        known = {text for path, text in self.comments.items() if path.startswith(f"{inside}.")}
        lines = self.comments.get(inside, "").splitlines()
        return [harmless(line) for line in lines if not {line, line.partition(": ")[2]} & known]
