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

RANGE = (
    HEAD
    + """
constants: {top: 35 mV}
neurons: {grow: {state: {n: 0, V: {initial: -65 mV, range: [-70 mV, top]}}, update: [n += 1, V += 1 mV]}}
populations:
  cells: {neuron: grow, size: 3, initial: {V: -65 mV + 0.25 mV*i}}
  higher: {neuron: grow, size: 2, initial: {V: "-64.5 mV - 3*i*(1 mV)"}}
record: {states: {cells: [V], higher: [V, n]}}
"""
)

RANGE_FROM_BELOW = (
    HEAD
    + """
neurons: {fall: {state: {V: {initial: 0 mV, range: [-7.5 mV, 0 mV]}}, update: V -= 1 mV}}
populations: {cells: {neuron: fall, size: 2}}
record: {states: {cells: [V]}}
"""
)

RANGE_AFTER_RESET = (
    HEAD
    + """
neurons:
  back: {state: {V: {initial: 0, range: [0, 5]}, n: 0}, update: [V += 1, n += 1], threshold: V > 5, reset: V = 0}
  away: {state: {V: {initial: 0, range: [0, 50]}}, update: V += 1, threshold: V > 29, reset: V = -1}
populations: {a: {neuron: back, size: 2}, b: {neuron: away, size: 2, initial: {V: 3*i}}}
record: {spikes: [a, b], states: {a: [V], b: [V]}}
"""
)

RANGE_BY_AN_EVENT = (
    HEAD
    + """
neurons: {still: {state: {V: {initial: 0 mV, range: [-1 mV, 3 mV]}}, ports: {in: mV}, update: V += in}}
populations: {cells: {neuron: still, size: 4}}
stimuli:
  kick:
    into: cells
    port: in
    weight: 1.25 mV
    spikes: {i: [1, 3, 3, 1, 3, 0], t: [3 ms, 5 ms, 9 ms, 11 ms, 14 ms, 20 ms]}
record: {states: {cells: [V]}}
"""
)

RANGE_AND_NAN = (
    HEAD
    + """
neurons: {odd: {state: {n: 0, V: {initial: 0, range: [-5, 5]}}, update: [n += 1, V = log(10 - n)]}}
populations: {cells: {neuron: odd, size: 2}}
record: {states: {cells: [V]}}
"""
)

RANGE_OF_A_CLIPPED_STATE = (
    HEAD
    + """
neurons: {held: {state: {n: 0, V: {initial: 0, range: [-5, 5]}}, update: [n += 1, "V = clip(n, -10, 6)"]}}
populations: {cells: {neuron: held, size: 2}}
record: {states: {cells: [V]}}
"""
)

_RING = """
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
    plasticity: learns
record: {spikes: [cells], synapses: {ring: {of: [w, z], every: 20 ms}}}
"""
_BEAT = (
    HEAD
    + "neurons: {beat: {parameters: {p: 7}, state: {n: 0}, ports: {in: 1}, update: n += 1, threshold: n >= p, reset: n = 0}}\n"
)
RANGE_ON_PRE = _BEAT + "plasticity: {learns: {bound: 1, state: {z: {initial: 1, range: [-1, 8]}}, on_pre: z += 1}}" + _RING
RANGE_ON_POST = _BEAT + "plasticity: {learns: {bound: 1, state: {z: {initial: 8, range: [1, 9]}}, on_post: z -= 1}}" + _RING
RANGE_EVERY = (
    _BEAT + "plasticity: {learns: {bound: 1, state: {z: {initial: 1, range: [0.5, 9]}}, every: {7 ms: z += 1.5}}}" + _RING
)
RANGE_INITIAL = RANGE_EVERY.replace("    plasticity: learns", "    plasticity: learns\n    initial: {z: 0.5 + j}")

CARRIED = (
    HEAD
    + """
neurons: {grow: {state: {x: 1}, update: x = 2*x}, taker: {state: {y: 0}, ports: {in: 1}, update: y = in}}
populations: {cells: {neuron: grow, size: 2, initial: {x: [1, 3]}}, takers: {neuron: taker, size: 2}}
projections:
  calm: {from: cells, to: takers, connect: all_to_all, port: in, weight: 0.5, delay: 2 ms, carries: "min(pre.x, 9)"}
  pull: {from: cells, to: takers, connect: all_to_all, port: in, weight: 1 + i*j, delay: 1 ms, carries: pre.x}
record: {states: {cells: [x], takers: [y]}}
"""
)
"""W = 2*1024 gives q = 2**-26; four synapses reach a neuron, two bits more: 2**52*q/4 = 2**24, and 6*2**22 is beyond it."""

CARRIED_NOT_FINITE = (
    HEAD
    + """
neurons:
  less: {state: {x: 5, z: 0}, update: [x -= 1, "z = where(x < 0, 1/0, 0)"]}
  taker: {state: {y: 0}, ports: {in: 1}, update: "y = where(in > 9, 9, in)"}
populations: {cells: {neuron: less, size: 3, initial: {x: 7 - i}}, takers: {neuron: taker, size: 4}}
projections:
  pull: {from: cells, to: takers, connect: all_to_all, where: i + j > 1, port: in, weight: 2, delay: 1 ms, carries: 1/pre.x}
record: {states: {cells: [x], takers: [y]}}
"""
)
"""The third cell is 0 at stamp 5; what it carries is found before its own z, of the same stamp 6, is. Its rows follow 2 + 3."""

SAMPLE_UNDER_AND = (
    HEAD
    + """
data: {table: {values: [1, 2, 3]}}
neurons: {n: {state: {k: 0, x: 0}, update: [k += 1, "x = where(k < 3 and table(k) > 0, 1, 0)"]}}
populations: {cells: {neuron: n, size: 2}}
record: {states: {cells: [x]}}
"""
)
"""Both sides of `and` are computed, so the third step reads the array beyond its end."""

RATE_ABOVE_ONE = (
    HEAD
    + """
signals: {up: {state: {x: 0}, update: x += 0.125}}
stimuli: {drive: {size: 2, bernoulli: {rate: (1 kHz)*up.x*(1 + i)}}}
record: {spikes: [drive], signals: {up: [x]}}
"""
)
RATE_NEGATIVE = RATE_ABOVE_ONE.replace("bernoulli", "poisson").replace("(1 kHz)*up.x*(1 + i)", "(1 kHz)*(0.5 - up.x*i)")

FAILING = {
    "not_finite": (NOT_FINITE, "x of cells[2] is inf at step 12"),
    "reset": (RESET, "v of cells[1] is nan at step 18"),
    "synapse": (SYNAPSE, "z of ring[0] is inf at step 53"),
    "late": (LATE, "z of ring[0] is inf at step 52"),
    "bound": (BOUND, "w of ring[0] is 1.125 at step 35, beyond its bound"),
    "sample": (SAMPLE, "the array table has 5 values, 5 was asked for at step 40"),
    "sample_under_and": (SAMPLE_UNDER_AND, "the array table has 3 values, 3 was asked for at step 3"),
    "range": (RANGE, "V of cells[1] is 35.25 at step 100, outside its range [-70.0, 35.0]"),
    "range_from_below": (RANGE_FROM_BELOW, "V of cells[0] is -8.0 at step 8, outside its range [-7.5, 0.0]"),
    "range_after_reset": (RANGE_AFTER_RESET, "V of b[1] is -1.0 at step 27, outside its range [0.0, 50.0]"),
    "range_by_an_event": (RANGE_BY_AN_EVENT, "V of cells[3] is 3.75 at step 15, outside its range [-1.0, 3.0]"),
    "range_and_nan": (RANGE_AND_NAN, "V of cells[0] is -inf at step 10"),
    "range_of_a_clipped_state": (RANGE_OF_A_CLIPPED_STATE, "V of cells[0] is 6.0 at step 6, outside its range [-5.0, 5.0]"),
    "range_on_pre": (RANGE_ON_PRE, "z of ring[0] is 9.0 at step 43, outside its range [-1.0, 8.0]"),
    "range_on_post": (RANGE_ON_POST, "z of ring[2] is 0.0 at step 42, outside its range [1.0, 9.0]"),
    "range_every": (RANGE_EVERY, "z of ring[0] is 10.0 at step 42, outside its range [0.5, 9.0]"),
    "carried": (CARRIED, "pull[3] carries 25165824.0 at step 23, beyond 16777216.0, up to which sums at its port are exact"),
    "carried_not_finite": (CARRIED_NOT_FINITE, "pull[5] carries inf at step 6"),
    "rate_above_one": (RATE_ABOVE_ONE, "spikes_per_step of drive[1] is 1.25 at step 6, outside its range [0.0, 1.0]"),
    "rate_negative": (
        RATE_NEGATIVE,
        "spikes_per_step of drive[1] is -0.125 at step 6, outside its range [0.0, 1.7976931348623157e+308]",
    ),
    "range_initial": (RANGE_INITIAL, "z of ring[1] is 10.0 at step 35, outside its range [0.5, 9.0]"),
}

WITH_DENDRITIC_DELAY = ("synapse", "late", "bound", "range_on_pre", "range_on_post", "range_every", "range_initial")
