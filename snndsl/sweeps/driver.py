"""The way of a sweep: settings as points, one build, the points that are missing over processes or a cluster, a table."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import snndsl
from snndsl import pipeline
from snndsl.api import Model
from snndsl.backend import REFERENCE
from snndsl.backend.cache import default_cache
from snndsl.backend.registry import backend as backend_named
from snndsl.errors import Fault, ModelError, SimulationFailed, SnndslError
from snndsl.frontend.builder import plain
from snndsl.frontend.loader import ModelSource, with_settings
from snndsl.locations import SourceMap
from snndsl.model.checked import CheckedModel
from snndsl.model.sweep import Axis, Setting
from snndsl.model.text import Place
from snndsl.parallel import Task, ordered
from snndsl.semantics.check import check
from snndsl.semantics.sweep import MAX_POINTS, axis_values
from snndsl.sweeps.origin import Origin
from snndsl.sweeps.points import Point, corners, points_of
from snndsl.sweeps.store import Store
from snndsl.sweeps.table import Sweep, read_sweep
from snndsl.sweeps.work import Worker, failed_row

__all__ = ["MOST_TRIED", "Told", "sweep"]

MOST_TRIED = 200
"""So many points, each with one value of an axis, are checked before the first is run."""

Told = Callable[[int, int, int], None]
"""Is told how many points are done, of how many, and how many failed."""

_PASSING = ("sweep", "title", "description", "references")


def sweep(
    model: Model | str | os.PathLike[str],
    grid: Mapping[str, Any] | None = None,
    *,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - as in `load`
    seed: int | None = None,
    duration: str | None = None,
    backend: str = REFERENCE,
    out: str | os.PathLike[str] | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    keep: bool = False,
    force: bool = False,
    retry: bool = False,
    progress: Told | None = None,
) -> Sweep:
    """Run a model at every point of its section ``sweep``, or of a grid.

    Parameters
    ----------
    model : Model or path
        What to run.
    grid : mapping, optional
        Paths of the model, each with a list of values, ``{"range": [FROM, TO, BY]}`` or ``{"linspace": [FROM, TO, NUMBER]}``;
        every combination is a point. Absent: the section ``sweep`` of the model.
    set : mapping, optional
        Paths and values that all points share.
    seed : int, optional
        Replaces all seeds of the file.
    duration : str, optional
        Replaces the length of the run.
    backend : str
        Who simulates.
    out : path, optional
        Folder; default ``runs/sweep-NAME``. Points that it holds already are not run again.
    workers : int
        Processes.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers run the points instead; they must see the model and the folder.
    keep : bool
        Whether the run folder of every point stays, in ``runs`` of the folder; those of failed points do.
    force : bool
        Forget the points of another model in the folder.
    retry : bool
        Run the points of the folder that failed once more.
    progress : callable, optional
        Told how many points are done, of how many, and how many failed.

    Returns
    -------
    Sweep
        One row a point: what was set, rates, expected values. A point that failed says why.

    Raises
    ------
    ModelError
        With the faults of the file, of paths and of values; sweep-missing, sweep-too-large, sweep-differs, sweep-in-use.
    ToolMissing
        The simulator, or Dask, is not installed.
    KeyboardInterrupt
        It was stopped; the same call goes on.
    """
    pipeline.require(backend)
    origin = _origin(model, dict(set or {}) | ({} if seed is None else {"seed": seed}), duration)
    source = origin.source()
    checked = check(source, duration)
    settings = checked.sweep if grid is None else (_grid(source, grid),)
    points = points_of(settings)
    if not points:
        place = checked.place("sweep")
        raise ModelError(place.problem("sweep-missing", "the model has no 'sweep'", "sweep: [{grid: ..}], or a grid", "--grid"))
    origin = replace(origin, expect=source.raw.get("expect") or {})
    _try_values(origin, settings)
    if origin.path is not None and scheduler is not None:
        origin = replace(origin, path=origin.path.absolute())
    store = Store(Path(out) if out is not None else Path("runs") / f"sweep-{checked.name}")
    tell = progress or (lambda done, total, failed: None)
    with store.claimed(_facts(checked, source, backend, points), force):
        if retry:
            store.forget_failed(point.key for point in points)
        _Sweeping(origin, store, points, backend, workers, scheduler, keep, tell).run()
    return read_sweep(store.folder)


def _origin(model: Model | str | os.PathLike[str], settings: Mapping[str, Any], duration: str | None) -> Origin:
    if isinstance(model, Model):
        source = model.source
        return Origin(None, source.raw, source.folder, settings, duration or model.duration)
    return Origin(Path(model), settings=settings, duration=duration)


def _grid(source: ModelSource, grid: Mapping[str, Any]) -> Setting:
    """Return a grid that was given in Python or at the command line."""
    place = Place(SourceMap("grid"), ())
    axes = []
    for path, values in plain(grid, ("grid",)).items():
        with_settings(source.raw, {path: 0}, "")
        axes.append(Axis(path, axis_values(values, place.inner(path))))
    found = Setting("grid", place, {}, tuple(axes), {})
    if found.size > MAX_POINTS:
        raise ModelError(Fault("sweep-too-large", f"{found.size:,} runs", expected=f"at most {MAX_POINTS:,}"))
    return found


def _try_values(origin: Origin, settings: Sequence[Setting]) -> None:
    """Check every value once before anything runs, as far as the time for it is short."""
    tried = (point for setting in settings for point in corners(setting))
    for _, point in zip(range(MOST_TRIED), tried, strict=False):
        try:
            origin.checked(point)
        except ModelError as error:
            faults = [replace(fault, what=f"{fault.what} (at {point.said})") for fault in error.faults]
            raise ModelError(faults) from None


def _facts(checked: CheckedModel, source: ModelSource, backend: str, points: Sequence[Point]) -> dict[str, Any]:
    """Return what the manifest says; all that a point's numbers depend on beside its settings is the identity."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps(_meaning(source), sort_keys=True).encode())
    digest.update(checked.data_digest.encode())
    return {
        "name": checked.name,
        "identity": {
            "model": digest.hexdigest(),
            "duration": checked.steps,
            "backend": backend,
            "version": snndsl.__version__,
            "simulator": json.dumps(dict(backend_named(backend).versions()), sort_keys=True),
        },
        "points": [{"key": point.key, "setting": point.setting, "settings": dict(point.settings)} for point in points],
    }


def _meaning(source: ModelSource) -> dict[str, Any]:
    """Return a model file and all that it imports, without what no number depends on."""
    kept = {key: value for key, value in source.raw.items() if key not in _PASSING}
    return {"file": kept, "imports": {alias: _meaning(imported) for alias, imported in source.imports.items()}}


class _Sweeping:
    def __init__(
        self,
        origin: Origin,
        store: Store,
        points: Sequence[Point],
        backend: str,
        workers: int,
        scheduler: str | None,
        keep: bool,
        tell: Told,
    ) -> None:
        self.store, self.tell, self.origin, self.backend = store, tell, origin, backend
        self.points = {point.key: point for point in points}
        self.workers, self.scheduler = workers, scheduler
        self.task = Task(Worker, (origin, str(store.folder.absolute()), backend, keep))
        self.rows = store.rows(self.points)

    def run(self) -> None:
        """Compute what is missing; a point that ends the process which computes it twice fails, and the others go on."""
        self.store.begun(self.points)
        self._tell()
        left = self._left()
        if left:
            self._build(left[0])
        while left:
            try:
                for row in self._rows(left, self.workers):
                    self.rows[row["key"]] = row
                    self._tell()
            except SimulationFailed as error:
                self.rows |= self.store.rows(point.key for point in left)
                suspects = self.store.begun(point.key for point in left if point.key not in self.rows)
                if not suspects:
                    raise
                for key in suspects:
                    self._alone(self.points[key], str(error.faults[0].what))
            left = self._left()

    def _left(self) -> list[Point]:
        return [point for key, point in self.points.items() if key not in self.rows]

    def _rows(self, points: Sequence[Point], workers: int) -> Iterator[Any]:
        alone = self.workers == 1 and self.scheduler is None
        return ordered(self.task, points, workers=workers, scheduler=self.scheduler, apart=not alone)

    def _alone(self, point: Point, why: str) -> None:
        """Try a point a second time, with no other beside it."""
        try:
            [row] = self._rows([point], 1)
        except SimulationFailed:
            row = failed_row(point, f"{point.said}: {why}, twice")
            self.store.begun([point.key])
            self.store.write(point.key, row)
        self.rows[point.key] = row
        self._tell()

    def _tell(self) -> None:
        failed = sum(row["status"] == "failed" for row in self.rows.values())
        self.tell(len(self.rows), len(self.points), failed)

    def _build(self, point: Point) -> None:
        """Build the simulation of the first point: those that differ only in numbers find it built."""
        if self.scheduler is not None:
            return
        with tempfile.TemporaryDirectory(prefix="snndsl-sweep-") as folder:
            place = Path(folder)
            try:
                tree = pipeline.generate(self.origin.model(point).program, self.backend)
                tree.write(place / "source")
                backend_named(self.backend).build(place / "source", default_cache(), place / "build.log")
            except SnndslError:
                return  # the point says so itself
