"""The cortical microcircuit in one projection: 64 numbers of synapses from a table, at a fiftieth of its size."""

from __future__ import annotations

import math

import numpy as np
from lowered import lower
from unit.lowering.models import checked

from snndsl.graph.elaboration import elaborate

P = [
    [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0], [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0],
    [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0], [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0],
    [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0], [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0],
    [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252], [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658,
     0.1443],
]  # fmt: skip
SIZES = {"L23E": 414, "L23I": 117, "L4E": 438, "L4I": 110, "L5E": 97, "L5I": 21, "L6E": 288, "L6I": 59}
MODEL = f"""
constants: {{J: 87.8 pA, g: -4}}
data: {{p: {{values: {P}}}, K_ext: {{values: [1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100]}}}}
neurons:
  iaf:
    parameters: {{C: 250 pF, tau_m: 10 ms, tau_s: 0.5 ms, E_L: -65 mV}}
    state: {{V: "normal(-58 mV, 10 mV)", I: 0 pA}}
    ports: {{psc: pA}}
    equations: |
      dV/dt = (E_L - V)/tau_m + I/C
      dI/dt = -I/tau_s
    integrator: exact
    update: I += psc
    threshold: V >= -50 mV
    refractory: {{for: 2 ms, hold: [V]}}
    reset: V = E_L
populations: {{{", ".join(f"{name}: {{neuron: iaf, size: {size}}}" for name, size in SIZES.items())}}}
groups: {{cortex: [{", ".join(SIZES)}]}}
projections:
  synapses:
    from: cortex
    to: cortex
    per_block: true
    connect: {{fixed_total_number: "round(log(1 - p(post.block, pre.block))/log(1 - 1/(N_from*N_to)))"}}
    self: true
    multiple: true
    port: psc
    weight: "where(pre.block % 2 == 0, max(normal(J*where(pre.block == 2 and post.block == 0, 2, 1), 0.1*J), 0), min(normal(g*J, -0.1*g*J), 0))"
    delay:
      axonal: "where(pre.block % 2 == 0, normal_in(1.5 ms, 0.75 ms, 0.1 ms, 100 ms), normal_in(0.75 ms, 0.375 ms, 0.1 ms, 100 ms))"
      round: nearest
stimuli: {{background: {{into: cortex, port: psc, weight: J, poisson: {{rate: 8 Hz*K_ext(block)}}, delay: 1.5 ms}}}}
record: {{spikes: [cortex]}}
"""  # noqa: E501


def test_the_microcircuit_is_one_projection() -> None:
    model = checked(MODEL)
    found = elaborate(model)
    rows, sizes = found.rows["synapses"], [*SIZES.values()]
    edges = np.cumsum([0, *sizes])
    first, second = (np.searchsorted(edges, side, side="right") - 1 for side in (rows.i, rows.j))
    counts = np.zeros((8, 8), int)
    np.add.at(counts, (second, first), 1)
    for b, target in enumerate(sizes):
        for a, source in enumerate(sizes):
            assert counts[b, a] == math.floor(math.log(1 - P[b][a]) / math.log(1 - 1 / (source * target)) + 0.5), (a, b)
    excites = first % 2 == 0
    assert (rows.weight[excites] >= 0).all() and (rows.weight[~excites] <= 0).all()
    for chosen, mean in (
        (excites & ~((first == 2) & (second == 0)), 87.8), ((first == 2) & (second == 0), 2 * 87.8), (~excites, -4 * 87.8),
    ):  # fmt: skip
        assert abs(rows.weight[chosen].mean() - mean) < 5 * 0.1 * 4 * 87.8 / math.sqrt(chosen.sum())
    assert rows.axonal.min() >= 1
    for chosen, scale in ((excites, 1.5), (~excites, 0.75)):
        away = (0.1 / scale - 1) / 0.5  # of a normal law with a spread of half its mean, cut off at 0.1 ms
        density, above = math.exp(-away * away / 2) / math.sqrt(2 * math.pi), 0.5 * math.erfc(away / math.sqrt(2))
        mean = scale * (1 + 0.5 * density / above)
        assert abs(0.1 * rows.axonal[chosen].mean() - mean) < 5 * 0.5 * scale / math.sqrt(chosen.sum())
    drives = {drive.population: drive for drive in found.drives}
    assert [*drives] == [*SIZES] and len(lower(model).synapses)
