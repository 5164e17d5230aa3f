"""Model folders to start from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from snndsl.errors import Fault, ModelError

__all__ = ["create"]


def create(folder: Path, template: str) -> Path:
    """Write the files of a template into a new folder; return it.

    Raises
    ------
    ModelError
        folder-exists.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ModelError(Fault("folder-exists", f"{folder} is not empty", expected="a new folder", try_="another name"))
    folder.mkdir(parents=True, exist_ok=True)
    for entry in sorted(resources.files("snndsl").joinpath("templates", template).iterdir(), key=lambda item: item.name):
        (folder / entry.name).write_text(entry.read_text(encoding="utf-8"), encoding="utf-8")
    return folder
