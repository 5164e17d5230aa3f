"""The reference page says what the kinds say."""

from __future__ import annotations

import pytest
from reference.write import PAGE, connect_rules, stimulus_kinds, written
from unit.kinds.ramp import Ramp
from unit.kinds.ring import Ring

from snndsl.connect import CONNECT
from snndsl.stimuli import STIMULI


def test_the_page_is_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page, "write it anew: python tests/reference/write.py"


def test_a_new_kind_has_its_row() -> None:
    with STIMULI.with_(Ramp), CONNECT.with_(Ring):
        assert "| `ramp` | `{slope}` | injection | a current that grows with the time |\n" in stimulus_kinds()
        assert "| `{ring: n}` | the n next ones on a ring |\n" in connect_rules()


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="0 places for connect rules"):
        written("no table")
