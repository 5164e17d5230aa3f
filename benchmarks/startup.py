"""Processor time of `snndsl --help` and of `snndsl validate` of every shipped model: ``python benchmarks/startup.py``.

Each command is a process of its own, Python's start included; user and system time together, the least of several rounds,
because other processes share the machine. First stand the parts that no command can do without: Python itself and the packages.
Nothing here is a test: machines differ.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).with_name("snndsl")
PARTS = ("pass", "import numpy", "import yaml", "from pydantic import BaseModel", "import snndsl.pipeline")
PROMISED = {"--help": 0.1, "validate": 0.5}
"""Seconds, by the first word of a command."""


def seconds(command: list[str]) -> float:
    """Return the processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure everything, in rounds, so that a busy minute spoils one number of each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    models = sorted(path.relative_to(ROOT) for path in ROOT.glob("models/*/model.yaml"))
    said = [["--help"], ["validate", "--help"], *(["validate", str(path)] for path in models)]
    commands = [[sys.executable, "-c", part] for part in PARTS] + [[str(COMMAND), *words] for words in said]
    least = [min(times) for times in zip(*([seconds(command) for command in commands] for _ in range(rounds)))]
    for command, time in zip(commands, least):
        words = command[1:] if command[0] == str(COMMAND) else []
        promised = PROMISED.get("--help" if "--help" in words else words[0] if words else "")
        note = "" if promised is None else f"   promised {promised:g} s, ratio {time / promised:.2f}"
        print(f"{' '.join(['snndsl', *words] if words else ['python', *command[1:]]):<64} {time:>6.3f} s{note}", flush=True)


if __name__ == "__main__":
    main()
