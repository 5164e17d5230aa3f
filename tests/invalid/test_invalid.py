"""What is wrong with a model is said exactly: place, what was found, what fits, what to try; and nothing else happens.

Every folder here holds one faulty model and the text that a user reads about it. The number in front groups the cases:
01-14 text, 15-19 units, 20-27 expressions, 28-33 names, 34-38 sizes, 39-41 files, 42-52 numbers, 53-57 network,
58-59 plasticity, 60 motifs, 63-66 stimuli and observations, 67 what only numbers show, 68 ranges of states, 69 signals and what
reads them, noise, 70 records, 71 expectations, 75 keys without use.
"""

from __future__ import annotations

import codecs
import importlib.readers  # noqa: F401 - loaded by the first look into a package, which is watched here
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy.ma  # noqa: F401 - loaded by the first search for equal numbers, which is watched here
import pytest

import snndsl
from snndsl.api import load
from snndsl.errors import SnndslError
from snndsl.pipeline import validate

FOLDER = Path(__file__).parent
LIBRARY = Path(snndsl.__file__).parent / "library"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/model.yaml"))

_FORBIDDEN = ("exec", "import", "os.", "subprocess.", "shutil.", "socket.", "pickle.", "ctypes.", "urllib.", "tempfile.")
_HARMLESS = ("os.listdir", "os.scandir", "os.getxattr")
_events: list[tuple[str, tuple[object, ...]]] | None = None


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _events is not None and (event == "open" or event.startswith(_FORBIDDEN)) and event not in _HARMLESS:
        _events.append((event, arguments))


sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Collect what the interpreter is asked to open, import, execute or change."""
    global _events
    _events = found = []
    try:
        yield found
    finally:
        _events = None


def judged(path: str) -> str:
    """Return what `snndsl validate` finds wrong in a model, or cannot be simulated yet; nothing if it runs."""
    judgement = validate(path)
    return "\n".join(map(str, judgement.errors or judgement.refused))


def ran(path: str) -> str:
    """Return what a run says about a model before it starts, or nothing if it would start."""
    try:
        load(path).generate("reference")
    except SnndslError as error:
        return str(error)
    return ""


def offences(found: list[tuple[str, tuple[object, ...]]], folder: Path) -> list[str]:
    """Return what is more than reading a file of the model or of the shipped library."""
    result = []
    for event, arguments in found:
        if event == "open" and isinstance(arguments[0], int):
            continue  # a descriptor that was opened, and judged, before
        allowed = False
        if event == "open":
            path = Path(os.fsdecode(str(arguments[0]))).resolve()
            writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
            allowed = (path.is_relative_to(folder) or path.is_relative_to(LIBRARY)) and not int(str(arguments[2])) & writes
        if not allowed:
            result.append(f"{event} {arguments}")
    return result


@pytest.fixture(scope="module", autouse=True)
def _modules_are_loaded() -> None:
    """Run what imports a module, or compiles methods, at its first use, so that whatever comes later is a fault."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in ("snndsl", "snndsl_reference")]
    for item in [item for module in modules for item in vars(module).values()]:
        if isinstance(item, type):
            getattr(item, "__dataclass_fields__", None)  # `snndsl.deferred.dataclass`
    for codec in ("cp437", "utf-8-sig"):  # of names in an npz file, of a table of text
        codecs.lookup(codec)
    assert judged(str(FOLDER / "valid" / "model.txt")) == ran(str(FOLDER / "valid" / "model.txt")) == ""
    assert judged(str(FOLDER / "41_import_unknown_library" / "model.yaml"))  # lists the files of the library


@pytest.mark.parametrize("case", CASES)
def test_message(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = FOLDER / case
    monkeypatch.chdir(folder)
    before = sorted(path.name for path in folder.rglob("*"))
    with watched() as found:
        said = judged("model.yaml"), ran("model.yaml")
    expected = (folder / "expected.txt").read_text(encoding="utf-8")
    assert [text + "\n" for text in said] == [expected, expected]
    assert offences(found, folder) == []
    assert sorted(path.name for path in folder.rglob("*")) == before


def test_the_watch_sees_what_it_must(tmp_path: Path) -> None:
    with watched() as found:
        (tmp_path / "new").write_text("x", encoding="utf-8")
        exec("pass")
        Path("/etc/hostname").exists() and Path("/etc/hostname").read_text(encoding="utf-8")
    seen = offences(found, tmp_path)
    assert any("new" in item for item in seen)
    assert any(item.startswith("exec") for item in seen)
    if Path("/etc/hostname").exists():
        assert any("hostname" in item for item in seen)


def test_messages_have_a_place_and_a_remedy() -> None:
    for case in CASES:
        lines = (FOLDER / case / "expected.txt").read_text(encoding="utf-8").splitlines()
        faults = [number for number, line in enumerate(lines) if "error[" in line]
        assert faults, case
        for number in faults:
            assert lines[number].split(": error[")[0].count(":") >= 2, (case, lines[number])
            assert lines[number + 1 : number + 2] and lines[number + 1].startswith("  "), (case, lines[number])
