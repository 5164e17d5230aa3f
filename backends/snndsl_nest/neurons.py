"""Neurons of the program as C functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snndsl.backend.finite import may_fail
from snndsl.backend.names import free_names
from snndsl.ir import Neuron, names_read
from snndsl.ir.remarks import Remarks
from snndsl_nest.statements import Names, bounds, locals_of, reads_samples, reserved, stores, writes_of

__all__ = ["neuron_lines"]

_BUILTINS = ("i", "step", "trial")


def neuron_lines(neuron: Neuron, common: frozenset[str], samples: Mapping[str, int], remarks: Remarks) -> Iterator[str]:
    """Yield the function that advances neurons by a step, and the one that finds what went wrong at one of them.

    Parameters
    ----------
    neuron : Neuron
        Of the program.
    common : frozenset of str
        Parameters that have one value in each population.
    samples : mapping of str to int
        Number of each array of the program.
    remarks : Remarks
        On the neuron.
    """
    incoming = (*neuron.ports, *(read.local for read in neuron.reads))
    own = free_names((*neuron.params, *neuron.states, *incoming), reserved)
    blocks = (neuron.update, neuron.reset)
    finite = {*neuron.params, *neuron.states, *_BUILTINS}
    failing = [*may_fail(neuron.update, {*finite, *incoming}), *may_fail(neuron.reset, finite)]
    wrong = list(bounds(neuron, blocks, failing, own))
    yield f"SNN_EXPORT SNN_WIDE int snn_neuron_{neuron.name}("
    yield "  long n, const double* index, const double* const* p, double* const* s, const double* const* in,"
    yield "  double step, double trial, double* fired, long* misread)"
    yield "{"
    for place, name in enumerate(neuron.params):
        if name in common:
            yield f"  const double {own[name]} = p[{place}][0];{remarks.beside('params', name, sign='//')}"
    for place, read in enumerate(neuron.reads, start=len(neuron.ports)):
        yield f"  const double {own[read.local]} = in[{place}][0];  // {read.state} of {read.of}"
    yield "  uint64_t wrong = 0;"
    yield "#pragma GCC ivdep"
    yield "  for (long k = 0; k < n; ++k) {"
    if "i" in names_read(blocks):
        yield "    const double i = index[k];"
    yield from (f"    const double {own[name]} = in[{place}][k];" for place, name in enumerate(neuron.ports))
    for place, name in enumerate(neuron.params):
        if name not in common:
            yield f"    const double {own[name]} = p[{place}][k];{remarks.beside('params', name, sign='//')}"
    for place, name in enumerate(neuron.states):
        yield f"    double {own[name]} = s[{place}][k];{remarks.beside('states', name, sign='//')}"
    yield from (f"    {line}" for line in _step(neuron, own, samples, remarks))
    yield from (f"    {line}" for line in stores(neuron.states, blocks, own, "[k]"))
    if reads_samples(blocks):
        yield "    if (snn_bad_sample >= 0 && *misread < 0) *misread = k;"
    yield from (f"    wrong |= {text};" for _, text in wrong)
    yield "  }"
    yield "  return wrong != 0;"
    yield "}"
    yield from _check(neuron, own, wrong)


def _step(neuron: Neuron, own: Names, samples: Mapping[str, int], remarks: Remarks) -> Iterator[str]:
    """Yield what one neuron does."""
    outside = {name: name for name in _BUILTINS} | own
    names = dict(outside)
    yield from locals_of(neuron.update, names, samples, remarks.of("update"))
    yield from writes_of(neuron.update, names, neuron.states)
    if neuron.fires:
        yield f"fired[k] = snn_select({names[neuron.fires]}, 1.0, 0.0);"
        yield f"if ({names[neuron.fires]}) {{"
        inner = dict(outside)
        reset = [*locals_of(neuron.reset, inner, samples, remarks.of("reset")), *writes_of(neuron.reset, inner, neuron.states)]
        yield from (f"  {line}" for line in reset)
        yield "}"


def _check(neuron: Neuron, own: Names, wrong: list[tuple[int, str]]) -> Iterator[str]:
    """Yield the function that tells which state of a neuron is no finite number or outside its range."""
    yield f"SNN_EXPORT int snn_neuron_{neuron.name}_check(const double* const* s, long k)"
    yield "{"
    for place, text in wrong:
        name = own[neuron.states[place]]
        yield f"  const double {name} = s[{place}][k];"
        yield f"  if ({text}) return {1 + place};"
    yield "  return 0;"
    yield "}"
