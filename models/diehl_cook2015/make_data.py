"""The images that are shown, bars of eight orientations: writes shown.npz beside this file."""

from pathlib import Path

import numpy as np

SIDE, CLASSES = 16, 8
ROUNDS = 30  # every orientation once in each, in random order
FOLDER = Path(__file__).parent


def bar(angle: float, offset: float) -> np.ndarray:
    """Return an image, 0 to 255, of a bar at this angle (degrees) that passes the centre at this distance (pixels)."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    across = x * np.sin(np.radians(angle)) - y * np.cos(np.radians(angle)) - offset
    inside = np.hypot(x, y) <= SIDE / 2
    return np.round(255 * np.exp(-(across**2) / 2) * inside).astype(np.uint8)


if __name__ == "__main__":
    draw = np.random.default_rng(2015)
    label = np.concatenate([draw.permutation(CLASSES) for _ in range(ROUNDS)])
    image = [bar(180 / CLASSES * number + draw.uniform(-6, 6), draw.uniform(-1.5, 1.5)).ravel() for number in label]
    np.savez_compressed(FOLDER / "shown.npz", label=label.astype(np.uint8), image=np.array(image))
