"""Draw the figures of the page of the library from runs: ``python tests/unit/library/draw.py``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))

from unit.library.draw_learning import learning  # noqa: E402
from unit.library.patterns import PATTERNS  # noqa: E402
from unit.library.runs import simulated, times, values  # noqa: E402
from unit.library.test_plasticity import ADDITIVE, SJOESTROEM, learned, protocol, triplets, weight  # noqa: E402

import snndsl  # noqa: E402

FIGURES = ROOT / "docs" / "reference" / "figures"
BACKEND = "nest"


def receptors(folder: Path) -> Any:
    """Draw what one spike does at every receptor, and the block of NMDA."""
    entries = [entry for entry in snndsl.library() if entry.file == "snndsl:receptors" and entry.name != "noise_current"]
    neurons, stimuli, states = {}, {}, {}
    for entry in entries:
        conductance = any(symbol.name == "g" for symbol in entry.symbols)
        unit = "pC" if entry.name == "delta_current" else "nS" if conductance else "pA"
        tau = {"tau": "5 ms"} if any(symbol.name == "tau" for symbol in entry.symbols) else {}
        neurons[entry.name] = {
            "parts": {"syn": {"use": f"receptors.{entry.name}", **tau}}, "state": {"V": "-60 mV", "I": "0 pA"},
            "update": "I = syn.I", **({} if entry.name.startswith("delta") else {"integrator": "exact"}),
        }  # fmt: skip
        stimuli[f"to_{entry.name}"] = {
            "into": entry.name, "port": "syn", "weight": f"1 {unit}", "spikes": {"i": list(range(29)), "t": "1 ms"},
        }  # fmt: skip
        states[entry.name] = [f"syn.{'g' if conductance else 'I'}", "I"]
    run = simulated(
        folder, "receptors", "0.1 ms", "40 ms", BACKEND, neurons=neurons, stimuli=stimuli, record={"states": states},
        populations={name: {"neuron": name, "size": 29, "initial": {"V": "-100 mV + (5 mV)*i"}} for name in neurons},
    )  # fmt: skip
    figure, axes = plt.subplots(1, 3, figsize=(10, 3), layout="constrained")
    for entry in entries:
        state = states[entry.name][0]
        course = values(run, entry.name, state)[:, 0]
        axes[int(state == "syn.g")].plot(np.arange(len(course)) * 0.1, course / course.max(), label=entry.name)
    for axis, what in zip(axes, ("current", "conductance"), strict=False):
        axis.set(xlabel="time (ms)", ylabel=f"{what} over its peak", xlim=(0, 40))
        axis.legend(fontsize=7, frameon=False)
    v = -100 + 5 * np.arange(29)
    for name in ("nmda", "exp_conductance"):
        current = values(run, name, "I")[60]
        axes[2].plot(v, current / np.abs(current).max(), label=name)
    axes[2].axhline(0, color="0.7", lw=0.5)
    axes[2].set(xlabel="potential (mV)", ylabel="current over its largest")
    axes[2].legend(fontsize=7, frameon=False)
    return figure


def neurons(folder: Path) -> Any:
    """Draw the first state of every neuron in its own example."""
    entries = [entry for entry in snndsl.library() if entry.kind == "neuron"]
    figure, axes = plt.subplots(-(-len(entries) // 4), 4, figsize=(11, 1.6 * -(-len(entries) // 4)), layout="constrained")
    for axis, entry in zip(axes.flat, entries, strict=False):
        file = folder / f"{entry.key}.yaml"
        file.write_text(entry.example, encoding="utf-8")
        run = snndsl.run(file, backend=BACKEND, out=folder / entry.key)
        name, state = next(iter(run.states["cells"].items()))
        step = float(run.step_length)
        axis.plot(np.arange(len(state.value)) * step, state.value[:, 0], lw=0.8)
        low, high = axis.get_ylim()
        axis.vlines(times(run, "cells"), high, high + 0.1 * (high - low), color="tab:red", lw=0.8)
        axis.set_title(f"{entry.key}: {name.replace('__', '.')}", fontsize=7)
        axis.tick_params(labelsize=6)
    for axis in axes.flat[len(entries) :]:
        axis.set_axis_off()
    figure.supxlabel("time (ms); spikes above", fontsize=8)
    return figure


def patterns(folder: Path) -> Any:
    """Draw the twenty patterns of the simple model."""
    figure, axes = plt.subplots(5, 4, figsize=(11, 8), layout="constrained")
    for axis, (name, row) in zip(axes.flat, PATTERNS.items(), strict=True):
        special: dict[str, Any] = {"k_1": 4.1, "k_0": 108} if name in ("class 1", "integrator") else {}
        special |= {"v_0": -65, "leak": 0} if name == "accommodation" else {}
        run = simulated(
            folder, name.replace(" ", "_").replace("-", "_"), f"{row.step} ms", f"{row.duration} ms",
            populations={
                "cells": {
                    "neuron": {"use": "izhikevich2004.izhikevich", "a": row.a, "b": row.b, "c": row.c, "d": row.d, **special},
                    "size": 1, "initial": {"v": row.v, "u": -16 if name == "accommodation" else row.b * row.v},
                }
            },
            stimuli={"input": {"into": "cells", "port": "I", "current": row.current}},
            record={"spikes": ["cells"], "states": {"cells": ["v"]}},
        )  # fmt: skip
        v = values(run, "cells", "v")[:, 0].copy()
        v[run.spikes["cells"].step] = 30
        axis.plot(np.arange(len(v)) * row.step, v, lw=0.8)
        axis.set_title(f"{name}: {row.a:g}, {row.b:g}, {row.c:g}, {row.d:g}; {row.step:g} ms", fontsize=6.2)
        axis.set(ylim=(-95, 35))
        axis.tick_params(labelsize=6)
    figure.supxlabel("time (ms)", fontsize=8)
    figure.supylabel("v (mV); titles: a, b, c, d; step", fontsize=8)
    return figure


def rates(folder: Path) -> Any:
    """Draw rates over currents: where spikes begin at any rate, and where they do not."""
    ranges = {
        "morris_lecar.type_1": (38, 60, "uA/cm^2"), "morris_lecar.type_2": (85, 120, "uA/cm^2"),
        "lif.lif_exp": (150, 400, "pA"), "adex.adex": (500, 1200, "pA"),
    }  # fmt: skip
    number = 45
    names = {key: key.replace(".", "_") for key in ranges}
    run = simulated(
        folder, "rates", "0.1 ms", "4 s", BACKEND,
        populations={names[key]: {"neuron": key, "size": number} for key in ranges},
        stimuli={
            f"dc_{names[key]}": {
                "into": names[key], "port": "I_ext" if key.startswith("lif") else "I",
                "current": [f"{value!r} {unit}" for value in np.linspace(low, high, number).tolist()],
            }
            for key, (low, high, unit) in ranges.items()
        },
        record={"spikes": list(names.values())},
    )  # fmt: skip
    figure, axes = plt.subplots(1, 4, figsize=(11, 2.4), layout="constrained")
    for axis, (key, (low, high, unit)) in zip(axes, ranges.items(), strict=True):
        late = [found[found > 1000] for found in (times(run, names[key], place) for place in range(number))]
        found = [1000 / np.diff(spikes).mean() if len(spikes) > 2 else 0 for spikes in late]
        axis.plot(np.linspace(low, high, number), found, ".-", lw=0.8, ms=3)
        axis.set_title(key, fontsize=8)
        axis.set(xlabel=f"current ({unit})", ylabel="rate (Hz)")
    return figure


def plasticity(folder: Path) -> Any:
    """Draw the windows of rules, the frequency dependence of triplets, and what short-term plasticity delivers."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), layout="constrained")
    lags = [*range(-80, 0, 6), *range(2, 81, 6)]
    given = {"lambda_": 0.01, "alpha": 1.05, "w_max": 1}
    uses: dict[str, Any] = {
        "pair_stdp": {"use": f"stdp.{ADDITIVE[0]}", **given},
        "multiplicative_stdp": {"use": "stdp.multiplicative_stdp", **given},
        "inhibitory_stdp": {"use": "stdp.inhibitory_stdp", "eta": 0.01, "w_max": 1},
    }  # fmt: skip
    windows: dict[str, list[float]] = {name: [] for name in uses}
    for lag in lags:
        run = learned(folder / f"lag{lag}", uses, 250, [100.0], [100.0 + lag])
        for name in uses:
            windows[name].append(weight(run, name) - 0.5)
    for name, changes in windows.items():
        axes[0].plot(lags, changes, ".-", lw=0.8, ms=3, label=name)
    axes[0].axhline(0, color="0.7", lw=0.5)
    axes[0].set(xlabel="post after pre (ms)", ylabel="change of w = 0.5")
    axes[0].legend(fontsize=7, frameon=False)
    for lag, colour in ((10, "tab:blue"), (-10, "tab:red")):
        grid = np.array([0.1, *range(2, 52, 2)])
        axes[1].plot(grid, [triplets(*protocol(lag, rate), 0, 0.0065, 0.0071, 0) for rate in grid], color=colour, lw=0.8)
        made = [10, 20, 40, 50]
        use = {"triplet": {"use": "stdp.triplet_stdp", "w_0": 1, "w_max": 4}}
        for rate in made:
            pre, post = protocol(lag, rate)
            run = learned(folder / f"triplet{lag}at{rate}", use, round(max(pre[-1], post[-1])) + 5, pre, post, {"triplet": 1})
            axes[1].plot(rate, weight(run, "triplet") - 1, "o", mfc="none", color=colour, ms=5)
        rows = [(rate, *SJOESTROEM[one, rate]) for one, rate in SJOESTROEM if one == lag]
        at, change, error = np.transpose(rows)
        axes[1].errorbar(at, change, yerr=error, fmt="s", color=colour, ms=3, lw=0.6, label=f"{lag:+d} ms")
    axes[1].axhline(0, color="0.7", lw=0.5)
    axes[1].set(xlabel="rate of pairs (Hz)", ylabel="change", title="triplet_stdp: measured (squares), run (circles)")
    axes[1].title.set_fontsize(8)
    axes[1].legend(fontsize=7, frameon=False, loc="upper left")
    for label, (u, recovery, facilitation) in {"depression": (0.5, 800, 1), "facilitation": (0.04, 130, 530)}.items():
        taus = {"tau_rec": f"{recovery} ms", "tau_facil": f"{facilitation} ms"}
        use = {"short": {"use": "short_term.tsodyks_markram", "U": u, **taus}}
        run = learned(folder / label, use, 700, [20.0 + 50 * k for k in range(13)], [], {"short": 1})
        got = values(run, "post_short", "got")[:, 0]
        line = "tab:blue" if label == "depression" else "tab:red"
        when = np.flatnonzero(got) + 8 * (label == "facilitation")  # beside each other
        axes[2].stem(when, got[got > 0], markerfmt=".", basefmt=" ", linefmt=line, label=label)
    axes[2].set(xlabel="time (ms)", ylabel="delivered of w = 1", title="tsodyks_markram at 20 Hz")
    axes[2].title.set_fontsize(8)
    axes[2].legend(fontsize=7, frameon=False)
    return figure


def main() -> None:
    """Draw those that are named, or all."""
    drawn = (receptors, neurons, patterns, rates, plasticity, learning)
    FIGURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="library-") as temporary:
        for draw in drawn:
            if sys.argv[1:] in ([], [draw.__name__]):
                folder = Path(temporary) / draw.__name__
                folder.mkdir()
                file = FIGURES / f"library_{draw.__name__}.png"
                draw(folder).savefig(file, dpi=110, metadata={"Software": None})
                print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
