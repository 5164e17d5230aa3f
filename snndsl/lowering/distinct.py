"""Names of neurons, rules and carries in a program: two texts never share one, and equal texts are one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from snndsl.ir import Carry, Neuron, Rule

__all__ = ["distinct"]

Text = TypeVar("Text", Neuron, Rule, Carry)


def distinct(text: Text, known: Iterable[Text]) -> Text:
    """Return a text under the first of ``name``, ``name__2`` ... that no other text has; an equal one is that one."""
    by_name = {other.name: other for other in known}
    candidate, number = text, 1
    while by_name.get(candidate.name, candidate) != candidate:
        number += 1
        candidate = replace(text, name=f"{text.name}__{number}")
    return candidate
