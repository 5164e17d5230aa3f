"""What a model takes to hold and to record, estimated before any of it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snndsl.errors import Fault, ModelError
from snndsl.expressions import TextFault
from snndsl.schema.projection import ProjectionSpec
from snndsl.semantics.constants import constant_term, is_constant
from snndsl.semantics.selection import Selection, resolve
from snndsl.semantics.terms import Place, Term, parse_term

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["MAX_NETWORK_BYTES", "MAX_RECORDING_BYTES", "check_sizes", "expected_synapses"]

MAX_NETWORK_BYTES = 2**36
MAX_RECORDING_BYTES = 2**36
_NUMBER = 8
_SYNAPSE = 48  # source, target, two delays, weight, row


def check_sizes(model: CheckedModel) -> None:
    """Report the part that makes the network, or what is recorded of it, larger than a machine can hold."""
    total = 0
    for name in model.elements:
        total += _population(model, name)
        if total > MAX_NETWORK_BYTES:
            what = f"{model.sizes[name]:,} neurons of {name!r} take {_bytes(_population(model, name))}"
            model.faults.append(_too_large(model.place("populations", name, "size"), what))
            return
    for name, spec in model.spec.projections.items():
        number = expected_synapses(model, name, spec)
        total += int(number) * _SYNAPSE
        if total > MAX_NETWORK_BYTES:
            what = f"about {number:.3g} synapses of {name!r} take {_bytes(int(number) * _SYNAPSE)}"
            model.faults.append(_too_large(model.place("projections", name, "connect"), what))
            return
    _recordings(model)


def _population(model: CheckedModel, name: str) -> int:
    element = model.elements[name]
    return model.sizes[name] * (len(element.states) + len(element.ports) + 1) * _NUMBER


def expected_synapses(model: CheckedModel, name: str, spec: ProjectionSpec) -> float:
    """Return how many synapses a projection is expected to have; 0 where only the wiring can tell.

    Parameters
    ----------
    model : CheckedModel
        Sizes known.
    name : str
        Of the projection.
    spec : ProjectionSpec
        What it says.
    """
    sides = [
        _side(model, items, model.place("projections", name, key)) for key, items in (("from", spec.from_), ("to", spec.to))
    ]
    if sides[0] is None or sides[1] is None:
        return 0.0
    sources, targets, rule = sides[0].size, sides[1].size, spec.connect.rule
    pairs = float(sources) * targets
    if rule in ("all_to_all", "one_to_one"):
        return pairs if rule == "all_to_all" else float(sources)
    value = _constant(model, spec.connect.value, model.place("projections", name, "connect", rule))
    if value is None:
        return 0.0
    factor = {"bernoulli": pairs, "fixed_indegree": float(targets), "fixed_outdegree": float(sources)}
    return value * factor.get(rule, 1.0)


def _side(model: CheckedModel, items: tuple[str, ...], place: Place) -> Selection | None:
    try:
        return resolve(items, {**model.sizes, **dict.fromkeys(model.spec.signals, 1)}, model.spec.groups, place, "")
    except ModelError:
        return None  # reported where the projection is checked


def _constant(model: CheckedModel, text: str | None, place: Place) -> float | None:
    if text is None:
        return None
    try:
        term: Term = parse_term(text, place)
    except TextFault:
        return None
    return constant_term(model, term) if is_constant(model, term) else None


def _recordings(model: CheckedModel) -> None:
    total = 0.0
    for text, states in model.spec.record.states.items():
        place = model.place("record", "states", text)
        selection = _side(model, (text,), place)
        every = _period(model, states.every, place)
        if selection is None or not every:
            continue
        total += float(selection.size) * len(states.of) * (model.steps // every + 1) * _NUMBER
        if total > MAX_RECORDING_BYTES:
            samples = f"{model.steps // every + 1:,} samples of {', '.join(states.of)} of {selection.size:,} neurons"
            what = f"{samples} take {_bytes(int(total))}"
            expected = f"at most {_bytes(MAX_RECORDING_BYTES)} in all"
            model.faults.append(place.problem("recording-too-large", what, expected, "fewer neurons, or every: 10 ms"))
            return


def _period(model: CheckedModel, text: str | None, place: Place) -> int:
    from snndsl.semantics.check import whole_steps

    if text is None:
        return 1
    try:
        return whole_steps(parse_term(text, place), model.step, "every")
    except (TextFault, ModelError):
        return 0  # reported where the record is checked


def _too_large(place: Place, what: str) -> Fault:
    return place.problem("too-large", what, f"a network of at most {_bytes(MAX_NETWORK_BYTES)}", "fewer neurons or synapses")


def _bytes(number: int) -> str:
    size, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}"
