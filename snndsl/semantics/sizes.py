"""What a model takes to hold and to record, estimated before any of it is made."""

from __future__ import annotations

from collections.abc import Iterator

from snndsl.errors import Fault
from snndsl.model.checked import CheckedModel
from snndsl.model.projection import ByNumber, Projection
from snndsl.model.text import Place
from snndsl.model.wiring import BYTES_OF_SYNAPSE, MAX_NETWORK_BYTES
from snndsl.semantics.constant_numbers import constant_number

__all__ = ["MAX_RECORDING_BYTES", "expected_synapses", "size_faults"]

MAX_RECORDING_BYTES = 2**36
_NUMBER = 8


def size_faults(model: CheckedModel) -> Iterator[Fault]:
    """Yield the part that makes the network, or what is recorded of it, larger than a machine can hold."""
    yield from _network(model)
    yield from _recordings(model)


def expected_synapses(model: CheckedModel, projection: Projection) -> float:
    """Return how many synapses a projection is expected to have; 0 where only the wiring can tell.

    Parameters
    ----------
    model : CheckedModel
        That it belongs to.
    projection : Projection
        Resolved.
    """
    connect = projection.connect
    if not isinstance(connect, ByNumber) or (projection.where is not None and not connect.repeats):
        return 0.0  # a fixed number is the same under any condition
    value = 1.0 if connect.value is None else constant_number(connect.value, model.constants, model.step)
    if value is None:
        return 0.0
    return sum(connect.expected(float(part.sources.size), float(part.targets.size), value) for part in projection.parts)


def _network(model: CheckedModel) -> Iterator[Fault]:
    """Yield the largest part of a network that is too large."""
    parts: list[tuple[float, Place, str]] = []
    for population in model.elements.values():
        element = population.element
        held = population.size * (len(element.states) + len(element.ports) + 1) * _NUMBER
        parts.append((held, population.place.inner("size"), f"{population.size:,} neurons of {population.name!r}"))
    for projection in model.projections.values():
        number = expected_synapses(model, projection)
        place = projection.place.inner("connect")
        parts.append((number * BYTES_OF_SYNAPSE, place, f"about {number:.3g} synapses of {projection.name!r}"))
    if sum(part[0] for part in parts) > MAX_NETWORK_BYTES:
        most, where, what = max(parts, key=lambda part: part[0])
        yield _too_large(where, f"{what} take {_bytes(int(most))}")


def _recordings(model: CheckedModel) -> Iterator[Fault]:
    total = 0.0
    for record in model.records.states:
        number = model.steps // record.every + 1
        total += float(record.selection.size) * len(record.of) * number * _NUMBER
        if total > MAX_RECORDING_BYTES:
            samples = f"{number:,} samples of {', '.join(record.of)} of {record.selection.size:,} neurons"
            what, expected = f"{samples} take {_bytes(int(total))}", f"at most {_bytes(MAX_RECORDING_BYTES)} in all"
            yield record.place.problem("recording-too-large", what, expected, "fewer neurons, or every: 10 ms")
            return
    for kept in model.records.synapses:
        if kept.projection not in model.projections or kept.where is not None:
            continue
        times = len(kept.at) + (0 if kept.every is None else model.steps // kept.every)
        synapses = expected_synapses(model, model.projections[kept.projection])
        total += synapses * len(kept.of) * times * _NUMBER
        if total > MAX_RECORDING_BYTES:
            what = f"{times:,} snapshots of {', '.join(kept.of)} of {synapses:,.0f} synapses take {_bytes(int(total))}"
            expected = f"at most {_bytes(MAX_RECORDING_BYTES)} in all"
            yield kept.place.problem("recording-too-large", what, expected, "a longer 'every', or 'where'")
            return


def _too_large(place: Place, what: str) -> Fault:
    return place.problem("too-large", what, f"a network of at most {_bytes(MAX_NETWORK_BYTES)}", "fewer neurons or synapses")


def _bytes(number: int) -> str:
    size, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}"
