"""Our own elementary functions, from the table of operations: on arrays, and how many arguments each takes."""

from snndsl.ir import OPERATIONS

__all__ = ["ARITY", "OWN", "UNARY"]

OWN = {row.name: row.evaluate for row in OPERATIONS.values() if row.is_own and row.scalar and row.evaluate is not None}
ARITY = {name: len(OPERATIONS[name].arguments) for name in OWN}
UNARY = tuple(name for name, count in ARITY.items() if count == 1)
