"""Every key is described and shown in a file that runs; the file with the rare ones does what it expects."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from reference.keys import Section, examples, section_keys, sections, shown
from unit.kinds.ramp import Ramp

from snndsl.analysis.expectations import check_expectations
from snndsl.api import load, run_model
from snndsl.backend import REFERENCE
from snndsl.schema import ModelSpec
from snndsl.stimuli import STIMULI

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "keys.md"
ALL = [(section, key, info) for section in sections() for key, info in section_keys(section.spec).items()]


def test_there_are_many() -> None:
    assert len(sections()) > 30
    assert {"time", "neurons.NAME.refractory", "projections.NAME.connect.pairs", "stimuli.NAME.play"} <= {
        section.title for section in sections()
    }
    assert len(ALL) > 200


def test_every_key_is_described() -> None:
    assert [f"{section.title}: {key}" for section, key, info in ALL if not info.description] == []


def test_every_key_says_how_it_is_written() -> None:
    assert [
        f"{section.title}: {key}" for section, key, info in ALL if not shown(info.annotation, tuple(info.metadata)).written
    ] == []


def test_every_key_stands_in_an_example() -> None:
    def unseen(section: Section) -> set[str]:
        return set(section_keys(section.spec)) - {key for block in examples()[section.spec] for key in block.keys}

    missing = {section.title: found for section in sections() if section.spec is not ModelSpec and (found := unseen(section))}
    assert missing == {}, "use them in tests/reference/rare.yaml"


def test_examples_are_pieces_of_files_as_they_are_read() -> None:
    """Cut out and put under the keys above it, a piece means what it means in its file."""

    def within(piece: object, whole: object) -> bool:
        if isinstance(piece, dict):
            return isinstance(whole, dict) and all(key in whole and within(value, whole[key]) for key, value in piece.items())
        if isinstance(piece, list):
            return isinstance(whole, list) and all(any(within(item, other) for other in whole) for item in piece)
        return piece == whole

    blocks = [block for found in examples().values() for block in found]
    assert len(blocks) > 60
    for block in blocks:
        assert within(yaml.safe_load(block.text), yaml.safe_load(block.file.read_text(encoding="utf-8"))), block


def test_links_within_the_page_lead_somewhere() -> None:
    page = PAGE.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
    elsewhere = "".join((PAGE.parent / name).read_text(encoding="utf-8") for name in ("language.md",))
    found = re.findall(r"\]\(#([^)]*)\)", page) + re.findall(r"\]\(keys\.md#([^)]*)\)", elsewhere)
    assert len(found) > 40 and sorted({*found} - anchors) == []


def test_the_file_of_rare_keys_does_what_it_expects(tmp_path: Path) -> None:
    model = load(HERE / "rare.yaml")
    outcomes = check_expectations(model.checked, run_model(model, REFERENCE, tmp_path / "run").recording)
    assert [outcome.text for outcome in outcomes if not outcome.passed] == [] and len(outcomes) == 2


def test_a_new_kind_has_its_key() -> None:
    with STIMULI.with_(Ramp):
        [stimulus] = [section for section in sections() if section.title == "stimuli.NAME"]
        assert "ramp" in section_keys(stimulus.spec)
