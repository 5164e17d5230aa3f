"""From run.py to a binary: Brian2 writes its C++ project, which is compiled as one translation unit.

Also the key of a build: everything the binary depends on, told without importing Brian2.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = ["FLAGS", "TOOLS", "binary", "build", "compiler", "compiler_version", "key"]

FLAGS = ("-O3", "-std=c++11", "-ffp-contract=off", "-fno-fast-math", "-fno-trapping-math", "-fno-math-errno", "-w")
"""No contraction, no reordering: every sum as it is written. No flag of the processor is looked at, so that both sides of a
choice may be computed."""

TOOLS = ("flags", "compiler", "brian2", "machine")
"""Parts of a key that say with what a model was built, not which."""

_ONE_BY_ONE = ("snn_poisson(", "snn_normal_in(", "snn_sample(")
"""Functions that no loop in vectors can call."""

_HEADERS = ("functions.h", "model.h", "npy.h", "operations.h", "recorder.h", "records.h", "vectors.h")


def compiler() -> str:
    """Return the C++ compiler: the environment's CXX, else g++."""
    return os.environ.get("CXX") or "g++"


def key(tree: Path) -> dict[str, str]:
    """Return what the binary of a tree depends on: text, sizes, compiler, flags, Brian2; no number of the model.

    Parameters
    ----------
    tree : Path
        A generated tree.
    """
    settings = json.loads((tree / "settings.json").read_text())
    texts = {path.name: path.read_text() for path in sorted((tree / "code").iterdir()) if path.suffix == ".h"}
    for path in (tree / "run.py", *(tree / "code" / name for name in ("building.py", "description.py"))):
        texts[path.name] = _without_comments(path.read_text())
    made = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    sizes = {name: population["size"] for name, population in settings["populations"].items()}
    made["sizes"] = json.dumps(sizes, sort_keys=True)
    made["variables"] = json.dumps([settings["neurons"], settings["rules"]])
    made["flags"] = " ".join(FLAGS)
    made["compiler"] = compiler_version()
    made["brian2"] = _brian2()
    made["machine"] = f"{sys.platform} {os.uname().machine}"
    return made


def _brian2() -> str:
    try:
        return metadata.version("brian2")
    except metadata.PackageNotFoundError:
        return "none"


def compiler_version() -> str:
    """Return the first line of what the compiler says of itself."""
    try:
        shown = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        shown = ""
    return shown.splitlines()[0] if shown else "none"


def _without_comments(source: str) -> str:
    """Return what a script says without docstrings and comments, also those of the abstract code in its texts."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = re.sub(r" *#.*", "", node.value)
    return ast.dump(tree)


def binary(folder: Path, threads: int) -> Path:
    """Return where the compiled model is in a build folder."""
    return folder / ("main" if threads == 1 else f"main-{threads}")


def build(tree: Path, folder: Path, network: Callable[[], Any], threads: int = 1) -> None:
    """Fill `folder` with the compiled model, ``main``, and ``key.json``.

    Parameters
    ----------
    tree : Path
        The generated tree.
    folder : Path
        Created if needed; an older build in it is replaced.
    network : callable
        The description in run.py; returns the `Arrays`.
    threads : int
        Of OpenMP; they are compiled in. The numbers do not depend on them.
    """
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    here = Path.cwd()
    os.chdir(project)  # Brian2 executes a file `brian_preferences` of the working directory
    try:
        arrays = _write_project(project, network, threads)
    finally:
        os.chdir(here)
    if threads == 1:
        for source in sorted((project / "code_objects").glob("*.cpp")):
            text = source.read_text()
            source.write_text(_fetched(text) if source.stem.endswith("_post_codeobject") else _vectorised(text))
    for name in _HEADERS:
        shutil.copyfile(tree / "code" / name, project / name)
    _gate(project / "main.cpp", arrays.gates)
    _shorten(project / "objects.cpp")
    try:
        _compile(project, [*(["-fopenmp"] if threads > 1 else []), "-I.", _one_unit(project), "-o", "main"])
    except subprocess.CalledProcessError as error:
        print(f"{error}\n{error.stderr}\none translation unit did not compile; trying make", file=sys.stderr)
        subprocess.run(["make", "-j2"], cwd=project, check=True, stdout=subprocess.DEVNULL)
    (folder / "key.json").write_text(json.dumps(key(tree), indent=1, sort_keys=True) + "\n")
    os.replace(project / "main", binary(folder, threads))
    shutil.rmtree(project)


def _write_project(project: Path, network: Callable[[], Any], threads: int) -> Any:
    import brian2
    from brian2.parsing.rendering import CPPNodeRenderer

    brian2.BrianLogger.log_level_error()
    CPPNodeRenderer.expression_ops |= {"And": "&", "Or": "|"}  # of conditions that have no effect: no branch
    brian2.prefs.logging.file_log = False
    brian2.prefs.codegen.loop_invariant_optimisations = False  # it would rewrite expressions
    brian2.prefs.codegen.cpp.extra_compile_args_gcc = list(FLAGS)
    brian2.prefs.codegen.cpp.headers += ['"operations.h"']
    brian2.prefs.codegen.cpp.include_dirs += ["."]
    brian2.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
    brian2.prefs.core.stop_on_keyboard_interrupt = False  # the recorder listens to signals
    brian2.set_device("cpp_standalone", directory=str(project), build_on_run=False)
    arrays = network()
    brian2.device.build(directory=str(project), compile=False, run=False)
    return arrays


def _gate(main: Path, gates: list[str]) -> None:
    """Ask before the code of a tick whether it is due. Without this the code asks itself, synapse by synapse."""
    text = main.read_text()
    for number, name in enumerate(gates):
        run = f"_run_{name}_codeobject"
        call = f"[]() {{ if (snn::recorder().due({number})) {run}(); }}"
        text = re.sub(rf"(\.add\(&\w+, ){run}\);", lambda found, call=call: f"{found[1]}{call});", text)  # type: ignore[misc]
    main.write_text(text)


def _shorten(objects: Path) -> None:
    """Leave out what writes every array at the end and takes values from the command line: half of the compiler's work."""
    text = objects.read_text()
    for head in (r"void _write_arrays\(\)", r"void set_variable_by_name\([^)]*\)"):
        text = re.sub(rf"^({head}\s*\{{).*?^\}}", r"\1\n}", text, flags=re.MULTILINE | re.DOTALL)
    objects.write_text(text)


def _vectorised(source: str) -> str:
    """Say of a loop over all neurons or synapses what the compiler cannot know: none touches what another one reads.

    The search for neurons that fire goes from one to the next.
    """
    every = "for(int _idx=0; _idx<_N; _idx++)"
    if every in source and "const int64_t N = 1;" not in source:
        source = source.replace(every, f"#pragma GCC ivdep\n    {every}")
        if not any(call in source for call in _ONE_BY_ONE):
            source = re.sub(r"^(?=void _run_)", "SNN_CLONES ", source, flags=re.MULTILINE)
    found = re.search(r"const char fires = (\w+)\[_idx\];\s*const char _cond = fires;", source)
    if found:
        first, following = (f"snn::next_that_fires({found[1]}, {start}, N)" for start in ("0", "_idx + 1"))
        loop = f"for(size_t _idx={first}; _idx<N; _idx={following})"
        source = source.replace("for(size_t _idx=0; _idx<N; _idx++)", loop)
    return source


def _fetched(source: str) -> str:
    """Ask for the values of a synapse some synapses before: those that a spike of their target changes lie apart in memory."""
    synapse = "const size_t _idx = (*_spiking_synapses)[_spiking_synapse_idx];"
    later = "(*_spiking_synapses)[std::min(_spiking_synapse_idx + 8, _num_spiking_synapses - 1)]"
    arrays = dict.fromkeys(re.findall(r"= (\w+)\[_idx\];", source))
    ahead = [f"const size_t _later = {later};", *(f"__builtin_prefetch(&{array}[_later]);" for array in arrays)]
    return source.replace(synapse, "\n            ".join([synapse, *ahead]))


def _one_unit(project: Path) -> str:
    """Write one source file that holds the project: each file's unnamed namespace gets a name of its own."""
    found = re.search(r"^SRCS = (.*)$", (project / "makefile").read_text(), re.MULTILINE)
    files = sorted(found[1].split()) if found else []
    spaces: dict[str, str] = {}
    parts = ['#include "objects.h"', "#include <climits>", "#include <cmath>", "#include <ctime>", "#include <fstream>"]
    for name in files:
        text = (project / name).read_text()
        support = re.search(r"^namespace \{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
        if support:
            known = support[1] in spaces
            space = spaces.setdefault(support[1], f"support_{len(spaces)}")
            text = text.replace(support[0], "" if known else f"namespace {space} {{{support[1]}}}", 1)
            text = text.replace("using namespace brian;", f"using namespace brian;\n    using namespace {space};")
        shared = _macros(support[1]) if support else set()  # of support code, which is there once for all files
        macros = sorted(_macros(text) - shared)
        parts += [f"// {name}", text, *(f"#undef {macro}" for macro in macros)]
    (project / "whole.cpp").write_text("\n".join(parts) + "\n")
    return "whole.cpp"


def _macros(text: str) -> set[str]:
    return set(re.findall(r"^\s*#define\s+(\w+)", text, re.MULTILINE))


def _compile(project: Path, arguments: list[str]) -> None:
    subprocess.run([compiler(), *FLAGS, *arguments], cwd=project, check=True, capture_output=True, text=True)
