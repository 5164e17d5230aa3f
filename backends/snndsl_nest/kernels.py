"""kernels.c: what neurons and synapses do."""

from __future__ import annotations

import numpy as np

from snndsl.ir import Neuron, Program
from snndsl.ir.remarks import Remarks
from snndsl_nest.carries import carry_lines
from snndsl_nest.neurons import neuron_lines
from snndsl_nest.rules import rule_lines

__all__ = ["kernel_source"]

_HEAD = """\
/* What neurons and synapses do; the program in words is in ../program.txt. v__2 is the second value of v in a step. */
#include "operations.h"

SNN_EXPORT SnnSample snn_samples[{samples}];
_Thread_local int snn_bad_sample = -1;
_Thread_local double snn_bad_index;

SNN_EXPORT void snn_sample_failure(int* number, double* index)
{{
  *number = snn_bad_sample;
  *index = snn_bad_index;
  snn_bad_sample = -1;
}}
"""


def kernel_source(program: Program) -> str:
    """Return ``kernels.c``: every neuron and rule of a program, and what its synapses carry.

    Parameters
    ----------
    program : Program
        Any that `TARGET` allows.
    """
    samples = {sample.name: number for number, sample in enumerate(program.samples)}
    remarks = Remarks(program.comments)
    lines = []
    for neuron in program.neurons:
        lines += ["", *_above(remarks.above("neurons", neuron.name))]
        lines += neuron_lines(neuron, _common(program, neuron), samples, remarks.of("neurons", neuron.name))
    for rule in program.rules:
        lines += ["", *_above(remarks.above("rules", rule.name))]
        lines += rule_lines(rule, samples, remarks.of("rules", rule.name))
    for carry in program.carries:
        lines += ["", *_above(remarks.above("carries", carry.name)), *carry_lines(carry, remarks.of("carries", carry.name))]
    return _HEAD.format(samples=max(1, len(samples))) + "\n".join(lines) + "\n"


def _common(program: Program, neuron: Neuron) -> frozenset[str]:
    """Return the parameters that have one value in each population of a neuron; they are no arrays in data/ (runtime.py)."""
    values = [population.values for population in program.populations if population.neuron == neuron.name]
    return frozenset(name for name in neuron.params if not any(isinstance(given[name], np.ndarray) for given in values))


def _above(lines: list[str]) -> list[str]:
    return [f"/* {line} */" for line in lines]
