"""How kernels are compiled: cached on disk, without the interpreter lock, without counting references.

A kernel is called with a dozen arrays millions of times and allocates nothing, so counting references to them would take most
of its time. The cache of one kernel is stale when any file beside it or of this folder has changed, because kernels call each
other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

__all__ = ["kernel", "state_of"]

P = ParamSpec("P")
R = TypeVar("R")


@cache
def state_of(*folders: Path) -> str:
    """Return a hash of the Python files of folders.

    Parameters
    ----------
    *folders : Path
        Each is read once.
    """
    state = blake2b(digest_size=8)
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            state.update(path.name.encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` when it is first called; with ``NUMBA_DISABLE_JIT=1`` it stays as it is."""
    options: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
    dispatcher = numba.njit(**options)(function)
    files = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if files is not None:
        beside = Path(function.__code__.co_filename).parent
        files._source_stamp = numba.__version__, state_of(Path(__file__).parent, beside)
    return cast(Callable[P, R], dispatcher)
