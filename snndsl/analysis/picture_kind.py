"""Names of the pictures of a run."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["PictureKind"]


class PictureKind(StrEnum):
    """What is drawn of a run."""

    RASTER = "raster"
    STATES = "states"
    INTERVALS = "intervals"
    SPECTRUM = "spectrum"
    WEIGHTS = "weights"
    STATE_SPACE = "state-space"
