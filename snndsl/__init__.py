"""snndsl: one declarative file per spiking network, the same spikes on every simulator."""
