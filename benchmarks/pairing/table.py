"""What was measured as a Markdown page and a figure."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from matplotlib.figure import Figure
from pairing.measuring import Measured
from pairing.rows import Row
from pairing.same import Identical

HEAD = """# Speed beside handwritten scripts

`make bench` writes this page anew (`python benchmarks/pairs.py`), `make bench-full` takes the large networks. Each row is a
model of this project and the script that a modeller would write for the same network, in `benchmarks/handwritten`.
[ADR 0036](../adr/0036-how-speed-is-measured.md) says how it is measured. A ratio is `snndsl` over the script: below 1, `snndsl`
is faster, or smaller. The first command on NEST builds the runtime for NEST, once a version.

"""
COLUMNS = ("loop, least", "loop, median", "first command", "later command, least", "later command, median", "memory")


def facts(rounds: int) -> str:
    """Return what the numbers depend on: the machine and the programs, in words."""
    compiler = subprocess.run(["g++", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    programs = ", ".join(f"{name} {version(name)}" for name in ("brian2", "nest-simulator", "numpy"))
    return (
        f"{_processor()}, {os.cpu_count()} cores of which one is used, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {programs}, {compiler}; {rounds} rounds by turns.\n"
    )


def page(rows: Sequence[Row], found: Mapping[str, Measured | str], about: str) -> str:
    """Return the page: ratios, the times behind them, what was compared before, and what was not measured."""
    return "\n".join([HEAD + about, *_ratios(found), "", *_seconds(found), "", *_checks(rows, found), ""])


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def _ratios(found: Mapping[str, Measured | str]) -> list[str]:
    head = f"| pair | {' | '.join(COLUMNS)} |"
    lines = ["![ratios of all pairs](figures/speed.png)", "", "## Ratios", "", head, "|---" * (len(COLUMNS) + 1) + "|"]
    for name, value in found.items():
        if isinstance(value, Measured):
            ratios = value.ratios()
            lines.append(f"| {name} | {' | '.join(f'{ratios[column]:.2f}' for column in COLUMNS)} |")
    return lines


def _seconds(found: Mapping[str, Measured | str]) -> list[str]:
    """Return the least times, s, and the memory, MiB: `snndsl`, then the script."""
    head = "| pair | loop | first command | later command | memory |"
    lines = ["## Seconds of processor time, and MiB: snndsl / script", "", head, "|---" * 5 + "|"]
    for name, value in found.items():
        if isinstance(value, Measured):
            (again, loop), (other, other_loop) = value.ours.least(), value.theirs.least()
            first = f"{value.ours.first:.1f} / {value.theirs.first:.1f}"
            memory = f"{value.ours.mebibytes:.0f} / {value.theirs.mebibytes:.0f}"
            lines.append(f"| {name} | {loop:.2f} / {other_loop:.2f} | {first} | {again:.2f} / {other:.2f} | {memory} |")
    return lines


def _checks(rows: Sequence[Row], found: Mapping[str, Measured | str]) -> list[str]:
    head = "| pair | model | backend | script | simulated | the same network because |"
    lines = ["## What each pair is", "", head, "|---" * 6 + "|"]
    for row in rows:
        value = found[row.name]
        if isinstance(value, str):
            why = f"**not measured**: {value}"
        elif isinstance(row.check, Identical):
            why = f"every spike of the first {row.check.until:,} steps is the same"
        else:
            why = f"rates of all populations within three standard errors or {row.check.band:.0%}"
        model = " ".join([f"`{row.model}`", *(f"`{change}`" for change in row.changes)])
        script = " ".join([f"`{row.script}`", *(f"`{word}`" for word in row.given if word.startswith("--strict"))])
        lines.append(f"| {row.name} | {model} | {row.backend} | {script} | {row.ms:,} ms | {why} |")
    return lines


def draw(path: Path, found: Mapping[str, Measured | str]) -> None:
    """Draw the ratios of all pairs, loop and whole command, on a logarithmic axis."""
    pairs = {name: value.ratios() for name, value in found.items() if isinstance(value, Measured)}
    figure = Figure(figsize=(8.0, 1.5 + 0.35 * len(pairs)), layout="constrained")
    axes = figure.subplots()
    for marker, column in zip("oDs^", ("loop, least", "first command", "later command, least", "memory")):
        axes.plot([ratios[column] for ratios in pairs.values()], range(len(pairs)), marker, ls="none", label=column)
    axes.axvline(1.0, color="0.3", lw=1.0)
    axes.set_xscale("log")
    axes.set_yticks(range(len(pairs)), list(pairs))
    axes.invert_yaxis()
    axes.set_xlabel("snndsl / handwritten script (left of 1: snndsl is faster, or smaller)")
    axes.legend(frameon=False, ncols=4, loc="lower center", bbox_to_anchor=(0.4, 1.0))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
