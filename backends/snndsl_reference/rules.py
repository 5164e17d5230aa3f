"""Rules, and what synapses carry, as the data that the machine reads."""

from __future__ import annotations

from typing import Any

from snndsl.ir import Program
from snndsl.ir.serial import carry_to, rule_to

__all__ = ["carry_entries", "rule_entries"]


def rule_entries(program: Program) -> list[dict[str, Any]]:
    """Return the rules of a program as JSON values."""
    return [rule_to(rule) for rule in program.rules]


def carry_entries(program: Program) -> list[dict[str, Any]]:
    """Return what synapses of a program carry as JSON values."""
    return [carry_to(carry) for carry in program.carries]
