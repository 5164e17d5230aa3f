"""What things may be called."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.lowering.models import checked, program

from snndsl.errors import ModelError
from snndsl.frontend.builder import build_source
from snndsl.semantics.check import check

MODEL = {
    "name": "m",
    "time": {"step": "1 ms", "duration": "10 ms"},
    "neurons": {
        "n": {"parameters": {"a": 1}, "state": {"x": 0}, "ports": {"I": 1}, "update": "x += a + I", "threshold": "x > 3"}
    },
    "populations": {"p": {"neuron": "n", "size": 2}},
}


def model(name: str, where: str) -> dict[str, object]:
    neuron = {"parameters": {"a": 1}, "state": {"x": 0}, "ports": {"I": 1}, "update": "x += a + I", "threshold": "x > 3"}
    made: dict[str, object] = {**MODEL, "neurons": {"n": neuron}, "populations": {"p": {"neuron": "n", "size": 2}}}
    match where:
        case "population":
            made["populations"] = {name: {"neuron": "n", "size": 2}}
        case "neuron":
            made |= {"neurons": {name: neuron}, "populations": {"p": {"neuron": name, "size": 2}}}
        case "constant":
            made["constants"] = {name: 1}
        case "group":
            made["groups"] = {name: ["p"]}
        case "stimulus":
            made["stimuli"] = {name: {"into": "p", "port": "I", "current": 1}}
        case "parameter":
            made["neurons"] = {"n": {**neuron, "parameters": {"a": 1, name: 2}}}
        case "state":
            made["neurons"] = {"n": {**neuron, "state": {"x": 0, name: 2}}}
        case "motif":
            made["motifs"] = {name: {"spikes": {"p[0]": "0 ms"}}}
        case "model":
            made["name"] = name
    return made


PLACES = ("population", "neuron", "constant", "group", "stimulus", "parameter", "state", "motif", "model")
_FIRST, _LATER = string.ascii_letters, string.ascii_letters + string.digits + "_"
GOOD = st.tuples(st.sampled_from(_FIRST), st.text(_LATER, max_size=20)).map("".join).filter(lambda name: "__" not in name)
TAKEN = {
    "a",
    "x",
    "I",
    "p",
    "n",
    "t",
    "dt",
    "pi",
    "trial",
    "i",
    "j",
    "N",
    "w",
    "and",
    "or",
    "not",
    "since_spike",
    "row",
    "block",
}


@given(GOOD.filter(lambda name: name not in TAKEN), st.sampled_from(PLACES))
def test_any_plain_name_is_one(name: str, where: str) -> None:
    check(build_source(model(name, where)))


@given(
    st.text(max_size=12).filter(lambda name: not (name.isascii() and name.replace("_", "a").isalnum())), st.sampled_from(PLACES)
)
def test_anything_else_is_refused_with_a_reason(name: str, where: str) -> None:
    with pytest.raises(ModelError) as caught:
        check(build_source(model(name, where)))
    assert {fault.code for fault in caught.value.faults} & {"name-reserved", "name-not-ascii", "name-too-long"}
    assert "\n" not in caught.value.faults[0].what


@pytest.mark.parametrize("name", ["a__b", "_a", "1a", "and", "x" * 65, "a-b", "a.b", "a b", ""])
@pytest.mark.parametrize("where", PLACES)
def test_reserved_and_broken_names(name: str, where: str) -> None:
    with pytest.raises(ModelError) as caught:
        check(build_source(model(name, where)))
    assert caught.value.faults[0].code in ("name-reserved", "name-too-long")


@pytest.mark.parametrize(
    "name", ["template", "namespace", "register", "NULL", "M_PI", "errno", "class", "int", "lambda", "V_m", "exp", "self"]
)
@pytest.mark.parametrize("where", ["population", "neuron", "state", "parameter", "constant"])
def test_words_of_other_languages_are_names(name: str, where: str) -> None:
    check(build_source(model(name, where)))


def test_names_that_differ_only_in_case_are_different() -> None:
    text = """
        neurons: {n: {parameters: {A: 2}, state: {a: 1, v: 1, V: 10}, update: [a += A, V += v], threshold: a > 3}}
        populations: {p: {neuron: n, size: 1}, P: {neuron: n, size: 2}}
    """
    assert {population.name: population.size for population in program(text).populations} == {"p": 1, "P": 2}


@pytest.mark.parametrize(
    "sections",
    [
        "groups: {p: [p]}",
        "stimuli: {p: {size: 1, spikes: {i: [0], t: [1 ms]}}}",
        "signals: {p: {state: {x: 0}, update: x = 1}}",
    ],
)
def test_one_name_for_two_things(sections: str) -> None:
    with pytest.raises(ModelError) as caught:
        checked(f"neurons: {{n: {{state: {{x: 0}}, update: x = 1}}}}\npopulations: {{p: {{neuron: n, size: 1}}}}\n{sections}\n")
    assert "name-twice" in {fault.code for fault in caught.value.faults}
