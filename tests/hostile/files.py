"""Files that nobody would write, by name: each function puts ``model.yaml``, and what belongs to it, into a folder."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["FILES"]

MODEL = """\
snndsl: 1
name: base
time: {{step: 0.1 ms, duration: {duration}}}
seed: 1
{data}
{imports}
constants: {{J: 45 pA, g: 5}}
neurons:
  lif:
    parameters: {{C: 250 pF, tau_m: 20 ms, E_L: -70 mV, V_th: -55 mV, tau_s: 2 ms}}
    state: {{V: E_L, I: 0 pA}}
    ports: {{jump: pA}}
    equations: |
{equations}
    integrator: {integrator}
    update: {update}
    threshold: V >= V_th
    refractory: {{for: 2 ms, hold: [V]}}
    reset: V = E_L
populations:
  exc: {{neuron: lif, size: {size}}}
  inh: {{neuron: lif, size: 20}}
projections:
  ee:
    {{from: exc, to: [exc, inh], connect: {{fixed_indegree: 10}}, self: false, multiple: true, port: jump, delay: 1.5 ms,
      weight: {weight}}}
  ii: {{from: inh, to: [exc, inh], connect: {{bernoulli: 0.1}}, self: false, port: jump, weight: -g*J, delay: 0.5 ms}}
stimuli:
  drive: {{into: [exc, inh], port: jump, weight: J, poisson: {{rate: 2 kHz}}}}
record: {{spikes: [exc, inh]}}
{more}
"""
EQUATIONS = ("dV/dt = (E_L - V)/tau_m + I/C", "dI/dt = -I/tau_s")

Writer = Callable[[Path], None]
FILES: dict[str, Writer] = {}


def hostile(function: Writer) -> Writer:
    """Enter a writer under its name."""
    FILES[function.__name__] = function
    return function


def model(
    data: str = "",
    imports: str = "",
    equations: Iterable[str] = EQUATIONS,
    duration: str = "100 ms",
    integrator: str = "exact",
    update: str = "I += jump",
    size: str = "80",
    weight: str = "J",
    more: str = "",
) -> str:
    """Return a model that is right, but for what is given."""
    lines = "\n".join(f"      {line}" for line in equations)
    return MODEL.format(**{**locals(), "equations": lines})


def put(folder: Path, text: str, **files: bytes) -> None:
    """Write a model; two underscores in the name of another file stand for its dot."""
    (folder / "model.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)


def with_data(folder: Path, name: str, content: bytes) -> None:
    """Write a model with one data file, whose array x (or column x.a) gives weights."""
    called = "x(i % 5)" if name.endswith("npy") else "x.a(i % 5)"
    put(folder, model(f"data: {{x: {{file: {name}}}}}", weight=f'"J*{called}"'), **{name.replace(".", "__"): content})


# ---- chains and doublings


def chain(number: int, last: str = "I/C") -> list[str]:
    return [f"a{k} = a{k + 1}" for k in range(number)] + [f"a{number} = {last}", "dV/dt = (E_L - V)/tau_m + a0", EQUATIONS[1]]


def doubling(number: int, first: str) -> list[str]:
    return [f"a0 = {first} + {first}"] + [f"a{k} = a{k - 1} + a{k - 1}" for k in range(1, number + 1)]


@hostile
def alias_chain(folder: Path) -> None:
    put(folder, model(equations=chain(400)))


@hostile
def alias_chain_long(folder: Path) -> None:
    put(folder, model(equations=chain(20_000), integrator="euler"))


@hostile
def alias_chain_without_an_end(folder: Path) -> None:
    put(folder, model(equations=chain(3_000, "a0")))


@hostile
def alias_chain_of_deep_terms(folder: Path) -> None:
    deep = [f"a{k} = {'(' * 30}a{k + 1}{' + 1 pA/pF)' * 30}" for k in range(60)]
    put(folder, model(equations=[*deep, "a60 = I/C", "dV/dt = (E_L - V)/tau_m + a0", EQUATIONS[1]], integrator="rk4"))


@hostile
def alias_doubling(folder: Path) -> None:
    put(folder, model(equations=[*doubling(40, "V"), "dV/dt = a40/tau_m", EQUATIONS[1]]))


@hostile
def alias_doubling_of_rates(folder: Path) -> None:
    rates = [*doubling(40, "V"), "dV/dt = a40/tau_m", EQUATIONS[1]]
    put(folder, model(equations=rates, integrator="exponential_euler"))


@hostile
def alias_doubling_in_the_threshold(folder: Path) -> None:
    text = model(equations=[*doubling(40, "V"), *EQUATIONS], integrator="rk4")
    put(folder, text.replace("V >= V_th", "a40 >= V_th"))


def constants(lines: Iterable[str], weight: str) -> str:
    text = model(weight=weight)
    return text.replace("constants: {J: 45 pA, g: 5}", "constants:\n  J: 45 pA\n  g: 5\n  " + "\n  ".join(lines))


@hostile
def constant_chain(folder: Path) -> None:
    put(folder, constants([*(f"c{k}: c{k + 1}" for k in range(3_000)), "c3000: J"], "c0"))


@hostile
def constant_doubling(folder: Path) -> None:
    put(folder, constants(["c0: J + J", *(f"c{k}: c{k - 1} + c{k - 1}" for k in range(1, 60))], "c59"))


@hostile
def constant_doubling_of_sizes(folder: Path) -> None:
    text = constants(["c0: 1", *(f"c{k}: c{k - 1} + 0*c{k - 1}" for k in range(1, 60))], "J")
    put(folder, text.replace("size: 80", "size: 80*c59"))


@hostile
def parameter_chain(folder: Path) -> None:
    chained = ", ".join(f"p{k}: p{k + 1}" for k in range(3_000))
    put(folder, model().replace("C: 250 pF,", f"C: 250 pF, {chained}, p3000: 1,"))


@hostile
def parameter_doubling(folder: Path) -> None:
    doubled = ", ".join(f"p{k}: p{k - 1} + p{k - 1}" for k in range(1, 60))
    put(folder, model().replace("C: 250 pF,", f"C: 250 pF, p0: 1, {doubled},"))


@hostile
def state_chain(folder: Path) -> None:
    chained = ", ".join(f"s{k}: s{k + 1}" for k in range(3_000))
    put(folder, model().replace("state: {", f"state: {{{chained}, s3000: 1, "))


@hostile
def locals_that_double(folder: Path) -> None:
    lines = ["b0 = I + I", *(f"b{k} = b{k - 1} + b{k - 1}" for k in range(1, 60)), "I += jump + 0*b59"]
    put(folder, model(update="[" + ", ".join(f'"{line}"' for line in lines) + "]"))


@hostile
def powers_of_powers(folder: Path) -> None:
    lines = ["b0 = 1 + i", *(f"b{k} = b{k - 1}**64" for k in range(1, 60)), "I += jump + 0 pA*b59"]
    put(folder, model(update="[" + ", ".join(f'"{line}"' for line in lines) + "]"))


@hostile
def groups_that_double(folder: Path) -> None:
    lines = ["groups:", "  g0: [exc, exc]", *(f"  g{k}: [g{k - 1}, g{k - 1}]" for k in range(1, 40))]
    text = model(more="\n".join(lines)).replace("into: [exc, inh]", "into: g39")
    put(folder, text)


@hostile
def groups_in_a_chain(folder: Path) -> None:
    lines = ["groups:", *(f"  g{k}: [g{k + 1}]" for k in range(3_000)), "  g3000: [exc]"]
    put(folder, model(more="\n".join(lines)).replace("into: [exc, inh]", "into: g0"))


@hostile
def signals_in_a_chain(folder: Path) -> None:
    lines = [f"  s{k}: {{equations: [x = s{k + 1}.x + 1]}}" for k in range(400)]
    put(folder, model(more="\n".join(["signals:", *lines, "  s400: {equations: [x = 1]}"])))


@hostile
def let_in_a_chain(folder: Path) -> None:
    let = ", ".join(f"q{k}: q{k + 1}" for k in range(500)) + ", q500: 1"
    put(folder, model().replace("exc: {neuron: lif,", f"exc: {{neuron: lif, let: {{{let}}}, initial: {{V: q0*1 mV}},"))


@hostile
def let_that_doubles(folder: Path) -> None:
    let = "q0: 1, " + ", ".join(f"q{k}: q{k - 1} + q{k - 1}" for k in range(1, 60))
    put(folder, model().replace("exc: {neuron: lif,", f"exc: {{neuron: lif, let: {{{let}}}, initial: {{V: q59*1 mV}},"))


@hostile
def let_of_itself(folder: Path) -> None:
    put(folder, model().replace("exc: {neuron: lif,", "exc: {neuron: lif, let: {a: b, b: a}, initial: {V: a*1 mV},"))


@hostile
def initial_values_of_each_other(folder: Path) -> None:
    put(folder, model().replace("exc: {neuron: lif,", 'exc: {neuron: lif, initial: {V: "I/(1 nS)", I: "V*(1 nS)"},'))


@hostile
def values_given_in_a_circle(folder: Path) -> None:
    given = "{use: lif, E_L: V_th, V_th: E_L}"
    put(folder, model().replace("exc: {neuron: lif,", f"exc: {{neuron: {given},"))


@hostile
def rule_of_a_chain(folder: Path) -> None:
    chained = ", ".join(f"p{k}: p{k + 1}" for k in range(3_000))
    rule = f"plasticity:\n  r: {{parameters: {{{chained}, p3000: 1}}, state: {{w: weight}}, on_pre: [deliver(w)]}}"
    put(folder, model(more=rule).replace("port: jump, delay", "plasticity: r, port: jump, delay"))


# ---- imports


@hostile
def import_diamond(folder: Path) -> None:
    for k in range(25):
        text = f"snndsl: 1\nname: i{k}\nimports: {{a: i{k + 1}.yaml, b: i{k + 1}.yaml}}\n"
        (folder / f"i{k}.yaml").write_text(text, encoding="utf-8")
    (folder / "i25.yaml").write_text("snndsl: 1\nname: x\n", encoding="utf-8")
    put(folder, model(imports="imports: {a: i0.yaml, b: i0.yaml}"))


@hostile
def import_chain(folder: Path) -> None:
    for k in range(300):
        text = f"snndsl: 1\nname: i{k}\nimports: {{a: i{k + 1}.yaml}}\n"
        (folder / f"i{k}.yaml").write_text(text, encoding="utf-8")
    put(folder, model(imports="imports: {a: i0.yaml}"))


@hostile
def import_of_one_file_many_times(folder: Path) -> None:
    (folder / "x.yaml").write_text("snndsl: 1\nname: x\n", encoding="utf-8")
    put(folder, model(imports="imports: {" + ", ".join(f"a{k}: x.yaml" for k in range(9_900)) + "}"))


@hostile
def import_of_a_thousand_large_files(folder: Path) -> None:
    text = "snndsl: 1\nname: x\nconstants: {" + ", ".join(f"c{k}: 1" for k in range(2_000)) + "}\n"
    for k in range(1_000):
        (folder / f"x{k}.yaml").write_text(text, encoding="utf-8")
    put(folder, model(imports="imports: {" + ", ".join(f"a{k}: x{k}.yaml" for k in range(1_000)) + "}"))


@hostile
def import_of_a_large_data_file_in_many(folder: Path) -> None:
    (folder / "x.npy").write_bytes(npy(np.zeros(1_000_000)))
    (folder / "x.yaml").write_text("snndsl: 1\nname: x\ndata: {d: {file: x.npy}}\nneurons: {n: {state: {v: 0}}}\n", "utf-8")
    names = [f"a{k}" for k in range(200)]
    text = model(imports="imports: {" + ", ".join(f"{name}: x.yaml" for name in names) + "}")
    more = "\n".join(f"  p{name}: {{neuron: {name}.n, size: 1}}" for name in names)
    put(folder, text.replace("populations:\n", f"populations:\n{more}\n"))


@hostile
def parts_that_double(folder: Path) -> None:
    (folder / "x.yaml").write_text("snndsl: 1\nname: x\nparts: {q: {parts: {a: q, b: q}}}\n", encoding="utf-8")
    put(folder, model(imports="imports: {x: x.yaml}").replace("ports:", "parts: {a: x.q, b: x.q}\n    ports:"))


# ---- many definitions, many faults


@hostile
def a_hundred_thousand_constants(folder: Path) -> None:
    put(folder, constants((f"c{k}: {k}" for k in range(99_000)), "J"))


@hostile
def constants_that_read_the_first(folder: Path) -> None:
    put(folder, constants((f"c{k}: 2*g" for k in range(30_000)), "J"))


@hostile
def twenty_thousand_neurons(folder: Path) -> None:
    more = "\n".join(f"  n{k}: {{state: {{v: 0}}}}" for k in range(20_000))
    put(folder, model().replace("neurons:\n", f"neurons:\n{more}\n"))


@hostile
def twenty_thousand_populations(folder: Path) -> None:
    more = "\n".join(f"  p{k}: {{neuron: lif, size: 1}}" for k in range(20_000))
    put(folder, model().replace("populations:\n", f"populations:\n{more}\n"))


@hostile
def ten_thousand_projections(folder: Path) -> None:
    rest = "{from: exc, to: inh, connect: all_to_all, port: jump, weight: J, delay: 1 ms}"
    put(folder, model().replace("projections:\n", "projections:\n" + "".join(f"  q{k}: {rest}\n" for k in range(10_000))))


@hostile
def ten_thousand_stimuli(folder: Path) -> None:
    rest = "{into: exc, port: jump, weight: J, poisson: {rate: 1 Hz}}"
    put(folder, model().replace("stimuli:\n", "stimuli:\n" + "".join(f"  q{k}: {rest}\n" for k in range(10_000))))


@hostile
def ten_thousand_parameters(folder: Path) -> None:
    put(folder, model().replace("C: 250 pF,", "C: 250 pF," + "".join(f" p{k}: {k}," for k in range(10_000))))


@hostile
def ten_thousand_states(folder: Path) -> None:
    put(folder, model().replace("state: {", "state: {" + "".join(f"p{k}: {k}, " for k in range(10_000))))


@hostile
def ten_thousand_statements(folder: Path) -> None:
    put(folder, model(update="[" + ", ".join(["I += jump"] * 10_000) + "]"))


@hostile
def as_many_constants_as_may_be(folder: Path) -> None:
    put(folder, constants((f"c{k}: 2*g + {k}" for k in range(9_900)), "J"))


@hostile
def as_many_projections_as_may_be(folder: Path) -> None:
    rest = "{from: exc, to: inh, connect: all_to_all, port: jump, weight: J, delay: 1 ms}"
    put(folder, model().replace("projections:\n", "projections:\n" + "".join(f"  q{k}: {rest}\n" for k in range(1_400))))


@hostile
def as_many_populations_as_may_be(folder: Path) -> None:
    more = "\n".join(f"  p{k}: {{neuron: lif, size: 1}}" for k in range(3_300))
    put(folder, model().replace("populations:\n", f"populations:\n{more}\n"))


@hostile
def as_many_stimuli_as_may_be(folder: Path) -> None:
    rest = "{into: exc, port: jump, weight: J, poisson: {rate: 1 Hz}}"
    put(folder, model().replace("stimuli:\n", "stimuli:\n" + "".join(f"  q{k}: {rest}\n" for k in range(1_600))))


@hostile
def as_many_neurons_as_may_be(folder: Path) -> None:
    more = "\n".join(f"  n{k}: {{state: {{v: 0}}}}" for k in range(3_300))
    put(folder, model().replace("neurons:\n", f"neurons:\n{more}\n"))


@hostile
def as_many_values_as_may_be(folder: Path) -> None:
    places = ", ".join(f"{k % 20}" for k in range(19_900))
    put(folder, model().replace("{bernoulli: 0.1}", f"{{pairs: {{i: [{places}], j: [{places}]}}}}"))


@hostile
def populations_of_many_models(folder: Path) -> None:
    """Every population has a neuron of its own, with all that a neuron has."""
    text = model()
    begin, end = text.index("  lif:"), text.index("populations:")
    lif = text[begin:end]
    copies = "".join(lif.replace("lif:", f"lif{k}:") for k in range(350))
    more = "\n".join(f"  p{k}: {{neuron: lif{k}, size: 1}}" for k in range(350))
    text = text[:begin] + copies + text[begin:]
    put(folder, text.replace("populations:\n", f"populations:\n{more}\n"))


@hostile
def ten_thousand_unknown_parameters(folder: Path) -> None:
    given = ", ".join(f"p{k}: 1" for k in range(9_900))
    put(folder, model().replace("exc: {neuron: lif,", f"exc: {{neuron: {{use: lif, {given}}},"))


@hostile
def a_hundred_thousand_lines_of_equations(folder: Path) -> None:
    put(folder, model(equations=[*(f"b{k} = 1" for k in range(100_000)), *EQUATIONS]))


@hostile
def equations_of_many_states(folder: Path) -> None:
    names = [f"x{k}" for k in range(300)]
    lines = [f"d{name}/dt = ({' + '.join(names[k - k % 50 :][:50])})/tau_m" for k, name in enumerate(names)]
    text = model(equations=[*lines, *EQUATIONS]).replace("state: {", "state: {" + "".join(f"{name}: 0, " for name in names))
    put(folder, text)


@hostile
def thirty_thousand_unknown_keys(folder: Path) -> None:
    put(folder, model(more="\n".join(f"key{k}: 1" for k in range(30_000))))


@hostile
def thirty_thousand_unknown_names(folder: Path) -> None:
    put(folder, constants((f"c{k}: jj{k}" for k in range(30_000)), "J"))


@hostile
def ten_thousand_populations_of_unknown_neurons(folder: Path) -> None:
    more = "\n".join(f"  p{k}: {{neuron: lif{k}, size: 1}}" for k in range(10_000))
    put(folder, model().replace("populations:\n", f"populations:\n{more}\n"))


@hostile
def a_text_of_four_million_letters(folder: Path) -> None:
    put(folder, model(size="a" * 4_000_000))


@hostile
def a_key_of_a_million_letters(folder: Path) -> None:
    put(folder, model(more=f"{'a' * 1_000_00}: 1"))


@hostile
def a_neuron_of_a_long_name(folder: Path) -> None:
    put(folder, model().replace("exc: {neuron: lif,", f"exc: {{neuron: {'n' * 3_000_000},"))


@hostile
def a_list_of_a_hundred_thousand_names(folder: Path) -> None:
    put(folder, model().replace("into: [exc, inh]", "into: [" + ", ".join(["exc"] * 39_000) + "]"))


@hostile
def a_list_of_different_kinds(folder: Path) -> None:
    put(folder, model().replace("seed: 1", "seed: [" + ", ".join(["{}"] * 39_000) + "]"))


@hostile
def rows_of_faults_in_a_value(folder: Path) -> None:
    put(folder, model().replace("size: 80", "size: 39000, initial: {V: [" + ", ".join(["x"] * 39_000) + "]}"))


@hostile
def a_line_of_four_million_blanks(folder: Path) -> None:
    put(folder, model(size=" " * 4_000_000 + "1"))


@hostile
def brackets_in_yaml(folder: Path) -> None:
    put(folder, model(size="[" * 1_000_000))


@hostile
def braces_in_yaml(folder: Path) -> None:
    put(folder, model(size="{a: " * 500_000))


@hostile
def indentation_in_yaml(folder: Path) -> None:
    put(folder, model(more="\n".join(f"{' ' * k}a{k}:" for k in range(2_500))))


@hostile
def lists_in_lists_of_values(folder: Path) -> None:
    put(folder, model(data="data: {x: {values: " + "[" * 28 + "1" + "]" * 28 + "}}"))


@hostile
def laughing(folder: Path) -> None:
    lines = ['l0: &l0 ["lol"]', *(f"l{k}: &l{k} [{', '.join([f'*l{k - 1}'] * 9)}]" for k in range(1, 12))]
    put(folder, model(more="\n".join(lines)))


@hostile
def open_brackets_on_many_rows(folder: Path) -> None:
    put(folder, model(more="x: [" + ", ".join(["f(1"] * 39_000) + "]"))


@hostile
def quotes_over_many_rows(folder: Path) -> None:
    put(folder, model(more='x: "' + "\n\n  a" * 600_000 + '"'))


# ---- sizes


@hostile
def size_5e7(folder: Path) -> None:
    put(folder, model(size="5e7"))


@hostile
def size_1e6_with_values(folder: Path) -> None:
    put(folder, model(size="1e6").replace("size: 1e6", 'size: 1e6, initial: {V: "normal(0 mV, 1 mV)"}'))


@hostile
def size_2e9(folder: Path) -> None:
    put(folder, model(size="2147483647"))


@hostile
def trials_and_steps(folder: Path) -> None:
    put(folder, model(duration="200000 s"))


@hostile
def a_step_of_nothing(folder: Path) -> None:
    put(folder, model().replace("step: 0.1 ms", "step: 1e-300 ms"))


@hostile
def a_sweep_of_everything(folder: Path) -> None:
    values = "[" + ", ".join(str(k) for k in range(1_000)) + "]"
    put(folder, model(more="sweep: {" + ", ".join(f"constants.c{k}: {values}" for k in range(9)) + "}"))


@hostile
def a_selection_of_many(folder: Path) -> None:
    put(folder, model(size="5e7").replace("into: [exc, inh]", 'into: ["exc[0:50000000]"]'))


@hostile
def recorded_states_of_many(folder: Path) -> None:
    put(folder, model(size="1e6").replace("record: {", "record: {states: {r: {of: [V, I], in: exc, every: 0.1 ms}}, "))


@hostile
def spikes_at_many_times(folder: Path) -> None:
    times = ", ".join(f"{k} ms" for k in range(39_000))
    put(folder, model().replace("poisson: {rate: 2 kHz}", f"spikes: {{at: [{times}], in: 0}}"))


@hostile
def pairs_of_many(folder: Path) -> None:
    places = ", ".join(["0"] * 19_900)
    put(folder, model().replace("{bernoulli: 0.1}", f"{{pairs: {{i: [{places}], j: [{places}]}}}}"))


# ---- names


@hostile
def a_state_called_step(folder: Path) -> None:
    put(folder, model().replace("state: {", "state: {step: 0, "))


@hostile
def parameters_called_as_in_programs(folder: Path) -> None:
    names = ("step", "spike", "fires", "blocked", "due", "left", "input", "silent", "slope", "stage", "whole", "base")
    put(folder, model().replace("C: 250 pF,", "C: 250 pF," + "".join(f" {name}: 1," for name in names)))


# ---- arrays


def header(shape: str, descr: str = "'<f8'", version: int = 1, order: str = "False") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    return framed(text, version)


def framed(text: bytes, version: int = 1) -> bytes:
    return b"\x93NUMPY" + bytes((version, 0)) + struct.pack("<H" if version == 1 else "<I", len(text) + 1) + text + b"\n"


def npy(array: np.ndarray) -> bytes:  # type: ignore[type-arg]
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


ARRAYS = {
    "huge": header("(1000000000000,)") + bytes(8),
    "huge_product": header("(4294967296, 4294967296, 4294967296)") + bytes(8),
    "negative": header("(-1,)") + bytes(40),
    "of_many_dimensions": header("(" + "1, " * 100 + ")") + bytes(8),
    "shape_of_a_million_digits": header("(" + "9" * 5_000 + ",)") + bytes(8),
    "shape_of_truth": header("(True,)") + bytes(8),
    "unbalanced": framed(b"{'descr': '<f8', 'fortran_order': False, 'shape': (5,), "),
    "brackets": framed(b"(" * 9_000),
    "nested": framed(b"{'descr': " + b"[" * 60_000 + b"]" * 60_000 + b"}", 2),
    "minus": framed(b"-" * 9_000 + b"1"),
    "header_longer_than_the_file": b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**32 - 1) + b"{",
    "header_of_four_million": framed(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1,)" + b" " * 4_000_000 + b"}", 2),
    "version": b"\x93NUMPY\x09\x00" + struct.pack("<H", 2) + b"{}",
    "not_latin": framed(b"\xff\xfe{}", 3),
    "objects": header("(1,)", "'|O'") + b"cos\nsystem\n(S'true'\ntR.",
    "structured": header("(5,)", "[('a', '<f8')]") + bytes(40),
    "times": npy(np.array(["2020-01-01"] * 5, "datetime64[D]")),
    "complex": npy(np.ones(5, complex)),
    "long_double": npy(np.ones(5, np.longdouble)),
    "void": header("(5,)", "'|V100000000'") + bytes(40),
    "text_of_a_billion": header("(0,)", "'<U1000000000'"),
    "no_elements": npy(np.zeros(0)),
    "empty_of_many": header("(0, 1000000000000)") + b"",
    "scalar": npy(np.float64(1.0)),
    "cut": npy(np.ones(5))[:-3],
    "more_behind": npy(np.ones(5)) + b"more",
    "empty": b"",
    "magic_alone": b"\x93NUMPY",
    "descr_of_a_tuple": header("(5,)", "('<f8', (100000, 100000))") + bytes(40),
    "descr_unknown": header("(5,)", "'<q9'") + bytes(40),
    "keys_unknown": framed(b"{'descr': '<f8', 'fortran_order': False, 'shape': (5,), 'more': 1}") + bytes(40),
    "set_of_sets": framed(b"{{1}, {2}}"),
    "bytes": framed(b"{'descr': b'<f8', 'fortran_order': False, 'shape': (5,)}") + bytes(40),
    "with_nul": framed(b"{'descr': '<f8\x00', 'fortran_order': False, 'shape': (5,)}") + bytes(40),
}


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def patched(content: bytes, offset: int, value: bytes) -> bytes:
    """Change a field of the first local and the first central header of an archive (`offset` as in the local one)."""
    central = content.index(b"PK\x01\x02") + offset + 2
    content = content[:central] + value + content[central + len(value) :]
    return content[:offset] + value + content[offset + len(value) :]


def doubled_names() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("a.npy", npy(np.ones(5)))
        file.writestr("b.npy", npy(np.zeros(5)))
    return stream.getvalue().replace(b"b.npy", b"a.npy")


GOOD = archive({"a.npy": npy(np.arange(1000) % 7 / 7)})
ARCHIVES = {
    "encrypted": patched(GOOD, 6, b"\x01\x00"),
    "strongly_encrypted": patched(GOOD, 6, b"\x41\x00"),
    "compression_unknown": patched(GOOD, 8, struct.pack("<H", 99)),
    "compression_lzma": archive({"a.npy": npy(np.ones(5))}, zipfile.ZIP_LZMA),
    "compression_bzip2": archive({"a.npy": npy(np.ones(5))}, zipfile.ZIP_BZIP2),
    "version_needed": patched(GOOD, 4, struct.pack("<H", 255)),
    "damaged": GOOD[:60] + bytes(len(GOOD[60:-120])) + GOOD[-120:],
    "bit_flipped": GOOD[:80] + bytes((GOOD[80] ^ 4,)) + GOOD[81:],
    "wrong_checksum": patched(GOOD, 14, b"\x00\x00\x00\x01"),
    "smaller_than_it_says": patched(GOOD, 22, struct.pack("<I", 2**31)),
    "larger_than_it_says": patched(GOOD, 22, struct.pack("<I", 200)),
    "member_no_array": archive({"a.npy": b"hello"}),
    "member_of_text": archive({"a.txt": b"hello"}),
    "member_a_folder": archive({"a/": b""}),
    "member_up": archive({"../../a.npy": npy(np.ones(5))}),
    "member_of_objects": archive({"a.npy": ARRAYS["objects"]}),
    "member_huge": archive({"a.npy": ARRAYS["huge"]}),
    "member_unbalanced": archive({"a.npy": ARRAYS["unbalanced"]}),
    "bomb": archive({"a.npy": header("(30000000,)") + bytes(240_000_000)}),
    "bomb_of_many": archive({f"a{k}.npy": npy(np.zeros(20_000)) for k in range(2_000)}),
    "ten_thousand_members": archive({f"a{k}": b"" for k in range(10_000)}, zipfile.ZIP_STORED),
    "two_of_a_name": doubled_names(),
    "name_of_a_kilobyte": archive({"a" * 60_000 + ".npy": npy(np.ones(5))}),
    "name_strange": archive({"a\nb\x1b[31m.npy": npy(np.ones(5))}),
    "cut": GOOD[:-30],
    "end_alone": b"PK\x05\x06" + bytes(18),
    "members_beyond_the_file": GOOD[:-6] + struct.pack("<I", 2**31) + GOOD[-2:],
    "no_members": archive({}),
    "text": b"hello",
    "empty": b"",
    "an_array": npy(np.ones(5)),
}
TABLES = {
    "carriage_return": b"a\r1\r2\r",
    "carriage_return_in_a_row": b"a,b\n1\r,2\n",
    "long_field": b"a\n" + b"1" * 200_000 + b"\n",
    "long_quoted_field": b'a\n"' + b"1\n" * 200_000,
    "quote_open": b'a\n"1\n2\n',
    "nul": b"a\n1\x002\n",
    "many_columns": b",".join(b"c%d" % k for k in range(300_000)) + b"\n" + b",".join([b"1"] * 300_000) + b"\n",
    "two_of_a_name": b"a,a\n1,2\n",
    "no_name": b"a,\n1,2\n",
    "header_alone": b"a\n",
    "blank_rows": b"a\n" + b"\n" * 2_000_000,
    "underscore": b"a\n1_000\n",
    "arabic_digits": "a\n١٢\n".encode(),
    "hexadecimal": b"a\n0x10\n",
    "infinity": b"a\ninfinity\n",
    "beyond_doubles": b"a\n1e999\n",
    "long_number": b"a\n" + b"9" * 100_000 + b"\n",
    "not_text": b"a\n\xff\xfe\n",
    "wide": "a\n1\n".encode("utf-16"),
    "empty": b"",
    "a_mark_alone": b"\xef\xbb\xbf",
    "short_row": b"a,b\n1\n",
    "words": b"a\n" + b"word" * 5_000 + b"\n",
    "name_of_a_kilobyte": b"a" * 100_000 + b"\n1\n",
    "name_strange": b"a\x1b[31m\n1\n",
}
COLUMNS = {
    "text": b"hello",
    "empty": b"",
    "magic_alone": b"PAR1PAR1",
    "footer_beyond": b"PAR1" + struct.pack("<I", 2**31) + b"PAR1",
    "footer_of_zeros": b"PAR1" + bytes(64) + struct.pack("<I", 64) + b"PAR1",
}


def _entered(kind: str, suffix: str, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        FILES[f"{kind}_{name}"] = lambda folder, content=content: with_data(folder, f"x.{suffix}", content)  # type: ignore[misc]


_entered("npy", "npy", ARRAYS)
_entered("npz", "npz", ARCHIVES)
_entered("csv", "csv", TABLES)
_entered("parquet", "parquet", COLUMNS)


def of_hdf5(write: Callable[[Any], object]) -> bytes:
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        write(file)
    return stream.getvalue()


@hostile
def hdf5_of_1e12_numbers(folder: Path) -> None:
    content = of_hdf5(lambda file: file.create_dataset("a", (2**40,), "f8", chunks=(2**16,), compression="gzip"))
    with_data(folder, "x.h5", content)


@hostile
def hdf5_of_one_list_many_times(folder: Path) -> None:
    """Each row of a dataset of lists is a reference of sixteen bytes: a million to one list of a megabyte."""
    import h5py

    def write(file: Any) -> None:
        lists = file.create_dataset("a", (1000,), h5py.vlen_dtype(np.dtype("f8")))
        lists[0] = np.arange(131_072.0)

    content = of_hdf5(write)
    one = content.index(np.arange(4.0).tobytes()) - 16  # the heap object; its reference stands in the rows
    place = content.index(struct.pack("<I", 131_072))
    assert one > 0
    reference = content[place : place + 16]
    with_data(folder, "x.h5", content[:place] + reference * 1000 + content[place + 16 * 1000 :])


EVENTS = {
    "text": b"hello",
    "empty": b"",
    "header_alone": b"% evt 2.0\n",
    "header_without_end": b"%" * 1_000_000,
    "many_lines": b"%\n" * 2_000_000,
    "of_another_coding": b"% evt 3.0\n% end\n" + bytes(8),
    "without_a_time": b"% evt 2.0\n% end\n" + bytes(4_000_000),
}
_entered("evt2", "raw", EVENTS)
_entered("dat", "dat", EVENTS)


@hostile
def parquet_of_many_rows(folder: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({"a": pyarrow.array(np.zeros(100_000_000, np.float64))})
    stream = io.BytesIO()
    pyarrow.parquet.write_table(table, stream, compression="zstd")
    with_data(folder, "x.parquet", stream.getvalue())


@hostile
def npz_compressed_twice(folder: Path) -> None:
    with_data(folder, "x.npz", archive({"a.npy": zlib.compress(npy(np.ones(5)))}))


# ---- paths


@hostile
def a_path_of_five_thousand_letters(folder: Path) -> None:
    put(folder, model(f"data: {{x: {{file: {'a' * 5_000}.npy}}}}"))


@hostile
def a_path_of_many_folders(folder: Path) -> None:
    put(folder, model(f"data: {{x: {{file: {'a/' * 20_000}x.npy}}}}"))


@hostile
def an_import_of_a_long_name(folder: Path) -> None:
    put(folder, model(imports=f"imports: {{x: {'a' * 5_000}.yaml}}"))


@hostile
def a_file_of_two_gigabytes(folder: Path) -> None:
    put(folder, model("data: {x: {file: x.npy}}"))
    with (folder / "x.npy").open("wb") as stream:
        stream.write(header("(268435440,)"))
        stream.truncate(2**31)


@hostile
def a_model_of_two_gigabytes(folder: Path) -> None:
    with (folder / "model.yaml").open("wb") as stream:
        stream.truncate(2**31)
