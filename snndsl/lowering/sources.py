"""Sources whose rate reads a signal, as neurons of the program: they draw their spikes in the run.

The law is that of sources that are known before the run, from the same draws (`snndsl.stimuli.moving`): a neuron spikes where
the hazards since its last spike add up to more than -log(u), one u for each spike. Step j reads its rate at stamp j, time and
signals alike, and the spike has the stamp j + 1, as every spike of a neuron.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from snndsl.deferred import dataclass
from snndsl.expressions import to_text
from snndsl.graph.drives import Drive
from snndsl.graph.elaboration import Elaboration
from snndsl.ir import Block, Call, Const, Expr, Neuron, Range, Ref, names_read
from snndsl.lowering.drives import ComputedDrive
from snndsl.lowering.neuron import ir_name
from snndsl.lowering.reads import Other, Reads
from snndsl.lowering.samples import ProgramSamples
from snndsl.lowering.translate import BlockBuilder, draw_arguments
from snndsl.model.stimulus import Spiking

__all__ = ["LoweredSource", "lower_source"]

MEAN = "spikes_per_step"
"""The state of a source that says what its rate means in a step: a run stops where it cannot be."""
_HAZARD, _NUMBER = "hazard__", "number__"
_SAID = {
    f"states.{MEAN}": "rate times step",
    f"states.{_HAZARD}": "sum of hazards since the last spike",
    f"states.{_NUMBER}": "spikes so far",
}
_SURE = 40.0
"""A hazard that no draw survives, as before a run."""


@dataclass(frozen=True, slots=True, eq=False)
class LoweredSource:
    """A source as a neuron of the program.

    Parameters
    ----------
    neuron : Neuron
        Of the name of the source.
    values : mapping of str to float or ndarray
        Of its parameters and states.
    origins : mapping of str to str
        Comments.
    """

    neuron: Neuron
    values: Mapping[str, float | NDArray[np.float64]]
    origins: Mapping[str, str]


def lower_source(
    found: Elaboration, drive: Drive, samples: ProgramSamples, signals: Mapping[str, Other]
) -> LoweredSource:
    """Return the neuron of a source that is drawn during the run.

    Parameters
    ----------
    found : Elaboration
        With the model.
    drive : Drive
        The numbers of the source.
    samples : ProgramSamples
        Names of the arrays that its rate calls.
    signals : mapping of str to Other
        What it may read.
    """
    model, what = found.model, drive.what
    rate = model.stimuli[drive.name].reading(model.signals)
    assert isinstance(what, Spiking) and rate is not None
    builder, reads = BlockBuilder(), Reads(signals, model.step)
    source = ComputedDrive(drive, samples.of(model.data), reads)
    mean = builder.let(MEAN, source.mean(rate, builder, model.step), f"{what.name}: {{rate: {to_text(rate.tree)}}}")
    hazard = builder.let("hazard", what.hazard(mean))
    capped: Expr = Call("select", (Call("gt", (hazard, Const(_SURE))), Const(_SURE), hazard))
    total = builder.let("total", Call("add", (Ref(_HAZARD), capped)))
    trial: Expr = Const(0.0) if drive.frozen else Ref("trial")
    keys = source.parameter("spikes_0").name, source.parameter("spikes_1").name
    drawn = Call("uniform", draw_arguments(keys, Ref("i"), Ref(_NUMBER), trial, 0))
    endured = builder.let("endured", Call("neg", (Call("log", (drawn,)),)), "until its next spike")
    fires = builder.let("fires", Call("gt", (total, endured)))
    update = builder.block([(MEAN, mean.name), (_HAZARD, total.name)])
    lets = (("hazard__1", Const(0.0)), ("number__1", Call("add", (Ref(_NUMBER), Const(1.0)))))
    reset = Block(lets, ((_HAZARD, "hazard__1"), (_NUMBER, "number__1")))
    used = names_read([update, reset])
    known = {f"{drive.name}__{key}": value for key, value in drive.values.items()} | dict(reads.values)
    params = tuple(name for name in (*source.used, *reads.values) if name in used)
    states = (MEAN, _HAZARD, _NUMBER)
    ranges, others = (Range(MEAN, 0.0, what.most_in_a_step),), tuple(reads.states.values())
    neuron = Neuron(ir_name(drive.name), params, states, (), update, fires.name, reset, ranges, others)
    said = {f"params.{name}": source.said(name) for name in source.used} | _SAID
    said |= {f"params.{name}": text for name, text in reads.said.items()}
    said |= {f"update.{name}": text for name, text in builder.origins.items()}
    values = {name: known[name] for name in params} | dict.fromkeys(states, 0.0)
    return LoweredSource(neuron, values, said)
