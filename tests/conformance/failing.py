"""Models that stop by themselves, and how."""

HEAD = """
snndsl: 1
name: failing
time: {step: 1 ms, duration: 200 ms}
seed: 1
"""

NOT_FINITE = (
    HEAD
    + """
neurons: {grow: {state: {x: 1.5, y: 0}, update: [y = x, x = x*x]}}
populations: {cells: {neuron: grow, size: 3, initial: {x: 1 + 0.1*i}}, calm: {neuron: grow, size: 2, initial: {x: 0.5}}}
record: {states: {cells: [x, y], calm: [x]}}
"""
)

RESET = (
    HEAD
    + """
neurons: {bad: {state: {v: 0, n: 0}, update: [v += 1, n = v], threshold: v > 20, reset: v = log(0 - v)}}
populations: {cells: {neuron: bad, size: 2, initial: {v: 3*i}}}
record: {spikes: [cells], states: {cells: [v]}}
"""
)

SYNAPSE = (
    HEAD
    + """
neurons: {beat: {parameters: {p: 7}, state: {n: 0}, ports: {in: 1}, update: n += 1, threshold: n >= p, reset: n = 0}}
plasticity: {explode: {bound: 1, state: {z: 3}, on_pre: z = z*z}}
populations: {cells: {neuron: {use: beat, p: 5 + i}, size: 3}}
projections:
  ring:
    from: cells
    to: cells
    connect: all_to_all
    self: false
    port: in
    weight: 0.5
    delay: {axonal: 3 ms, dendritic: 2 ms}
    plasticity: explode
record: {spikes: [cells], synapses: {ring: {of: [w, z], every: 20 ms}}}
"""
)

LATE = (
    HEAD
    + """
neurons: {beat: {parameters: {p: 7}, state: {n: 0}, ports: {in: 1}, update: n += 1, threshold: n >= p, reset: n = 0}}
plasticity: {explode: {bound: 1, state: {z: 3}, on_post: z = z*z}}
populations:
  quiet: {neuron: {use: beat, p: 1000}, size: 1}
  cells: {neuron: {use: beat, p: 5 + i}, size: 3}
projections:
  ring:
    from: quiet
    to: cells
    connect: all_to_all
    port: in
    weight: 0.5
    delay: {axonal: 3 ms, dendritic: 2 ms}
    plasticity: explode
record: {spikes: [cells], synapses: {ring: {of: [w, z], every: 20 ms}}}
"""
)

BOUND = (
    HEAD
    + """
neurons: {beat: {parameters: {p: 7}, state: {n: 0}, ports: {in: 1}, update: n += 1, threshold: n >= p, reset: n = 0}}
plasticity: {climb: {bound: 1, on_pre: w += 0.125}}
populations: {cells: {neuron: {use: beat, p: 5 + i}, size: 3}}
projections:
  ring:
    from: cells
    to: cells
    connect: all_to_all
    self: false
    port: in
    weight: 0.25
    delay: {axonal: 0 ms, dendritic: 2 ms}
    plasticity: climb
record: {spikes: [cells], synapses: {ring: {of: [w], every: 10 ms}}}
"""
)

SAMPLE = (
    HEAD
    + """
data: {table: {values: [1, 2, 3, 4, 5]}}
neurons: {reader: {state: {x: 0, n: 0}, update: [n += 0.125, x = table(n)]}}
populations: {cells: {neuron: reader, size: 2}}
record: {states: {cells: [x]}}
"""
)

FAILING = {
    "not_finite": (NOT_FINITE, "x of cells[2] is inf at step 12"),
    "reset": (RESET, "v of cells[1] is nan at step 18"),
    "synapse": (SYNAPSE, "z of ring[0] is inf at step 53"),
    "late": (LATE, "z of ring[0] is inf at step 52"),
    "bound": (BOUND, "w of ring[0] is 1.125 at step 35, beyond its bound"),
    "sample": (SAMPLE, "the array table has 5 values, 5 was asked for at step 40"),
}

WITH_DENDRITIC_DELAY = ("synapse", "late", "bound")
