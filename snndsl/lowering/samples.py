"""Arrays that texts of a run call, as samples of the program: equal ones once, under names that are theirs alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from snndsl.deferred import dataclass
from snndsl.expressions import tree
from snndsl.expressions.statements import Assignment
from snndsl.expressions.walk import calls_in, names_in
from snndsl.graph.elaboration import Elaboration
from snndsl.ir import Sample
from snndsl.ir.naming import program_name
from snndsl.model.data import DataColumn
from snndsl.model.element import Element, Instruction

__all__ = ["ProgramSamples", "program_samples"]


@dataclass(frozen=True, slots=True, eq=False)
class ProgramSamples:
    """The samples of a program.

    Parameters
    ----------
    samples : tuple of Sample
        In the order in which they are first called.
    names : mapping of DataColumn to str
        Name of the sample that holds an array.
    """

    samples: tuple[Sample, ...]
    names: Mapping[DataColumn, str]

    def of(self, data: Mapping[str, DataColumn]) -> Callable[[str, int], tuple[str, tuple[int, ...]]]:
        """Return how a text that knows arrays by their names there finds name and shape of a sample."""

        def sample(called: str, arguments: int) -> tuple[str, tuple[int, ...]]:
            return self.names[data[called]], data[called].values.shape

        return sample


def program_samples(found: Elaboration) -> ProgramSamples:
    """Find the arrays that neurons, computed stimuli and rules call during the run.

    Parameters
    ----------
    found : Elaboration
        Whose elements, drives and rules are looked through.
    """
    samples: dict[str, Sample] = {}
    names: dict[DataColumn, str] = {}
    for called, column in _called(found):
        if column in names:
            continue
        name = program_name(called).replace(":", "__")
        while name in samples and not np.array_equal(samples[name].values, column.values.ravel()):
            name += "_"
        samples.setdefault(name, Sample(name, np.ascontiguousarray(column.values.ravel())))
        names[column] = name
    return ProgramSamples(tuple(samples.values()), names)


def _called(found: Elaboration) -> Iterator[tuple[str, DataColumn]]:
    """Yield each array that is called, by population: first what its stimuli call, then what its neuron does."""
    for name, population in found.model.elements.items():
        drives = [drive.expression for drive in found.drives if drive.population == name and drive.expression is not None]
        read = [term.tree for term in population.element.aliases.values()] if name in found.model.signals else []
        for data, trees in ((found.model.data, drives), (population.element.data, [*_trees(population.element), *read])):
            for node in trees:
                yield from ((call.function, data[call.function]) for call in calls_in(node) if call.function in data)
    for source in found.drawn.values():
        calls = [] if source.expression is None else [call.function for call in calls_in(source.expression)]
        yield from ((call, found.model.data[call]) for call in calls if call in found.model.data)
    for projection in found.model.projections.values():
        if projection.rule is not None:
            rule = projection.rule.rule
            every = [item for timer in rule.every for item in timer.instructions]
            for item in (*rule.on_pre, *rule.on_post, *every):
                calls = [call.function for call in calls_in(item.statement.value)]
                own = f"{item.owner}." if item.owner else ""
                yield from ((call.removeprefix(own), rule.data[call]) for call in calls if call in rule.data)


def _trees(element: Element) -> Iterator[tree.Expression]:
    """Yield the expressions that a neuron computes in the run, and those that their names stand for."""
    statements = [item.statement for item in (*element.update, *_timed(element), *element.reset)]
    waiting = [term.tree for term in element.derivatives.values()]
    waiting += [item.value for item in statements if isinstance(item, Assignment)]
    waiting += [term.tree for term in (element.silent_while, element.threshold) if term is not None]
    waiting.reverse()
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        yield node
        read = {name.text: None for name in names_in(node) if name.text in element.aliases and name.text not in seen}
        seen.update(read)
        waiting += [element.aliases[name].tree for name in reversed(read)]


def _timed(element: Element) -> Iterator[Instruction]:
    return (item for timer in element.every for item in timer.instructions)
