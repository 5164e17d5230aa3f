"""The C text, built in four ways and callable on arrays."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable

import numpy as np
import pytest
from unit.numerics.own import ARITY

from snndsl.numerics import c_functions

COUNTS = {**ARITY, "normal_quantile": 1, "uniform": 6, "normal": 6, "uniform_attempt": 7, "normal_attempt": 7, "poisson": 7}
COUNTS["normal_in"] = 10
BUILDS = {
    "O0": ("gcc", "c", "-std=c99", "-O0"),
    "O2": ("gcc", "c", "-std=c99", "-O2"),
    "O3-native": ("gcc", "c", "-std=c99", "-O3", "-march=native"),
    "c++11": ("g++", "c++", "-std=c++11", "-O2"),
}


def driver() -> str:
    """The header, and a loop over arrays for every function."""
    lines = [c_functions(), "#ifdef __cplusplus", 'extern "C" {', "#endif"]
    for name, count in COUNTS.items():
        arguments = ", ".join(f"x[{k} * n + i]" for k in range(count))
        lines.append(
            f"void all_{name}(long n, const double *x, double *y) "
            f"{{ for (long i = 0; i < n; ++i) y[i] = snn_{name}({arguments}); }}"
        )
    lines += [
        "void one_philox(const uint32_t *x, uint32_t *y) { snn_philox(x[0], x[1], x[2], x[3], x[4], x[5], y); }",
        "double one_unit(uint32_t a, uint32_t b) { return snn_unit(a, b); }",
        "#ifdef __cplusplus",
        "}",
        "#endif",
    ]
    return "\n".join(lines) + "\n"


class Compiled:
    """A build of the driver."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.library = library
        self.library.one_unit.restype = ctypes.c_double

    def __call__(self, name: str, *arguments: np.ndarray) -> np.ndarray:
        """Call a function on arrays of one length."""
        x = np.ascontiguousarray(np.stack(arguments), dtype=np.float64)
        y = np.empty(x.shape[1])
        pointer = ctypes.c_void_p
        getattr(self.library, f"all_{name}")(ctypes.c_long(y.size), x.ctypes.data_as(pointer), y.ctypes.data_as(pointer))
        return y


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Compiled]:
    """Builds by name, each made once."""
    folder = tmp_path_factory.mktemp("functions")
    source = folder / "driver.c"
    source.write_text(driver())
    done: dict[str, Compiled] = {}

    def make(name: str) -> Compiled:
        if name not in done:
            compiler, language, *flags = BUILDS[name]
            if shutil.which(compiler) is None:
                pytest.skip(f"no {compiler}")
            target = folder / f"{name}.so"
            strict = ["-Wall", "-Wextra", "-Wno-unused-function", "-Werror", "-ffp-contract=off", "-shared", "-fPIC"]
            subprocess.run([compiler, "-x", language, *flags, *strict, str(source), "-o", str(target), "-lm"], check=True)
            done[name] = Compiled(ctypes.CDLL(str(target)))
        return done[name]

    return make


@pytest.fixture(params=sorted(BUILDS))
def compiled(request: pytest.FixtureRequest, build: Callable[[str], Compiled]) -> Compiled:
    """Each build in turn."""
    return build(request.param)
