"""Benchmark 3 of Brette et al. (2007) with NEST's hh_cond_exp_traub; a first spike gives each neuron its conductances."""

import nest
import numpy as np
from shared import arguments, save_nest

options = arguments(__doc__)
nest.verbosity = nest.VerbosityLevel.ERROR
nest.resolution = 0.05
membrane = {"C_m": 200.0, "g_L": 10.0, "E_L": -60.0, "g_Na": 20000.0, "E_Na": 50.0, "g_K": 6000.0, "E_K": -90.0, "V_T": -63.0,
            "tau_syn_ex": 5.0, "tau_syn_in": 10.0, "E_ex": 0.0, "E_in": -80.0, "t_ref": 3.0}  # fmt: skip
P = nest.Create("hh_cond_exp_traub", 4000, params=membrane)
P.V_m = nest.random.normal(-65.0, 5.0)
rule = {"rule": "pairwise_bernoulli", "p": 0.02, "allow_autapses": True}
nest.Connect(P[:3200], P, rule, {"weight": 6.0, "delay": 0.05})
nest.Connect(P[3200:], P, rule, {"weight": -67.0, "delay": 0.05})
synapses = nest.num_connections
start, draw = nest.Create("spike_generator", params={"spike_times": [0.05]}), np.random.default_rng(1)
for initial in (np.maximum(draw.normal(40.0, 15.0, (4000, 1)), 0.0), -np.maximum(draw.normal(200.0, 120.0, (4000, 1)), 0.0)):
    nest.Connect(start, P, "all_to_all", {"weight": initial, "delay": 0.05})
spikes = nest.Create("spike_recorder")
nest.Connect(P, spikes)
nest.Simulate(options.ms)
save_nest(options, [spikes], [P], synapses, 0.05)
