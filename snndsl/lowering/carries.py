"""What synapses carry in every step, as texts of the program: weight times value, on the grid of the port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from snndsl.deferred import dataclass
from snndsl.expressions import to_text
from snndsl.graph.elaboration import Elaboration
from snndsl.graph.values import model_names
from snndsl.ir import Call, Carry, Const, Expr, Ref, names_read
from snndsl.lowering.distinct import distinct
from snndsl.lowering.neuron import ir_name
from snndsl.lowering.reads import Reads, local_name, sides_of, signals_of
from snndsl.lowering.samples import ProgramSamples
from snndsl.lowering.translate import BlockBuilder, Translator
from snndsl.model.projection import Projection

__all__ = ["BOUND", "LoweredCarries", "LoweredCarry", "lower_carries"]

BOUND = "bound__"
"""The parameter of a carry that holds the largest magnitude of what is sent."""


@dataclass(frozen=True, slots=True, eq=False)
class LoweredCarry:
    """What a projection carries, and what its synapses must still supply.

    Parameters
    ----------
    carry : Carry
        Of the program.
    added : mapping of str to float
        Parameters that are constants of the file or numbers of signals.
    sides : mapping of str to tuple of str
        Parameters that are those of neurons: of which side, and their flat name.
    """

    carry: Carry
    added: Mapping[str, float]
    sides: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class LoweredCarries:
    """What the projections of a program carry.

    Parameters
    ----------
    carries : tuple of Carry
        Each text once.
    of : mapping of str to LoweredCarry
        By projection.
    origins : mapping of str to str
        Comments.
    """

    carries: tuple[Carry, ...]
    of: Mapping[str, LoweredCarry]
    origins: Mapping[str, str]


def lower_carries(found: Elaboration, samples: ProgramSamples) -> LoweredCarries:
    """Lower what every projection carries that does.

    Parameters
    ----------
    found : Elaboration
        With the rows of the projections.
    samples : ProgramSamples
        Names of the arrays that texts call.
    """
    carries: dict[str, Carry] = {}
    of: dict[str, LoweredCarry] = {}
    origins: dict[str, str] = {}
    model, signals, constants = found.model, signals_of(found, samples), model_names(found.model, {}, None)
    for name in found.rows:
        projection = model.projections[name]
        if projection.carries is None:
            continue
        others = {**signals, **sides_of(found, samples, projection.sources, projection.targets)}
        lowered, said = _lowered(projection, Reads(others, model.step), constants)
        carry = distinct(lowered.carry, carries.values())
        carries[carry.name] = carry
        of[name] = replace(lowered, carry=carry)
        origins |= {f"carries.{carry.name}.{path}": text for path, text in said.items()}
    return LoweredCarries(tuple(carries.values()), of, origins)


def _lowered(projection: Projection, reads: Reads, constants: Callable[[str], float]) -> tuple[LoweredCarry, dict[str, str]]:
    """Return what a projection carries, and what the names in it are."""
    assert projection.carries is not None
    builder, term = BlockBuilder(), projection.carries

    def named(text: str) -> Expr:
        """Return what a name stands for: of others, or a constant of the file."""
        if text in reads:
            return reads.value(text, builder, Const(0.0))
        local = local_name("", text)
        reads.values[local], reads.said[local] = constants(text), f"constant {text}"
        return Ref(local)

    value = Translator(builder, named, reads.step)(term.tree)
    amount = builder.let("amount", Call("mul", (Ref("weight"), value)), f"carries: {to_text(term.tree)}")
    cells = Call("floor", (Call("add", (Call("div", (amount, Ref("q__"))), Const(0.5))),))
    sent = builder.let("sent", Call("mul", (cells, Ref("q__"))), "on the grid of the port")
    block = builder.block([])
    used = names_read([block])
    params = tuple(name for name in ("weight", "q__", BOUND, *reads.values, *reads.sides) if name in used or name == BOUND)
    carry = Carry(ir_name(projection.name), params, block, sent.name, tuple(reads.states.values()), BOUND)
    said = {f"params.{name}": text for name, text in reads.said.items()}
    said |= {"params.q__": "what arrives is a multiple of it", f"params.{BOUND}": "and at most so large: sums are exact"}
    return LoweredCarry(carry, reads.values, reads.sides), said | builder.origins
