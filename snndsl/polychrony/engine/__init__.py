"""The compiled search: arrays in, rows out. With ``NUMBA_DISABLE_JIT=1`` every kernel runs as plain Python."""
