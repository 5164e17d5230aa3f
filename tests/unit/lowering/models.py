"""Small models as text, and their neurons ready to be stepped."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
from lowered import lower

from snndsl.frontend.loader import read_source
from snndsl.graph.elaboration import Elaboration, elaborate
from snndsl.ir import Program
from snndsl.semantics.check import CheckedModel, check
from snndsl_reference.tree.groups import NeuronGroup

__all__ = ["checked", "graph", "neurons", "program"]


def checked(
    text: str, step: str = "0.1 ms", duration: str = "100 ms", folder: Path | None = None, seed: str = "seed: 1"
) -> CheckedModel:
    """Check the sections in `text`."""
    head = f"snndsl: 1\nname: m\ntime: {{step: {step}, duration: {duration}}}\n{seed}\n"
    return check(read_source(head + textwrap.dedent(text), "model.yaml", folder, {}))


def graph(text: str, **more: object) -> Elaboration:
    """Elaborate the sections in `text`."""
    return elaborate(checked(text, **more))  # type: ignore[arg-type]


def program(text: str, **more: object) -> Program:
    """Lower the sections in `text`."""
    return lower(checked(text, **more))  # type: ignore[arg-type]


def neurons(made: Program, population: str = "p") -> NeuronGroup:
    """Return a population of a program, as the reference steps it."""
    found = next(item for item in made.populations if item.name == population)
    neuron = next(item for item in made.neurons if item.name == found.neuron)
    samples = {sample.name: np.asarray(sample.values) for sample in made.samples}
    return NeuronGroup(found.name, found.size, neuron, found.values, 64, samples, 0, {})
