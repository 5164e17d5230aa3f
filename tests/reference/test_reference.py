"""The reference page says what the tables of the code say."""

from reference.tables import PAGE, PARTS, made, names


def test_every_part_stands_in_the_page_once() -> None:
    assert sorted(names(PAGE.read_text(encoding="utf-8"))) == sorted(PARTS)


def test_the_page_is_made_from_the_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert made(page) == page, "write it anew: python tests/reference/write.py"
