"""Definitions as people read them: what a file of the library holds, its equations as text, and how to use it."""

from snndsl.entries.entry import Entry, Symbol
from snndsl.entries.library import Library, entries_of, library

__all__ = ["Entry", "Library", "Symbol", "entries_of", "library"]
