"""What the manifest of a run folder says, checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from snndsl.errors import Fault, ModelError
from snndsl.results.run_files import manifest_checksum
from snndsl.results.run_folder import FORMAT

__all__ = ["read_manifest"]


def read_manifest(path: Path) -> dict[str, Any]:
    """Return what the manifest of a run folder says.

    Raises
    ------
    ModelError
        run-missing, run-damaged, run-format.
    """
    file = path / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        hint = f"snndsl run {path}" if str(path).endswith((".yaml", ".yml")) else ""
        raise ModelError(
            Fault("run-missing", f"{path} holds no run", expected="a folder with manifest.json", try_=hint)
        ) from None
    except (OSError, ValueError) as error:
        raise ModelError(Fault("run-damaged", f"{file}: {error}", expected="an intact run folder")) from None
    if not isinstance(manifest, dict):
        raise ModelError(Fault("run-damaged", f"{file} holds no mapping", expected="an intact run folder"))
    if isinstance(manifest.get("format"), int) and manifest["format"] > FORMAT:
        raise ModelError(
            Fault("run-format", f"{path} has format {manifest['format']}", expected=f"at most {FORMAT}", try_="a newer snndsl")
        )
    if manifest.get("format") != 1 and manifest.get("sha256") != manifest_checksum(manifest):
        raise ModelError(Fault("run-damaged", f"{file} is not as it was written", expected="an intact run folder"))
    if "files" not in manifest:
        raise ModelError(Fault("run-missing", f"the run in {path} has not begun", expected="a run folder"))
    return manifest
