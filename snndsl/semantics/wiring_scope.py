"""Names that wiring reads: built-in ones, and what neurons on both sides offer; what only some of them have is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from snndsl.deferred import dataclass
from snndsl.errors import Fault
from snndsl.expressions import TextFault
from snndsl.expressions.dimensions import UNKNOWN
from snndsl.expressions.walk import names_in
from snndsl.model.selection import Selection
from snndsl.model.space import Space
from snndsl.model.text import ValueTerm
from snndsl.semantics.builtins import builtin_dimensions
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, said
from snndsl.units import LENGTH

__all__ = ["WiringScope", "wiring_scope"]

_IN_SPACE = "positions on both sides, with the same axes and periods"


@dataclass(frozen=True, slots=True)
class WiringScope:
    """Names of wiring.

    Parameters
    ----------
    known : dict of str to Dimension or NoQuantity
        Dimensions.
    absent : dict of str to str
        Why a name that might be known is not.
    """

    known: dict[str, Result]
    absent: dict[str, str] = field(default_factory=dict)

    def faults(self, value: ValueTerm | None) -> Iterator[Fault]:
        """Yield why names that an expression reads are not known."""
        for term in () if value is None else value if isinstance(value, tuple) else (value,):
            for node in names_in(term.tree):
                if node.text in self.absent:
                    what = f"there is no {node.text!r} here: {self.absent[node.text]}"
                    expected = _IN_SPACE if node.text == "distance" else "what all neurons of a side have"
                    yield term.place.fault(TextFault("name-unknown", what, node.start, expected), term.line)


def wiring_scope(reading: Reading, sources: Selection, targets: Selection) -> WiringScope:
    """Return the names that wiring between two selections may read.

    Parameters
    ----------
    reading : Reading
        The file.
    sources, targets : Selection
        Both sides.
    """
    scope = WiringScope(dict(builtin_dimensions("wiring")))
    for side, selection in (("pre", sources), ("post", targets)):
        _offer(reading, scope, side, selection)
    why = _no_distance(reading.spaces, (*sources.populations, *targets.populations))
    if why:
        scope.absent["distance"] = why
        del scope.known["distance"]
    return scope


def _offer(reading: Reading, scope: WiringScope, side: str, selection: Selection) -> None:
    """Add ``pre.x`` or ``post.x``: parameters, values of ``let`` and positions that all populations of a side have."""
    offers = {name: _offered(reading, name) for name in selection.populations}
    for name in dict.fromkeys(name for offered in offers.values() for name in offered):
        full, lacking = f"{side}.{name}", [population for population, offered in offers.items() if name not in offered]
        kinds = [offered[name] for offered in offers.values() if name in offered and offered[name] != UNKNOWN]
        other = next((kind for kind in kinds if kind != kinds[0]), None)
        if lacking:
            scope.absent[full] = f"{lacking[0]!r} has no {name!r}"
        elif other is not None:
            scope.absent[full] = f"{name!r} is {said(kinds[0])} for some neurons and {said(other)} for others"
        else:
            scope.known[full] = kinds[0] if kinds else UNKNOWN


def _offered(reading: Reading, population: str) -> dict[str, Result]:
    """Return what wiring may read of the neurons of a population, a source or a signal."""
    element, source = reading.element(population), reading.spec.stimuli.get(population)
    if element is None and source is None:
        return {}
    found = dict[str, Result]()
    for parameter in () if element is None else element.parameters:
        kind = reading.scope_of(population).lookup(parameter)
        found[parameter] = UNKNOWN if kind is None else kind
    found |= reading.lets.get(population, {})
    spec = source or reading.spec.populations.get(population)
    return found if spec is None or spec.positions is None else found | dict.fromkeys(spec.positions.axes, LENGTH)


def _no_distance(spaces: Mapping[str, Space], names: tuple[str, ...]) -> str:
    """Return why there are no distances between some populations and sources; empty if there are."""
    first = names[0]
    for name in dict.fromkeys(names):
        if name not in spaces or not spaces[name].positions:
            return f"{name!r} has no positions"
        a, b = spaces[first], spaces[name]
        if {*a.positions} != {*b.positions}:
            return f"{first!r} has positions {', '.join(a.positions)}, and {name!r} {', '.join(b.positions)}"
        if a.period != b.period:
            return f"{first!r} {_closes(a)}, and {name!r} {_closes(b)}"
    return ""


def _closes(space: Space) -> str:
    around = [f"{axis} after {length:g} um" for axis, length in sorted(space.period.items())]
    return f"closes on itself in {', '.join(around)}" if around else "does not close on itself"
