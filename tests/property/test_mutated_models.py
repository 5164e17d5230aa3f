"""A shipped model with a random mistake in it is right, or refused with a place and with what would fit; never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snndsl.errors import SnndslError
from snndsl.frontend.loader import read_source
from snndsl.lowering.program import lower
from snndsl.semantics.check import check

MODELS = Path(__file__).parents[2] / "models"


def small(name: str) -> str:
    """Return a shipped model with at most twenty neurons in a population."""
    text = (MODELS / name / "model.yaml").read_text(encoding="utf-8")
    text = re.sub(r"size: (\d+)", lambda match: f"size: {min(int(match[1]), 20)}", text)
    return re.sub(r"(fixed_\w+): \d+", r"\1: 3", text)


TEXTS = [small(name) for name in ("hodgkin_huxley", "lif_stdp_delays", "izhikevich2006", "balanced_lif")]
_VALUE = re.compile(r": ([^,{}\[\]\n#]+)")
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*|\d+(?:\.\d+)?|[-+*/(){}\[\],:=<>]")
WORDS = [
    "0", "1", "-1", "2.5", "nan", "1e400", "true", "null", "[]", "{}", "[1, 2]", "exc", "x", "V", "i", "j", "uniform()", "1 ms",
    "5 mV", "3 pA", "1/0", "t", "exp(1000)", "log(-1)", '"a b"', "rank", "row", "pre.a", "post.V", "block", "-5 ms", "0.05 ms",
    "1e30", "trial", "N", '"normal(1, 2)"', "xi()", "D(i)", "begins(1 ms)", "i == 1", "not 1", "x += 1", "deliver(w)", "w",
    "since_pre", "", "~", "spike", "rk4", "euler", "exact", "[V]", "{a: 1}", "2**-32", "9**99", "all_to_all", "{bernoulli: 2}",
    "{pairs: {i: [0], j: [0]}}", "1e9 ms", "steps(1 ms)", "tick(0 ms)", "sum_by_target(w)", "i % 0", "floor(i/2)", "1 step",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Exchange values, words and lines."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        pattern, group = (_VALUE, 1) if draw(st.integers(0, 2)) else (_TOKEN, 0)
        places = [match.span(group) for match in pattern.finditer(text)]
        if not places:
            break
        start, end = draw(st.sampled_from(places))
        text = text[:start] + draw(st.sampled_from(WORDS)) + text[end:]
    return text


@settings(max_examples=400)
@given(mutated())
def test_a_mistake_is_never_a_traceback(text: str) -> None:
    try:
        lower(check(read_source(text, "model.yaml", None, {})))
    except SnndslError as error:
        for fault in error.faults:
            assert fault.file and fault.line >= 1 and fault.column >= 1, fault
            assert fault.expected, fault
            assert "\n" not in fault.what, fault


@pytest.mark.parametrize("text", TEXTS)
def test_without_a_mistake_they_are_right(text: str) -> None:
    lower(check(read_source(text, "model.yaml", None, {})))
