"""Rules as the data that the machine reads."""

from __future__ import annotations

from typing import Any

from snndsl.ir import Program
from snndsl.ir.serial import rule_to

__all__ = ["rule_entries"]


def rule_entries(program: Program) -> list[dict[str, Any]]:
    """Return the rules of a program as JSON values."""
    return [rule_to(rule) for rule in program.rules]
