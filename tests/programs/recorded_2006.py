"""The recorded 2006 network as a program written by hand: what the front end must arrive at, and the oldest oracle."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np

from snndsl.ir import (
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
    SpikeRecord,
    SynapseRecord,
    Synapses,
    Table,
    Tick,
)

DATA = Path(__file__).parents[2] / "models" / "izhikevich2006_recorded"


def op(name: str, *args: Expr | float | str) -> Call:
    """Build a call; numbers become constants, texts become names."""

    def value(a: Expr | float | str) -> Expr:
        return Const(float(a)) if isinstance(a, int | float) else Ref(a) if isinstance(a, str) else a

    return Call(name, tuple(value(a) for a in args))


def half_step(v: str) -> Expr:
    """Return v + 0.5*((0.04*v + 5)*v + 140 - u + I)."""
    slope = op("mul", op("add", op("mul", 0.04, v), 5.0), v)
    return op("add", v, op("mul", 0.5, op("add", op("sub", op("add", slope, 140.0), "u"), "I")))


def neuron() -> Neuron:
    """Return the 2006 neuron, two half steps a millisecond."""
    update = Block(
        lets=(
            ("v__1", half_step("v")),
            ("v__2", half_step("v__1")),
            ("u__1", op("add", "u", op("mul", "a", op("sub", op("mul", "b", "v__2"), "u")))),
            ("fires__", op("ge", "v__2", 30.0)),
        ),
        writes=(("v", "v__2"), ("u", "u__1")),
    )
    reset = Block(lets=(("u__1", op("add", "u", "d")),), writes=(("v", "c"), ("u", "u__1")))
    return Neuron("izhikevich", ("a", "b", "c", "d"), ("v", "u"), ("I",), update, "fires__", reset)


def clip(x: str) -> Expr:
    """Return clip(x, 0, w_max)."""
    low = op("select", op("lt", x, 0.0), 0.0, x)
    return op("select", op("gt", x, "w_max"), "w_max", low)


def rule() -> Rule:
    """Return the 2006 rule: nearest neighbours into an accumulator, applied once a second."""
    on_pre = Block(
        lets=(
            ("age__", op("sub", "tv", "last_post__")),
            ("sd__1", op("sub", "sd", op("mul", "A_minus", op("exp", op("mul", op("log", "decay"), op("sub", "age__", 1.0)))))),
            ("wt__", op("mul", op("floor", op("add", op("div", "w", "q__"), 0.5)), "q__")),
        ),
        writes=(("sd", "sd__1"), ("last_pre__", "tv")),
    )
    on_post = Block(
        lets=(
            ("age__", op("sub", "tv", "last_pre__")),
            ("sd__1", op("add", "sd", op("mul", "A_plus", op("exp", op("mul", op("log", "decay"), "age__"))))),
        ),
        writes=(("sd", "sd__1"), ("last_post__", "tv")),
    )
    second = Block(
        lets=(
            ("sd__1", op("mul", "sd", "keep")),
            ("w__1", op("add", "w", op("add", "drift", "sd__1"))),
            ("w__2", clip("w__1")),
        ),
        writes=(("sd", "sd__1"), ("w", "w__2")),
    )
    params = ("A_plus", "A_minus", "decay", "keep", "drift", "w_max", "q__")
    states = ("w", "sd", "last_pre__", "last_post__")
    return Rule("accumulated", params, states, on_pre, on_post, (("", "wt__"),), (Tick(1000, second),), bound="w_max")


def recorded_2006(steps: int = 60_000, snapshots: tuple[int, ...] = (60_000,)) -> Program:
    """Return the program; the first `steps` of the recorded stimulus.

    The populations are 0..799 excitatory and 800..999 inhibitory.
    """
    inputs = np.load(DATA / "seed0_inputs.npz")
    pre, post, delay = (inputs[name].astype(np.int32) for name in ("pre", "post", "delay_ms"))
    order = np.lexsort((delay, post, pre))
    pre, post, delay = pre[order], post[order], delay[order]
    v0, u0 = inputs["v0"], inputs["u0"]
    exc = Population("exc", 800, "izhikevich", {"a": 0.02, "b": 0.2, "c": -65.0, "d": 8.0, "v": v0[:800], "u": u0[:800]})
    inh = Population("inh", 200, "izhikevich", {"a": 0.1, "b": 0.2, "c": -65.0, "d": 2.0, "v": v0[800:], "u": u0[800:]})
    values = {
        "A_plus": 0.1, "A_minus": 0.12, "decay": 0.95, "keep": 0.9, "drift": 0.01, "w_max": 10.0, "q__": 2.0**-32,
        "w": 6.0, "sd": 0.0, "last_pre__": -math.inf, "last_post__": -math.inf,
    }  # fmt: skip
    plastic, fixed = pre < 800, pre >= 800
    row = np.zeros(len(pre), np.int64)
    row[plastic], row[fixed] = np.arange(plastic.sum()), np.arange(fixed.sum())

    def part(name: str, projection: str, source: str, target: str, chosen: np.ndarray, rule_name: str | None) -> Synapses:
        columns = {
            "pre": pre[chosen] - (800 if source == "inh" else 0),
            "post": post[chosen] - (800 if target == "inh" else 0),
            "axonal": delay[chosen],
            "dendritic": np.zeros(chosen.sum(), np.int32),
            "row": row[chosen],
        }
        if rule_name is None:
            columns["weight"] = np.full(chosen.sum(), -5.0)
        return Synapses(name, projection, source, target, "I", rule_name, Table(columns), values if rule_name else {})

    def projection(name: str, chosen: np.ndarray) -> Projection:
        populations = np.where(pre[chosen] < 800, 0, 1).astype(np.int16), np.where(post[chosen] < 800, 0, 1).astype(np.int16)
        columns = {
            "pre": pre[chosen], "post": post[chosen], "pre_population": populations[0], "post_population": populations[1],
            "row": order[chosen].astype(np.int64),
        }  # fmt: skip
        return Projection(name, int(chosen.sum()), Table(columns), ("exc", "inh"))

    step, chosen = inputs["stimulus_step"].astype(np.int64), inputs["stimulus_neuron"].astype(np.int32)
    early = step < steps

    def stimulus(target: str, mine: np.ndarray, offset: int) -> Injection:
        kept = mine & early
        columns = {"step": step[kept], "neuron": chosen[kept] - np.int32(offset), "amount": np.full(kept.sum(), 20.0)}
        return Injection(f"thalamus__{target}", target, "I", Table(columns))

    return Program(
        name="izhikevich2006_recorded",
        step=Fraction(1),
        steps=steps,
        chunk=1000,
        neurons=(neuron(),),
        rules=(rule(),),
        populations=(exc, inh),
        projections=(projection("exc_all", plastic), projection("inh_exc", fixed)),
        synapses=(
            part("exc_all__exc__exc", "exc_all", "exc", "exc", plastic & (post < 800), "accumulated"),
            part("exc_all__exc__inh", "exc_all", "exc", "inh", plastic & (post >= 800), "accumulated"),
            part("inh_exc__inh__exc", "inh_exc", "inh", "exc", fixed, None),
        ),
        injections=(stimulus("exc", chosen < 800, 0), stimulus("inh", chosen >= 800, 800)),
        spike_records=(SpikeRecord("exc"), SpikeRecord("inh")),
        synapse_records=(SynapseRecord("exc_all", ("w", "sd"), tuple(s for s in snapshots if s <= steps)),),
    )
