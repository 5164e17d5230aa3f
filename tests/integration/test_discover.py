"""From a file to groups: a model of one's own, its run, a bare table; what is said, drawn and refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import networkx
import numpy as np
import pytest

import snndsl
from snndsl.backend.registry import backend_names
from snndsl.errors import ModelError

COMMAND = Path(sys.executable).with_name("snndsl")

NETWORK = """
snndsl: 1
name: planted
time: {step: 1 ms, duration: 50 ms}
seed: 3
imports: {lib: snndsl:izhikevich2006}
data:
  chain:
    values: [[0, 3, 1], [1, 3, 5], [2, 3, 9], [0, 4, 6], [1, 4, 10], [2, 4, 14],
             [3, 5, 10], [4, 5, 5], [0, 5, 13], [5, 6, 4], [4, 6, 11], [3, 6, 16]]
populations:
  exc: {neuron: lib.izhikevich, size: 20, initial: {v: -70, u: -14}}
  inh: {neuron: {use: lib.izhikevich, a: 0.1, d: 2}, size: 4, initial: {v: -70, u: -14}}
projections:
  wires:
    from: exc
    to: exc
    connect: {pairs: {i: "chain(row, 0)", j: "chain(row, 1)"}}
    port: I
    weight: 10
    delay: {axonal: "1 ms*chain(row, 2)"}
  quiet: {from: inh, to: exc, connect: {fixed_outdegree: 3}, multiple: false, port: I, weight: -5, delay: 1 ms}
record: {spikes: [exc]}
discover:
  planted:
    definition: {izhikevich2006: {mode: corrected, anchors: 3, strong: w > 9.5, min_path: 3}}
    in: wires
    mothers: exc
    surrogates: {shuffle_delays: {times: 3}}
    expect: {groups: {at_least: 1}}
"""


def command(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(COMMAND), *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "planted.yaml").write_text(NETWORK)
    return tmp_path


def test_a_model_runs_the_searches_of_its_own_section(folder: Path) -> None:
    done = command("discover", "planted.yaml", "-o", "found", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "combinations of strong inputs" in done.stdout and "delays shuffled, 3 times" in done.stdout
    assert "pass  planted: groups" in done.stdout
    groups = snndsl.read_catalogue(folder / "found" / "planted")
    assert {3, 4, 5} & set(groups.table["mother"].tolist())


def test_the_section_as_json_is_one_document(folder: Path) -> None:
    two = NETWORK + NETWORK[NETWORK.index("  planted:") :].replace("  planted:", "  again:").replace("at_least: 1", "equals: 5")
    (folder / "two.yaml").write_text(two)
    done = command("discover", "two.yaml", "--json", "-o", "both", cwd=folder)
    facts = json.loads(done.stdout)
    assert done.returncode == 1 and list(facts) == ["planted", "again"] and facts["planted"]["groups"] == 1
    assert [facts[name]["expect"][0]["met"] for name in facts] == [True, False]


def test_an_expectation_that_is_not_met_exits_1(folder: Path) -> None:
    done = command("discover", "planted.yaml", "--set", "discover.planted.expect={groups: {equals: 1000}}", cwd=folder)
    assert done.returncode == 1 and "FAIL  planted: groups" in done.stdout


def test_model_run_and_table_give_the_same_groups(folder: Path) -> None:
    model = snndsl.load(folder / "planted.yaml")
    run = snndsl.run(model, out=folder / "run")
    parameters = {"min_path": 3}
    found = [snndsl.discover(source, mode="corrected", parameters=parameters) for source in (model, run, folder / "run")]
    assert len(found[0]) > 0
    for other in found[1:]:
        assert all(np.array_equal(found[0].table[name], other.table[name]) for name in found[0].table)


def test_no_count_without_its_null(folder: Path) -> None:
    assert command("run", "planted.yaml", "-q", "-o", "run", cwd=folder).returncode == 0
    done = command("discover", "run", "--mode", "corrected", cwd=folder)
    assert done.returncode == 0 and "none was run: the count alone says nothing about chance" in done.stdout
    assert (folder / "run" / "groups" / "manifest.json").exists()


def test_a_group_is_a_graph_a_table_and_a_picture(folder: Path) -> None:
    assert command("discover", "planted.yaml", "-o", "found", "-q", cwd=folder).returncode == 0
    group = snndsl.read_catalogue(folder / "found" / "planted")[0]
    graph = group.graph()
    assert networkx.is_directed_acyclic_graph(graph) and len(graph) == len(group)
    for arguments in ((), ("--group", 0)):
        drawn = command("plot", "found/planted", *arguments, cwd=folder)
        assert drawn.returncode == 0 and (folder / drawn.stdout.strip()).stat().st_size > 5000


def test_json_for_programs(folder: Path) -> None:
    columns = {"pre": [0, 1, 2], "post": [3, 3, 3], "weight": [10.0, 10.0, 10.0], "delay": [1, 5, 9]}
    np.savez(folder / "table.npz", **{name: np.array(values) for name, values in columns.items()})
    facts = json.loads(command("discover", "table.npz", "--json", "-o", "g", cwd=folder).stdout)
    assert facts["groups"] == 0 and facts["probes"] == 1 and facts["definition"]["name"] == "izhikevich2006"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"pre": [0], "post": [1], "weight": [10.0]}, "synapse-column-missing"),
        ({"pre": [0], "post": [1], "weight": [float("nan")], "delay": [1]}, "nan"),
        ({"pre": [0], "post": [1], "weight": [1.0], "delay": [-1]}, "delay"),
        ({"pre": [0], "post": [1], "weight": [1.0], "delay": [1.5]}, "delay"),
        ({"pre": [-1], "post": [1], "weight": [1.0], "delay": [1]}, "pre"),
    ],
)
def test_bad_tables_exit_2(folder: Path, columns: dict[str, list[float]], code: str) -> None:
    np.savez(folder / "table.npz", **{name: np.array(values) for name, values in columns.items()})
    done = command("discover", "table.npz", cwd=folder)
    assert done.returncode == 2 and code in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("discover", "planted.txt"), "source-unknown"),
        (("discover", "run", "--null", "weights"), "usage"),
        (("discover", "run", "--at", "20 ms"), "weights-missing"),
        (("discover", "lif.yaml", "--definition", "nothing"), "definition-unknown"),
        (("discover", "planted.yaml", "--threshold", "9"), "usage"),
    ],
)
def test_what_cannot_be_searched(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    (folder / "lif.yaml").write_text(NETWORK[: NETWORK.index("discover:")])
    os.makedirs(folder / "run", exist_ok=True)
    snndsl.run(snndsl.load(folder / "planted.yaml"), out=folder / "run2")
    done = command(*("run2" if item == "run" else item for item in arguments), cwd=folder)
    if code == "weights-missing":
        assert done.returncode == 0  # nothing is plastic: the weights are those of any time
    else:
        assert done.returncode == 2 and f"error[{code}]" in done.stderr, done.stderr


def with_neuron(definition: str) -> str:
    text = NETWORK.replace("{neuron: lib.izhikevich, size: 20, initial: {v: -70, u: -14}}", "{neuron: other, size: 20}")
    return text.replace("populations:", f"neurons: {{other: {definition}}}\npopulations:")


@pytest.mark.parametrize(
    ("drive", "code"),
    [
        ("0.1*normal()", "neuron-unsupported"),
        ("t/(1 s)", "neuron-unsupported"),
        ("2", "no-rest"),
    ],
)
def test_neurons_that_cannot_answer_are_refused(folder: Path, drive: str, code: str) -> None:
    definition = f"{{state: {{x: 0}}, ports: {{I: 1}}, update: x = 0.9*x + I + {drive}, threshold: x > 15, reset: x = 0}}"
    (folder / "planted.yaml").write_text(with_neuron(definition))
    with pytest.raises(ModelError, match=code):
        snndsl.discover(snndsl.load(folder / "planted.yaml"))


def test_a_neuron_of_ones_own_answers(folder: Path) -> None:
    definition = "{state: {x: 0}, ports: {I: 1}, update: x = 0.9*x + I, threshold: x > 15, reset: x = 0}"
    (folder / "planted.yaml").write_text(with_neuron(definition))
    [group] = snndsl.discover(snndsl.load(folder / "planted.yaml"), parameters={"min_path": 2})
    # two inputs of 10 are enough, in the step in which they arrive: 9, 14, 10 + 9 and 5 + 14, 16 + 9 and 11 + 14
    assert set(zip(group.neuron.tolist(), group.step.tolist())) == {(0, 8), (1, 4), (2, 0), (3, 9), (4, 14), (5, 19), (6, 25)}


def test_a_planted_group_comes_back_exactly_when_it_is_replayed(folder: Path) -> None:
    assert command("discover", "planted.yaml", "-o", "found", "-q", cwd=folder).returncode == 0
    arguments = [item for name in backend_names() for item in ("-b", name)]
    done = command("replay", "found/planted", "--in", "planted.yaml", *arguments, "-q", "--json", "-o", "played", cwd=folder)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["identical"] and tuple(facts["backends"]) == backend_names()
    [group] = snndsl.read_catalogue(folder / "found" / "planted")
    for name, run in facts["backends"].items():
        assert run["folder"] == f"played/{name}"
        [answer] = run["groups"]
        assert answer["exact"] == answer["near"] == answer["expected"] == len(group) - 3 and answer["extra"] == 0
        assert answer["first_missing"] is None
        expected = zip(group.neuron[3:].tolist(), (group.step[3:] - group.anchor_steps.min()).tolist())
        assert [tuple(spike) for spike in answer["spikes"]] == [(neuron, step, step) for neuron, step in expected]


def test_a_group_with_a_weak_synapse_is_missed_and_one_without_it_refused(folder: Path) -> None:
    assert command("discover", "planted.yaml", "-o", "found", "-q", cwd=folder).returncode == 0
    (folder / "cut.yaml").write_text(NETWORK.replace("[4, 5, 5], ", ""))
    cut = command("replay", "found/planted", "--in", "cut.yaml", "-q", "--json", cwd=folder)
    assert cut.returncode == 2 and "the network has no such synapse" in cut.stderr
    (folder / "weak.yaml").write_text(NETWORK.replace("weight: 10\n", 'weight: "where(row == 7, 0, 10)"\n'))
    done = command("replay", "found/planted", "--in", "weak.yaml", "--json", cwd=folder)
    assert "note: the weights or neurons are not, to the bit, those that were searched" in done.stderr
    [answer] = json.loads(done.stdout)["backends"]["reference"]["groups"]
    assert answer["exact"] < answer["expected"] and answer["first_missing"][0] in (5, 6)
    assert [spike[2] for spike in answer["spikes"] if spike[0] == answer["first_missing"][0]] == [None]


def test_groups_of_another_network_are_refused(folder: Path) -> None:
    assert command("discover", "planted.yaml", "-o", "found", "-q", cwd=folder).returncode == 0
    (folder / "other.yaml").write_text(NETWORK.replace("size: 20", "size: 21"))
    done = command("replay", "found/planted", "--in", "other.yaml", "-q", cwd=folder)
    assert done.returncode == 2 and "error[another-network]" in done.stderr


def test_played_groups_are_detected_in_the_recording(folder: Path) -> None:
    assert command("discover", "planted.yaml", "-o", "found", "-q", cwd=folder).returncode == 0
    assert command("replay", "found/planted", "--in", "planted.yaml", "-q", "-o", "run", cwd=folder).returncode == 0
    done = command("detect", "found/planted", "--in", "run", "--json", cwd=folder)
    facts = json.loads(done.stdout)
    assert facts["occurrences"] == len(facts["counts"]) and set(facts["counts"].values()) == {1}
    assert max(facts["nulls"]["dither"]["surrogates"]) == 0 and facts["nulls"]["dither"]["p"] == 0.05
    printed = command("detect", "found/planted", "--in", "run", cwd=folder).stdout
    assert "null        dither" in printed and "19 times: 0 (0-0)" in printed


def test_a_model_that_contains_its_own_groups_validates_and_runs(folder: Path) -> None:
    assert command("discover", "planted.yaml", "-o", "found", "-q", cwd=folder).returncode == 0
    written = command("motifs", "found/planted", "--in", "planted.yaml", "--group", 0, "-o", "own.yaml", cwd=folder)
    assert written.returncode == 0, written.stderr
    printed = command("motifs", "found/planted", "--in", "planted.yaml", cwd=folder)
    assert (folder / "own.yaml").read_text() == NETWORK + printed.stdout
    again = command("motifs", "found/planted", "--in", "own.yaml", "-o", "twice.yaml", cwd=folder)
    assert again.returncode == 2 and "error[name-taken]" in again.stderr and not (folder / "twice.yaml").exists()
    group = snndsl.read_catalogue(folder / "found" / "planted")[0]
    assert command("validate", "own.yaml", cwd=folder).returncode == 0
    played = {"stimuli": {"own": {"play": [{"motif": f"group_{group.id}", "at": ["10 ms"]}]}}}
    run = snndsl.run(snndsl.load(folder / "own.yaml", set=played), out=folder / "run")
    first = int(group.anchor_steps.min())
    wanted = {(int(step) - first + 10, int(neuron)) for step, neuron in zip(group.step, group.neuron, strict=True)}
    assert wanted == set(zip(run.spikes["exc"].step.tolist(), run.spikes["exc"].neuron.tolist(), strict=True))


def test_surrogates_shuffle_the_projection_and_what_meets_the_condition(folder: Path) -> None:
    def counts(surrogates: str) -> list[float]:
        text = NETWORK.replace("{shuffle_delays: {times: 3}}", surrogates)
        (folder / "chosen.yaml").write_text(text)
        facts = json.loads(command("discover", "chosen.yaml", "--json", "-o", f"found-{len(text)}", cwd=folder).stdout)
        [null] = facts["planted"]["nulls"].values()
        return [null["seed"], *null["shuffled"]["groups"]]

    assert counts("{shuffle_delays: {times: 4, of: i > 9}}") == [3, 1, 1, 1, 1]  # no wire comes from there
    assert counts("{shuffle_delays: {times: 5, of: i >= 0 and j < 20}}") == [3, 0, 0, 0, 0, 0]
    assert counts("{rewire: {times: 2, of: j == 5}}") == [3, 1, 1]  # all those targets are the same neuron


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("izhikevich2007: {anchors: 3}", "try: izhikevich2006"),
        ("izhikevich2006: {anchor: 3}", "has no parameter 'anchor'"),
        ("izhikevich2006: {anchors: three}", "anchors is 'three'"),
        ("izhikevich2006: {anchors: 7}", "2 to 6 anchors"),
        ("izhikevich2006: {strong: w < 9}", "strong is 'w < 9'"),
        ("izhikevich2006: {strong: w > 9 mV}", "threshold '9 mV'"),
        ("event_triggered: {jitter: 1.5 ms}", "1.5 ms"),
    ],
)
def test_definitions_are_validated_at_their_place(folder: Path, definition: str, words: str) -> None:
    (folder / "wrong.yaml").write_text(
        NETWORK.replace("{izhikevich2006: {mode: corrected, anchors: 3, strong: w > 9.5, min_path: 3}}", f"{{{definition}}}")
    )
    for arguments in (("validate", "wrong.yaml"), ("discover", "wrong.yaml", "-o", "none")):
        done = command(*arguments, cwd=folder)
        assert done.returncode == 2 and words in done.stderr, done.stderr
        assert "wrong.yaml:26:" in done.stderr and not (folder / "none").exists()


@pytest.mark.parametrize(
    ("play", "words"),
    [
        ("{motif: m, rate: -4 Hz}", "expected: 0 to one a step"),
        ("{motif: m, rate: 4 Hz, dropout: 1.5}", "error[probability]"),
        ("{motif: m, rate: 4 Hz, replace: -0.3}", "error[probability]"),
        ("{motif: m, rate: 4 Hz, jitter: -1 ms}", "error[jitter-negative]"),
        ("{motif: m}", "needs exactly one of 'at' and 'rate'"),
        ("{motif: m, at: [10.5 ms]}", "error[off-grid]"),
        ("{motif: m, at: [49 ms]}", "not over by the end of the run"),
        ("{motif: m, at: [-3 ms]}", "a motif before the run"),
    ],
)
def test_what_is_played_is_validated(folder: Path, play: str, words: str) -> None:
    motif = 'motifs: {m: {spikes: {"exc[0]": 0 ms, "exc[1]": 4 ms}}}\n'
    (folder / "played.yaml").write_text(f"{NETWORK}{motif}stimuli: {{s: {{play: [{play}]}}}}\n")
    done = command("validate", "played.yaml", cwd=folder)
    assert done.returncode == 2 and words in done.stderr and "played.yaml:" in done.stderr, done.stderr
