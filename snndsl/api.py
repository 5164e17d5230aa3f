"""The public functions: a model from a file or from Python, and run; thin over `snndsl.pipeline`."""

from __future__ import annotations

import html
import itertools
import os
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from snndsl.backend import REFERENCE
from snndsl.backend.control import Listener, Outcome, Request, claim_folder
from snndsl.backend.registry import backend as backend_named
from snndsl.backend.registry import backend_names
from snndsl.backend.repeats import Repeated, check_resumable
from snndsl.backend.restart import check_restartable, restarted
from snndsl.backend.source_tree import SourceTree
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.frontend.builder import build_source, plain
from snndsl.frontend.loader import ModelSource
from snndsl.frontend.writing import yaml_text
from snndsl.graph.elaboration import Elaboration
from snndsl.graph.network import NetworkGraph, network_graph
from snndsl.graph.refuse import refuse_unsupported
from snndsl.ir import Program
from snndsl.ir.dump import digest
from snndsl.ir.naming import program_name
from snndsl.model.checked import CheckedModel
from snndsl.pipeline import check, collect, elaborate, generate, judge, lower, read, repeat, require, simulate, trial, until
from snndsl.results import Run
from snndsl.results.trials import trial_folder

__all__ = ["Model", "Simulated", "free_folder", "load", "run", "run_model", "usable_backends"]


class Model:
    """A validated model.

    Parameters
    ----------
    name : str
        Identifier of the model.
    time, seed, trials, title, description, references, constants, data, imports, parts, neurons : section
        What a model file says there (`load` reads files), as mappings or as the dataclasses of `snndsl.sections`. Numbers with
        a dimension are text (``"20 ms"``) or quantities of Pint, quantities or Brian2; arrays and Series stand for lists.
    plasticity, signals, populations, groups, projections, stimuli, motifs, record, expect, sweep, discover : section
        Likewise.
    folder : path, optional
        Below which data and imports are looked for; none: nowhere.
    **others
        Refused, with what was probably meant.

    Raises
    ------
    ModelError
        With every fault; each names its place (``neurons.lif.parameters.tau``).
    """

    def __init__(
        self,
        name: str,
        *,
        time: Any = None,
        seed: Any = None,
        trials: Any = None,
        title: str | None = None,
        description: str | None = None,
        references: Sequence[str] | None = None,
        constants: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        imports: Mapping[str, str] | None = None,
        parts: Mapping[str, Any] | None = None,
        neurons: Mapping[str, Any] | None = None,
        plasticity: Mapping[str, Any] | None = None,
        signals: Mapping[str, Any] | None = None,
        populations: Mapping[str, Any] | None = None,
        groups: Mapping[str, Any] | None = None,
        projections: Mapping[str, Any] | None = None,
        stimuli: Mapping[str, Any] | None = None,
        motifs: Mapping[str, Any] | None = None,
        record: Any = None,
        expect: Mapping[str, Any] | None = None,
        sweep: Sequence[Any] | None = None,
        discover: Mapping[str, Any] | None = None,
        folder: str | os.PathLike[str] | None = None,
        **others: Any,
    ) -> None:
        given = {key: value for key, value in locals().items() if key not in ("self", "folder", "others") and value is not None}
        self._set(build_source({**given, **others}, folder=folder), None)

    def _set(self, source: ModelSource, duration: str | None) -> None:
        self.source, self.duration = source, duration
        self.checked: CheckedModel = check(source, duration)
        judgement = judge(self.checked)
        if judgement.errors:
            raise ModelError(judgement.errors)
        self._judged = judgement.elaboration
        self.waiting = judgement.waiting

    @classmethod
    def from_source(cls, source: ModelSource, duration: str | None = None) -> Model:
        """Return the model of a file that was read."""
        model = cls.__new__(cls)
        model._set(source, duration)
        return model

    @property
    def name(self) -> str:
        """Identifier of the model."""
        return self.source.spec.name

    def with_duration(self, duration: Any) -> Model:
        """Return the model with another length of the run, for example ``"10 s"``; None: the same."""
        return self if duration is None else Model.from_source(self.source, _length(duration))

    @cached_property
    def elaborated(self) -> Elaboration:
        """The numbers of the network."""
        judged = self._judged
        return judged if judged is not None and judged.complete else elaborate(self.checked, begun=judged)

    @cached_property
    def graph(self) -> NetworkGraph:
        """The network as a graph of populations, sources, stimuli and motifs."""
        return network_graph(self.elaborated)

    @cached_property
    def program(self) -> Program:
        """The program (`snndsl.ir`): what is executed, in steps and without units."""
        return until(self._whole, self.checked.steps)

    def of_trial(self, number: int) -> Program:
        """Return the program of a trial: `program` with other events and another number in the key of what it draws."""
        return until(trial(self._whole, self.elaborated, number), self.checked.steps) if number else self.program

    @cached_property
    def digest(self) -> str:
        """Hash of what the model means (32 hexadecimal digits): its program for the duration of the file, without records."""
        return digest(until(self._whole, self.checked.file_steps))

    @cached_property
    def _whole(self) -> Program:
        refuse_unsupported(self.checked)
        return lower(self.elaborated)

    def generate(self, backend: str, trial: int = 0) -> SourceTree:
        """Return the stand-alone source tree for a backend, of one trial."""
        return generate(self.of_trial(trial), backend)

    def to_yaml(self) -> str:
        """Return the model as the text of a file that means the same, settings applied."""
        return yaml_text(self.source.raw)

    def units(self) -> dict[str, dict[str, str]]:
        """Return the internal unit of every state and port by population."""
        found = {}
        for name, population in self.checked.elements.items():
            element = population.element
            names = [*element.states, *element.ports]
            found[name] = {program_name(item): str(element.dimensions.get(item) or "") for item in names}
        return found

    def declared(self) -> dict[str, list[str]]:
        """Return the names of what can be recorded by section, in the order of the file; sources are populations, too."""
        checked = self.checked
        populations = [name for name in checked.sizes if name not in checked.signals]
        return {"populations": populations, "signals": [*checked.signals], "projections": [*checked.projections]}

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {size:,}" for name, size in self.checked.sizes.items())
        return f"<Model {self.name}: {sizes}; {self.checked.steps:,} steps of {float(self.checked.step):g} ms>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{html.escape(name)}</td><td>{size:,}</td></tr>" for name, size in self.checked.sizes.items())
        return f"<p>{html.escape(repr(self))}</p><table><tr><th>population</th><th>neurons</th></tr>{rows}</table>"


@dataclass(frozen=True, slots=True)
class Simulated:
    """A recording and how long it took.

    Parameters
    ----------
    recording : Recording or TrialsRecording
        What was measured.
    status : str
        ``complete`` or ``interrupted``.
    signal : int
        What stopped it; 0: nothing.
    already : bool
        Whether it was complete before, so that nothing was simulated.
    """

    recording: Run
    status: str
    signal: int
    already: bool = False


def load(
    path: str | os.PathLike[str], set: Mapping[str, Any] | None = None, *, seed: int | None = None, duration: Any = None
) -> Model:
    """Read and check a model file.

    Parameters
    ----------
    path : path
        Of the file, or of a folder that holds ``model.yaml``.
    set : mapping, optional
        Dotted paths and the values that replace what the file says.
    seed : int, optional
        Replaces all seeds of the file.
    duration : str or quantity, optional
        Replaces the length of the run, for example ``"10 s"``.

    Returns
    -------
    Model
        Right as far as ``snndsl validate`` can tell: names, dimensions, and the numbers of everything but very large parts,
        which are made, and judged, when it runs. What cannot be simulated yet is refused when it runs.

    Raises
    ------
    ModelError
        With every fault of the file.
    """
    settings = dict(set or {}) | ({} if seed is None else {"seed": seed})
    given = {path: plain(value, (path,)) for path, value in settings.items()}
    return Model.from_source(read(path, given), _length(duration))


def run(
    model: Model | str | os.PathLike[str],
    backend: str = REFERENCE,
    duration: Any = None,
    out: str | os.PathLike[str] | None = None,
    *,
    threads: int = 1,
    workers: int = 1,
    force: bool = False,
    resume: bool = False,
    progress: Listener | None = None,
) -> Run:
    """Simulate a model in a process of its own.

    Parameters
    ----------
    model : Model or path
        What to run.
    backend : str
        ``reference``, ``brian2``, ``nest`` or any other that is installed.
    duration : str or quantity, optional
        Replaces the length of the run.
    out : path, optional
        Run folder to create; ``runs/NAME-BACKEND`` with a number if it is taken.
    threads : int
        Of the simulator; the numbers do not depend on them.
    workers : int
        Trials that are simulated at a time.
    force : bool
        Replace a run that is in `out`.
    resume : bool
        Go on with the run that is in `out`. Of several trials those that are complete are kept; a run of one trial is computed
        again from its start, which gives the same bits, and what is there stays until there is more. One that is complete is
        left as it is.
    progress : callable, optional
        Told every event (`snndsl.backend.protocol`).

    Returns
    -------
    Recording or TrialsRecording
        Spikes, states, weights; loaded when they are asked for. Of a model with ``trials`` above 1 all have an axis for the
        trial, and ``.trials`` is the sequence of recordings.

    Raises
    ------
    ModelError, UnsupportedByTarget, ToolMissing, SimulationFailed
        Each with what, where and what to try.
    KeyboardInterrupt
        The run was stopped; its folder holds everything up to the step it says.
    """
    model = model if isinstance(model, Model) else load(model)
    model = model.with_duration(duration)
    done = run_model(model, backend, out, threads=threads, workers=workers, force=force, resume=resume, progress=progress)
    if done.signal:
        raise KeyboardInterrupt(f"stopped at step {done.recording.steps_done}; see {done.recording.path}")
    return done.recording


def run_model(
    model: Model,
    backend: str,
    out: str | os.PathLike[str] | None = None,
    *,
    threads: int = 1,
    workers: int = 1,
    force: bool = False,
    resume: bool = False,
    progress: Listener | None = None,
) -> Simulated:
    """Like `run`; a stopped run is returned, not raised."""
    require(backend)
    if resume and out is None:
        raise ModelError(Fault("usage", "no run to go on with is named", expected="the folder of a run that was stopped"))
    tree = generate(model.program, backend)
    folder = Path(out) if out is not None else free_folder(f"{model.name}-{backend}")
    facts, texts = _facts(model, backend), dict(_texts(model.source))
    if model.checked.trials > 1:
        whole = _whole_facts(model, facts)
        if resume:
            check_resumable(folder, whole, model.checked.trials)
        else:
            claim_folder(folder, force)

        def request(k: int) -> Request:
            return Request(model.generate(backend, k) if k else tree, trial_folder(folder, k), facts, texts, threads)

        outcome = repeat(Repeated(model.checked.trials, request, folder, whole, texts, workers), backend, progress)
    else:

        def begin(place: Path) -> Outcome:
            return simulate(Request(tree, place, facts, texts, threads), backend, progress)

        if resume and check_restartable(folder, facts, model.checked.steps, model.source.raw.get("record")):
            return Simulated(collect(folder), "complete", 0, already=True)
        if not resume:
            claim_folder(folder, force)
        outcome = restarted(folder, begin) if resume else begin(folder)
    return Simulated(collect(folder), outcome.status, outcome.signal)


def _length(duration: Any) -> str | None:
    """Return a length of a run as text."""
    return None if duration is None else str(plain(duration, ("duration",)))


def free_folder(name: str) -> Path:
    """Return the first of ``runs/NAME``, ``runs/NAME-2`` ... that does not exist."""
    endings = itertools.chain([""], (f"-{k}" for k in itertools.count(2)))
    return next(folder for folder in (Path("runs") / f"{name}{ending}" for ending in endings) if not folder.exists())


def usable_backends(names: Sequence[str] = ()) -> list[str]:
    """Return those of the named (or of all registered) backends whose tools are installed."""
    return [name for name in names or backend_names() if not backend_named(name).missing()]


def _facts(model: Model, backend: str) -> dict[str, Any]:
    seed = model.source.model.seed
    return {
        "name": model.name,
        "backend": backend,
        "mode": "exact",
        "model": model.digest,
        "seed": None if seed is None else seed.model_dump(),
        "units": model.units(),
        "declared": model.declared(),
        "warnings": [str(fault) for fault in model.elaborated.warnings],
        "machine": {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()},
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]] if sys.argv else [],
    }


def _whole_facts(model: Model, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a run of several trials; what differs between trials 0 and 1 says what is drawn in each."""
    second = digest(until(trial(model._whole, model.elaborated, 1), model.checked.file_steps))
    lengths = {"step_ms": str(model.checked.step), "steps": model.checked.steps}
    return {**facts, "second": second, **lengths}


def _texts(source: ModelSource, name: str = "model.yaml", prefix: str = "imports/") -> Iterator[tuple[str, str]]:
    """Yield the files of the resolved model: what it imports lies beside it, settings are applied."""
    raw = dict(source.raw)
    if source.imports:
        raw["imports"] = {alias: f"{prefix}{alias}.yaml" for alias in source.imports}
    yield name, yaml_text(raw)
    for alias, imported in source.imports.items():
        inner = str(Path(name).parent / f"{prefix}{alias}.yaml")
        yield from _texts(imported, inner, f"{alias}/")
