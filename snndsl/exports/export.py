"""What there is, in a file or folder of another program: one function for runs and catalogues."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from snndsl.drawing import of_folder
from snndsl.errors import Fault, ModelError, nearest
from snndsl.exports.neo_files import write_neo
from snndsl.exports.sonata import write_sonata
from snndsl.exports.tables import arrays, write_tables
from snndsl.polychrony import export as groups
from snndsl.polychrony.catalogue import Catalogue
from snndsl.results import Recording, TrialsRecording
from snndsl.sweeps import Sweep

__all__ = ["FORMATS", "Format", "export"]

Run = Recording | TrialsRecording
Writer = Callable[[Any, Path], Any]


@dataclass(frozen=True)
class Format:
    """How a kind of thing is written.

    Parameters
    ----------
    of : str
        ``run`` or ``catalogue``.
    single : bool
        Whether it is one file, not a folder.
    write : callable
        Given the thing and a place that does not exist.
    """

    of: str
    single: bool
    write: Writer


def _archive(run: Run, file: Path) -> None:
    with file.open("wb") as stream:
        np.savez_compressed(stream, **arrays(run))  # type: ignore[arg-type]


def _graphs(catalogue: Catalogue, folder: Path) -> list[Path]:
    folder.mkdir()
    files = [folder / f"group-{group_id}.graphml" for group_id in catalogue.table["id"].tolist()]
    for group, file in zip(catalogue, files, strict=True):
        groups.write_graphml(group, file)
    return files


FORMATS: dict[str, tuple[Format, ...]] = {
    "csv": (
        Format("run", False, lambda run, folder: write_tables(run, folder, "csv")),
        Format("catalogue", False, groups.write_csv),
    ),
    "parquet": (
        Format("run", False, lambda run, folder: write_tables(run, folder, "parquet")),
        Format("catalogue", False, groups.write_parquet),
    ),
    "npz": (Format("run", True, _archive), Format("catalogue", True, groups.write_npz)),
    "graphml": (Format("catalogue", False, _graphs),),
    "sonata": (Format("run", False, write_sonata),),
    "nix": (Format("run", True, lambda run, file: write_neo(run, file, "nix")),),
    "nwb": (Format("run", True, lambda run, file: write_neo(run, file, "nwb")),),
}
"""Formats by name, each for the kinds of things that have it."""


def export(
    what: Any, path: str | os.PathLike[str], format: str, *, group: int | None = None, force: bool = False
) -> list[Path]:
    """Write a run or a catalogue of groups for other programs.

    Parameters
    ----------
    what : Recording, TrialsRecording, Catalogue, or path
        An object, or the folder of one.
    path : path
        File or folder to make: there when all of it is written, or not at all. With `force` the files of a folder that is there
        are replaced one by one, and others stay.
    format : str
        ``csv`` and ``parquet``: a folder of tables. ``npz``: one archive of arrays. ``graphml``: a graph for each group.
        ``sonata``: network and spikes. ``nix`` and ``nwb``: through Neo.
    group : int, optional
        As ``graphml``, only this one, in a file.
    force : bool
        Write over what is there.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ModelError
        format-unknown, file-exists, folder-exists, file-unwritable, group-unknown.
    ToolMissing
        package-missing.
    """
    found = of_folder(Path(what)) if isinstance(what, str | os.PathLike) else what
    chosen = _format(format, _kind(found))
    if group is not None and isinstance(found, Catalogue) and format == "graphml":
        if not 0 <= group < len(found):
            raise ModelError(Fault("group-unknown", f"there is no group {group}", expected=f"0 .. {len(found) - 1}"))
        one = found[group]
        chosen = Format("catalogue", True, lambda _, file: groups.write_graphml(one, file))
    out = Path(path)
    _free(out, chosen.single, force)
    try:
        with _placed(out, chosen.single) as files:
            files.order = chosen.write(found, files.place)
            if chosen.write is _graphs:
                for old in out.glob("group-*.graphml"):  # of another choice of groups
                    old.unlink()
    except OSError as error:
        raise ModelError(
            Fault("file-unwritable", f"{out} cannot be written: {error.strerror or error}", expected="a place to write to")
        ) from None
    return files.written


def _kind(what: Any) -> str:
    """Return which formats there are for a thing."""
    if isinstance(what, Catalogue):
        return "catalogue"
    if isinstance(what, Recording | TrialsRecording):
        return "run"
    if isinstance(what, Sweep):
        hint = "Sweep.write, or snndsl sweep --table FILE.csv"
        raise ModelError(Fault("usage", f"{what.path} is a sweep, which is a table already", expected=hint))
    raise TypeError(f"there is no export of {type(what).__name__}; expected a run or a catalogue")


def _format(name: str, kind: str) -> Format:
    fitting = {key: item for key, items in FORMATS.items() for item in items if item.of == kind}
    if name not in fitting:
        what = f"a {kind} cannot be written as {name}" if name in FORMATS else f"there is no format {name!r}"
        raise ModelError(Fault("format-unknown", what, expected=", ".join(fitting), try_=nearest(name, tuple(fitting))))
    return fitting[name]


def _free(out: Path, single: bool, force: bool) -> None:
    """Refuse to write over what is there."""
    if single and out.is_dir():
        raise ModelError(Fault("file-exists", f"{out} is a folder", expected="a file"))
    if not single and out.exists() and not out.is_dir():
        raise ModelError(Fault("folder-exists", f"{out} is a file", expected="a folder"))
    if not force and out.exists() and (single or any(out.iterdir())):
        kind, what = ("file", "is there") if single else ("folder", "is not empty")
        raise ModelError(Fault(f"{kind}-exists", f"{out} {what}", expected=f"a new {kind}", try_="--force"))


@dataclass
class _Files:
    place: Path
    written: list[Path]
    order: Any = None


@contextmanager
def _placed(out: Path, single: bool) -> Iterator[_Files]:
    """Give a place beside `out`; what is written there is moved when nothing went wrong."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        files = _Files(Path(folder) / out.name, [])
        yield files
        found = sorted(file for file in files.place.rglob("*") if file.is_file())
        made: Sequence[Path] = [files.place] if single else files.order or found
        files.written = [out / file.relative_to(files.place) if not single else out for file in made]
        if single or not out.exists():
            os.replace(files.place, out)
            return
        for file, target in zip(made, files.written, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, target)
