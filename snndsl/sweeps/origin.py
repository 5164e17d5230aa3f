"""Where the models of a sweep come from: a file, or sections that were given in Python, with a point's settings applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from snndsl.api import Model
from snndsl.deferred import dataclass
from snndsl.frontend.builder import build_source
from snndsl.frontend.loader import ModelSource, load_source
from snndsl.model.checked import CheckedModel
from snndsl.semantics.check import check
from snndsl.sweeps.points import Point

__all__ = ["Origin"]


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """A model before its settings; it can be sent to other processes.

    Parameters
    ----------
    path : Path or None
        Of the file.
    sections : mapping
        If there is no file: the document as plain data.
    folder : Path or None
        If there is no file: below which data and imports are looked for.
    settings : mapping of str to Any
        Paths and values that all points share; those of a point win.
    duration : str or None
        Length of the runs.
    expect : mapping of str to Any
        The model's own expectations, as written.
    """

    path: Path | None
    sections: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    duration: str | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)

    def source(self, point: Point | None = None) -> ModelSource:
        """Return the model file at a point, or as it is.

        Raises
        ------
        ModelError
            With every fault of its structure.
        """
        settings = dict(self.settings)
        if point is not None:
            settings["sweep"] = []
            if point.expect:
                settings["expect"] = {**self.expect, **point.expect}
            settings |= point.settings
        if self.path is not None:
            return load_source(self.path, settings)
        return build_source(self.sections, self.folder, settings)

    def checked(self, point: Point | None = None) -> CheckedModel:
        """Return the checked model at a point, or as it is."""
        return check(self.source(point), self.duration)

    def model(self, point: Point) -> Model:
        """Return the model at a point."""
        return Model.from_source(self.source(point), self.duration)
