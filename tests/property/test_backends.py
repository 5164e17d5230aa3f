"""Every backend gives every generated network the same bits: spikes, states, weights.

Networks lie side by side in a few programs, so that few are built. SNNDSL_EXAMPLES sets how many there are. One that is not
equal is looked for by halves, made smaller as long as it is unequal, and shown as a model file.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

from snndsl.api import Model
from snndsl.backend import REFERENCE
from snndsl.errors import SimulationFailed, SnndslError
from snndsl.ir import Program
from snndsl.results import Recording
from snndsl.testing import differences
from snndsl.testing.beside import run_program, side_by_side
from snndsl.testing.networks import GeneratedNetwork, drawn, networks
from snndsl.testing.parameters import OTHERS
from snndsl.testing.readers import readers
from snndsl.testing.smallest import smallest

NUMBER = int(os.environ.get("SNNDSL_EXAMPLES", "300"))
TOGETHER = 25
TRIAL = 3
"""Of the networks: what is frozen draws as in trial 0, all else as in this one."""
PARTS = range(-(-NUMBER // TOGETHER))

Made = tuple[Sequence[GeneratedNetwork], Program, Recording]


@cache
def generated() -> list[GeneratedNetwork]:
    reading = NUMBER // 4  # the last ones, in programs of their own: those take steps of one on NEST
    return [*drawn(networks(), NUMBER - reading), *drawn(readers(), reading)]


def together(several: Sequence[GeneratedNetwork]) -> Program:
    """Return a program of a trial of networks that lie side by side, each with records of another period."""
    models = (network.model(every=1 + k % 3) for k, network in enumerate(several))
    return side_by_side({f"m{k}_": Model(**model).of_trial(TRIAL) for k, model in enumerate(models)})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Made]:
    """Return networks, their program and its run on the reference."""

    @cache
    def make(part: int) -> Made:
        several = generated()[part * TOGETHER : (part + 1) * TOGETHER]
        program = together(several)
        return several, program, run_program(program, REFERENCE, tmp_path_factory.mktemp("reference") / "run")

    return make


def is_model(network: GeneratedNetwork) -> bool:
    """Tell whether a network that lacks something is still a model; a KeyError: its records need what is not there."""
    try:
        Model(**network.model())
    except (SnndslError, KeyError):
        return False
    return True


def unequal(several: Sequence[GeneratedNetwork], backend: str, folder: Path) -> list[str]:
    """Return what is not equal between a backend and the reference, or why the backend stopped."""
    program = together(several)
    one = run_program(program, REFERENCE, folder / "reference")
    try:
        return differences(one, run_program(program, backend, folder / backend))
    except SimulationFailed as error:
        return [str(error)]


def shown(several: Sequence[GeneratedNetwork], backend: str, folder: Path) -> str:
    """Return the smallest of the networks that is unequal by itself, and what of it is."""
    numbers = itertools.count()

    def wrong(some: Sequence[GeneratedNetwork]) -> bool:
        return bool(unequal(some, backend, folder / f"try{next(numbers)}"))

    network = smallest(several, wrong, is_model)
    lines = unequal([network], backend, folder / "smallest") or ["equal by itself, but not beside the others"]
    return "\n".join([*lines[:5], yaml.safe_dump(network.model(), sort_keys=False)])


@pytest.mark.parametrize("backend", OTHERS)
@pytest.mark.parametrize("part", PARTS)
def test_equal_to_the_reference(part: int, backend: str, made: Callable[[int], Made], tmp_path: Path) -> None:
    several, program, reference = made(part)
    try:
        found = differences(reference, run_program(program, backend, tmp_path / "run"))
    except SimulationFailed as error:
        found = [str(error)]
    if found:
        pytest.fail(f"{found[0]}\n{shown(several, backend, tmp_path)}", pytrace=False)


@pytest.mark.parametrize("backend", [REFERENCE, *OTHERS])
@pytest.mark.parametrize("part", PARTS[:1])
def test_what_is_recorded_changes_no_spike(part: int, backend: str, made: Callable[[int], Made], tmp_path: Path) -> None:
    _, program, reference = made(part)
    less = run_program(replace(program, state_records=(), synapse_records=()), backend, tmp_path / "run")
    assert [*less.spikes] == [*reference.spikes]
    for name, spikes in reference.spikes.items():
        np.testing.assert_array_equal(less.spikes[name].step, spikes.step)
        np.testing.assert_array_equal(less.spikes[name].neuron, spikes.neuron)
