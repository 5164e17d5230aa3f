"""The reference page says what the tables of the code say."""

from __future__ import annotations

from reference import sections
from reference.tables import PAGES, PARTS, connect_rules, made, names, stimulus_kinds
from unit.kinds.ramp import Ramp
from unit.kinds.ring import Ring

from snndsl.connect import CONNECT
from snndsl.stimuli import STIMULI


def test_every_part_stands_in_the_page_once() -> None:
    assert sorted(name for page in PAGES for name in names(page.read_text(encoding="utf-8"))) == sorted(PARTS)


def test_the_page_is_made_from_the_tables() -> None:
    for file in PAGES:
        page = file.read_text(encoding="utf-8")
        assert made(page) == page, "write it anew: python tests/reference/write.py"


def test_the_classes_of_sections_are_made_from_the_schema() -> None:
    for file, text in sections.modules().items():
        assert file.read_text(encoding="utf-8") == text, "write it anew: python tests/reference/write.py"


def test_a_new_kind_has_its_row() -> None:
    with STIMULI.with_(Ramp), CONNECT.with_(Ring):
        assert "| `ramp` | `{slope}` | injection | a current that grows with the time |\n" in stimulus_kinds()
        assert "| `{ring: n}` | the n next ones on a ring |\n" in connect_rules()
