"""Small programs that together use everything a program can say, with names that mean something elsewhere."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from snndsl.ir import (
    OPERATIONS,
    Block,
    Call,
    Const,
    Expr,
    Injection,
    Neuron,
    Population,
    Program,
    Projection,
    Ref,
    Rule,
    Sample,
    SpikeRecord,
    StateRecord,
    SynapseRecord,
    Synapses,
    Table,
    Tick,
)

Values = dict[str, float | np.ndarray]

__all__ = ["calculator", "op", "zoo"]


def op(name: str, *arguments: Expr | float | str, key: str = "") -> Call:
    """Build a call; numbers become constants, texts become names."""

    def value(a: Expr | float | str) -> Expr:
        return Const(float(a)) if isinstance(a, int | float) else Ref(a) if isinstance(a, str) else a

    return Call(name, tuple(value(a) for a in arguments), key)


def _leaky() -> Neuron:
    """A neuron with an integer refractory counter; its variables are called as things of C++ and Brian2 are."""
    free = op("le", "NULL", 0.0)
    update = Block(
        lets=(
            ("template__1", op("add", op("mul", "template", "int"), op("add", "I", op("mul", "dt", "g")))),
            ("held", op("select", free, "template__1", "template")),
            ("NULL__1", op("select", op("gt", "NULL", 0.0), op("sub", "NULL", 1.0), 0.0)),
            ("over", op("and", op("ge", "held", "t"), free)),
            ("over__1", op("or", "over", op("and", op("not", free), op("gt", "force", 0.0)))),
        ),
        writes=(("template", "held"), ("NULL", "NULL__1")),
    )
    reset = Block(
        lets=(("spent", op("add", "rest", op("mul", 0.0, "template"))),), writes=(("template", "spent"), ("NULL", "R"))
    )
    return Neuron("leaky", ("int", "dt", "t", "rest", "R"), ("template", "NULL"), ("I", "g", "force"), update, "over__1", reset)


def _additive(order: str) -> Rule:
    """All pairs, additive, clipped; a value and the stamp of its last change for each trace; a tick of each of two periods."""

    def decayed(value: str, last: str) -> Expr:
        return op("mul", value, op("exp", op("mul", op("neg", "c"), op("sub", "tv", last))))

    def clipped(x: Expr) -> Expr:
        low = op("select", op("lt", x, 0.0), 0.0, x)
        return op("select", op("gt", low, "top"), "top", low)

    on_pre = Block(
        lets=(
            ("y__1", decayed("y", "y_last__")),
            ("w__1", clipped(op("sub", "w", op("mul", "down", "y__1")))),
            ("x__1", op("add", decayed("x", "x_last__"), 1.0)),
            ("wt__", op("mul", op("floor", op("add", op("div", "w__1", "q__"), 0.5)), "q__")),
        ),
        writes=(("w", "w__1"), ("x", "x__1"), ("x_last__", "tv")),
    )
    on_post = Block(
        lets=(("w__1", clipped(op("add", "w", op("mul", "up", decayed("x", "x_last__"))))),
              ("y__1", op("add", decayed("y", "y_last__"), 1.0))),
        writes=(("w", "w__1"), ("y", "y__1"), ("y_last__", "tv")),
    )  # fmt: skip
    draw = op("uniform", 123456789.0, 987654321.0, "row", "tv", "trial", 1.0)
    ticks = (
        Tick(3, Block((("w__1", clipped(op("add", "w", op("mul", 0.001, op("sub", draw, 0.5))))),), (("w", "w__1"),))),
        Tick(7, Block((), (("x", "y"), ("y", "x")))),
    )
    params = ("c", "up", "down", "top", "q__")
    states, sent = ("w", "x", "y", "x_last__", "y_last__"), (("", "wt__"),)
    return Rule(f"additive_{order}", params, states, on_pre, on_post, sent, ticks, "top", order)


_SHARED = {"c": 0.05, "down": 0.11, "top": 3.0, "q__": 2.0**-20, "x": 0.0, "y": 0.0, "x_last__": 0.0, "y_last__": 0.0}


def _wiring(seed: int, pre: int, post: int, rows: int, a: tuple[int, int], b: tuple[int, int]) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    i, j = draw.integers(0, pre, rows), draw.integers(0, post, rows)
    axonal, dendritic = draw.integers(*a, rows, endpoint=True), draw.integers(*b, rows, endpoint=True)
    axonal[(axonal == 0) & (dendritic == 0)] = 1
    order = np.lexsort((dendritic, axonal, j, i))
    columns = {"pre": i, "post": j, "axonal": axonal, "dendritic": dendritic}
    return {name: column[order].astype(np.int32) for name, column in columns.items()} | {"row": np.arange(rows)}


def zoo(seed: int = 1, steps: int = 90, rows: int = 40, gain: float = 1.0, latest: int = 5) -> Program:
    """Return a network of a source and leaky neurons with static and plastic synapses of all kinds of delays.

    Parameters
    ----------
    seed : int
        Of wiring, weights, source spikes and injections: data only.
    steps, rows : int
        Length, and synapses of each kind.
    gain : float
        Factor of all plastic weights.
    latest : int
        Largest part of a delay.
    """
    draw = np.random.default_rng(seed)
    stamps, neurons = np.nonzero(draw.random((steps + 1, 6)) < 0.12)
    stamps, neurons = np.append([0, 0], stamps[stamps > 0]), np.append([1, 4], neurons[stamps > 0])
    source = Population("NULL", 6, None, {}, Table({"stamp": stamps.astype(np.int64), "neuron": neurons.astype(np.int32)}))
    initial = np.round(draw.random(7) * 8) / 8
    leaky: Values = {
        "int": 0.875,
        "dt": 0.5,
        "t": np.linspace(2.0, 2.75, 7),
        "rest": -0.25,
        "R": 2.0,
        "template": initial,
        "NULL": 0.0,
    }
    cells = Population("cells", 7, "leaky", leaky)
    parts, projections = [], []

    def connect(name: str, pre: str, port: str, rule: str | None, columns: dict[str, np.ndarray]) -> None:
        count, size = len(columns["pre"]), {"NULL": 6, "cells": 7}[pre]
        assert columns["pre"].max() < size
        strength = np.round(draw.random(count) * 2**21) / 2**21
        values: dict[str, float] = {}
        if rule is None:
            columns = columns | {"weight": np.round((strength - 0.3) * 64) / 64}
        else:
            columns = columns | {"w": strength * gain, "up": 0.1 + 0.01 * np.arange(count)}
            values = _SHARED
        parts.append(Synapses(name, name, pre, "cells", port, rule, Table(columns), values))
        kept = {"pre": columns["pre"], "post": columns["post"], "pre_population": np.zeros(count, np.int16),
                "post_population": np.zeros(count, np.int16), "row": columns["row"]}  # fmt: skip
        projections.append(Projection(name, count, Table(kept), (pre, "cells")))

    connect("back", "cells", "I", "additive_post_first", _wiring(seed + 1, 7, 7, rows, (0, latest), (1, latest)))
    connect("fixed", "NULL", "g", None, _wiring(seed + 2, 6, 7, rows, (0, latest), (0, latest)))
    connect("input", "NULL", "I", "additive_pre_first", _wiring(seed + 3, 6, 7, rows, (0, latest), (0, latest)))
    connect("lateral", "cells", "g", "additive_pre_first", _wiring(seed + 4, 7, 7, rows, (0, latest), (0, latest)))
    steps_of, cell = np.nonzero(draw.random((steps, 7)) < 0.2)
    amount = np.round(draw.random(len(cell)) * 128) / 64
    events = Table({"step": steps_of.astype(np.int64), "neuron": cell.astype(np.int32), "amount": amount})
    force = Table({"step": np.array([0, 11, 12]), "neuron": np.array([3, 3, 3], np.int32), "amount": np.ones(3)})
    drive = Injection("drive", "cells", "I", events), Injection("forced", "cells", "force", force)
    last = steps - 5
    return Program(
        name="zoo", step=Fraction(1, 10), steps=steps, chunk=32, trial=2, neurons=(_leaky(),),
        rules=(_additive("post_first"), _additive("pre_first")), populations=(source, cells), projections=tuple(projections),
        synapses=tuple(parts), injections=drive,
        spike_records=(SpikeRecord("NULL"), SpikeRecord("cells", np.array([0, 1, 3, 4, 5, 6], np.int32))),
        state_records=(
            StateRecord("0", "cells", ("template", "NULL"), np.arange(7, dtype=np.int32), 1, 0, steps),
            StateRecord("1", "cells", ("template",), np.array([2, 5], np.int32), 10, 5, last),
        ),
        synapse_records=(
            SynapseRecord("back", ("w", "y"), (1, 21, 40, steps)), SynapseRecord("fixed", ("w",), (steps,)),
            SynapseRecord("input", ("w", "x", "y"), (1, 7, 20, 21, 42, steps)),
            SynapseRecord("lateral", ("w", "x"), (21, steps)),
        ),
    )  # fmt: skip


def calculator(trial: int = 0, key: float = 77.0) -> Program:
    """Return one neuron that never listens: every operation, draws, a sample, a user's `i` and `step`, old values."""
    plain = [row for row in OPERATIONS.values() if not row.symbol and not row.is_draw and row.name not in ("select", "sample")]
    positive: Expr = op("add", op("abs", "x"), 0.5)
    one = [op("neg", "x")]
    for row in plain:  # of x, of x and another, or of what has a logarithm
        first = positive if row.name in ("log", "log1p", "sqrt") else "x"
        one.append(op(row.name, *(first, 0.75, -2.0)[: len(row.arguments)]))
    draws = [op("uniform", key, 3.0, "i", "step", "trial", 0.0), op("normal", key, 3.0, "i", "step", "trial", 1.0),
             op("poisson", op("mul", 3.0, "x"), key, 3.0, "i", "step", "trial", 2.0),
             op("normal_in", 1.0, 1.5, -1.0, 4.0, key, 3.0, "i", "step", "trial", 3.0)]  # fmt: skip
    odd = op("eq", op("floor", op("div", "step", 2.0)), op("div", "step", 2.0))
    others = [
        op("select", op("and", odd, op("not", op("ne", "i", 1.0))), -1.5, 1e-300),
        op("sample", op("add", "step", 0.5), key="xi"),
    ]
    names = [f"y{k}" for k in range(len(one) + len(draws) + len(others))]
    lets = [(f"{name}__1", tree) for name, tree in zip(names, one + draws + others)]
    lets += [("x__1", op("add", "x", op("mul", 0.37, op("sub", "a", op("mul", "x", "a")))))]
    swap = (("p", "q"), ("q", "p"))  # old values, at once
    update = Block(tuple(lets), (*((name, f"{name}__1") for name in names), ("x", "x__1"), *swap))
    neuron = Neuron("calculator", ("a",), ("x", "p", "q", *names), (), update)
    values: Values = {"a": np.array([0.3, -1.2, 4.0]), "x": np.array([0.1, -3.0, 2.5]), "p": 1.0, "q": 2.0}
    values |= dict.fromkeys(names, 0.0)
    record = StateRecord("0", "volt", ("x", "p", "q", *names), np.arange(3, dtype=np.int32), 1, 0, 20)
    return Program(
        name="calculator", step=Fraction(1), steps=20, chunk=7, trial=trial, neurons=(neuron,),
        populations=(Population("volt", 3, "calculator", values),), samples=(Sample("xi", np.linspace(-1, 1, 20)),),
        state_records=(record,),
    )  # fmt: skip
