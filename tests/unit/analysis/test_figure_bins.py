"""Bins of a rate: of equal width, none of them a short rest."""

import numpy as np
import pytest

from snndsl.analysis.figures import bin_edges


@pytest.mark.parametrize("last", [1, 149, 150, 151, 299, 301, 1001, 6007])
def test_no_bin_is_shorter_than_the_others(last: int) -> None:
    widths = np.diff(bin_edges(7, 7 + last))
    assert widths.sum() == last and len(widths) <= 150
    assert (widths[:-1] == widths[0]).all() and widths[0] <= widths[-1] < 2 * widths[0]
