"""The table of mechanisms and backends, made from the cases of the conformance suite."""

from __future__ import annotations

from snndsl.testing.support import by_mechanism, support

__all__ = ["SHIPPED", "mechanism_table", "mechanisms_in_words"]

SHIPPED = ("reference", "brian2", "nest")


def mechanism_table() -> str:
    """Return which mechanism is proved by which cases, and on which backend."""
    proving = by_mechanism()
    lines = [f"| mechanism | {' | '.join(SHIPPED)} | cases |", "|---|" + "---|" * (len(SHIPPED) + 1)]
    for mechanism, row in support(SHIPPED).items():
        cases = ", ".join(f"[{case}](../../snndsl/testing/cases/{case}.yaml)" for case in proving[mechanism])
        lines.append(f"| {mechanism} | {' | '.join(row[name] for name in SHIPPED)} | {cases} |")
    return "\n".join(lines) + "\n"


def mechanisms_in_words() -> str:
    """Return the mechanisms that all shipped backends pass, and what each of them does not, in sentences."""
    rows = support(SHIPPED)
    everywhere = [mechanism for mechanism, row in rows.items() if set(row.values()) == {"yes"}]
    lines = [f"Proved on {', '.join(SHIPPED)}, equal bit for bit: {'; '.join(everywhere)}.\n"]
    for mechanism, row in rows.items():
        lines += [f"- {mechanism}, on {name}: {said}\n" for name, said in row.items() if said != "yes"]
    return "".join(lines)
