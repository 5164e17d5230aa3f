"""Where the neurons of a population or source are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from snndsl.deferred import dataclass
from snndsl.model.text import ValueTerm

__all__ = ["Space"]


@dataclass(frozen=True, slots=True)
class Space:
    """Coordinates by axis, and the periods in um of those that close on themselves."""

    positions: Mapping[str, ValueTerm] = field(default_factory=dict)
    period: Mapping[str, float] = field(default_factory=dict)
