"""What a run leaves: the run folder and how it is read."""

from snndsl.results.recording import Recording, Spikes, States, SynapseTable, Weights, read_run

__all__ = ["Recording", "Spikes", "States", "SynapseTable", "Weights", "read_run"]
