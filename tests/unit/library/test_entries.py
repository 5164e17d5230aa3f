"""Definitions as text: typeset, explained, listed; from Python and by command."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import snndsl
from snndsl.cli.dispatch import run_command
from snndsl.entries import entries_of
from snndsl.entries.typesetting import aligned, typeset
from snndsl.frontend.loader import load_source

OWN = """
snndsl: 1
name: own
references: [my notebook]
neurons:
  ramp:
    title: Climbs
    meanings: {V: potential, slope: how fast}
    parameters: {slope: "1 mV/ms", other: {unit: pA}}
    state: {V: 0 mV}
    equations: |
      fast = 2*slope   # twice
      dV/dt = fast
    integrator: euler
    threshold: V >= 10 mV
    refractory: {for: 2 ms, hold: [V]}
    reset: V = 0 mV
"""


@pytest.mark.parametrize(
    ("text", "typeset_text"),
    [
        ("dV/dt = (E_L - V)/tau_m", "dV/dt = (E_L − V)/τ_m"),
        ("x = g*m**3*h  # m**3 as it is", "x = g·m³·h  # m**3 as it is"),
        ("y = 1e-3*a**b - 0.5**12", "y = 1e-3·a^b − 0.5¹²"),
        ("V >= theta and V != tau_2", "V ≥ θ and V ≠ τ_2"),
        ("w -= lambda_*alpha", "w -= λ·α"),
        ("dtheta/dt = -phi", "dθ/dt = −φ"),
        ("detail = mute", "detail = mute"),
    ],
)
def test_typeset(text: str, typeset_text: str) -> None:
    assert typeset(text) == typeset_text


def test_signs_of_equality_stand_below_each_other() -> None:
    assert aligned(["x = 1", "long += 2", "deliver(x)", "y[0] = a == b"]) == [
        "x     = 1",
        "long += 2",
        "deliver(x)",
        "y[0]  = a == b",
    ]


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    """Meanings that nobody wrote are empty, and references are those of the file."""
    file = tmp_path / "own.yaml"
    file.write_text(OWN, encoding="utf-8")
    [entry] = entries_of(load_source(file))
    assert (entry.name, entry.kind, entry.title, entry.references) == ("ramp", "neuron", "Climbs", ("my notebook",))
    assert [dataclasses.astuple(symbol) for symbol in entry.symbols] == [
        ("slope", "parameter", "1 mV/ms", "how fast"), ("other", "parameter", "in pA", ""), ("V", "state", "0 mV", "potential"),
    ]  # fmt: skip
    text = list(entry.lines())
    assert "  fast  = 2·slope   # twice" in text and "  dV/dt = fast" in text and "  for 2 ms, holding V" in text
    assert all(line.isascii() for line in entry.lines(plain=True))


def test_the_library_from_python() -> None:
    library = snndsl.library()
    assert library is snndsl.library() and len(library) == len({entry.key for entry in library}) > 40
    entry = library["lif.lif_exp"]
    assert repr(entry) == "<neuron lif.lif_exp: Leaky integrate-and-fire with exponential currents>"
    assert "dV/dt = (E_L − V)/τ_m + (syn.I + I_ext)/C" in str(entry) and "<pre>" in entry._repr_html_()
    assert (
        repr(library).startswith(f"<Library of {len(library)} definitions>\n") and "<td>lif_exp</td>" in library._repr_html_()
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.name = "other"  # type: ignore[misc]
    with pytest.raises(snndsl.errors.ModelError, match=r"no 'lif.lif_ex'(.|\n)*try: lif.lif_exp"):
        library["lif.lif_ex"]


def test_commands(capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> str:
        assert run_command(list(arguments)) == 0
        return capsys.readouterr().out

    listed = run("library")
    assert [line.split()[:3] for line in listed.splitlines()] == [[e.file, e.name, e.kind] for e in snndsl.library()]
    facts = json.loads(run("library", "--json"))
    assert [item["name"] for item in facts] == [entry.name for entry in snndsl.library()]
    one = run("show", "snndsl:receptors", "nmda")
    assert one.startswith("snndsl:receptors nmda   part\n") and "use it" in one and "Jahr" in one
    several = run("show", "snndsl:lif")
    shown = [line.split()[1] for line in several.splitlines() if line.startswith("snndsl:lif ")]
    assert shown == [entry.name for entry in snndsl.library() if entry.file == "snndsl:lif"] != []
    facts = json.loads(run("show", "snndsl:lif", "--json", "lif_exp"))
    assert [item["kind"] for item in facts] == ["neuron"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["snndsl:lfi"], "there is no shipped file 'snndsl:lfi'"), (["snndsl:lif", "lif_ex"], "snndsl:lif defines no 'lif_ex'")],
)
def test_what_is_not_there(arguments: list[str], message: str) -> None:
    with pytest.raises(snndsl.errors.ModelError) as error:
        run_command(["show", *arguments])
    assert message in str(error.value)
