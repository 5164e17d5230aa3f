"""Parts of the language that validate but cannot be simulated yet: refused by name and place, never ignored."""

from __future__ import annotations

from collections.abc import Iterator

from snndsl.errors import Fault, ModelError, UnsupportedByTarget
from snndsl.expressions import tree
from snndsl.semantics.check import CheckedModel, is_library, time_missing
from snndsl.semantics.element import Instruction
from snndsl.semantics.selection import resolve
from snndsl.semantics.terms import Place, calls_in, names_in

__all__ = ["REFUSED", "notes", "out_of_reach", "refuse_unsupported", "unsupported"]

REFUSED = " cannot be simulated yet"
"""What is said of every part that is refused."""

_KINDS = ("bernoulli", "regular", "pulse_packet")


def unsupported(model: CheckedModel) -> list[Fault]:
    """Return one fault for every part of the network that no backend can run yet, in the order of the file."""
    return sorted(set(_unsupported(model)), key=lambda fault: (fault.line, fault.column))


def refuse_unsupported(model: CheckedModel) -> None:
    """Raise for everything in the network that no backend can run yet.

    Raises
    ------
    UnsupportedByTarget
        With one fault for each part.
    ModelError
        For a file of definitions, which holds nothing that could run.
    """
    if is_library(model.source):
        raise ModelError(time_missing(model.place("time")))
    faults = unsupported(model)
    if faults:
        raise UnsupportedByTarget(faults)


def out_of_reach(model: CheckedModel) -> frozenset[tuple[str, str]]:
    """Return (section, name) of projections and stimuli whose numbers cannot be made yet: they need a part that is refused."""
    signals = frozenset(model.spec.signals)
    sizes = {**model.sizes, **dict.fromkeys(signals, 1)}

    def touched(items: tuple[str, ...], *path: str) -> bool:
        selection = resolve(items, sizes, model.spec.groups, model.place(*path), "")
        return not signals.isdisjoint(selection.populations)

    found: list[tuple[str, str]] = []
    for name, projection in model.spec.projections.items():
        refused = projection.per_block or projection.carries is not None or len(projection.plasticity) > 1
        if refused or any(touched(items, "projections", name) for items in (projection.from_, projection.to)):
            found.append(("projections", name))
    for name, stimulus in model.spec.stimuli.items():
        reads = any(f"{signal}." in str(stimulus.current) for signal in signals)
        if stimulus.kind in _KINDS or reads or (stimulus.into is not None and touched(stimulus.into, "stimuli", name)):
            found.append(("stimuli", name))
    return frozenset(found)


def notes(model: CheckedModel) -> list[str]:
    """Return the sections that a simulation does not need and that are left alone."""
    spec = model.spec
    found = []
    if spec.sweep:
        found.append(f"sweep: {len(spec.sweep)} settings, not needed by a run")
    if spec.discover:
        found.append(f"discover: {', '.join(spec.discover)}, not needed by a run")
    played = {item.motif for stimulus in spec.stimuli.values() for item in stimulus.play or ()}
    wired = {str(projection.connect.value) for projection in spec.projections.values() if projection.connect.rule == "motif"}
    idle = [name for name in spec.motifs if name not in played | wired]
    if idle:
        found.append(f"motifs: {', '.join(idle)}, neither played nor wired")
    return found


def _unsupported(model: CheckedModel) -> Iterator[Fault]:
    spec = model.spec
    if spec.trials > 1:
        yield _fault(model.place("trials"), "more than one trial")
    for name in spec.signals:
        yield _fault(model.place("signals", name), f"the signal {name!r}")
    for name, population in spec.populations.items():
        if population.positions:
            yield _fault(model.place("populations", name, "positions"), f"positions of {name!r}")
    for name, element in model.elements.items():
        for instruction in (*element.update, *element.reset):
            if _calls(instruction.statement.value, {"xi", "normal_in"}):
                yield _fault(instruction.place, f"xi() and normal_in() in neuron {element.name!r} of {name!r}")
        for term in (*element.derivatives.values(), *element.aliases.values()):
            if _calls(term.tree, {"xi", "normal_in"}):
                yield _fault(term.place, f"noise in the equations of {element.name!r}")
    yield from _projections(model)
    yield from _stimuli(model)
    record = spec.record
    if record.signals:
        yield _fault(model.place("record", "signals"), "records of signals")
    if record.counts:
        yield _fault(model.place("record", "counts"), "records of counts")
    for name, synapses in record.synapses.items():
        if synapses.where is not None:
            yield _fault(model.place("record", "synapses", name, "where"), "'where' in a record of synapses")


def _projections(model: CheckedModel) -> Iterator[Fault]:
    for name, projection in model.spec.projections.items():
        place = model.place("projections", name)
        if projection.per_block:
            yield _fault(place, f"per_block in projection {name!r}")
        if projection.carries is not None:
            yield _fault(place, f"'carries' in projection {name!r}")
        if len(projection.plasticity) > 1:
            yield _fault(place, f"several rules in projection {name!r}")
        if name in model.rules:
            yield from _rule(model, name)


def _rule(model: CheckedModel, name: str) -> Iterator[Fault]:
    rule = model.rules[name]
    if rule.spec.needs:
        yield _fault(rule.place, f"'needs' of rule {rule.name!r}")
    if rule.on_start:
        yield _fault(rule.place, f"'on_start' of rule {rule.name!r}")
    every = [instruction for _, instructions in rule.every for instruction in instructions]
    instructions: list[Instruction] = [*rule.on_pre, *rule.on_post, *every]
    for instruction in instructions:
        value = instruction.statement.value
        if any(node.text.startswith(("pre.", "post.")) for node in names_in(value)):
            yield _fault(instruction.place, f"states of neurons in rule {rule.name!r}")
        if _calls(value, {"sum_by_target", "sum_by_source", "normal_in", "xi"}):
            yield _fault(instruction.place, f"sums over synapses in rule {rule.name!r}")
        if getattr(instruction.statement, "port", None) is not None:
            yield _fault(instruction.place, f"deliver(x, port) in rule {rule.name!r}")


def _stimuli(model: CheckedModel) -> Iterator[Fault]:
    for name, stimulus in model.spec.stimuli.items():
        if stimulus.kind in _KINDS:
            yield _fault(model.place("stimuli", name), f"the stimulus kind {stimulus.kind!r} ({name})")


def _calls(node: tree.Expression, functions: set[str]) -> bool:
    return any(call.function in functions for call in calls_in(node))


def _fault(place: Place, what: str) -> Fault:
    return place.problem("unsupported", f"{what}{REFUSED}", "a model without it")
