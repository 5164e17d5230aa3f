"""What a simulator can do, as data: legalisation and the printed support table read it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """Abilities and limits of a backend.

    Parameters
    ----------
    name : str
        Of the backend.
    operations : frozenset of str
        Operations of `snndsl.ir.OPERATIONS` that it prints.
    features : frozenset of str
        Of ``plastic``, ``dendritic_delay``, ``post_first``, ``ticks``, ``injections``, ``sources``, ``samples``,
        ``state_record``, ``synapse_record``, ``plastic_source_stamp_0``.
    max_states, max_ports, max_delay : int
        Limits of a neuron and of a delay in steps; 0: none.
    needs : tuple of str
        Tools it needs, for ``snndsl doctor``: ``c++``, ``make``, ``boost``, ``ltdl``, ``brian2``, ``nest``.
    """

    name: str
    operations: frozenset[str]
    features: frozenset[str]
    max_states: int = 0
    max_ports: int = 0
    max_delay: int = 0
    needs: tuple[str, ...] = ()
