"""Benchmark 2 of Brette et al. (2007), as Brian2's users write it."""

from brian2 import NeuronGroup, SpikeMonitor, Synapses, defaultclock, ms, mV, run
from shared import arguments, save_brian2, standalone

options = arguments(__doc__)
standalone(options)
defaultclock.dt = 0.1 * ms
taum, taue, taui = 20 * ms, 5 * ms, 10 * ms
Vt, Vr, El = -50 * mV, -60 * mV, -49 * mV
equations = """
dv/dt = (ge + gi - (v - El))/taum : volt (unless refractory)
dge/dt = -ge/taue : volt
dgi/dt = -gi/taui : volt
"""
P = NeuronGroup(4000, equations, threshold="v > Vt", reset="v = Vr", refractory=5 * ms, method="exact")
P.v = "Vr + rand()*(Vt - Vr)"
we, wi = 1.62 * mV, -9 * mV
Ce = Synapses(P, P, on_pre="ge += we")
Ci = Synapses(P, P, on_pre="gi += wi")
Ce.connect("i < 3200", p=0.02)
Ci.connect("i >= 3200", p=0.02)
Ce.delay = Ci.delay = 0.1 * ms
spikes = SpikeMonitor(P)
run(options.ms * ms)
save_brian2(options, [spikes], [4000], len(Ce) + len(Ci), 0.1)
