"""A file (with what it imports) as a validated specification, and every fault with its place.

Loading never runs code and opens nothing outside the model's folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from snndsl.deferred import dataclass
from snndsl.errors import MOST_FAULTS, Fault, ModelError, nearest
from snndsl.frontend.faults import schema_faults
from snndsl.frontend.settings import with_settings
from snndsl.frontend.yaml import MAX_KEYS, MAX_NODES, read_yaml
from snndsl.locations import Location, SourceMap
from snndsl.schema import LibrarySpec, ModelSpec

__all__ = [
    "LIBRARY",
    "MAX_BYTES",
    "MAX_FILES",
    "ModelSource",
    "load_source",
    "open_below",
    "read_source",
    "shipped_files",
    "source_from",
]

MAX_BYTES = 4 * 2**20
MAX_FILES = 256
_MAX_CHAIN = 32
_MAX_PATH = 1024
LIBRARY = "snndsl:"
"""Begins the name of a shipped file."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelSource:
    """One validated file.

    Parameters
    ----------
    spec : ModelSpec or LibrarySpec
        What it says.
    locations : SourceMap
        Where it says it.
    folder : Path or None
        Folder below which data and imports are looked for; None: nowhere.
    raw : Any
        The document as plain data, settings applied.
    imports : mapping of str to ModelSource
        By alias.
    """

    spec: LibrarySpec
    locations: SourceMap
    folder: Path | None
    raw: Any
    imports: Mapping[str, ModelSource] = field(default_factory=dict)

    @property
    def model(self) -> ModelSpec:
        """The specification of an experiment (not of a library)."""
        assert isinstance(self.spec, ModelSpec)
        return self.spec


@dataclass(eq=False)
class _Loaded:
    """Imported files, each read once however many others import it, and how much all files hold together."""

    files: dict[str, ModelSource | ModelError] = field(default_factory=dict)
    values: int = 0
    keys: int = 0


def load_source(path: str | os.PathLike[str], settings: Mapping[str, Any] | None = None) -> ModelSource:
    """Read a model file and everything it imports.

    Parameters
    ----------
    path : path
        Of the file, of a folder that holds ``model.yaml``, or ``snndsl:NAME`` of a shipped one.
    settings : mapping, optional
        Dotted paths and the values that replace what the file says (``--set``).

    Raises
    ------
    ModelError
        With every fault of the file.
    """
    name = os.fspath(path)
    if name.startswith(LIBRARY):
        return read_source(_shipped(name, Location("", 0, 0)), name, None, settings or {})
    file = Path(name)
    try:
        file = file / "model.yaml" if file.is_dir() else file
        text, folder = _read_regular(file, MAX_BYTES), file.resolve().parent
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ModelError(Fault("file-unreadable", f"{file}: {reason}", expected="a model file")) from None
    return read_source(text, str(file), folder, settings or {})


def read_source(
    text: bytes | str,
    file: str,
    folder: Path | None,
    settings: Mapping[str, Any],
    chain: tuple[str, ...] = (),
    loaded: _Loaded | None = None,
) -> ModelSource:
    """Validate a document and its imports; `chain` holds the identities of the files that import it."""
    raw, locations = read_yaml(text, file)
    return source_from(raw, locations, file, folder, settings, chain, loaded)


def source_from(
    raw: Any,
    locations: SourceMap,
    file: str,
    folder: Path | None,
    settings: Mapping[str, Any],
    chain: tuple[str, ...] = (),
    loaded: _Loaded | None = None,
) -> ModelSource:
    """Validate plain data with their places, and what they import."""
    loaded = _Loaded() if loaded is None else loaded
    loaded.values += len(locations.values)
    loaded.keys += len(locations.keys)
    here = {key: value for key, value in settings.items() if key.split(".")[0] not in _aliases(raw)}
    raw = with_settings(raw, here, file)
    try:
        spec = (ModelSpec if not chain else _kind(raw)).model_validate(raw)
    except ValidationError as error:
        raise ModelError(schema_faults(error, raw, locations)) from None
    return ModelSource(spec, locations, folder, raw, _imports(spec, locations, file, folder, settings, chain, loaded))


def _imports(
    spec: LibrarySpec,
    locations: SourceMap,
    file: str,
    folder: Path | None,
    settings: Mapping[str, Any],
    chain: tuple[str, ...],
    loaded: _Loaded,
) -> dict[str, ModelSource]:
    imports: dict[str, ModelSource] = {}
    faults: dict[Fault, None] = {}
    chain = (*chain, _identity(folder, file))
    for alias, target in spec.imports.items():
        mine = {key.partition(".")[2]: value for key, value in settings.items() if key.split(".")[0] == alias}
        try:
            imports[alias] = _imported(target, locations.value(("imports", alias)), folder, mine, chain, loaded)
        except ModelError as error:
            faults |= dict.fromkeys(error.faults)
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        raise ModelError(faults)
    return imports


def _kind(raw: Any) -> type[LibrarySpec]:
    return ModelSpec if isinstance(raw, Mapping) and ("time" in raw or "populations" in raw) else LibrarySpec


def _aliases(raw: Any) -> Mapping[str, Any]:
    imports = raw.get("imports", {}) if isinstance(raw, Mapping) else {}
    return imports if isinstance(imports, Mapping) else {}


def _identity(folder: Path | None, file: str) -> str:
    return str((folder / Path(file).name).resolve()) if folder is not None else file


def _imported(
    target: str,
    place: Location,
    folder: Path | None,
    settings: Mapping[str, Any],
    chain: tuple[str, ...],
    loaded: _Loaded,
) -> ModelSource:
    """Return an imported file; one that is imported again, without settings of its own, is the same object."""
    if target.startswith(LIBRARY):
        identity, file = target, None
    else:
        file = _place_below(folder, target, place)
        identity = str(file)
    if identity in chain:
        names = " -> ".join(Path(item).name for item in (*chain[chain.index(identity) :], identity))
        raise _fault(place, "import-cycle", f"files import each other: {names}", "imports without a circle")
    known = None if settings else loaded.files.get(identity)
    if known is None:
        _check_number(chain, place, loaded)
        try:
            if file is None:
                known = read_source(_shipped(target, place), target, None, settings, (*chain, target), loaded)
            else:
                content, name = _content(file, target, place, MAX_BYTES), os.path.join(os.path.dirname(place.file), target)
                known = read_source(content, name, file.parent, settings, chain, loaded)
        except ModelError as error:
            known = error
        if not settings:
            loaded.files[identity] = known
    if isinstance(known, ModelError):
        raise ModelError(known.faults)
    return known


def _check_number(chain: tuple[str, ...], place: Location, loaded: _Loaded) -> None:
    """Bound what is imported in all, before any of it is read."""
    if len(chain) > _MAX_CHAIN:
        raise _fault(place, "import-too-deep", f"more than {_MAX_CHAIN} files, one importing the next", f"at most {_MAX_CHAIN}")
    if len(loaded.files) >= MAX_FILES:
        raise _fault(place, "too-many-files", f"more than {MAX_FILES} files are imported", f"at most {MAX_FILES}")
    for code, number, most, what in (
        ("too-many-values", loaded.values, MAX_NODES, "values"),
        ("too-many-definitions", loaded.keys, MAX_KEYS, "definitions"),
    ):
        if number > most:
            raise _fault(place, code, f"the file and what it imports hold more than {most} {what}", f"at most {most}")


def _shipped(target: str, place: Location) -> bytes:
    name, known = target.removeprefix(LIBRARY), shipped_files()
    if name not in known:
        near = nearest(name, known)
        expected = ", ".join(f"{LIBRARY}{item}" for item in sorted(known))
        what, hint = f"there is no shipped file {target!r}", f"{LIBRARY}{near}" if near else ""
        raise _fault(place, "import-unknown", what, expected, hint)
    return bytes(known[name].read_bytes())


@cache
def shipped_files() -> Mapping[str, Any]:
    """Return the shipped files by their names, sorted."""
    entries = sorted(resources.files("snndsl").joinpath("library").iterdir(), key=lambda item: item.name)
    return {entry.name.removesuffix(".yaml"): entry for entry in entries if entry.name.endswith(".yaml")}


def _fault(place: Location, code: str, what: str, expected: str, try_: str = "") -> ModelError:
    return ModelError(Fault(code, what, place.file, place.line, place.column, expected, try_))


def open_below(folder: Path | None, name: str, place: Location, limit: int) -> tuple[bytes, Path]:
    """Read a regular file below `folder`, following no link; anything else is a fault at `place`.

    Parameters
    ----------
    folder : Path or None
        The model's folder.
    name : str
        Relative path as the model writes it.
    place : Location
        Where it is written.
    limit : int
        Largest size in bytes.
    """
    file = _place_below(folder, name, place)
    return _content(file, name, place, limit), file


def _place_below(folder: Path | None, name: str, place: Location) -> Path:
    """Return the place of a file below a folder; no part of it may be a link."""
    parts = Path(name).parts
    bad = not parts or Path(name).is_absolute() or ".." in parts or "\\" in name or "~" in name or "$" in name or ":" in name
    if folder is None or bad or "\0" in name:
        what, expected = f"{name!r} leaves the model's folder", "a relative path below the folder of the model"
        raise _fault(place, "path-escapes", what, expected)
    if len(name) > _MAX_PATH:
        what, expected = f"a path of {len(name)} characters", f"at most {_MAX_PATH}"
        raise _fault(place, "path-too-long", what, expected)
    current = folder
    for part in parts:
        current = current / part
        try:
            linked = current.is_symlink()
        except OSError as error:
            raise _unreadable(name, error, place) from None
        if linked:
            what, expected = f"{name!r} passes through a symbolic link", "a regular file below the folder of the model"
            raise _fault(place, "path-escapes", what, expected)
    return current


def _content(file: Path, name: str, place: Location, limit: int) -> bytes:
    """Return the bytes of a regular file of at most `limit` bytes."""
    try:
        size = file.stat()
        if not stat.S_ISREG(size.st_mode):
            raise _fault(place, "not-a-file", f"{name!r} is not a regular file", "a regular file")
        if size.st_size > limit:
            raise _fault(place, "file-too-large", f"{name!r} has {size.st_size} bytes", f"at most {limit} bytes")
        return _read_regular(file, limit)
    except OSError as error:
        raise _unreadable(name, error, place) from None
    except MemoryError:
        what, expected = f"there is not enough memory to read the {size.st_size} bytes of {name!r}", "a smaller file"
        raise _fault(place, "file-too-large", what, expected) from None


def _unreadable(name: str, error: OSError, place: Location) -> ModelError:
    expected = "a readable file below the folder of the model"
    return _fault(place, "file-unreadable", f"{name[:_MAX_PATH]!r}: {error.strerror}", expected)


def _read_regular(file: Path, limit: int) -> bytes:
    """Return the bytes of a regular file; one that is larger than `limit` is cut one byte behind it."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        return stream.read(min(status.st_size, limit) + 1)
