"""The polychronization network of 2006 with the wiring and the stimulus of a file, in the order of the published program."""

from pathlib import Path

import numpy as np
from brian2 import NeuronGroup, SpikeMonitor, Synapses, TimedArray, defaultclock, magic_network, ms, run, second
from shared import arguments, save_brian2, standalone

options = arguments(__doc__, network="seed0_inputs.npz")
standalone(options)
defaultclock.dt = 1 * ms
magic_network.schedule = ["start", "thresholds", "synapses", "resets", "groups", "end"]
network = np.load(Path(options.network))
thalamus = TimedArray(network["stimulus_neuron"].astype(float), dt=1 * ms)

G = NeuronGroup(
    1000,
    "v : 1\nu : 1\na : 1 (constant)\nd : 1 (constant)\nI : 1",
    threshold="v >= 30",
    reset="v = -65; u += d",
    refractory=0 * ms,
)
G.run_regularly(
    """
    I += 20*int(i == int(thalamus(t)))
    v += 0.5*((0.04*v + 5)*v + 140 - u + I)
    v += 0.5*((0.04*v + 5)*v + 140 - u + I)
    u += a*(0.2*v - u)
    I = 0
    """,
    when="groups",
)
G.v, G.u = network["v0"], network["u0"]
G.a, G.d = "0.02 + 0.08*int(i >= 800)", "8 - 6*int(i >= 800)"

plastic = network["pre"] < 800
S = Synapses(
    G,
    G,
    "w : 1\nsd : 1\narrived : second",
    on_pre="""
    I_post += w
    sd -= 0.12*0.95**((t - lastspike_post)/ms)
    arrived = t
    """,
    on_post="sd += 0.1*0.95**((t - arrived)/ms - 1)",
)
S.connect(i=network["pre"][plastic], j=network["post"][plastic])
S.w, S.delay, S.arrived = 6, (network["delay_ms"][plastic] - 1.0) * ms, -10 * second
S.post.order = -1
S.run_regularly(
    """
    sd *= 0.9
    w = clip(w + int(t > 0*ms)*(0.01 + sd), 0, 10)
    """,
    dt=1 * second,
    when="start",
)
inhibitory = Synapses(G, G, on_pre="I_post -= 5")
inhibitory.connect(i=network["pre"][~plastic], j=network["post"][~plastic])
inhibitory.delay = (network["delay_ms"][~plastic] - 1.0) * ms
spikes = SpikeMonitor(G)
run(options.ms * ms)
save_brian2(options, [spikes], [1000], len(plastic), 1.0)
