"""Names of what the synapses of a projection hold, as a file writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Maker

__all__ = ["state_makers", "state_names", "unknown_state"]


def state_names(reading: Reading, projection: str) -> dict[str, str]:
    """Return states and traces of the rules of a projection: what may be written, and the flat name that it means.

    A rule among several has a label: ``stdp.x`` is its own, and so is ``x`` if no other has one.
    """
    owned = list(_owned(reading, projection))
    times = Counter(key for _, key in owned)
    found = {f"{label}.{key}" if label else key: f"{label}.{key}" if label else key for label, key in owned}
    return found | {key: f"{label}.{key}" for label, key in owned if label and times[key] == 1}


def unknown_state(reading: Reading, projection: str, name: str) -> str:
    """Return what is to be said about a name that `state_names` does not have, if several rules have it; else nothing."""
    owners = [repr(label) for label, key in _owned(reading, projection) if key == name]
    return f"{name!r} is a state of {' and '.join(owners)}" if len(owners) > 1 else ""


def state_makers(reading: Reading, projection: str) -> dict[str, Maker]:
    """Return how the dimension of every name is found that may be written about the synapses of a projection."""
    drafts = zip(reading.rules.get(projection, ()), reading.rule_scopes.get(projection, ()), strict=True)
    scopes = {rule.label: scope for rule, scope in drafts}
    parts = {written: flat.rpartition(".") for written, flat in state_names(reading, projection).items()}
    return {written: partial(scopes[label].lookup, key) for written, (label, _, key) in parts.items()}


def _owned(reading: Reading, projection: str) -> Iterator[tuple[str, str]]:
    for rule in reading.rules.get(projection, ()):
        yield from ((rule.label, key) for key in (*rule.states, *rule.traces))
