"""Brunel (2000): excitatory and inhibitory neurons with delta synapses and Poisson input."""

import numpy as np
from brian2 import NeuronGroup, PoissonInput, SpikeMonitor, Synapses, defaultclock, ms, mV, run
from shared import arguments, save_brian2, standalone

options = arguments(__doc__, order=500, inputs=200, g=5.0, eta=2.0)
standalone(options)
defaultclock.dt = 0.1 * ms
tau, theta, Vr = 20 * ms, 20 * mV, 10 * mV
NE, NI, CE, CI = 4 * options.order, options.order, options.inputs, options.inputs // 4
J = 100 * mV / CE
rate = options.eta * theta / (J * tau)
G = NeuronGroup(NE + NI, "dv/dt = -v/tau : volt (unless refractory)", threshold="v >= theta", reset="v = Vr",
                refractory=2 * ms, method="exact")  # fmt: skip
rng = np.random.default_rng(1)


def connected(first: int, size: int, indegree: int, weight: object) -> Synapses:
    """Connect a fixed number of different sources to every neuron, none to itself."""
    pre = []
    for target in range(NE + NI):
        drawn = first + rng.choice(size, indegree + 1, replace=False)
        pre.append(drawn[drawn != target][:indegree])
    synapses = Synapses(G, G, on_pre="v_post += J_syn", namespace={"J_syn": weight}, delay=1.5 * ms)
    synapses.connect(i=np.concatenate(pre), j=np.repeat(np.arange(NE + NI), indegree))
    return synapses


excitatory = connected(0, NE, CE, J)
inhibitory = connected(NE, NI, CI, -options.g * J)
external = PoissonInput(G, "v", N=CE, rate=rate / CE, weight=J)
spikes = SpikeMonitor(G)
run(options.ms * ms)
save_brian2(options, [spikes], [NE + NI], (NE + NI) * (CE + CI), 0.1)
