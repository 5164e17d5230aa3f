"""Neurons and rules of the program as C: one statement a local, every operation in parentheses, writes at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from snndsl.ir import Block, Call, Const, Expr, Neuron, Program, Ref, Rule

__all__ = ["kernel_source"]

_INFIX = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
    "and": "&&", "or": "||",
}  # fmt: skip
_PREFIX = {"neg": "-", "not": "!"}
_FUNCTIONS = {
    "floor": "floor", "abs": "fabs", "sqrt": "sqrt", "select": "snn_select", "exp": "snn_exp", "log": "snn_log",
    "expm1": "snn_expm1", "log1p": "snn_log1p", "sin": "snn_sin", "cos": "snn_cos", "tan": "snn_tan", "tanh": "snn_tanh",
    "exprel": "snn_exprel", "sigmoid": "snn_sigmoid", "uniform": "snn_uniform", "normal": "snn_normal",
    "poisson": "snn_poisson",
}  # fmt: skip
_TRUTH = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"})
_PARAMETER, _STATE, _PORT, _LOCAL = "p_", "s_", "in_", "v_"  # a name of the model can be no word of C


class _Scope:
    """C names of what a block may read."""

    def __init__(
        self, params: tuple[str, ...], states: tuple[str, ...], ports: tuple[str, ...], builtins: tuple[str, ...]
    ) -> None:
        self.names = {name: name for name in builtins}
        self.names |= {name: f"{_PARAMETER}{name}" for name in params}
        self.names |= {name: f"{_STATE}{name}" for name in states}
        self.names |= {name: f"{_PORT}{name}" for name in ports}

    def local(self, name: str) -> str:
        """Define a local."""
        self.names[name] = f"{_LOCAL}{name}"
        return self.names[name]


def kernel_source(program: Program) -> str:
    """Return ``kernels.c``: every neuron and every rule of a program.

    Parameters
    ----------
    program : Program
        Any that `TARGET` allows.
    """
    samples = {sample.name: number for number, sample in enumerate(program.samples)}
    lines = ["/* What neurons and synapses do; the program in words is in ../program.txt. */", '#include "operations.h"', ""]
    lines += [
        f"SNN_EXPORT SnnSample snn_samples[{max(1, len(samples))}];",
        "_Thread_local int snn_bad_sample = -1;",
        "_Thread_local double snn_bad_index;",
        "",
        "SNN_EXPORT void snn_sample_failure(int* number, double* index)",
        "{",
        "  *number = snn_bad_sample;",
        "  *index = snn_bad_index;",
        "  snn_bad_sample = -1;",
        "}",
    ]
    for neuron in program.neurons:
        lines += ["", *_comment(program.comments.get(f"neurons.{neuron.name}", "")), *_neuron(neuron, samples)]
    for rule in program.rules:
        lines += ["", *_comment(program.comments.get(f"rules.{rule.name}", "")), *_rule(rule, samples)]
    return "\n".join(lines) + "\n"


def _neuron(neuron: Neuron, samples: Mapping[str, int]) -> Iterator[str]:
    yield f"SNN_EXPORT int snn_neuron_{neuron.name}("
    yield "  const double* p, double* s, const double* in, double i, double step, double trial, int* fired)"
    yield "{"
    yield from (f"  const double {_PORT}{name} = in[{place}];" for place, name in enumerate(neuron.ports))
    yield from _load(neuron.params, neuron.states)
    builtins = ("i", "step", "trial")
    scope = _Scope(neuron.params, neuron.states, neuron.ports, builtins)
    yield from _lets(neuron.update, scope, samples)
    yield from _writes(neuron.update, scope, neuron.states)
    if neuron.fires:
        yield f"  if ({scope.names[neuron.fires]}) {{"
        yield "    *fired = 1;"
        inner = _Scope(neuron.params, neuron.states, (), builtins)
        reset = [*_lets(neuron.reset, inner, samples), *_writes(neuron.reset, inner, neuron.states)]
        yield from (f"  {line}" for line in reset)
        yield "  }"
    yield from _store(neuron.states, (neuron.update, neuron.reset))
    yield from _checks(neuron.states, (neuron.update, neuron.reset))
    yield "  return 0;"
    yield "}"


def _rule(rule: Rule, samples: Mapping[str, int]) -> Iterator[str]:
    events = [("pre", rule.on_pre), ("post", rule.on_post), *((f"every_{tick.period}", tick.block) for tick in rule.every)]
    for name, block in events:
        yield f"SNN_EXPORT int snn_rule_{rule.name}_{name}("
        yield "  const double* p, double* s, double tv, double row, double trial, double* sent)"
        yield "{"
        yield from _load(rule.params, rule.states)
        scope = _Scope(rule.params, rule.states, (), ("tv", "row", "trial"))
        yield from _lets(block, scope, samples)
        if name == "pre" and rule.deliver:
            yield f"  *sent = {scope.names[rule.deliver]};"
        yield from _writes(block, scope, rule.states)
        yield from _store(rule.states, (block,))
        yield from _checks(rule.states, (block,), rule.bound)
        yield "  return 0;"
        yield "}"


def _load(params: tuple[str, ...], states: tuple[str, ...]) -> Iterator[str]:
    yield from (f"  const double {_PARAMETER}{name} = p[{place}];" for place, name in enumerate(params))
    yield from (f"  double {_STATE}{name} = s[{place}];" for place, name in enumerate(states))


def _lets(block: Block, scope: _Scope, samples: Mapping[str, int]) -> Iterator[str]:
    for name, tree in block.lets:
        text = _expression(tree, scope, samples)
        kind = "int" if isinstance(tree, Call) and tree.op in _TRUTH else "double"
        yield f"  const {kind} {scope.local(name)} = {text};"


def _writes(block: Block, scope: _Scope, states: tuple[str, ...]) -> Iterator[str]:
    """Yield all writes at once: a state that is read by another write keeps its old value until then."""
    written = {state for state, _ in block.writes}
    swapped = {name for state, name in block.writes if name in written and name in states and name != state}
    yield from (f"  const double old_{name} = {scope.names[name]};" for name in sorted(swapped))
    for state, name in block.writes:
        value = f"old_{name}" if name in swapped else scope.names[name]
        if state != name:
            yield f"  {_STATE}{state} = {value};"


def _store(states: tuple[str, ...], blocks: tuple[Block, ...]) -> Iterator[str]:
    written = {state for block in blocks for state, _ in block.writes}
    yield from (f"  s[{place}] = {_STATE}{name};" for place, name in enumerate(states) if name in written)


def _checks(states: tuple[str, ...], blocks: tuple[Block, ...], bound: str = "") -> Iterator[str]:
    """Yield the tests of what was written, in order of the states."""
    written = {state for block in blocks for state, _ in block.writes}
    yield "  if (snn_bad_sample >= 0) return -1;"
    for place, state in enumerate(states):
        if state in written and not state.endswith("__"):
            yield f"  if (!snn_finite({_STATE}{state})) return {1 + place};"
    if "w" in written and bound:
        yield f"  if (fabs({_STATE}w) > fabs({_PARAMETER}{bound})) return {-2 - states.index('w')};"


def _expression(tree: Expr, scope: _Scope, samples: Mapping[str, int]) -> str:
    match tree:
        case Const(value):
            return repr(float(value)) if repr(float(value))[0] != "-" else f"({float(value)!r})"
        case Ref(name):
            return scope.names[name]
        case Call("sample", (argument,), key):
            return f"snn_sample({samples[key]}, {_expression(argument, scope, samples)})"
        case Call(op, (left, right), _) if op in _INFIX:
            return f"({_expression(left, scope, samples)} {_INFIX[op]} {_expression(right, scope, samples)})"
        case Call(op, (argument,), _) if op in _PREFIX:
            return f"({_PREFIX[op]}{_expression(argument, scope, samples)})"
        case Call(op, arguments, _):
            return f"{_FUNCTIONS[op]}({', '.join(_expression(argument, scope, samples) for argument in arguments)})"


def _comment(text: str) -> list[str]:
    """Return text as comments that nothing in it can end."""
    lines = [
        "".join(c if c.isprintable() else " " for c in line).replace("*/", "* /").replace("\\", "/")
        for line in text.splitlines()
    ]
    return [f"/* {line.strip()} */" for line in lines if line.strip()]
