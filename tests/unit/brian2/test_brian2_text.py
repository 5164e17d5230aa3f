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
from unit.brian2.zoo import calculator, op, zoo

from snndsl.backend.names import free_names
from snndsl.backend.protocol import Backend
from snndsl.ir import OPERATIONS, Block, Call, Const, Expr, Program, Ref, Rule, walk
from snndsl.ir.remarks import Remarks
from snndsl_brian2 import backend
from snndsl_brian2.abstract import BlockNames, block_lines, expression
from snndsl_brian2.rules import RuleCode, RuleContext, rule_code
from snndsl_brian2.words import reserved

NOTHING = Remarks({})
PRINTED = {name: name for name in ("v", "x", "w", "step", "i", "a__1")}


def scope() -> BlockNames:
    return BlockNames(PRINTED | {"step": "step", "i": "index"}, "1.0", {"table": 4}, {})


def test_is_a_backend() -> None:
    assert isinstance(backend, Backend)
    assert backend.target.operations == set(OPERATIONS)


def test_brackets_are_the_order() -> None:
    tree = op("sub", op("mul", "v", op("add", 0.1, "x")), op("neg", -2.0))
    assert expression(tree, scope()) == "v * (0.1 + x) - -(-2.0)"


@pytest.mark.parametrize(("value", "text"), [(0.0, "0.0"), (-0.0, "-0.0"), (1e300, "1e+300"), (0.1, "0.1"), (-7.0, "-7.0")])
def test_constants(value: float, text: str) -> None:
    assert expression(Const(value), scope()) == text


def test_choices_samples_and_keys() -> None:
    assert expression(op("select", op("lt", "v", 1.0), "v", 2.0), scope()) == "snn_select(v < 1.0, v, 2.0)"
    assert expression(op("sample", "v", key="table"), scope()) == "snn_sample(4, v, 1.0)"
    keyed = scope()
    assert expression(op("uniform", 5.0, 9.0, "i", "step", 0.0, 1.0), keyed).startswith("snn_uniform(snn_key(0), snn_key(1), ")
    assert expression(op("poisson", "v", 9.0, 5.0, "i", "step", 0.0, 1.0), keyed).startswith(
        "snn_poisson(v, snn_key(1), snn_key(0), index, step, "
    )


def test_every_operation_is_printed() -> None:
    for name, operation in OPERATIONS.items():
        call = Call(name, tuple(Ref("v") for _ in operation.arguments), "table" if name == "sample" else "")
        assert expression(call, scope())


def test_all_writes_at_once() -> None:
    block = Block((("a__1", op("add", "v", 1.0)),), (("v", "w"), ("w", "v"), ("x", "a__1")))
    assert block_lines(block, scope(), ("v", "w", "x"), NOTHING) == (
        ["x = v + 1.0", "v__before = v"],
        ["v = w", "w = v__before"],
    )


@pytest.mark.parametrize(
    ("tree", "lines"),
    [
        (op("add", "v", op("mul", "w", "x")), ["v += w * x"]),  # v + (w*x)
        (op("mul", "v", op("sub", "w", "x")), ["v *= w - x"]),
        (op("sub", "w", 1.0), ["v = w - 1.0"]),
        (op("exp", "w"), ["a__1 = snn_exp(w)", "v = a__1"]),  # Brian2 would read it with SymPy
        (op("add", "v", op("exp", "w")), ["v += snn_exp(w)"]),
        (op("add", "w", "v"), ["a__1 = w + v", "v = a__1"]),
        (op("add", op("add", "v", "w"), "x"), ["a__1 = v + w + x", "v = a__1"]),  # (v + w) + x is not v + (w + x)
        (op("add", "v", op("mul", "w", "v")), ["a__1 = v + w * v", "v = a__1"]),
    ],
)
def test_a_state_is_changed_in_place_only_where_that_is_the_same(tree: Expr, lines: list[str]) -> None:
    first, last = block_lines(Block((("a__1", tree),), (("v", "a__1"),)), scope(), ("v", "w"), NOTHING)
    assert first + last == lines


def test_what_is_read_later_keeps_its_old_value() -> None:
    block = Block((("a__1", op("sub", "w", 1.0)), ("x", op("mul", "v", 2.0))), (("v", "a__1"), ("w", "x")))
    assert block_lines(block, scope(), ("v", "w"), NOTHING) == (["a__1 = w - 1.0", "w = v * 2.0"], ["v = a__1"])
    shown = block_lines(Block((("a__1", op("sub", "w", 1.0)),), (("v", "a__1"),)), scope(), ("v",), NOTHING, ["a__1"])
    assert shown == (["a__1 = w - 1.0"], ["v = a__1"])


def used(rule: Rule, same: frozenset[str] = frozenset(), taken: frozenset[str] = frozenset()) -> RuleCode:
    return rule_code(rule, RuleContext(("I",) * len(rule.deliver), same, taken, {}, {}, {}), NOTHING)


def test_functions_of_shared_parameters_are_computed_once() -> None:
    rule = next(rule for rule in zoo().rules if rule.order == "pre_first")
    assert not any("shared_" in line for line in used(rule, frozenset({"c"})).on_pre)
    with_log = Block((("x__1", op("mul", "x", op("log", "c"))),), (("x", "x__1"),))
    changed = type(rule)("r", rule.params, rule.states, with_log, Block(), (("", "w"),))
    lines = used(changed, frozenset({"c"})).on_pre
    assert lines[0] == "shared_1__ = snn_log(c)  # the same for all synapses"
    assert lines[2] == "x *= shared_1__"


def test_parameters_that_are_one_number_are_no_arrays() -> None:
    """Populations of one neuron that differ in this have equations of their own, and one update."""
    program = calculator()
    first = program.populations[0]
    single = replace(first, name="single", values=first.values | {"a": 0.5})
    text = backend.generate(replace(program, populations=(first, single))).files["run.py"]
    assert isinstance(text, str) and isinstance(first.values["a"], np.ndarray)
    several, one = re.findall(r"\w+_model(?:_2)? = \"\"\"\n(.*?)\"\"\"", text, re.DOTALL)
    assert " a : 1 (constant)" in several and " a : 1 (shared, constant)" in one
    neuron = first.neuron
    assert f'population["{first.name}"] = NeuronGroup(size["{first.name}"], {neuron}_model, ' in text
    assert f'population["single"] = NeuronGroup(size["single"], {neuron}_model_2, ' in text
    assert text.count(f"{neuron}_update = ") == 1


def test_only_what_can_fail_is_checked() -> None:
    """A copy of a state, a stamp and a choice between numbers are finite; a sum may overflow."""
    lets = (("a__1", op("select", op("gt", "w", 0.0), 0.0, "w")), ("b__1", op("add", "x", 1.0)), ("c__1", op("abs", "b__1")))
    block = Block(lets, (("w", "a__1"), ("x", "b__1"), ("y", "c__1"), ("last", "tv"), ("z", "y")))
    rule = Rule("r", (), ("w", "x", "y", "z", "last"), block, Block(), ())
    checks = [line.split()[0] for line in used(rule).on_pre if "snn_number" in line]
    assert checks == ["x__checked", "y__checked"]


def test_variables_of_a_synapse_are_not_those_of_its_neurons() -> None:
    rule = Rule("r", ("tau",), ("w", "v"), Block((("v__1", op("mul", "v", "tau")),), (("v", "v__1"),)), Block(), (("", "w"),))
    code = used(rule, taken=frozenset({"v", "v__1", "I"}))
    assert dict(code.names) == {"tau": "tau", "w": "w", "v": "v_syn"}
    assert "v_syn *= tau" in code.on_pre and "I_post += w" in code.on_pre


NAMES = "brian2.core.functions.DEFAULT_FUNCTIONS brian2.core.functions.DEFAULT_CONSTANTS brian2.core.namespace.DEFAULT_UNITS"


@pytest.mark.skipif(bool(backend.missing()), reason="Brian2 is not installed")
def test_every_word_of_brian2_is_reserved() -> None:
    code = f"import importlib\nfor path in {NAMES.split()}:\n module, _, name = path.rpartition('.')\n"
    code += " print(*getattr(importlib.import_module(module), name))"
    words = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert len(words) > 1000 and [word for word in words if word != "-inf" and not reserved(word)] == []


FIELD = "v V_th E_L tau_m g_Na a I C w u n lambda_ A_plus P__V__I x_before q__ Delta_T EL b_2"


FREED = {"xi_a": "own_xi_a", "xi_rule__x": "own_xi_rule__x", "brian": "own_brian", "a__b_post": "a__b_post_", "volt": "volt_"}


def test_a_name_that_no_suffix_frees_gets_a_prefix() -> None:
    """Brian2 takes whatever begins with ``xi_`` for noise."""
    assert free_names(FREED, reserved) == FREED
    assert not any(map(reserved, FREED.values()))


@pytest.mark.parametrize("name", ["nu_post", "diehl_cook_stdp__nu_post", "stdp__x_pre", "xi_rule__x"])
def test_endings_of_brian2_are_reserved_in_names_of_several_rules_too(name: str) -> None:
    """Brian2 refuses them; what belongs to a rule of a list is called by the rule and the name."""
    assert reserved(name)


def test_names_of_the_field_stay() -> None:
    assert not any(map(reserved, FIELD.split()))


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
    comments = {
        "neurons.leaky": 'dv/dt = """\nimport os',
        "populations.cells": "n \\ \x1b",
        "neurons.leaky.update.held": "a # b; c",
    }
    text = str(backend.generate(replace(zoo(), comments=comments)).files["run.py"])
    assert "# dv/dt = ```" in text and "# a | b, c" in text
    compile(text, "run.py", "exec")
    assert "\nimport os" not in text.split("def network")[1]


@pytest.mark.parametrize("program", [zoo(), calculator()], ids=lambda program: str(program.name))
def test_linters_find_nothing(program: Program, tmp_path: Path) -> None:
    """Ruff with the rules of this project; lines of computed code are as long as they are."""
    backend.generate(program).write(tmp_path)
    rules = ["--line-length=128", "--select=E,F,W,I,B,UP,N,C4,PIE,SIM,RUF100", "--ignore=E501"]
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", *rules, "run.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


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
    """Brian2 would rewrite it."""
    for program in (zoo(), calculator()):
        for text in re.findall(r'"""(.*?)"""', str(backend.generate(program).files["run.py"]), re.DOTALL)[1:]:
            for line in text.splitlines():
                name, sign, value = line.partition("#")[0].strip().partition(" = ")
                assert not sign or name not in re.findall(r"\w+", value), line


def test_walk_covers_the_zoo() -> None:
    blocks = [block for program in (zoo(), calculator()) for n in program.neurons for block in (n.update, n.reset)]
    used = {part.op for block in blocks for _, tree in block.lets for part in walk(tree) if isinstance(part, Call)}
    assert used >= set(OPERATIONS) - {"lt"}
