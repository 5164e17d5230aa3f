"""The generated text: names, abstract code, settings; no simulator."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.brian2.zoo import calculator, op, zoo

from snndsl.backend.protocol import Backend
from snndsl.ir import OPERATIONS, Block, Call, Const, Ref
from snndsl.ir.expression import walk
from snndsl_brian2 import backend
from snndsl_brian2.abstract import Scope, block_lines, expression
from snndsl_brian2.rules import rule_code
from snndsl_brian2.tree.names import neuron_name, object_name, synapse_name

identifiers = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True)


def scope() -> Scope:
    return Scope(neuron_name, {"v", "step"}, {"step": "(t_in_timesteps + 0.0)", "i": "(i + 0.0)"}, "1.0", {"table": 4}, {})


def test_is_a_backend() -> None:
    assert isinstance(backend, Backend)
    assert backend.target.operations == set(OPERATIONS)


@given(identifiers, identifiers)
def test_names_stay_apart(one: str, other: str) -> None:
    for mangle in (neuron_name, synapse_name, lambda name: object_name(name, "population")):
        assert (mangle(one) == mangle(other)) == (one == other)
        assert re.fullmatch(r"[A-Za-z]\w*", mangle(one))
    assert neuron_name(one) != synapse_name(other)


def test_brackets_are_the_order() -> None:
    tree = op("sub", op("mul", "v", op("add", 0.1, "x")), op("neg", -2.0))
    assert expression(tree, scope()) == "((v_n * (0.1 + x_n)) - (-(-2.0)))"


@pytest.mark.parametrize(("value", "text"), [(0.0, "0.0"), (-0.0, "(-0.0)"), (1e300, "1e+300"), (0.1, "0.1"), (-7.0, "(-7.0)")])
def test_constants(value: float, text: str) -> None:
    assert expression(Const(value), scope()) == text


def test_a_variable_hides_a_builtin_name() -> None:
    assert expression(op("add", "step", "i"), scope()) == "(step_n + (i + 0.0))"


def test_choices_samples_and_keys() -> None:
    assert expression(op("select", op("lt", "v", 1.0), "v", 2.0), scope()) == "snn_select(int((v_n < 1.0)), v_n, 2.0)"
    assert expression(op("sample", "v", key="table"), scope()) == "snn_sample(4, v_n, 1.0)"
    keyed = scope()
    assert expression(op("uniform", 5.0, 9.0, "i", "step", 0.0, 1.0), keyed).startswith("snn_uniform(snn_key(0), snn_key(1), ")
    assert expression(op("poisson", "v", 9.0, 5.0, "i", "step", 0.0, 1.0), keyed).startswith(
        "snn_poisson(v_n, snn_key(1), snn_key(0),"
    )


def test_every_operation_is_printed() -> None:
    for name, operation in OPERATIONS.items():
        call = Call(name, tuple(Ref("v") for _ in operation.arguments), "table" if name == "sample" else "")
        assert expression(call, scope())


def test_all_writes_at_once() -> None:
    block = Block((("a__1", op("add", "v", 1.0)),), (("v", "step"), ("step", "v"), ("x", "a__1")))
    swapping = block_lines(block, scope())
    assert swapping == ["a__1_n = (v_n + 1.0)", "step_n_old = step_n", "v_n_old = v_n", "v_n = step_n_old", "step_n = v_n_old",
                        "x_n = a__1_n"]  # fmt: skip


def test_functions_of_shared_parameters_are_computed_once() -> None:
    rule = next(rule for rule in zoo().rules if rule.order == "pre_first")
    assert not any("fixed_" in line for line in rule_code(rule, "I", frozenset({"c"}), {}, {}).on_pre)
    with_log = Block((("x__1", op("mul", "x", op("log", "c"))),), (("x", "x__1"),))
    changed = type(rule)("r", rule.params, rule.states, with_log, Block(), "w")
    lines = rule_code(changed, "I", frozenset({"c"}), {}, {}).on_pre
    assert lines[0] == "fixed_1 = snn_log(c_s)"
    assert lines[2] == "x__1_s = (x_s * fixed_1)"


def test_no_number_of_the_model_in_the_code() -> None:
    one, other = (backend.generate(zoo(seed=seed, steps=steps, rows=rows)) for seed, steps, rows in ((1, 90, 40), (2, 70, 30)))
    code = [path for path in one.files if path in ("run.py", "README.md") or path.startswith("code/")]
    assert len(code) > 10
    assert all(one.content(path) == other.content(path) for path in code)
    assert one.content("settings.json") != other.content("settings.json")


def test_a_seed_is_a_number() -> None:
    one, other = backend.generate(calculator(key=77.0)), backend.generate(calculator(key=78.0))
    assert one.content("run.py") == other.content("run.py")
    assert [json.loads(tree.content("settings.json"))["keys"][0] for tree in (one, other)] == [77.0, 78.0]


def test_settings_name_arrays_by_null() -> None:
    tree = backend.generate(zoo())
    settings = json.loads(tree.content("settings.json"))
    assert settings["populations"]["cells"]["values"]["t"] is None
    assert settings["populations"]["cells"]["values"]["R"] == 2.0
    assert np.shares_memory(np.asarray(tree.files["data/populations/cells/t.npy"]), zoo().populations[1].values["t"]) is False
    assert settings["synapses"]["fixed"]["values"] == {"weight": None}


def test_same_bytes_in_every_process() -> None:
    here = Path(__file__).parent
    code = (
        "import hashlib; from zoo import zoo; from snndsl_brian2 import backend; tree = backend.generate(zoo());"
        "print(hashlib.sha256(b''.join(tree.content(path) for path in sorted(tree.files))).hexdigest())"
    )
    root = here.parents[2]
    path = os.pathsep.join(str(folder) for folder in (here, root, root / "backends"))
    seen = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(seen) == 1


def test_comments_of_users_stay_comments() -> None:
    comments = {"neurons.leaky": 'dv/dt = """\nimport os', "populations.cells": "n \\ \x1b"}
    text = str(backend.generate(replace(zoo(), comments=comments)).files["run.py"])
    assert "# dv/dt = '''" in text
    compile(text, "run.py", "exec")
    assert "\nimport os" not in text.split("def network")[1]


def test_names_of_other_things_compile() -> None:
    text = str(backend.generate(zoo()).files["run.py"])
    compile(text, "run.py", "exec")
    assert 'population["NULL"]' in text


def test_no_power_and_no_integer_division() -> None:
    tree = backend.generate(zoo())
    code = re.findall(r'"""(.*?)"""', str(tree.files["run.py"]), re.DOTALL)
    statements = [line for text in code[1:] for line in text.splitlines() if " = " in line]
    assert statements and not any("**" in line or re.search(r"\b\d+ / \d+\b", line) for line in statements)


def test_nothing_is_assigned_from_itself() -> None:
    for program in (zoo(), calculator()):
        for text in re.findall(r'"""(.*?)"""', str(backend.generate(program).files["run.py"]), re.DOTALL)[1:]:
            for line in text.splitlines():
                name, sign, value = line.strip().partition(" = ")
                assert not sign or name not in re.findall(r"\w+", value), line


def test_walk_covers_the_zoo() -> None:
    blocks = [block for program in (zoo(), calculator()) for n in program.neurons for block in (n.update, n.reset)]
    used = {part.op for block in blocks for _, tree in block.lets for part in walk(tree) if isinstance(part, Call)}
    assert used >= set(OPERATIONS) - {"lt"}
