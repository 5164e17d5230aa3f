"""Brian2, C++ standalone: the network in abstract code, all numbers as data."""

from snndsl_brian2.backend import TARGET, Brian2Backend, backend

__all__ = ["TARGET", "Brian2Backend", "backend"]
