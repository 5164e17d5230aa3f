"""Action potentials along an axon of many cylinders, beside Brian2's SpatialNeuron, and a passive cable beside cable theory.

    python scripts/squid_axon.py [--cylinders 100] [--backend reference] [--spatial] [--record FILE] [--out DIR]

Runs ``models/squid_axon`` with that many cylinders of 50 um, twelve axons of 1 to 6.5 um, and prints the velocity between a
quarter and three quarters of each. ``--spatial`` runs the axon of 1 um as a SpatialNeuron of Brian2, with the same cylinders,
step and current, and prints how far the two are from each other; ``--record`` writes what the SpatialNeuron did into a file.
The figure (figure.png in the folder) shows the travelling spike, velocities, and the attenuation along a passive cable.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import snndsl
from snndsl.analysis.saving import COLOURS, new_figure, save, styled

MODEL = Path(__file__).resolve().parents[1] / "models" / "squid_axon"
LENGTH = 0.05
"""Of a cylinder, in mm."""
Array = NDArray[np.float64]

PASSIVE = """
snndsl: 1
name: passive
time: {step: 100 ms, duration: 4 s}
parts:
  cylinder:
    parameters:
      d: 1 um
      L: 50 um
      R_a: 100 Ohm*cm
      c_m: 1 uF/cm^2
      g_m: 0.1 mS/cm^2
      E_m: -70 mV
      area: pi*d*L
      r_half: 2*R_a*L/(pi*d**2)
      g_up: 1/(parent.r_half + r_half)
    require: [d > 0 um, L > 0 um, R_a > 0, c_m > 0]
    state: {V: E_m}
    ports: {I: pA}
    equations: |
      up = g_up*(parent.V - V)
      dV/dt = (I + up - child.up - area*g_m*(V - E_m))/(c_m*area)
constants: {n: 20}
neurons:
  cable:                                       # R_m = 10 kOhm cm^2, R_a = 100 Ohm cm, d = 4 um: the space constant is 1 mm
    parts: {x: {use: cylinder, copies: n, d: 4 um, L: 1000 um/n}}
    integrator: backward_euler
populations: {cables: {neuron: cable, size: 1}}
stimuli: {steady: {into: cables, port: "x[0]", current: 10 pA}}
record: {states: {cables: {of: [x.V], every: 100 ms}}}
"""


def axons(cylinders: int, backend: str, out: Path) -> tuple[Array, float]:
    """Return the potentials (cylinder, stamp, axon) in mV, and the step in ms."""
    model = snndsl.load(MODEL, {"constants.n": cylinders})
    run = snndsl.run(model, backend, out=out / f"{backend}-{cylinders}", force=True)
    states = run.states["axons"]
    return np.array([states[f"x[{k}].V"].value for k in range(cylinders)]), float(run.step_length)


def arrival(potential: Array, step: float) -> float:
    """Return when a potential first reaches 0 mV, in ms, between two samples."""
    stamp = int(np.argmax(potential >= 0.0))
    before, after = potential[stamp - 1 : stamp + 1]
    return float((stamp - 1 + before / (before - after)) * step)


def velocity(potentials: Array, step: float) -> float:
    """Return the velocity between a quarter and three quarters of an axon, in m/s."""
    first, last = len(potentials) // 4, 3 * len(potentials) // 4
    return (last - first) * LENGTH / (arrival(potentials[last], step) - arrival(potentials[first], step))


def spatial_neuron(cylinders: int, step: float, steps: int) -> Array:
    """Return the potentials (cylinder, stamp) of the axon of 1 um as a SpatialNeuron, in mV."""
    import brian2 as b2

    b2.prefs.codegen.target = "numpy"
    b2.defaultclock.dt = step * b2.ms
    morphology = b2.Cylinder(diameter=1 * b2.um, length=cylinders * LENGTH * b2.mm, n=cylinders)
    equations = """
    Im = gl*(El - v) + gNa*m**3*h*(ENa - v) + gK*n**4*(EK - v) : amp/meter**2
    I : amp (point current)
    dm/dt = am*(1 - m) - bm*m : 1
    dh/dt = ah*(1 - h) - bh*h : 1
    dn/dt = an*(1 - n) - bn*n : 1
    am = 1/exprel(-(v + 40*mV)/(10*mV))/ms : Hz
    bm = 4*exp(-(v + 65*mV)/(18*mV))/ms : Hz
    ah = 0.07*exp(-(v + 65*mV)/(20*mV))/ms : Hz
    bh = 1/(1 + exp(-(v + 35*mV)/(10*mV)))/ms : Hz
    an = 0.1/exprel(-(v + 55*mV)/(10*mV))/ms : Hz
    bn = 0.125*exp(-(v + 65*mV)/(80*mV))/ms : Hz
    """
    density = b2.msiemens / b2.cm**2
    numbers = {"gl": 0.3 * density, "gNa": 120 * density, "gK": 36 * density}
    numbers |= {"El": -54.387 * b2.mV, "ENa": 50 * b2.mV, "EK": -77 * b2.mV}
    neuron = b2.SpatialNeuron(
        morphology=morphology, model=equations, Cm=1 * b2.uF / b2.cm**2, Ri=35.4 * b2.ohm * b2.cm,
        method="exponential_euler", namespace=numbers,
    )  # fmt: skip
    neuron.v = -65 * b2.mV
    neuron.m, neuron.h, neuron.n = "am/(am + bm)", "ah/(ah + bh)", "an/(an + bn)"
    monitor = b2.StateMonitor(neuron, "v", record=True)
    network, pulse = b2.Network(neuron, monitor), round(1 / step)
    neuron.I[0] = 300 * b2.pA
    network.run(pulse * step * b2.ms)
    neuron.I[0] = 0 * b2.pA
    network.run((steps - pulse) * step * b2.ms)
    return np.array(monitor.v / b2.mV)


def record(potentials: Array, step: float, file: Path) -> None:
    """Write what a SpatialNeuron did: when each cylinder first reaches 0 mV, and some potentials."""
    import brian2

    shown = {str(k): [float(value) for value in potentials[k, ::20]] for k in (0, len(potentials) // 2, len(potentials) - 1)}
    made = f"Brian2 {brian2.__version__}, target numpy, exponential_euler"
    found: dict[str, Any] = {
        "source": f"SpatialNeuron of {made}; scripts/squid_axon.py --record",
        "cylinders": len(potentials),
        "step_ms": step,
        "velocity_m_per_s": velocity(potentials, step),
        "arrival_ms": [arrival(row, step) for row in potentials],
        "every": 20,
        "potential_mV": shown,
    }
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def attenuation(cylinders: int, out: Path) -> Array:
    """Return the rise of each cylinder of a passive cable of one space constant, as a share of the first."""
    (out / "passive.yaml").write_text(PASSIVE, encoding="utf-8")
    run = snndsl.run(
        snndsl.load(out / "passive.yaml", {"constants.n": cylinders}), out=out / f"passive-{cylinders}", force=True
    )
    rise = np.array([run.states["cables"][f"x[{k}].V"].value[-1, 0] + 70.0 for k in range(cylinders)])
    return rise / rise[0]


@styled
def figure(potentials: Array, step: float, passive: dict[int, Array]) -> Any:
    """Return the figure."""
    made = new_figure(7.2, 2.4)
    spike, speed, steady = made.subplots(1, 3)
    count = len(potentials)
    places = [*range(0, count, count // 5), count - 1]
    for colour, k in zip(COLOURS, places, strict=False):
        spike.plot(
            np.arange(potentials.shape[1]) * step, potentials[k, :, 0], color=colour, lw=1, label=f"{(k + 0.5) * LENGTH:.1f} mm"
        )
    spike.set(xlabel="time (ms)", ylabel="V (mV)", title="axon of 1 um")
    spike.set_xlim(0, 17)
    spike.legend(frameon=False, fontsize=6, loc="upper right", handlelength=1)
    diameters = 0.5 * (2 + np.arange(potentials.shape[2]))
    found = np.array([velocity(potentials[:, :, k], step) for k in range(len(diameters))])
    speed.plot(diameters, found, "o", color=COLOURS[0], ms=3, label="velocity")
    speed.plot(diameters, found[0] * np.sqrt(diameters), color=COLOURS[1], lw=1, label="square root of d")
    speed.set(xlabel="diameter d (um)", ylabel="velocity (m/s)", title="velocity", xlim=(0, None), ylim=(0, None))
    speed.legend(frameon=False, fontsize=6)
    x = np.linspace(0, 1, 100)
    steady.plot(x, np.cosh(1 - x) / math.cosh(1), color=COLOURS[6], lw=1, label="cable theory")
    for colour, (n, share) in zip(COLOURS, passive.items(), strict=False):
        few = n < 10
        middle = (np.arange(n) + 0.5) / n
        scale = np.cosh(1 - middle[0]) / math.cosh(1)
        steady.plot(
            middle, share * scale, "o", color=colour, mfc="none" if few else colour, ms=6 if few else 2, label=f"{n} cylinders"
        )
    steady.set(xlabel="x (space constants)", ylabel="V(x)/V(0)", title="passive cable, steady")
    steady.legend(frameon=False, fontsize=6)
    return made


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cylinders", type=int, default=100)
    parser.add_argument("--backend", default="reference")
    parser.add_argument("--spatial", action="store_true")
    parser.add_argument("--record", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/squid_axon"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    potentials, step = axons(given.cylinders, given.backend, given.out)
    for k in range(potentials.shape[2]):
        print(f"d = {0.5 * (2 + k):3.1f} um  {velocity(potentials[:, :, k], step):.4f} m/s")
    if given.spatial or given.record:
        other = spatial_neuron(given.cylinders, step, potentials.shape[1])
        apart = np.abs(other - potentials[:, :, 0]).max()
        print(f"SpatialNeuron, 1.0 um  {velocity(other, step):.4f} m/s, largest difference {apart:.2g} mV")
        if given.record:
            record(other, step, given.record)
    save(figure(potentials, step, {n: attenuation(n, given.out) for n in (5, 20)}), given.out / "figure.png")


if __name__ == "__main__":
    main()
