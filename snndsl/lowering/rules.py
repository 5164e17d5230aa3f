"""Plasticity rules of a program: one for each text, whichever projections use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from snndsl.deferred import dataclass
from snndsl.graph.elaboration import Elaboration
from snndsl.graph.values import model_names
from snndsl.ir import Rule
from snndsl.lowering.distinct import distinct
from snndsl.lowering.ranges import ranges_of
from snndsl.lowering.reads import Reads, sides_of, signals_of
from snndsl.lowering.rule import LoweredRule, lower_rule
from snndsl.lowering.samples import ProgramSamples

__all__ = ["LoweredRules", "lower_rules"]


@dataclass(frozen=True, slots=True, eq=False)
class LoweredRules:
    """The rules of a program.

    Parameters
    ----------
    rules : tuple of Rule
        Each text once.
    of : mapping of str to LoweredRule
        By plastic projection.
    origins : mapping of str to str
        Comments.
    """

    rules: tuple[Rule, ...]
    of: Mapping[str, LoweredRule]
    origins: Mapping[str, str]


def lower_rules(found: Elaboration, samples: ProgramSamples) -> LoweredRules:
    """Lower the rule of every plastic projection.

    Parameters
    ----------
    found : Elaboration
        With the rules, and the numbers of the projections that have one.
    samples : ProgramSamples
        Names of the arrays that texts call.
    """
    rules: dict[str, Rule] = {}
    of: dict[str, LoweredRule] = {}
    origins: dict[str, str] = {}
    model, signals, constants = found.model, signals_of(found, samples), model_names(found.model, {}, None)
    for name, values in found.plastic.items():
        projection = model.projections[name]
        assert projection.rule is not None
        element = projection.rule.rule
        others = {**signals, **sides_of(found, samples, projection.sources, projection.targets)}
        reads, known = Reads(others, model.step), samples.of(element.data)
        lowered = lower_rule(projection.rule, model.step, projection.port, reads, constants, known)
        rule = distinct(replace(lowered.rule, ranges=ranges_of(values.ranges)), rules.values())
        rules[rule.name] = rule
        of[name] = replace(lowered, rule=rule)
        origins |= {f"rules.{rule.name}.{path}": text for path, text in lowered.origins.items()}
    return LoweredRules(tuple(rules.values()), of, origins)
