"""What is held of generated trees: the text that backends write for two small models, not the files that they ship."""

from importlib import metadata
from pathlib import Path

from snndsl.api import load
from snndsl.backend.registry import backend
from snndsl.testing.conformance import case_file

__all__ = ["BACKENDS", "ELSEWHERE", "FOLDER", "MODELS", "files", "texts"]

FOLDER = Path(__file__).parent / "trees"
MODELS = ("neurons_by_equations", "plasticity_traces")
OWN = metadata.distribution("snndsl").entry_points.select(group="snndsl.backends")
BACKENDS = tuple(sorted(point.name for point in OWN))
ELSEWHERE = ("settings.json", "program.txt", "code/program.json")
"""Numbers, and the program, which is held beside."""


def texts(name: str, model: str) -> dict[str, str]:
    """Return the text files of a tree that depend on the model, by path."""
    other = files(name, next(case for case in MODELS if case != model))
    return {path: text for path, text in files(name, model).items() if text != other.get(path) and path not in ELSEWHERE}


def files(name: str, model: str) -> dict[str, str]:
    """Return the text files of a tree, by path."""
    tree = backend(name).generate(load(case_file(model)).program)
    return {path: file for path, file in tree.files.items() if isinstance(file, str)}
