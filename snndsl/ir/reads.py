"""What is read of other populations, and values that synapses make of it in every step."""

from __future__ import annotations

from snndsl.deferred import dataclass
from snndsl.ir.expression import Block

__all__ = ["Carry", "Read"]


@dataclass(frozen=True, slots=True)
class Read:
    """A state of another population that blocks read under a name of their own.

    Parameters
    ----------
    local : str
        Name in the blocks that read it.
    of : str
        A population of size one; in a rule also ``pre`` and ``post``, the neurons on both sides of the synapse.
    state : str
        Of its neuron.
    """

    local: str
    of: str
    state: str


@dataclass(frozen=True, slots=True)
class Carry:
    """What one synapse that transmits in every step adds to its port.

    Parameters
    ----------
    name : str
        Unique among carries.
    params : tuple of str
        ``weight`` is one, `bound` another. Values belong to `Synapses`.
    block : Block
        Reads `params` and `reads`; writes nothing.
    sent : str
        The local that is added to the port of the synapses at every stamp n >= 1; it is on the grid already.
    reads : tuple of Read
        Of ``pre`` the value at stamp n - D, where D is the whole delay, and before stamp 0 that of stamp 0; of ``post`` and of
        populations of one neuron the value at stamp n - 1.
    bound : str
        The parameter that holds the largest magnitude of what is sent: up to there sums at the port are exact. The run stops
        where it is exceeded, and where what is sent is no finite number.
    """

    name: str
    params: tuple[str, ...]
    block: Block
    sent: str
    reads: tuple[Read, ...]
    bound: str
