"""What the compiled program hands over becomes part of the run folder here."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from run_folder import RunFolder  # type: ignore[import-not-found]
from synapse_tables import synapse_table  # type: ignore[import-not-found]

__all__ = ["Commits"]


class Commits:
    """Takes the arrays of one run from the scratch folder.

    Parameters
    ----------
    folder : RunFolder
        Of the run.
    tree : Path
        The generated tree.
    settings : mapping
        Of settings.json.
    """

    def __init__(self, folder: RunFolder, tree: Path, settings: Mapping[str, Any]) -> None:
        self.folder, self.settings = folder, settings
        self.scratch = folder.path / "scratch"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        self.done, self.committed = 0, False
        for name in settings["projections"]:
            folder.synapses(name, synapse_table(tree, settings, name))
        for record in settings["state_records"]:
            neurons = np.load(tree / "data" / "records" / "states" / record["population"] / f"{record['name']}.npy")
            folder.state_neurons(record["population"], record["variables"], record["name"], neurons)

    def chunk(self, event: Mapping[str, Any]) -> None:
        """Commit the arrays of a chunk."""
        number = f"{event['number']:06d}"
        for record in self.settings["spike_records"]:
            name = record["population"]
            neurons, counts = (self._taken(f"{number}.spikes.{name}.{what}.npy") for what in ("neuron", "count"))
            self.folder.counted_spikes(name, event["first_step"], counts, neurons)
        for record in self.settings["state_records"]:
            for variable in record["variables"]:
                file = f"{number}.states.{record['population']}.{variable}.{record['name']}.npy"
                self.folder.adopt(
                    f"states/{record['population']}/{variable}/{record['name']}/{number}.npy", self.scratch / file
                )
        self.done = event["last_step"]
        self.folder.commit(self.done)
        self.committed = True

    def snapshot(self, event: Mapping[str, Any]) -> None:
        """Keep a snapshot for the next commit."""
        self.folder.weights(event["projection"], event["variable"], event["stamp"], self._taken(event["file"]))

    def close(self) -> None:
        """Remove the scratch folder; commit at least the tables."""
        try:
            if not self.committed:
                self.folder.commit(0)
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def _taken(self, file: str) -> NDArray[Any]:
        array: NDArray[Any] = np.load(self.scratch / file, allow_pickle=False)
        (self.scratch / file).unlink()
        return array
