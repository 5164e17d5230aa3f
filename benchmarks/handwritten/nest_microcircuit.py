"""The cortical column of Potjans and Diesmann (2014), scaled down, with NEST's iaf_psc_exp."""

import nest
import numpy as np
from shared import arguments, save_nest

options = arguments(__doc__, neurons=0.05, inputs=0.05)
nest.verbosity = nest.VerbosityLevel.ERROR
nest.resolution = 0.1
J, g, tau_syn, background = 87.8, 4.0, 0.5, 8.0
p = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
full = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
external = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
rate = np.array([0.971, 2.868, 4.746, 5.396, 8.142, 9.078, 0.991, 7.523])
sizes = np.floor(full * options.neurons + 0.5).astype(int)
strength = J * np.where(np.arange(8) % 2 == 0, 1.0, -g) * np.ones((8, 8))
strength[0, 2] *= 2
membrane = {"C_m": 250.0, "tau_m": 10.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0, "tau_syn_ex": tau_syn,
            "tau_syn_in": tau_syn}  # fmt: skip
scale = np.sqrt(options.inputs)
column = []
for k, size in enumerate(sizes):
    missing = external[k] * background * J + np.sum(-np.log1p(-p[k]) * full * rate * strength[k])
    cells = nest.Create("iaf_psc_exp", int(size), params={**membrane, "I_e": (1 - scale) * missing * tau_syn / 1000})
    cells.V_m = nest.random.normal(-58.0, 10.0)
    noise = nest.Create("poisson_generator", params={"rate": background * round(options.inputs * external[k])})
    nest.Connect(noise, cells, syn_spec={"weight": J / scale, "delay": 1.5})
    column.append(cells)
before = nest.num_connections
for post, pre in np.argwhere(p > 0):
    number = options.neurons * options.inputs * np.log1p(-p[post, pre]) / np.log1p(-1 / (full[pre] * full[post]))
    mean = strength[post, pre]
    drawn = nest.random.normal(mean, 0.1 * abs(mean))
    weight = nest.math.max(drawn, 0.0) if mean > 0 else nest.math.min(drawn, 0.0)
    delay = 1.5 if mean > 0 else 0.75
    nest.Connect(
        column[pre],
        column[post],
        {"rule": "fixed_total_number", "N": round(number), "allow_autapses": True, "allow_multapses": True},
        {"weight": weight / scale, "delay": nest.math.redraw(nest.random.normal(delay, delay / 2), 0.1, 100.0)},
    )
synapses = nest.num_connections - before
recorders = [nest.Create("spike_recorder") for _ in column]
for cells, recorder in zip(column, recorders):
    nest.Connect(cells, recorder)
nest.Simulate(options.ms)
save_nest(options, recorders, column, synapses, 0.1)
