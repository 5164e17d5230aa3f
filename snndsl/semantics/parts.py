"""Parts of a neuron: each use of one, in copies or not, is a piece of the neuron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions import TextFault, tree
from snndsl.model.text import Place, Term, ValueTerm
from snndsl.schema.neuron import PartSpec, PartUseSpec
from snndsl.semantics.copies import listed_copies, of_copy, parents_of
from snndsl.semantics.definitions import find
from snndsl.semantics.piece import Piece
from snndsl.semantics.terms import value_terms

__all__ = ["used_parts"]


def used_parts(owner: Piece, uses: Mapping[str, PartUseSpec]) -> list[Piece]:
    """Return the parts that a neuron uses, every copy one, by name: joined, and their needs bound.

    Parameters
    ----------
    owner : Piece
        The neuron, whose own names are declared; it learns those of its parts.
    uses : mapping of str to PartUseSpec
        By the name of the part.

    Raises
    ------
    ModelError
        copies, not-a-tree, list-length: nobody can say how many copies there are, or what they are given.
    """
    pieces = [piece for name, use in sorted(uses.items()) for piece in _pieces(owner, name, use)]
    _attach(owner, pieces, uses)
    for piece in pieces:
        _bind_needs(piece, owner)
    return pieces


def _pieces(owner: Piece, name: str, use: PartUseSpec) -> list[Piece]:
    """Return a part that is used, once for every copy, with its names declared."""
    where = owner.inner("parts", name)
    try:
        spec, source, path = find(owner.source, "parts", use.use, where, "part")
    except ModelError as error:
        owner.element.faults.extend(error.faults)
        return []
    try:
        parents = parents_of(use, name, where, owner.counts)
        given = [_given(owner, use, name, spec, parents, copy) for copy in range(len(parents or (-1,)))]
    except TextFault as error:
        raise ModelError(where.fault(error)) from None
    if parents is not None:
        owner.element.copies[name] = len(parents)
    place, pieces = Place(source.locations, path), list[Piece]()
    for copy, values in enumerate(given):
        prefix = name if parents is None else f"{name}[{copy}]"
        piece = Piece(owner.element, source, spec, place, prefix, owner, name, None if parents is None else copy)
        piece.given_needs = {key: term for key, term in values.items() if key in spec.needs}
        piece.declare({key: _owned(owner, term) for key, term in values.items() if key in spec.parameters})
        for own, flat in piece.own.items():
            owner.own[f"{prefix}.{own}"] = flat
        pieces.append(piece)
    for piece, parent in zip(pieces, parents or (-1,), strict=True):
        if parent >= 0:
            piece.hang_on(pieces[parent])
    return pieces


def _given(
    owner: Piece, use: PartUseSpec, name: str, spec: PartSpec, parents: tuple[int, ...] | None, copy: int
) -> dict[str, ValueTerm]:
    """Return the values that a use gives to one copy; of a list with one for each, its own."""
    given: dict[str, ValueTerm] = {}
    for key, value in use.values.items():
        place = owner.inner("parts", name, key)
        if key not in spec.parameters and key not in spec.needs:
            known = [*spec.parameters, *spec.needs]
            what = f"part {use.use!r} has no {key!r}"
            owner.element.faults.append(place.problem("parameter-unknown", what, listed(known), nearest(key, known)))
            continue
        term: ValueTerm | None = owner.attempt(lambda value=value, place=place: value_terms(value, place), place)
        if term is not None and parents is not None:
            if isinstance(term, tuple) and len(term) != len(parents):
                what = f"{key!r} has {len(term)} values for {len(parents)} copies of {name!r}"
                raise ModelError(place.problem("list-length", what, f"{len(parents)} values"))
            term = term[copy] if isinstance(term, tuple) else term
            term = replace(term, tree=of_copy(term.tree, copy, owner.counts, place))
        if term is not None:
            given[key] = term
    return given


def _attach(owner: Piece, pieces: Sequence[Piece], uses: Mapping[str, PartUseSpec]) -> None:
    """Hang the roots of parts on the parts that their uses name."""
    known = {piece.prefix: piece for piece in pieces}
    roots = [piece for piece in pieces if piece.parent is None and uses[piece.part].parent is not None]
    for piece in roots:
        wanted, where = str(uses[piece.part].parent), owner.inner("parts", piece.part, "parent")
        found = known.get(wanted)
        above: Piece | None = found
        while above is not None and above is not piece:
            above = above.parent
        if found is None:
            what = f"there is no part {wanted!r} for {piece.part!r} to hang on"
            expected, near = listed(listed_copies(known)), nearest(wanted, known)
            owner.element.faults.append(where.problem("name-unknown", what, expected, near))
        elif above is piece:
            what = f"{piece.prefix!r} hangs on {wanted!r}, which hangs on it"
            owner.element.faults.append(where.problem("not-a-tree", what, "a parent that is no child"))
        else:
            piece.hang_on(found)


def _owned(owner: Piece, value: ValueTerm) -> ValueTerm:
    """Return a value in the names of whoever uses the part."""
    return tuple(owner.flat_term(term) for term in value) if isinstance(value, tuple) else owner.flat_term(value)


def _bind_needs(piece: Piece, owner: Piece) -> None:
    """Bind what a part needs: to what is written at its use, else to the owner's quantity of that name."""
    for need, unit in (piece.spec.needs if isinstance(piece.spec, PartSpec) else {}).items():
        value = piece.given_needs.get(need)
        if isinstance(value, Term):
            piece.bound[need] = owner.flat_term(value).tree
        elif need in owner.spec.state or need in owner.own:
            piece.bound[need] = tree.Name(text=owner.flat(need), start=0, end=0)
        else:
            piece.bound[need] = tree.Name(text=need, start=0, end=0)
            piece.element.unbound.add(need)
            use, states = owner.spec.parts[piece.part].use, list(owner.spec.state)  # type: ignore[attr-defined]
            what = f"part {piece.part!r} needs {need!r}, in {unit}"
            expected = f"a state {need!r} of the owner, or a value where the part is used"
            hint = f"{{use: {use}, {need}: {states[0] if len(states) == 1 else '..'}}}"
            place = owner.inner("parts", piece.part)
            piece.element.faults.append(place.problem("need-unbound", what, expected, hint))
