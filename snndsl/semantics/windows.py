"""Windows and moments of time: some step of the run must lie in them."""

from __future__ import annotations

from collections.abc import Iterator

from snndsl.errors import Fault
from snndsl.model.text import Place
from snndsl.semantics.reading import Reading

__all__ = ["check_moment", "check_span", "window_faults"]

Limit = tuple[int, Place]


def window_faults(reading: Reading, start: Limit | None, stop: Limit | None, what: str) -> Iterator[Fault]:
    """Yield what is wrong with a window of which no step lies in the run of the file.

    Parameters
    ----------
    model : Reading
        With the length of the run that the file says.
    start, stop : tuple of int and Place, or None
        Both limits in steps and where they stand; None: from the beginning, to the end.
    what : str
        Whose limits they are.
    """
    last = reading.file_steps
    for limit in (start, stop):
        if limit is not None and limit[0] < 0:
            said = f"{what} has a limit of {_ms(reading, limit[0])}"
            yield limit[1].problem("window-outside-run", said, "0 ms or later")
            return
    if start is not None and start[0] >= last:
        said = f"{what} begins at {_ms(reading, start[0])}, and the run ends at {_ms(reading, last)}"
        yield start[1].problem("window-outside-run", said, "a time before the end of the run")
        return
    if start is not None and stop is not None and stop[0] <= start[0]:
        order = "which is when it begins" if stop[0] == start[0] else f"before it begins at {_ms(reading, start[0])}"
        said = f"{what} ends at {_ms(reading, stop[0])}, {order}"
        yield stop[1].problem("window-empty", said, f"a time after {_ms(reading, start[0])}")


def check_span(reading: Reading, place: Place, after: int | None, until: int | None, every: int | None = None) -> None:
    """Report ``after`` and ``until`` between which no step, or no multiple of a period, lies."""
    start = None if after is None else (after, place.inner("after"))
    stop = None if until is None else (until, place.inner("until"))
    faults = list(window_faults(reading, start, stop, f"the window of {str(place.path[-1])!r}"))
    if not faults and every is not None and start is not None:
        last = reading.file_steps if stop is None else min(stop[0], reading.file_steps)
        if every * (start[0] // every + 1) > last:
            what = f"no multiple of {_ms(reading, every)} lies after {_ms(reading, start[0])} and in the window"
            faults.append(start[1].problem("window-empty", what, "an earlier 'after' or a shorter 'every'"))
    reading.faults += faults


def check_moment(reading: Reading, place: Place, stamp: int | None, first: int) -> None:
    """Report a moment at which there is nothing to see."""
    if stamp is not None and not first <= stamp <= reading.file_steps:
        expected = f"{_ms(reading, first)} .. {_ms(reading, reading.file_steps)}"
        reading.report(place, "time-outside-run", f"a time of {_ms(reading, stamp)}", expected)


def _ms(reading: Reading, steps: int) -> str:
    return f"{float(steps * reading.step):.12g} ms"
