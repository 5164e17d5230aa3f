"""What ``replay`` says: how many groups appear, and which of their spikes do not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from snndsl.cli.progress import counted

if TYPE_CHECKING:
    from snndsl.groups.replay import Answer, Replay

__all__ = ["replay_lines"]

_ROWS = 20
"""Groups shown of each backend."""


def replay_lines(found: Replay, everything: bool) -> Iterator[str]:
    """Yield a summary for each backend, and a line for each group: the first 20, unless all are wanted."""
    for name, answers in found.answers.items():
        yield f"{name}    run {found.recordings[name].path}"
        shown = answers if everything else answers[:_ROWS]
        yield from (f"  {_line(answer, found.tolerance)}" for answer in shown)
        if len(answers) > len(shown):
            yield f"  {counted(len(answers) - len(shown), 'more groups')}: --all shows them, --json every spike"
        yield from (f"  {line}" for line in _summary(answers, found.whole(name), found.tolerance))
    if len(found.answers) > 1:
        yield "the backends agree on every spike" if found.identical else "the backends DIFFER"


def _line(answer: Answer, tolerance: int) -> str:
    missing = answer.first_missing
    late = f"   first missing: neuron {missing[0]} at {missing[1]} steps" if missing else ""
    spikes = f"{answer.exact} of {answer.expected} spikes exact, {answer.near} within {tolerance} steps"
    return f"group {answer.group:<6} {spikes}, {answer.extra} others{late}"


def _summary(answers: tuple[Answer, ...], whole: int, tolerance: int) -> Iterator[str]:
    yield f"{whole:,} of {len(answers):,} groups appear whole"
    if whole < len(answers):
        expected, exact, near = (sum(getattr(answer, key) for answer in answers) for key in ("expected", "exact", "near"))
        silent = sum(answer.near == 0 < answer.expected for answer in answers)
        share = f"{exact / max(expected, 1):.1%} of their {expected:,} spikes exact, {near / max(expected, 1):.1%} within"
        yield f"{share} {tolerance} steps; of {counted(silent, 'groups')} none came"
