"""A run as arrays: spikes, states, weights, synapses; everything is loaded when it is first asked for."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.ir.naming import program_name, user_name
from snndsl.results.facts import RunFacts
from snndsl.results.manifest import read_manifest
from snndsl.results.measured import BinnedCounts, MeasuredSynapses, Spikes, States, Weights
from snndsl.results.run_files import checksum

__all__ = ["BinnedCounts", "Lazy", "MeasuredSynapses", "Recording", "Spikes", "States", "Weights", "read_manifest"]

T = TypeVar("T")


class Lazy(Mapping[str, T]):
    """A mapping that makes each value once, when it is asked for."""

    def __init__(self, names: list[str], make: Any) -> None:
        self._names, self._make, self._made = names, make, {}  # type: ignore[var-annotated]

    def __getitem__(self, name: str) -> T:
        key = name if name in self._names else program_name(name)
        if key not in self._names:
            raise KeyError(f"{name!r}; there is {', '.join(self._names) or 'nothing'}")
        if key not in self._made:
            self._made[key] = self._make(key)
        return self._made[key]  # type: ignore[no-any-return]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._names or program_name(name) in self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._names)

    def __repr__(self) -> str:
        return f"<{', '.join(self._names) or 'nothing recorded'}>"


class Recording(RunFacts):
    """What a run left behind.

    Parameters
    ----------
    path : Path or str
        A run folder.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        super().__init__(read_manifest(self.path))
        self._listed = {item["file"]: item for item in self.manifest["files"]}
        self._checksums: dict[str, str] = {name: item["sha256"] for name, item in self._listed.items()}
        self._checksums |= self.manifest.get("made_from", {})
        self._intact: set[str] = set()

    # ---- facts

    @property
    def steps_done(self) -> int:
        """Steps that are in the folder."""
        return int(self.manifest["steps_done"])

    @property
    def trial(self) -> int:
        """Number of the trial, from 0."""
        return int(self.manifest.get("trial", 0))

    @property
    def trials(self) -> tuple[Recording, ...]:
        """The run itself, as the only one of its trials."""
        return (self,)

    @property
    def spike_counts(self) -> dict[str, int]:
        """Recorded spikes by population."""
        counts = self.manifest["spikes"]
        return {name: int(counts[name]) for name in self.in_order(counts)}

    @property
    def populations(self) -> Mapping[str, int]:
        """Sizes by name, in the order of the model's file; a signal has size 1."""
        sizes = self.manifest["populations"]
        return {name: int(sizes[name]) for name in self.in_order(sizes)}

    # ---- arrays

    @cached_property
    def spikes(self) -> Mapping[str, Spikes]:
        """Spikes by population."""
        return Lazy(self.in_order(self.manifest["spike_records"]), self._spikes)

    @cached_property
    def states(self) -> Mapping[str, Mapping[str, States]]:
        """States by population and variable; records that sample a variable at the same stamps are joined by neuron.

        Where they sample it at different stamps, asking for it is an error (records-differ) that names the `records`.
        """
        signals = self._declared_signals
        return Lazy([name for name in self._sampled() if name not in signals], self._variables)

    @cached_property
    def signals(self) -> Mapping[str, Mapping[str, States]]:
        """States by signal and variable: as `states`, of one neuron."""
        signals = self._declared_signals
        return Lazy([name for name in self._sampled() if name in signals], self._variables)

    @cached_property
    def records(self) -> Mapping[str, Mapping[str, States]]:
        """States by record and variable: every record by the neurons it samples, ``exc``, ``exc[0]``, ``exc[0:10]``.

        Records of the same neurons are told apart by their period in steps: ``exc every 5``, ``exc every 1``; of the same
        period, by a number: ``exc every 5 #2``.
        """
        named = self._named_records()

        def _make(name: str) -> Mapping[str, States]:
            record = named[name]
            variables = list(record["variables"])
            return Lazy(variables, lambda variable: self._record(record["population"], variable, record))

        return Lazy(list(named), _make)

    @cached_property
    def counts(self) -> Mapping[str, BinnedCounts]:
        """Spikes in bins, by selection as it was written."""
        names = [item["name"] for item in self.manifest.get("count_records", [])]
        return Lazy(names, lambda name: self._counts(names.index(name)))

    @cached_property
    def weights(self) -> Mapping[str, Mapping[str, Weights]]:
        """Snapshots by projection and variable."""
        records = {item["projection"]: item for item in self.manifest["synapse_records"]}

        def _make(projection: str) -> Mapping[str, Weights]:
            variables = list(records[projection]["variables"])
            return Lazy(variables, lambda variable: self._weights(projection, variable))

        return Lazy(list(records), _make)

    @cached_property
    def synapses(self) -> Mapping[str, MeasuredSynapses]:
        """Tables of synapses by projection."""
        return Lazy(self.in_order(self.manifest["projections"]), self._synapses)

    @cached_property
    def blocks(self) -> NDArray[np.uint64]:
        """One number for the spikes of each 100 ms: equal numbers, equal spikes."""
        return self.array("blocks.npy")

    def verify(self) -> list[str]:
        """Return the listed files whose bytes are not those that were committed, or that the run was made from."""
        return [name for name, known in self._checksums.items() if _checksum(self.path / name) != known]

    def intact(self, name: str) -> Path:
        """Return the place of a file of the folder whose bytes are those that were committed; each is read once to know.

        Parameters
        ----------
        name : str
            As the manifest lists it, or of what the run was made from (``source/...``, ``model.yaml``).

        Raises
        ------
        ModelError
            run-damaged.
        """
        place, known = self.path / name, self._checksums.get(name)
        if name in self._intact or known is None:
            return place
        if _checksum(place) != known:
            what = "is not as it was written" if place.is_file() else "is missing"
            raise ModelError(Fault("run-damaged", f"{place} {what}", expected="the bytes that the manifest lists"))
        self._intact.add(name)
        return place

    def array(self, name: str, mapped: bool = False) -> NDArray[Any]:
        """Return a listed array.

        Parameters
        ----------
        name : str
            As the manifest lists it.
        mapped : bool
            Leave it on disk until it is looked at.

        Raises
        ------
        ModelError
            run-damaged.
        """
        place, rows = self.intact(name), self._listed[name]["rows"]
        try:
            array: NDArray[Any] = np.load(place, mmap_mode="r" if mapped and rows else None, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ModelError(Fault("run-damaged", f"{place}: {error}", expected="an intact run folder")) from None
        if len(array) != rows:
            raise ModelError(Fault("run-damaged", f"{place} has {len(array)} rows", expected=f"{rows}"))
        if rows == 1 and name.startswith("synapses/"):  # one number for all synapses of a projection
            return np.broadcast_to(array, (int(self.manifest["projections"][name.split("/")[1]]["rows"]),))
        return array

    def unit(self, population: str, variable: str) -> str:
        """Return the unit of a state, empty if the folder does not say."""
        return str(self.manifest.get("units", {}).get(population, {}).get(variable, ""))

    def ends(self, projection: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the neurons of the synapses of a projection, numbered within their populations, in the order of its table.

        Returns
        -------
        pre, post : ndarray of int32, shape (synapses,)
            Unlike those of `synapses`, which count through all populations of the projection's selections.

        Raises
        ------
        ModelError
            run-without-source: it was made by a generated tree alone; run-damaged.
        """
        file = self.intact("source/settings.json")
        if not file.is_file():
            what = f"{self.path} does not hold the simulation it was made by, which says where synapses end"
            raise ModelError(Fault("run-without-source", what, expected="a run of snndsl run"))
        settings = json.loads(file.read_text(encoding="utf-8"))
        rows = int(self.manifest["projections"][projection]["rows"])
        pre, post = np.empty(rows, np.int32), np.empty(rows, np.int32)
        for name, part in settings["synapses"].items():
            if part["projection"] == projection:
                row, *sides = (
                    np.load(self.intact(f"source/data/synapses/{name}/{column}.npy"), allow_pickle=False)
                    for column in ("row", "pre", "post")
                )
                row = np.broadcast_to(row, (int(part["rows"]),))
                pre[row], post[row] = sides
        return pre, post

    def unit_of_weights(self, projection: str) -> str:
        """Return the unit of the weights of a projection, that of its port; empty if there are several, or it is not said."""
        file = self.intact("source/settings.json")
        parts = json.loads(file.read_text(encoding="utf-8"))["synapses"].values() if file.is_file() else ()
        units = {self.unit(part["target"], part["port"]) for part in parts if part["projection"] == projection}
        return units.pop() if len(units) == 1 else ""

    @property
    def _declared_signals(self) -> list[str]:
        return list(self.manifest.get("declared", {}).get("signals", []))

    def _sampled(self) -> list[str]:
        return self.in_order(dict.fromkeys(item["population"] for item in self.manifest["state_records"]))

    def _spikes(self, population: str) -> Spikes:
        neurons = self._chunks(f"spikes/{population}/", ".neuron.npy")
        counts = self._chunks(f"spikes/{population}/", ".count.npy")
        neuron = np.concatenate([*neurons, np.zeros(0, np.uint8)]).astype(np.int32)
        count = np.concatenate([*counts, np.zeros(0, np.uint8)]).astype(np.int64)
        step = np.repeat(np.arange(1, len(count) + 1, dtype=np.int64), count)
        return Spikes(step, neuron, self.step_length)

    def _counts(self, number: int) -> BinnedCounts:
        item = self.manifest["count_records"][number]
        chunks = self._chunks(f"counts/{number}/", ".npy")
        value = np.concatenate([*chunks, np.zeros(0, np.uint32)]).astype(np.int64)
        neurons = sum(stop - start for parts in item["parts"].values() for start, stop in parts)
        step = item["width"] * np.arange(1, len(value) + 1, dtype=np.int64)
        return BinnedCounts(value, step, item["width"], neurons, self.step_length)

    def _variables(self, population: str) -> Mapping[str, States]:
        records = [item for item in self.manifest["state_records"] if item["population"] == population]
        names = list(dict.fromkeys(variable for item in records for variable in item["variables"]))
        return Lazy(names, lambda variable: self._states(population, variable, records))

    def _states(self, population: str, variable: str, records: list[dict[str, Any]]) -> States:
        mine = [item for item in records if variable in item["variables"]]
        parts = [self._record(population, variable, item) for item in mine]
        first = parts[0]
        if not all(np.array_equal(part.step, first.step) for part in parts):
            raise ModelError(self._different_times(population, variable))
        neuron = np.concatenate([part.neuron for part in parts])
        kept = np.sort(np.unique(neuron, return_index=True)[1])
        value = np.concatenate([part.value for part in parts], axis=1)[:, kept]
        return States(value, first.step, neuron[kept], first.unit, self.step_length)

    def _different_times(self, population: str, variable: str) -> Fault:
        names = [
            name
            for name, item in self._named_records().items()
            if item["population"] == population and variable in item["variables"]
        ]
        shown = user_name(variable)
        what = f"{shown} of {population} is in {len(names)} records of different times: {', '.join(names)}"
        ways = " or ".join(f'run.records["{name}"]["{variable}"]' for name in names)
        return Fault("records-differ", what, expected="the name of one record", try_=ways)

    def _named_records(self) -> dict[str, dict[str, Any]]:
        """Return the records of states by name, in the order of the manifest."""
        records = self.manifest["state_records"]
        plain = [self._neurons_in_words(item) for item in records]
        timed = [f"{name} every {item['period']}" for name, item in zip(plain, records, strict=True)]
        found = {}
        for k, item in enumerate(records):
            number = timed[:k].count(timed[k]) + 1
            name = plain[k] if plain.count(plain[k]) == 1 else timed[k] + (f" #{number}" if number > 1 else "")
            found[name] = item
        return found

    def _neurons_in_words(self, record: Mapping[str, Any]) -> str:
        population = record["population"]
        file = f"states/{population}/{record['variables'][0]}/{record['name']}/neuron.npy"
        neuron = self.array(file).tolist() if file in self._listed else []
        if neuron == list(range(self.populations[population])):
            return str(population)
        if neuron and neuron == list(range(neuron[0], neuron[-1] + 1)):
            return f"{population}[{neuron[0]}]" if len(neuron) == 1 else f"{population}[{neuron[0]}:{neuron[-1] + 1}]"
        return f"{population}[{', '.join(map(str, neuron))}]"

    def _record(self, population: str, variable: str, record: Mapping[str, Any]) -> States:
        folder = f"states/{population}/{variable}/{record['name']}/"
        neuron = self.array(f"{folder}neuron.npy")
        chunks = [chunk for chunk in self._chunks(folder, ".npy", without="neuron.npy") if len(chunk)]
        value = np.concatenate([*chunks, np.zeros((0, len(neuron)))])
        step = record["first"] + record["period"] * np.arange(len(value), dtype=np.int64)
        return States(value, step, neuron, self.unit(population, variable), self.step_length)

    def _weights(self, projection: str, variable: str) -> Weights:
        folder = f"weights/{projection}/{variable}/"
        names = sorted(name for name in self._listed if name.startswith(folder))
        chosen, every = f"weights/{projection}/row.npy", int(self.manifest["projections"][projection]["rows"])
        row = self.array(chosen) if chosen in self._listed else np.arange(every, dtype=np.int64)
        step = np.array([int(name[len(folder) : -4]) for name in names], np.int64)
        value = np.array([self.array(name) for name in names]).reshape(len(names), len(row))
        return Weights(step, value, row, self.step_length)

    def _synapses(self, projection: str) -> MeasuredSynapses:
        columns = ("pre", "post", "pre_population", "post_population", "row", "weight", "axonal", "dendritic")
        arrays = {name: self.array(f"synapses/{projection}/{name}.npy") for name in columns}
        return MeasuredSynapses(**arrays, populations=tuple(self.manifest["projections"][projection]["populations"]))

    def _chunks(self, folder: str, ending: str, without: str = "") -> list[NDArray[Any]]:
        names = sorted(name for name in self._listed if name.startswith(folder) and name.endswith(ending))
        return [self.array(name) for name in names if not without or not name.endswith(without)]

    # ---- showing

    def __repr__(self) -> str:
        total = sum(self.manifest["spikes"].values())
        return f"<Recording {self.name} on {self.backend}: {self.steps_done:,} steps, {total:,} spikes, {self.status}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{size:,}</td><td>{self.manifest['spikes'].get(name, 0):,}</td></tr>"
            for name, size in self.populations.items()
            if name not in self._declared_signals
        )
        head = html.escape(f"{self.name} on {self.backend}, {self.steps_done:,} steps of {self.step_ms:g} ms, {self.status}")
        return f"<p>{head}</p><table><tr><th>population</th><th>neurons</th><th>spikes</th></tr>{rows}</table>"


def _checksum(file: Path) -> str:
    try:
        return checksum(file)
    except OSError:
        return ""
