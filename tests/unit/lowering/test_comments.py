"""Comments inside equations and statements have no meaning, reach the generated text, and can do nothing there."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.lowering.models import program

from snndsl.backend.registry import backend, backend_names
from snndsl.backend.source_tree import SourceTree
from snndsl.expressions import parse_equations, parse_statements
from snndsl.ir import Program
from snndsl.ir.dump import digest
from snndsl.ir.remarks import harmless

MODEL = """
    neurons:
      n:
        parameters: {{tau: 10 ms, E_L: -70 mV}}
        state: {{v: E_L}}
        ports: {{I: mV}}
        equations: |
          leak = (E_L - v)/tau{0}
          dv/dt = leak{1}
        integrator: exact
        update: |
          v += I{2}
        threshold: v > -50 mV
        reset: |
          v = E_L{3}
    plasticity:
      rule:
        on_pre: |
          deliver(w){4}
          w = w + 0 mV{5}
    populations: {{p: {{neuron: n, size: 2}}}}
    projections:
      a: {{from: p, to: p, connect: all_to_all, self: false, port: I, weight: 1 mV, delay: {{axonal: 1 ms}}, plasticity: rule}}
    """
HOSTILE = [
    "*/ int x; /*",
    "/* not closed",
    "ends with a backslash \\",
    "trigraph ??/",
    "???/",
    '"""; import os; os.abort(); """',
    "'''; raise SystemExit; '''",
    "{0} {{x}} {% x %} {name!r}",
    "%s %(name)s %d",
    "\u2028 new line\u2029 \x0b\x0c\x85",
    "\u202e right to left",
    "*\u200b/ int x;",
    "# coding: utf-7",
    "include </etc/passwd>",
    "*\\",
]


def commented(comments: list[str]) -> Program:
    return program(MODEL.format(*(f"  # {comment}" for comment in comments)))


def test_a_comment_belongs_to_its_line_or_to_the_line_below() -> None:
    first, second = parse_statements("# a\nx = 1  # b\n\n  # c\ny = 2\n# d")
    assert (first.comment, second.comment) == ("a; b", "c; d")
    assert (first.line, second.line) == (1, 4)
    (equation,) = parse_equations(["dx/dt = -x/tau #", "# of the membrane"])
    assert equation.comment == "of the membrane"
    assert parse_statements("# nothing else") == ()
    assert parse_statements("x = 1 # a") == parse_statements("x = 1 # b") == parse_statements("x = 1")


def test_comments_travel_and_mean_nothing() -> None:
    words = ["the leak", "a membrane", "what arrives", "back to rest", "before the change", "no change"]
    plain, made = commented([""] * 6), commented(words)
    assert digest(plain) == digest(made)
    assert made.comments["neurons.n"].splitlines()[1:] == [
        "leak = (E_L - v)/tau  # the leak",
        "dv/dt = leak  # a membrane",
        "v += I  # what arrives",
        "threshold: v > -50 mV",
        "reset: v = E_L  # back to rest",
    ]
    assert made.comments["rules.rule"].splitlines()[1:] == [
        "on_pre: deliver(w)  # before the change",
        "on_pre: w = w + 0 mV  # no change",
    ]
    trees = [backend(name).generate(made).files.values() for name in backend_names()]
    texts = ["".join(file for file in files if isinstance(file, str)) for files in trees]
    assert any(all(word in text for word in words) for text in texts)


@given(st.text())
def test_a_comment_becomes_one_harmless_line(text: str) -> None:
    line = harmless(text)
    assert line.isprintable() and len(line) <= 200
    assert not re.search(r"\*/|/\*|\?\?|[\\'\"{}#;]", line)
    assert harmless(line) == line


def meaning(tree: SourceTree) -> dict[str, str]:
    """Return the files of a tree without their comments."""
    found = {}
    for path, file in tree.files.items():
        if not isinstance(file, str):
            continue
        if path.endswith(".py"):
            module = ast.parse(file)
            for node in ast.walk(module):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):  # code in texts has comments of its own
                    node.value = re.sub(r" *#.*", "", node.value)
            file = ast.dump(module)
        elif Path(path).suffix in (".c", ".cpp", ".h", ".hpp"):
            file = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/|//[^\n]*", "", file, flags=re.DOTALL))
        else:
            continue
        found[path] = file
    return found


@pytest.mark.parametrize("name", backend_names())
@pytest.mark.parametrize("comment", HOSTILE)
def test_hostile_comments_change_nothing_in_generated_code(comment: str, name: str) -> None:
    made = commented(["kept"] * 6)
    texts = {key: text.replace("kept", harmless(comment)) for key, text in made.comments.items()}
    assert meaning(backend(name).generate(replace(made, comments=texts))) == meaning(backend(name).generate(made))


@pytest.mark.skipif(shutil.which("g++") is None, reason="no compiler")
@pytest.mark.parametrize("comment", HOSTILE)
def test_a_compiler_reads_over_a_hostile_comment(comment: str) -> None:
    line = harmless(comment)
    source = f"/* {line} */\n// {line}\nint first;\nint second;\n"
    flags = ["-trigraphs", "-Wall", "-Werror", "-Wbidi-chars=any"]
    made = subprocess.run(
        ["g++", *flags, "-x", "c++", "-E", "-P", "-"], input=source, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    assert made.stdout.split() == ["int", "first;", "int", "second;"]
