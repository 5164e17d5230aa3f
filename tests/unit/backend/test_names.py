"""A name stays as it is unless the language has the word; no two names become one."""

import subprocess
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.backend.names import c_reserved, free_names, python_reserved

HEADERS = (
    "algorithm chrono climits cmath complex csignal ctime fstream iostream list map math.h random set signal.h sstream"
    " stdexcept stdint.h stdio.h stdlib.h string string.h sys/stat.h time.h unistd.h vector"
)


def test_what_is_not_reserved_stays() -> None:
    assert free_names(["v", "int", "E_L", "P__V__I"], c_reserved) == {
        "v": "v",
        "int": "int_",
        "E_L": "E_L",
        "P__V__I": "P__V__I",
    }
    assert free_names(["lambda", "lambda_"], python_reserved) == {"lambda": "lambda__", "lambda_": "lambda_"}
    assert free_names(["x"], c_reserved, taken={"x", "x_syn"}, suffix="_syn") == {"x": "x_syn_syn"}


@given(st.lists(st.sampled_from(["".join(p) for n in (1, 2, 3) for p in product(("x", "int", "_"), repeat=n)]), unique=True))
def test_no_two_names_become_one(names: list[str]) -> None:
    found = free_names(names, c_reserved, taken={"x_", "intx"})
    assert list(found) == names and len(set(found.values())) == len(names)
    assert not any(c_reserved(name) for name in found.values())


def test_every_macro_of_the_headers_is_reserved() -> None:
    source = "".join(f"#include <{name}>\n" for name in HEADERS.split())
    command = ["c++", "-fopenmp", "-dM", "-E", "-x", "c++", "-"]
    shown = subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout
    macros = {line.split()[1].partition("(")[0] for line in shown.splitlines()}
    free = sorted(name for name in macros if not name.startswith("_") and "__" not in name and not c_reserved(name))
    assert len(macros) > 500 and free == []


@pytest.mark.parametrize(
    "name", ["v", "V_th", "E_L", "tau_m", "g_Na", "A_plus", "I", "C", "w", "C_m", "lambda_", "sd", "Vr", "EL"]
)
def test_names_of_the_field_are_free(name: str) -> None:
    assert not c_reserved(name) and not python_reserved(name)
