"""Names that are there without being declared: what each is, and where it may be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from snndsl.deferred import dataclass
from snndsl.expressions.dimensions import TIME
from snndsl.units import LENGTH, ONE, Dimension

__all__ = ["BUILTINS", "SAID", "Builtin", "Part", "builtin_dimensions", "run_names"]

Part = Literal["file", "element", "rule", "population", "wiring", "columns", "stimulus", "weight", "search"]
Phase = Literal["constant", "build", "run"]


@dataclass(frozen=True, slots=True)
class Builtin:
    """A name that nobody declares.

    Parameters
    ----------
    name : str
        As it is written.
    dimension : Dimension
        Of its value.
    phase : str
        When its value is known: ``constant`` (in the file), ``build`` (one a neuron, synapse or row, before the run), ``run``.
    parts : tuple of str
        Texts in which it may be read: ``file`` (constants), ``element`` (neurons and signals), ``rule``, ``population`` (its
        values), ``wiring`` (projections), ``columns`` (listed spikes and pairs), ``stimulus`` (rates and currents), ``weight``
        (of a stimulus), ``search`` (surrogates).
    says : str
        What it is.
    """

    name: str
    dimension: Dimension
    phase: Phase
    parts: tuple[Part, ...]
    says: str


SAID: Mapping[str, str] = MappingProxyType(
    {
        "file": "values of the file",
        "element": "neurons and signals",
        "rule": "rules",
        "population": "values of populations",
        "wiring": "projections",
        "columns": "listed spikes and pairs",
        "stimulus": "stimuli",
        "weight": "stimuli",
        "search": "surrogates",
    }
)
"""What each kind of text is called."""

BUILTINS: tuple[Builtin, ...] = (
    Builtin("pi", ONE, "constant", ("file", "element", "rule"), "the ratio of a circle's circumference to its diameter"),
    Builtin("dt", TIME, "constant", ("file", "element", "rule"), "length of a step"),
    Builtin("t", TIME, "run", ("element", "rule", "stimulus"), "time at the beginning of the step"),
    Builtin("trial", ONE, "run", ("element", "rule", "stimulus"), "number of the trial, from 0"),
    Builtin("i", ONE, "build", ("element", "population", "stimulus", "weight"), "place of the neuron, from 0"),
    Builtin("N", ONE, "build", ("element", "population", "stimulus", "weight"), "how many neurons there are"),
    Builtin("block", ONE, "build", ("stimulus", "weight"), "place of the population in a list of several"),
    Builtin("since_spike", TIME, "run", ("element",), "time since the last spike of the neuron"),
    Builtin("since_pre", TIME, "run", ("rule",), "time since a presynaptic spike last reached the synapse"),
    Builtin("since_post", TIME, "run", ("rule",), "time since a postsynaptic spike last reached the synapse"),
    Builtin("i", ONE, "build", ("wiring", "search"), "place of the source neuron, from 0"),
    Builtin("j", ONE, "build", ("wiring", "search"), "place of the target neuron, from 0"),
    Builtin("rank", ONE, "build", ("wiring",), "place of the synapse among those of its source, in drawing order"),
    Builtin("row", ONE, "build", ("wiring", "columns", "rule"), "row of a table, from 0; in rules that of the synapse"),
    Builtin("copy", ONE, "build", ("wiring",), "number of the synapse among the copies of its pair"),
    Builtin("N_from", ONE, "build", ("wiring",), "how many neurons there are to connect from"),
    Builtin("N_to", ONE, "build", ("wiring",), "how many neurons there are to connect to"),
    Builtin("distance", LENGTH, "build", ("wiring",), "from the source to the target; both need positions"),
    Builtin("pre.block", ONE, "build", ("wiring",), "place of the source's population in a list of several"),
    Builtin("post.block", ONE, "build", ("wiring",), "place of the target's population in a list of several"),
)
"""Every name that is there without being declared, but for ``w`` of rules, which has the unit of the weights."""


def run_names(part: Part) -> frozenset[str]:
    """Return the built-in names of a kind of text that are known only during a run.

    Parameters
    ----------
    part : str
        Kind of text.
    """
    return frozenset(item.name for item in BUILTINS if part in item.parts and item.phase == "run")


def builtin_dimensions(part: Part, names: Iterable[str] | None = None) -> Mapping[str, Dimension]:
    """Return the dimensions of the built-in names that a kind of text may read.

    Parameters
    ----------
    part : str
        Kind of text.
    names : iterable of str, optional
        Only these.
    """
    chosen = None if names is None else {*names}
    return {item.name: item.dimension for item in BUILTINS if part in item.parts and (chosen is None or item.name in chosen)}
