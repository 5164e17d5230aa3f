"""Names of a program in the text of another language: as they are, unless the language has the word itself."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Container, Iterable

__all__ = ["c_reserved", "free_names", "python_reserved"]

_WORDS = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class co_await
    co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default delete do
    double dynamic_cast else enum explicit export extern false final float for friend goto if import inline int int128 long
    module mutable namespace new noexcept not not_eq nullptr operator or or_eq override private protected public register
    reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch
    synchronized template this thread_local throw true try typedef typeid typename typeof typeof_unqual union unsigned using
    virtual void volatile wchar_t while xor xor_eq alloca errno fabs floor i386 isfinite isinf isnan linux main
    math_errhandling offsetof signbit sigmask sqrt std stderr stdin stdout strdupa strndupa unix
"""

_C_WORDS = frozenset(_WORDS.split())
"""Keywords of C and C++, and what their headers define in lower case."""

_C_MACRO = re.compile(
    r"[A-Z]{3}[A-Z0-9]*(_[A-Z0-9]+)*|[A-Z]{2}(_[A-Z0-9]+)+|E[A-Z]?\d[A-Z]+|[FLRSWX]_[A-Z]{2,}|L_[a-z]+|P_tmpdir|M_[A-Z0-9_]+[a-z0-9]*"
    r"|(be|le)\d+toh|hto(be|le)\d+|(sa|si|st|sigev|sched|pthread)_\w+|is(normal|subnormal|greater|less|unordered)\w*"
)
"""Macros of the headers of C (all capitals, and a few families more)."""


def c_reserved(name: str) -> bool:
    """Tell whether a name means something in C or C++ already; names with ``__`` in them are the compiler's own."""
    return name in _C_WORDS or name.startswith("snn_") or ("__" not in name and _C_MACRO.fullmatch(name) is not None)


def python_reserved(name: str) -> bool:
    """Tell whether a name is a word of Python."""
    return keyword.iskeyword(name) or keyword.issoftkeyword(name)


def free_names(
    names: Iterable[str], reserved: Callable[[str], bool], taken: Container[str] = (), suffix: str = "_"
) -> dict[str, str]:
    """Return a name for each name: itself, or with a suffix where it is reserved or taken (where no suffix helps, a prefix).

    No two are equal.

    Parameters
    ----------
    names : iterable of str
        Of the program, in order, each once.
    reserved : callable
        Whether a name cannot be used.
    taken : container of str
        Names that are used already.
    suffix : str
        Appended, as often as needed.
    """
    found = {name: name for name in dict.fromkeys(names)}
    clashing = [name for name in found if reserved(name) or name in taken]
    used = set(found) - set(clashing)
    for name in clashing:
        free = name + suffix if not reserved(name + 2 * suffix) else f"own_{name}"
        while free in used or free in found or reserved(free) or free in taken:
            free += suffix
        found[name] = free
        used.add(free)
    return found
