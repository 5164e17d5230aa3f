"""A neuron (or signal) is put into one namespace, with its parts: every text of it speaks of the same flat names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from snndsl.errors import ModelError, listed, nearest
from snndsl.frontend.loader import ModelSource
from snndsl.model.data import DataColumn
from snndsl.model.element import Instruction
from snndsl.model.text import Place
from snndsl.schema.neuron import NeuronSpec, OwnerSpec
from snndsl.semantics.copies import CopyNumbers, listed_copies, spread
from snndsl.semantics.definitions import find
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.integrators import read_integrators
from snndsl.semantics.parts import used_parts
from snndsl.semantics.piece import Piece

__all__ = ["flatten"]


def flatten(
    source: ModelSource, section: str, name: str, at: Place, data: Mapping[str, DataColumn] = MappingProxyType({})
) -> ElementDraft:
    """Return a neuron or signal of `source` (or of a file it imports) in one namespace; `data` are the arrays of `source`.

    Faults of its texts are collected in `ElementDraft.faults`; an unknown definition raises, and so do copies of a part
    that nobody can count.
    """
    spec, owner, path = find(source, section, name, at, "neuron" if section == "neurons" else "signal")
    place = Place(owner.locations, path)
    element = ElementDraft(name, place)
    piece = Piece(element, owner, spec, place, "")
    piece.counts = CopyNumbers(owner, data if owner is source else {})
    piece.declare({})
    try:
        parts = used_parts(piece, spec.parts)
    except ModelError as error:
        raise ModelError([*element.faults.distinct(), *error.faults]) from None
    for part in parts:
        part.add_texts()
    piece.add_texts()
    element.update.sort(key=_written)
    _order(element, piece, spec, place)
    return element


def _order(element: ElementDraft, piece: Piece, spec: OwnerSpec, place: Place) -> None:
    """Put what only the element itself says: integrators, threshold, refractoriness."""
    if spec.made_for is not None:
        element.made_for = piece.term(spec.made_for, "made_for")
    read_integrators(element, spec.integrator, place)
    if not isinstance(spec, NeuronSpec):
        return
    if spec.threshold is not None:
        element.threshold = piece.term(spec.threshold, "threshold")
    if spec.refractory is not None:
        inner = place.inner("refractory")
        if spec.refractory.for_ is not None:
            element.silent_for = piece.term(spec.refractory.for_, "refractory", "for")
        if spec.refractory.while_ is not None:
            element.silent_while = piece.term(spec.refractory.while_, "refractory", "while")
        every = [
            (k, state)
            for k, held in enumerate(spec.refractory.hold)
            for state in spread(held, element.copies, element.states)
        ]
        for k, held in every:
            if held not in element.states:
                element.faults.append(
                    inner.inner("hold", k).problem(
                        "name-unknown",
                        f"{held!r} in hold is no state",
                        listed(listed_copies(element.states)),
                        nearest(held, element.states),
                    )
                )
        element.hold = tuple(held for _, held in every if held in element.states)
    element.reset = piece.instructions(spec.reset, "reset")


def _written(instruction: Instruction) -> tuple[bool, str, int]:
    """Order statements: parts by name, then the owner; those of one piece keep their order."""
    part, _, copy = instruction.owner.rstrip("]").partition("[")
    return part == "", part, int(copy or 0)
