"""Models as tests of pytest: ``pytest --snndsl models`` runs what their sections ``expect`` say, a test for each backend.

Without the option nothing is collected, and nothing but this page is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from snndsl.deferred import Deferred

if TYPE_CHECKING:
    from snndsl import api, errors, tested
else:
    tested, errors, api = Deferred("snndsl.tested"), Deferred("snndsl.errors"), Deferred("snndsl.api")

__all__ = ["ModelFile", "ModelItem"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("snndsl", "models of spiking networks")
    group.addoption("--snndsl", action="store_true", help="collect model.yaml: what a model expects, on every backend")
    group.addoption("--snndsl-backend", action="append", default=[], metavar="NAME", help="only on this one, may be repeated")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the models, if that is asked for."""
    if file_path.name == "model.yaml" and parent.config.getoption("--snndsl"):
        return ModelFile.from_parent(parent, path=file_path)
    return None


class ModelFile(pytest.File):
    """A file with a model."""

    def collect(self) -> Iterable[pytest.Item]:
        """Return a test for each backend."""
        names = self.config.getoption("--snndsl-backend") or api.usable_backends()
        for name in names:
            yield ModelItem.from_parent(self, name=name)


class ModelItem(pytest.Item):
    """A model on a backend."""

    def runtest(self) -> None:
        """Run it, and fail with a line for each expectation that is not met."""
        [result] = _results(self.path, self.name)
        if result.failed:
            raise _Unmet("\n".join(verdict.text for verdict in result.failed))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return what is shown: lines for users, not a traceback."""
        error = excinfo.value
        if isinstance(error, _Unmet | errors.SnndslError):
            return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where it stands and how it is called."""
        return self.path, 0, f"{self.path.parent.name} on {self.name}"


class _Unmet(Exception):
    """Expectations that are not met."""


def _results(path: Path, backend: str) -> Iterator[Any]:
    return tested.tested([path], [backend])
