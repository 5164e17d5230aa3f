"""Neurons as the data that the machine reads."""

from __future__ import annotations

from typing import Any

from snndsl.ir import Program
from snndsl.ir.serial import neuron_to

__all__ = ["neuron_entries"]


def neuron_entries(program: Program) -> list[dict[str, Any]]:
    """Return the neurons of a program as JSON values."""
    return [neuron_to(neuron) for neuron in program.neurons]
