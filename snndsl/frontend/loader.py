"""A file (with what it imports) as a validated specification, and every fault with its place.

Loading never runs code and opens nothing outside the model's folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from snndsl.errors import Fault, ModelError, nearest
from snndsl.frontend.faults import schema_faults
from snndsl.frontend.yaml import read_yaml
from snndsl.locations import SourceMap
from snndsl.schema import LibrarySpec, ModelSpec

__all__ = ["MAX_BYTES", "ModelSource", "load_source", "open_below", "read_source", "source_from", "with_settings"]

MAX_BYTES = 4 * 2**20
_LIBRARY = "snndsl:"


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


def load_source(path: str | os.PathLike[str], settings: Mapping[str, Any] | None = None) -> ModelSource:
    """Read a model file and everything it imports.

    Parameters
    ----------
    path : path
        Of the file, or of a folder that holds ``model.yaml``.
    settings : mapping, optional
        Dotted paths and the values that replace what the file says (``--set``).

    Raises
    ------
    ModelError
        With every fault of the file.
    """
    name = os.fspath(path)
    file = Path(name) / "model.yaml" if Path(name).is_dir() else Path(name)
    try:
        text = _read_regular(file)
    except OSError as error:
        raise ModelError(Fault("file-unreadable", f"{file}: {error.strerror}", expected="a model file")) from None
    return read_source(text, str(file), file.resolve().parent, settings or {})


def read_source(
    text: bytes | str, file: str, folder: Path | None, settings: Mapping[str, Any], chain: tuple[str, ...] = ()
) -> ModelSource:
    """Validate a document and its imports; `chain` holds the identities of the files that import it."""
    raw, locations = read_yaml(text, file)
    return source_from(raw, locations, file, folder, settings, chain)


def source_from(
    raw: Any,
    locations: SourceMap,
    file: str,
    folder: Path | None,
    settings: Mapping[str, Any],
    chain: tuple[str, ...] = (),
) -> ModelSource:
    """Validate plain data with their places, and what they import."""
    here = {key: value for key, value in settings.items() if key.split(".")[0] not in _aliases(raw)}
    raw = with_settings(raw, here, file)
    try:
        spec = (ModelSpec if not chain else _kind(raw)).model_validate(raw)
    except ValidationError as error:
        raise ModelError(schema_faults(error, raw, locations)) from None
    imports: dict[str, ModelSource] = {}
    faults: list[Fault] = []
    for alias, target in spec.imports.items():
        mine = {key.partition(".")[2]: value for key, value in settings.items() if key.split(".")[0] == alias}
        try:
            imports[alias] = _imported(target, locations, ("imports", alias), folder, mine, (*chain, _identity(folder, file)))
        except ModelError as error:
            faults.extend(error.faults)
    if faults:
        raise ModelError(faults)
    return ModelSource(spec, locations, folder, raw, imports)


def _kind(raw: Any) -> type[LibrarySpec]:
    return ModelSpec if isinstance(raw, Mapping) and ("time" in raw or "populations" in raw) else LibrarySpec


def _aliases(raw: Any) -> Mapping[str, Any]:
    imports = raw.get("imports", {}) if isinstance(raw, Mapping) else {}
    return imports if isinstance(imports, Mapping) else {}


def _identity(folder: Path | None, file: str) -> str:
    return str((folder / Path(file).name).resolve()) if folder is not None else file


def _imported(
    target: str,
    locations: SourceMap,
    path: tuple[str, ...],
    folder: Path | None,
    settings: Mapping[str, Any],
    chain: tuple[str, ...],
) -> ModelSource:
    place = locations.value(path)
    if target.startswith(_LIBRARY):
        name = target.removeprefix(_LIBRARY)
        known = {entry.name.removesuffix(".yaml"): entry for entry in _library()}
        if name not in known:
            near = nearest(name, known)
            raise ModelError(
                Fault(
                    "import-unknown",
                    f"there is no shipped file {target!r}",
                    place.file,
                    place.line,
                    place.column,
                    expected=", ".join(f"{_LIBRARY}{item}" for item in sorted(known)),
                    try_=f"{_LIBRARY}{near}" if near else "",
                )
            )
        return read_source(known[name].read_bytes(), target, None, settings, (*chain, target))
    if len(chain) > 32:
        what = "more than 32 files, one importing the next"
        raise ModelError(Fault("import-too-deep", what, place.file, place.line, place.column, "at most 32"))
    content, file = open_below(folder, target, place, MAX_BYTES)
    identity = str(file.resolve())
    if identity in chain:
        names = " -> ".join(Path(item).name for item in (*chain[chain.index(identity) :], identity))
        what, expected = f"files import each other: {names}", "imports without a circle"
        raise ModelError(Fault("import-cycle", what, place.file, place.line, place.column, expected))
    return read_source(content, os.path.join(os.path.dirname(place.file), target), file.resolve().parent, settings, chain)


def _library() -> Iterator[Any]:
    for entry in sorted(resources.files("snndsl").joinpath("library").iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            yield entry


def open_below(folder: Path | None, name: str, place: Any, limit: int) -> tuple[bytes, Path]:
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

    def fault(code: str, what: str, expected: str) -> ModelError:
        return ModelError(Fault(code, what, place.file, place.line, place.column, expected=expected))

    parts = Path(name).parts
    bad = not parts or Path(name).is_absolute() or ".." in parts or "\\" in name or "~" in name or "$" in name or ":" in name
    if folder is None or bad or "\0" in name:
        raise fault("path-escapes", f"{name!r} leaves the model's folder", "a relative path below the folder of the model")
    current = folder
    for part in parts:
        current = current / part
        if current.is_symlink():
            raise fault(
                "path-escapes", f"{name!r} passes through a symbolic link", "a regular file below the folder of the model"
            )
    try:
        size = current.stat()
        if not stat.S_ISREG(size.st_mode):
            raise fault("not-a-file", f"{name!r} is not a regular file", "a regular file")
        if size.st_size > limit:
            raise fault("file-too-large", f"{name!r} has {size.st_size} bytes", f"at most {limit} bytes")
        return _read_regular(current), current
    except OSError as error:
        raise fault("file-unreadable", f"{name!r}: {error.strerror}", "a readable file below the folder of the model") from None


def _read_regular(file: Path) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a regular file")
        return stream.read()


def with_settings(raw: Any, settings: Mapping[str, Any], file: str) -> Any:
    """Return plain data with values replaced.

    Parameters
    ----------
    raw : Any
        The document.
    settings : mapping
        Dotted paths and values.
    file : str
        For faults.

    Raises
    ------
    ModelError
        path-unknown.
    """
    for path, value in settings.items():
        raw = _replaced(raw, path.split("."), value, path, file)
    return raw


def _replaced(node: Any, parts: list[str], value: Any, path: str, file: str) -> Any:
    if not parts:
        return value
    joined = ".".join(parts)
    if isinstance(node, Mapping):
        if joined in node:  # keys with dots, such as exc.g
            return {**node, joined: value}
        key = parts[0]
        if key in node or (len(parts) == 1 and not path.startswith("constants.")):
            return {**node, key: _replaced(node.get(key, {}), parts[1:], value, path, file)}
    elif isinstance(node, list) and parts[0].isdigit() and int(parts[0]) < len(node):
        place = int(parts[0])
        return [*node[:place], _replaced(node[place], parts[1:], value, path, file), *node[place + 1 :]]
    elif isinstance(node, str) and len(parts) == 1 and _names_a_definition(path.split(".")):  # neuron: lif
        return {"use": node, parts[0]: value}
    keys = list(node) if isinstance(node, Mapping) else []
    near = nearest(parts[0], keys)
    raise ModelError(
        Fault(
            "path-unknown",
            f"{path}: there is no {parts[0]!r}",
            file,
            expected=", ".join(map(str, keys)) or "a path of the model",
            try_=near,
        )
    )


def _names_a_definition(path: list[str]) -> bool:
    """Tell whether the text above the last key of a path is the name of a definition that may be given values."""
    return len(path) > 2 and (path[-2] in ("neuron", "plasticity") or path[-3] == "parts")
