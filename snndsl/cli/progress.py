"""How far a simulation is: a bar on a terminal, a line every ten seconds elsewhere, nothing when silenced."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

__all__ = ["Line", "Progress", "counted", "duration"]

_EVERY = 10.0


class Progress:
    """Listens to the events of a run.

    Parameters
    ----------
    title : str
        Name of the backend.
    steps : int
        Of the run.
    step_ms : float
        Length of a step.
    quiet : bool
        Say nothing.
    """

    def __init__(self, title: str, steps: int, step_ms: float, quiet: bool = False) -> None:
        self.title, self.steps, self.step_ms, self.quiet = title, steps, step_ms, quiet
        self.begun = self.simulating = self.told = time.monotonic()
        self.phase, self.spikes, self.built = "", 0, 0.0
        self.bar: Any = None
        self.task: Any = None
        if sys.stderr.isatty() and not quiet:
            self._bar()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take an event."""
        match event["event"]:
            case "phase":
                self.phase = str(event["name"])
                if self.phase == "simulate":
                    self.simulating = time.monotonic()
                self._show(0, f"{self.phase} ...")
            case "built":
                self.built = float(event["seconds"])
            case "progress":
                self.spikes = int(event.get("spikes", 0))
                self._step(int(event["step"]))
            case "stopping":
                self.say("stopping at the next step ...")

    def close(self, text: str = "") -> None:
        """Remove the bar; say how it ended."""
        if self.bar is not None:
            self.bar.stop()
        if text:
            self.say(text)

    def say(self, text: str) -> None:
        """Print a line."""
        if self.quiet:
            return
        if self.bar is not None and self.bar.live.is_started:
            self.bar.console.print(f"  {self.title:<10} {text}", markup=False, highlight=False)
        else:
            print(f"  {self.title:<10} {text}", file=sys.stderr, flush=True)

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.begun

    def _step(self, step: int) -> None:
        seconds = max(time.monotonic() - self.simulating, 1e-9)
        speed = step * self.step_ms / 1000 / seconds
        left = seconds * (self.steps - step) / step if step else 0.0
        text = f"{step * self.step_ms / 1000:.3g} s  {self.spikes:,} spikes  {speed:.3g} s/s  {duration(left)} left"
        self._show(step, text)
        if self.bar is None and not self.quiet and time.monotonic() - self.told >= _EVERY:
            self.told = time.monotonic()
            self.say(f"{step / max(self.steps, 1):.0%}  {text}")

    def _show(self, step: int, text: str) -> None:
        if self.bar is not None:
            self.bar.update(self.task, completed=step, text=text)

    def _bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("  {task.description:<10}", markup=False),
            BarColumn(24),
            TextColumn("{task.fields[text]}", markup=False),
        )
        self.bar = Bar(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task(self.title, total=max(self.steps, 1), text="")
        self.bar.start()


class Line:
    """Says how far something is in one line: rewritten on a terminal, new every ten seconds elsewhere.

    Parameters
    ----------
    quiet : bool
        Say nothing.
    """

    def __init__(self, quiet: bool = False) -> None:
        self.quiet, self.rewrites = quiet, sys.stderr.isatty()
        self.told = time.monotonic()

    def __call__(self, text: str, last: bool = False) -> None:
        """Say it; after the last time the line stays."""
        if self.quiet:
            return
        now = time.monotonic()
        if self.rewrites and (last or now - self.told >= 0.1):
            self.told = now
            print(f"\r  {text}\033[K", end="\n" if last else "", file=sys.stderr, flush=True)
        elif not self.rewrites and now - self.told >= _EVERY:
            self.told = now
            print(f"  {text}", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return a time in words, such as ``12 s``, ``5 min``, ``2.5 h`` or ``123 days``.

    Parameters
    ----------
    seconds : float
        Any.
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * 86_400 else f"{seconds / 86_400:,.0f} days"


def counted(number: int, things: str) -> str:
    """Return a number of things in words.

    Parameters
    ----------
    number : int
        How many.
    things : str
        Their plural, which ends in s.
    """
    return f"{number:,} {things.removesuffix('s') if number == 1 else things}"
