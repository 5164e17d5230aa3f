"""The modules as they are read: a name means one thing, and what is said about the house is so."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECTIONS = ROOT / "snndsl" / "sections"  # what users write in Python has the names of the language
MODULES = sorted(path for path in (ROOT / "snndsl").rglob("*.py") if SECTIONS not in path.parents)
SEARCH = [path for path in MODULES if path.parts[len(ROOT.parts) + 1] in ("polychrony", "groups")]
BACKENDS = sorted((ROOT / "backends").rglob("*.py"))

# One thing of the field before and after it is lowered: the names of the model and of the program. No module imports both.
LOWERED = {"Population": "snndsl.model.population", "Projection": "snndsl.model.projection"}


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def classes(paths: list[Path]) -> dict[str, list[str]]:
    """Return where each public class is made."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(place(path))
    return found


def test_a_class_name_means_one_thing() -> None:
    own = classes(MODULES)
    assert {name: where for name, where in own.items() if len(where) > 1 and name not in LOWERED} == {}
    assert {name: own[name] for name in LOWERED} == {
        name: ["snndsl/ir/program.py", module.replace(".", "/") + ".py"] for name, module in LOWERED.items()
    }


def test_nothing_but_the_user_takes_the_classes_of_sections() -> None:
    for path in [*MODULES, *BACKENDS]:
        assert not any(module.startswith("snndsl.sections") for module, _ in imported(path)), place(path)


def test_a_backend_has_no_class_of_the_compilers_name() -> None:
    """Among themselves backends may: they have the same parts."""
    own = classes(MODULES)
    assert {name: [*own[name], *where] for name, where in classes(BACKENDS).items() if name in own} == {}


def imported(path: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


@pytest.mark.parametrize("name", LOWERED)
def test_no_module_imports_a_thing_from_the_model_and_from_the_program(name: str) -> None:
    for path in MODULES:
        modules = {module for module, taken in imported(path) if taken == name}
        assert LOWERED[name] not in modules or not modules & {"snndsl.ir", "snndsl.ir.program"}, place(path)


@pytest.mark.parametrize("path", MODULES + BACKENDS, ids=place)
def test_sizes(path: Path) -> None:
    """At most 400 lines a module, and 60 a function with its docstring."""
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= 60, f"{place(path)}:{node.lineno}: {node.name} has {lines} lines"


def test_an_alias_has_no_name_of_a_class() -> None:
    """Names of types that the search and the backends make by assignment."""
    own = classes([*MODULES, *BACKENDS])
    aliases = [(target.id, place(path)) for path in [*SEARCH, *BACKENDS] for target in assigned(path)]
    assert [(name, where) for name, where in aliases if name in own] == []


def assigned(path: Path) -> Iterator[ast.Name]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign):
            yield from (target for target in node.targets if isinstance(target, ast.Name))
def lines(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


OPTIONAL = {"brian2", "cmaes", "distributed", "elephant", "h5py", "neo", "pandas", "pyarrow", "quantities", "scipy"}
"""Packages that need not be installed; Neo and quantities come with Elephant."""


@pytest.mark.parametrize("path", [path for path in MODULES if "cli" not in path.parts], ids=place)
def test_functions_import_only_what_may_be_absent(path: Path) -> None:
    """Whatever is loaded late is a `Deferred` at the head of its module; commands load what they do."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    for node in (inner for function in functions for inner in ast.walk(function)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert {name.partition(".")[0] for name in names} <= OPTIONAL, f"{place(path)}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_frozen_dataclasses_are_made_in_one_way(path: Path) -> None:
    """By `snndsl.deferred.dataclass`, whose methods come when they are used."""
    standard = ("dataclasses", "dataclass") in set(imported(path)) and path.name != "deferred.py"
    assert not standard or "slots=True" not in path.read_text()
