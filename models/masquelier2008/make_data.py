"""The repeated pattern and the times at which it is shown: writes pattern.npz and shown.npz beside this file."""

from pathlib import Path

import numpy as np

AFFERENTS, PATTERN, SLOTS = 1000, 0.050, 1200  # afferents in the pattern, its length in s, slots of that length in 60 s
FOLDER = Path(__file__).parent


def pattern(draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the last 50 ms of a second of spikes: rates that walk between 0 and 90 Hz, and no silence beyond 50 ms.

    In a second the rates have settled: most are near 0 Hz or near 90 Hz.
    """
    begin, steps = 10_000, round(PATTERN / 1e-4)
    rate, slope = draw.uniform(0, 90, AFFERENTS), draw.uniform(-1800, 1800, AFFERENTS)
    waited = draw.integers(0, steps, AFFERENTS)
    numbers, times = [], []
    for step in range(begin + steps):
        if step % 10 == 0:
            slope = np.clip(slope + draw.uniform(-360, 360, AFFERENTS), -1800, 1800)
            rate = np.clip(rate + slope * 1e-3, 0, 90)
        fired = (draw.random(AFFERENTS) < rate * 1e-4) | (waited >= steps)
        waited = np.where(fired, 1, waited + 1)
        if step >= begin:
            numbers.append(np.flatnonzero(fired))
            times.append(np.full(np.count_nonzero(fired), (step - begin) / 10))
    return np.concatenate(numbers), np.concatenate(times)


def shown(draw: np.random.Generator, slots: int = SLOTS) -> np.ndarray:
    """Return 1 for slots with the pattern, a quarter of all and never two in a row, else 0."""
    flags = np.zeros(slots)
    for slot in range(1, slots):
        flags[slot] = flags[slot - 1] == 0 and draw.random() < 1 / 3
    return flags


def write(folder: Path, seed: int = 2008, slots: int = SLOTS) -> None:
    """Write both files into a folder."""
    draw = np.random.default_rng(seed)
    i, t = pattern(draw)
    np.savez_compressed(folder / "pattern.npz", i=i, t=t)
    flags = shown(draw, slots)
    np.savez_compressed(folder / "shown.npz", flag=flags, start=np.flatnonzero(flags) * 50.0)


if __name__ == "__main__":
    write(FOLDER)
