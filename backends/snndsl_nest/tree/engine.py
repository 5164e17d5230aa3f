"""The runtime, filled with the numbers of the tree: what `run.py` needs of it beside PyNEST.

Arrays are shared with the compiled code: it changes states in place, and Python reads them.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from building import (  # type: ignore[import-not-found]
    KERNELS,
    RUNTIME,
    compile_kernels,
    compile_runtime,
    kernel_key,
    runtime_key,
)
from numpy.typing import NDArray

__all__ = ["Engine", "built"]

_INTEGERS, _DOUBLES = np.int64, np.float64
_SLICE = 16  # steps that NEST makes at once, at most
_CARRIED = 256  # steps that NEST carries a spike, at most: its work in a slice grows with this


def built(tree: Path, given: Path | None) -> tuple[Path, Path]:
    """Return runtime and kernels: those given, else the tree's own, compiled where they are not of this tree.

    Parameters
    ----------
    tree : Path
        The generated tree.
    given : Path or None
        Folder with ``places.json``, which says where they are.
    """
    if given is not None:
        places = json.loads((given / "places.json").read_text(encoding="utf-8"))
        return Path(places[RUNTIME]), Path(places[KERNELS])
    folder, code = tree / "build", tree / "code"
    folder.mkdir(exist_ok=True)
    for name, key, make in ((RUNTIME, runtime_key, compile_runtime), (KERNELS, kernel_key, compile_kernels)):
        known, wanted = folder / f"{name}.key", repr(sorted(key(code).items()))
        if not ((folder / name).exists() and known.exists() and known.read_text() == wanted):
            print(f"compiling {name}", file=sys.stderr)
            make(code, folder)
            known.write_text(wanted)
    return folder / RUNTIME, folder / KERNELS


class Engine:
    """The compiled runtime with the network in it.

    Parameters
    ----------
    tree : Path
        The generated tree.
    settings : mapping
        Of settings.json.
    libraries : tuple of Path
        Runtime and kernels.
    threads : int
        Of NEST.
    """

    def __init__(self, tree: Path, settings: Mapping[str, Any], libraries: tuple[Path, Path], threads: int) -> None:
        self.data, self.settings, self.threads = tree / "data", settings, threads
        self.trial = float(settings["trial"])
        self.kept: list[Any] = []  # arrays and names the compiled code points to
        self.nest = _nest()
        delays = [self._delays(name) for name in settings["synapses"]]
        self.slice = min((int(delay.min()) for delay in delays if len(delay)), default=_SLICE)
        self.slice = min(self.slice, _SLICE)
        self.longest = min(max((int(delay.max()) for delay in delays if len(delay)), default=_SLICE), _CARRIED)
        self.nest.ResetKernel()
        self.nest.set(
            resolution=1.0,
            local_num_threads=threads,
            min_delay=float(self.slice),
            max_delay=float(max(self.slice, self.longest)),
        )  # a millisecond of NEST stands for one step
        self.runtime_path, self.runtime, self.kernels = (
            libraries[0],
            ctypes.CDLL(str(libraries[0])),
            ctypes.CDLL(str(libraries[1])),
        )
        ring = 1 << (self.longest + 2 * self.slice + 4).bit_length()
        self.runtime.snn_world(_long(ring), _long(threads))
        self._samples()
        self.order: dict[str, int] = {}
        self.states: dict[str, NDArray[np.float64]] = {}
        self.groups: dict[str, int] = {}
        for name in settings["populations"]:
            self._population(name)
        for name, part in settings["synapses"].items():
            if part["rule"] is not None:
                self._group(name, part)
        for name, item in settings["injections"].items():
            self._injection(name, item)

    # ---- what run.py calls

    def install(self) -> None:
        """Make populations and synapses known to NEST as models."""
        self.nest.Install(str(self.runtime_path))

    def create(self, population: str) -> Any:
        """Create the nodes of a population."""
        nodes = self.nest.Create(f"snn_{population}", self.settings["populations"][population]["size"])
        self.runtime.snn_first_id(_long(self.order[population]), _long(int(nodes[0].global_id)))
        return nodes

    def connect(self, sources: Any, targets: Any, synapses: str) -> None:
        """Connect two populations as ``data/synapses`` says; the delay is axonal plus dendritic, in steps."""
        part = self.settings["synapses"][synapses]
        if not part["rows"]:
            return
        pre, post = (self._column(synapses, name).astype(np.int64) for name in ("pre", "post"))
        delay = self._delays(synapses)
        how: dict[str, Any] = {"delay": np.minimum(delay, _CARRIED).astype(np.float64)}
        if part["rule"] is None:
            how |= {"synapse_model": "static_synapse", "weight": self._column(synapses, "weight")}
            if delay.max() > _CARRIED:
                how |= {"synapse_model": "snn_delayed_synapse", "further": np.maximum(delay - _CARRIED, 0)}
            how["receptor_type"] = np.full(len(pre), self._port(part["target"], part["port"]))
        else:
            how |= {"synapse_model": f"snn_{synapses}", "row": np.arange(len(pre))}
        first = (int(sources[0].global_id), int(targets[0].global_id))
        self.nest.Connect(pre + first[0], post + first[1], "one_to_one", how)

    # ---- what recording asks for

    def record_state(
        self, population: str, variable: str, place: Any, record: Mapping[str, Any], buffer: Any, offset: Any
    ) -> None:
        """Have a state of some neurons written into a buffer, shape (samples, neurons)."""
        names = self.settings["populations"][population]["states"]
        self.runtime.snn_state_record(
            _long(self.order[population]), names.index(variable), self._pointer(place, np.int32), _long(buffer.shape[1]),
            _long(record["period"]), _long(record["first"]), _long(record["last"]), self._pointer(buffer, _DOUBLES),
            self._pointer(offset, _INTEGERS),
        )  # fmt: skip

    def snapshots(self, synapses: str, variables: list[str], stamps: list[int]) -> None:
        """Have states of synapses kept at some stamps."""
        states = self._rule(self.settings["synapses"][synapses]["rule"])["states"]
        chosen = np.array([states.index(variable) for variable in variables], np.int32)
        self.runtime.snn_snapshots(
            _long(self.groups[synapses]), len(chosen), self._pointer(chosen, np.int32), _long(len(stamps)),
            self._pointer(np.array(stamps, np.int64), _INTEGERS),
        )  # fmt: skip

    def take_snapshot(self, synapses: str, number: int, variables: int) -> NDArray[np.float64]:
        """Return a snapshot, shape (variables, rows)."""
        values = np.zeros((variables, self.settings["synapses"][synapses]["rows"]))
        self.runtime.snn_take_snapshot(_long(self.groups[synapses]), _long(number), values.ctypes.data_as(ctypes.c_void_p))
        return values

    def open_snapshots(self, stamp: int) -> None:
        """Make room for the snapshots up to a stamp."""
        for number in self.groups.values():
            self.runtime.snn_open_snapshots(_long(number), _long(stamp))

    def catch_up(self, stamp: int) -> None:
        """Bring every synapse to a stamp."""
        self.runtime.snn_catch_up(_long(stamp))

    def spikes(self, population: str, stamp: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Take the recorded spikes of a population up to a stamp: stamps and neurons."""
        take, order = self.runtime.snn_take_spikes, _long(self.order[population])
        take.restype = ctypes.c_long
        count = take(order, _long(stamp), None, None)
        stamps, neurons = np.zeros(count, np.int64), np.zeros(count, np.int32)
        take(order, _long(stamp), stamps.ctypes.data_as(ctypes.c_void_p), neurons.ctypes.data_as(ctypes.c_void_p))
        return stamps, neurons

    def counted(self) -> int:
        """Return the number of spikes so far."""
        self.runtime.snn_counted.restype = ctypes.c_long
        return int(self.runtime.snn_counted())

    def failure(self) -> tuple[int, dict[str, Any]] | None:
        """Return the steps that are complete and what stopped the model, as the run folder wants it; None if nothing did."""
        facts, numbers = np.zeros(6, np.int64), np.zeros(2)
        arguments = (array.ctypes.data_as(ctypes.c_void_p) for array in (facts, numbers))
        if not self.runtime.snn_failure(*arguments):
            return None
        complete, synapses, order, place, index, sample = (int(fact) for fact in facts)
        value, at, stamp = float(numbers[0]), float(numbers[1]), complete + 1
        if sample >= 0:
            name, size = self.settings["samples"][sample], self.settings["sample_sizes"][sample]
            what = f"the array {name} has {size} values, {at:g} was asked for at step {stamp}"
            return complete, {"kind": "sample", "what": what, "step": stamp}
        if synapses:
            name = list(self.groups)[order]
            part = self.settings["synapses"][name]
            owner, index = part["projection"], int(self._column(name, "row")[index])
            variable = self._rule(part["rule"])["states"][place]
        else:
            owner = list(self.settings["populations"])[order]
            variable = self.settings["neurons"][self.settings["populations"][owner]["neuron"]]["states"][place]
        finite = np.isfinite(value)
        what = f"{variable} of {owner}[{index}] is {value!r} at step {stamp}{', beyond its bound' if finite else ''}"
        where = {"population": owner, "neuron": index, "variable": variable, "step": stamp}
        return complete, {"kind": "bound" if finite else "non-finite", "what": what, **where}

    # ---- filling the runtime

    def _population(self, name: str) -> None:
        item = self.settings["populations"][name]
        mask = self._recorded(name)
        if item["neuron"] is None:
            stamps, neurons = (np.load(self.data / "sources" / name / f"{column}.npy") for column in ("stamp", "neuron"))
            start, order = _by_neuron(neurons, item["size"])
            facts: tuple[Any, ...] = (0, 0, 0, None, None, None, 0, None, mask, start, np.asarray(stamps, np.int64)[order])
        else:
            neuron = self.settings["neurons"][item["neuron"]]
            params, stride = self._table(item["values"], neuron["params"], self.data / "populations" / name, item["size"])
            states, _ = self._table(item["values"], neuron["states"], self.data / "populations" / name, item["size"], full=True)
            self.states[name] = states
            step = getattr(self.kernels, f"snn_neuron_{item['neuron']}")
            shapes = (len(neuron["params"]), len(neuron["states"]), len(neuron["ports"]))
            facts = (*shapes, step, self.kernels.snn_sample_failure, params, stride, states, mask, None, None)
        np_, ns, ni, step, bad, params, stride, states, mask, start, stamps = facts
        self.order[name] = int(
            self.runtime.snn_population(
                self._text(f"snn_{name}"), _long(item["size"]), np_, ns, ni, step, bad, self._pointer(params, _DOUBLES),
                _long(stride), self._pointer(states, _DOUBLES), ctypes.c_double(self.trial), self._pointer(mask, np.uint8),
                self._pointer(start, _INTEGERS), self._pointer(stamps, _INTEGERS),
            )
        )  # fmt: skip

    def _group(self, name: str, part: Mapping[str, Any]) -> None:
        rule = self._rule(part["rule"])
        folder, rows = self.data / "synapses" / name, part["rows"]
        params, stride = self._table(part["values"], rule["params"], folder, rows)
        states, _ = self._table(part["values"], rule["states"], folder, rows, full=True)
        self.states[name] = states
        event = {what: getattr(self.kernels, f"snn_rule_{part['rule']}_{what}") for what in ("pre", "post")}
        columns = [self._pointer(self._column(name, column), np.int32) for column in ("post", "axonal", "dendritic")]
        row = self._pointer(self._column(name, "row"), _INTEGERS)
        self.groups[name] = int(
            self.runtime.snn_group(
                self._text(f"snn_{name}"), _long(self.order[part["target"]]), self._port(part["target"], part["port"]),
                int(bool(rule["deliver"])), int(rule["order"] == "post_first"), _long(rows),
                *columns, row,
                len(rule["params"]), self._pointer(params, _DOUBLES), _long(stride), len(rule["states"]),
                self._pointer(states, _DOUBLES), ctypes.c_double(self.trial), event["pre"], event["post"],
                self.kernels.snn_sample_failure,
            )
        )  # fmt: skip
        for period in rule["every"]:
            function = getattr(self.kernels, f"snn_rule_{part['rule']}_every_{period}")
            self.runtime.snn_tick(_long(self.groups[name]), _long(period), function)

    def _injection(self, name: str, item: Mapping[str, Any]) -> None:
        step, neuron, amount = (
            np.load(self.data / "injections" / name / f"{column}.npy") for column in ("step", "neuron", "amount")
        )
        start, order = _by_neuron(neuron, self.settings["populations"][item["target"]]["size"])
        self.runtime.snn_injection(
            _long(self.order[item["target"]]), self._port(item["target"], item["port"]), self._pointer(start, _INTEGERS),
            self._pointer(step[order], _INTEGERS), self._pointer(amount[order], _DOUBLES),
        )  # fmt: skip

    def _samples(self) -> None:
        class Sample(ctypes.Structure):
            _fields_ = (("values", ctypes.c_void_p), ("size", ctypes.c_int64))

        table = (Sample * max(1, len(self.settings["samples"]))).in_dll(self.kernels, "snn_samples")
        for number, name in enumerate(self.settings["samples"]):
            values = np.load(self.data / "samples" / f"{name}.npy")
            table[number].values, table[number].size = self._pointer(values, _DOUBLES), len(values)

    def _recorded(self, population: str) -> NDArray[np.uint8] | None:
        for record in self.settings["spike_records"]:
            if record["population"] == population:
                mask = np.ones(self.settings["populations"][population]["size"], np.uint8)
                if not record["all"]:
                    mask[:] = 0
                    mask[np.load(self.data / "records" / "spikes" / f"{population}.npy")] = 1
                return mask
        return None

    def _table(
        self, values: Mapping[str, Any], names: list[str], folder: Path, rows: int, full: bool = False
    ) -> tuple[Any, int]:
        """Return values side by side, shape (rows, names), and the stride; (1, names) and 0 where all rows are equal."""
        each = full or any(values[name] is None for name in names)
        table = np.zeros((rows if each else 1, len(names)))
        for place, name in enumerate(names):
            table[:, place] = np.load(folder / f"{name}.npy") if values[name] is None else float(values[name])
        return table, len(names) if each else 0

    def _rule(self, name: str) -> Mapping[str, Any]:
        rule: Mapping[str, Any] = self.settings["rules"][name]
        return rule

    def _port(self, population: str, port: str) -> int:
        ports: list[str] = self.settings["neurons"][self.settings["populations"][population]["neuron"]]["ports"]
        return ports.index(port)

    def _column(self, synapses: str, name: str) -> NDArray[Any]:
        column: NDArray[Any] = np.load(self.data / "synapses" / synapses / f"{name}.npy")
        return column

    def _delays(self, synapses: str) -> NDArray[np.int64]:
        axonal, dendritic = (self._column(synapses, name).astype(np.int64) for name in ("axonal", "dendritic"))
        total: NDArray[np.int64] = axonal + dendritic
        return total

    def _pointer(self, array: Any, kind: Any) -> Any:
        if array is None:
            return None
        whole = np.ascontiguousarray(array, kind)  # the array itself, if it is of that kind
        self.kept.append(whole)
        return ctypes.c_void_p(whole.ctypes.data)

    def _text(self, name: str) -> ctypes.c_char_p:
        text = ctypes.c_char_p(name.encode())
        self.kept.append(text)
        return text


def _nest() -> Any:
    """Import NEST without its banner."""
    os.environ["PYNEST_QUIET"] = "1"
    import nest

    if hasattr(nest, "VerbosityLevel"):
        nest.verbosity = nest.VerbosityLevel.ERROR
    return nest


def _long(number: int) -> ctypes.c_long:
    return ctypes.c_long(int(number))


def _by_neuron(neurons: NDArray[Any], size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the events of each neuron start, and the order that puts them together."""
    order = np.argsort(neurons, kind="stable")
    return np.searchsorted(neurons[order], np.arange(size + 1)).astype(np.int64), order.astype(np.int64)
