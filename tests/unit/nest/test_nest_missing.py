"""What NEST needs and does not find is named, with the line that installs it."""

from importlib import import_module
from pathlib import Path

import pytest

from snndsl.api import load, run_model
from snndsl.errors import ToolMissing
from snndsl.testing.conformance import case_file
from snndsl_nest.tree import building

module = import_module("snndsl_nest.backend")  # its name is also that of the object in it


def test_nothing_is_missing_here() -> None:
    assert module.backend.missing() == ()


def test_headers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "HEADERS", ("boost/no_such_header.hpp",))
    with pytest.raises(ToolMissing) as error:
        run_model(load(case_file("functions")), "nest", tmp_path / "run")
    assert error.value.exit_status == 3
    [fault] = error.value.faults
    assert "boost/no_such_header.hpp was not found" in fault.what
    assert fault.try_ == "sudo apt-get install -y libboost-dev libltdl-dev"
    assert not (tmp_path / "run").exists()


def test_the_simulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    assert [fault.code for fault in module.backend.missing()] == ["nest-missing"]


def test_the_text_type_of_the_library_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for names, flag in ((b"_ZN4nest3fooERKSs", "0"), (b"_ZN4nest3fooERKNSt7__cxx1112basic_stringIcE", "1")):
        (tmp_path / "nestkernel_api.so").write_bytes(names)
        monkeypatch.setattr(building, "nest_folder", lambda: tmp_path)
        monkeypatch.setattr(building, "_sources", lambda code, names: {})
        assert building.runtime_key(tmp_path)["abi"] == flag
