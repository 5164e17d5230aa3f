"""Catalogues: reading, filters, comparison, merging, exports, pictures."""

import csv
import json
from pathlib import Path

import networkx
import numpy as np
import pytest
from unit.polychrony.networks import chain, middling, same_group

from snndsl.errors import ModelError
from snndsl.polychrony import Catalogue, compare_catalogues, discover, merge, read_catalogue, write_csv, write_graphml
from snndsl.polychrony.compare import jaccard
from snndsl.polychrony.pictures.figures import draw_catalogue, draw_group


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    table = middling()
    out = tmp_path_factory.mktemp("catalogue") / "groups"
    return discover(table, mode="corrected", parameters={"min_path": 3, "threshold": 5.0}, out=out)


def test_a_folder_reads_as_it_was_found(groups: Catalogue) -> None:
    again = read_catalogue(groups.path)
    assert again.complete and len(again) == len(groups) > 100
    assert all(same_group(one, other) for one, other in zip(again, groups))
    assert again.definitions == groups.definitions == [groups[0].definition]
    assert groups.definitions[0]["threshold"] == 5.0 and groups.definitions[0]["mode"] == "corrected"


def test_table_and_groups_agree(groups: Catalogue) -> None:
    table = groups.table
    for k, group in enumerate(groups):
        assert table["id"][k] == group.id == k
        assert table["size"][k] == len(group) and table["links"][k] == len(group.pre)
        assert table["mother"][k] == group.mother and table["longest_path"][k] == group.longest_path
        assert table["span"][k] == group.span and table["last_step"][k] == group.step[-1]
    assert groups[-1].id == len(groups) - 1
    with pytest.raises(IndexError):
        groups[len(groups)]


def test_filters(groups: Catalogue) -> None:
    table = groups.table
    assert len(groups.filter(min_path=4)) == np.count_nonzero(table["longest_path"] >= 4)
    assert len(groups.filter(max_size=8, min_size=8)) == np.count_nonzero(table["size"] == 8)
    assert len(groups.filter(max_span=60)) == np.count_nonzero(table["span"] <= 60)
    neuron = int(groups[0].neuron[-1])
    with_neuron = groups.filter(neurons=[neuron])
    assert [group.id for group in with_neuron] == [group.id for group in groups if neuron in group.neuron]
    both = with_neuron.filter(mothers=[groups[0].mother], min_path=3)
    assert both[0].id == 0 and all(group.mother == groups[0].mother for group in both)
    assert len(groups.filter(min_path=99)) == 0 and groups.filter(min_path=99).summary()["groups"] == 0
    assert len(groups.filter(avalanches=False)) == np.count_nonzero(~table["avalanche"])


def test_a_group_is_a_graph_over_spikes(groups: Catalogue) -> None:
    group = groups[0]
    graph = group.graph()
    assert networkx.is_directed_acyclic_graph(graph)
    assert [graph.nodes[k]["neuron"] for k in graph] == group.neuron.tolist()
    assert [k for k, anchor in graph.nodes(data="anchor") if anchor] == [0, 1, 2]
    assert networkx.dag_longest_path_length(graph, weight="") + 1 == group.longest_path
    assert group.table["anchor"].sum() == 3
    assert "mother" in repr(group) and "groups" in groups._repr_html_()


def test_an_empty_catalogue() -> None:
    found = discover(chain(), parameters={"min_path": 50})
    assert len(found) == 0 and list(found) == [] and found.table["anchors"].shape == (0, 3)
    assert found.summary()["groups"] == 0 and compare_catalogues(found, found).jaccard == 1.0


def test_comparison_of_equal_catalogues(groups: Catalogue) -> None:
    found = compare_catalogues(groups, groups)
    assert found.same.tolist() == [[k, k] for k in range(len(groups))]
    assert not len(found.lost) and not len(found.new) and not len(found.shifted) and found.jaccard == 1.0


def test_comparison_names_shifted_lost_and_new() -> None:
    before = discover(chain(), mode="corrected", parameters={"min_path": 5})
    table = chain()
    delay = table.delay.copy()
    delay[(table.pre >= 6) & (table.pre < 9)] += 1
    weight = table.weight.copy()
    weight[table.post == 7] = 5.0
    slower = discover(table.replace(delay=delay), mode="corrected", parameters={"min_path": 5})
    found = compare_catalogues(before, slower, jitter=1)
    assert len(before) == len(slower) == 6
    assert found.shifted.tolist() == [[k, k] for k in range(6)] and (found.overlap == 1.0).all() and found.jaccard == 0.0
    weaker = discover(table.replace(weight=weight), mode="corrected", parameters={"min_path": 5})
    lost = compare_catalogues(before, weaker, jitter=1, least_overlap=0.99)
    assert 4 in lost.lost  # mother 7 has no strong inputs any more
    assert np.array_equal(compare_catalogues(weaker, before, jitter=1, least_overlap=0.99).new, lost.lost)


def test_jaccard_index_with_jitter() -> None:
    one, other = frozenset({(1, 0), (2, 5), (3, 9)}), frozenset({(1, 1), (2, 5), (4, 9)})
    assert jaccard(one, other) == 1 / 5
    assert jaccard(one, other, jitter=1) == 2 / 4
    assert jaccard(one, one, jitter=3) == 1.0 and jaccard(frozenset(), frozenset()) == 1.0


def test_merging(groups: Catalogue, tmp_path: Path) -> None:
    other = discover(middling(), mode="original", parameters={"min_path": 4, "threshold": 5.0})
    part = groups.filter(min_path=4)
    merged = merge([part, other], tmp_path / "merged")
    assert len(merged) == len(part) + len(other) and merged.complete
    assert all(same_group(one, old) for one, old in zip(merged, [*part, *other]))
    assert merged.table["id"].tolist() == list(range(len(merged)))
    assert [definition["mode"] for definition in merged.definitions] == ["corrected", "original"]
    assert np.unique(merged.table["definition"]).tolist() == [0, 1]
    with pytest.raises(ModelError, match="catalogue-exists"):
        merge([part], tmp_path / "merged")
    with pytest.raises(ModelError, match="catalogues-differ"):
        merge([part, discover(chain())], tmp_path / "more")
    with pytest.raises(ModelError, match="nothing-to-merge"):
        merge([], tmp_path / "more")


def test_csv(groups: Catalogue, tmp_path: Path) -> None:
    files = write_csv(groups.filter(min_path=4), tmp_path / "csv")
    tables = []
    for file in files:
        with file.open() as stream:
            tables.append(list(csv.DictReader(stream)))
    part = groups.filter(min_path=4)
    assert [int(row["id"]) for row in tables[0]] == part.table["id"].tolist()
    assert [int(row["anchor2"]) for row in tables[0]] == part.table["anchors"][:, 1].tolist()
    assert len(tables[1]) == part.table["size"].sum() and len(tables[2]) == part.table["links"].sum()
    assert [int(row["neuron"]) for row in tables[1]][: len(part[0])] == part[0].neuron.tolist()


def test_graphml(groups: Catalogue, tmp_path: Path) -> None:
    write_graphml(groups[3], tmp_path / "group.graphml")
    graph = networkx.read_graphml(tmp_path / "group.graphml", node_type=int)
    expected = groups[3].graph()
    assert dict(graph.nodes(data=True)) == dict(expected.nodes(data=True))
    assert sorted(graph.edges(data=True), key=str) == sorted(expected.edges(data=True), key=str)


def test_damaged_folders(tmp_path: Path) -> None:
    found = discover(chain(), parameters={"min_path": 3}, out=tmp_path / "groups")
    assert len(found) == 12
    with pytest.raises(ModelError, match="catalogue-missing"):
        read_catalogue(tmp_path)
    manifest = tmp_path / "groups" / "manifest.json"
    known = manifest.read_text()
    manifest.write_text(known[:40])
    with pytest.raises(ModelError, match="catalogue-manifest"):
        read_catalogue(tmp_path / "groups")
    manifest.write_text(json.dumps(json.loads(known) | {"format": 99}))
    with pytest.raises(ModelError, match="catalogue-format"):
        read_catalogue(tmp_path / "groups")
    manifest.write_text(known)
    column = next((tmp_path / "groups" / "groups" / "size").iterdir())
    np.save(column, np.zeros(2))
    with pytest.raises(ModelError, match="not what the search wrote"):
        _ = read_catalogue(tmp_path / "groups").table
    column.unlink()
    with pytest.raises(ModelError, match="catalogue-chunk"):
        _ = read_catalogue(tmp_path / "groups").table


def test_pictures(groups: Catalogue, tmp_path: Path) -> None:
    inhibitory = middling().inhibitory
    figure = draw_group(groups[0], inhibitory=inhibitory)
    axes = figure.axes[0]
    assert "mother" in axes.get_title() and axes.get_xlabel() == "time / ms"
    figure.savefig(tmp_path / "group.png")
    histograms = draw_catalogue(groups, shuffled=groups.filter(min_path=4))
    assert len(histograms.axes) == 4
    histograms.savefig(tmp_path / "catalogue.svg")
    draw_catalogue(groups.filter(min_path=99)).savefig(tmp_path / "empty.png")
    assert all((tmp_path / name).stat().st_size > 5_000 for name in ("group.png", "catalogue.svg", "empty.png"))


def test_every_damage_is_found(tmp_path: Path) -> None:
    found = discover(middling(), mode="corrected", parameters={"min_path": 3, "threshold": 5.0}, out=tmp_path / "groups")
    file = tmp_path / "groups" / "spikes" / "neuron" / "000000.npy"
    whole = file.read_bytes()
    for damaged in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:-1], b""):
        file.write_bytes(damaged)
        with pytest.raises(ModelError, match="not what the search wrote"):
            read_catalogue(tmp_path / "groups")[0]
    file.write_bytes(whole)
    assert len(read_catalogue(tmp_path / "groups")[0]) == len(found[0])


@pytest.mark.parametrize(
    ("key", "value"), [("neurons", "x"), ("step_ms", -3), ("chunks", "x"), ("chunks", [{"number": 0}]), ("status", None)]
)
def test_manifests_of_wrong_types_are_refused(tmp_path: Path, key: str, value: object) -> None:
    discover(chain(), mode="corrected", parameters={"min_path": 5}, out=tmp_path / "groups")
    manifest = json.loads((tmp_path / "groups" / "manifest.json").read_text())
    (tmp_path / "groups" / "manifest.json").write_text(json.dumps(manifest | {key: value}))
    with pytest.raises(ModelError, match="no manifest of a catalogue"):
        read_catalogue(tmp_path / "groups")
