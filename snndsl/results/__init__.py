"""What a run leaves: the run folder and how it is read."""

from snndsl.results.recording import Recording, Spikes, States, SynapseTable, Weights
from snndsl.results.trials import Run, TrialsRecording, read_run, single

__all__ = [
    "Recording", "Run", "Spikes", "States", "SynapseTable", "TrialsRecording", "Weights", "read_run", "single",
]  # fmt: skip
