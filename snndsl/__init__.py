"""snndsl: one declarative file per spiking network, the same spikes on every simulator.

The names below are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from snndsl import errors as errors
    from snndsl import sections as sections
    from snndsl.analysis.comparison import Comparison as Comparison
    from snndsl.analysis.trials import TrialsComparison as TrialsComparison
    from snndsl.analysis.trials import compare_runs as compare
    from snndsl.api import Model as Model
    from snndsl.api import load as load
    from snndsl.api import run as run
    from snndsl.backend.registry import backend_names as backends
    from snndsl.differences import Differences as Differences
    from snndsl.differences import diff as diff
    from snndsl.drawing import plot as plot
    from snndsl.entries import library as library  # type: ignore[no-redef]
    from snndsl.explained import explain as explain
    from snndsl.exports import export as export  # type: ignore[no-redef]
    from snndsl.groups.detect import detect as detect
    from snndsl.groups.detection import Detection as Detection
    from snndsl.groups.discover import discover as discover
    from snndsl.groups.replay import Replay as Replay
    from snndsl.groups.replay import replay as replay
    from snndsl.groups.wire import Wired as Wired
    from snndsl.groups.wire import wire as wire
    from snndsl.polychrony import read_catalogue as read_catalogue
    from snndsl.results import Recording as Recording
    from snndsl.results import TrialsRecording as TrialsRecording
    from snndsl.results import read_run as read_run
    from snndsl.sweeps import Sweep as Sweep
    from snndsl.sweeps import read_sweep as read_sweep
    from snndsl.sweeps import sweep as sweep

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Detection",
    "Differences",
    "Model",
    "Recording",
    "Replay",
    "Sweep",
    "TrialsComparison",
    "TrialsRecording",
    "Wired",
    "__version__",
    "backends",
    "compare",
    "detect",
    "diff",
    "discover",
    "errors",
    "explain",
    "export",
    "library",
    "load",
    "plot",
    "read_catalogue",
    "read_run",
    "read_sweep",
    "replay",
    "run",
    "sections",
    "sweep",
    "wire",
]

_PLACES = {
    "Comparison": ("snndsl.analysis.comparison", "Comparison"),
    "Detection": ("snndsl.groups.detection", "Detection"),
    "Differences": ("snndsl.differences", "Differences"),
    "Model": ("snndsl.api", "Model"),
    "Recording": ("snndsl.results", "Recording"),
    "Replay": ("snndsl.groups.replay", "Replay"),
    "Sweep": ("snndsl.sweeps", "Sweep"),
    "TrialsComparison": ("snndsl.analysis.trials", "TrialsComparison"),
    "TrialsRecording": ("snndsl.results", "TrialsRecording"),
    "Wired": ("snndsl.groups.wire", "Wired"),
    "backends": ("snndsl.backend.registry", "backend_names"),
    "compare": ("snndsl.analysis.trials", "compare_runs"),
    "detect": ("snndsl.groups.detect", "detect"),
    "diff": ("snndsl.differences", "diff"),
    "discover": ("snndsl.groups.discover", "discover"),
    "errors": ("snndsl.errors", ""),
    "explain": ("snndsl.explained", "explain"),
    "export": ("snndsl.exports", "export"),
    "library": ("snndsl.entries", "library"),
    "load": ("snndsl.api", "load"),
    "plot": ("snndsl.drawing", "plot"),
    "read_catalogue": ("snndsl.polychrony", "read_catalogue"),
    "read_run": ("snndsl.results", "read_run"),
    "read_sweep": ("snndsl.sweeps", "read_sweep"),
    "replay": ("snndsl.groups.replay", "replay"),
    "run": ("snndsl.api", "run"),
    "sections": ("snndsl.sections", ""),
    "sweep": ("snndsl.sweeps", "sweep"),
    "wire": ("snndsl.groups.wire", "wire"),
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'snndsl' has no attribute {name!r}")
    place, attribute = _PLACES[name]
    module = import_module(place)
    value = getattr(module, attribute) if attribute else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
