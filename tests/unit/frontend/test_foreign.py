"""Numbers, quantities and arrays of other packages stand for the texts of a file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snndsl.errors import ModelError
from snndsl.frontend.builder import plain
from snndsl.frontend.writing import yaml_text
from snndsl.frontend.yaml import read_yaml
from snndsl.units import parse_quantity

pint = pytest.importorskip("pint")
brian2 = pytest.importorskip("brian2")
quantities = pytest.importorskip("quantities")
UNITS = pint.UnitRegistry()


def of(value: Any) -> Any:
    return plain(value, ("here",))


def same(one: object, other: str) -> bool:
    """Whether two texts are the same exact quantity."""
    a, b = parse_quantity(str(one)), parse_quantity(other)
    assert a is not None and b is not None
    return (a.value * a.unit.factor, a.unit.dimension) == (b.value * b.unit.factor, b.unit.dimension)


@pytest.mark.parametrize(
    ("text", "of_pint"),
    [
        ("20 ms", 20 * UNITS.ms),
        ("0.1 ms", 0.1 * UNITS.millisecond),
        ("1 uF/cm^2", 1 * UNITS.uF / UNITS.cm**2),
        ("80 MOhm", 80 * UNITS.megaohm),
        ("5 kOhm", 5 * UNITS.kiloohm),
        ("3 1/ms", 3 / UNITS.ms),
        ("14e-5 mV^-1", 14e-5 * UNITS.mV**-1),
        ("-65 mV", np.float64(-65.0) * UNITS.mV),
        ("2 mM", 2 * UNITS.mM),
        ("4 pA*ms", 4 * UNITS.pA * UNITS.ms),
    ],
)
def test_a_quantity_of_pint(text: str, of_pint: Any) -> None:
    assert same(of(of_pint), text)


def test_a_quantity_of_quantities() -> None:
    assert same(of(0.1 * quantities.ms), "0.1 ms") and same(of(1 * quantities.uF / quantities.cm**2), "1 uF/cm^2")
    assert same(of(np.array([1.5, 2]) * quantities.mV)[1], "2 mV") and same(of(3 * quantities.ohm), "3 Ohm")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("ms", brian2.ms),
        ("mV", brian2.mV),
        ("pA", brian2.pA),
        ("nS", brian2.nS),
        ("uF/cm^2", brian2.uF / brian2.cm**2),
        ("Ohm*cm", brian2.ohm * brian2.cm),
        ("GOhm", brian2.Gohm),
        ("Hz", brian2.Hz),
        ("mM", brian2.mmolar),
        ("pC", brian2.pcoulomb),
        ("um", brian2.um),
        ("mS/cm^2", brian2.msiemens / brian2.cm**2),
    ],
)
@given(number=st.decimals(-1000, 1000, places=6))
def test_a_quantity_of_brian2_is_the_decimal_that_was_written(text: str, unit: Any, number: Decimal) -> None:
    """A double has 15 decimal digits that come back; what its unit does to it costs less than the sixteenth."""
    assert same(of(float(number) * unit), f"{number} {text}")


def test_arrays_of_quantities_are_lists() -> None:
    assert of([1, 2.5] * UNITS.ms) == ["1.0 ms", "2.5 ms"]
    assert all(map(same, of(np.array([10.0, 20.0]) * brian2.mV), ("10 mV", "20 mV")))


def test_numbers_without_a_dimension() -> None:
    assert of(UNITS.Quantity(3, "")) == 3 and of(UNITS.mV / UNITS.mV * 2) == 2
    assert of(brian2.mV / brian2.volt) == 0.001
    assert of(np.float64(0.1)) == 0.1 and type(of(np.float64(0.1))) is float
    assert of(np.int32(3)) == 3 and of(np.bool_(True)) is True and of(np.str_("2 ms")) == "2 ms" and of(np.array(2)) == 2
    assert of(Decimal("0.1")) == "0.1" and of(Path("a") / "b.npz") == "a/b.npz"


def test_arrays_and_series_are_lists() -> None:
    assert of(np.arange(4).reshape(2, 2)) == [[0, 1], [2, 3]] and of(range(3)) == [0, 1, 2]
    assert of(pd.Series([1.5, 2.5], index=["a", "b"])) == [1.5, 2.5] and of(pd.DataFrame({"a": [1], "b": [2]})) == [[1, 2]]
    assert of({1 * UNITS.ms: "x += 1"}) == {"1 ms": "x += 1"}


@dataclass
class Own:
    """A dataclass of a user."""

    from_: str
    to: str | None = None


def test_a_dataclass_says_what_is_given() -> None:
    assert of(Own("a")) == {"from": "a"}


@pytest.mark.parametrize("path", [("projections", "p"), ("discover", "d"), ("neurons", "n", "refractory")])
def test_words_of_python_stand_for_keys_where_there_are_such_keys(path: tuple[str, ...]) -> None:
    assert plain({"in_": 1}, path) == {"in": 1} and plain({"in_": 1}, ("neurons", "n", "state")) == {"in_": 1}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "here.a: error[not-finite]: nan is no finite number"),
        (np.array([1.0, np.inf]), "here.a.1: error[not-finite]: inf is no finite number"),
        (1j, "here.a: error[not-a-value]: found complex"),
        ({1, 2}, "here.a: error[not-a-value]: found set"),
        (np.array([object()]), "here.a.0: error[not-a-value]: found object"),
        (3 * brian2.kelvin, "here.a: error[unit-unknown]: a quantity of temperature, of light or of a root of a unit"),
        ((2 * brian2.ms) ** 0.5, "here.a: error[unit-unknown]: a quantity of temperature, of light or of a root of a unit"),
    ],
)
def test_what_is_no_value_is_refused_with_its_place(value: object, said: str) -> None:
    with pytest.raises(ModelError) as error:
        of({"a": value})
    assert str(error.value).startswith(said)


def test_a_structure_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(ModelError, match="too-deep"):
        of(loop)


TEXTS = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    st.sampled_from(["true", "null", "~", "0x10", "1:30", "1_000", "007", ".inf", "1e-3", "-65", "20 ms", "a: b", "- a"]),
    st.lists(st.text("ab +*/()=, #:'\"", max_size=8), max_size=4).map("\n".join),
)
NUMBERS = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
KEYS = st.text("abno_", min_size=1, max_size=4)
DATA = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.none(), NUMBERS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, DATA, min_size=1, max_size=3))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    read, _ = read_yaml(yaml_text(data), "file")

    def as_read(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: as_read(item) for key, item in value.items()}
        if isinstance(value, list):
            return [as_read(item) for item in value]
        return value if value is None or isinstance(value, str | bool) else repr(value)

    assert read == as_read(data)


def test_numbers_and_quantities_have_no_quotes() -> None:
    data = {"time": {"step": "0.1 ms"}, "size": "800", "at": ["1e-3", 2.5, True], "update": "a = 1\nb += a"}
    assert yaml_text(data) == "time: {step: 0.1 ms}\nsize: 800\nat: [1e-3, 2.5, true]\nupdate: |-\n  a = 1\n  b += a\n"
