"""White noise in equations: each ``xi()`` of the text is one source, and stands in a sum, with a factor or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from snndsl.errors import Fault, ModelError
from snndsl.expressions import TextFault, tree
from snndsl.expressions.walk import calls_in, names_in, renamed
from snndsl.integrators import INTEGRATORS
from snndsl.model.text import Term
from snndsl.semantics.draft import ElementDraft
from snndsl.semantics.linear import NotLinear, linear

__all__ = ["Noise", "expanded", "misread_noise"]

_WHITE = "xi"


def _noisy_aliases(element: ElementDraft) -> frozenset[str]:
    """Return the aliases that hold white noise, by themselves or through others."""
    reads = {name: {node.text for node in names_in(term.tree)} for name, term in element.aliases.items()}
    found = {name for name, term in element.aliases.items() if _has_noise(term.tree)}
    while more := {name for name in reads if name not in found and not reads[name].isdisjoint(found)}:
        found |= more
    return frozenset(found)


def misread_noise(element: ElementDraft) -> Iterator[Fault]:
    """Yield the faults of texts other than equations that read an alias with white noise, which has no value."""
    noisy = _noisy_aliases(element)
    every = [instruction for timer in element.every for instruction in timer.instructions]
    terms = [instruction.term for instruction in (*element.update, *every, *element.reset)]
    values = [*element.states.values(), *(item.default for item in element.parameters.values() if item.default is not None)]
    terms += [term for value in values for term in (value if isinstance(value, tuple) else (value,))]
    others = (element.threshold, element.silent_for, element.silent_while, *element.require)
    for term in (*terms, *(term for term in others if term is not None)):
        for node in names_in(term.tree):
            if node.text in noisy:
                what = f"{node.text!r} is white noise, which has no value in a step"
                yield term.place.fault(TextFault("name-misplaced", what, node.start, "a state; equations read it"), term.line)
                break


@dataclass(eq=False)
class Noise:
    """The sources of an element.

    Parameters
    ----------
    element : ElementDraft
        Without other faults.
    sources : dict
        Name of the source of each call that is written, ``xi__0``, ``xi__1`` ..., in the order in which equations reach them.
    """

    element: ElementDraft
    sources: dict[object, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.aliases = _noisy_aliases(self.element)

    def split(self, state: str) -> tuple[tree.Expression, dict[str, tree.Expression]] | None:
        """Return the right side of a state without its noise, and what each source is multiplied by; None: it has none.

        Raises
        ------
        ModelError
            noise-not-supported by the integrator, noise-not-additive.
        """
        term = self.element.derivatives[state]
        node = self._marked(term.tree)
        if node is term.tree:
            return None
        integrator = INTEGRATORS[self.element.integrators[state]]
        if not integrator.noisy:
            able = ", ".join(item.name for item in INTEGRATORS.all if item.noisy)
            raise self._refused(term, "noise-not-supported", f"{integrator.name} takes no xi()", able)
        try:
            parts = linear(node, {*self.sources.values()})
        except NotLinear:
            what = f"d{state}/dt does not only add xi()"
            raise self._refused(term, "noise-not-additive", what, "a sum with terms such as sigma*xi()") from None
        for coefficient in parts.coefficients.values() if not integrator.ito else ():
            for name in names_in(expanded(coefficient, self.element)):
                if name.text in self.element.derivatives:
                    what = f"xi() in d{state}/dt is multiplied by {name.text!r}, which moves during the step"
                    able = " or ".join(item.name for item in INTEGRATORS.all if item.ito)
                    expected = f"a factor without states that have equations, or {able} for {state!r}"
                    raise self._refused(term, "noise-not-additive", what, expected)
        zero = tree.Number(Fraction(0), None)
        return (zero if parts.rest is None else parts.rest), parts.coefficients

    def _marked(self, node: tree.Expression) -> tree.Expression:
        """Return an expression with a name for each source, and without aliases that hold noise; itself if it has none."""
        match node:
            case tree.Name() if node.text in self.aliases:
                return self._marked(self.element.aliases[node.text].tree)
            case tree.FunctionCall(function=function) if function == _WHITE:
                name = self.sources.setdefault(node.written, f"xi__{len(self.sources)}")
                return tree.Name(name, node.start, node.end)
        below = tree.children(node)
        marked = tuple(self._marked(child) for child in below)
        if all(new is old for new, old in zip(marked, below, strict=True)):
            return node
        match node:
            case tree.FunctionCall():
                return replace(node, arguments=marked)
            case tree.Unary():
                return replace(node, operand=marked[0])
            case tree.Binary() | tree.Compare():
                return replace(node, left=marked[0], right=marked[1])
            case tree.Logic():
                return replace(node, operands=marked)
        return node

    def _refused(self, term: Term, code: str, what: str, expected: str) -> ModelError:
        """Return the error at the first xi() of the equation, or at the equation where an alias has it."""
        calls = [call for call in calls_in(term.tree) if call.function == _WHITE]
        start = calls[0].start if calls else term.tree.start
        return ModelError(term.place.problem(code, what, expected, "", start, term.line))


def expanded(node: tree.Expression, element: ElementDraft) -> tree.Expression:
    """Return an expression with every alias replaced by what it stands for."""

    def name(inner: tree.Name) -> tree.Expression:
        return expanded(element.aliases[inner.text].tree, element) if inner.text in element.aliases else inner

    return renamed(node, name)


def _has_noise(node: tree.Expression) -> bool:
    return any(call.function == _WHITE for call in calls_in(node))
