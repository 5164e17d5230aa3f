"""Leaky neurons with plastic synapses: all pairs, additive, axonal delays."""

import numpy as np
from brian2 import NeuronGroup, PoissonInput, SpikeMonitor, Synapses, defaultclock, kHz, ms, mV, pA, pF, run
from shared import arguments, save_brian2, standalone

options = arguments(__doc__, size=1000, inputs=100)
standalone(options)
defaultclock.dt = 0.1 * ms
C, taum, taus, El, Vt = 250 * pF, 20 * ms, 2 * ms, -70 * mV, -55 * mV
tau, lambda_, alpha = 20 * ms, 0.001, 1.05
wmax = 30 * pA * 100 / options.inputs
equations = """
dv/dt = (El - v)/taum + I/C : volt (unless refractory)
dI/dt = -I/taus : amp
"""
G = NeuronGroup(options.size, equations, threshold="v >= Vt", reset="v = El", refractory=2 * ms, method="exact")
G.v = "El + rand()*(Vt - El)"
S = Synapses(
    G,
    G,
    """
    w : amp
    dx/dt = -x/tau : 1 (event-driven)
    dy/dt = -y/tau : 1 (event-driven)
    """,
    on_pre="x += 1; w = clip(w - lambda_*alpha*wmax*y, 0*amp, wmax); I_post += w",
    on_post="y += 1; w = clip(w + lambda_*wmax*x, 0*amp, wmax)",
    delay={"pre": 1.5 * ms},
)
rng = np.random.default_rng(1)
pre = []
for target in range(options.size):
    drawn = rng.choice(options.size, options.inputs + 1, replace=False)
    pre.append(drawn[drawn != target][: options.inputs])
S.connect(i=np.concatenate(pre), j=np.repeat(np.arange(options.size), options.inputs))
S.w = "rand()*wmax"
drive = PoissonInput(G, "I", N=100, rate=0.045 * kHz, weight=20 * pA)
spikes = SpikeMonitor(G)
run(options.ms * ms)
save_brian2(options, [spikes], [options.size], len(pre) * options.inputs, 0.1)
