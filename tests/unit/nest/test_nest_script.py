"""run.py reads as PyNEST, and a linter and a formatter have nothing to say about it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from snndsl.api import load
from snndsl.testing import cases
from snndsl.testing.conformance import case_file
from snndsl_nest.script import script

ORDER = ["Settings", "Neurons", "Populations", "Plasticity", "Synapses", "Inputs", "Recording", "Run"]


def ruff(*arguments: str, text: str) -> None:
    command = [
        sys.executable,
        "-m",
        "ruff",
        *arguments,
        "--isolated",
        "--line-length",
        "128",
        "--stdin-filename",
        "run.py",
        "-",
    ]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def program_of(case: str):
    return load(case_file(case)).program


@pytest.mark.parametrize("case", cases())
def test_nothing_to_remark(case):
    text = script(program_of(case))
    ruff("check", "--select", "E,F,W,I,B,UP,SIM,C4,RET,PIE", text=text)
    ruff("format", "--check", text=text)


@pytest.mark.parametrize("case", ["plasticity_events", "sources", "long_delays"])
def test_from_top_to_bottom(case):
    program = program_of(case)
    text = script(program)
    sections = re.findall(r"# --- (\w+)", text)
    assert sections == [title for title in ORDER if title in sections]
    created = re.findall(r'nodes\["(\w+)"\] = nest.Create\(', text)
    assert created == [population.name for population in program.populations]
    connected = re.findall(r'simulation.synapses\(\s*"(\w+)"', text)
    assert connected == [synapses.name for synapses in program.synapses if synapses.rows.rows]
    recorded = re.findall(r'recorders\["(\w+)"\] = nest.Create\(\s*"spike_recorder"', text)
    assert recorded == [record.population for record in program.spike_records]


def test_the_users_lines_and_what_the_compilers_names_mean():
    program = program_of("long_delays")
    assert "    #   x = decay*x + in + kick\n    #   threshold: x >= 1\n" in script(program)
    comments = {**program.comments, "neurons.cell.params.refractory__steps": "refractory time in steps"}
    assert "    #     refractory__steps: refractory time in steps\n" in script(replace(program, comments=comments))


def test_nothing_in_a_comment_is_code():
    program = program_of("long_delays")
    hostile = 'x"""\nimport os\\\r\u2028os.abort()'
    comments = dict.fromkeys([*program.comments, "neurons.cell.states.x"], hostile)
    text = script(replace(program, name='a"""\nimport os', comments=comments))
    compile(text, "run.py", "exec")
    assert not [line for line in text.splitlines() if re.match(r"\s*(import os|os\.)", line)]


def test_long_delays_are_split_between_nest_and_the_target():
    text = script(program_of("long_delays"))
    assert "min_delay=1.0, max_delay=256.0" in text
    assert text.count("snn_delayed_synapse") == 2
    assert "np." not in script(program_of("receptors"))
