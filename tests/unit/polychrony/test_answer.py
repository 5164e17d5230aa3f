"""Programs of neurons as they answer in a search: what their fingerprint depends on."""

from unit.polychrony.models import random_model

from snndsl.polychrony.answer import NeuronModel
from snndsl.polychrony.network.sources import network_from_program


def test_a_fingerprint_stays_when_modules_move() -> None:
    """A search that was interrupted by an older version goes on only if the fingerprint in its manifest is the same."""
    program, _, _, inhibitory = random_model("lif_exp", 1)
    neurons = network_from_program(program, inhibitory).neurons
    assert isinstance(neurons, NeuronModel)
    assert neurons.digest().hex() == "637f2522f81b153da0543eb03bbeaa51"
