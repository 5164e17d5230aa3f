"""The executable form of the semantics: a plain NumPy interpreter of programs, slow and without a compiler."""

from snndsl_reference.backend import backend

__all__ = ["backend"]
