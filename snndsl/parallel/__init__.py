"""Keyed tasks in this process, in others of this machine, or on a Dask cluster: results come in the order of their keys."""

from snndsl.parallel.tasks import Task, ordered, repeated

__all__ = ["Task", "ordered", "repeated"]
