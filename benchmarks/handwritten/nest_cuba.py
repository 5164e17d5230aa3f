"""Benchmark 2 of Brette et al. (2007) with NEST's iaf_psc_exp; a weight in mV is a current by C/tau_m."""

import nest
from shared import arguments, save_nest

options = arguments(__doc__)
nest.verbosity = nest.VerbosityLevel.ERROR
nest.resolution = 0.1
C, tau_m = 250.0, 20.0
membrane = {"C_m": C, "tau_m": tau_m, "E_L": -49.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0, "tau_syn_ex": 5.0,
            "tau_syn_in": 10.0}  # fmt: skip
P = nest.Create("iaf_psc_exp", 4000, params=membrane)
P.V_m = nest.random.uniform(-60.0, -50.0)
rule = {"rule": "pairwise_bernoulli", "p": 0.02, "allow_autapses": True}
nest.Connect(P[:3200], P, rule, {"weight": 1.62 * C / tau_m, "delay": 0.1})
nest.Connect(P[3200:], P, rule, {"weight": -9.0 * C / tau_m, "delay": 0.1})
synapses = nest.num_connections
spikes = nest.Create("spike_recorder")
nest.Connect(P, spikes)
nest.Simulate(options.ms)
save_nest(options, [spikes], [P], synapses, 0.1)
