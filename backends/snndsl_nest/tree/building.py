"""Compiling: the runtime once for a version of NEST, the kernels of a model in a moment.

Also the keys of both: everything they depend on, told without importing NEST.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = [
    "KERNELS",
    "RUNTIME",
    "built",
    "compile_kernels",
    "compile_runtime",
    "compilers",
    "kernel_key",
    "nest_folder",
    "runtime_key",
]

Run = Callable[..., Any]
RUNTIME, KERNELS = "runtime.so", "kernels.so"
KERNEL_FLAGS = (
    *("-shared", "-fPIC", "-O3", "-std=gnu11", "-fvisibility=hidden", "-w"),
    *("-ffp-contract=off", "-fno-fast-math", "-fno-trapping-math"),
)
"""No contraction, no reordering: every sum as it is written. Nobody looks at the flags of floating-point exceptions."""

_RUNTIME_FLAGS = ("-shared", "-fPIC", "-O2", "-std=c++20", "-fopenmp", "-ffp-contract=off", "-DNDEBUG", "-w")
_RUNTIME_SOURCES = ("runtime.cpp", "sums.h", "synapse.h", "neuron.h", "ensemble.h", "network.h", "kernel.h")
_KERNEL_SOURCES = ("kernels.c", "functions.h", "operations.h", "kernel.h")


def compilers() -> tuple[str, str]:
    """Return the compilers for C++ and C: the environment's CXX for both, else g++ and gcc."""
    given = os.environ.get("CXX")
    return (given, given) if given else ("g++", "gcc")


def nest_folder() -> Path | None:
    """Return the folder of the package nest, None if it is not installed."""
    found = importlib.util.find_spec("nest")
    return Path(found.origin).parent if found is not None and found.origin else None


def runtime_key(code: Path) -> dict[str, str]:
    """Return what the compiled runtime depends on."""
    return {**_sources(code, _RUNTIME_SOURCES), **_surroundings(_RUNTIME_FLAGS), "abi": str(_abi())}


def kernel_key(code: Path) -> dict[str, str]:
    """Return what the compiled kernels depend on; no number of the model but those its statements hold."""
    return {**_sources(code, _KERNEL_SOURCES), **_surroundings(KERNEL_FLAGS)}


def built(tree: Path, given: Path | None) -> tuple[Path, Path]:
    """Return runtime and kernels: those given, else the tree's own, compiled where they are not of this tree.

    Parameters
    ----------
    tree : Path
        The generated tree.
    given : Path or None
        Folder with ``places.json``, which says where they are.
    """
    if given is not None:
        places = json.loads((given / "places.json").read_text(encoding="utf-8"))
        return Path(places[RUNTIME]), Path(places[KERNELS])
    folder, code = tree / "build", tree / "code"
    folder.mkdir(exist_ok=True)
    for name, key, make in ((RUNTIME, runtime_key, compile_runtime), (KERNELS, kernel_key, compile_kernels)):
        known, wanted = folder / f"{name}.key", repr(sorted(key(code).items()))
        if not ((folder / name).exists() and known.exists() and known.read_text() == wanted):
            print(f"compiling {name}", file=sys.stderr)
            make(code, folder)
            known.write_text(wanted)
    return folder / RUNTIME, folder / KERNELS


def compile_runtime(code: Path, folder: Path, run: Run = subprocess.run) -> None:
    """Write ``runtime.so`` into a folder (20 to 30 s).

    Parameters
    ----------
    code : Path
        Of the tree.
    folder : Path
        Exists.
    run : callable
        Runs a command as `subprocess.run` does.
    """
    nest = nest_folder()
    if nest is None:
        raise OSError("NEST is not installed")
    flags = [*_RUNTIME_FLAGS, f"-D_GLIBCXX_USE_CXX11_ABI={_abi()}", f"-I{nest / 'include' / 'nest'}", f"-I{code}"]
    _run([compilers()[0], *flags, str(code / "runtime.cpp"), "-o", RUNTIME], folder, run)


def compile_kernels(code: Path, folder: Path, run: Run = subprocess.run) -> None:
    """Write ``kernels.so`` into a folder."""
    language = ["-x", "c"] if os.environ.get("CXX") else []
    _run([compilers()[1], *KERNEL_FLAGS, f"-I{code}", *language, str(code / "kernels.c"), "-o", KERNELS, "-lm"], folder, run)


def _run(command: list[str], folder: Path, run: Run) -> None:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    nothing, both = subprocess.DEVNULL, subprocess.STDOUT
    run(command, cwd=folder, check=True, env=environment, text=True, stdin=nothing, stdout=subprocess.PIPE, stderr=both)


def _sources(code: Path, names: tuple[str, ...]) -> dict[str, str]:
    return {name: hashlib.sha256((code / name).read_bytes()).hexdigest() for name in names}


def _surroundings(flags: tuple[str, ...]) -> dict[str, str]:
    return {
        "flags": " ".join(flags),
        "compiler": compiler_version(),
        "nest": nest_version(),
        "machine": f"{sys.platform} {os.uname().machine}",
    }


def nest_version() -> str:
    """Return the version of NEST, ``none`` if it is not installed."""
    try:
        return metadata.version("nest-simulator")
    except metadata.PackageNotFoundError:
        return "none"


def compiler_version() -> str:
    """Return the first line of what the compiler says of itself."""
    compiler = shutil.which(compilers()[0])
    if compiler is None:
        return "none"
    shown = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout
    return shown.splitlines()[0] if shown else "none"


def _abi() -> int:
    """Return which text type of the C++ library NEST was compiled with, from the names in its library."""
    nest = nest_folder()
    library = next(nest.glob("nestkernel_api*.so"), None) if nest else None
    if library is None:
        return 1
    names = library.read_bytes()
    old, new = (len(re.findall(rb"_ZNK?4nest\w*" + text, names)) for text in (rb"RKSs", rb"RKNSt7__cxx1112basic_string"))
    return int(new > old)
