"""Keys of an expectation that do not fit what it is about: nothing would read them."""

from __future__ import annotations

from collections.abc import Iterator

from snndsl.model.expectation import NeuronValue, SynapseValue
from snndsl.model.reductions import REDUCTIONS
from snndsl.model.selection import Selection
from snndsl.schema.observation import ExpectSpec

__all__ = ["OF_EACH_TRAIN", "unused_keys"]

_OF_SPIKES = ("spikes", "count", "rate", "first_spike", "cv_isi", "f1")
OF_EACH_TRAIN = ("count", "rate", "first_spike", "cv_isi")


def unused_keys(name: str, spec: ExpectSpec, of: Selection | NeuronValue | SynapseValue) -> Iterator[tuple[str, str, str]]:
    """Yield keys of an expectation that nothing would read, each with what is said of it and what fits.

    Parameters
    ----------
    name : str
        Of the expectation.
    spec : ExpectSpec
        As written.
    of : Selection, NeuronValue or SynapseValue
        What it is of.
    """
    who, value = f"expectation {name!r}", spec.value
    synapses, reduced = isinstance(of, SynapseValue), of if isinstance(of, NeuronValue) else None
    windowed = reduced.spikes if reduced is not None else not synapses and value in _OF_SPIKES
    if spec.at is not None and windowed:
        yield "at", f"{who} is about {value!r}, which no moment has", "after and until"
    elif spec.at is not None and not (spec.after is spec.until is None):
        yield "at", f"{who} has a moment and a window", "one of them"
    listed = spec.equals is not None and spec.equals.value is None
    if spec.within is not None and listed:
        yield "within", f"{who} compares with listed spikes, which are equal or not", "no tolerance"
    elif spec.within is not None and spec.near is None and spec.equals is None:
        yield "within", f"{who} has a tolerance of nothing", "near or equals"
    if listed and (synapses or value != "spikes"):
        yield "equals", f"{who} is about {value!r} and lists spikes", "value: spikes, or a value that it equals"
    if spec.against is not None and (synapses or value != "f1"):
        yield "against", f"{who} is about {value!r}, which is compared with numbers", "value: f1, or equals"
    once = reduced is not None and (reduced.spikes or REDUCTIONS[reduced.reduce].place)
    if spec.each == "neuron" and (synapses or once or (windowed and value not in OF_EACH_TRAIN)):
        what = f"{who} is about {value!r}, which is not measured neuron by neuron"
        yield "each", what, f"{', '.join(OF_EACH_TRAIN)}, a state"
