"""Names of a model in a program: the dots and the numbers of copies, which no program has, are double underscores there."""

from __future__ import annotations

import re

__all__ = ["program_name", "user_name"]

_COPY = re.compile(r"__(\d+)(?=__)")


def program_name(flat: str) -> str:
    """Return the name of the program for a name of a neuron: ``dend__3__V`` for ``dend[3].V``.

    Two names never share one: no name of a user begins with a digit or holds a double underscore.
    """
    return flat.replace("[", "__").replace("]", "").replace(".", "__")


def user_name(name: str) -> str:
    """Return the name of a neuron that a name of the program stands for: ``dend[3].V`` for ``dend__3__V``."""
    return _COPY.sub(r"[\1]", name).replace("__", ".")
