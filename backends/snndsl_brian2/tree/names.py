"""Names in the generated script: every name of the program gets a suffix that tells what it is.

A name of a model may be any identifier, also one that means something else in Python, C++ or Brian2 (``int``, ``NULL``,
``dt``, ``i``, ``mV``). With a suffix it cannot; names of neurons end in ``_n``, names of synapses in ``_s``, so that a
variable of a synapse never hides one of its neurons. Names without a suffix belong to the generated script itself.
"""

from __future__ import annotations

__all__ = ["neuron_name", "object_name", "synapse_name"]


def neuron_name(name: str) -> str:
    """Return the name of a parameter, state, port or local of a neuron."""
    return _suffixed(name, "n")


def synapse_name(name: str) -> str:
    """Return the name of a parameter, state or local of a synapse."""
    return _suffixed(name, "s")


def object_name(name: str, kind: str) -> str:
    """Return the name of a Brian2 object: `kind` is ``population`` or ``synapses``."""
    return _suffixed(name, kind)


def _suffixed(name: str, suffix: str) -> str:
    # Brian2 allows no underscore in front
    return f"x{name}_{suffix}x" if name.startswith("_") else f"{name}_{suffix}"
