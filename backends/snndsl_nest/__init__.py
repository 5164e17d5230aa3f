"""The backend `nest`: PyNEST, one generic C++ runtime compiled once, a small C kernel for each neuron and rule."""

from snndsl_nest.backend import NestBackend, backend

__all__ = ["NestBackend", "backend"]
