"""What the promises about time and memory amount to on this machine: ``python benchmarks/spine.py`` (about two minutes).

Prints one line a number, with what was promised and measured / promised. Caches are empty at the beginning. Nothing here is a
test: machines differ.
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COMMAND = Path(sys.executable).with_name("snndsl")
MODEL = ROOT / "models" / "izhikevich2006_recorded"


def timed(*arguments: object, cwd: Path) -> tuple[float, float, str]:
    """Run a command; return its wall time, its processor time with all children, and what it said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    done = subprocess.run([str(item) for item in arguments], cwd=cwd, capture_output=True, text=True, check=False)
    wall = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{arguments}: {done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stderr


def line(what: str, seconds: float, promised: float | None = None, note: str = "") -> None:
    """Print one number, s, and what was promised."""
    wanted = "" if promised is None else f"promised {promised:g} s, ratio {seconds / promised:.2f}"
    print(f"{what:<64} {seconds:>8.2f} s   {wanted}{', ' if wanted and note else ''}{note}", flush=True)


def main() -> None:
    """Measure everything."""
    with open("/proc/cpuinfo", encoding="utf-8") as stream:
        model = next((text.split(":")[1].strip() for text in stream if text.startswith("model name")), "")
    print(f"{platform.platform()}, {os.cpu_count()} x {model}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SNNDSL_CACHE"] = str(folder / "cache")
        for arguments in (("--help",), ("validate", ROOT / "models" / "lif_stdp_delays" / "model.yaml")):
            timed(COMMAND, *arguments, cwd=folder)
            wall = min(timed(COMMAND, *arguments, cwd=folder)[0] for _ in range(3))
            line(f"snndsl {arguments[0]}", wall, 0.7)
        seconds: dict[str, float] = {}
        for backend in ("reference", "brian2", "nest"):
            for attempt in ("first", "again"):
                out = folder / f"{backend}-{attempt}"
                wall, cpu, _ = timed(COMMAND, "run", MODEL, "-b", backend, "-q", "-o", out, cwd=folder)
                seconds[f"{backend}-{attempt}"] = wall
                line(f"recorded 2006 network, 60 s, {backend}, {attempt} run", wall, note=f"{cpu:.1f} s of processor time")
        for backend, promised, note in (("brian2", 6.0, "of compiler"), ("nest", 30.0, "once a version")):
            line(f"building for {backend}", seconds[f"{backend}-first"] - seconds[f"{backend}-again"], promised, note)
        wall, _, _ = timed(COMMAND, "run", MODEL, "-q", "--duration", "10 s", "-o", folder / "short", cwd=folder)
        line("reference, 1,000 neurons, 80,000 plastic synapses, 10 s", wall, 10.0)
        changes = ["--set", "constants.w_max=9", "--set", "projections.inh_exc.weight=-4", "--duration", "1 s"]
        for backend in ("brian2", "nest"):
            wall, _, _ = timed(
                COMMAND, "run", MODEL, "-b", backend, "-q", "-o", folder / f"changed-{backend}", *changes, cwd=folder
            )
            line(f"other parameters, weights, duration, {backend}: whole command", wall, note="compiles nothing")
        kernels(folder)
        runs = [folder / f"{backend}-again" for backend in ("reference", "brian2", "nest")]
        line("comparison of three runs", timed(COMMAND, "compare", *runs, cwd=folder)[0])


def kernels(folder: Path) -> None:
    """Time the compilation of the kernels of a model for NEST."""
    tree = folder / "tree"
    timed(COMMAND, "generate", MODEL, "-b", "nest", "-o", tree, cwd=folder)
    sys.path.insert(0, str(tree / "code"))
    import building  # type: ignore[import-not-found]

    begun = time.monotonic()
    building.compile_kernels(tree / "code", folder)
    line("NEST kernels of the recorded network", time.monotonic() - begun, 0.3)
    shutil.rmtree(tree)


if __name__ == "__main__":
    main()
