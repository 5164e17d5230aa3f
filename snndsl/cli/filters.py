"""Which groups of a catalogue are meant: the options that commands about catalogues share, and what they select."""

from __future__ import annotations

from typing import Annotated, Any

from snndsl.cli.actions import steps_of
from snndsl.cli.parsing import Option
from snndsl.errors import Fault, ModelError

__all__ = [
    "Avalanches",
    "GroupId",
    "Inhibitory",
    "MaxPath",
    "MaxSize",
    "MaxSpan",
    "MinPath",
    "MinSize",
    "MinSpan",
    "Mothers",
    "Neurons",
    "chosen_groups",
    "numbers_in",
]

MinPath = Annotated[int, Option("--min-path", min=0, metavar="N", help="layers of the longest path, at least")]
MaxPath = Annotated[int | None, Option("--max-path", min=0, metavar="N", help="at most")]
MinSize = Annotated[int, Option("--min-size", min=0, metavar="N", help="spikes, at least")]
MaxSize = Annotated[int | None, Option("--max-size", min=0, metavar="N", help="at most")]
MinSpan = Annotated[
    str | None, Option("--min-span", metavar="TIME", help='first anchor to last spike, at least: 40 (steps), or "40 ms"')
]
MaxSpan = Annotated[str | None, Option("--max-span", metavar="TIME", help="at most")]
Neurons = Annotated[
    str | None, Option("--neurons", metavar="IDS", help="all of these fire in the group: 3,5,10:20 (10 to 19)")
]
Mothers = Annotated[str | None, Option("--mothers", metavar="IDS", help="the mother is one of these")]
Inhibitory = Annotated[
    bool | None, Option("--inhibitory/--no-inhibitory", help="inhibitory neurons fire in the group, or none does")
]
Avalanches = Annotated[
    bool, Option("--avalanches/--no-avalanches", help="keep groups that were stopped because of their many spikes")
]
GroupId = Annotated[int | None, Option("--group", metavar="K", help="the one group with this id")]


def chosen_groups(
    catalogue: Any,
    *,
    group: int | None = None,
    min_span: str | None = None,
    max_span: str | None = None,
    neurons: str | None = None,
    mothers: str | None = None,
    **numbers: Any,
) -> Any:
    """Return the groups that options mean.

    Parameters
    ----------
    catalogue : snndsl.polychrony.Catalogue
        As it was read.
    group : int, optional
        Id of the only one.
    min_span, max_span : str, optional
        A number of steps, or a time.
    neurons, mothers : str, optional
        Ids and half-open ranges, with commas between them.
    **numbers
        Other conditions of `snndsl.polychrony.Catalogue.filter`.

    Raises
    ------
    ModelError
        group-unknown, usage, and what the filter refuses.
    """
    import numpy as np

    least, most = (_steps(text, catalogue, name) for text, name in ((min_span, "--min-span"), (max_span, "--max-span")))
    found = catalogue.filter(
        min_span=least or 0,
        max_span=most,
        neurons=_ids(neurons, catalogue, "--neurons"),
        mothers=_ids(mothers, catalogue, "--mothers"),
        **numbers,
    )
    if group is None:
        return found
    rows = np.flatnonzero(found.table["id"] == group)
    if not len(rows):
        ids = catalogue.table["id"]
        known = f"ids from {ids.min()} to {ids.max()}" if len(ids) else "the catalogue is empty"
        what = f"there is no group {group}" + (" that meets the conditions" if group in ids else "")
        raise ModelError(Fault("group-unknown", what, str(catalogue.path), expected=known))
    return found.select(rows)


def _steps(text: str | None, catalogue: Any, option: str) -> int | None:
    from fractions import Fraction

    if text is None:
        return None
    if text.strip().isdigit():
        return int(text)
    step = catalogue.manifest.get("step_ms")
    if step is None:
        what = f"{option} {text}: the catalogue does not say how long a step is"
        raise ModelError(Fault("usage", what, expected="a number of steps"))
    return steps_of(text, Fraction(step).limit_denominator(1_000_000))


def _ids(text: str | None, catalogue: Any, option: str) -> list[int] | None:
    return None if text is None else numbers_in(text, int(catalogue.manifest["neurons"]), option)


def numbers_in(text: str, count: int, option: str) -> list[int]:
    """Return the numbers in a text such as ``3,5,10:20``.

    Parameters
    ----------
    text : str
        Ids and half-open ranges, with commas between them.
    count : int
        Ids are below it.
    option : str
        For the message.

    Raises
    ------
    ModelError
        usage.
    """
    found: list[int] = []
    for item in text.split(","):
        ends = [end.strip() for end in item.split(":")]
        if len(ends) > 2 or not all(end.isdigit() for end in ends):
            raise ModelError(Fault("usage", f"{option} {text}: {item!r}", expected="ids and ranges, as 3,5,10:20"))
        first, last = int(ends[0]), int(ends[-1]) - (len(ends) - 1)
        if not first <= last < count:
            expected = f"ids from 0 to {count - 1}, ranges from low to high"
            raise ModelError(Fault("usage", f"{option} {text}: {item!r}", expected=expected))
        found += range(first, last + 1)
    return found
