"""Points of a sweep: every combination of the values of its axes, each known by what it sets."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from snndsl.deferred import dataclass
from snndsl.model.sweep import Setting

__all__ = ["Point", "points_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One run of a sweep.

    Parameters
    ----------
    setting : str
        Name of the setting that it belongs to.
    settings : mapping of str to Any
        Paths of the model and their values.
    expect : mapping of str to Any
        Expectations beside those of the model, as written.
    files : str
        Hash of what it reads in place of files of the model, if its settings name others.
    """

    setting: str
    settings: Mapping[str, Any]
    expect: Mapping[str, Any]
    files: str = ""

    @property
    def key(self) -> str:
        """Hash of what it sets, expects and reads; points with the same are computed once."""
        said = json.dumps([dict(self.settings), dict(self.expect), *([self.files] if self.files else [])], sort_keys=True)
        return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()

    @property
    def said(self) -> str:
        """Its settings in words."""
        return ", ".join(f"{path}={value}" for path, value in self.settings.items()) or "the model as it is"


def points_of(settings: Iterable[Setting]) -> list[Point]:
    """Return the points of a sweep in their order; one that comes twice in a setting counts once.

    Parameters
    ----------
    settings : iterable of Setting
        The axes of each: the first varies slowest.
    """
    found: dict[tuple[str, str], Point] = {}
    for setting in settings:
        for values in itertools.product(*(axis.values for axis in setting.axes)):
            chosen = dict(zip((axis.path for axis in setting.axes), values, strict=True))
            point = Point(setting.name, {**setting.fixed, **chosen}, setting.expect)
            found.setdefault((point.setting, point.key), point)
    return list(found.values())


def corners(setting: Setting) -> Iterator[Point]:
    """Yield points in which every value of every axis occurs, one axis varied at a time: what is wrong with a value shows.

    Parameters
    ----------
    setting : Setting
        With axes.
    """
    first = {axis.path: axis.values[0] for axis in setting.axes}
    yield Point(setting.name, {**setting.fixed, **first}, setting.expect)
    for axis in setting.axes:
        for value in axis.values[1:]:
            yield Point(setting.name, {**setting.fixed, **first, axis.path: value}, setting.expect)
