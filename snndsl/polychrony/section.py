"""The section ``discover`` of a model: its definition, its nulls and its expectations as arguments of a search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError, TextFault
from snndsl.polychrony.answer import NeuronModel
from snndsl.polychrony.definitions import Definition, Izhikevich2006, definition_of
from snndsl.polychrony.sources import Network
from snndsl.schema.observation import DiscoverSpec
from snndsl.semantics.check import time_in_steps
from snndsl.units import parse_quantity, to_internal

__all__ = ["Search", "chosen_definition", "inhibitory_of", "judge", "search_of"]

_NULLS = {"shuffle_weights": "weights", "shuffle_delays": "delays", "rewire": "rewired"}
_KEYS = {"weak_to_inh": "weak_to_inhibitory"}


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A search as a model describes it.

    Parameters
    ----------
    definition : Definition
        With its numbers.
    mothers : ndarray of int64 or None
        Neurons of the network; None: all.
    nulls : dict of str to int
        How often each null is drawn.
    """

    definition: Definition
    mothers: NDArray[np.int64] | None
    nulls: dict[str, int]


def search_of(spec: DiscoverSpec, network: Network, mothers: NDArray[np.int64] | None) -> Search:
    """Return the search that a section describes.

    Parameters
    ----------
    spec : DiscoverSpec
        One entry of ``discover``.
    network : Network
        To be searched.
    mothers : ndarray of int64 or None
        Already resolved to neurons of the network.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter, null-unknown.
    """
    if len(spec.definition) != 1:
        raise ModelError(Fault("definition-unknown", f"{', '.join(spec.definition) or 'none'}", expected="one definition"))
    ((name, given),) = spec.definition.items()
    parameters = {_KEYS.get(str(key), str(key)): value for key, value in given.items() if key not in ("strong", "inhibitory")}
    if "strong" in given:
        parameters["threshold"] = _strong(str(given["strong"]))
    return Search(chosen_definition(name, parameters, network), mothers, dict(_nulls(spec.surrogates)))


def inhibitory_of(spec: DiscoverSpec) -> list[str] | None:
    """Return the populations that a section calls inhibitory; None: those with negative weights are."""
    found = [given["inhibitory"] for given in spec.definition.values() if "inhibitory" in given]
    if not found:
        return None
    return (
        [str(name) for name in found[0]]
        if isinstance(found[0], Sequence) and not isinstance(found[0], str)
        else [str(found[0])]
    )


def chosen_definition(name: str, parameters: Mapping[str, Any], network: Network) -> Definition:
    """Return a definition for a network: times brought to its step, mode as its neurons allow.

    Parameters
    ----------
    name : str
        Of the definition.
    parameters : mapping
        What differs from the published numbers: numbers, text that is read as such, times such as ``"2 ms"``, and
        ``threshold`` or ``fraction_of`` in the unit of the weights, such as ``"0.5 mV"``.
    network : Network
        To be searched.

    Raises
    ------
    ModelError
        definition-unknown, definition-parameter.
    """
    fraction = "fraction_of" in parameters
    weights = {"fraction_of"} if fraction else {"threshold"}
    given = {
        key: _weight(str(value), network) if key in weights and value is not None else _steps(value, network)
        for key, value in parameters.items()
    }
    if name == Izhikevich2006.name and isinstance(network.neurons, NeuronModel):
        given = {"mode": "corrected"} | given
    longest = int(network.table.delay.max(initial=1))
    definition = definition_of(name, given, step_ms=float(network.step_ms), longest=longest)
    if definition.strong > 0 and "threshold" not in given and network.weight_units not in ((), ("1",)):
        what = f"weights in {' or '.join(network.weight_units)}, but no threshold (the published one has no unit)"
        hint = f'--threshold "5 {network.weight_units[0]}"'
        raise ModelError(Fault("definition-parameter", what, expected="the weight above which a synapse is strong", try_=hint))
    return definition


def _steps(value: Any, network: Network) -> Any:
    """Return a time as steps; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        quantity = parse_quantity(value)
    except TextFault:
        return value
    if quantity is None or quantity.unit.text == "1":
        return value
    return time_in_steps(value, network.step_ms)


def judge(expect: Mapping[str, Any], facts: Mapping[str, float]) -> Iterator[tuple[bool, str]]:
    """Yield for each expectation of a search whether it is met, and in words.

    Parameters
    ----------
    expect : mapping
        ``groups`` or ``p``: {equals, at_least, at_most, between}.
    facts : mapping of str to float
        What was found.
    """
    for name, bounds in expect.items():
        if name not in facts:
            yield False, f"{name}: not measured (a p-value needs surrogates)"
            continue
        value = facts[name]
        wanted = bounds if isinstance(bounds, Mapping) else {"equals": bounds}
        for how, bound in wanted.items():
            yield _met(value, str(how), bound), f"{name} {value:g}, {how} {bound}"


def _met(value: float, how: str, bound: Any) -> bool:
    match how:
        case "equals":
            return value == float(bound)
        case "at_least":
            return value >= float(bound)
        case "at_most":
            return value <= float(bound)
        case "between":
            return float(bound[0]) <= value <= float(bound[1])
    raise ModelError(Fault("expect-unknown", f"{how!r}", expected="equals, at_least, at_most, between"))


def _weight(text: str, network: Network) -> float:
    """Return a weight, such as ``9.5`` or ``0.5 mV``, in the units of the program."""
    known = network.weight_units
    expected = f"a weight in {' or '.join(unit for unit in known)}" if known and known != ("1",) else "a weight, a number"
    try:
        quantity = parse_quantity(text.strip())
    except TextFault as error:
        raise ModelError(Fault("definition-parameter", f"threshold {text!r}: {error.what}", expected=expected)) from None
    if quantity is None or str(quantity.unit.dimension) not in (known or ("1",)):
        raise ModelError(Fault("definition-parameter", f"threshold {text!r}", expected=expected))
    return to_internal(quantity.value, quantity.unit, network.step_ms)


def _strong(text: str) -> str:
    """Return the weight of ``w > weight``."""
    left, sign, right = text.partition(">")
    if left.strip() != "w" or not sign:
        raise ModelError(Fault("definition-parameter", f"strong is {text!r}", expected="w > WEIGHT", try_="w > 9.5"))
    return right


def _nulls(surrogates: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for name, options in surrogates.items():
        if name not in _NULLS:
            raise ModelError(Fault("null-unknown", f"{name!r}", expected=", ".join(_NULLS)))
        yield _NULLS[name], int(options.get("times", 1))
