"""What validate finds out and what it leaves to a run; merged spikes; a shorter run as the beginning of a longer one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import snndsl
from snndsl.cli import execute
from snndsl.errors import ModelError, UnsupportedByTarget
from snndsl.pipeline import validate

HEAD = """
snndsl: 1
name: m
time: {step: 0.1 ms, duration: 5 ms}
seed: 1
neurons: {n: {state: {x: 0}, ports: {in: 1}, update: x += in, threshold: x >= 1, reset: x = 0}}
populations: {a: {neuron: n, size: SIZE}}
"""


def file(folder: Path, text: str, size: int = 2) -> Path:
    path = folder / "m.yaml"
    path.write_text(HEAD.replace("SIZE", str(size)).lstrip() + text + "\n")
    return path


def projection(connect: str, weight: str, delay: str) -> str:
    said = f"connect: {connect}, self: false, multiple: true, port: in, weight: {weight}, delay: {delay}"
    return f"projections: {{p: {{from: a, to: a, {said}}}}}"


def codes(path: Path, *backends: str) -> list[str]:
    return [fault.code for fault in validate(path, backends=backends).faults]


def test_load_raises_what_validate_finds(tmp_path: Path) -> None:
    path = file(tmp_path, "stimuli: {z: {into: a, port: in, weight: 1, poisson: {rate: 1 kHz}, during: [2 ms, 1 ms]}}")
    with pytest.raises(ModelError) as error:
        snndsl.load(path)
    assert error.value.faults == validate(path).errors != ()


def test_what_is_refused_is_no_fault_of_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, "signals: {g: {state: {y: 5 Hz}, update: y = y}}\n"
                "stimuli: {s: {into: a, port: in, weight: 1, delay: 2 s, poisson: {rate: g.y}}}")  # fmt: skip
    assert execute(["validate", str(path)]) == 0
    said = "a delay of more than 1,001 steps of 's', whose rate reads a signal, (line 8); backends that could: none"
    assert capsys.readouterr().out.strip() == f"{path}: valid; cannot be simulated yet: {said}"
    assert execute(["validate", "--json", str(path)]) == 0
    [entry] = json.loads(capsys.readouterr().out)
    assert (entry["code"], entry["severity"], entry["line"], entry["backends"]) == ("unsupported", "refused", 8, [])
    assert execute(["validate", "-b", "nest", str(path)]) == 2 and execute(["run", str(path)]) == 2
    with pytest.raises(UnsupportedByTarget):
        _ = snndsl.load(path).program


def test_parts_beside_a_refused_one_are_judged(tmp_path: Path) -> None:
    refused = "signals: {g: {state: {y: 5 Hz}, update: y = y}}\nstimuli:\n  s: {size: 3, poisson: {rate: g.y}}"
    text = "  z: {into: a, port: in, weight: 1, spikes: {i: [9], t: [1 ms]}}"
    assert codes(file(tmp_path, f"{refused}\n{text}")) == ["index-out-of-range"]


@pytest.mark.parametrize(
    ("weight", "delay", "waits"),
    [
        ("1", "1 ms", False),
        ('"normal(1, 0.1)"', '{axonal: "normal_in(1.5 ms, 0.75 ms, 0.1 ms, 10 ms)", round: nearest}', False),
        ('"1/(i + 1)"', "1 ms", False),
        ('"1/i"', "1 ms", True),
        ("1", '{axonal: "0.1 ms*(1 + i)"}', True),
        ("1", '{axonal: "uniform(0 ms, 2 ms)", round: nearest}', True),
        ("1", '{axonal: 0 ms, dendritic: "uniform(0.01 ms, 2 ms)", round: down}', True),
    ],
)
def test_many_synapses_are_made_only_where_that_tells_more(tmp_path: Path, weight: str, delay: str, waits: bool) -> None:
    judgement = validate(file(tmp_path, projection("{fixed_indegree: 1000}", weight, delay), 2000))
    assert judgement.errors == ()
    expected = ("weights and delays of up to 2,000,000 synapses of 'p'",) if waits else ()
    assert judgement.waiting == expected


PLAYED = """
motifs: {{m: {{in: a, spikes: {{i: [0, 1, 2], t: [1 ms, 2 ms, 3 ms]}}}}}}
stimuli: {{s: {{play: [{{motif: m, at: {{every: {every}}}, jitter: {jitter}}}]}}}}
"""


@pytest.mark.parametrize(
    ("every", "jitter", "waiting"),
    [("1 ms", "0.1 ms", ("300,003 spikes that 's' draws",)), ("2 ms", "0.1 ms", ())],
)
def test_many_played_spikes_that_are_drawn_wait(tmp_path: Path, every: str, jitter: str, waiting: tuple[str, ...]) -> None:
    path = file(tmp_path, PLAYED.format(every=every, jitter=jitter), 3)
    judgement = validate(path, {"time.duration": "100 s"})
    assert judgement.errors == () and judgement.waiting == waiting


def test_what_is_wrong_with_them_does_not_wait(tmp_path: Path) -> None:
    path = file(tmp_path, PLAYED.format(every="1 ms", jitter="-0.1 ms"), 3)
    judgement = validate(path, {"time.duration": "100 s"})
    assert [fault.code for fault in judgement.errors] == ["jitter-negative"] and judgement.waiting == ()


def test_what_waits_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, projection("{fixed_indegree: 1000}", '"1/i"', "1 ms"), 2000)
    assert execute(["validate", str(path)]) == 0
    assert "only a run will judge weights and delays of up to 2,000,000 synapses of 'p'" in capsys.readouterr().err
    assert execute(["validate", "--json", str(path)]) == 0
    assert [entry["code"] for entry in json.loads(capsys.readouterr().out)] == ["waits-for-run"]


def test_literals_of_a_large_projection_are_judged(tmp_path: Path) -> None:
    assert codes(file(tmp_path, projection("{fixed_indegree: 1000}", "1", "1.05 ms"), 2000)) == ["off-grid"]


def test_limits_are_rounded_as_the_stimulus_says(tmp_path: Path) -> None:
    text = "stimuli: {z: {into: a, port: in, current: 1, during: [0.96 ms, 1.24 ms], round: nearest}}\nrecord: {spikes: [a]}"
    run = snndsl.run(file(tmp_path, text), out=tmp_path / "run")
    assert sorted(set(run.spikes["a"].step.tolist())) == [11, 12]  # the steps that start at 1.0 and 1.1 ms


MERGED = "stimuli: {s: {size: 2, spikes: {i: [0, 0, 1, 0], t: [1 ms, 1 ms, 1 ms, 2 ms], duplicates: merge}}}"


def test_merged_spikes_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, said = file(tmp_path, MERGED), "1 of 4 spikes of 's' are dropped: their neuron has another in the same step"
    assert execute(["run", str(path), "-o", str(tmp_path / "run")]) == 0
    assert said in capsys.readouterr().err
    assert any(said in warning for warning in snndsl.read_run(tmp_path / "run").manifest["warnings"])
    assert [fault.severity for fault in validate(path).faults] == ["warning"]


def test_injected_spikes_add_up(tmp_path: Path) -> None:
    text = "stimuli: {s: {into: a, port: in, weight: 0.25, spikes: {i: [0, 0], t: [1 ms, 1 ms], duplicates: add}}}"
    run = snndsl.run(file(tmp_path, text + "\nrecord: {states: {a: [x]}}"), out=tmp_path / "run")
    assert run.states["a"]["x"].value[-1].tolist() == [0.5, 0.0]


def test_a_shorter_run_is_the_beginning_of_the_same_model(tmp_path: Path) -> None:
    text = "stimuli: {s: {into: a, port: in, weight: [1, 0.7], spikes: {i: [0, 1, 0], t: [1 ms, 2 ms, 4 ms]}}}\n"
    model = snndsl.load(file(tmp_path, text + "record: {states: {a: [x]}}"))
    short = model.with_duration("3 ms")
    assert short.digest == model.digest and short.program.steps == 30
    assert [np.max(item["step"]) for item in (short.program.injections[0].events, model.program.injections[0].events)] == [
        20,
        40,
    ]
    one, other = (snndsl.run(item, out=tmp_path / str(k)).states["a"]["x"].value for k, item in enumerate((model, short)))
    assert np.array_equal(one[:31], other)


def test_a_network_that_is_alike_everywhere_is_wired_for_a_run(tmp_path: Path) -> None:
    model = snndsl.load(file(tmp_path, projection("{fixed_indegree: 3}", "1", "1 ms"), 10))
    assert len(model.graph.rows["p"].i) == 30


def test_definitions_of_groups_are_judged_by_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connected = projection("all_to_all", "1", "1 ms").replace(", multiple: true", "")
    unknown, odd = "{izhikevich2007: {anchors: 3}}", "{izhikevich2006: {anchor: 3}}"
    searches = f"discover: {{g: {{definition: {unknown}, in: p}}, h: {{definition: {odd}, in: p}}}}"
    path = file(tmp_path, f"{connected}\n{searches}")
    found = validate(path).errors
    assert [(fault.code, fault.line) for fault in found] == [("definition-unknown", 8), ("definition-parameter", 8)]
    with pytest.raises(ModelError) as error:
        snndsl.load(path)
    assert error.value.faults == found
    for command in ("validate", "run"):
        capsys.readouterr()
        assert execute([command, str(path)]) == 2
        assert all(fault.what in capsys.readouterr().err for fault in found[:1])
