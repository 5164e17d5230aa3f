"""The tree as it is handed out: nothing of the machine it was made on, documents in their form, imports where they belong."""

from __future__ import annotations

import ast
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve()
SKIPPED = {".git", ".venv", "__pycache__", "build", "dist", "runs", "node_modules"}
ALLOWED = {"ir", "numerics", "backend", "results", "units", "attendance", "errors"}
BACKENDS = ("snndsl_reference", "snndsl_brian2", "snndsl_nest")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# put together here so that this file does not contain them
HOME_PATHS = re.compile("(?<![A-Za-z0-9_.$}-])/(?:" + "|".join(("work", "root", "home", "Users")) + ")/")
REGISTRIES = re.compile("|".join(("py" + "pi[.]org", "python" + "hosted[.]org", "ana" + "conda[.]", "npm" + "js[.]")))


def texts() -> Iterator[Path]:
    """Every text file of the tree that is part of it."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.endswith(("_cache", ".egg-info")))
        if Path(folder) == ROOT:
            folders[:] = [name for name in folders if not name.startswith(".") or name == ".ci"]
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix not in {".npz", ".npy", ".png", ".pdf"} and not path.is_symlink():
                yield path


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_path_of_a_machine_and_no_registry() -> None:
    found = []
    for path in texts():
        if path == HERE:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if HOME_PATHS.search(line) or REGISTRIES.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("0*.md")), ids=lambda path: path.stem)
def test_adr(path: Path) -> None:
    text = path.read_text()
    number = path.stem.split("-")[0]
    assert re.match(rf"# {number} \S", text)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[:4] == ["Status", "Context", "Decision", "Consequences"]
    for body in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]:
        assert body.strip()


def test_adr_numbers_are_consecutive() -> None:
    numbers = sorted(int(path.stem.split("-")[0]) for path in (ROOT / "docs" / "adr").glob("0*.md"))
    assert numbers == list(range(len(numbers)))


def test_citation() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert str(citation["version"]) == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]["text"]
    assert citation["authors"] == PROJECT["authors"]
    assert {"message", "title", "abstract"} <= set(citation)


def test_changelog() -> None:
    versions = re.findall(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] == "Unreleased" or versions[0] == PROJECT["version"]


def test_constraints() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split(";")[0].strip().split("==") for line in lines if line and not line.startswith("#"))
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.!+-]+( *;.*)?", line) for line in lines[1:])
    pinned = {normal(name) for name in pins}
    assert len(pinned) == len(pins)
    asked = list(PROJECT["dependencies"])
    for extra in PROJECT["optional-dependencies"].values():
        asked += extra
    direct = {normal(re.split(r"[^A-Za-z0-9_.-]", requirement)[0]) for requirement in asked}
    assert direct <= pinned, direct - pinned


@pytest.mark.parametrize("path", [".ci/run"])
def test_executable(path: str) -> None:
    assert (ROOT / path).stat().st_mode & stat.S_IXUSR
    assert (ROOT / path).read_text().startswith("#!/bin/bash\n")


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench", "clean"])
def test_make_target(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("0*.md")), *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_links(path: Path) -> None:
    """A relative link of a document leads somewhere."""
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in link:
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Every imported module of a file, and the name taken from it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node.module or "", alias.name) for alias in node.names)


@pytest.mark.parametrize("backend", BACKENDS)
def test_backend_imports(backend: str) -> None:
    """A backend knows the program and its own simulator, and nothing of the front end or of other backends."""
    for path in sorted((ROOT / "backends" / backend).rglob("*.py")):
        for module, name in imports(path):
            parts = [*module.split("."), name]
            place = f"{path.relative_to(ROOT)} imports {module} {name}"
            if parts[0] == "snndsl":
                assert parts[1] in ALLOWED, place
            assert parts[0] not in set(BACKENDS) - {backend}, place


def test_backends_folder_is_no_package() -> None:
    assert not (ROOT / "backends" / "__init__.py").exists()


def test_no_simulator_in_the_compiler() -> None:
    """No module of snndsl imports a simulator or a backend, not even inside a function."""
    for path in sorted((ROOT / "snndsl").rglob("*.py")):
        for module, _ in imports(path):
            assert module.split(".")[0] not in {"brian2", "nest", *BACKENDS}, f"{path.relative_to(ROOT)} imports {module}"
