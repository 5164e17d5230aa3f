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
MEMBERS = ("_synaptic_pre", "_synaptic_post", "N_outgoing", "N_incoming")

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
        neuron = self.settings["neurons"][self.settings["populations"][name]["neuron"]]
        variables = (*neuron["params"], *neuron["states"], *neuron["ports"])
        self._group(name, group, {variable: group.variables[renamed.get(variable, variable)] for variable in variables})

    def source(self, name: str, group: Any) -> None:
        """Name a source: a SpikeGeneratorGroup whose spikes come from data/."""
        self._group(name, group, {})
        timebins, neurons = (_array(group.variables[variable]) for variable in ("_timebins", "neuron_index"))
        self.lines.append(f'snn::recorder().model.spikes_of("{name}", &{timebins}, &{neurons});')

    def _group(self, name: str, group: Any, variables: Mapping[str, Any]) -> None:
        spikes = _array(group.variables["_spikespace"])
        values, shared = _arrays(variables), _numbers(variables)
        self.lines.append(f'snn::recorder().model.add_population("{name}", {len(group)}, {spikes}, {values}, {shared});')

    def synapses(self, name: str, group: Any, renamed: Mapping[str, str] = NONE) -> None:
        """Name the variables of synapses; `renamed` are those that are called otherwise here."""
        part = self.settings["synapses"][name]
        static = {"params": ["weight"], "states": [], "order": "", "bound": ""}
        rule = self.settings["rules"].get(part["rule"], static | self._carry(part))
        names = (*rule["params"], *rule["states"], *(summed for _, summed, _ in rule.get("sums", ())))
        variables = {variable: group.variables[renamed.get(variable, variable)] for variable in names}
        integers = {name: group.variables[name] for name in ("dendritic", "lag", "row") if name in group.equations}
        delays = (getattr(group, way).variables["delay"] if hasattr(group, way) else None for way in ("pre", "post"))
        arguments = [
            _text(name),
            *(f'{{"{part[end]}", {len(getattr(group, end))}}}' for end in ("source", "target")),
            str(rule["order"] == "post_first").lower(),
            *(f"&{_array(group.variables[variable])}" for variable in MEMBERS),
            _array(group.variables["N"]),
            *("NULL" if delay is None else f"&{_array(delay)}" for delay in delays),
            f"{{{', '.join(map(_text, rule['states']))}}}",
            _table(integers, "&"),
            _arrays(variables, "&"),
            _numbers(variables),
            _text(rule["bound"]),
        ]
        self.lines.append(f"snn::recorder().model.add_synapses({', '.join(arguments)});")

    def _carry(self, part: Mapping[str, Any]) -> dict[str, Any]:
        return dict(self.settings["carries"][part["carry"]]) if "carry" in part else {}

    def carrying(self, name: str, group: Any, port: str, renamed: Mapping[str, str] = NONE) -> None:
        """Name the variables of synapses that carry a value to a port of the target."""
        self.synapses(name, group, renamed)
        carried, into = _array(group.variables["carried"]), _array(group.target.variables[port])
        self.lines.append(f'snn::recorder().model.carry("{name}", &{carried}, {into});')

    def tick(self, name: str, period: int, runner: Any) -> None:
        """Call the code of a tick only in the steps in which a synapse is due."""
        self.lines.append(f'snn::recorder().model.add_gate("{name}", {period});')
        self.gates.append(runner.name)

    def total(self, parts: Sequence[str], variable: str, period: int, over: str) -> None:
        """Name a sum over synapses: `variable` holds what each of them adds, and then what it amounts to."""
        by_source = str(over == "source").lower()
        places = ", ".join(map(_text, parts))
        self.lines.append(f'snn::recorder().model.add_total({{{places}}}, "{variable}", {period}, {by_source});')

    def start(self) -> None:
        """Have the compiled program fill the arrays before the network runs, and leave when it has run."""
        from brian2 import device

        device.insert_code("main", "\n".join([*self.lines, "snn::recorder().start();"]))
        device.insert_code("after_network_run", "snn::recorder().finish();")


def _array(variable: Any) -> str:
    from brian2 import device

    return str(device.get_array_name(variable, access_data=False))


def _table(variables: Mapping[str, Any], sign: str = "") -> str:
    """Return names with their arrays as a list of C++: a list is compiled in a moment, a statement for each is not."""
    return f"{{{', '.join(f'{{{_text(name)}, {sign}{_array(variable)}}}' for name, variable in variables.items())}}}"


def _arrays(variables: Mapping[str, Any], sign: str = "") -> str:
    return _table({name: variable for name, variable in variables.items() if not variable.scalar}, sign)


def _numbers(variables: Mapping[str, Any]) -> str:
    return _table({name: variable for name, variable in variables.items() if variable.scalar})


def _text(name: str) -> str:
    return f'"{name}"'
