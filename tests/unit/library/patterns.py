"""The twenty patterns of the figure of Izhikevich 2004: parameters, steps and inputs of its program."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PATTERNS", "Pattern"]


@dataclass(frozen=True)
class Pattern:
    """A row of the figure: a, b, c, d; potential at the beginning; step and duration in ms; the input over t."""

    a: float
    b: float
    c: float
    d: float
    v: float
    step: float
    duration: float
    current: str


def _between(value: float, *windows: tuple[float, float]) -> str:
    return " + ".join(f"where(t > {first} ms and t < {last} ms, {value}, 0)" for first, last in windows)


PATTERNS = {
    "tonic spiking": Pattern(0.02, 0.2, -65, 6, -70, 0.25, 100, "where(t > 10 ms, 14, 0)"),
    "phasic spiking": Pattern(0.02, 0.25, -65, 6, -64, 0.25, 200, "where(t > 20 ms, 0.5, 0)"),
    "tonic bursting": Pattern(0.02, 0.2, -50, 2, -70, 0.25, 220, "where(t > 22 ms, 15, 0)"),
    "phasic bursting": Pattern(0.02, 0.25, -55, 0.05, -64, 0.2, 200, "where(t > 20 ms, 0.6, 0)"),
    "mixed mode": Pattern(0.02, 0.2, -55, 4, -70, 0.25, 160, "where(t > 16 ms, 10, 0)"),
    "adaptation": Pattern(0.01, 0.2, -65, 8, -70, 0.25, 85, "where(t > 8.5 ms, 30, 0)"),
    "class 1": Pattern(0.02, -0.1, -55, 6, -60, 0.25, 300, "0.075*max(t - 30 ms, 0 ms)/(1 ms)"),
    "class 2": Pattern(0.2, 0.26, -65, 0, -64, 0.25, 300, "0.015*max(t - 30 ms, 0 ms)/(1 ms) - 0.5"),
    "spike latency": Pattern(0.02, 0.2, -65, 6, -70, 0.2, 100, _between(7.04, (10, 13))),
    "oscillations": Pattern(0.05, 0.26, -60, 0, -62, 0.25, 200, _between(2, (20, 25))),
    "resonator": Pattern(0.1, 0.26, -60, -1, -62, 0.25, 400, _between(0.65, (40, 44), (60, 64), (280, 284), (320, 324))),
    "integrator": Pattern(0.02, -0.1, -55, 6, -60, 0.25, 100, _between(9, (9, 11.25), (14, 16.25), (70, 72), (80, 82))),
    "rebound spike": Pattern(0.03, 0.25, -60, 4, -64, 0.2, 200, _between(-15, (20, 25))),
    "rebound burst": Pattern(0.03, 0.25, -52, 0, -64, 0.2, 200, _between(-15, (20, 25))),
    "threshold variability": Pattern(
        0.03, 0.25, -60, 4, -64, 0.25, 100, f"{_between(1, (10, 15), (80, 85))} + {_between(-6, (70, 75))}"
    ),
    "bistability": Pattern(0.1, 0.26, -60, 0, -61, 0.25, 300, f"0.24 + {_between(1, (37.5, 42.5), (216, 221))}"),
    "depolarizing after-potential": Pattern(1, 0.2, -60, -21, -70, 0.1, 50, _between(20, (9, 11))),
    "accommodation": Pattern(
        0.02, 1, -55, 4, -65, 0.5, 400,
        "where(t < 200 ms, t/(25 ms), 0) + where(t >= 300 ms and t < 312.5 ms, (t - 300 ms)/(12.5 ms)*4, 0)",
    ),
    "inhibition-induced spiking": Pattern(-0.02, -1, -60, 8, -63.8, 0.5, 350, "where(t < 50 ms or t > 250 ms, 80, 75)"),
    "inhibition-induced bursting": Pattern(-0.026, -1, -45, -2, -63.8, 0.5, 350, "where(t < 50 ms or t > 250 ms, 80, 75)"),
}  # fmt: skip
