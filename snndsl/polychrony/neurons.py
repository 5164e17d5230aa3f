"""Neurons that answer in a search: the model's own programs, without stimuli, and their numbers.

A neuron of the program (`snndsl.ir.Neuron`) becomes a function over the neurons that are awake; it is compiled by numba, or
stays plain Python with ``NUMBA_DISABLE_JIT=1``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.ir import OPERATIONS, Call, Neuron, Ref, walk
from snndsl.ir.scalar_text import SCALAR_FUNCTIONS, advance_text
from snndsl.numerics.kept import kept_module
from snndsl.polychrony.engine.still import Advance

__all__ = ["NeuronModel"]

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]

FINGERPRINTED = "snndsl.polychrony.engine.functions"
"""Module named in the text that fingerprints are made of: the first home of the functions, so that catalogues keep theirs."""


@dataclass(frozen=True, slots=True, eq=False)
class NeuronModel:
    """The neurons of a network as programs.

    Parameters
    ----------
    kinds : tuple of Neuron
        What a neuron does in a step.
    kind : ndarray of int32, shape (neurons,)
        Which of them each neuron is; -1: a source, which never answers.
    parameter : ndarray of float64, shape (neurons, most parameters)
        In the order of ``Neuron.params``; the index in the population is the last column.
    state : ndarray of float64, shape (neurons, most states)
        At the beginning of a run, in the order of ``Neuron.states``.
    step_ms : float
        Length of a step.
    names : tuple of str
        Population of each kind, for messages.
    """

    kinds: tuple[Neuron, ...]
    kind: Ints
    parameter: Reals
    state: Reals
    step_ms: float
    names: tuple[str, ...]

    @property
    def ports(self) -> int:
        """Most ports of a neuron, at least 1."""
        return max((len(neuron.ports) for neuron in self.kinds), default=1) or 1

    @classmethod
    def from_populations(
        cls, populations: Sequence[tuple[str, int, Neuron | None, Mapping[str, Any]]], step_ms: float
    ) -> NeuronModel:
        """Return the neurons of populations: name, size, undriven program (None: a source) and values.

        Raises
        ------
        ModelError
            neuron-unsupported: a neuron that draws or reads the time does not rest.
        """
        kinds: list[Neuron] = []
        names: list[str] = []
        total = sum(size for _, size, _, _ in populations)
        wide = max([1, *(len(n.params) + 1 for _, _, n, _ in populations if n)])
        states = max([1, *(len(n.states) for _, _, n, _ in populations if n)])
        kind = np.full(total, -1, np.int32)
        parameter, state = np.zeros((total, wide)), np.zeros((total, states))
        first = 0
        for name, size, neuron, values in populations:
            own = slice(first, first + size)
            first += size
            if neuron is None:
                continue
            _refuse(name, neuron)
            if neuron not in kinds:
                kinds.append(neuron)
                names.append(name)
            kind[own] = kinds.index(neuron)
            for column, key in enumerate(neuron.params):
                parameter[own, column] = values[key]
            parameter[own, wide - 1] = np.arange(size)
            for column, key in enumerate(neuron.states):
                state[own, column] = values[key]
        return cls(tuple(kinds), kind, parameter, state, step_ms, tuple(names))

    def advance(self) -> Advance:
        """Return the compiled step of all kinds of neurons; it is compiled once and kept on disk."""
        advance: Advance = kept_module("advance", self._text(SCALAR_FUNCTIONS)).advance
        return advance

    def _text(self, functions: str) -> str:
        return advance_text(self.kinds, self.parameter.shape[1], self.ports, functions)

    def digest(self) -> bytes:
        """Return a fingerprint of programs and numbers."""
        digest = blake2b(digest_size=16)
        digest.update(self._text(FINGERPRINTED).encode())
        for array in (self.kind, self.parameter, self.state):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.digest()


def _refuse(name: str, neuron: Neuron) -> None:
    for read in neuron.reads:
        raise _unsupported(name, f"reads {read.state.replace('__', '.')} of {read.of}")
    for block in (neuron.update, neuron.reset):
        for _, expression in block.lets:
            for part in walk(expression):
                if isinstance(part, Call) and OPERATIONS[part.op].is_draw:
                    raise _unsupported(name, "draws random numbers")
                if isinstance(part, Call) and part.op == "sample":
                    raise _unsupported(name, f"reads the data {part.key!r}")
                if isinstance(part, Ref) and part.name == "step":
                    raise _unsupported(name, "reads the time")


def _unsupported(name: str, what: str) -> ModelError:
    expected = "neurons that rest without input: a search looks at the answers of a silent network"
    hint = "--set to switch the noise off, or definition structural"
    return ModelError(Fault("neuron-unsupported", f"a neuron of {name} {what}", expected=expected, try_=hint))
