"""A malformed program is named; every program the compiler makes is well-formed."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from programs.recorded_2006 import recorded_2006

from snndsl.api import load
from snndsl.ir import (
    Block,
    Call,
    Carry,
    Const,
    Injection,
    Neuron,
    Population,
    Program,
    Projection,
    Read,
    Ref,
    Rule,
    Sample,
    StateRecord,
    Sum,
    Synapses,
    Table,
    Tick,
)
from snndsl.ir.verify import MalformedProgram, verify
from snndsl.testing.conformance import case_file, cases

NEURON = Neuron(
    "n",
    ("p",),
    ("v",),
    ("I",),
    Block((("x", Call("add", (Ref("v"), Ref("I")))), ("f", Call("gt", (Ref("x"), Ref("p"))))), (("v", "x"),)),
    "f",
)
RULE = Rule("r", (), ("w",), Block((("s", Call("mul", (Ref("w"), Const(1.0)))),)), Block(), (("", "s"),))


def table(**columns: list[int] | list[float]) -> Table:
    return Table({name: np.array(column) for name, column in columns.items()})


def program() -> Program:
    rows = table(pre=[0, 1], post=[1, 0], axonal=[1, 0], dendritic=[0, 2], row=[0, 1])
    columns = table(pre=[0, 1], post=[1, 0], pre_population=[0, 0], post_population=[0, 0], row=[0, 1])
    return Program(
        "m", Fraction(1, 10), 10, 5,
        neurons=(NEURON,), rules=(RULE,),
        populations=(Population("a", 2, "n", {"p": 1.0, "v": np.zeros(2)}),),
        projections=(Projection("pr", 2, columns, ("a",)),),
        synapses=(Synapses("s", "pr", "a", "a", "I", "r", rows, {"w": 0.5}),),
        injections=(Injection("i", "a", "I", table(step=[0], neuron=[1], amount=[0.5])),),
        state_records=(StateRecord("0", "a", ("v",), np.array([0], np.int32), 1, 0, 10),),
    )  # fmt: skip


def test_a_good_program_passes() -> None:
    assert verify(program()).name == "m"


@pytest.mark.parametrize("case", cases())
def test_compiled_programs_pass(case: str) -> None:
    verify(load(case_file(case)).program)


def test_the_program_built_by_hand_passes() -> None:
    verify(recorded_2006(100, ()))


def neuron(**changes: object) -> Program:
    return replace(program(), neurons=(replace(NEURON, **changes),))  # type: ignore[arg-type]


def synapses(**columns: list[int]) -> Program:
    [part] = program().synapses
    return replace(
        program(), synapses=(replace(part, rows=Table({**part.rows.columns, **{k: np.array(v) for k, v in columns.items()}})),)
    )


CARRY = Carry(
    "c",
    ("weight", "most"),
    Block((("sent", Call("mul", (Ref("weight"), Ref("pre__v")))),)),
    "sent",
    (Read("pre__v", "pre", "v"),),
    "most",
)


def carrying(**changes: object) -> Program:
    """Return a program whose only synapses carry a state instead of spikes."""
    [part] = program().synapses
    rows = Table({**part.rows.columns, "weight": np.array([0.5, 0.25])})
    part = replace(part, rule=None, values={"most": 8.0}, rows=rows, carry="c")
    return replace(program(), rules=(), synapses=(part,), carries=(replace(CARRY, **changes),))  # type: ignore[arg-type]


def summing(**changes: object) -> Program:
    """Return a program whose rule adds up weights; its two synapses have one dendritic part unless told otherwise."""
    added = Sum("target", Block((("term", Call("abs", (Ref("w"),))),), (("total", "term"),)))
    tick = Tick(2, Block((("new", Call("div", (Ref("w"), Ref("total")))),), (("w", "new"),)), (replace(added, **changes),))  # type: ignore[arg-type]
    [part] = program().synapses
    rows = Table({**part.rows.columns, "dendritic": np.array([0, 0]), "axonal": np.array([1, 2])})
    return replace(program(), rules=(replace(RULE, every=(tick,)),), synapses=(replace(part, rows=rows),))


def test_what_is_carried_and_what_is_summed_pass() -> None:
    assert verify(carrying()).carries == (CARRY,)
    assert verify(summing()).rules[0].every[0].sums[0].local == "total"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (carrying(sent="x"), "sends 'x', which is no number of it"),
        (carrying(params=()), "carry c has no weight"),
        (carrying(bound="sent"), "carry c is bounded by 'sent', which is no parameter of it"),
        (carrying(params=("weight", "most", "gain")), "synapses s gives no value to gain"),
        (carrying(reads=(Read("pre__v", "pre", "u"),)), "reads pre.u, which is no state"),
        (carrying(name="other"), "the unknown carry c"),
        (replace(carrying(), rules=(RULE,), synapses=(replace(program().synapses[0], carry="c"),)), "has a rule, and carries"),
        (summing(over="rows"), "is over the rows"),
        (summing(terms=Block()), "has 0 names"),
        (summing(terms=Block((("term", Ref("x")),), (("total", "term"),))), "x is used before it is defined"),
        (replace(summing(), synapses=program().synapses), "sums over synapses whose dendritic parts differ"),
        (neuron(update=Block((("x", Ref("y")),))), "y is used before it is defined"),
        (neuron(update=Block((("x", Const(1.0)), ("x", Const(2.0))))), "assigns x twice"),
        (neuron(update=Block((("f", Const(1.0)),), (("I", "f"),))), "writes I, which is no state"),
        (neuron(update=Block((("f", Call("not", (Ref("v"),))),))), "not of number"),
        (neuron(update=Block((("f", Call("select", (Ref("v"), Ref("v"), Ref("v")))),))), "select of number"),
        (neuron(update=Block((("f", Call("wave", ())),))), "the unknown operation wave"),
        (neuron(update=Block((("x", Call("add", (Ref("v"),))),))), "add of number, not number/number in x"),
        (neuron(update=Block((("x", Call("exp", (Ref("p"), Ref("v"), Ref("v")))),))), "exp of number/number/number, not"),
        (neuron(update=Block((("x", Call("neg", ())),))), "neg of nothing, not number in x"),
        (neuron(update=Block((("f", Call("lt", (Call("lt", (Ref("v"), Ref("p"))), Ref("v")))),))), "lt of truth/number, not"),
        (neuron(update=Block((("f", Call("or", (Call("lt", (Ref("v"), Ref("p"))),))),))), "or of truth, not truth/truth in f"),
        (neuron(update=Block((("x", Call("uniform", (Const(1.0), Const(2.0)))),))), "uniform of number/number, not"),
        (neuron(update=Block((("x", Call("exp", (Ref("v"),), "table")),))), "exp of the sample table in x"),
        (neuron(update=Block((("f", Call("sample", (Ref("v"),), "t")),))), "the unknown sample t"),
        (neuron(update=Block((("f", Const(float("nan"))),))), "the number nan"),
        (neuron(update=Block((("f", Call("gt", (Ref("v"), Ref("p")))),), (("v", "f"),))), "writes the truth value f to v"),
        (neuron(fires="x"), "fires on 'x'"),
        (neuron(states=("v", "p")), "has p twice"),
        (neuron(ports=()), "reaches the port I"),
        (synapses(axonal=[1, -1]), "axonal outside"),
        (synapses(dendritic=[0, 0]), "delay outside"),
        (synapses(post=[0, 2]), "post outside 0 .. 1"),
        (replace(program(), rules=(replace(RULE, deliver=(("", "z"),)),)), "delivers 'z'"),
        (replace(program(), rules=(replace(RULE, deliver=(("", "s"), ("", "w"))),)), "delivers twice to a port"),
        (replace(program(), rules=(replace(RULE, deliver=(("late", "s"),)),)), "has no port for late"),
        (
            replace(program(), synapses=(replace(program().synapses[0], ports={"late": "slow"}),)),
            "reaches the port slow, which n does not have",
        ),
        (replace(program(), rules=(replace(RULE, order="post_first"),)), "post_first with a dendritic delay of 0"),
        (replace(program(), rules=(replace(RULE, states=("w", "y")),)), "gives no value to y"),
        (replace(program(), populations=(Population("a", 2, "n", {"p": 1.0, "v": np.zeros(3)}),)), "v has shape (3,)"),
        (replace(program(), populations=(Population("a", 2, "n", {"p": 1.0}),)), "gives no value to v"),
        (replace(program(), populations=(Population("a", 2, "n", {"p": float("inf"), "v": 0.0}),)), "p is not finite"),
        (replace(program(), populations=(Population("a", 0, "n", {"p": 1.0, "v": 0.0}),)), "has size 0"),
        (replace(program(), samples=(Sample("b", np.ones(1)), Sample("a", np.ones(1)))), "samples are not in order"),
        (
            replace(program(), injections=(Injection("i", "a", "I", table(step=[0], neuron=[2], amount=[0.5])),)),
            "neuron outside 0 .. 1",
        ),
        (replace(program(), state_records=(replace(program().state_records[0], variables=("z",)),)), "record of a.z"),
        (replace(program(), chunk=0), "chunk 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_malformed_is_named(bad: Program, said: str) -> None:
    with pytest.raises(MalformedProgram) as error:
        verify(bad)
    assert said in str(error.value)
