"""Selections: a name, a slice, one neuron, a group, or a list of them, in written order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from snndsl.errors import ModelError, nearest
from snndsl.expressions import TextFault
from snndsl.model.selection import NeuronRange, Selection
from snndsl.model.text import Place

__all__ = ["MAX_BLOCKS", "NeuronRange", "Selection", "resolve"]

MAX_BLOCKS = 10_000
MAX_CHAIN = 32

_ITEM = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*(?:\[([^\[\]:]*)(:)?([^\[\]:]*)\])?\s*", re.ASCII)
_WHOLE = re.compile(r"-?\d+", re.ASCII)


def resolve(
    items: Iterable[str],
    sizes: Mapping[str, int],
    groups: Mapping[str, tuple[str, ...]],
    place: Place,
    what: str,
    number: Callable[[str], float],
) -> Selection:
    """Return the selection that texts stand for.

    Parameters
    ----------
    items : iterable of str
        As written.
    sizes : mapping of str to int
        Of populations and sources.
    groups : mapping
        Named selections.
    place : Place
        Of the text, for faults.
    what : str
        Who selects, for faults: ``projection 'ee' goes from``.
    number : callable
        Value of an expression of constants; raises TextFault.

    Raises
    ------
    ModelError
        population-unknown, slice-out-of-range, selection-syntax, cycle, and what is wrong with a constant; inside a group at
        the place of the group.
    """
    found: list[NeuronRange] = []
    for item in items:
        _add(found, str(item), sizes, groups, place, what, (), number)
    return Selection(tuple(found))


def _add(
    found: list[NeuronRange],
    item: str,
    sizes: Mapping[str, int],
    groups: Mapping[str, tuple[str, ...]],
    place: Place,
    what: str,
    chain: tuple[str, ...],
    number: Callable[[str], float],
) -> None:
    """Append what one text stands for."""
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ModelError(place.problem("selection-syntax", f"{what} {item!r}", "name, name[3] or name[0:100]"))
    name, first, colon, last = match.groups()
    if name in groups and name not in sizes and "[" not in item:  # a name of both is reported
        if name in chain:
            raise _cycle(chain[chain.index(name) :], place)
        inside, holds = Place(place.locations, ("groups", name)), f"group {name!r} holds"
        if len(chain) >= MAX_CHAIN:
            what, expected = f"more than {MAX_CHAIN} groups, one in the next", f"at most {MAX_CHAIN}"
            raise ModelError(inside.problem("too-deep", what, expected))
        for inner in groups[name]:
            _add(found, str(inner), sizes, groups, inside, holds, (*chain, name), number)
        return
    if len(found) >= MAX_BLOCKS:
        shown, expected = f"{what} more than {MAX_BLOCKS} parts", f"at most {MAX_BLOCKS}"
        raise ModelError(place.problem("list-length", shown, expected))
    if name not in sizes:
        known = [*sizes, *groups]
        near = nearest(name, known)
        fault = place.problem("population-unknown", f"{what} {name!r}", f"one of {', '.join(known)}", near)
        raise ModelError(fault)
    size = sizes[name]
    if "[" not in item:
        found.append(NeuronRange(name, 0, size))
        return
    if not first.strip() and not colon:
        raise ModelError(place.problem("selection-syntax", f"{what} {item!r}", "name, name[3] or name[0:100]"))
    start = _whole(first, 0, place, f"{what} {item!r}", number)
    stop = _whole(last, size, place, f"{what} {item!r}", number) if colon else start + 1
    if not 0 <= start < stop <= size:
        expected = f"0 <= start < stop <= {size}" if colon else f"0 .. {size - 1}"
        raise ModelError(place.problem("slice-out-of-range", f"{what} {item!r}; {name} has {size} neurons", expected))
    found.append(NeuronRange(name, start, stop))


def _whole(text: str, default: int, place: Place, what: str, number: Callable[[str], float]) -> int:
    """Return an end of a slice: a whole number, or an expression of constants that is one."""
    text = text.strip()
    if not text or _WHOLE.fullmatch(text):
        return int(text or default)
    try:
        value = number(text)
    except TextFault as error:
        raise ModelError(place.problem(error.code, f"{what}: {error.what}", error.expected, error.try_)) from None
    if value != int(value):
        raise ModelError(place.problem("not-a-whole-number", f"{what}: {text} is {value:g}", "a whole number"))
    return int(value)


def _cycle(chain: tuple[str, ...], place: Place) -> ModelError:
    """Return the fault of groups that contain each other: the same one wherever it is met."""
    first = chain.index(min(chain))
    names = (*chain[first:], *chain[:first], chain[first])
    where = Place(place.locations, ("groups", chain[first]))
    return ModelError(where.problem("cycle", f"groups contain each other: {' -> '.join(names)}", "groups of populations"))
