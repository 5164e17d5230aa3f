"""What run.py needs besides Brian2's own objects: our functions, and the arrays that the compiled program fills itself.

Nothing here is imported once the model is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from plan import read_settings  # type: ignore[import-not-found]

__all__ = ["Arrays", "functions"]

NONE: Mapping[str, str] = MappingProxyType({})
MEMBERS = {"count": "N", "pre": "_synaptic_pre", "post": "_synaptic_post", "n_outgoing": "N_outgoing",
           "n_incoming": "N_incoming"}  # fmt: skip

_OURS = re.compile(r"^static inline double (snn_\w+)\((double \w+(?:,\s+double \w+)*)\)$", re.MULTILINE)
"""A function of code/functions.h that takes and returns numbers."""
_REAL = {"snn_trial": 1, "snn_due": 2, "snn_key": 1, "snn_read": 1, "snn_past": 3, "snn_select": 3}
_WITH_EFFECT = {"snn_sample": 3, "snn_bound": 3, "snn_number": 2, "snn_within": 4, "snn_inject": 1, "snn_snapshot": 1,
                "snn_record": 1, "snn_carried": 1, "snn_total": 2}  # fmt: skip


def functions() -> dict[str, Any]:
    """Return the functions of code/functions.h and code/operations.h as Brian2 functions."""
    from brian2 import Function

    def function(name: str, arguments: int, stateless: bool) -> Any:
        made = Function(
            lambda *args: 0.0,
            arg_units=[1] * arguments,
            arg_types=["any"] * arguments,
            return_unit=1,
            return_type="float",
            stateless=stateless,
        )
        made.implementations.add_implementation("cpp", "", name=name)
        return made

    ours = _OURS.findall(Path(__file__).with_name("functions.h").read_text())
    real = {name: arguments.count("double ") for name, arguments in ours} | _REAL
    made = {name: function(name, count, True) for name, count in real.items()}
    return made | {name: function(name, count, False) for name, count in _WITH_EFFECT.items()}


class Arrays:
    """The arrays of Brian2 that the compiled program fills from data/ when it starts, as lines of C++.

    Parameters
    ----------
    tree : Path
        Folder of run.py; settings.json says which variables there are.
    """

    def __init__(self, tree: Path) -> None:
        self.settings = read_settings(tree)
        self.lines: list[str] = []
        self.gates: list[str] = []

    def population(self, name: str, group: Any, renamed: Mapping[str, str] = NONE) -> None:
        """Name the parameters, states and ports of a population; `renamed` are those that are called otherwise here."""
        self._group(name, group)
        neuron = self.settings["neurons"][self.settings["populations"][name]["neuron"]]
        for variable in (*neuron["params"], *neuron["states"], *neuron["ports"]):
            array = _array(group.variables[renamed.get(variable, variable)])
            self.lines.append(f'snn::recorder().model.populations["{name}"].values["{variable}"] = {array};')

    def source(self, name: str, group: Any) -> None:
        """Name a source: a SpikeGeneratorGroup whose spikes come from data/."""
        self._group(name, group)
        for member, variable in (("timebins", "_timebins"), ("neurons", "neuron_index")):
            array = _array(group.variables[variable])
            self.lines.append(f'snn::recorder().model.populations["{name}"].{member} = &{array};')

    def _group(self, name: str, group: Any) -> None:
        spikes = _array(group.variables["_spikespace"])
        self.lines += [
            f'snn::recorder().model.populations["{name}"].name = "{name}";',
            f'snn::recorder().model.populations["{name}"].size = {len(group)};',
            f'snn::recorder().model.populations["{name}"].spikes = {spikes};',
        ]

    def synapses(self, name: str, group: Any, renamed: Mapping[str, str] = NONE) -> None:
        """Name the variables of synapses; `renamed` are those that are called otherwise here."""
        here = f'snn::recorder().model.synapses["{name}"]'
        part = self.settings["synapses"][name]
        static = {"params": ["weight"], "states": [], "order": "", "bound": ""}
        rule = self.settings["rules"].get(part["rule"], static | self._carry(part))
        self.lines += [
            f'{here}.name = "{name}";',
            f"{here}.sources = {len(group.source)};",
            f"{here}.targets = {len(group.target)};",
            f'{here}.source = "{part["source"]}";',
            f'{here}.target = "{part["target"]}";',
            f"{here}.post_first = {str(rule['order'] == 'post_first').lower()};",
        ]
        for member, variable in MEMBERS.items():
            self.lines.append(f"{here}.{member} = {'' if member == 'count' else '&'}{_array(group.variables[variable])};")
        for way in ("pre", "post"):
            delay = f"&{_array(getattr(group, way).variables['delay'])}" if hasattr(group, way) else "NULL"
            self.lines.append(f"{here}.{way}_delay = {delay};")
        self.lines += [f'{here}.states.push_back("{variable}");' for variable in rule["states"]]
        for variable in ("dendritic", "lag", "row"):
            if variable in group.equations:
                self.lines.append(f'{here}.integers["{variable}"] = &{_array(group.variables[variable])};')
        for variable in (*rule["params"], *rule["states"], *(summed for _, summed, _ in rule.get("sums", ()))):
            array = group.variables[renamed.get(variable, variable)]
            kind, sign = ("shared", "") if array.scalar else ("values", "&")
            self.lines.append(f'{here}.{kind}["{variable}"] = {sign}{_array(array)};')
        if rule["bound"]:
            self.lines += [f'{here}.bounded = "{"" if part["rule"] is None else "w"}";', f'{here}.bound = "{rule["bound"]}";']

    def _carry(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.settings["carries"][part["carry"]]) if "carry" in part else {}

    def carrying(self, name: str, group: Any, port: str, renamed: Mapping[str, str] = NONE) -> None:
        """Name the variables of synapses that carry a value to a port of the target."""
        self.synapses(name, group, renamed)
        here = f'snn::recorder().model.synapses["{name}"]'
        self.lines += [
            f"{here}.carried = &{_array(group.variables['carried'])};",
            f"{here}.into = {_array(group.target.variables[port])};",
        ]

    def tick(self, name: str, period: int, runner: Any) -> None:
        """Call the code of a tick only in the steps in which a synapse is due."""
        self.lines += [
            "snn::recorder().model.gates.push_back(snn::Gate());",
            f'snn::recorder().model.gates.back().synapses = "{name}";',
            f"snn::recorder().model.gates.back().period = {period};",
        ]
        self.gates.append(runner.name)

    def total(self, parts: Sequence[str], variable: str, period: int, over: str) -> None:
        """Name a sum over synapses: `variable` holds what each of them adds, and then what it amounts to."""
        here = "snn::recorder().model.totals.back()"
        self.lines += [
            "snn::recorder().model.totals.push_back(snn::Total());",
            *(f'{here}.parts.push_back("{part}");' for part in parts),
            f'{here}.variable = "{variable}";',
            f"{here}.period = {period};",
            f"{here}.by_source = {str(over == 'source').lower()};",
        ]

    def start(self) -> None:
        """Have the compiled program fill the arrays before the network runs, and leave when it has run."""
        from brian2 import device

        device.insert_code("main", "\n".join([*self.lines, "snn::recorder().start();"]))
        device.insert_code("after_network_run", "snn::recorder().finish();")


def _array(variable: Any) -> str:
    from brian2 import device

    return str(device.get_array_name(variable, access_data=False))
