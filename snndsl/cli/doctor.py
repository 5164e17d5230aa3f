"""What is installed, what is missing, and the line that installs it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib import metadata

from snndsl.backend.cache import default_cache
from snndsl.backend.registry import backend, backend_names
from snndsl.deferred import dataclass
from snndsl.errors import SnndslError

__all__ = ["Finding", "findings", "support_table"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor.

    Parameters
    ----------
    name, what : str
        Of the thing, and what was found.
    ok : bool
        Whether it is as needed.
    remedy : str
        What to type; empty if nothing is to be done.
    """

    name: str
    what: str
    ok: bool
    remedy: str = ""


def findings() -> Iterator[Finding]:
    """Yield what was found, tools first, then each backend."""
    yield Finding("python", platform.python_version(), True)
    for package in ("snndsl", "numpy", "pydantic", "networkx", "matplotlib", "numba"):
        yield Finding(package, metadata.version(package), True)
    compiler = shutil.which(os.environ.get("CXX") or "g++")
    remedy = "" if compiler else "sudo apt-get install -y build-essential"
    yield Finding("g++", compiler or "not found", compiler is not None, remedy)
    try:
        yield Finding("cache", str(default_cache().root), True)
    except SnndslError as error:
        yield Finding("cache", error.faults[0].what, False, error.faults[0].try_)
    for name in backend_names():
        try:
            engine = backend(name)
            missing = engine.missing()
        except (ImportError, OSError) as error:
            yield Finding(name, f"cannot be loaded: {error}", False)
            continue
        versions = ", ".join(f"{tool} {version}" for tool, version in engine.versions().items() if tool != "flags")
        if not missing:
            yield Finding(name, versions or "ready", True)
        for fault in missing:
            yield Finding(name, fault.what, False, fault.try_)


def support_table() -> dict[str, dict[str, bool]]:
    """Return for each ability of a backend who has it."""
    targets = {name: backend(name).target for name in backend_names()}
    every = sorted(set().union(*(target.features for target in targets.values())))
    return {feature: {name: feature in target.features for name, target in targets.items()} for feature in every}
