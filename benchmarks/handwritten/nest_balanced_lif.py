"""10,000 leaky neurons in balance with NEST's iaf_psc_exp, weights and delays drawn for every synapse."""

import nest
from shared import arguments, save_nest

options = arguments(__doc__)
nest.verbosity = nest.VerbosityLevel.ERROR
nest.resolution = 0.1
J, g = 30.0, 5.0
membrane = {"C_m": 250.0, "tau_m": 20.0, "E_L": -70.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 2.0, "tau_syn_ex": 2.0,
            "tau_syn_in": 2.0}  # fmt: skip
G = nest.Create("iaf_psc_exp", 10000, params=membrane)
G.V_m = nest.random.uniform(-70.0, -50.0)


def redrawn(mean: float, std: float) -> nest.Parameter:
    """Draw a delay again where it lies outside its bounds."""
    return nest.math.redraw(nest.random.normal(mean, std), 0.1, 10.0)


rule = {"rule": "fixed_indegree", "allow_autapses": False, "allow_multapses": True}
nest.Connect(
    G[:8000], G, {**rule, "indegree": 80},
    {"weight": nest.math.max(nest.random.normal(J, 0.1 * J), 0.0), "delay": redrawn(1.5, 0.75)},
)  # fmt: skip
nest.Connect(
    G[8000:], G, {**rule, "indegree": 20},
    {"weight": nest.math.min(nest.random.normal(-g * J, 0.1 * g * J), 0.0), "delay": redrawn(0.8, 0.4)},
)  # fmt: skip
synapses = nest.num_connections
background = nest.Create("poisson_generator", params={"rate": 4000.0})
nest.Connect(background, G, syn_spec={"weight": J, "delay": 0.1})
spikes = nest.Create("spike_recorder")
nest.Connect(G, spikes)
voltage = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": 1.0})
nest.Connect(voltage, G[:3])
nest.Simulate(options.ms)
save_nest(options, [spikes], [G], synapses, 0.1)
