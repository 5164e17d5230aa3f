"""Names that mean something to NEST are names like all others in a model."""

from __future__ import annotations

import numpy as np

from snndsl.api import load, run_model
from snndsl.testing import differences

MODEL = """
snndsl: 1
name: names
time: {step: 1 ms, duration: 20 ms}
neurons:
  izhikevich:
    parameters: {frozen: 1, frozen_: 2, thread: 3, model: 0.5, spike_stamps: 1}
    state: {vp: 0.25, local: 1, global_id: 0}
    ports: {receptors: 1}
    update: [vp = vp + frozen + 0.1*frozen_, local = local*model + receptors, global_id = thread - i + spike_stamps]
    threshold: vp >= 5
    reset: vp = model
populations:
  frozen: {neuron: izhikevich, size: 3, initial: {local: i}}
  nest: {neuron: izhikevich, size: 1}
projections:
  static: {from: frozen, to: [frozen, nest], connect: all_to_all, self: true, port: receptors, weight: 0.5, delay: 1 ms}
  static_synapse:
    {from: nest, to: frozen, connect: all_to_all, port: receptors, weight: 0.5, delay: {axonal: 2 ms, dendritic: 0 ms},
     plasticity: {use: static}}
plasticity:
  static:
    parameters: {table: 100, source: 0.1}
    bound: table
    state: {delay: 0, weight: 2}
    on_pre: delay += source
    on_post: w = w + source*weight
record:
  spikes: [frozen, nest]
  states: {frozen: [vp, local, global_id]}
  synapses: {static_synapse: {of: [w, delay], every: 5 ms}}
"""


def test_equal_to_the_reference(tmp_path):
    file = tmp_path / "names.yaml"
    file.write_text(MODEL)
    model = load(file)
    reference, nest = (run_model(model, backend, tmp_path / backend).recording for backend in ("reference", "nest"))
    assert np.array_equal(reference.spikes["nest"].step, [4, 8, 12, 16, 20])
    assert differences(reference, nest) == []
