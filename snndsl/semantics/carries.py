"""What a projection carries in every step: an expression of the neurons on both sides, of signals and of constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snndsl.errors import Fault
from snndsl.expressions import FUNCTIONS, TextFault
from snndsl.expressions.dimensions import BOOLEAN
from snndsl.expressions.walk import calls_in, names_in
from snndsl.model.text import Term
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.reading import Reading
from snndsl.semantics.scope import Result, said
from snndsl.semantics.sides import SideNames
from snndsl.semantics.usable import PURE, misplaced
from snndsl.units import Dimension

__all__ = ["Carried", "read_carried"]


class Carried:
    """What a projection carries.

    Parameters
    ----------
    term : Term or None
        None: nothing, or what is wrong.
    weight : Dimension or None
        What its weights are to have, so that their product with the value has that of the port; None: not known.
    what : str
        What a message calls the weight.
    """

    def __init__(self, term: Term | None, weight: Dimension | None, what: str = "the weight") -> None:
        self.term, self.weight, self.what = term, weight, what


def read_carried(
    reading: Reading, name: str, port: Dimension | None, wiring: Mapping[str, Result], neurons: SideNames
) -> Carried:
    """Return what a projection carries, and the dimension of its weights, after reporting what is wrong.

    Parameters
    ----------
    reading : Reading
        The file.
    name : str
        Of the projection.
    port : Dimension or None
        Of the port that it reaches.
    wiring : mapping of str to Dimension or NoQuantity
        Names of wiring.
    neurons : SideNames
        Of both sides.
    """
    spec, place = reading.spec.projections[name], reading.place("projections", name, "carries")
    if spec.carries is None:
        return Carried(None, port)
    term = reading.term(spec.carries, *place.path)
    if spec.plasticity:
        what = f"projection {name!r} carries a value in every step, and is plastic"
        reading.report(place, "carries-plastic", what, "one of 'carries' and 'plasticity'", "a projection for each")
    if spec.port == "spike":
        what = f"projection {name!r} carries a value to the port 'spike', whose events are spikes"
        reading.report(place, "carries-to-spike", what, "a port that the neuron declares")
        return Carried(None, None)
    if term is None:
        return Carried(None, None)
    faults = [*_faults(reading, term, wiring, neurons)] or [*_still(name, term, neurons)]
    if faults:
        reading.faults += faults
        return Carried(None, None)
    kind = reading.scope.of(term, neurons)
    if kind == BOOLEAN:
        reading.report(place, "dimension", "what is carried is a truth value", "a number", "where(.., 1, 0)")
    if kind is None or not isinstance(kind, Dimension):
        return Carried(term, None)
    return Carried(term, None if port is None else port / kind, f"the weight of a carried value that is {said(kind)}")


def _faults(reading: Reading, term: Term, wiring: Mapping[str, Result], neurons: SideNames) -> Iterator[Fault]:
    """Yield what cannot be read in every step, at a synapse, of another stamp."""
    place = term.place

    def fault(code: str, what: str, at: int, expected: str, hint: str = "") -> Fault:
        return place.fault(TextFault(code, what, at, expected, hint), term.line)

    for node in names_in(term.tree):
        text = node.text
        if text in wiring and not (text in neurons and (neurons.stays(text) or neurons.moves(text))):
            what = f"{text!r} is known only when synapses are made"
            yield fault("name-misplaced", what, node.start, "a factor of the weight for it")
        elif text in neurons and (wrong := _unknown(neurons, text)) is not None:
            yield fault(wrong.code, wrong.what, node.start, wrong.expected, wrong.try_)
        elif text not in neurons and f"pre.{text}" in [*neurons] and text not in reading.spec.constants:
            what = f"there is no {text!r} here: neurons are on both sides"
            yield fault("name-unknown", what, node.start, f"pre.{text} or post.{text}", f"pre.{text}")
        elif why := _of_a_time(reading, neurons, text):
            what = f"{text!r} {why}: of the stamp that is carried, only states are known"
            yield fault("name-misplaced", what, node.start, "a state that keeps it")
    called = misplaced(term.tree, PURE)
    if called is not None:
        yield place.fault(called, term.line)
    for call in calls_in(term.tree):
        if call.function not in FUNCTIONS:
            what = f"the data array {call.function!r} cannot be read in 'carries'"
            yield fault("function-misplaced", what, call.start, "a factor of the weight, or a parameter of the neurons")


def _still(name: str, term: Term, neurons: SideNames) -> Iterator[Fault]:
    """Yield that nothing of what is carried changes with the neurons that it comes from."""
    if not any(node.text.startswith("pre.") and neurons.moves(node.text) for node in names_in(term.tree)):
        what = f"what projection {name!r} carries reads no state of the neurons that it comes from"
        yield term.place.problem("carries-nothing", what, "a state of them, such as pre.V")


def _unknown(neurons: SideNames, text: str) -> TextFault | None:
    """Return why neurons on a side have no such value; None if they have it."""
    try:
        neurons[text]
    except TextFault as error:
        return error
    return None


def _of_a_time(reading: Reading, neurons: SideNames, text: str) -> str:
    """Return why a value is not made of states and parameters of one stamp; empty if it is."""
    owner, _, own = text.partition(".")
    populations = neurons.sides[owner].populations if owner in neurons.sides else (owner,)
    waiting: list[tuple[ElementDraft | None, str]] = [(reading.element(name), own) for name in populations]
    seen: set[tuple[str, str]] = set()
    while waiting:
        element, current = waiting.pop()
        if element is None or (element.name, current) in seen:
            continue
        seen.add((element.name, current))
        if current in ("t", "trial"):
            return f"reads {current!r}"
        if current in element.aliases:
            tree = element.aliases[current].tree
            for call in calls_in(tree):
                if call.function not in PURE:
                    return f"calls {call.function}()"
            waiting += [(element, node.text) for node in names_in(tree)]
        elif (signal := current.partition(".")[0]) in reading.signals and current not in {*element.states, *element.parameters}:
            if owner == "pre":
                return f"reads the signal {signal!r}"
            waiting.append((reading.signals[signal], current.partition(".")[2]))
    return ""
