"""Modules that are written while a program runs: kept on disk, so that what is compiled of them is kept as well."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path
from types import ModuleType

from snndsl.errors import Fault, ModelError
from snndsl.numerics.compiled import state_of

__all__ = ["kept_module"]


def kept_module(kind: str, text: str) -> ModuleType:
    """Return a text as a module; the same text is loaded once.

    Parameters
    ----------
    kind : str
        Begin of the name of the module.
    text : str
        Python, made by this package: never by a user.

    Returns
    -------
    module
        Its file lies in a folder that nobody else can write; another state of the functions it calls makes another file.

    Raises
    ------
    ModelError
        cache-unwritable.
    """
    name = f"{kind}_{blake2b((text + state_of(Path(__file__).parent)).encode(), digest_size=12).hexdigest()}"
    if name not in sys.modules:
        path = _kept(f"{name}.py", text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # the compiled function is kept with the name of its module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def _kept(name: str, text: str) -> Path:
    """Return a file with this text in the cache, in a folder that nobody else can write."""
    places = [Path(os.environ["SNNDSL_CACHE"])] if os.environ.get("SNNDSL_CACHE") else []
    places.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "snndsl")
    places.append(Path(tempfile.gettempdir()) / f"snndsl-{os.getuid()}")
    for place in places:
        folder = place / "answers"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = folder.stat()
            if about.st_uid != os.getuid() or about.st_mode & 0o022:
                continue
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                beside = folder / f"{name}.{os.getpid()}.part"
                beside.write_text(text, encoding="utf-8")
                beside.replace(path)
            return path
        except OSError:
            continue
    what = "no folder for compiled neurons can be written"
    raise ModelError(Fault("cache-unwritable", what, expected="a folder of your own", try_="SNNDSL_CACHE=FOLDER"))
