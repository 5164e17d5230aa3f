"""The reference page says what the tables of the code say."""

import re

from reference.tables import PAGE, PARTS, made


def test_every_part_stands_in_the_page_once() -> None:
    assert sorted(re.findall(r"<!-- made: (\w+) -->", PAGE.read_text(encoding="utf-8"))) == sorted(PARTS)


def test_the_page_is_made_from_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert made(page) == page, "python tests/reference/write.py"
