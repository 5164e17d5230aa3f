"""Programs that run: against closed forms, against an oracle, against the recorded 2006 network. Every model compiles once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from programs.recorded_2006 import recorded_2006
from unit.brian2.oracle import Oracle
from unit.brian2.runs import Cache, Finished, run
from unit.brian2.zoo import calculator, op, zoo

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

pytestmark = pytest.mark.skipif(bool(backend.missing()), reason="; ".join(fault.what for fault in backend.missing()))

DATA = Path(__file__).parents[3] / "models" / "izhikevich2006_recorded"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("builds"))


def agrees(program: Program, done: Finished) -> None:
    """Everything recorded is what the oracle says, bit by bit."""
    assert done.status == 0, done.error
    wanted = Oracle(program).go()
    for record in program.spike_records:
        chosen = range(program.population(record.population).size) if record.neurons is None else record.neurons
        assert done.spikes(record.population) == [spike for spike in wanted.spikes[record.population] if spike[1] in chosen]
    for (population, name, variable), values in wanted.states.items():
        assert np.array_equal(done.states(population, name, variable), np.array(values), equal_nan=True), (name, variable)
    for (projection, variable, stamp), values in wanted.snapshots.items():
        assert np.array_equal(done.weights(projection, variable, stamp), values), (projection, variable, stamp)
    assert wanted.spikes or wanted.states


# ---------------------------------------------------------------------------------------------------------- closed forms


def delays() -> Program:
    """A source onto neurons that say what they hear, with one synapse each of every kind of delay, which grows by 1 a step."""
    parts = [(1, 0), (0, 1), (3, 0), (0, 4), (2, 5), (7, 1)]
    hears = Neuron("ear", (), ("heard", "count"), ("I",), Block((("fires", op("gt", "I", 0.0)),), (("heard", "I"),)), "fires",
                   Block((("more", op("add", "count", 1.0)),), (("count", "more"),)))  # fmt: skip
    grow = Block((("w__1", op("add", "w", 1.0)),), (("w", "w__1"),))
    seen = Block((), (("last", "tv"),))
    growing = Rule("growing", (), ("w", "last"), Block(), seen, "w", (Tick(1, grow),))
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
        synapse_records=(SynapseRecord("early", ("w", "last"), (0, 7, 24)), SynapseRecord("late", ("w", "last"), (13, 24))),
    )  # fmt: skip


def test_delays_in_closed_form(tmp_path: Path, cache: Cache) -> None:
    program = delays()
    done = run(program, tmp_path, cache)
    assert done.status == 0, done.error
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


# ------------------------------------------------------------------------------------------------------------ the oracle


def test_everything_at_once(tmp_path: Path, cache: Cache) -> None:
    program = zoo()
    done = run(program, tmp_path / "first", cache)
    agrees(program, done)
    assert [event["last_step"] for event in done.events if event["event"] == "chunk"] == [32, 64, 90]
    assert [event["name"] for event in done.events if event["event"] == "phase"] == ["load", "simulate"]
    made = len(cache.made)
    other = zoo(seed=5, steps=130, rows=70, gain=1.3, latest=11)
    agrees(other, run(other, tmp_path / "second", cache))
    assert len(cache.made) == made  # weights, delays, synapses, events, duration: nothing is compiled
    short = run(program, tmp_path / "third", cache, "--steps", "50")
    assert short.status == 0
    assert short.spikes("cells") == [spike for spike in done.spikes("cells") if spike[0] <= 50]
    assert np.array_equal(short.weights("input", "w", 42), done.weights("input", "w", 42))


def test_threads_change_nothing(tmp_path: Path, cache: Cache) -> None:
    program = zoo(seed=3)
    agrees(program, run(program, tmp_path, cache, "--threads", "2"))


def test_operations_and_draws(tmp_path: Path, cache: Cache) -> None:
    for number, program in enumerate((calculator(), calculator(trial=3, key=78.0))):
        agrees(program, run(program, tmp_path / str(number), cache))
    assert sum("volt" in key for key in cache.made) == 1


# -------------------------------------------------------------------------------------------------------------- stopping


def failed(done: Finished) -> dict[str, object]:
    assert done.status == 4
    event = next(event for event in done.events if event["event"] == "failed")
    assert str(event["what"]) in done.error
    return event


def test_a_state_that_is_no_number(tmp_path: Path, cache: Cache) -> None:
    program = calculator()
    values = dict(program.populations[0].values) | {"a": np.array([0.3, 1e200, 1.0])}
    done = run(replace(program, populations=(replace(program.populations[0], values=values),)), tmp_path, cache)
    event = failed(done)
    assert (event["kind"], event["population"], event["neuron"]) == ("non-finite", "volt", 1)
    assert event["step"] == 2
    assert event["what"] == "x of volt[1] is -inf at step 2"
    assert len(done.states("volt", "0", "x")) == 2  # stamps 0 and 1


def test_an_index_out_of_range(tmp_path: Path, cache: Cache) -> None:
    done = run(replace(calculator(), steps=25), tmp_path, cache)
    event = failed(done)
    assert (event["kind"], event["step"]) == ("sample", 21)
    assert "xi" in str(event["what"])


# ------------------------------------------------------------------------------------------------------------------ 2006


@pytest.fixture(scope="module")
def wanted() -> list[tuple[int, int]]:
    with np.load(DATA / "seed0_reference_grid32.npz") as kept:
        order = np.lexsort((kept["spike_neuron"], kept["spike_step"]))
        return list(zip(kept["spike_step"][order].tolist(), kept["spike_neuron"][order].tolist()))


def all_spikes(done: Finished) -> list[tuple[int, int]]:
    inhibitory = [(stamp, neuron + 800) for stamp, neuron in done.spikes("inh")]
    return sorted(done.spikes("exc") + inhibitory)


def test_2006_three_seconds(tmp_path: Path, cache: Cache, wanted: list[tuple[int, int]]) -> None:
    done = run(recorded_2006(3000, (3000,)), tmp_path / "run", cache)
    assert done.status == 0, done.error
    assert all_spikes(done) == [spike for spike in wanted if spike[0] <= 3000]
    assert len(done.weights("exc_all", "w", 3000)) == 80_000


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopping_keeps_what_was_done(
    tmp_path: Path, cache: Cache, wanted: list[tuple[int, int]], number: int, status: int
) -> None:
    stop: Callable[[int], None] = lambda process: os.kill(process, number)  # noqa: E731
    done = run(replace(recorded_2006(), chunk=500), tmp_path, cache, wait=stop)
    assert done.status == status
    last = max(int(str(event["last_step"])) for event in done.events if event["event"] == "chunk")
    assert 500 <= last < 60_000
    assert all_spikes(done) == [spike for spike in wanted if spike[0] <= last]


def test_a_build_is_enough(tmp_path: Path, cache: Cache) -> None:
    """With a build, nothing imports Brian2: here it cannot."""
    program = recorded_2006(100, ())
    backend.generate(program).write(tmp_path / "tree")
    (tmp_path / "tree" / "code" / "brian2.py").write_text("raise ImportError('not needed')\n")
    done = run(program, tmp_path, cache)
    assert done.status == 0, done.error
