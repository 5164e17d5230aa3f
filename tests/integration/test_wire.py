"""A motif that is wired becomes a group: played on all backends, found by the search, written into the user's file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from unit.polychrony.networks import recorded

import snndsl
from snndsl.backend.registry import backend_names
from snndsl.cli import execute
from snndsl.cli.wire_command import wire
from snndsl.errors import ModelError
from snndsl.groups.motifs import group_motifs
from snndsl.testing import differences

ANCHORS = {0: 0.0, 1: 4.0, 2: 8.0}
"""Neuron and ms."""

IZHIKEVICH = """\
# neurons that are silent by themselves
snndsl: 1
name: chain
time: {step: 1 ms, duration: 400 ms}
imports: {lib: snndsl:izhikevich2006}
populations:
  exc: {neuron: lib.izhikevich, size: 40}    # forty of them
motifs:
  chain:
    spikes: {"exc[0]": 0 ms, "exc[1]": 4 ms, "exc[2]": 8 ms}
    leads_to: {"exc[10]": 14 ms, "exc[11]": 15 ms, "exc[12]": 21 ms, "exc[13]": 24 ms, "exc[14]": 27 ms,
               "exc[15]": 30 ms, "exc[16]": 36 ms, "exc[17]": 39 ms, "exc[18]": 47 ms}
stimuli:
  play: {play: [{motif: chain, at: [300 ms]}]}    # the neurons need time to come to rest
record: {spikes: [exc]}
"""
LIF = (
    IZHIKEVICH.replace("step: 1 ms", "step: 0.1 ms")
    .replace("izhikevich2006", "lif")
    .replace("lib.izhikevich", "lib.lif_exp")
    .replace('"exc[12]": 21 ms', '"exc[12]": 21.3 ms')
    .replace("at: [300 ms]", "at: [30 ms]")
)
SILENT = {
    "snndsl": 1,
    "name": "silent",
    "time": {"step": "1 ms", "duration": "1 s"},
    "imports": {"lib": "snndsl:izhikevich2006"},
    "populations": {
        "exc": {"neuron": "lib.izhikevich", "size": 800},
        "inh": {"neuron": {"use": "lib.izhikevich", "a": 0.1, "d": 2}, "size": 200},
    },
}
LEADS = {10: 14.0, 11: 15.0, 12: 21.0, 13: 24.0, 14: 27.0, 15: 30.0, 16: 36.0, 17: 39.0, 18: 47.0}
CASES = {
    "izhikevich": (IZHIKEVICH, None, LEADS, 300.0, "6"),
    "lif": (LIF, "syn", LEADS | {12: 21.3}, 30.0, "900 pA"),
}
"""Text, port, what should follow, when it is played (ms), a weight below the one that will be chosen."""


def written(tmp_path: Path, name: str) -> Path:
    text, port, *_ = CASES[name]
    file, out = tmp_path / "model.yaml", tmp_path / "wired.yaml"
    file.write_text(text)
    snndsl.wire(file, "chain", port=port).write(out)
    return out


@pytest.mark.parametrize("name", CASES)
def test_every_spike_at_its_step_and_nobody_else_on_all_backends(name: str, tmp_path: Path) -> None:
    _, _, leads, start, _ = CASES[name]
    model = snndsl.load(written(tmp_path, name))
    runs = [snndsl.run(model, backend, out=tmp_path / backend) for backend in backend_names()]
    assert len(backend_names()) > 2
    assert [differences(runs[0], other) for other in runs[1:]] == [[]] * (len(runs) - 1)
    step_ms = float(model.checked.step)
    wanted = {(neuron, round((start + time) / step_ms)) for neuron, time in (ANCHORS | leads).items()}
    spikes = runs[0].spikes["exc"]
    assert set(zip(spikes.neuron.tolist(), spikes.step.tolist(), strict=True)) == wanted and len(spikes.step) == len(wanted)


@pytest.mark.parametrize("name", CASES)
def test_the_search_finds_the_group_with_these_anchors(name: str, tmp_path: Path) -> None:
    _, _, leads, _, threshold = CASES[name]
    model = snndsl.load(written(tmp_path, name))
    parameters = {"threshold": threshold, "min_path": 5, "late_answers": True}
    found = snndsl.discover(model, mode="corrected", parameters=parameters)
    step_ms = float(model.checked.step)
    wanted = frozenset((neuron, round(time / step_ms)) for neuron, time in (ANCHORS | leads).items())
    groups = [group for group in found if group.events() == wanted]
    assert groups and all(sorted(group.anchors.tolist()) == [0, 1, 2] for group in groups)
    assert [group.mother for group in groups] == [10]  # where the anchors meet first


def test_the_rule_alone_with_a_weight_of_ones_own(tmp_path: Path) -> None:
    """Weight 7: three arrivals fire the neuron of 2006 three steps later."""
    text = IZHIKEVICH + (
        "projections:\n  p: {from: exc, to: exc, connect: {motif: chain, latency: LATENCY, inputs: 3}, port: I, weight: 7}\n"
    )
    heard = {}
    for latency in (3, 5):
        file = tmp_path / f"{latency}.yaml"
        file.write_text(text.replace("LATENCY", f"{latency} ms"))
        spikes = snndsl.run(file, out=tmp_path / f"run{latency}").spikes["exc"]
        heard[latency] = {*zip(spikes.neuron.tolist(), spikes.step.tolist(), strict=True)}
    assert heard[3] == {(neuron, round(300 + time)) for neuron, time in (ANCHORS | LEADS).items()}
    assert {(10, 312), (11, 313)} <= heard[5]  # arrivals that are 2 ms too early make spikes that are


def test_recorded_groups_live_on_in_a_silent_network(tmp_path: Path) -> None:
    """Groups of the network of 2006 (weights up to 10), wired among neurons without any other synapse."""
    found = snndsl.discover(recorded(), mode="corrected", mothers=[6, 8])
    chosen = [group for group in found if not group.avalanche][::5]
    assert len(chosen) >= 3
    file = tmp_path / "model.yaml"
    for group in chosen:
        (motif,) = group_motifs([group], {"exc": 0, "inh": 800}).values()
        file.write_text(yaml.safe_dump(SILENT | {"motifs": {"group": motif}}, sort_keys=False))
        heard = snndsl.wire(file, "group", weight="10", sources=["exc"]).heard
        assert heard.expected == len(group) - 3 >= 10
        fired = [neuron for neuron, _ in group.events()]
        assert heard.whole == (len(set(fired)) == len(fired))
        if not heard.whole:  # the first to fail has fired before, and is not at rest
            assert heard.missing[0][1] in {neuron for neuron in fired if fired.count(neuron) > 1}


# ---- what is said


def command(file: Path, motif: str = "chain", **options: Any) -> int:
    given: dict[str, Any] = {"inputs": 3, "weight": None, "longest": None, "port": None, "source": [], "out": None}
    return wire(file, motif, **(given | {"force": False, "quiet": False, "as_json": False} | options))


def model(tmp_path: Path, text: str = IZHIKEVICH, **changes: str) -> Path:
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "model.yaml"
    file.write_text(text)
    return file


def fault(call: Any) -> Any:
    with pytest.raises(ModelError) as caught:
        call()
    return caught.value.faults[0]


def test_the_section_on_stdout_and_what_was_chosen_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(model(tmp_path)) == 0
    out, err = capsys.readouterr()
    assert out == (
        "projections:\n"
        "  chain_exc:\n"
        "    from: exc\n"
        "    to: exc\n"
        "    connect: {motif: chain, latency: 4 ms, inputs: 3}\n"
        "    self: false\n"
        "    port: I\n"
        "    weight: 6.6\n"
    )
    assert err == (
        "exc        3 arrivals of 6.6 make it fire 4 ms later\n"
        "           2 do not; so with weights from 5.449 to 8.174\n"
        "synapses   27\n"
        "note       exc does not begin at rest, and answers otherwise until it is there\n"
        "check      9 of 9 spikes at their steps, no other (reference, at rest, without stimuli)\n"
    )


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(model(tmp_path), as_json=True, quiet=True, out=tmp_path / "new.yaml") == 0
    out, err = capsys.readouterr()
    facts = json.loads(out)
    assert facts["check"] == {"expected": 9, "exact": 9, "missing": [], "extra": []} and err == ""
    assert facts["projections"]["chain_exc"]["weight"] == "6.6" and facts["file"] == str(tmp_path / "new.yaml")


def test_a_given_weight_and_a_check_that_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of weight 9 two are enough, which does no harm; a neuron that hears every anchor is not of the motif."""
    assert command(model(tmp_path), weight="7", longest="20 ms") == 0
    out, _ = capsys.readouterr()
    assert "connect: {motif: chain, latency: 3 ms, inputs: 3, longest: 20 ms}\n" in out and "    weight: 7\n" in out
    noisy = model(tmp_path, change=("motifs:", 'projections:\n  more: {from: "exc[0:3]", to: "exc[30]", connect: all_to_all, '
                                    "port: I, weight: 30, delay: 1 ms}\nmotifs:"))  # fmt: skip
    assert command(noisy, weight="9") == 1
    _, err = capsys.readouterr()
    assert "note       2 arrivals are enough to make a neuron of exc fire\n" in err
    assert "check      9 of 9 spikes at their steps, 1 other: exc[30] at 3 ms" in err


def test_a_spike_that_does_not_come_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The neuron has just fired: its second spike is wired as if it were at rest."""
    changed = model(tmp_path, change=('"exc[12]": 21 ms', '"exc[10]": [14 ms, 21 ms]'), one=('"exc[10]": 14 ms, ', ""))
    assert command(changed) == 1
    assert "of 9 spikes at their steps, first missing: exc[10] at 21 ms" in capsys.readouterr().err


def test_an_anchor_with_one_synapse_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = model(tmp_path, change=('"exc[11]": 15 ms, ', ""))
    assert command(changed) == 0
    note = "note       one synapse only from exc[0]: the search of 2006 leaves such groups out\n"
    assert note in capsys.readouterr().err


def test_inhibitory_populations_are_no_sources(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fast = "exc: {neuron: lib.izhikevich, size: 40}\n  inh: {neuron: {use: lib.izhikevich, a: 0.1, d: 2}, size: 5}"
    weights = "projections:\n  calm: {from: inh, to: exc, connect: all_to_all, port: I, weight: -1, delay: 20 ms}\nmotifs:"
    both = model(
        tmp_path,
        fast=("exc: {neuron: lib.izhikevich, size: 40}", fast),
        calm=("motifs:", weights),
        spike=('"exc[15]": 30 ms', '"inh[0]": 30 ms'),
    )
    assert command(both) == 0
    out, err = capsys.readouterr()
    assert "sources    without inh: negative weights\n" in err
    assert "    from: exc\n    to: inh\n" in out and "    from: exc\n    to: exc\n" in out
    assert out.count("self: false") == 1 and "weight: 6.7" in out
    assert command(both, source=["inh", "exc"]) == 0
    assert capsys.readouterr().out.count("from: [exc, inh]") == 2


def test_a_motif_of_inhibitory_neurons_only(tmp_path: Path) -> None:
    calm = "projections: {calm: {from: exc, to: exc, connect: one_to_one, port: I, weight: -1, delay: 1 ms}}\nmotifs:"
    found = fault(lambda: command(model(tmp_path, change=("motifs:", calm))))
    assert (found.code, found.try_) == ("motif-nowhere", "--from exc")


def test_neurons_of_different_latency_have_projections_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theta = 'neuron: {use: lib.lif_exp, V_th: "where(i < 14, -55 mV, -56 mV)"}'
    differ = model(tmp_path, LIF, change=("neuron: lib.lif_exp", theta))
    assert command(differ, port="syn") == 0
    out, err = capsys.readouterr()
    assert 'to: ["exc[10]", "exc[11]", "exc[12]", "exc[13]"]' in out
    assert "check      9 of 9 spikes at their steps, no other" in err


def test_a_source_of_spikes_is_silent_in_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    driven = model(
        tmp_path,
        source=("stimuli:", f"stimuli:\n  {SOURCE}"),
        wire=(
            "motifs:",
            "projections:\n  in: {from: input, to: exc, connect: all_to_all, port: I, weight: 30, delay: 1 ms}\nmotifs:",
        ),
    )
    assert command(driven) == 0
    assert "no other" in capsys.readouterr().err


# ---- what cannot be wired


SOURCE = "input: {size: 2, spikes: {i: [0, 1], t: [12 ms, 390 ms]}}"


def test_times_that_cannot_be_met_are_named_where_they_stand(tmp_path: Path) -> None:
    early = model(tmp_path, change=('"exc[10]": 14 ms', '"exc[10]": 12 ms'))
    found = fault(lambda: command(early))
    assert str(found) == (
        f"{early}:11:27: error[motif-inputs]: exc[10] at 12 ms in motif 'chain' has 2 of 3 inputs: "
        "spikes of the sources at 7 ms or before\n  expected: 3 such spikes\n  try: inputs: 2, or a later time"
    )
    fast = "exc: {neuron: lib.izhikevich, size: 40}\n  inh: {neuron: {use: lib.izhikevich, a: 0.1}, size: 5}"
    both = model(tmp_path, a=("exc: {neuron: lib.izhikevich, size: 40}", fast), b=('"exc[18]": 47 ms', '"inh[0]": 60 ms'))
    with pytest.raises(ModelError) as caught:
        command(both, longest="9 ms")
    assert {fault.code for fault in caught.value.faults} == {"motif-inputs"}
    assert any(fault.what.startswith("inh[0] at 60 ms") for fault in caught.value.faults)
    assert any(fault.what.startswith("exc[10] at 14 ms") for fault in caught.value.faults)


def with_neuron(update: str) -> str:
    """Return the model with another neuron."""
    neuron = f"{{state: {{v: 0}}, ports: {{I: 1}}, {update}}}"
    text = IZHIKEVICH.replace("populations:", f"seed: 1\nneurons: {{n: {neuron}}}\npopulations:")
    return text.replace("lib.izhikevich", "n")


@pytest.mark.parametrize(
    ("options", "text", "code"),
    [
        ({"motif": "chian"}, IZHIKEVICH, "name-unknown"),
        ({"weight": "2"}, IZHIKEVICH, "weight-too-small"),
        ({"weight": "7 mV"}, IZHIKEVICH, "dimension"),
        ({"weight": "7 mvolt"}, IZHIKEVICH, "unit-unknown"),
        ({"weight": "2*J"}, IZHIKEVICH, "dimension"),
        ({"longest": "0.5 ms"}, IZHIKEVICH, "off-grid"),
        ({"longest": "0 ms"}, IZHIKEVICH, "delay-below-step"),
        ({"source": ["inh"]}, IZHIKEVICH, "population-unknown"),
        ({"port": "V"}, IZHIKEVICH, "port-unknown"),
        ({"port": "spike"}, IZHIKEVICH, "port-unknown"),
        ({}, LIF, "port-unstated"),
        ({}, IZHIKEVICH.replace("leads_to", "arrive").replace("[14 ms, 21 ms]", "14 ms"), "motif-nowhere"),
        ({}, IZHIKEVICH.replace("lib.izhikevich,", "{use: lib.izhikevich, b: 0.3},"), "no-rest"),
        ({}, with_neuron("update: v = I"), "never-fires"),
        ({}, with_neuron("update: v = I, threshold: v > 0"), "no-coincidence"),
        ({}, with_neuron("update: v = I + normal(), threshold: v > 9"), "neuron-unsupported"),
        ({}, IZHIKEVICH.replace("stimuli:", f"stimuli:\n  {SOURCE}").replace("exc[1]", "input[1]"), "source-has-no-input"),
        ({}, re.sub("  play: .*", f"  {SOURCE}", IZHIKEVICH).replace("exc[1]", "input[1]"), "not-a-neuron"),
    ],
)
def test_what_is_refused(options: dict[str, Any], text: str, code: str, tmp_path: Path) -> None:
    found = fault(lambda: command(model(tmp_path, text), **options))
    assert found.code == code and found.expected


# ---- the user's text


SPARSE = IZHIKEVICH + "# the end\n"
WEAK, OTHER = (f"{{from: exc, to: exc, connect: one_to_one, port: I, weight: {w}, delay: 1 ms}}" for w in (0.1, 0.2))
SECTIONS = {
    "block": (
        f"projections:   # what there is\n    # a first one\n    weak: {WEAK}\n\n    other:\n      from: exc\n      to: exc\n"
        "      connect: one_to_one\n      port: I\n      weight: 0.2\n      delay: 2 ms\n"
    ),
    "flow": f"projections: {{weak: {WEAK},  # weak\n              other: {OTHER}}}\n",
    "empty": "projections: { }   # none yet\n",
    "taken": f"projections:\n  chain_exc: {WEAK}\n",
}
TEXTS = {name: IZHIKEVICH.replace("motifs:\n", f"{section}motifs:\n") for name, section in SECTIONS.items()} | {"none": SPARSE}


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_text_of_the_user_stays(kind: str, end: str, tmp_path: Path) -> None:
    text = TEXTS[kind]
    file, out = tmp_path / "model.yaml", tmp_path / "wired.yaml"
    file.write_bytes(text.replace("\n", end).encode())
    wired = snndsl.wire(file, "chain")
    wired.write(out)
    (name,) = wired.entries
    old, new = file.read_bytes().decode(), out.read_bytes().decode()
    left = iter(new)
    assert all(character in left for character in old.replace(" ", "").rstrip())  # the old text, with something put in
    assert new.count("\r\n") == (new.count("\n") if end == "\r\n" else 0)
    before, after = snndsl.load(file), snndsl.load(out)
    assert {**before.source.raw, "projections": after.source.raw["projections"]} == after.source.raw
    assert set(after.source.raw["projections"]) == {*before.source.raw.get("projections", {}), name}
    assert len(after.graph.rows[name].i) == 27 and (name == "chain_exc_2") == (kind == "taken")
    if kind == "block" and end == "\n":
        added = "".join(f"    {line[2:]}\n" if line.strip() else "\n" for line in wired.text.splitlines()[1:])
        assert new == old.replace("# what there is\n", f"# what there is\n{added}")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    file = model(tmp_path)
    assert fault(lambda: command(file, out=file)).code == "file-exists"
    assert file.read_text() == IZHIKEVICH
    assert fault(lambda: command(file, out=tmp_path, force=True)).code == "file-exists"
    assert fault(lambda: command(file, out=tmp_path / "nowhere" / "new.yaml")).code == "file-unwritable"
    assert command(file, out=file, force=True) == 0
    assert "chain_exc" in file.read_text()


def test_text_that_cannot_be_added_to_is_left_alone(tmp_path: Path) -> None:
    one_line = json.dumps(snndsl.load(model(tmp_path)).source.raw)
    for text in (one_line, IZHIKEVICH + "...\n"):
        file, out = model(tmp_path, text), tmp_path / "new.yaml"
        wired = snndsl.wire(file, "chain")
        assert fault(lambda: wired.write(out)).code == "text-not-editable"  # noqa: B023
        assert not out.exists() and file.read_text() == text


def test_names_that_yaml_takes_for_something_else(tmp_path: Path) -> None:
    text = IZHIKEVICH.replace("  exc:", '  "true":').replace("[exc]", '["true"]').replace("exc[", "true[")
    file = model(tmp_path, text)
    assert command(file, out=tmp_path / "new.yaml") == 0
    assert snndsl.load(tmp_path / "new.yaml").checked.projections["chain_true"].targets.populations == ("true",)


def test_files_of_the_model_stay_beside_it(tmp_path: Path) -> None:
    np.save(tmp_path / "times.npy", np.arange(3.0))
    text = IZHIKEVICH.replace("populations:", "data: {times: {file: times.npy}}\npopulations:")
    file = model(tmp_path, text)
    (tmp_path / "elsewhere").mkdir()
    assert fault(lambda: command(file, out=tmp_path / "elsewhere" / "new.yaml")).code == "files-beside"
    assert command(tmp_path, out=tmp_path / "new.yaml") == 0
    assert snndsl.load(tmp_path / "new.yaml").checked.data["times"].values.tolist() == [0, 1, 2]


def test_the_command_prints_projections_or_writes_the_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "chain.yaml"
    file.write_text(IZHIKEVICH)
    assert execute(["wire", str(file), "chain"]) == 0
    printed = capsys.readouterr()
    assert "9 of 9 spikes at their steps, no other" in printed.err
    assert execute(["wire", str(file), "chain", "-q", "-o", str(tmp_path / "wired.yaml")]) == 0
    assert (tmp_path / "wired.yaml").read_text() == IZHIKEVICH + printed.out
    assert execute(["validate", str(tmp_path / "wired.yaml")]) == 0
    assert execute(["wire", str(file), "chain", "-o", str(tmp_path / "wired.yaml")]) == 2
    assert execute(["wire", str(file), "chian"]) == 2
    assert "chain" in capsys.readouterr().err
