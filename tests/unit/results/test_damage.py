"""Damage to a run folder is found by whoever reads it, and nothing is called identical that was not read."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from snndsl import load, run
from snndsl.analysis.comparison import compare
from snndsl.errors import ModelError
from snndsl.results import Recording, read_run

MODEL = """
snndsl: 1
name: small
time: {step: 0.1 ms, duration: 3 ms}
neurons: {n: {state: {x: 0}, ports: {p: {unit: 1}}, update: x += 1, threshold: x % 7 == 0}}
populations: {a: {neuron: n, size: 3}, b: {neuron: n, size: 2}}
projections: {ab: {from: a, to: b, port: p, connect: all_to_all, weight: 1, delay: 0.2 ms}}
record:
  spikes: [a, "b[0]"]
  states: {"b[0]": {of: [x], every: 0.5 ms}, "b[1]": {of: [x], every: 0.1 ms}}
"""


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(bytes(content))


def cut(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("damage")
    (place / "model.yaml").write_text(MODEL)
    run(load(place / "model.yaml"), out=place / "run")
    return place / "run"


def not_data(name: str) -> bool:
    """Tell whether no verdict rests on a file: what was said in the run, and what it was made from: a new run reads that.

    Of that, comparison reads which neurons had their spikes recorded.
    """
    records = name.startswith("source/data/records/spikes/")
    return name.startswith(("log/", "source/")) and not records or name == "model.yaml"


def everything(recording: Recording) -> None:
    """Read all that a recording holds."""
    for name in recording.spikes:
        assert recording.spikes[name] is not None
    for records in (recording.records, recording.weights):
        for values in records.values():
            assert all(item is not None for item in values.values())
    for name in recording.synapses:
        assert recording.synapses[name] is not None


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_every_file_is_checked(folder: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    listed = [name for name in names if not not_data(name)]
    assert {"manifest.json", "blocks.npy", "spikes/a/000000.neuron.npy", "synapses/ab/pre.npy"} <= {*listed}
    missed = []
    for name in listed:
        hurt = tmp_path / "hurt"
        shutil.copytree(folder, hurt)
        damage(hurt / name)
        for left, right in ((folder, hurt), (hurt, folder), (hurt, hurt)):
            try:
                verdict = compare(read_run(left), read_run(right))
            except ModelError as error:
                told = str(error)
                assert error.exit_status == 2 and (name in told or name == "manifest.json" and str(hurt) in told), told
            else:
                missed.append((name, verdict.lines()[0]))
        shutil.rmtree(hurt)
    assert missed == []


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip, cut, empty, Path.unlink])
def test_what_is_read_is_checked(folder: Path, tmp_path: Path, damage: Callable[[Path], None]) -> None:
    for item in read_run(folder).manifest["files"]:
        if item["file"] == "blocks.npy":  # read by comparison alone
            continue
        hurt = tmp_path / "hurt"
        shutil.copytree(folder, hurt)
        damage(hurt / item["file"])
        with pytest.raises(ModelError, match=item["file"]):
            everything(read_run(hurt))
        shutil.rmtree(hurt)


def test_every_bit_of_a_manifest_counts(folder: Path, tmp_path: Path) -> None:
    hurt = tmp_path / "hurt"
    shutil.copytree(folder, hurt)
    content = (hurt / "manifest.json").read_bytes()
    chosen = np.random.default_rng(1).integers(0, len(content) - 1, 300)  # the last byte only ends the line
    for place in chosen:
        changed = bytearray(content)
        changed[place] ^= 1 << int(place % 8)
        (hurt / "manifest.json").write_bytes(bytes(changed))
        with pytest.raises(ModelError, match="hurt"):
            read_run(hurt)


def test_a_file_is_hashed_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording, hashed = read_run(folder), []
    real = Recording.intact.__globals__["checksum"]
    monkeypatch.setitem(Recording.intact.__globals__, "checksum", lambda file: hashed.append(file) or real(file))
    compare(recording, recording)
    everything(recording)
    assert hashed and len(hashed) == len({*hashed})


def test_two_records_of_one_state(folder: Path) -> None:
    recording = read_run(folder)
    assert list(recording.records) == ["b[0]", "b[1]"]
    assert recording.records["b[0]"]["x"].step.tolist() == [0, 5, 10, 15, 20, 25, 30]
    assert recording.records["b[1]"]["x"].value[:, 0].tolist() == [float(k) for k in range(31)]
    with pytest.raises(ModelError, match=r"2 records of different times: b\[0\], b\[1\]") as caught:
        recording.states["b"]["x"]
    assert 'run.records["b[0]"]["x"] or run.records["b[1]"]["x"]' in str(caught.value)


def test_what_a_recording_holds_is_seen_and_completed(folder: Path) -> None:
    recording = read_run(folder)
    assert (repr(recording.spikes), repr(recording.states["b"])) == ("<a, b>", "<x>")
    shown = [repr(recording.spikes[name]) for name in ("a", "b")]
    assert all(re.fullmatch(r"<Spikes: step \d+, neuron \d+(; steps \d+ to \d+)?>", text) for text in shown)
    assert repr(recording.records["b[0]"]["x"]) == "<States: value 7 x 1, step 7, neuron 1; steps 0 to 30>"
    assert recording.records._ipython_key_completions_() == ["b[0]", "b[1]"]  # type: ignore[attr-defined]


def test_a_file_is_no_run(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text("snndsl: 1", encoding="utf-8")
    with pytest.raises(ModelError, match="model.yaml holds no run"):
        read_run(file)
