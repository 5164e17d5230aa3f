"""The sections ``expect`` of models, run and judged: what ``snndsl test`` does, and what continuous integration reads of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

from snndsl.analysis.expectations import Verdict, check_expectations
from snndsl.api import Model, load, run_model, usable_backends
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError

__all__ = ["Tested", "junit", "model_files", "tested"]

Runner = Callable[[Model, str, Path], Any]
"""Given a model, a backend and a folder; returns `snndsl.api.Simulated`."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A model on a backend.

    Parameters
    ----------
    model : str
        Path of its file.
    name : str
        Of the model.
    backend : str
        Who simulated.
    verdicts : tuple of Verdict
        Of its expectations, in the order of the file.
    seconds : float
        That the run took.
    signal : int
        What stopped it; 0: nothing.
    """

    model: str
    name: str
    backend: str
    verdicts: tuple[Verdict, ...]
    seconds: float
    signal: int = 0

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The expectations that are not met."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)


def model_files(path: str | os.PathLike[str]) -> list[str]:
    """Return the models of a path: itself, or of a folder without ``model.yaml`` those of the folders in it, by name.

    Raises
    ------
    ModelError
        file-unreadable: a folder that has none.
    """
    name = os.fspath(path)
    folder = Path(name)
    if not folder.is_dir() or (folder / "model.yaml").is_file():
        return [name]
    found = sorted(str(file.parent) for file in folder.glob("*/model.yaml"))
    if not found:
        raise ModelError(Fault("file-unreadable", f"{name} holds no model", expected="model.yaml, or folders with one each"))
    return found


def tested(
    models: Sequence[str | os.PathLike[str]],
    backends: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    out: str | os.PathLike[str] | None = None,
    runner: Runner = run_model,
) -> Iterator[Tested]:
    """Run models on backends, and judge what they expect.

    Parameters
    ----------
    models : sequence of path
        Files, folders with ``model.yaml``, or folders of such.
    backends : sequence of str
        All that are installed if empty.
    settings : mapping, optional
        As of `snndsl.load`.
    out : path, optional
        Folder that keeps the runs.
    runner : callable
        Simulates.

    Yields
    ------
    Tested
        Of each model on each backend.

    Raises
    ------
    ModelError
        nothing-expected, and all that `snndsl.load` and `snndsl.run` raise.
    """
    files = [file for path in models for file in model_files(path)]
    names = list(backends) or usable_backends()
    with TemporaryDirectory(prefix="snndsl-test-") as temporary:
        base = Path(temporary if out is None else out)
        for file in files:
            model = load(file, settings)
            if not model.checked.expectations:
                raise ModelError(Fault("nothing-expected", f"{file} has no 'expect'", expected="a section 'expect'"))
            for name in names:
                begun = time.perf_counter()
                done = runner(model, name, base / f"{model.name}-{name}")
                verdicts = () if done.signal else tuple(check_expectations(model.checked, done.recording))
                yield Tested(file, model.name, name, verdicts, time.perf_counter() - begun, done.signal)


def junit(results: Sequence[Tested]) -> str:
    """Return results as JUnit XML, which services of continuous integration show: a suite for each model and backend.

    Parameters
    ----------
    results : sequence of Tested
        Of `tested`.

    Returns
    -------
    str
        A document; what was measured and expected, and where that stands, is the message of a failure.
    """
    root = ElementTree.Element("testsuites", name="snndsl test")
    for result in results:
        facts = {"name": f"{result.name} on {result.backend}", "time": f"{result.seconds:.3f}", "errors": "0", "skipped": "0"}
        counts = {"tests": str(len(result.verdicts)), "failures": str(len(result.failed))}
        suite = ElementTree.SubElement(root, "testsuite", facts | counts)
        each = f"{result.seconds / max(len(result.verdicts), 1):.3f}"
        for verdict in result.verdicts:
            file, line, *_ = [*verdict.place.rsplit(":", 2), ""]
            facts = {"classname": f"{result.name}.{result.backend}", "name": verdict.name, "time": each}
            case = ElementTree.SubElement(suite, "testcase", facts, file=file, line=line)
            if not verdict.passed:
                failure = ElementTree.SubElement(case, "failure", message=_plain(verdict.text), type="expectation")
                failure.text = _plain(f"{verdict.place}: {verdict.name}: {verdict.found}, expected {verdict.expected}")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return "".join(letter if letter in "\t\n\r" or letter >= " " else "?" for letter in text)
