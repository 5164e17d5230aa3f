"""10,000 leaky neurons in balance, weights and delays drawn for every synapse."""

from brian2 import NeuronGroup, PoissonInput, SpikeMonitor, StateMonitor, Synapses, defaultclock, kHz, ms, mV, pA, pF, run
from shared import arguments, save_brian2, standalone

options = arguments(__doc__)
standalone(options)
defaultclock.dt = 0.1 * ms
C, taum, taus, El, Vt, Vr = 250 * pF, 20 * ms, 2 * ms, -70 * mV, -50 * mV, -60 * mV
J, g = 30 * pA, 5
equations = """
dv/dt = (El - v)/taum + I/C : volt (unless refractory)
dI/dt = -I/taus : amp
"""
G = NeuronGroup(10000, equations, threshold="v >= Vt", reset="v = Vr", refractory=2 * ms, method="exact")
G.v = "El + rand()*(Vt - El)"
excitatory = Synapses(G, G, "w : amp", on_pre="I_post += w")
excitatory.connect("i < 8000", p=0.01)
excitatory.w = "clip(J*(1 + 0.1*randn()), 0*amp, inf*amp)"
excitatory.delay = "clip(1.5 + 0.75*randn(), 0.1, 10)*ms"
inhibitory = Synapses(G, G, "w : amp", on_pre="I_post += w")
inhibitory.connect("i >= 8000", p=0.01)
inhibitory.w = "clip(-g*J*(1 + 0.1*randn()), -inf*amp, 0*amp)"
inhibitory.delay = "clip(0.8 + 0.4*randn(), 0.1, 10)*ms"
background = PoissonInput(G, "I", N=100, rate=0.04 * kHz, weight=J)
spikes = SpikeMonitor(G)
voltage = StateMonitor(G, "v", record=range(3), dt=1 * ms)
run(options.ms * ms)
save_brian2(options, [spikes], [10000], len(excitatory) + len(inhibitory), 0.1)
