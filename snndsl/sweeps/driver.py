"""The way of a sweep: settings as points, one build, the points that are missing over processes or a cluster, a table."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from snndsl import pipeline
from snndsl.api import Model
from snndsl.backend import REFERENCE
from snndsl.backend.cache import default_cache
from snndsl.backend.registry import backend as backend_named
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, SimulationFailed, SnndslError
from snndsl.frontend.builder import plain
from snndsl.frontend.loader import ModelSource
from snndsl.model.checked import CheckedModel
from snndsl.model.sweep import Objective, Setting
from snndsl.parallel import Task, ordered
from snndsl.semantics.check import check
from snndsl.signatures import takes
from snndsl.sweeps.objective import ends, search
from snndsl.sweeps.origin import Origin
from snndsl.sweeps.points import Point, corners, points_of
from snndsl.sweeps.store import Row, Store
from snndsl.sweeps.table import Sweep, read_sweep
from snndsl.sweeps.work import Worker, failed_row

__all__ = ["MOST_TRIED", "Running", "Told", "sweep"]

MOST_TRIED = 200
"""So many points, each with one value of an axis, are checked before the first is run."""

Told = Callable[[int, int, int], None]
"""Is told how many points are done, of how many, and how many failed."""

_PASSING = ("sweep", "title", "description", "references")


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Who computes the points of a sweep, and what is kept of them.

    Parameters
    ----------
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
    """

    backend: str = REFERENCE
    out: str | os.PathLike[str] | None = None
    workers: int = 1
    scheduler: str | None = None
    keep: bool = False
    force: bool = False
    retry: bool = False
    progress: Told | None = None


@takes(Running)
def sweep(
    model: Model | str | os.PathLike[str],
    grid: Mapping[str, Any] | None = None,
    *,
    objective: Mapping[str, Any] | None = None,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - as in `load`
    seed: int | None = None,
    duration: Any = None,
    **running: Any,
) -> Sweep:
    """Run a model at every point of its section ``sweep``, or of a grid.

    Parameters
    ----------
    model : Model or path
        What to run.
    grid : mapping, optional
        Paths of the model, each with a list of values, ``{"range": [FROM, TO, BY]}`` or ``{"linspace": [FROM, TO, NUMBER]}``;
        every combination is a point.
    objective : mapping, optional
        A search instead: ``maximise`` or ``minimise`` (an expectation of the model, or ``rate.POPULATION``), ``between``
        (paths, each with ``[FROM, TO]``, ``{"log": [FROM, TO]}`` or ``{"whole": [FROM, TO]}``), ``method`` (``cma-es``,
        ``differential-evolution``, ``random``), ``evaluations``, ``batch``, ``seed``. With neither, the section ``sweep`` of
        the model is run.
    set : mapping, optional
        Paths and values that all points share.
    seed : int, optional
        Replaces all seeds of the file.
    duration : str or quantity, optional
        Replaces the length of the run.
    **running : object
        ``backend``, ``out``, ``workers``, ``scheduler``, ``keep``, ``force``, ``retry``, ``progress``, as in
        `snndsl.sweeps.driver.Running`.

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
    how = Running(**running)
    pipeline.require(how.backend)
    settings_given = dict(set or {}) | ({} if seed is None else {"seed": seed})
    given = {path: plain(value, (path,)) for path, value in settings_given.items()}
    duration = None if duration is None else str(plain(duration, ("duration",)))
    return _run(*_asked(model, grid, objective, given, duration), how)


def _run(origin: Origin, checked: CheckedModel, source: ModelSource, how: Running) -> Sweep:
    """Run the points that are missing."""
    settings = [setting for setting in checked.sweep if isinstance(setting, Setting)]
    searches = [setting for setting in checked.sweep if isinstance(setting, Objective)]
    _try_values(origin, [*settings, *map(ends, searches)])
    if origin.path is not None and how.scheduler is not None:
        origin = replace(origin, path=origin.path.absolute())
    store = Store(Path(how.out) if how.out is not None else Path("runs") / f"sweep-{checked.name}")
    with store.claimed(_facts(checked, source, how.backend), how.force):
        if how.retry:
            store.forget_failed()
        sweeping = _Sweeping(origin, store, how)
        points = points_of(settings)
        sweeping.expected = len(points) + sum(item.size for item in searches)
        sweeping.compute(points)
        for item in searches:
            search(item, sweeping.compute)
    return read_sweep(store.folder)


def _asked(
    model: Model | str | os.PathLike[str],
    grid: Mapping[str, Any] | None,
    objective: Mapping[str, Any] | None,
    settings: dict[str, Any],
    duration: str | None,
) -> tuple[Origin, CheckedModel, ModelSource]:
    """Return where the points come from, and the model with its section ``sweep``, or with what was asked for instead."""
    origin = _origin(model, settings, duration)
    source = origin.source()
    checked = check(source, duration)
    origin = replace(origin, expect=source.raw.get("expect") or {})
    given = {name: plain(item, (name,)) for name, item in (("grid", grid), ("objective", objective)) if item is not None}
    if given:
        sections = [{"name": name, name: item} for name, item in given.items()]
        try:
            source = replace(origin, settings={**settings, "sweep": sections}).source()
            checked = check(source, duration)
        except ModelError as error:  # the file was right: it is what was asked for
            faults = [replace(fault, file=" and ".join(given), line=0, column=0) for fault in error.faults]
            raise ModelError(faults) from None
    if not checked.sweep:
        place = checked.place("sweep")
        raise ModelError(place.problem("sweep-missing", "the model has no 'sweep'", "sweep: [{grid: ..}], or a grid", "--grid"))
    settings_and_ends = (item if isinstance(item, Setting) else ends(item) for item in checked.sweep)
    if duration is not None and any(axis.path == "time.duration" for item in settings_and_ends for axis in item.axes):
        what = f"the length of the runs is {duration}, and time.duration varies"
        raise ModelError(Fault("usage", what, expected="one of both"))
    return origin, checked, source


def _origin(model: Model | str | os.PathLike[str], settings: Mapping[str, Any], duration: str | None) -> Origin:
    if isinstance(model, Model):
        source = model.source
        return Origin(None, source.raw, source.folder, settings, duration or model.duration)
    return Origin(Path(model), settings=settings, duration=duration)


def _try_values(origin: Origin, settings: Sequence[Setting]) -> None:
    """Check every value once before anything runs, as far as the time for it is short."""
    tried = (point for setting in settings for point in corners(setting))
    for _, point in zip(range(MOST_TRIED), tried, strict=False):
        try:
            origin.checked(point)
        except ModelError as error:
            faults = [replace(fault, what=f"{fault.what} (at {point.said})") for fault in error.faults]
            raise ModelError(faults) from None


def _facts(checked: CheckedModel, source: ModelSource, backend: str) -> dict[str, Any]:
    """Return what the manifest says; all that a point's numbers depend on beside its settings is the identity."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(json.dumps(_meaning(source), sort_keys=True).encode())
    digest.update(checked.data_digest.encode())
    return {
        "name": checked.name,
        "objectives": {item.name: (item.goal, item.value) for item in checked.sweep if isinstance(item, Objective)},
        "identity": {
            "model": digest.hexdigest(),
            "duration": checked.steps,
            "backend": backend,
            "version": version("snndsl"),
            "simulator": json.dumps(dict(backend_named(backend).versions()), sort_keys=True),
        },
    }


def _with_files(origin: Origin, point: Point) -> Point:
    """Return a point with the hash of the files that it reads in place of those of the model, where it names others."""
    if not any(path.partition(".")[0] in ("data", "imports") for path in point.settings):
        return point
    digest = hashlib.blake2b(digest_size=12)
    try:
        source = origin.source(point)
        digest.update(check(source, origin.duration).data_digest.encode())
        digest.update(json.dumps(_meaning(source)["imports"], sort_keys=True).encode())
    except ModelError:
        return point  # it says so itself
    return replace(point, files=digest.hexdigest())


def _meaning(source: ModelSource) -> dict[str, Any]:
    """Return a model file and all that it imports, without what no number depends on."""
    kept = {key: value for key, value in source.raw.items() if key not in _PASSING}
    return {"file": kept, "imports": {alias: _meaning(imported) for alias, imported in source.imports.items()}}


class _Sweeping:
    def __init__(self, origin: Origin, store: Store, how: Running) -> None:
        self.store, self.origin, self.how, self.expected = store, origin, how, 0
        self.task = Task(Worker, (origin, str(store.folder.absolute()), how.backend, how.keep))
        self.points: dict[tuple[str, str], Point] = {}
        self.rows: dict[str, Row] = {}
        self.built = False

    def compute(self, points: Sequence[Point]) -> list[Row]:
        """Compute the points that are missing and return the rows of all of these.

        A point that ends the process which computes it twice fails, and the others go on.
        """
        points = [_with_files(self.origin, point) for point in points]
        self.points |= {(point.setting, point.key): point for point in points}
        self.store.enlist(self.points.values())
        self.rows |= self.store.rows(point.key for point in points)
        self.store.begun(point.key for point in points)
        self._tell()
        left = self._left()
        if left and not self.built:
            self._build(left[0])
            self.built = True
        while left:
            try:
                for row in self._rows(left, self.how.workers):
                    self.rows[row["key"]] = row
                    self._tell()
            except SimulationFailed as error:
                self.rows |= self.store.rows(point.key for point in left)
                suspects = self.store.begun(point.key for point in left if point.key not in self.rows)
                if not suspects:
                    raise
                for key in suspects:
                    point = next(point for point in left if point.key == key)
                    self._alone(point, str(error.faults[0].what))
            left = self._left()
        return [self.rows[point.key] for point in points]

    def _left(self) -> list[Point]:
        missing = {key: point for (_, key), point in self.points.items() if key not in self.rows}
        return [*missing.values()]

    def _rows(self, points: Sequence[Point], workers: int) -> Iterator[Any]:
        alone = self.how.workers == 1 and self.how.scheduler is None
        return ordered(self.task, points, workers=workers, scheduler=self.how.scheduler, apart=not alone)

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
        if self.how.progress is not None:
            done = [self.rows[key] for _, key in self.points if key in self.rows]
            failed = sum(row["status"] == "failed" for row in done)
            self.how.progress(len(done), max(len(self.points), self.expected), failed)

    def _build(self, point: Point) -> None:
        """Build the simulation of the first point: those that differ only in numbers find it built."""
        if self.how.scheduler is not None:
            return
        with tempfile.TemporaryDirectory(prefix="snndsl-sweep-") as folder:
            place = Path(folder)
            try:
                tree = pipeline.generate(self.origin.model(point).program, self.how.backend)
                tree.write(place / "source")
                backend_named(self.how.backend).build(place / "source", default_cache(), place / "build.log")
            except SnndslError:
                return  # the point says so itself
