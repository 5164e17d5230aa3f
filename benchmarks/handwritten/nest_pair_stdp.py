"""Leaky neurons with plastic synapses: NEST's stdp_synapse (all pairs, the delay is dendritic), additive."""

import nest
from shared import arguments, save_nest

options = arguments(__doc__, size=1000, inputs=100)
nest.verbosity = nest.VerbosityLevel.ERROR
nest.resolution = 0.1
membrane = {"C_m": 250.0, "tau_m": 20.0, "E_L": -70.0, "V_th": -55.0, "V_reset": -70.0, "t_ref": 2.0, "tau_syn_ex": 2.0,
            "tau_syn_in": 2.0, "tau_minus": 20.0}  # fmt: skip
w_max = 30.0 * 100 / options.inputs
G = nest.Create("iaf_psc_exp", options.size, params=membrane)
G.V_m = nest.random.uniform(-70.0, -55.0)
nest.Connect(
    G,
    G,
    {"rule": "fixed_indegree", "indegree": options.inputs, "allow_autapses": False, "allow_multapses": False},
    {
        "synapse_model": "stdp_synapse",
        "weight": nest.random.uniform(0.0, w_max),
        "delay": 1.5,
        "lambda": 0.001,
        "alpha": 1.05,
        "mu_plus": 0.0,
        "mu_minus": 0.0,
        "tau_plus": 20.0,
        "Wmax": w_max,
    },
)
synapses = nest.num_connections
drive = nest.Create("poisson_generator", params={"rate": 4500.0})
nest.Connect(drive, G, syn_spec={"weight": 20.0, "delay": 0.1})
spikes = nest.Create("spike_recorder")
nest.Connect(G, spikes)
nest.Simulate(options.ms)
save_nest(options, [spikes], [G], synapses, 0.1)
