"""The section ``discover`` of a model: its definition, its nulls and its expectations as arguments of a search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.expressions import parse_expression, tree
from snndsl.polychrony.definitions import Izhikevich2006
from snndsl.polychrony.sources import Network
from snndsl.schema.observation import DiscoverSpec

__all__ = ["Search", "judge", "search_of"]

_NULLS = {"shuffle_weights": "weights", "shuffle_delays": "delays", "rewire": "rewired"}
_KEYS = {"weak_to_inh": "weak_to_inhibitory"}


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """A search as a model describes it.

    Parameters
    ----------
    definition : Izhikevich2006
        With its numbers.
    mothers : ndarray of int64 or None
        Neurons of the network; None: all.
    nulls : dict of str to int
        How often each null is drawn.
    """

    definition: Izhikevich2006
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
    if list(spec.definition) != ["izhikevich2006"]:
        raise ModelError(Fault("definition-unknown", f"{', '.join(spec.definition)}", expected="izhikevich2006"))
    given = dict(spec.definition["izhikevich2006"])
    parameters = {_KEYS.get(str(key), str(key)): value for key, value in given.items() if key != "strong"}
    if "strong" in given:
        parameters["threshold"] = _threshold(str(given["strong"]))
    longest = int(network.table.delay.max(initial=1))
    published = Izhikevich2006()
    if longest > published.max_delay:
        parameters.setdefault("max_delay", longest)
        parameters.setdefault("last_step", max(published.last_step, 2 * longest + published.latency + 1))
    try:
        definition = Izhikevich2006(**{key: _number(value) for key, value in parameters.items()})
    except TypeError:
        known = ", ".join(sorted({"strong", "weak_to_inh", *Izhikevich2006().to_dict()} - {"name", "threshold"}))
        raise ModelError(Fault("definition-parameter", f"parameters {', '.join(given)}", expected=known)) from None
    return Search(definition, mothers, dict(_nulls(spec.surrogates)))


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


def _threshold(text: str) -> float:
    """Return the number of ``w > number``."""
    node = parse_expression(text)
    match node:
        case tree.Compare(op=">", left=tree.Name(text="w"), right=tree.Number(value=value)):
            return float(value)
    raise ModelError(Fault("definition-parameter", f"strong is {text!r}", expected="w > NUMBER", try_="w > 9.5"))


def _number(value: Any) -> Any:
    if isinstance(value, str) and value not in ("original", "corrected"):
        try:
            return int(value)
        except ValueError:
            return float(value)
    return value


def _nulls(surrogates: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, int]]:
    for name, options in surrogates.items():
        if name not in _NULLS:
            raise ModelError(Fault("null-unknown", f"{name!r}", expected=", ".join(_NULLS)))
        yield _NULLS[name], int(options.get("times", 1))
