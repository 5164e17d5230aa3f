"""An action potential along 100 cylinders is that of Brian2's SpatialNeuron, of which numbers were recorded."""

import json
from pathlib import Path

import numpy as np
import pytest

import snndsl
from snndsl.api import usable_backends

ROOT = Path(__file__).parents[2]
RECORDED = json.loads((ROOT / "tests" / "data" / "cable" / "spatial_neuron.json").read_text(encoding="utf-8"))
COMPILED = usable_backends(["nest", "brian2"])[:1]


@pytest.mark.skipif(not COMPILED, reason="the reference takes minutes")
def test_the_axon_of_the_squid_is_a_spatial_neuron(tmp_path: Path) -> None:
    count, step = RECORDED["cylinders"], RECORDED["step_ms"]
    model = snndsl.load(ROOT / "models" / "squid_axon", {"constants.n": count, "populations.axons.size": 1})
    run = snndsl.run(model, COMPILED[0], out=tmp_path / "run")
    assert count == 100 and float(run.step_length) == step
    states = run.states["axons"]
    potentials = np.array([states[f"x[{k}].V"].value[:, 0] for k in range(count)])
    after = np.argmax(potentials >= 0.0, axis=1)
    before, then = potentials[range(count), after - 1], potentials[range(count), after]
    arrival = (after - 1 + before / (before - then)) * step
    np.testing.assert_allclose(arrival, RECORDED["arrival_ms"], rtol=0, atol=1e-9)
    velocity = 50 * 0.05 / (arrival[75] - arrival[25])
    assert velocity == pytest.approx(RECORDED["velocity_m_per_s"], rel=1e-9)
    assert 0.5 < velocity < 0.6
    for k, shown in RECORDED["potential_mV"].items():
        np.testing.assert_allclose(potentials[int(k), :: RECORDED["every"]][: len(shown)], shown, rtol=0, atol=1e-9)
