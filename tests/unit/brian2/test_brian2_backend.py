"""What the backend says of itself, without running anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from lowered import lower
from unit.brian2.zoo import calculator, zoo

import snndsl_brian2.tree.building as building
from snndsl.frontend.loader import load_source
from snndsl.semantics.check import check
from snndsl_brian2 import backend

NUMBERS: list[dict[str, object]] = [
    {"seed": 5},
    {"constants.J": "50 pA"},
    {"neurons.lif.parameters.tau_m": "25 ms"},
    {"neurons.lif.parameters.t_ref": "3 ms"},
    {"plasticity.pair_stdp.parameters.tau_plus": "30 ms"},
    {"projections.plastic.delay": {"axonal": "2 ms", "dendritic": "1 ms"}},
    {"projections.plastic.weight": "J"},
    {"projections.inhibition.delay": "2.5 ms"},
    {"stimuli.background.poisson.rate": "3 kHz"},
]
"""Changes of a model that are data."""


def test_nothing_is_imported() -> None:
    code = (
        "import sys; from snndsl_brian2 import backend; backend.versions(), backend.missing(); print('brian2' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


def test_versions() -> None:
    assert set(backend.versions()) >= {"compiler", "flags"}
    assert "-ffp-contract=off" in backend.versions()["flags"]
    assert "fast-math" not in backend.versions()["flags"].replace("-fno-fast-math", "")


def test_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert [fault.code for fault in backend.missing()][0] == "compiler-missing"
    assert building.compiler_version() == "none"


def test_no_brian2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    fault = next(fault for fault in backend.missing() if fault.code == "brian2-missing")
    assert "pip install" in fault.try_


@pytest.mark.parametrize(
    ("brian2", "numpy", "wrong"), [("2.9.0", "2.4.1", True), ("2.9.0", "2.3.5", False), ("2.11.0", "2.4.0", False)]
)
def test_numpy_too_new(monkeypatch: pytest.MonkeyPatch, brian2: str, numpy: str, wrong: bool) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("importlib.metadata.version", {"brian2": brian2, "numpy": numpy}.__getitem__)
    assert ("numpy-too-new" in [fault.code for fault in backend.missing()]) == wrong


def test_numbers_of_a_model_compile_nothing(tmp_path: Path) -> None:
    file = Path(__file__).parents[3] / "models" / "lif_stdp_delays" / "model.yaml"

    def key(number: int, settings: dict[str, object], duration: str = "100 ms") -> dict[str, str]:
        backend.generate(lower(check(load_source(file, settings), duration))).write(tmp_path / str(number))
        return building.key(tmp_path / str(number))

    known = key(0, {})
    for number, settings in enumerate(NUMBERS, 1):
        assert key(number, settings) == known, settings
    assert key(len(NUMBERS) + 1, {}, "50 ms") == known
    assert key(len(NUMBERS) + 2, {"populations.exc.size": 170}) != known


def test_the_key_knows_text_and_sizes_alone(tmp_path: Path) -> None:
    trees = {"one": zoo(), "numbers": zoo(seed=9, rows=50), "other": calculator()}
    for name, program in trees.items():
        backend.generate(program).write(tmp_path / name)
    run = tmp_path / "one" / "run.py"
    known = building.key(tmp_path / "one")
    assert known == building.key(tmp_path / "numbers")
    assert known != building.key(tmp_path / "other")
    run.write_text(run.read_text().replace("# --- Populations", "# --- Another comment"))
    assert known == building.key(tmp_path / "one")
    run.write_text(run.read_text().replace("> 0.0", ">= 0.0"))
    assert known != building.key(tmp_path / "one")


def test_macros_of_support_code_outlive_the_first_file_that_has_it(tmp_path: Path) -> None:
    """Such as that of abs: else the second file with the same support code did not compile as part of the whole."""
    support = "namespace {\n#define _brian_abs std::abs\nstatic inline double twice(double x) { return 2*x; }\n}\n"
    for name in ("one", "two"):
        body = f"using namespace brian;\n    return _brian_abs(twice(x));\n#define {name} 1"
        (tmp_path / f"{name}.cpp").write_text(f"{support}double f_{name}(double x) {{\n    {body}\n}}\n")
    (tmp_path / "makefile").write_text("SRCS = one.cpp two.cpp\n")
    whole = (tmp_path / building._one_unit(tmp_path)).read_text()
    assert whole.count("twice(double x)") == 1 and "#undef _brian_abs" not in whole
    assert "#undef one" in whole and "#undef two" in whole


def test_a_loop_over_neurons_is_compiled_for_vectors() -> None:
    """Not what the recorder does once a step, nor what goes through spikes; neurons that fire are searched for."""
    loop = "void _run_x()\n{\n    const int64_t N = 7;\n    for(int _idx=0; _idx<_N; _idx++)\n"
    done = building._vectorised(loop)
    assert done.startswith("SNN_CLONES void _run_x()") and "#pragma GCC ivdep\n    for(int _idx=0; _idx<_N; _idx++)" in done
    once = loop.replace("N = 7", "N = 1")
    assert building._vectorised(once) == once
    drawn = loop + "x = snn_poisson(mean);"
    assert building._vectorised(drawn).startswith("void _run_x()")
    body = "const char fires = p[_idx];\n  const char _cond = fires;\n"
    search = f"void _run_x()\n{{\n    for(size_t _idx=0; _idx<N; _idx++)\n  {body}"
    step = "for(size_t _idx=snn::next_that_fires(p, 0, N); _idx<N; _idx=snn::next_that_fires(p, _idx + 1, N))"
    assert building._vectorised(search) == search.replace("for(size_t _idx=0; _idx<N; _idx++)", step)


def test_synapses_of_a_spike_of_their_target_are_fetched_ahead() -> None:
    synapse = "const size_t _idx = (*_spiking_synapses)[_spiking_synapse_idx];"
    done = building._fetched(f"{synapse}\ndouble w = p_w[_idx];\ndouble x = p_x[_idx];\np_w[_idx] = w;\n")
    assert done.count("__builtin_prefetch(") == 2
    assert "__builtin_prefetch(&p_w[_later]);" in done and "__builtin_prefetch(&p_x[_later]);" in done


def test_what_no_run_uses_is_not_compiled(tmp_path: Path) -> None:
    kept = "void _init_arrays()\n{\n    x = new double[1];\n}\n"
    idle = "void _write_arrays()\n{\n    if(outfile)\n    {\n        outfile.write(x);\n    }\n}\n"
    lines = "void set_variable_by_name(std::string name, std::string s_value) {\n    if (name == x) {\n        y();\n    }\n}\n"
    objects = tmp_path / "objects.cpp"
    objects.write_text(kept + idle + kept + lines + kept)
    building._shorten(objects)
    empty = "void _write_arrays()\n{\n}\n" + kept + "void set_variable_by_name(std::string name, std::string s_value) {\n}\n"
    assert objects.read_text() == kept + empty + kept
