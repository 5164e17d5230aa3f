"""Keywords that a function hands on stand in its signature, with their defaults."""

import inspect

import pytest

import snndsl
from snndsl.polychrony import discover
from snndsl.polychrony.recordings.spade import spade


@pytest.mark.parametrize(
    ("function", "options"),
    [
        (snndsl.sweep, {"backend": "reference", "out": None, "workers": 1, "keep": False}),
        (discover, {"resume": False, "workers": 1, "limit_s": 86_400.0}),
        (spade, {"workers": 1, "alpha": 0.05}),
    ],
)
def test_options_are_shown(function: object, options: dict[str, object]) -> None:
    assert callable(function)
    shown = inspect.signature(function).parameters
    assert {name: shown[name].default for name in options} == options
    assert all(parameter.kind is not parameter.VAR_KEYWORD for parameter in shown.values())


def test_an_option_that_is_none_is_refused() -> None:
    with pytest.raises(TypeError, match="worker"):
        snndsl.sweep("model.yaml", worker=2)
