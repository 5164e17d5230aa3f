"""Files: what is opened, what is refused, what replaces what."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from snndsl.errors import ModelError
from snndsl.frontend.loader import ModelSource, load_source, open_below
from snndsl.locations import Location

HEAD = "snndsl: 1\nname: m\ntime: {step: 1 ms, duration: 10 ms}\n"
AT = Location("m.yaml", 7, 8)


def load(folder: Path, text: str = "", **settings: object) -> ModelSource:
    (folder / "model.yaml").write_text(HEAD + text, encoding="utf-8")
    return load_source(folder, {key.replace("__", "."): value for key, value in settings.items()})


def code(folder: Path, name: str) -> str:
    with pytest.raises(ModelError) as caught:
        open_below(folder, name, AT, 1000)
    [fault] = caught.value.faults
    assert (fault.file, fault.line, fault.column) == ("m.yaml", 7, 8)
    return fault.code


# ---- files below the folder


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/passwd", "a/../../x", "~/x", "$HOME/x", "file:///x", "\\\\host\\x", "C:x", "", "a\0b", "..", "a/.."],
)
def test_paths_stay_below_the_folder(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "model"
    inside.mkdir()
    (tmp_path / "x").write_text("secret", encoding="utf-8")
    assert code(inside, name) == "path-escapes"


def test_links_are_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "model", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "x").write_text("secret", encoding="utf-8")
    (inside / "file").symlink_to(outside / "x")
    (inside / "folder").symlink_to(outside)
    (inside / "own").write_text("mine", encoding="utf-8")
    (inside / "alias").symlink_to(inside / "own")
    (inside / "nowhere").symlink_to(inside / "missing")
    for name in ("file", "folder/x", "alias", "nowhere"):
        assert code(inside, name) == "path-escapes"
    assert open_below(inside, "own", AT, 1000)[0] == b"mine"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    assert code(tmp_path, "pipe") == "not-a-file"
    assert code(tmp_path, "folder") == "not-a-file"
    assert code(tmp_path, "missing") == "file-unreadable"
    with pytest.raises(ModelError) as caught:
        load_source(tmp_path / "pipe")
    assert caught.value.faults[0].code == "file-unreadable"


def test_a_file_is_at_most_as_large_as_allowed(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"x" * 1001)
    assert code(tmp_path, "data") == "file-too-large"
    (tmp_path / "data").write_bytes(b"x" * 1000)
    assert len(open_below(tmp_path, "data", AT, 1000)[0]) == 1000


def test_a_model_without_a_folder_opens_nothing(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        open_below(None, "x", AT, 1000)
    assert caught.value.faults[0].code == "path-escapes"


# ---- imports


def test_an_import_offers_its_definitions(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.yaml").write_text(
        "snndsl: 1\nname: a\nimports: {b: b.yaml}\nneurons: {n: {state: {x: 0}}}\n", "utf-8"
    )
    (tmp_path / "parts" / "b.yaml").write_text("snndsl: 1\nname: b\nneurons: {k: {state: {y: 0}}}\n", "utf-8")
    source = load(tmp_path, "imports: {a: parts/a.yaml}\n")
    assert list(source.imports["a"].spec.neurons) == ["n"]
    assert list(source.imports["a"].imports["b"].spec.neurons) == ["k"]  # paths are relative to the file that says them
    assert source.imports["a"].locations.file == str(tmp_path / "parts" / "a.yaml")


def test_faults_of_an_import_are_named_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text("snndsl: 1\nname: a\nneurons: {n: {stat: {x: 0}}}\n", "utf-8")
    (tmp_path / "model.yaml").write_text(HEAD + "imports: {a: a.yaml}\n", "utf-8")
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(ModelError) as caught:
        load_source(tmp_path.name)
    fault = caught.value.faults[0]
    assert (fault.file, fault.line, fault.column) == (os.path.join(tmp_path.name, "a.yaml"), 3, 15)


def test_a_circle_of_imports_is_named(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.yaml").write_text(f"snndsl: 1\nname: {name}\nimports: {{x: {other}.yaml}}\n", "utf-8")
    with pytest.raises(ModelError, match=r"a\.yaml -> b\.yaml -> c\.yaml -> a\.yaml"):
        load(tmp_path, "imports: {a: a.yaml}\n")


def test_a_long_chain_of_imports_ends(tmp_path: Path) -> None:
    for number in range(200):
        text = f"snndsl: 1\nname: m{number}\nimports: {{x: m{number + 1}.yaml}}\n"
        (tmp_path / f"m{number}.yaml").write_text(text, "utf-8")
    with pytest.raises(ModelError) as caught:
        load(tmp_path, "imports: {a: m0.yaml}\n")
    assert caught.value.faults[0].code == "import-too-deep"


def test_two_imports_of_one_file_are_no_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("snndsl: 1\nname: a\nimports: {c: c.yaml}\n", "utf-8")
    (tmp_path / "c.yaml").write_text("snndsl: 1\nname: c\n", "utf-8")
    source = load(tmp_path, "imports: {a: a.yaml, c: c.yaml}\n")
    assert source.imports["a"].imports["c"].spec.name == source.imports["c"].spec.name == "c"


def test_every_shipped_file_can_be_imported(tmp_path: Path) -> None:
    names = ["hodgkin_huxley", "izhikevich2003", "izhikevich2006", "lif", "receptors", "stdp"]
    source = load(tmp_path, "imports: {" + ", ".join(f"{name}: 'snndsl:{name}'" for name in names) + "}\n")
    assert [source.imports[name].spec.name for name in names] == names


# ---- settings

POPULATIONS = (
    "constants: {J: 1, k: 2}\nneurons: {n: {parameters: {a: 1}, state: {x: 0}}}\n"
    "populations:\n  p: {neuron: n, size: 3}\n  q: {neuron: {use: n, a: 2}, size: 3, initial: {x: 1}}\n"
    "record: {spikes: [p, q]}\n"
)


def test_settings_replace_what_the_file_says(tmp_path: Path) -> None:
    settings = {
        "constants.J": "5",
        "populations.p.size": 7,
        "populations.q.neuron.a": 4,
        "populations.q.initial.x": "2",
        "populations.p.neuron.a": "9",  # a neuron that is named without values
        "record.spikes.1": "p",
        "time.duration": "20 ms",
        "seed": 4,
    }
    (tmp_path / "model.yaml").write_text(HEAD + POPULATIONS, "utf-8")
    spec = load_source(tmp_path, settings).model
    assert spec.constants == {"J": "5", "k": "2"}
    assert spec.populations["p"].size == "7"
    assert spec.populations["p"].neuron.values == {"a": "9"}
    assert spec.populations["q"].neuron.values == {"a": "4"}
    assert spec.populations["q"].initial == {"x": "2"}
    assert spec.record.spikes == ("p", "p")
    assert spec.time is not None and spec.time.duration == "20 ms"
    assert spec.seed is not None and spec.seed.wiring == 4
    assert load_source(tmp_path).model.constants["J"] == "1"  # the file is as it was


@pytest.mark.parametrize(
    ("path", "code", "near"),
    [
        ("constants.JJ", "path-unknown", "constants.J"),
        ("population.p.size", "path-unknown", "populations.p.size"),
        ("populations.pp.size", "path-unknown", "populations.p.size"),
        ("populations.p.sise", "path-unknown", "populations.p.size"),
        ("neurons.n.parameters.aa", "path-unknown", "neurons.n.parameters.a"),  # would be a parameter that nothing reads
        ("neurons.n.state.y", "path-unknown", ""),
        ("neurons.n.a", "path-unknown", "neurons.n.parameters.a"),
        ("time.dt", "path-unknown", "time.step"),
        ("record.spikes.9", "path-unknown", ""),
        ("name.x", "path-unknown", ""),
    ],
)
def test_settings_of_what_is_not_there(tmp_path: Path, path: str, code: str, near: str) -> None:
    (tmp_path / "model.yaml").write_text(HEAD + POPULATIONS, "utf-8")
    with pytest.raises(ModelError) as caught:
        load_source(tmp_path, {path: "3"})
    assert (caught.value.faults[0].code, caught.value.faults[0].try_) == (code, near)


def test_settings_reach_an_import_through_its_alias_only(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("snndsl: 1\nname: a\nconstants: {J: 1}\n", "utf-8")
    (tmp_path / "model.yaml").write_text(HEAD + "constants: {J: 1}\nimports: {a: a.yaml}\n", "utf-8")
    source = load_source(tmp_path, {"constants.J": "2"})
    assert (source.spec.constants["J"], source.imports["a"].spec.constants["J"]) == ("2", "1")
    source = load_source(tmp_path, {"a.constants.J": "2"})
    assert (source.spec.constants["J"], source.imports["a"].spec.constants["J"]) == ("1", "2")


def test_keys_with_dots_are_reached(tmp_path: Path) -> None:
    text = "imports: {lib: 'snndsl:lif'}\npopulations: {p: {neuron: lib.lif_exp, size: 1, initial: {syn.I: 1 pA}}}\n"
    (tmp_path / "model.yaml").write_text(HEAD + text, "utf-8")
    assert load_source(tmp_path, {"populations.p.initial.syn.I": "3 pA"}).model.populations["p"].initial == {"syn.I": "3 pA"}
