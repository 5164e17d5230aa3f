"""10,000 leaky neurons in balance, weights and delays drawn for every synapse."""

import numpy as np
from brian2 import NeuronGroup, PoissonInput, SpikeMonitor, StateMonitor, Synapses, defaultclock, kHz, ms, mV, pA, pF, run
from shared import arguments, save_brian2, standalone

options = arguments(__doc__)
standalone(options)
defaultclock.dt = 0.1 * ms
C, taum, taus, El, Vt, Vr = 250 * pF, 20 * ms, 2 * ms, -70 * mV, -50 * mV, -60 * mV
J = 30 * pA
equations = """
dv/dt = (El - v)/taum + I/C : volt (unless refractory)
dI/dt = -I/taus : amp
"""
G = NeuronGroup(10000, equations, threshold="v >= Vt", reset="v = Vr", refractory=2 * ms, method="exact")
G.v = "El + rand()*(Vt - El)"
draw = np.random.default_rng(1)


def projection(first, size, indegree, weight, spread, delay, deviation):
    """Connect each neuron with so many of some; delays outside of 0.1 to 10 ms are drawn again."""
    synapses = Synapses(G, G, "w : amp", on_pre="I_post += w")
    j = np.repeat(np.arange(10000), indegree)
    i = draw.integers(first, first + size, len(j))
    while (same := i == j).any():
        i[same] = draw.integers(first, first + size, same.sum())
    synapses.connect(i=i, j=j)
    synapses.w = np.sign(weight) * np.maximum(draw.normal(abs(weight), spread, len(j)), 0) * pA
    delays = draw.normal(delay, deviation, len(j))
    while (outside := (delays < 0.1) | (delays > 10)).any():
        delays[outside] = draw.normal(delay, deviation, outside.sum())
    synapses.delay = delays * ms
    return synapses


excitatory = projection(0, 8000, 80, 30.0, 3.0, 1.5, 0.75)
inhibitory = projection(8000, 2000, 20, -150.0, 15.0, 0.8, 0.4)
background = PoissonInput(G, "I", N=100, rate=0.04 * kHz, weight=J)
spikes = SpikeMonitor(G)
voltage = StateMonitor(G, "v", record=range(3), dt=1 * ms)
run(options.ms * ms)
save_brian2(options, [spikes], [10000], len(excitatory) + len(inhibitory), 0.1)
