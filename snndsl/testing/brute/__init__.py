"""Independent searchers, written from the definitions alone, for small networks: what the engine is checked against."""
