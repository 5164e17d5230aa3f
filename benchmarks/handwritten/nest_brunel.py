"""Brunel (2000) with NEST's iaf_psc_delta."""

import nest
from shared import arguments, save_nest

options = arguments(__doc__, order=500, inputs=200, g=5.0, eta=2.0)
nest.verbosity = nest.VerbosityLevel.ERROR
nest.resolution = 0.1
NE, NI, CE, CI = 4 * options.order, options.order, options.inputs, options.inputs // 4
J = 100.0 / CE
membrane = {"tau_m": 20.0, "t_ref": 2.0, "V_th": 20.0, "V_reset": 10.0, "E_L": 0.0, "V_m": 0.0, "C_m": 1.0}
everyone = nest.Create("iaf_psc_delta", NE + NI, params=membrane)
noise = nest.Create("poisson_generator", params={"rate": 1000.0 * options.eta * 20.0 / (J * 20.0)})
nest.Connect(noise, everyone, syn_spec={"weight": J, "delay": 1.5})
rule = {"rule": "fixed_indegree", "allow_autapses": False, "allow_multapses": False}
nest.Connect(everyone[:NE], everyone, {**rule, "indegree": CE}, {"weight": J, "delay": 1.5})
nest.Connect(everyone[NE:], everyone, {**rule, "indegree": CI}, {"weight": -options.g * J, "delay": 1.5})
synapses = nest.num_connections - len(everyone)
spikes = nest.Create("spike_recorder")
nest.Connect(everyone, spikes)
nest.Simulate(options.ms)
save_nest(options, [spikes], [everyone], synapses, 0.1)
