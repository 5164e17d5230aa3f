"""What holds for every test: generated examples are the same on every machine and every day; ``--quick`` builds nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from snndsl_brian2.backend import Brian2Backend

QUICK = ("unit", "golden", "invalid")
"""Folders whose tests run no whole commands."""

settings.register_profile(
    "snndsl", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("snndsl")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help=f"only {', '.join(QUICK)}, and nothing that compiles C++ for Brian2")
    parser.addoption("--part", default="0-100", metavar="A-B", help="these percents of the files, in their order; %(default)s")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the other folders."""
    here = Path(__file__).parent
    if not config.getoption("--quick") or not collection_path.is_relative_to(here) or collection_path == here:
        return None
    return collection_path.relative_to(here).parts[0] not in QUICK or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep a part of the files, so that processes side by side share the work; neighbours compile the same kernels."""
    first, last = map(int, config.getoption("--part").split("-"))
    files = sorted({item.path for item in items})
    kept = files[first * len(files) // 100 : last * len(files) // 100]
    config.hook.pytest_deselected(items=[item for item in items if item.path not in kept])
    items[:] = [item for item in items if item.path in kept]


@pytest.fixture(autouse=True, scope="session")
def nothing_is_built_quickly(request: pytest.FixtureRequest) -> None:
    """Skip whatever comes to a build, instead of a list of tests that do."""

    def build(*_: object) -> None:
        pytest.skip("compiles C++")

    if request.config.getoption("--quick"):
        pytest.MonkeyPatch().setattr(Brian2Backend, "build", build)
