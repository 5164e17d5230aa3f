"""A small model file that uses one definition, and runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snndsl.frontend.loader import ModelSource

__all__ = ["example"]

_STEP, _DURATION = "0.1 ms", "200 ms"
_PRE, _POST = "[10 ms, 40 ms, 70 ms, 100 ms, 130 ms]", "[14 ms, 44 ms, 66 ms, 96 ms, 134 ms]"


def example(source: ModelSource, section: str, name: str, spec: Any) -> str:
    """Return a model file with one neuron, part or rule in use.

    Parameters
    ----------
    source : ModelSource
        The file of the definition.
    section, name : str
        Where it stands.
    spec : NeuronSpec, PartSpec or RuleSpec
        The definition; its ``example`` says which values to use.
    """
    write = {"neurons": _neuron, "parts": _part, "plasticity": _rule}[section]
    given, seed = dict(spec.example), ["seed: 1"] if "xi()" in str(spec.equations if section != "plasticity" else "") else []
    step = given.pop("step", getattr(spec, "made_for", None) or _STEP)
    head = ["snndsl: 1", f"name: {name}_example", f"time: {{step: {step}, duration: {given.pop('duration', _DURATION)}}}"]
    return "\n".join([*head, *seed, f"imports: {{lib: {source.locations.file}}}", *write(f"lib.{name}", spec, given)]) + "\n"


def _neuron(use: str, spec: Any, given: dict[str, str]) -> Iterator[str]:
    inputs = {port: given.pop(port) for port in spec.ports if port in given}
    yield f"populations: {{cells: {{neuron: {_use(use, given)}, size: 1}}}}"
    if inputs:
        yield "stimuli:"
    for port, value in inputs.items():
        yield f"  into_{port}: {{into: cells, port: {port}, current: {_quoted(value)}}}"
    states = ", ".join(spec.state) or ", ".join(f"{name}.V" for name in spec.parts)
    yield f"record: {{spikes: [cells], states: {{cells: [{states}]}}}}"


def _part(use: str, spec: Any, given: dict[str, str]) -> Iterator[str]:
    weights = {port: given.pop(port, f"1 {item.unit}" if item.unit != "1" else "1") for port, item in spec.ports.items()}
    has_current = "I" in spec.state or any(line.strip().startswith("I =") for line in _lines(spec.equations))
    yield "neurons:"
    yield "  cell:"
    yield f"    parts: {{syn: {_use(use, given)}}}"
    yield "    state: {V: -70 mV}"
    yield f"    equations: dV/dt = (-70 mV - V)/(20 ms){' + syn.I/(250 pF)' if has_current else ''}"
    yield f"    integrator: {'rk4' if spec.needs else 'exact'}"
    yield "populations: {cells: {neuron: cell, size: 1}}"
    if weights:
        yield "stimuli:"
    for port, weight in weights.items():
        name = "syn" if len(weights) == 1 else f"syn.{port}"
        yield f"  spikes: {{into: cells, port: {name}, weight: {_quoted(weight)}, spikes: {{i: 0, t: [10 ms, 60 ms]}}}}"
    states = ", ".join(["V", *(f"syn.{state}" for state in spec.state)])
    yield f"record: {{states: {{cells: [{states}]}}}}"


def _rule(use: str, spec: Any, given: dict[str, str]) -> Iterator[str]:
    weight = given.pop("w", "0.5")
    unit = weight.partition(" ")[2] or "1"
    nothing = "0" if unit == "1" else f"0 {unit}"
    yield f"neurons: {{relay: {{ports: {{in: {unit}}}, state: {{received: {nothing}}}, update: received = in}}}}"
    yield "populations: {post: {neuron: relay, size: 1}}"
    yield "stimuli:"
    yield f"  pre: {{size: 1, spikes: {{i: 0, t: {_PRE}}}}}"
    yield f"  forced: {{into: post, port: spike, spikes: {{i: 0, t: {_POST}}}}}"
    yield "projections:"
    yield "  learning:"
    yield f"    {{from: pre, to: post, connect: one_to_one, port: in, weight: {weight},"
    yield f"     delay: {{axonal: 1 ms, dendritic: 0 ms}}, plasticity: {_use(use, given)}}}"
    own = ", ".join(["w", *spec.state])
    yield f"record: {{states: {{post: [received]}}, synapses: {{learning: {{of: [{own}], every: 10 ms}}}}}}"


def _lines(text: Any) -> list[str]:
    return text.split("\n") if isinstance(text, str) else list(text)


def _use(use: str, given: dict[str, str]) -> str:
    if not given:
        return use
    return f"{{{', '.join([f'use: {use}', *(f'{key}: {_quoted(value)}' for key, value in given.items())])}}}"


def _quoted(value: str) -> str:
    return f'"{value}"' if set("[]{},#") & set(value) else value
