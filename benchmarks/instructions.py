"""Instructions of a few fixed commands against those written down: ``python benchmarks/instructions.py [--write]``

Counted by valgrind, with all processes that a command starts, after a first run that builds: such numbers hardly depend on
the load of the machine, where times do. Ends with status 1 and names the commands that need more than 10 %
more than `baseline.json`; ``--write`` writes that file anew. A baseline is one of a Python, of simulators and of a compiler:
where these differ, so do the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BASELINE = Path(__file__).with_name("baseline.json")
COMMAND = Path(sys.executable).with_name("snndsl")
TOLERANCE = 0.10
COMMANDS = {
    "validate brette_cuba": ("validate", "models/brette_cuba"),
    "brette_cuba, 200 ms, brian2": ("run", "models/brette_cuba", "-b", "brian2", "--duration", "200 ms"),
    "brette_cuba, 50 ms, nest": ("run", "models/brette_cuba", "-b", "nest", "--duration", "50 ms"),
    "izhikevich2006_recorded, 2 s, brian2": ("run", "models/izhikevich2006_recorded", "-b", "brian2", "--duration", "2 s"),
    "pair_stdp, 20 ms, nest": ("run", "benchmarks/models/pair_stdp.yaml", "-b", "nest", "--duration", "20 ms"),
}


def counted(words: tuple[str, ...], folder: Path) -> int:
    """Return the instructions of a command and of all that it starts."""
    environment = {**os.environ, "SNNDSL_CACHE": str(folder / "cache"), "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
    command = [str(COMMAND), *words, *(["-q", "--force", "-o", str(folder / "run")] if words[0] == "run" else [])]
    counts = folder / "counts"
    counts.mkdir()
    valgrind = ["valgrind", "-q", "--tool=cachegrind", "--cache-sim=no", "--trace-children=yes"]
    for before in ([], [*valgrind, f"--cachegrind-out-file={counts}/%p"]):
        done = subprocess.run([*before, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr[-3000:]}")
    ends = [path.read_text().rpartition("summary:")[2] for path in counts.iterdir()]
    shutil.rmtree(counts)
    return sum(int(end.split()[0]) for end in ends)


def programs() -> dict[str, str]:
    """Return the versions that the numbers depend on."""
    compiler = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    names = ("brian2", "nest-simulator", "numpy")
    return {"python": platform.python_version(), "g++": compiler, **{name: version(name) for name in names}}


def slower(found: dict[str, int], before: dict[str, int]) -> list[str]:
    """Name the commands that need more than they did, beyond the tolerance."""
    return [name for name, count in found.items() if name in before and count > (1 + TOLERANCE) * before[name]]


def main() -> int:
    """Count everything and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the baseline anew")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("valgrind is not installed: nothing is counted", file=sys.stderr)
        return 2
    baseline = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {"programs": {}, "instructions": {}}
    before: dict[str, int] = baseline["instructions"]
    found = {}
    with tempfile.TemporaryDirectory() as name:
        for what, words in COMMANDS.items():
            found[what] = counted(words, Path(name))
            ratio = f", {found[what] / before[what]:.3f} of the baseline" if what in before else ""
            print(f"{what:<40} {found[what] / 1e6:>10,.0f} million instructions{ratio}", flush=True)
    if options.write:
        BASELINE.write_text(json.dumps({"programs": programs(), "instructions": found}, indent=1) + "\n", encoding="utf-8")
        return 0
    if baseline["programs"] != programs():
        print(f"the baseline is of {baseline['programs']}, here are {programs()}")
    worse = slower(found, before)
    print("\n".join(f"slower by more than {TOLERANCE:.0%}: {name}" for name in worse) or "nothing got slower")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main())
