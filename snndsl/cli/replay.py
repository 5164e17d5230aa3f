"""The command ``replay``: groups of a catalogue played into a model on any backend, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from snndsl.api import Model, free_folder
from snndsl.cli.actions import steps_of
from snndsl.cli.section_text import Entries
from snndsl.errors import Fault, ModelError
from snndsl.frontend.loader import load_source
from snndsl.ir import Program, Table
from snndsl.ir.verify import verify
from snndsl.polychrony.catalogue import read_catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.same import check_network
from snndsl.polychrony.network.sources import Network, network_from_program, network_from_run, weights_at
from snndsl.polychrony.replay import Answer, answers, group_motifs, replay_sections, schedule
from snndsl.results import Recording, read_run

__all__ = ["Replay", "motif_entries"]


class Replay:
    """Groups played into a model, one after the other.

    Parameters
    ----------
    catalogue : Path
        Folder.
    model : Path
        File or folder of the model, or a run of it, whose weights are played into.
    settings : dict
        Of the model.
    chosen : list of int
        Groups; empty: all.
    ongoing : bool
        Keep the model's own stimuli; without them the network is silent.
    tolerance : int
        Steps.
    at : str or None
        Time of the weights of a run; None: the last.
    """

    def __init__(
        self,
        catalogue: Path,
        model: Path,
        settings: dict[str, Any],
        chosen: list[int],
        ongoing: bool,
        tolerance: int,
        at: str | None = None,
    ) -> None:
        run = read_run(model) if (model / "manifest.json").exists() else None
        if run is None and at is not None:
            raise ModelError(Fault("usage", f"--at {at} without a run", expected="--in RUN --at TIME"))
        if run is not None and settings:
            raise ModelError(Fault("usage", "--set with a run, whose network is what it is", expected="--in MODEL --set .."))
        source = load_source(model / "model.yaml" if run else model, settings)
        original = Model.from_source(source)
        stamp = None if run is None else steps_of(at, run.step_length)
        network = network_from_run(run, stamp) if run else network_from_program(original.program, units=original.units())
        groups, self.same = _groups(catalogue, network, str(model), chosen)
        self.tolerance, self.first = tolerance, network.first
        self.plan = schedule(groups)
        sections = replay_sections(self.plan, network.first)
        raw = dict(source.raw)
        raw["motifs"] = {**raw.get("motifs", {}), **sections["motifs"]}
        raw["stimuli"] = {**(raw.get("stimuli", {}) if ongoing else {}), **sections["stimuli"]}
        raw["time"] = {**raw["time"], "duration": f"{self.plan.steps} step"}
        raw["record"] = {"spikes": list(network.first)}
        for section in ("expect", "discover", "sweep"):
            raw.pop(section, None)
        self.name, self.model = original.name, Model(**raw, folder=source.folder)
        if run is not None:
            self.model.__dict__["program"] = _with_weights(self.model.program, run, stamp)

    def on(
        self, backends: list[str], out: Path | None, run: Callable[..., Any], quiet: bool
    ) -> dict[str, tuple[list[Answer], Any]]:
        """Run on backends; return the answers and the finished run of each.

        Parameters
        ----------
        backends : list of str
            Names.
        out : Path or None
            Run folder; with several backends the folder of their run folders.
        run : callable
            Runs a model with progress.
        quiet : bool
            No progress.
        """
        found = {}
        for name in backends:
            folder = free_folder(f"replay-{self.name}-{name}") if out is None else out if len(backends) == 1 else out / name
            done = run(self.model, name, folder, 1, False, quiet)
            found[name] = answers(self.plan, done.recording, self.first, self.tolerance), done
        return found


def _with_weights(program: Program, run: Recording, step: int | None) -> Program:
    """Return a program with the weights of a run."""
    synapses = []
    for part in program.synapses:
        key = "w" if part.rule else "weight"
        weight = weights_at(run, part.projection, part.rule is not None, step)[np.asarray(part.rows["row"], np.int64)]
        columns = {**part.rows.columns, key: np.ascontiguousarray(weight, np.float64)}
        values = {name: value for name, value in part.values.items() if name != key}
        synapses.append(replace(part, rows=Table(columns), values=values))
    return verify(replace(program, synapses=tuple(synapses)))


def motif_entries(catalogue: Path, model: Path, settings: dict[str, Any], chosen: list[int]) -> Entries:
    """Return groups as entries of the section ``motifs`` of a model file."""
    searched = Model.from_source(load_source(model, settings))
    network = network_from_program(searched.program, units=searched.units())
    groups, _ = _groups(catalogue, network, str(model), chosen)
    return {
        name: {key: _flow(value) for key, value in motif.items() if value}
        for name, motif in group_motifs(groups, network.first).items()
    }


def _flow(value: Any) -> str:
    """Return a value as YAML text on one line."""
    return str(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=2**30)).strip()


def _groups(catalogue: Path, network: Network, what: str, chosen: list[int]) -> tuple[list[Group], bool]:
    """Return groups (all if none is chosen), and whether the network is to the bit the one that was searched."""
    found = read_catalogue(catalogue)
    unknown = [number for number in chosen if not 0 <= number < len(found)]
    if unknown:
        raise ModelError(Fault("group-unknown", f"there is no group {unknown[0]}", expected=f"0 .. {len(found) - 1}"))
    groups = [found[number] for number in chosen or range(len(found))]
    return groups, check_network(found, groups, network, what)
