"""Programs that run: against closed forms, the reference, the recorded 2006 network. Every model compiles once."""

from __future__ import annotations

import signal
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from programs.recorded_2006 import recorded_2006
from unit.brian2.runs import Finished, agrees, built, execute, run
from unit.brian2.zoo import calculator, op, zoo

from snndsl.backend.cache import DirectoryCache
from snndsl.ir import (
    Block,
    Neuron,
    Population,
    Program,
    Projection,
    Rule,
    SpikeRecord,
    StateRecord,
    SynapseRecord,
    Synapses,
    Table,
    Tick,
)
from snndsl_brian2 import backend
from snndsl_reference import backend as reference

pytestmark = pytest.mark.skipif(bool(backend.missing()), reason="; ".join(fault.what for fault in backend.missing()))

DATA = Path(__file__).parents[3] / "models" / "izhikevich2006_recorded"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> DirectoryCache:
    return DirectoryCache(tmp_path_factory.mktemp("builds"))


# ---------------------------------------------------------------------------------------------------------- closed forms


def delays() -> Program:
    """A source onto neurons that say what they hear, with one synapse each of every kind of delay, which grows by 1 a step."""
    parts = [(1, 0), (0, 1), (3, 0), (0, 4), (2, 5), (7, 1)]
    hears = Neuron("ear", (), ("heard", "count"), ("I",), Block((("fires", op("gt", "I", 0.0)),), (("heard", "I"),)), "fires",
                   Block((("more", op("add", "count", 1.0)),), (("count", "more"),)))  # fmt: skip
    grow = Block((("w__1", op("add", "w", 1.0)),), (("w", "w__1"),))
    seen = Block((), (("last", "tv"),))
    growing = Rule("growing", (), ("w", "last"), Block(), seen, (("", "w"),), (Tick(1, grow),))
    columns = {
        "pre": np.zeros(len(parts), np.int32),
        "post": np.arange(len(parts), dtype=np.int32),
        "axonal": np.array([a for a, _ in parts], np.int32),
        "dendritic": np.array([b for _, b in parts], np.int32),
        "row": np.arange(len(parts)),
        "w": np.full(len(parts), 10.0),
    }
    later = {name: column[columns["dendritic"] > 0] for name, column in columns.items()}
    later["row"] = np.arange(len(later["pre"]))
    spikes = Table({"stamp": np.array([0, 6, 7]), "neuron": np.zeros(3, np.int32)})

    def projection(name: str, table: dict[str, np.ndarray]) -> Projection:
        zeros = np.zeros(len(table["pre"]), np.int16)
        kept = {
            "pre": table["pre"],
            "post": table["post"],
            "pre_population": zeros,
            "post_population": zeros,
            "row": table["row"],
        }
        return Projection(name, len(zeros), Table(kept), ("clock", "ears"))

    ears = Population("ears", len(parts), "ear", {"heard": 0.0, "count": 0.0})
    return Program(
        name="delays", step=Fraction(1), steps=24, chunk=5, neurons=(hears,),
        rules=(growing, replace(growing, name="growing_later", order="post_first")),
        populations=(Population("clock", 1, None, {}, spikes), ears, replace(ears, name="others")),
        projections=(projection("early", columns), projection("late", later)),
        synapses=(Synapses("early", "early", "clock", "ears", "I", "growing", Table(columns), {"last": -1.0}),
                  Synapses("late", "late", "clock", "others", "I", "growing_later", Table(later), {"last": -1.0})),
        spike_records=(SpikeRecord("clock"), SpikeRecord("ears"), SpikeRecord("others")),
        state_records=(StateRecord("0", "ears", ("heard", "count"), np.arange(6, dtype=np.int32), 1, 0, 24),
                       StateRecord("0", "others", ("heard",), np.arange(6, dtype=np.int32), 1, 0, 24)),
        synapse_records=(SynapseRecord("early", ("w", "last"), (1, 7, 24)), SynapseRecord("late", ("w", "last"), (13, 24))),
    )  # fmt: skip


def test_delays_in_closed_form(tmp_path: Path, cache: DirectoryCache) -> None:
    program = delays()
    done = run(program, tmp_path, cache)
    agrees(program, done, cache)
    assert done.spikes("clock") == [(6, 0), (7, 0)]  # stamp 0 is delivered, not recorded
    for population, part in (("ears", "early"), ("others", "late")):
        rows = next(s for s in program.synapses if s.name == part).rows
        heard = np.zeros((25, 6))
        for k in range(rows.rows):
            a, b, post = (int(rows[column][k]) for column in ("axonal", "dendritic", "post"))
            for stamp in (0, 6, 7):
                # V - 1 ticks came before: at one stamp the arrival is before the tick; a stamp 0 arrival is before all
                heard[stamp + a + b, post] += 10.0 + max(stamp + a - 1, 0)
        assert np.array_equal(done.states(population, "0", "heard"), heard)
        assert done.spikes(population) == [(int(n), int(i)) for n, i in zip(*np.nonzero(heard))]
        for stamp in next(record for record in program.synapse_records if record.projection == part).stamps:
            assert (done.weights(part, "w", stamp) == 10.0 + stamp).all()
            for k in range(rows.rows):
                b, post = int(rows["dendritic"][k]), int(rows["post"][k])
                posts = [n + b for n, i in done.spikes(population) if i == post and n + b <= stamp]
                assert done.weights(part, "last", stamp)[k] == max(posts, default=-1)


# --------------------------------------------------------------------------------------------------------- the reference


def test_everything_at_once(tmp_path: Path, cache: DirectoryCache) -> None:
    program = zoo()
    done = run(program, tmp_path / "first", cache)
    agrees(program, done, cache)
    assert [event["last_step"] for event in done.events if event["event"] == "chunk"] == [32, 64, 90]
    assert [event["name"] for event in done.events if event["event"] == "phase"] == ["load", "simulate"]
    made = built(cache)
    other = zoo(seed=5, steps=130, rows=70, gain=1.3, latest=11)
    agrees(other, run(other, tmp_path / "second", cache), cache)
    assert built(cache) == made  # weights, delays, synapses, events, duration: nothing is compiled
    short = run(program, tmp_path / "third", cache, "--steps", "50")
    agrees(program, short, cache, "--steps", "50")
    assert short.spikes("cells") == [spike for spike in done.spikes("cells") if spike[0] <= 50]


@pytest.mark.slow
def test_threads_and_optimisation_change_nothing(tmp_path: Path, cache: DirectoryCache) -> None:
    program = zoo(seed=3)
    backend.generate(program).write(tmp_path / "tree")
    building = tmp_path / "tree" / "code" / "building.py"
    flags = building.read_text().replace('"-O3"', '"-O1", "-march=native"')
    assert "native" in flags
    building.write_text(flags)
    done = execute(tmp_path / "tree", tmp_path / "out", "--threads", "2")
    agrees(program, done, cache)
    assert "-O1" in done.recording.manifest["versions"]["flags"]


def test_operations_and_draws(tmp_path: Path, cache: DirectoryCache) -> None:
    made = built(cache)
    for number, program in enumerate((calculator(), calculator(trial=3, key=78.0))):
        agrees(program, run(program, tmp_path / str(number), cache), cache)
    assert built(cache) <= made + 1


# --------------------------------------------------------------------------------------------------------------- failing


def failed(done: Finished) -> dict[str, object]:
    assert done.status == 4
    event: dict[str, object] = next(event for event in done.events if event["event"] == "failed")
    assert str(event["what"]) in done.error
    return event


def test_a_state_that_is_no_number(tmp_path: Path, cache: DirectoryCache) -> None:
    for step, a, x in ((2, 1e200, -3.0), (1, 3.0, 1e308)):
        values = dict(calculator().populations[0].values) | {"a": np.array([0.3, a, 1.0]), "x": np.array([0.1, x, 2.5])}
        program = replace(calculator(), populations=(replace(calculator().populations[0], values=values),))
        done = run(program, tmp_path / str(step), cache)
        event = failed(done)
        assert (event["kind"], event["population"], event["neuron"]) == ("non-finite", "volt", 1)
        assert event["what"] == f"x of volt[1] is -inf at step {step}"
        assert len(done.states("volt", "0", "x")) == step  # from stamp 0
        agrees(program, done, cache)


@pytest.mark.parametrize("wrong", [[0], [8, 20], [36]])
def test_the_first_of_many_neurons_is_named(tmp_path: Path, cache: DirectoryCache, wrong: list[int]) -> None:
    """In a population that is no whole number of vectors: in the first, in the middle, in what is left over."""
    neuron = Neuron("n", ("a",), ("x",), (), Block((("x__1", op("mul", "x", "a")),), (("x", "x__1"),)))
    a = np.ones(37)
    a[wrong] = 1e200
    many = Population("many", 37, "n", {"a": a, "x": 1e200})
    record = StateRecord("0", "many", ("x",), np.arange(37, dtype=np.int32), 1, 0, 3)
    program = Program(name="many", step=Fraction(1), steps=3, chunk=3, neurons=(neuron,), populations=(many,),
                      state_records=(record,))  # fmt: skip
    done = run(program, tmp_path, cache)
    assert failed(done)["what"] == f"x of many[{wrong[0]}] is inf at step 1"
    agrees(program, done, cache)


def test_an_index_out_of_range(tmp_path: Path, cache: DirectoryCache) -> None:
    program = replace(calculator(), steps=25)
    done = run(program, tmp_path, cache)
    assert (failed(done)["kind"], failed(done)["step"]) == ("sample", 21)
    agrees(program, done, cache)


def test_a_synapse_that_is_no_number(tmp_path: Path, cache: DirectoryCache) -> None:
    program = delays()
    early = program.synapses[0]
    columns = {**early.rows.columns, "w": np.array([1.0, 1.0, np.inf, 1.0, np.inf, 1.0])}
    program = replace(program, synapses=(replace(early, rows=Table(columns)), program.synapses[1]))
    done = run(program, tmp_path, cache)
    assert failed(done)["what"] == "w of early[2] is inf at step 1"
    agrees(program, done, cache)


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_first_of_many_failures_is_named(tmp_path: Path, cache: DirectoryCache, seed: int) -> None:
    """Synapses run late by their dendritic parts, so what is found first need not have been first."""
    program = zoo(seed=seed)
    growing = {"additive_pre_first": -300.0, "additive_post_first": -200.0}
    parts = [replace(part, values=dict(part.values) | ({"c": growing[part.rule]} if part.rule else {}))
             for part in program.synapses]  # fmt: skip
    program = replace(program, synapses=tuple(parts))
    done = run(program, tmp_path, cache)
    wanted = run(program, tmp_path / "reference", cache, backend=reference)
    assert failed(done) == {"event": "failed", **wanted.recording.manifest["reason"]}
    assert done.recording.steps_done >= wanted.recording.steps_done


# -------------------------------------------------------------------------------------------------------------- stopping


def test_stopping_the_build(tmp_path: Path) -> None:
    backend.generate(zoo()).write(tmp_path / "tree")
    done = execute(tmp_path / "tree", tmp_path / "out", stop=("build", signal.SIGINT))
    assert (done.status, done.error) == (130, "")
    assert done.waited < 2
    assert (done.recording.status, done.recording.steps_done) == ("interrupted", 0)
    assert len(done.recording.spikes["cells"]) == len(done.recording.states["cells"]["NULL"].step) == 0
    assert len(done.recording.synapses["input"].weight) == 40
    assert not (tmp_path / "out" / "lock").exists()


@pytest.mark.parametrize(
    ("event", "number", "status"), [("load", signal.SIGINT, 130), ("chunk", signal.SIGINT, 130), ("chunk", signal.SIGTERM, 143)]
)
def test_stopping_keeps_what_was_done(
    tmp_path: Path, cache: DirectoryCache, wanted: list[tuple[int, int]], event: str, number: int, status: int
) -> None:
    done = run(replace(recorded_2006(), chunk=500), tmp_path, cache, stop=(event, number))
    assert (done.status, done.error) == (status, "")
    assert done.waited < 2
    last = done.recording.steps_done
    assert last < 60_000 and (last >= 500 or event == "load")
    assert done.recording.status == "interrupted" and done.recording.verify() == []
    assert all_spikes(done) == [spike for spike in wanted if spike[0] <= last]


# ----------------------------------------------------------------------------------------------------- wrong folders


def test_wrong_folders_are_refused(tmp_path: Path, cache: DirectoryCache) -> None:
    done = run(calculator(), tmp_path, cache)
    tree, build = tmp_path / "tree", str(backend.build(tmp_path / "tree", cache, tmp_path / "build.log"))
    before = (done.folder / "manifest.json").read_bytes()
    (tmp_path / "file").write_text("no folder")
    backend.generate(zoo()).write(tmp_path / "other")
    options = ("--steps", "5", "--build", build)
    refused = {
        "already holds a run (complete)": execute(tree, done.folder, *options),
        "File exists": execute(tree, tmp_path / "file", *options),
        "steps: from 0 to 20": execute(tree, tmp_path / "new", "--steps", "21"),
        "threads: at least 1": execute(tree, tmp_path / "new", "--threads", "0"),
        "holds the build of another model": execute(tmp_path / "other", tmp_path / "new", "--build", build),
    }
    for text, answer in refused.items():
        assert answer.status == 2
        assert text in answer.error and "Traceback" not in answer.error
    assert (done.folder / "manifest.json").read_bytes() == before
    assert not (done.folder / "lock").exists()


# ------------------------------------------------------------------------------------------------------------------ 2006


@pytest.fixture(scope="module")
def wanted() -> list[tuple[int, int]]:
    with np.load(DATA / "seed0_reference_grid32.npz") as kept:
        order = np.lexsort((kept["spike_neuron"], kept["spike_step"]))
        return list(zip(kept["spike_step"][order].tolist(), kept["spike_neuron"][order].tolist()))


def all_spikes(done: Finished) -> list[tuple[int, int]]:
    inhibitory = [(stamp, neuron + 800) for stamp, neuron in done.spikes("inh")]
    return sorted(done.spikes("exc") + inhibitory)


def test_2006(tmp_path: Path, cache: DirectoryCache, wanted: list[tuple[int, int]]) -> None:
    done = run(recorded_2006(), tmp_path / "minute", cache)
    assert done.status == 0, done.error
    assert [spike for spike in all_spikes(done) if spike[0] < 60_000] == wanted
    assert len(wanted) == 375_019
    program = recorded_2006(2000, (1000, 2000))
    agrees(program, run(program, tmp_path / "seconds", cache), cache)


def test_a_build_is_enough(tmp_path: Path, cache: DirectoryCache) -> None:
    """With a build, nothing imports Brian2: here it cannot."""
    program = recorded_2006(100, ())
    backend.generate(program).write(tmp_path / "tree")
    (tmp_path / "tree" / "code" / "brian2.py").write_text("raise ImportError('not needed')\n")
    done = run(program, tmp_path, cache)
    assert done.status == 0, done.error
