"""Keys of random streams."""

from __future__ import annotations

from hashlib import blake2b

__all__ = ["stream_key"]


def stream_key(seed: int, stream: str) -> tuple[int, int]:
    """Key words of a stream of random numbers.

    Parameters
    ----------
    seed : int
        Of the stream's family (wiring, initial, input, analysis).
    stream : str
        Name of the stream: the path of the part that draws, or what the model calls it.

    Returns
    -------
    tuple of int
        Two 32-bit words: the first 8 bytes, little-endian, of blake2b (digest of 8 bytes) over the UTF-8 text
        ``<seed in decimal>:<stream>``.

    Examples
    --------
    >>> stream_key(1, "populations.exc")
    (1882857728, 3507374371)
    """
    digest = blake2b(f"{int(seed)}:{stream}".encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")
