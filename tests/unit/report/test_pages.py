"""Pages about groups: one file, which asks no network for anything, escapes what it is given and tells every spike."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from unit.polychrony.networks import chain, middling

from snndsl.errors import ModelError
from snndsl.polychrony import Catalogue, SynapseTable, discover, read_catalogue, significance
from snndsl.polychrony.network.same import LinkWeights
from snndsl.report import catalogue_page, group_page

VOID = {"meta", "br"}


class Tags(HTMLParser):
    """Start tags by name with their attributes; complains about tags that do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title":
            self.texts.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.found)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("pages") / "groups"
    return discover(middling(), mode="corrected", parameters={"min_path": 3, "threshold": 5.0}, out=folder)


def test_every_spike_and_link_of_a_group_is_drawn(found: Catalogue) -> None:
    for k in (0, 7, len(found) - 1):
        tags, group = Tags(group_page(found, k, network=middling())), found[k]
        assert tags.count("circle") == len(group)
        links = [attributes for name, attributes in tags.found if name == "path" and "data-a" in attributes]
        pairs = [(int(link["data-a"] or -1), int(link["data-b"] or -1)) for link in links]
        assert pairs == list(zip(group.pre.tolist(), group.post.tolist()))
        assert len(tags.texts) == 1 + len(group)  # of the page, and of each spike
        assert all(f"neuron {neuron}," in text for neuron, text in zip(group.neuron, tags.texts[1:]))


def test_inputs_are_told_with_delays_and_weights() -> None:
    found = discover(chain(), mode="corrected", parameters={"min_path": 5})
    texts = Tags(group_page(found, 0, network=chain())).texts
    group = found[0]
    mother = texts[1 + int(np.flatnonzero(group.neuron == group.mother)[0])]
    for neuron, step in zip(group.anchors.tolist(), group.anchor_steps.tolist()):
        assert re.search(rf"neuron {neuron} at {step} ms, delay \d+ ms, weight 10", mother)
    assert "weight" not in "".join(Tags(group_page(found, 0)).texts)


def test_weights_of_links_are_those_of_the_network(found: Catalogue) -> None:
    table = middling()
    weights_of = LinkWeights(table)
    known: dict[tuple[int, int, int], set[float]] = {}
    for pre, post, delay, weight in zip(table.pre.tolist(), table.post.tolist(), table.delay.tolist(), table.weight.tolist()):
        known.setdefault((pre, post, delay), set()).add(weight)
    for k in range(0, len(found), 11):
        group = found[k]
        keys = zip(group.neuron[group.pre].tolist(), group.neuron[group.post].tolist(), group.delay.tolist())
        for key, weight in zip(keys, weights_of(group).tolist()):
            assert weight in known[key]


def test_another_network_is_refused(found: Catalogue) -> None:
    table = middling()
    with pytest.raises(ModelError, match="the groups are of 100 neurons, the network has 18"):
        group_page(found, 0, network=chain())
    with pytest.raises(ModelError, match="the network has no such synapse"):
        group_page(found, 0, network=table.replace(delay=table.delay % 20 + 1))
    with pytest.raises(ModelError, match="there is no group"):
        group_page(found, len(found))


def test_a_page_asks_for_nothing_from_elsewhere(found: Catalogue) -> None:
    for page in (group_page(found, 0), catalogue_page(found)):
        assert "default-src 'none'" in page and "http:" not in page and "https:" not in page
        assert not any({"src", "srcset"} & set(attributes) for _, attributes in Tags(page).found)
        links = [attributes["href"] or "" for _, attributes in Tags(page).found if "href" in attributes]
        assert all(link.startswith("#group-") for link in links)
        assert str(found.path) not in page


def test_a_page_of_a_catalogue_has_a_table_drawings_and_says_what_is_left_out(found: Catalogue) -> None:
    page = catalogue_page(found, rows=10, drawn=3)
    tags = Tags(page)
    assert f"The first 10 of {len(found):,} groups; {len(found) - 10:,} are left out." in page
    drawn = [attributes["id"] for tag, attributes in tags.found if tag == "details"]
    assert drawn == ["group-0", "group-1", "group-2"]
    assert sum(attributes.get("href") == "#group-1" for _, attributes in tags.found) == 1
    assert catalogue_page(found, rows=10, drawn=3) == page


def test_a_page_says_whether_a_null_was_run(tmp_path: Path) -> None:
    table = chain()
    parameters = {"min_path": 5}
    found = discover(table, mode="corrected", parameters=parameters, out=tmp_path / "groups")
    assert "No null was run" in catalogue_page(found)
    tested = significance(table, null="delays", repetitions=4, observed=found, mode="corrected", parameters=parameters)
    found.folder.write_null("delays", tested.to_dict())
    again = read_catalogue(tmp_path / "groups")
    assert again.nulls["delays"]["shuffled"]["groups"] == tested.shuffled["groups"].tolist()
    page = catalogue_page(again)
    assert "No null was run" not in page
    assert f"<td>delays</td><td>4</td><td>{len(found)}</td>" in page


def test_nulls_that_are_damaged_are_refused(tmp_path: Path) -> None:
    found = discover(chain(), mode="corrected", parameters={"min_path": 5}, out=tmp_path / "groups")
    for text in ("{", '{"weights": {"null": "weights"}}', '{"weights": 3}', "[1]"):
        (tmp_path / "groups" / "nulls.json").write_text(text)
        with pytest.raises(ModelError, match="catalogue-nulls"):
            catalogue_page(found)


def test_text_of_a_manifest_is_escaped(tmp_path: Path) -> None:
    found = discover(chain(), mode="corrected", parameters={"min_path": 5}, out=tmp_path / "groups")
    found.manifest["definitions"][0]["mode"] = "<script>alert(1)</script>"
    found.manifest["network"] = '"><img src=x onerror=alert(1)>'
    page = catalogue_page(found)
    assert Tags(page).count("script") == 1 and Tags(page).count("img") == 0


def test_a_search_without_groups_has_a_page() -> None:
    empty = SynapseTable.from_columns({"pre": [0], "post": [1], "weight": [1.0], "delay": [1]})
    page = catalogue_page(discover(empty))
    assert "0 polychronous groups" in page
    Tags(page)
