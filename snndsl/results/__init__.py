"""What a run leaves: the run folder and how it is read."""

from snndsl.results.recording import Counts, MeasuredSynapses, Recording, Spikes, States, Weights
from snndsl.results.trials import Run, TrialsRecording, read_run, single

__all__ = [
    "Counts", "MeasuredSynapses", "Recording", "Run", "Spikes", "States", "TrialsRecording", "Weights", "read_run", "single",
]  # fmt: skip
