"""The command ``replay``: groups of a catalogue played into a model on any backend, and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from snndsl.cli.section_text import Entries
from snndsl.errors import Fault, ModelError
from snndsl.frontend.loader import load_source
from snndsl.pipeline import Model, free_folder
from snndsl.polychrony.catalogue import read_catalogue
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.sources import Network, network_from_program
from snndsl.polychrony.replay import Answer, answers, group_motifs, replay_sections, schedule

__all__ = ["Replay", "motif_entries"]


class Replay:
    """Groups played into a model, one after the other.

    Parameters
    ----------
    catalogue, model : Path
        Folder and file.
    settings : dict
        Of the model.
    chosen : list of int
        Groups; empty: all.
    ongoing : bool
        Keep the model's own stimuli; without them the network is silent.
    tolerance : int
        Steps.
    """

    def __init__(
        self, catalogue: Path, model: Path, settings: dict[str, Any], chosen: list[int], ongoing: bool, tolerance: int
    ) -> None:
        source = load_source(model, settings)
        original = Model.from_source(source)
        groups, network = _groups(catalogue, original, chosen)
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


def motif_entries(catalogue: Path, model: Path, settings: dict[str, Any], chosen: list[int]) -> Entries:
    """Return groups as entries of the section ``motifs`` of a model file."""
    groups, network = _groups(catalogue, Model.from_source(load_source(model, settings)), chosen)
    return {
        name: {key: _flow(value) for key, value in motif.items() if value}
        for name, motif in group_motifs(groups, network.first).items()
    }


def _flow(value: Any) -> str:
    """Return a value as YAML text on one line."""
    return str(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=2**30)).strip()


def _groups(catalogue: Path, model: Model, chosen: list[int]) -> tuple[list[Group], Network]:
    """Return groups (all if none is chosen) and the network of the model they belong to."""
    found = read_catalogue(catalogue)
    unknown = [number for number in chosen if not 0 <= number < len(found)]
    if unknown:
        raise ModelError(Fault("group-unknown", f"there is no group {unknown[0]}", expected=f"0 .. {len(found) - 1}"))
    network = network_from_program(model.program, units=model.units())
    if network.table.neurons != int(found.manifest["neurons"]):
        what = f"the groups are of {found.manifest['neurons']} neurons, {model.name} has {network.table.neurons}"
        raise ModelError(Fault("another-network", what, expected="the model that was searched"))
    return [found[number] for number in chosen or range(len(found))], network
