"""Neurons of the program as C functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snndsl.backend.finite import may_fail
from snndsl.backend.names import free_names
from snndsl.ir import Neuron
from snndsl.ir.remarks import Remarks
from snndsl_nest.statements import checks, loads, locals_of, reserved, stores, writes_of

__all__ = ["neuron_lines"]

_BUILTINS = ("i", "step", "trial")


def neuron_lines(neuron: Neuron, samples: Mapping[str, int], remarks: Remarks) -> Iterator[str]:
    """Yield the function that advances a neuron by a step.

    Parameters
    ----------
    neuron : Neuron
        Of the program.
    samples : mapping of str to int
        Number of each array of the program.
    remarks : Remarks
        On the neuron.
    """
    incoming = (*neuron.ports, *(read.local for read in neuron.reads))
    own = free_names((*neuron.params, *neuron.states, *incoming), reserved)
    outside = {name: name for name in _BUILTINS} | own
    yield f"SNN_EXPORT int snn_neuron_{neuron.name}("
    yield "  const double* p, double* s, const double* in, double i, double step, double trial, int* fired)"
    yield "{"
    yield from (f"  const double {own[name]} = in[{place}];" for place, name in enumerate(incoming))
    yield from loads(neuron.params, neuron.states, own, remarks)
    names = dict(outside)
    yield from locals_of(neuron.update, names, samples, remarks.of("update"))
    yield from writes_of(neuron.update, names, neuron.states)
    if neuron.fires:
        yield f"  if ({names[neuron.fires]}) {{"
        yield "    *fired = 1;"
        inner = dict(outside)
        reset = [*locals_of(neuron.reset, inner, samples, remarks.of("reset")), *writes_of(neuron.reset, inner, neuron.states)]
        yield from (f"  {line}" for line in reset)
        yield "  }"
    finite = {*neuron.params, *neuron.states, *_BUILTINS}
    failing = [
        *may_fail(neuron.update, {*finite, *incoming}),
        *may_fail(neuron.reset, finite),
    ]
    yield from stores(neuron.states, (neuron.update, neuron.reset), own)
    yield from checks(neuron, (neuron.update, neuron.reset), failing, own)
    yield "  return 0;"
    yield "}"
