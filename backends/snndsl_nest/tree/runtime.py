"""Node and synapse models of NEST from compiled kernels, and the arrays they share with Python.

What `run.py` creates and connects are the models of this file: ``snn_neuron_NAME``, ``snn_source`` and ``snn_rule_NAME``.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from failure import carry_failure, sample_failure, state_failure  # type: ignore[import-not-found]
from numpy.typing import NDArray
from synapse_tables import column  # type: ignore[import-not-found]

__all__ = ["Runtime", "nest_name", "values_of"]

_RESERVED = frozenset(
    {
        "available", "capacity", "compartments", "element_type", "elementsize", "frozen", "global_id", "instantiations",
        "local", "model", "model_id", "node_uses_wfr", "receptors", "thread", "thread_local_id", "type_id", "vp",
    }
)  # fmt: skip
"""What the status of a node says in NEST."""
RULE, CARRY = 1, 2
"""What failed, as network.h numbers it; 0: a neuron."""


def nest_name(name: str) -> str:
    """Return the name that a parameter or state has in NEST: a reserved one gets another underscore."""
    return f"{name}_" if name.rstrip("_") in _RESERVED else name


class Runtime:
    """The runtime and the kernels of a model, loaded; the models are known to NEST once it has installed the runtime.

    Parameters
    ----------
    settings : mapping
        Of settings.json.
    data : Path
        Folder of the arrays.
    libraries : tuple of Path
        Runtime and kernels.
    """

    def __init__(self, settings: Mapping[str, Any], data: Path, libraries: tuple[Path, Path]) -> None:
        self.settings, self.data = settings, data
        self.library, self.kernels = (ctypes.CDLL(str(library)) for library in libraries)
        self.tables: dict[str, int] = {}
        self.carrying: dict[str, tuple[int, int, int]] = {}
        self._kept: list[Any] = []  # arrays that the compiled code points to
        self._samples()
        for name, neuron in settings["neurons"].items():
            self._neuron(name, neuron)
        self.library.snn_neuron_model(b"snn_source", None, None, None, 0, None, None, 0, None, 0)
        for name, rule in settings["rules"].items():
            self._rule(name, rule)

    def table(self, synapses: str) -> int:
        """Return the number of the table of plastic synapses: parameters, states and delays, one row a synapse."""
        item = self.settings["synapses"][synapses]
        rule, folder = self.settings["rules"][item["rule"]], self.data / "synapses" / synapses
        columns = [column(folder / f"{name}.npy", item["rows"]) for name in ("axonal", "dendritic", "row")]
        pointers = [self.pointer(column, kind) for column, kind in zip(columns, (np.int32, np.int32, np.int64), strict=True)]
        each = any(item["values"][name] is None for name in rule["params"])
        params = values_of(item["values"], rule["params"], folder, item["rows"] if each else 1)
        states = values_of(item["values"], rule["states"], folder, item["rows"])
        known: list[str] = self.settings["neurons"][self.settings["populations"][item["target"]]["neuron"]]["ports"]
        ports = [known.index(item["ports"][name] if name else item["port"]) for name, _ in rule["deliver"]]
        self.tables[synapses] = int(
            self.library.snn_table(
                ctypes.c_long(item["rows"]), *pointers, self.pointer(params, np.float64),
                ctypes.c_long(params.shape[1] if each else 0), self.pointer(states, np.float64),
                len(ports), self.pointer(np.array(ports, np.int32), np.int32),
            )
        )  # fmt: skip
        return self.tables[synapses]

    def carry(self, synapses: str, target: int, size: int) -> None:
        """Have synapses carry a value to the nodes from `target` on in every step: rows by target, else in their order."""
        item, folder = self.settings["synapses"][synapses], self.data / "synapses" / synapses
        names = ("pre", "post", "axonal", "dendritic")
        pre, post, axonal, dendritic = (column(folder / f"{name}.npy", item["rows"]) for name in names)
        order = np.argsort(post, kind="stable")
        start = np.searchsorted(post[order], np.arange(size + 1))
        delay = (axonal + dendritic)[order]
        carry, place = self.settings["carries"][item["carry"]], list(self.settings["synapses"]).index(synapses)
        params = values_of(item["values"], carry["params"], folder, item["rows"])[order]
        ports: list[str] = self.settings["neurons"][self.settings["populations"][item["target"]]["neuron"]]["ports"]
        number = self.library.snn_carrying(
            ctypes.c_long(target), ports.index(item["port"]), place, getattr(self.kernels, f"snn_carry_{item['carry']}"),
            self.pointer(start, np.int64), self.pointer(order, np.int64), self.pointer(pre[order], np.int32),
            self.pointer(delay, np.int32), self.pointer(params, np.float64), ctypes.c_long(params.shape[1]),
            carry["params"].index(carry["bound"]),
        )  # fmt: skip
        self.carrying[synapses] = target, int(number), int(delay.max(initial=1))

    def reads(self, first: Mapping[str, int]) -> None:
        """Tell what is read of others by neurons, rules, carried values; `first`: id of the first node of each population."""
        populations, library = self.settings["populations"], self.library
        for name, population in populations.items():
            for _, of, state in self.settings["neurons"].get(population["neuron"], {}).get("reads", ()):
                ids = (ctypes.c_long(first[item]) for item in (name, of))
                library.snn_read(*ids, populations[of]["states"].index(state))
        for name, number in self.tables.items():
            item = self.settings["synapses"][name]
            for _, of, state in self.settings["rules"][item["rule"]].get("reads", ()):
                owner = {"pre": item["source"], "post": item["target"]}.get(of, of)
                which = None
                if of in ("pre", "post"):
                    which = self.pointer(np.load(self.data / "synapses" / name / f"{of}.npy"), np.int32)
                library.snn_rule_read(
                    ctypes.c_long(number), ctypes.c_long(first[owner]), ctypes.c_long(populations[owner]["size"]),
                    populations[owner]["states"].index(state), which,
                )  # fmt: skip

        for name, (target, number, steps) in self.carrying.items():
            item = self.settings["synapses"][name]
            for _, of, state in self.settings["carries"][item["carry"]].get("reads", ()):
                owner = {"pre": item["source"], "post": item["target"]}.get(of, of)
                size, place = populations[owner]["size"], populations[owner]["states"].index(state)
                ids = (ctypes.c_long(value) for value in (target, number, first[owner], size))
                side = ("pre", "post").index(of) if of in ("pre", "post") else 2
                library.snn_carry_read(*ids, place, side, ctypes.c_long(steps if of == "pre" else 1))

    def sums(self) -> None:
        """Tell which synapses are summed over together: those of a projection, in the order of its rows."""
        projections: dict[str, list[str]] = {}
        for name in self.tables:
            item = self.settings["synapses"][name]
            if self.settings["rules"][item["rule"]].get("sums"):
                projections.setdefault(item["projection"], []).append(name)
        for names in projections.values():
            items, folders = (
                [self.settings["synapses"][name] for name in names],
                [self.data / "synapses" / name for name in names],
            )
            counts = [item["rows"] for item in items]
            order = np.argsort(np.concatenate([np.load(folder / "row.npy") for folder in folders]), kind="stable")
            table, row = np.repeat(np.arange(len(names)), counts)[order], np.concatenate([*map(np.arange, counts)])[order]
            ends: list[Any] = []
            for side, end in (("target", "post"), ("source", "pre")):
                joined = [(item[side], np.load(folder / f"{end}.npy")) for item, folder in zip(items, folders, strict=True)]
                numbers = self._numbered(joined)
                ends += [self.pointer(numbers[order], np.int32), ctypes.c_long(int(numbers.max()) + 1)]
            late = bool(np.load(folders[0] / "dendritic.npy")[0])  # equal for all
            self.library.snn_together(
                ctypes.c_long(len(names)), self.pointer([self.tables[name] for name in names], np.int64), ctypes.c_long(late),
                ctypes.c_long(len(order)), self.pointer(table, np.int32), self.pointer(row, np.int64), *ends,
            )  # fmt: skip

    def _numbered(self, sides: Sequence[tuple[str, NDArray[np.int32]]]) -> NDArray[np.int64]:
        """Return a number for the neuron of every synapse, equal for the same neuron of the same population."""
        first: dict[str, int] = {}
        for name, _ in sides:
            if name not in first:
                first[name] = sum(self.settings["populations"][other]["size"] for other in first)
        return np.concatenate([first[name] + neurons.astype(np.int64) for name, neurons in sides])

    def tick_together(self, steps: int) -> None:
        """Do the ticks that sum over synapses, once `steps` of NEST are done."""
        self.library.snn_tick_together(ctypes.c_long(steps))

    def until_together(self, steps: int, most: int) -> int:
        """Return how many steps it is to the next of such ticks, at most `most`."""
        until = self.library.snn_until_together
        until.restype = ctypes.c_long
        return int(until(ctypes.c_long(steps), ctypes.c_long(most)))

    def pointer(self, array: Any, kind: Any) -> ctypes.c_void_p:
        """Return where an array of some kind of numbers is; it stays there."""
        whole = np.ascontiguousarray(array, kind)  # the array itself, if it is of that kind
        self._kept.append(whole)
        return ctypes.c_void_p(whole.ctypes.data)

    def failure(self) -> tuple[int, dict[str, Any]] | None:
        """Return the steps that are complete and what stopped the model, as the run folder wants it; None if nothing did."""
        facts, numbers = np.zeros(7, np.int64), np.zeros(2)
        if not self.library.snn_failure(*(array.ctypes.data_as(ctypes.c_void_p) for array in (facts, numbers))):
            return None
        complete, kind, order, place, index, sample, bounded = (int(fact) for fact in facts)
        settings, (value, limit), step = self.settings, numbers.tolist(), complete + 1
        if sample >= 0:
            return complete, sample_failure(settings, settings["samples"][sample], limit, step)
        if kind == CARRY:
            owner = list(settings["synapses"])[order]
            index = int(np.load(self.data / "synapses" / owner / "row.npy")[index])
            return complete, carry_failure(settings, owner, index, value, step, limit)
        if kind == RULE:
            owner = list(self.tables)[order]
            index = int(np.load(self.data / "synapses" / owner / "row.npy")[index])
            states = settings["rules"][settings["synapses"][owner]["rule"]]["states"]
        else:
            owner = list(settings["populations"])[order]
            states = settings["neurons"][settings["populations"][owner]["neuron"]]["states"]
        return complete, state_failure(settings, owner, index, states[place], value, step, bool(bounded))

    # ---- filling the runtime

    def _neuron(self, name: str, neuron: Mapping[str, Any]) -> None:
        kernel = f"snn_neuron_{name}"
        functions = (getattr(self.kernels, kernel), getattr(self.kernels, f"{kernel}_check"), self.kernels.snn_sample_failure)
        params, states = neuron["params"], neuron["states"]
        values = [item["values"] for item in self.settings["populations"].values() if item["neuron"] == name]
        common = self.pointer([all(given[param] is not None for given in values) for param in params], np.int32)
        self.library.snn_neuron_model(
            kernel.encode(), *functions, len(params), _texts(params), common, len(states), _texts(states), len(neuron["ports"])
        )

    def _rule(self, name: str, rule: Mapping[str, Any]) -> None:
        pre, post = (getattr(self.kernels, f"snn_rule_{name}_{event}") for event in ("pre", "post"))
        facts = (len(rule["states"]), int(rule["order"] == "post_first"), len(rule.get("reads", ())))
        self.library.snn_rule(f"snn_rule_{name}".encode(), *facts, pre, post, self.kernels.snn_sample_failure)
        for period in rule["every"]:
            self.library.snn_tick(ctypes.c_long(period), getattr(self.kernels, f"snn_rule_{name}_every_{period}"))
            for due, summed, over in rule.get("sums", ()):
                if due == period:
                    term = getattr(self.kernels, f"snn_rule_{name}_every_{period}_{summed}")
                    self.library.snn_sum(int(over == "source"), term)

    def _samples(self) -> None:
        class Sample(ctypes.Structure):
            _fields_ = (("values", ctypes.c_void_p), ("size", ctypes.c_int64))

        table = (Sample * max(1, len(self.settings["samples"]))).in_dll(self.kernels, "snn_samples")
        for number, name in enumerate(self.settings["samples"]):
            values = np.load(self.data / "samples" / f"{name}.npy")
            table[number].values, table[number].size = self.pointer(values, np.float64), len(values)


def _texts(names: Sequence[str]) -> Any:
    return (ctypes.c_char_p * len(names))(*(nest_name(name).encode() for name in names))


def values_of(values: Mapping[str, Any], names: Sequence[str], folder: Path, rows: int) -> NDArray[np.float64]:
    """Return values side by side, shape (rows, names); a null among them stands for an array file in the folder."""
    table = np.zeros((rows, len(names)))
    for place, name in enumerate(names):
        table[:, place] = column(folder / f"{name}.npy", rows) if values[name] is None else float(values[name])
    return table
