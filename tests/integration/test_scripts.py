"""Scripts and measurements of the project run from the command line, small."""

import csv
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def run_script(name: str, *arguments: object, cwd: Path) -> str:
    """Run a script; return what it printed."""
    command = [sys.executable, str(ROOT / "scripts" / name), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def measurement(name: str, folder: str = "benchmarks") -> ModuleType:
    """Import a file of benchmarks, or of scripts."""
    spec = importlib.util.spec_from_file_location(name, ROOT / folder / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_working_memory_recalls_the_same_on_two_backends(tmp_path: Path) -> None:
    sizes = ["--neurons", 300, "--steps", 300, "--delays", 30, "--patterns", 2, "--backends", "reference", "nest"]
    printed = run_script("working_memory.py", "--out", tmp_path, *sizes, cwd=tmp_path)
    assert printed.count("identical") == 2 and "DIFFERENT" not in printed
    assert "nest       mean F1" in printed


def test_exactness_counts_what_was_compared_and_makes_no_run_again(tmp_path: Path) -> None:
    given = ["discrete_units", "--backends", "nest", "--out", tmp_path / "runs", "--table", tmp_path / "table.md"]
    printed = run_script("exactness.py", *given, cwd=tmp_path)
    table = (tmp_path / "table.md").read_text(encoding="utf-8").splitlines()
    assert table[-2:] == [
        "| discrete_units | 50 ms | reference, nest | 33 | 204 | 0 | 0 |",
        "| all |  |  | 33 | 204 | 0 | 0 |",
    ]
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").rglob("manifest.json")}
    assert len(stamps) == 2 and printed.splitlines()[-1].split() == ["all", "33", "204", "0", "0"]
    run_script("exactness.py", *given, cwd=tmp_path)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_groups_over_training_trains_once_and_searches_each_state(tmp_path: Path) -> None:
    given = ["--duration", "1min", "--at", "30s", "1min", "--shuffled", 1, "--backend", "nest", "--out", tmp_path / "out"]
    printed = run_script("groups_over_training.py", *given, cwd=tmp_path)
    assert "60 s of training on nest" in printed
    table = (tmp_path / "out" / "table.csv").read_text(encoding="utf-8")
    first, last = list(csv.DictReader(table.splitlines()))
    assert (first["time_s"], first["groups"], first["same"]) == ("30", "0", "nan")
    assert (last["time_s"], last["groups"], last["new"], last["lost"]) == ("60", "5", "5", "0")
    assert 0.2 < float(last["strong"]) < 0.3 and 1 < float(last["exc_hz"]) < 5
    assert (tmp_path / "out" / "figure.png").stat().st_size > 10_000
    again = run_script("groups_over_training.py", *given, cwd=tmp_path)
    assert "trained on nest before" in again
    assert (tmp_path / "out" / "table.csv").read_text(encoding="utf-8") == table


def test_groups_of_2006_are_those_of_the_published_search(tmp_path: Path) -> None:
    given = ["--mothers", 31, "--modes", "original", "corrected", "--nulls", "weights", "--shuffles", 2]
    printed = run_script("groups_of_2006.py", *given, cwd=tmp_path)
    assert "all equal, in its order" in printed and "every recorded number was met" in printed
    assert printed.splitlines()[1].split()[:3] == ["original", "220", "220"]
    assert "weights" in printed and "p = 0.3333" in printed  # the least p of two shuffles


def test_wiring_in_space_connects_as_its_kernel_says(tmp_path: Path) -> None:
    printed = run_script("wiring_in_space.py", "--neurons", 400, "--figure", tmp_path / "figure.png", cwd=tmp_path)
    off = [float(line.split(": ")[1].split()[0]) for line in printed.splitlines()[:2]]
    assert len(off) == 2 and max(map(abs, off)) < 4
    assert (tmp_path / "figure.png").stat().st_size > 20_000


def test_synfire_packets_survive_or_die_as_published(tmp_path: Path) -> None:
    given = ["--spikes", 40, 85, "--spreads", 1, "--sizes", 80, "--trials", 1, "--figure", tmp_path / "figure.png"]
    printed = run_script("synfire_state_space.py", *given, "--out", tmp_path / "run", cwd=tmp_path)
    weak, strong, small = (line.split() for line in printed.splitlines()[1:])
    assert (weak[5], strong[5], small[5]) == ("0", "1", "0")
    assert 94 < float(strong[8].strip(",")) <= 100 and 0.15 < float(strong[9]) < 0.4
    assert (tmp_path / "figure.png").stat().st_size > 20_000


def test_visual_chain_has_the_published_latencies(tmp_path: Path) -> None:
    printed = run_script("visual_chain.py", "--out", tmp_path / "run", "--figure", tmp_path / "figure.png", cwd=tmp_path)
    rows = [line.split() for line in printed.splitlines()[1:]]
    assert [row[0] for row in rows] == ["retina", "LGN", "V1", "V2", "V4", "PIT", "AIT", "PFC", "PMC", "M1"]
    for _, neurons, _, spread, first, last, low, _, high in rows:
        assert int(neurons) == 100 and float(low) <= float(first) < float(last) <= float(high) and 2 < float(spread) < 4
    assert (tmp_path / "figure.png").stat().st_size > 20_000


def test_masquelier2008_is_judged_by_its_last_third(tmp_path: Path) -> None:
    script = measurement("masquelier2008", "scripts")
    alarms = np.cumsum([0, *[3] * 20, 0, 0, 1, *[0] * 67])  # after each second; the last one within the 23rd
    shows = 5.0 * np.arange(91)
    hits, latency = shows - np.minimum(shows, 100), 4.0 * shows
    counts = {"shows": shows, "hits": hits, "latency": latency, "false_alarms": alarms}
    signals = {name: SimpleNamespace(value=value[:, None]) for name, value in counts.items()}
    found = script.judged(SimpleNamespace(signals={"judge": signals}), 90)
    assert found == {"hits": 1.0, "false_alarms": 0.0, "latency": 4.0, "found": 23.0}
    model = script.made(tmp_path, 1, 60)
    with np.load(ROOT / "models" / "masquelier2008" / "shown.npz") as shipped, np.load(tmp_path / "shown.npz") as made:
        assert np.array_equal(shipped["flag"], made["flag"]) and model.checked.steps == 600_000


def test_the_original_algorithm_can_be_timed() -> None:
    search = measurement("polychrony_search")
    assert 0 < search.literal_seconds(search.network(), 30, 1) < 0.1


def test_planted_groups_are_found_spike_by_spike() -> None:
    calibration = measurement("null_calibration")
    found, groups = calibration.planted_found(calibration.Settings(strong=0.0, planted=3), seed=0)
    assert found.shape == (3, 3) and found.all() and groups >= 3
    jittered, _ = calibration.planted_found(calibration.Settings(strong=0.0, planted=3, jitter=4), seed=0)
    assert not jittered[:, 0].any()
    planted = calibration.plant(np.random.default_rng(0), calibration.SMALL)
    assert [len(events) for events in planted.truth] == [calibration.LENGTH] * 2
    assert (calibration.binomial_bound(20), calibration.binomial_bound(20, 0.5, 0.5)) == (4, 10)


def test_a_pair_is_checked_measured_and_put_into_the_page(tmp_path: Path) -> None:
    given = ["izhikevich2006_cpp", "pair_stdp_nest", "--tiny", "--rounds", 1, "--page", tmp_path / "page.md"]
    command = [sys.executable, ROOT / "benchmarks" / "pairs.py", *given, "--json", tmp_path / "all.json"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (tmp_path / "page.md").read_text(encoding="utf-8").splitlines()
    tables = [[line for line in lines if line.startswith(f"| {name} |")] for name in given[:2]]
    assert [[line.count("|") for line in rows] for rows in tables] == [[8, 6, 7]] * 2
    assert "every spike of the first" in tables[0][2] and "rates of all populations" in tables[1][2]
    assert (tmp_path / "figures" / "speed.png").stat().st_size > 5_000
    numbers = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert list(numbers) == given[:2] and all(len(pair["theirs"]["twice"]) == 1 for pair in numbers.values())


def test_a_pair_of_other_networks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    same = measurement("same", "benchmarks/pairing")
    rng = np.random.default_rng(0)

    def spikes(rates: list[float], synapses: int = 1000) -> Any:
        fires = rng.random((1000, 20)) < np.repeat(rates, 10) / 1000
        step, neuron = np.nonzero(fires)
        return same.Spikes(step, neuron, [10, 10], synapses, 1000.0, 1.0)

    one = spikes([50, 100])
    assert same.differences(one, one, same.Identical(1000)) == ""
    assert same.differences(one, spikes([50, 100]), same.Rates(0.1)) == ""
    assert same.differences(one, spikes([50, 100], 1020), same.Rates(0.1)).startswith("other numbers of synapses")
    assert same.differences(one, spikes([50, 200]), same.Rates(0.1)).startswith("population 1 fires at ")
    late = same.Spikes(one.step[:-1], one.neuron[:-1], *(getattr(one, name) for name in ("sizes", "synapses", "ms", "dt_ms")))
    told = same.differences(one, late, same.Identical(1000))
    assert told == f"1 of {len(one.step):,} and {len(one.step) - 1:,} spikes are not in both, the first at step {one.step[-1]}"
    assert same.differences(one, late, same.Identical(int(one.step[-1]))) == ""


def test_what_needs_more_instructions_is_named() -> None:
    instructions = measurement("instructions")
    assert instructions.slower({"a": 109, "b": 111, "new": 5}, {"a": 100, "b": 100}) == ["b"]
    assert set(json.loads(instructions.BASELINE.read_text())["instructions"]) == set(instructions.COMMANDS)
