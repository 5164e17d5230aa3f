"""The conformance suite: small models that a backend must run exactly as the reference does.

A third-party backend uses it in its own tests::

    from snndsl.testing import cases, run_case, differences

    @pytest.mark.parametrize("case", cases())
    def test_same_as_the_reference(case, tmp_path):
        assert differences(run_case(case, "reference", tmp_path / "a"), run_case(case, "mine", tmp_path / "b")) == []
"""

from snndsl.testing.conformance import cases, differences, run_case

__all__ = ["cases", "differences", "run_case"]
