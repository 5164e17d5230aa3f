"""Groups played into a model on backends, and what the model answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from snndsl.api import Model, free_folder, run
from snndsl.backend import REFERENCE
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.frontend.loader import ModelSource
from snndsl.groups.motifs import group_motifs
from snndsl.groups.sources import chosen_groups, model_of, network_of, recording_in
from snndsl.ir import Program, Table
from snndsl.ir.verify import verify
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.sources import network_from_run, weights_at
from snndsl.polychrony.recordings.detect import trains_of
from snndsl.results import Recording, single
from snndsl.semantics.times import time_in_steps

__all__ = ["Answer", "Replay", "ReplayModel", "Schedule", "answers", "replay", "replay_model", "schedule"]

_REST = 500
"""Steps of silence after a group."""

Simulate = Callable[[Model, str, Path], Recording]
"""Runs a model on a backend into a folder."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When which group is played.

    Parameters
    ----------
    groups : tuple of Group
        In the order in which they are played.
    starts : tuple of int
        Stamp of the first anchor of each.
    steps : int
        Length of the run.
    """

    groups: tuple[Group, ...]
    starts: tuple[int, ...]
    steps: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network made of a group.

    Parameters
    ----------
    group : int
        Its number in the catalogue.
    spikes : tuple of (int, int, int or None)
        Of every spike of the group that is no anchor: neuron, step after the first anchor at which it was expected, and the
        nearest step within the tolerance at which it came; None if it did not.
    extra : int
        Spikes of the network in the time of the group that are not its own.
    """

    group: int
    spikes: tuple[tuple[int, int, int | None], ...]
    extra: int

    @property
    def expected(self) -> int:
        """Spikes of the group that are not anchors."""
        return len(self.spikes)

    @property
    def exact(self) -> int:
        """Of these, how many came at their step."""
        return sum(came == step for _, step, came in self.spikes)

    @property
    def near(self) -> int:
        """How many came within the tolerance."""
        return sum(came is not None for _, _, came in self.spikes)

    @property
    def first_missing(self) -> tuple[int, int] | None:
        """Neuron and step of the first spike that did not come."""
        return next(((neuron, step) for neuron, step, came in self.spikes if came is None), None)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        names = ("group", "expected", "exact", "near", "extra", "first_missing", "spikes")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """What a network made of groups, on each backend.

    Parameters
    ----------
    answers : mapping of str to tuple of Answer
        By backend: of each group, which of its spikes came, when, and how many others.
    recordings : mapping of str to Recording
        The runs.
    tolerance : int
        Steps that a spike may be off.
    same_network : bool
        Whether the network is to the bit the one that was searched.
    """

    answers: Mapping[str, tuple[Answer, ...]]
    recordings: Mapping[str, Recording]
    tolerance: int
    same_network: bool

    @property
    def identical(self) -> bool:
        """Whether the backends agree on every spike."""
        return len(set(self.answers.values())) == 1

    def whole(self, backend: str = "") -> int:
        """Return how many groups appear with every spike at its step, on a backend or on the first."""
        return sum(answer.exact == answer.expected for answer in self.answers[backend or next(iter(self.answers))])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: every answer, with the run folder, by backend."""
        backends = {
            name: {"folder": str(self.recordings[name].path), "groups": [answer.to_dict() for answer in found]}
            for name, found in self.answers.items()
        }
        return {"backends": backends, "identical": self.identical}

    def __repr__(self) -> str:
        answers = self.answers.items()
        counts = ", ".join(f"{self.whole(name):,} of {len(found):,} groups whole on {name}" for name, found in answers)
        agree = "" if len(self.answers) < 2 else ", identical" if self.identical else ", which differ"
        return f"<Replay: {counts}{agree}>"


@dataclass(frozen=True, slots=True, eq=False)
class ReplayModel:
    """A model that plays groups, one after the other.

    Parameters
    ----------
    name : str
        Of the original model.
    model : Model
        The model, with the groups for stimuli.
    plan : Schedule
        Which group is played when.
    first : mapping of str to int
        Number of the first neuron of each population.
    tolerance : int
        Steps that a spike may be off.
    same_network : bool
        Whether the network is to the bit the one that was searched.
    """

    name: str
    model: Model
    plan: Schedule
    first: Mapping[str, int]
    tolerance: int
    same_network: bool

    def on(self, backends: Sequence[str], out: str | os.PathLike[str] | None, simulate: Simulate) -> Replay:
        """Run on backends.

        Parameters
        ----------
        backends : sequence of str
            Names.
        out : path, optional
            Run folder; with several backends the folder of their run folders.
        simulate : callable
            Runs a model on a backend into a folder.
        """
        found, recordings = {}, {}
        for name in dict.fromkeys(backends):
            folder = free_folder(f"replay-{self.name}-{name}") if out is None else Path(out)
            recordings[name] = simulate(self.model, name, folder if out is None or len(backends) == 1 else folder / name)
            found[name] = tuple(answers(self.plan, recordings[name], self.first, self.tolerance))
        return Replay(found, recordings, self.tolerance, self.same_network)


def schedule(groups: Sequence[Group], rest: int = _REST) -> Schedule:
    """Put groups one after the other, with steps of silence after each."""
    if not groups:
        raise ModelError(Fault("nothing-to-replay", "no group to play", expected="at least one group"))
    starts, now = [], 10
    for group in groups:
        starts.append(now)
        now += int(group.span) + rest
    return Schedule(tuple(groups), tuple(starts), now)


def answers(plan: Schedule, recording: Recording, first: Mapping[str, int], tolerance: int = 1) -> list[Answer]:
    """Compare what a network did with the groups.

    Parameters
    ----------
    plan : Schedule
        As it was played.
    recording : Recording
        Spikes of all populations.
    first : mapping of str to int
        Number of the first neuron of each population.
    tolerance : int
        Steps.
    """
    trains = trains_of(recording, first)
    owner = np.repeat(np.arange(len(trains.start) - 1), np.diff(trains.start))
    order = np.lexsort((owner, trains.step))
    step, neuron = trains.step[order], owner[order]
    found = []
    for group, start in zip(plan.groups, plan.starts, strict=True):
        zero = int(group.anchor_steps.min())
        own = np.arange(len(group)) >= len(group.anchors)
        wanted = list(zip((group.step[own].astype(np.int64) - zero).tolist(), group.neuron[own].tolist(), strict=True))
        begin, end = np.searchsorted(step, (start, start + int(group.span) + tolerance + 1))
        there = list(zip((step[begin:end] - start).tolist(), neuron[begin:end].tolist(), strict=True))
        heard: dict[int, list[int]] = {}
        for when, who in there:
            heard.setdefault(who, []).append(when)
        spikes = tuple((who, when, _nearest(when, heard.get(who, []), tolerance)) for when, who in wanted)
        anchors = set(zip((group.anchor_steps - zero).tolist(), group.anchors.tolist(), strict=True))
        mine = anchors | {(when + d, who) for when, who in wanted for d in range(-tolerance, tolerance + 1)}
        found.append(Answer(group.id, spikes, sum(event not in mine for event in there)))
    return found


def _nearest(step: int, heard: Sequence[int], tolerance: int) -> int | None:
    """Return the step nearest to one, the earlier of two; None if all are further than the tolerance."""
    close = [other for other in heard if abs(step - other) <= tolerance]
    return min(close, key=lambda other: (abs(step - other), other), default=None)


def replay(
    catalogue: Catalogue | str | os.PathLike[str],
    model: Model | Recording | str | os.PathLike[str],
    backend: str | Sequence[str] = REFERENCE,
    *,
    groups: Sequence[int] = (),
    ongoing: bool = False,
    tolerance: int = 1,
    at: str | None = None,
    out: str | os.PathLike[str] | None = None,
) -> Replay:
    """Play the anchors of groups into a network, and see which of their spikes appear, and when.

    Parameters
    ----------
    catalogue : Catalogue or path
        Where the groups are.
    model : Model, Recording or path
        The model that was searched, or a run of it, whose weights are played into.
    backend : str or sequence of str
        Where to run.
    groups : sequence of int
        Numbers of the groups; empty: all.
    ongoing : bool
        Keep the model's own stimuli; without them the network is silent.
    tolerance : int
        Steps that a spike may be off.
    at : str, optional
        Time of the weights of a run; without it, the last that were recorded.
    out : path, optional
        Run folder; with several backends the folder of their run folders.

    Returns
    -------
    Replay
        The answers, by backend.

    Raises
    ------
    ModelError
        group-unknown, another-network, nothing-to-replay, and what a run refuses.
    """
    prepared = replay_model(catalogue, model, groups=groups, ongoing=ongoing, tolerance=tolerance, at=at)
    backends = [backend] if isinstance(backend, str) else list(backend)
    return prepared.on(backends, out, lambda made, name, folder: single(run(made, name, out=folder)))


def replay_model(
    catalogue: Catalogue | str | os.PathLike[str],
    model: Model | Recording | str | os.PathLike[str],
    settings: Mapping[str, Any] | None = None,
    *,
    groups: Sequence[int] = (),
    ongoing: bool = False,
    tolerance: int = 1,
    at: str | None = None,
) -> ReplayModel:
    """Return the model that plays groups; parameters as in `replay`, with the settings of a model file.

    Raises
    ------
    ModelError
        usage, group-unknown, another-network, nothing-to-replay.
    """
    recorded = recording_in(model)
    if recorded is None and at is not None:
        raise ModelError(Fault("usage", f"--at {at} without a run", expected="--in RUN --at TIME"))
    if recorded is not None and settings:
        raise ModelError(Fault("usage", "--set with a run, whose network is what it is", expected="--in MODEL --set .."))
    if recorded is not None:
        stamp = None if at is None else time_in_steps(at, recorded.step_length)
        original, what = model_of(recorded.path / "model.yaml"), str(recorded.path)
        network = network_from_run(recorded, stamp)
    else:
        assert not isinstance(model, Recording)
        original = model_of(model, settings)
        what, network = original.source.locations.file, network_of(original)
    chosen, same = chosen_groups(catalogue, network, what, groups)
    plan = schedule(chosen)
    made = Model(**_sections(original.source, plan, network.first, ongoing), folder=original.source.folder)
    if recorded is not None:
        made.__dict__["program"] = _with_weights(made.program, recorded, stamp)
    return ReplayModel(original.name, made, plan, network.first, tolerance, same)


def _sections(source: ModelSource, plan: Schedule, first: Mapping[str, int], ongoing: bool) -> dict[str, Any]:
    """Return the sections of a model that plays groups and records all spikes."""
    raw = dict(source.raw)
    played = [{"motif": f"group_{g.id}", "at": [f"{at} step"]} for g, at in zip(plan.groups, plan.starts, strict=True)]
    raw["motifs"] = {**raw.get("motifs", {}), **group_motifs(plan.groups, first)}
    raw["stimuli"] = {**(raw.get("stimuli", {}) if ongoing else {}), "replay": {"play": played}}
    raw["time"] = {**raw["time"], "duration": f"{plan.steps} step"}
    raw["record"] = {"spikes": list(first)}
    return {name: section for name, section in raw.items() if name not in ("expect", "discover", "sweep", "trials")}


def _with_weights(program: Program, recorded: Recording, step: int | None) -> Program:
    """Return a program with the weights of a run."""
    synapses = []
    for part in program.synapses:
        key = "w" if part.rule else "weight"
        weight = weights_at(recorded, part.projection, part.rule is not None, step)[np.asarray(part.rows["row"], np.int64)]
        columns = {**part.rows.columns, key: np.ascontiguousarray(weight, np.float64)}
        values = {name: value for name, value in part.values.items() if name != key}
        synapses.append(replace(part, rows=Table(columns), values=values))
    return verify(replace(program, synapses=tuple(synapses)))
