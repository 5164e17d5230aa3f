"""Errors travel between processes with all that they say."""

from __future__ import annotations

import pickle

import pytest

from snndsl.errors import Fault, ModelError, SimulationFailed, ToolMissing, UnsupportedByTarget


@pytest.mark.parametrize("kind", [ModelError, UnsupportedByTarget, ToolMissing, SimulationFailed])
def test_an_error_that_was_sent_says_the_same(kind: type[ModelError]) -> None:
    error = kind([Fault("one", "first", "m.yaml", 3, 4, "this", "that"), Fault("two", "second")])
    sent = pickle.loads(pickle.dumps(error))
    assert (type(sent), sent.faults, str(sent)) == (kind, error.faults, str(error))
