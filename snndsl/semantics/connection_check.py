"""What must hold in projections: both sides, port, rule, weight, delay, plasticity."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from snndsl.errors import ModelError, listed, nearest
from snndsl.expressions import tree
from snndsl.expressions.dimensions import ANY, BOOLEAN, TIME, UNKNOWN
from snndsl.schema.projection import ProjectionSpec
from snndsl.semantics.constants import constant_term, is_constant
from snndsl.semantics.dimensions import BUILTIN_DIMENSIONS, Result
from snndsl.semantics.motif_check import check_motif_wiring
from snndsl.semantics.population_check import check_value
from snndsl.semantics.rule_check import check_rule
from snndsl.semantics.selection import Selection, resolve
from snndsl.semantics.terms import Term, parse_term
from snndsl.semantics.usable import PURE
from snndsl.units import ONE, Dimension

if TYPE_CHECKING:
    from snndsl.semantics.check import CheckedModel

__all__ = ["check_delay", "check_projections", "port_dimension", "weight_dimension", "wiring_scope"]

_FIXED = ("fixed_indegree", "fixed_outdegree", "fixed_total_number")
_UNORDERED = ("pairs", "one_to_one", "motif")


def check_projections(model: CheckedModel) -> None:
    """Check every projection; rules go to `CheckedModel.rules`."""
    for name, spec in model.spec.projections.items():
        sides = _sides(model, name, spec)
        if sides is None:
            continue
        sources, targets = sides
        port = port_dimension(model, targets, spec.port, f"projection {name!r}", "projections", name, "port")
        scope = wiring_scope(model, sources, targets)
        _connect(model, name, spec, sources, targets, scope)
        if spec.where is not None:
            term = model.term(spec.where, "projections", name, "where")
            if term is not None:
                model.names.before_run(term, PURE)
                model.names.expect(term, BOOLEAN, "the condition", _before_drawing(scope, spec, "where"))
        check_value(model, spec.weight, port, "the weight", scope, "projections", name, "weight")
        if spec.plasticity:
            check_rule(model, name, spec, port, scope, _readable(model, sources, targets))
        _delay(model, name, spec, scope)


def _sides(model: CheckedModel, name: str, spec: ProjectionSpec) -> tuple[Selection, Selection] | None:
    sizes = {**model.sizes, **dict.fromkeys(model.spec.signals, 1)}
    try:
        sources = resolve(
            spec.from_, sizes, model.spec.groups, model.place("projections", name, "from"), f"projection {name!r} goes from"
        )
        targets = resolve(
            spec.to, sizes, model.spec.groups, model.place("projections", name, "to"), f"projection {name!r} goes to"
        )
    except ModelError as error:
        model.faults += error.faults
        return None
    for key, side in (("from", sources), ("to", targets)):
        if not side.blocks:
            place = model.place("projections", name, key)
            fault = place.problem("selection-empty", f"projection {name!r} has nothing in {key!r}", "at least one population")
            model.faults.append(fault)
            return None
    for block in targets.blocks:
        if block.population in model.spec.stimuli:
            place = model.place("projections", name, "to")
            what = f"projection {name!r} goes to the source {block.population!r}"
            model.faults.append(place.problem("source-has-no-input", what, "a population or signal"))
            return None
    return sources, targets


def weight_dimension(model: CheckedModel, name: str) -> Result:
    """Return the dimension of the weights of a projection; UNKNOWN if that is reported elsewhere as wrong."""
    spec, before = model.spec.projections[name], len(model.faults)
    sides = _sides(model, name, spec)
    found = None if sides is None else port_dimension(model, sides[1], spec.port, "", "projections", name, "port")
    del model.faults[before:]
    return UNKNOWN if found is None else found


def port_dimension(model: CheckedModel, targets: Selection, port: str, what: str, *path: str | int) -> Dimension | None:
    """Return the dimension of a port that every target must have; None after reporting what is wrong."""
    found: dict[str, Result] = {}
    for population in targets.populations:
        if population in model.spec.signals:
            spec = model.spec.signals[population]
            known = list(spec.ports)
            kind: Result | None = ANY if port in known else None
        elif population in model.elements:
            element = model.elements[population]
            known = [*element.port_names, "spike"]
            kind = ONE if port == "spike" else None
            if port in element.port_names:
                kind = model.element_names[population].lookup(element.port_names[port])
        else:
            return None
        if kind is None:
            near = nearest(port, known)
            fault = model.place(*path).problem(
                "port-unknown", f"{what}: {population!r} has no port {port!r}", listed(known), near
            )
            model.faults.append(fault)
            return None
        found[population] = kind
    kinds = {kind for kind in found.values() if isinstance(kind, Dimension)}
    if len(kinds) > 1:
        said = ", ".join(f"{population} in {kind}" for population, kind in found.items())
        model.faults.append(model.place(*path).problem("dimension", f"{what}: the ports differ in unit ({said})", "one unit"))
        return None
    return next(iter(kinds), None)


def wiring_scope(model: CheckedModel, sources: Selection, targets: Selection) -> dict[str, Result]:
    """Return the built-in names of wiring with their dimensions."""
    scope: dict[str, Result] = {name: BUILTIN_DIMENSIONS[name] for name in ("i", "j", "rank", "row", "copy", "N_from", "N_to")}
    for side, selection in (("pre", sources), ("post", targets)):
        scope[f"{side}.block"] = ONE
        for population in selection.populations:
            if population not in model.elements:
                continue
            names = model.element_names[population]
            for parameter in model.elements[population].parameters:
                kind = names.lookup(parameter)
                scope[f"{side}.{parameter}"] = UNKNOWN if kind is None else kind
    return scope


def _readable(model: CheckedModel, sources: Selection, targets: Selection) -> dict[str, Result]:
    """Return ``pre.x`` and ``post.x`` of a rule: states, aliases and parameters of the neurons on both sides."""
    scope: dict[str, Result] = {}
    for side, selection in (("pre", sources), ("post", targets)):
        for population in selection.populations:
            if population in model.elements:
                element, names = model.elements[population], model.element_names[population]
                for name in (*element.states, *element.aliases, *element.parameters):
                    scope[f"{side}.{name}"] = names.lookup(name) or UNKNOWN
    return scope


def _connect(
    model: CheckedModel, name: str, spec: ProjectionSpec, sources: Selection, targets: Selection, scope: dict[str, Result]
) -> None:
    rule, place = spec.connect.rule, model.place("projections", name, "connect")
    overlap = _overlap(sources, targets)
    if overlap and spec.self_ is None and rule not in _UNORDERED:
        what = f"{overlap!r} is on both sides of projection {name!r}"
        model.faults.append(model.place("projections", name).problem("self-unstated", what, "self: true or self: false"))
    if rule in _FIXED and spec.multiple is None:
        what = f"projection {name!r} draws partners"
        model.faults.append(
            model.place("projections", name).problem("multiple-unstated", what, "multiple: true or multiple: false")
        )
    if rule == "one_to_one" and sources.size != targets.size:
        what = f"one_to_one between {sources.size} and {targets.size} neurons"
        model.faults.append(place.problem("sizes-differ", what, "two sides of equal size"))
    if rule == "motif":
        check_motif_wiring(model, name, spec)
    if rule == "pairs" and spec.connect.pairs is not None:
        for side in ("i", "j"):
            check_value(
                model,
                getattr(spec.connect.pairs, side),
                ONE,
                side,
                {"row": ONE},
                *("projections", name, "connect", "pairs", side),
                functions=PURE,
            )
    if spec.connect.value is None or rule == "motif":
        return
    term = model.term(spec.connect.value, "projections", name, "connect", rule)
    if term is None:
        return
    model.names.before_run(term, PURE)
    model.names.expect(term, ONE, f"the value of {rule}", _before_drawing(scope, spec, "value"))
    if not is_constant(model, term):
        return
    value = constant_term(model, term)
    if value is None:
        return
    if rule == "bernoulli" and not 0.0 <= value <= 1.0:
        model.faults.append(term.problem("probability", f"a probability of {value!r}", "a number from 0 to 1"))
    if rule in _FIXED and (not math.isfinite(value) or value != int(value) or value < 0):
        model.faults.append(term.problem("not-a-whole-number", f"{rule} of {value:g}", "a whole number, at least 0"))
    elif rule in _FIXED and spec.multiple is False:
        most = _most(rule, sources, targets, spec.self_ is False)
        if value > most:
            among = "" if spec.self_ is not False or not overlap else ", none of them itself"
            what = f"{rule} of {int(value)} different partners{among}"
            model.faults.append(term.problem("degree-too-large", what, f"at most {most}", "multiple: true" if most else ""))


def _most(rule: str, sources: Selection, targets: Selection, without_self: bool) -> int:
    """Return the largest number of different partners that every row of a rule can have."""
    same = sources.blocks == targets.blocks and without_self
    if rule == "fixed_total_number":
        return sources.size * targets.size - (sources.size if same else 0)
    return (sources.size if rule == "fixed_indegree" else targets.size) - same


def _before_drawing(scope: dict[str, Result], spec: ProjectionSpec, part: str) -> dict[str, Result]:
    """Return the names of wiring that are known while a rule draws: of the rows of a rule only their own side."""
    rule = spec.connect.rule
    sides = {"fixed_indegree": ("j", "post."), "fixed_outdegree": ("i", "pre."), "fixed_total_number": ()}
    known = sides.get(rule, ("i", "j", "pre.", "post.")) if part == "value" else ("i", "j", "pre.", "post.")
    rows = ("row",) if rule == "pairs" else ("pre.block", "post.block") if spec.per_block else ()
    return {
        name: kind
        for name, kind in scope.items()
        if name in ("N_from", "N_to", *rows) or name in known or name.startswith(tuple(item for item in known if "." in item))
    }


def _overlap(sources: Selection, targets: Selection) -> str:
    for a in sources.blocks:
        for b in targets.blocks:
            if a.population == b.population and a.start < b.stop and b.start < a.stop:
                return a.population
    return ""


def _delay(model: CheckedModel, name: str, spec: ProjectionSpec, scope: dict[str, Result]) -> None:
    place = model.place("projections", name)
    if spec.delay is None:
        if spec.connect.rule != "motif":
            model.faults.append(
                place.problem(
                    "key-missing", f"projection {name!r} has no 'delay'", "delay: 1 ms, or {axonal: .., dendritic: ..}"
                )
            )
        elif name in model.rules and model.rules[name].spec.order == "post_first":
            what = f"rule {model.rules[name].name!r} puts post spikes first, and the delays of a motif are axonal"
            model.faults.append(
                model.place("projections", name, "plasticity").problem("post-first-without-dendritic", what, "order: pre_first")
            )
        return
    if spec.plasticity and not spec.delay.split:
        where = model.place("projections", name, "delay")
        what = f"projection {name!r} is plastic and does not say where its delay lies"
        model.faults.append(where.problem("delay-split-unstated", what, "{axonal: T}, {dendritic: T} or both"))
    if spec.plasticity and name in model.rules and model.rules[name].spec.order == "post_first" and not spec.delay.dendritic:
        where = model.place("projections", name, "delay")
        what = f"rule {model.rules[name].name!r} puts post spikes first, and no part of the delay is dendritic"
        model.faults.append(where.problem("post-first-without-dendritic", what, "{dendritic: at least one step}"))
    total_known = True
    total = 0.0
    for side in ("axonal", "dendritic"):
        value = getattr(spec.delay, side)
        if value is None:
            continue
        path = ("projections", name, "delay", side) if spec.delay.split else ("projections", name, "delay")
        literal = check_delay(model, value, spec.delay.round, scope, *path)
        total_known = total_known and literal is not None
        total += literal or 0.0
    if total_known and total < float(model.step) / 2:
        where = model.place("projections", name, "delay")
        model.faults.append(
            where.problem("delay-below-step", f"a delay of {total!r} ms", f"at least one step of {float(model.step)!r} ms")
        )


def check_delay(
    model: CheckedModel, value: Any, rounding: str | None, scope: dict[str, Result], *path: str | int
) -> float | None:
    """Check a delay; return its value in ms if it is a literal."""
    from snndsl.semantics.check import whole_steps

    before = len(model.faults)
    check_value(model, value, TIME, "the delay", scope, *path)
    if isinstance(value, tuple) or len(model.faults) > before:
        return None
    term = parse_term(str(value), model.place(*path))
    return _literal_delay(model, term, rounding, whole_steps)


def _literal_delay(model: CheckedModel, term: Term, rounding: str | None, whole_steps: Any) -> float | None:
    if not isinstance(term.tree, tree.Number):
        return None
    node = term.tree
    if node.value < 0:
        model.faults.append(term.problem("delay-negative", f"a delay of {node.text}", "a time, at least one step"))
        return None
    if rounding is None:
        try:
            return float(whole_steps(term, model.step, "the delay") * model.step)
        except ModelError as error:
            model.faults += error.faults
            return None
    return float(node.value * node.unit.factor * model.step**node.unit.step_power) if node.unit is not None else 0.0
