"""Programs of neurons as they answer in a search: what their fingerprint depends on."""

import numpy as np
from unit.lowering.models import neurons, program
from unit.polychrony.models import random_model

from snndsl.polychrony.network.sources import network_from_program
from snndsl.polychrony.neurons import NeuronModel


def test_a_fingerprint_stays_when_modules_move() -> None:
    """A search that was interrupted by an older version goes on only if the fingerprint in its manifest is the same."""
    made, _, _, inhibitory = random_model("lif_exp", 1)
    answers = network_from_program(made, inhibitory).neurons
    assert isinstance(answers, NeuronModel)
    assert answers.digest().hex() == "637f2522f81b153da0543eb03bbeaa51"


def test_a_search_computes_every_function_as_a_simulation_does() -> None:
    made = program(
        """
        neurons:
          n:
            state: {x: 0.3, y: -0.8, z: 0}
            update: |
              z = atan2(y, x) + 0.1*cosh(x) - asin(clip(y, -1, 1)) + sinh(0.2*z)
              x = 0.8*x - 0.6*y + 0.01*z
              y = 0.6*x + 0.8*y - 0.02*z
        populations: {p: {neuron: n, size: 3, initial: {x: 0.3 + 0.2*i}}}
        """
    )
    group, population = neurons(made), made.populations[0]
    answers = NeuronModel.from_populations([("p", 3, made.neurons[0], population.values)], 0.1)
    live, firing, inbox = np.arange(3, dtype=np.int32), np.zeros(3, np.int32), np.zeros((3, answers.ports))
    advance = answers.advance()
    for j in range(50):
        group.step(j)
        advance(live, 3, answers.state, answers.parameter, answers.kind, inbox, firing)
    columns = [group.states[name].tobytes() for name in made.neurons[0].states]
    assert [np.ascontiguousarray(column).tobytes() for column in answers.state.T[: len(columns)]] == columns
