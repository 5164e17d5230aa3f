"""The repeated pattern and the times at which it is shown: writes pattern.npz and shown.npz beside this file."""

from pathlib import Path

import numpy as np

AFFERENTS, PATTERN, SLOTS = 1000, 0.050, 1200  # afferents in the pattern, its length in s, slots of that length in 60 s
FOLDER = Path(__file__).parent


def pattern(draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return spikes of 50 ms: rates that walk between 0 and 90 Hz as in the afferents, and one spike at least."""
    steps = round(PATTERN / 1e-4)
    spikes = [np.empty(0)] * AFFERENTS
    for number in range(AFFERENTS):
        rate, slope = draw.uniform(0, 90), draw.uniform(-1800, 1800)
        times: list[int] = []
        for step in range(steps):
            if step % 10 == 0:
                slope = np.clip(slope + draw.uniform(-360, 360), -1800, 1800)
                rate = np.clip(rate + slope * 1e-3, 0, 90)
            if draw.random() < rate * 1e-4:
                times.append(step)
        spikes[number] = np.array(times or [draw.integers(steps)])
    return np.repeat(np.arange(AFFERENTS), [len(times) for times in spikes]), np.concatenate(spikes) / 10


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
