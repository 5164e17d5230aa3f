"""Neurons that answer in a search: the model's own programs, compiled, and the state in which they rest.

A neuron of the program (`snndsl.ir.Neuron`, without stimuli) becomes a function over the neurons that are awake; it is
compiled by numba, or stays plain Python with ``NUMBA_DISABLE_JIT=1``. No name of a model reaches the text of that function:
parameters, states, ports and locals are numbers.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.ir import Block, Call, Const, Expr, Neuron, Ref, walk
from snndsl.polychrony.engine.compiled import kernel

__all__ = ["Advance", "NeuronModel", "advance_of", "is_map_of_2006", "rest_of", "until_still"]

Reals = NDArray[np.float64]
Ints = NDArray[np.int32]
Advance = Callable[[Ints, int, Reals, Reals, Ints, Reals, Ints], int]
"""(live, n, state, parameter, kind, inbox, firing) -> neurons that fired, sorted in `firing`; `inbox` is empty afterwards."""

SILENCE_MS = 10_000.0
"""Model time without input after which a neuron has to be at rest."""

_BINARY = {"add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_FUNCTIONS = ("exp", "log", "expm1", "log1p", "sin", "cos", "tan", "tanh", "exprel", "sigmoid")


@dataclass(frozen=True, slots=True, eq=False)
class NeuronModel:
    """The neurons of a network as programs.

    Parameters
    ----------
    kinds : tuple of Neuron
        What a neuron does in a step.
    kind : ndarray of int32, shape (neurons,)
        Which of them each neuron is; -1: a source, which never answers.
    parameter : ndarray of float64, shape (neurons, most parameters)
        In the order of ``Neuron.params``; the index in the population is the last column.
    state : ndarray of float64, shape (neurons, most states)
        At the beginning of a run, in the order of ``Neuron.states``.
    step_ms : float
        Length of a step.
    names : tuple of str
        Population of each kind, for messages.
    """

    kinds: tuple[Neuron, ...]
    kind: Ints
    parameter: Reals
    state: Reals
    step_ms: float
    names: tuple[str, ...]

    @property
    def ports(self) -> int:
        """Most ports of a neuron, at least 1."""
        return max((len(neuron.ports) for neuron in self.kinds), default=1) or 1

    @classmethod
    def from_populations(
        cls, populations: Sequence[tuple[str, int, Neuron | None, Mapping[str, Any]]], step_ms: float
    ) -> NeuronModel:
        """Return the neurons of populations: name, size, undriven program (None: a source) and values.

        Raises
        ------
        ModelError
            neuron-unsupported: a neuron that draws or reads the time does not rest.
        """
        kinds: list[Neuron] = []
        names: list[str] = []
        total = sum(size for _, size, _, _ in populations)
        wide = max([1, *(len(n.params) + 1 for _, _, n, _ in populations if n)])
        states = max([1, *(len(n.states) for _, _, n, _ in populations if n)])
        kind = np.full(total, -1, np.int32)
        parameter, state = np.zeros((total, wide)), np.zeros((total, states))
        first = 0
        for name, size, neuron, values in populations:
            own = slice(first, first + size)
            first += size
            if neuron is None:
                continue
            _refuse(name, neuron)
            if neuron not in kinds:
                kinds.append(neuron)
                names.append(name)
            kind[own] = kinds.index(neuron)
            for column, key in enumerate(neuron.params):
                parameter[own, column] = values[key]
            parameter[own, wide - 1] = np.arange(size)
            for column, key in enumerate(neuron.states):
                state[own, column] = values[key]
        return cls(tuple(kinds), kind, parameter, state, step_ms, tuple(names))

    def digest(self) -> bytes:
        """Return a fingerprint of programs and numbers."""
        digest = blake2b(digest_size=16)
        digest.update(advance_text(self).encode())
        for array in (self.kind, self.parameter, self.state):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.digest()


def _refuse(name: str, neuron: Neuron) -> None:
    for block in (neuron.update, neuron.reset):
        for _, expression in block.lets:
            for part in walk(expression):
                if isinstance(part, Call) and part.op in ("uniform", "normal", "poisson"):
                    raise _unsupported(name, "draws random numbers")
                if isinstance(part, Call) and part.op == "sample":
                    raise _unsupported(name, f"reads the data {part.key!r}")
                if isinstance(part, Ref) and part.name == "step":
                    raise _unsupported(name, "reads the time")


def _unsupported(name: str, what: str) -> ModelError:
    return ModelError(
        Fault(
            "neuron-unsupported",
            f"a neuron of {name} {what}",
            expected="neurons that rest without input: a search looks at the answers of a silent network",
            try_="--set to switch the noise off, or definition structural",
        )
    )


# ---- the map of 2006


def is_map_of_2006(model: NeuronModel, neuron: int) -> bool:
    """Tell whether a kind of neuron does, to the bit, what the map of 2006 does with a, b, c, d and v, u.

    The parameters must have these names; the arithmetic is compared on several hundred states and inputs.
    """
    program = model.kinds[neuron]
    if set(program.params) != {"a", "b", "c", "d"} or set(program.states) != {"v", "u"} or len(program.ports) != 1:
        return False
    rng = np.random.default_rng(2006)
    n = 600
    parameter = np.zeros((n, model.parameter.shape[1]))
    given = {
        "a": rng.uniform(0.0, 0.2, n),
        "b": rng.uniform(-0.3, 0.3, n),
        "c": rng.uniform(-75.0, -40.0, n),
        "d": rng.uniform(-2.0, 10.0, n),
    }
    for column, key in enumerate(program.params):
        parameter[:, column] = given[key]
    v, u, current = rng.uniform(-95.0, 40.0, n), rng.uniform(-30.0, 20.0, n), rng.choice([0.0, 10.0, -5.0, 20.0], n)
    state = np.zeros((n, model.state.shape[1]))
    columns = {key: program.states.index(key) for key in ("v", "u")}
    state[:, columns["v"]], state[:, columns["u"]] = v, u
    inbox = np.zeros((n, model.ports))
    inbox[:, 0] = current
    fired = np.zeros(n, np.int32)
    advance = advance_of(model)
    count = advance(np.arange(n, dtype=np.int32), n, state, parameter, np.full(n, neuron, np.int32), inbox, fired)
    v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
    v = v + 0.5 * ((0.04 * v + 5.0) * v + 140.0 - u + current)
    u = u + given["a"] * (given["b"] * v - u)
    spiked = v >= 30.0
    v, u = np.where(spiked, given["c"], v), np.where(spiked, u + given["d"], u)
    same = np.array_equal(v, state[:, columns["v"]]) and np.array_equal(u, state[:, columns["u"]])
    return same and np.array_equal(np.flatnonzero(spiked), fired[:count])


# ---- rest


def rest_of(model: NeuronModel) -> Reals:
    """Return the state of every neuron after a long silence, from its state at the beginning of a run.

    Returns
    -------
    ndarray of float64, shape (neurons, most states)
        A fixed point: another step without input leaves every bit, or all but the last ones, as it is.

    Raises
    ------
    ModelError
        no-rest: a neuron fires by itself or does not come to rest.
    """
    advance = advance_of(model)
    state = model.state.copy()
    inbox, firing = np.zeros((len(state), model.ports)), np.zeros(len(state), np.int32)
    one, scratch = np.zeros(1, np.int32), np.zeros(state.shape[1])
    steps = max(1, int(SILENCE_MS / model.step_ms))
    for neuron in np.flatnonzero(model.kind >= 0).tolist():
        one[0] = neuron
        fired, done = until_still(advance, one, state, model.parameter, model.kind, inbox, firing, scratch, steps)
        if fired:
            raise _restless(model, neuron, "fires without input", done)
        if not np.isfinite(state[neuron]).all():
            raise _restless(model, neuron, "runs away without input", done)
        if done < steps:
            continue
        before = state[neuron].copy()
        advance(one, 1, state, model.parameter, model.kind, inbox, firing)
        drift = np.abs(state[neuron] - before) > 1e-12 * np.maximum(np.abs(before), 1.0)
        if drift.any():
            name = model.kinds[int(model.kind[neuron])].states[int(np.argmax(drift))]
            raise _restless(model, neuron, f"still changes its {name.removesuffix('__')!r}", steps)
    return state


@kernel
def until_still(
    advance: Advance,
    one: Ints,
    state: Reals,
    parameter: Reals,
    kind: Ints,
    inbox: Reals,
    firing: Ints,
    before: Reals,
    steps: int,
) -> tuple[bool, int]:
    """Advance the neuron in `one` until a step changes no bit, or it fires; returns whether it fired, and the steps done.

    `before` is scratch of shape (states,).
    """
    x = one[0]
    for done in range(steps):
        for j in range(state.shape[1]):
            before[j] = state[x, j]
        heard = False
        for q in range(inbox.shape[1]):
            heard = heard or inbox[x, q] != 0.0
        if advance(one, 1, state, parameter, kind, inbox, firing) > 0:
            return True, done
        moving = heard
        for j in range(state.shape[1]):
            moving = moving or before[j] != state[x, j]
        if not moving:
            return False, done
    return False, steps


def _restless(model: NeuronModel, neuron: int, what: str, step: int) -> ModelError:
    population = model.names[int(model.kind[neuron])]
    return ModelError(
        Fault(
            "no-rest",
            f"neuron {neuron} (of {population} or its like) {what}, at step {step}",
            expected=f"neurons at rest within {SILENCE_MS / 1000:g} s of silence",
            try_="parameters without a constant drive, or definition structural",
        )
    )


# ---- programs as functions


def advance_of(model: NeuronModel) -> Advance:
    """Return the compiled step of all kinds of neurons; the same text is compiled once and kept on disk."""
    text = advance_text(model)
    name = f"advance_{blake2b(text.encode(), digest_size=12).hexdigest()}"
    if name not in sys.modules:
        path = _kept(f"{name}.py", text)
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # the compiled function is kept with the name of its module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    advance: Advance = sys.modules[name].advance
    return advance


def _kept(name: str, text: str) -> Path:
    """Return a file with this text in the cache, in a folder that nobody else can write."""
    places = [Path(os.environ["SNNDSL_CACHE"])] if os.environ.get("SNNDSL_CACHE") else []
    places.append(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "snndsl")
    places.append(Path(tempfile.gettempdir()) / f"snndsl-{os.getuid()}")
    for place in places:
        folder = place / "answers"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            about = folder.stat()
            if about.st_uid != os.getuid() or about.st_mode & 0o022:
                continue
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                beside = folder / f"{name}.{os.getpid()}.part"
                beside.write_text(text, encoding="utf-8")
                beside.replace(path)
            return path
        except OSError:
            continue
    what = "no folder for compiled neurons can be written"
    raise ModelError(Fault("cache-unwritable", what, expected="a folder of your own", try_="SNNDSL_CACHE=FOLDER"))


def advance_text(model: NeuronModel) -> str:
    """Return the step of all kinds as Python text, made of numbers and operations only."""
    lines = [
        '"""Neurons of a model, without stimuli: one step of those that are awake."""',
        "",
        "import numba",
        "import numpy as np",
        "from numba import types",
        f"from snndsl.polychrony.engine.functions import {', '.join(_FUNCTIONS)}",
        "",
        "",
        "def advance(live, n, state, parameter, kind, inbox, firing):",
        "    fired = 0",
        "    for k in range(n):",
        "        x = live[k]",
        "        fires = False",
    ]
    last = model.parameter.shape[1] - 1
    for number, neuron in enumerate(model.kinds):
        lines.append(f"        {'if' if number == 0 else 'elif'} kind[x] == {number}:")
        lines += [f"            {line}" for line in _neuron_lines(neuron, last)]
    lines += [f"        inbox[x, {port}] = 0.0" for port in range(model.ports)]
    lines += [
        "        if fires:",
        "            place = fired",
        "            while place > 0 and firing[place - 1] > x:",
        "                firing[place] = firing[place - 1]",
        "                place -= 1",
        "            firing[place] = x",
        "            fired += 1",
        "    return fired",
        "",
        "",
        "if not numba.config.DISABLE_JIT:",
        "    numbers, ints = types.Array(types.float64, 2, 'C'), types.Array(types.int32, 1, 'C')",
        "    signature = types.int64(ints, types.int64, numbers, numbers, ints, numbers, ints)",
        "    advance = numba.cfunc(signature, cache=True, error_model='numpy')(advance)",
    ]
    return "\n".join(lines) + "\n"


def _neuron_lines(neuron: Neuron, last: int) -> Iterator[str]:
    outside = {name: f"parameter[x, {k}]" for k, name in enumerate(neuron.params)}
    outside |= {name: f"inbox[x, {k}]" for k, name in enumerate(neuron.ports)}
    outside |= {"i": f"parameter[x, {last}]", "trial": "0.0"}
    states = {name: f"state[x, {k}]" for k, name in enumerate(neuron.states)}
    names = outside | states
    yield from _block_lines(neuron.update, names, states, "n")
    yield f"fires = {names[neuron.fires]}" if neuron.fires else "fires = False"
    if neuron.fires and (neuron.reset.lets or neuron.reset.writes):
        yield "if fires:"
        yield from (f"    {line}" for line in _block_lines(neuron.reset, outside | states, states, "r"))


def _block_lines(block: Block, names: dict[str, str], states: Mapping[str, str], prefix: str) -> Iterator[str]:
    """Yield statements; locals enter `names`. Writes happen at the end, at once."""
    for number, (name, expression) in enumerate(block.lets):
        parts: list[str] = []
        text = _text(expression, names, parts, f"{prefix}{number}_")
        yield from parts
        yield f"{prefix}{number} = {text}"
        names[name] = f"{prefix}{number}"
    for number, (_, value) in enumerate(block.writes):
        yield f"{prefix}w{number} = {names[value]}"
    for number, (state, _) in enumerate(block.writes):
        yield f"{states[state]} = {prefix}w{number}"


def _text(expression: Expr, names: Mapping[str, str], parts: list[str], prefix: str) -> str:
    """Return an expression as text; long ones become statements in `parts`, because Python's parser has a limited depth."""
    match expression:
        case Const(value):
            return f"({value!r})"
        case Ref(name):
            return names[name]
    assert isinstance(expression, Call)
    text = _call_text(expression.op, [_text(argument, names, parts, prefix) for argument in expression.args])
    if len(text) <= 200:
        return text
    parts.append(f"{prefix}{len(parts)} = {text}")
    return f"{prefix}{len(parts) - 1}"


def _call_text(op: str, arguments: list[str]) -> str:
    if op in _BINARY:
        return f"({arguments[0]} {_BINARY[op]} {arguments[1]})"
    if op in _FUNCTIONS:
        return f"{op}({arguments[0]})"
    match op:
        case "neg":
            return f"(-{arguments[0]})"
        case "floor" | "sqrt":
            return f"np.{op}({arguments[0]})"
        case "abs":
            return f"abs({arguments[0]})"
        case "and" | "or":
            return f"({arguments[0]} {op} {arguments[1]})"
        case "not":
            return f"(not {arguments[0]})"
        case "select":
            return f"({arguments[1]} if {arguments[0]} else {arguments[2]})"
    raise TypeError(op)
