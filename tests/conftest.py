"""What holds for every test: generated examples are the same on every machine and every day.

``--quick`` is for every save, two minutes on two cores: the folders of `QUICK` without the tests marked ``slow``, with few
generated examples, and without anything that compiles C++ for Brian2.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from snndsl.backend.registry import backend_names
from snndsl.testing.conformance import cases
from snndsl.testing.support import by_mechanism
from snndsl_brian2.backend import Brian2Backend

BY_PARAMETER = ("tests/integration/test_models.py", "tests/property/test_backends.py")
"""Files whose tests share the runs of one parameter: of a model, of some networks."""

QUICK = ("unit", "golden", "invalid", "conformance")
"""Folders whose tests run no whole commands."""

EXAMPLES = 20
"""Generated examples of a test under ``--quick``, where the test itself does not say how many."""

COMMON = settings(deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("snndsl", COMMON)
settings.register_profile("quick", COMMON, max_examples=EXAMPLES)
settings.load_profile("snndsl")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help=f"only {', '.join(QUICK)}, nothing slow, no C++ for Brian2")
    parser.addoption("--backend", metavar="NAME", help="the conformance suite on this backend alone, and what it proves")


def pytest_configure(config: pytest.Config) -> None:
    """Take few examples."""
    if config.getoption("--quick"):
        settings.load_profile("quick")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the other folders."""
    here = Path(__file__).parent
    if not config.getoption("--quick") or not collection_path.is_relative_to(here) or collection_path == here:
        return None
    return collection_path.relative_to(here).parts[0] not in QUICK or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep those of ``--backend``, and those that are quick."""
    name = config.getoption("--backend")
    if name is not None and name not in backend_names():
        raise pytest.UsageError(f"there is no backend {name!r}; there are {', '.join(backend_names())}")
    left_out = [item for item in items if name is not None and not on_backend(item, name)]
    if config.getoption("--quick"):
        left_out += [item for item in items if item.get_closest_marker("slow") or on_backend(item, "brian2")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


class Sharing(LoadScopeScheduling):  # type: ignore[misc]
    """Gives a process of ``pytest -n`` all tests that share what they make, where pytest-xdist would take whole files."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        parameters = test.rpartition("[")[2].removesuffix("]").split("-") if "[" in test else []
        backend = next((name for name in backend_names() if name in parameters), "")
        if file.startswith("tests/conformance/"):
            return backend or file
        if file in BY_PARAMETER:
            return next((f"{file} {value}" for value in parameters if value != backend), file)
        return nodeid if file.startswith("tests/property/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Schedule by what is shared: it is made once."""
    return Sharing(config, log)


def on_backend(item: pytest.Item, name: str) -> bool:
    """Tell whether a test of the conformance suite is one of a backend."""
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return item.path.parent.name == "conformance" and name in (params.get("backend"), params.get("name"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which mechanisms the backend of ``--backend`` has been proved for, from the cases that passed."""
    name = config.getoption("--backend")
    if name is None or config.getoption("--collect-only"):
        return
    ends = tuple(f"::test_equal_to_the_reference[{case}-{name}]" for case in cases())
    passed = {
        report.nodeid.rpartition("[")[2].removesuffix(f"-{name}]")
        for report in terminalreporter.stats.get("passed", [])
        if report.when == "call" and report.nodeid.endswith(ends)
    }
    terminalreporter.section(f"mechanisms on {name}")
    for mechanism, proving in by_mechanism().items():
        lacking = [case for case in proving if case not in passed]
        terminalreporter.line(f"no   {mechanism} ({', '.join(lacking)})" if lacking else f"yes  {mechanism}")


@pytest.fixture(autouse=True, scope="session")
def nothing_is_built_quickly(request: pytest.FixtureRequest) -> None:
    """Skip whatever comes to a build, instead of a list of tests that do."""

    def build(*_: object) -> None:
        pytest.skip("compiles C++")

    if request.config.getoption("--quick"):
        pytest.MonkeyPatch().setattr(Brian2Backend, "build", build)
