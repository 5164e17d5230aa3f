"""Processor time and memory of commands, of two sides by turns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Protocol


class CommandFailed(RuntimeError):
    """A command of a pair ended with another status than 0."""


@dataclass(frozen=True)
class Cost:
    """Processor time of a process and all its children, s, and the largest memory of one of them, MiB."""

    seconds: float
    mebibytes: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, max(self.mebibytes, other.mebibytes))


_WRAPPED = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, file=file)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""
"""Starts a command from a small process: the memory of who starts a command counts as its own until it has begun."""


def cost(words: Sequence[Any], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a command in a folder to its end; it has to succeed."""
    told = folder / "cost.txt"
    command = [sys.executable, "-I", "-S", "-c", _WRAPPED, str(told), *map(str, words)]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandFailed(f"{' '.join(map(str, words))}: {done.stdout[-1000:]}{done.stderr[-3000:]}")
    seconds, mebibytes = told.read_text().split()
    return Cost(float(seconds), float(mebibytes))


class Side(Protocol):
    """What is measured."""

    apart: bool
    """Whether the loop is held by another process than the whole command."""

    def run(self) -> Cost:
        """Run the whole command, everything built."""

    def loop(self, times: int) -> Cost:
        """Run what holds the loop, for so many times the duration."""


@dataclass
class Costs:
    """What one side cost: the first whole command, later ones, and the loop, in every round."""

    first: float
    again: list[float] = field(default_factory=list)
    once: list[float] = field(default_factory=list)
    twice: list[float] = field(default_factory=list)
    mebibytes: float = 0.0

    def least(self) -> tuple[float, float]:
        """Return the least time of a whole command, and the loop between the least times, s."""
        return min(self.again), min(self.twice) - min(self.once)

    def middle(self) -> tuple[float, float]:
        """Return the median of whole commands, and of loops, s."""
        return median(self.again), median(b - a for a, b in zip(self.once, self.twice))


@dataclass(frozen=True)
class Measured:
    """A pair: what `snndsl` cost, and the script."""

    ours: Costs
    theirs: Costs

    def ratios(self) -> dict[str, float]:
        """Return `snndsl` over the script: below 1 it is faster, or smaller."""
        (again, loop), (again_middle, loop_middle) = self.ours.least(), self.ours.middle()
        (other, other_loop), (other_middle, other_loop_middle) = self.theirs.least(), self.theirs.middle()
        return {
            "loop, least": loop / other_loop,
            "loop, median": loop_middle / other_loop_middle,
            "first command": self.ours.first / self.theirs.first,
            "later command, least": again / other,
            "later command, median": again_middle / other_middle,
            "memory": self.ours.mebibytes / self.theirs.mebibytes,
        }

    def numbers(self) -> dict[str, Any]:
        """Return everything that was measured, for JSON."""
        return {"ours": vars(self.ours), "theirs": vars(self.theirs), "ratios": self.ratios()}

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.2f}" for name, value in self.ratios().items())


def measure(ours: Side, theirs: Side, rounds: int, first: tuple[Cost, Cost]) -> Measured:
    """Measure both sides by turns; what was built costs nothing more."""
    found = Measured(Costs(first[0].seconds), Costs(first[1].seconds))
    for side in (ours, theirs):
        side.loop(2)
    for _ in range(rounds):
        for side, costs in ((ours, found.ours), (theirs, found.theirs)):
            again = side.run()
            once = side.loop(1) if side.apart else again
            twice = side.loop(2)
            costs.again.append(again.seconds)
            costs.once.append(once.seconds)
            costs.twice.append(twice.seconds)
            costs.mebibytes = max(costs.mebibytes, again.mebibytes, twice.mebibytes)
    return found
