"""What a run leaves: the run folder and how it is read."""

from snndsl.results.recording import MeasuredSynapses, Recording, Spikes, States, Weights, read_run

__all__ = ["MeasuredSynapses", "Recording", "Spikes", "States", "Weights", "read_run"]
