"""Which states an event may leave without a finite value: what cannot fail is not checked."""

from __future__ import annotations

from collections.abc import Container

from snndsl.ir import Block, Call, Const, Expr, Ref

__all__ = ["may_fail"]

_KEEPS = frozenset({"neg", "abs", "floor", "select"})
"""Operations that make finite numbers of finite numbers."""


def may_fail(block: Block, finite: Container[str]) -> list[str]:
    """Return the states that may be left without a finite value, in the order of the writes.

    Parameters
    ----------
    block : Block
        An event.
    finite : container of str
        Names from outside that are finite: parameters, built-in names, states (which were checked when they were written).
        A name that ends in ``__`` is the compiler's own, may be infinite and is never checked.
    """
    sound: set[str] = set()

    def is_finite(tree: Expr) -> bool:
        """Tell whether an expression of finite numbers cannot be infinite."""
        match tree:
            case Const():
                return True
            case Ref(name):
                return name in sound or (name in finite and not name.endswith("__"))
            case Call("select", (_, one, other), _):
                return is_finite(one) and is_finite(other)
            case Call(op, arguments, _):
                return op in _KEEPS and all(is_finite(argument) for argument in arguments)
        return False

    for name, tree in block.lets:
        if is_finite(tree):
            sound.add(name)
    return [state for state, value in block.writes if not state.endswith("__") and not is_finite(Ref(value))]
