"""What the compiler makes of a file does not change unnoticed, and does not depend on hash seeds, folders or the clock."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from golden import tree_texts

from snndsl.api import load
from snndsl.backend.registry import backend_names
from snndsl.ir.dump import dump
from snndsl.testing.conformance import case_file, cases

FOLDER = Path(__file__).parent

DIGESTS = """
import hashlib, sys
from snndsl.backend.registry import backend
from snndsl.api import load
from snndsl.testing.conformance import case_file, cases
for case in cases():
    program = load(case_file(case)).program
    for name in sys.argv[1:]:
        tree = backend(name).generate(program)
        for path in sorted(tree.files):
            print(case, name, path, hashlib.sha256(tree.content(path)).hexdigest())
"""


@pytest.mark.parametrize("case", cases())
def test_the_program_is_the_golden_one(case: str) -> None:
    assert dump(load(case_file(case)).program) == (FOLDER / f"{case}.txt").read_text(encoding="utf-8"), (
        "if this is meant: python tests/golden/write.py, and read the difference"
    )


@pytest.mark.parametrize("name", tree_texts.BACKENDS)
@pytest.mark.parametrize("model", tree_texts.MODELS)
def test_generated_text_is_the_golden_one(model: str, name: str) -> None:
    folder = tree_texts.FOLDER / model / name
    held = {str(file.relative_to(folder))[:-4]: file.read_text(encoding="utf-8") for file in folder.rglob("*.txt")}
    assert tree_texts.texts(name, model) == held, "if this is meant: python tests/golden/write.py, and read the difference"


def test_what_is_held_elsewhere_is_still_written() -> None:
    """A name that no backend writes, or writes alike for both models, would hide nothing now and something later."""
    made = [{model: tree_texts.files(name, model) for model in tree_texts.MODELS} for name in tree_texts.BACKENDS]
    assert [
        path for path in tree_texts.ELSEWHERE if not any(len({files.get(path) for files in each.values()}) > 1 for each in made)
    ] == []


def test_trees_are_the_same_bytes_under_other_hash_seeds_and_folders(tmp_path: Path) -> None:
    def digests(seed: str, locale: str, folder: Path) -> list[str]:
        folder.mkdir()
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "LC_ALL": locale,
            "TZ": "Pacific/Chatham" if seed == "1" else "UTC",
        }
        command = [sys.executable, "-c", DIGESTS, *backend_names()]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    first, second = digests("1", "C.UTF-8", tmp_path / "a"), digests("4242", "C", tmp_path / "b")
    assert len(first) > 20 * len(cases())
    assert first == second
