"""Every hostile file is judged soon and within 512 MiB: it is right, or refused with exit status 2 and a place.

The aim is 2 seconds; the limit here is what no busy machine needs, and what a file that hangs does not keep to.

Each runs in a child of this process, whose memory and time are limited; the child pays for no imports.
"""

from __future__ import annotations

import os
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hostile.files import FILES

import snndsl.cli.show  # noqa: F401 - loaded before the children
from snndsl.cli import execute

SECONDS = 6.0
MEMORY = 512 * 2**20
LETTERS = 30_000
RIGHT = {
    "as_many_constants_as_may_be", "as_many_neurons_as_may_be", "as_many_populations_as_may_be",
    "as_many_projections_as_may_be", "as_many_stimuli_as_may_be", "import_diamond", "import_of_a_large_data_file_in_many",
    "lists_in_lists_of_values", "locals_that_double", "powers_of_powers", "trials_and_steps",
    "import_of_one_file_many_times", "let_that_doubles", "npy_long_double", "populations_of_many_models",
    "size_1e6_with_values",
}  # fmt: skip
"""Unusual, but nothing is wrong with them."""

_PLACE = re.compile(r"^\w+\.yaml:\d+:\d+: error\[[a-z-]+\]: ", re.MULTILINE)


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    seconds: float
    said: str


@pytest.fixture(scope="module", autouse=True)
def _modules_are_loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run both commands once, on a right model and on every kind of data file."""
    folder = tmp_path_factory.mktemp("first")
    for name in ("npy_long_double", "npz_text", "csv_short_row", "parquet_of_many_rows"):
        FILES[name](folder)
        for command in ("validate", "show"):
            execute([command, str(folder / "model.yaml")])
    yield


def limited(folder: Path, command: str) -> Ended:
    """Run a command in a folder, with the memory that this process has now and `MEMORY` more."""
    said = folder / "said"
    child = os.fork()
    if child == 0:
        status = 99
        try:
            with said.open("wb") as stream:
                os.dup2(stream.fileno(), 1)
                os.dup2(stream.fileno(), 2)
            held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (held + MEMORY, held + MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (8, 8))
            os.chdir(folder)
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            status = execute([command, "model.yaml"])
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)
    _, ended, used = os.wait4(child, 0)
    return Ended(os.waitstatus_to_exitcode(ended), used.ru_utime + used.ru_stime, said.read_text(encoding="utf-8"))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited as Linux does")
@pytest.mark.parametrize("name", FILES)
def test_it_is_judged_in_no_time(name: str, tmp_path: Path) -> None:
    FILES[name](tmp_path)
    for command in ("validate", "show"):
        status, seconds, said = limited(tmp_path, command)
        assert status == (0 if name in RIGHT else 2), said[-2000:]
        assert seconds <= SECONDS, (command, seconds)
        if status == 2:
            assert _PLACE.search(said), said[:2000]
            assert "internal" not in said and "Traceback" not in said
            assert len(said) <= LETTERS
