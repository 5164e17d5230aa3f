"""The backend `nest`: generates a tree, compiles runtime and kernels once, and leaves running to the tree itself."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from snndsl.attendance import run_attended
from snndsl.backend.protocol import BuildCache, build_failed
from snndsl.backend.source_tree import SourceTree
from snndsl.backend.tree_data import common_files, shipped
from snndsl.errors import Fault
from snndsl.ir import EVERY_OPERATION, EVERYTHING, Costs, Program, Target
from snndsl.numerics import c_functions
from snndsl_nest.kernels import kernel_source
from snndsl_nest.readme import readme
from snndsl_nest.script import script
from snndsl_nest.tree import building

__all__ = ["TARGET", "NestBackend", "backend"]

TARGET = Target(
    name="nest",
    operations=EVERY_OPERATION,
    features=EVERYTHING,
    needs=("c++", "boost", "ltdl", "nest"),
    costs=Costs(start=1.0, step=1e-6, update=3.5e-8, arrival=3e-8),
)
"""What NEST can do: everything the program can say."""

HEADERS = ("boost/type_index.hpp", "ltdl.h")


@dataclass(frozen=True, slots=True)
class NestBackend:
    """NEST with a generic runtime."""

    name: str = "nest"
    target: Target = TARGET

    def versions(self) -> Mapping[str, str]:
        """Return versions of NEST, NumPy and the compiler."""
        found = {"nest": building.nest_version(), "numpy": metadata.version("numpy")}
        return {**found, "compiler": building.compiler_version(), "flags": " ".join(building.KERNEL_FLAGS)}

    def missing(self) -> tuple[Fault, ...]:
        """Return what must be installed before it can run."""
        return tuple(fault for fault in (_no_compiler(), _no_nest(), _no_headers()) if fault is not None)

    def generate(self, program: Program) -> SourceTree:
        """Return the stand-alone tree.

        Parameters
        ----------
        program : Program
            Any that `TARGET` allows.
        """
        code = {**shipped("snndsl_nest.tree", (".py", ".h", ".cpp")), "code/functions.h": c_functions()}
        code["code/kernels.c"] = kernel_source(program)
        return SourceTree({**common_files(program, self.name, readme(program), script(program)), **code})

    def build(self, tree: Path, cache: BuildCache, log: Path) -> Path | None:
        """Compile runtime and kernels, unless that was done before; return a folder with both.

        Parameters
        ----------
        tree : Path
            A generated tree.
        cache : BuildCache
            Of compiled parts.
        log : Path
            Takes what the compiler says.
        """
        code = (tree / "code").resolve()
        runtime = cache.get(building.runtime_key(code), _logged(building.compile_runtime, code, log))
        kernels = cache.get(building.kernel_key(code), _logged(building.compile_kernels, code, log))
        places = {building.RUNTIME: str(runtime / building.RUNTIME), building.KERNELS: str(kernels / building.KERNELS)}
        folder = tree / "build"
        folder.mkdir(exist_ok=True)
        (folder / "places.json").write_text(json.dumps(places, indent=1) + "\n", encoding="utf-8")
        return folder


def _logged(make: Callable[..., None], code: Path, log: Path) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        try:
            make(code, folder, run_attended)
        except subprocess.CalledProcessError as error:
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(f"{error}\n{error.output}", encoding="utf-8")
            raise build_failed(backend.name, log) from None

    return build


def _no_compiler() -> Fault | None:
    missing = [compiler for compiler in building.compilers() if shutil.which(compiler) is None]
    if not missing:
        return None
    what = f"NEST models need a C++ compiler, and there is no {missing[0]}"
    return Fault("compiler-missing", what, try_="sudo apt-get install -y build-essential")


def _no_nest() -> Fault | None:
    if importlib.util.find_spec("nest") is None:
        return Fault("nest-missing", "NEST is not installed", try_="pip install 'snndsl[nest]'")
    return None


def _no_headers() -> Fault | None:
    places = ("/usr/include", "/usr/local/include", "/opt/homebrew/include")
    missing = [name for name in HEADERS if not any((Path(place) / name).exists() for place in places)]
    if not missing:
        return None
    what = f"NEST models need headers of boost and ltdl ({missing[0]} was not found)"
    return Fault("headers-missing", what, try_="sudo apt-get install -y libboost-dev libltdl-dev")


backend = NestBackend()
