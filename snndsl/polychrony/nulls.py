"""Is a number of groups more than chance? The same search in networks shuffled in one respect.

Every null keeps all but one thing: `shuffle_weights` keeps who is joined to whom with which delay, `shuffle_delays` keeps
weights, `rewire` keeps the synapses of every neuron, in and out. Shuffles are within types of synapses, by the types
(excitatory, inhibitory) of source and target.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError, nearest
from snndsl.parallel import repeated
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.definitions import Definition
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.search import discover

__all__ = ["NULLS", "Significance", "holm", "permutation_p", "rewire", "shuffle_delays", "shuffle_weights", "significance"]

EXCITATORY = ((False, False),)
"""Source and target excitatory."""
EVERY = ((False, False), (False, True), (True, False), (True, True))
STATISTICS = ("groups", "longest_path", "size", "span")

Types = tuple[tuple[bool, bool], ...]


def _members(table: SynapseTable, kinds: Types, rows: NDArray[np.bool_] | None) -> list[NDArray[np.int64]]:
    """Return the rows of each type, among those given; synapses into other ports are other types."""
    source, target = table.inhibitory[table.pre], table.inhibitory[table.post]
    chosen = np.ones(table.rows, np.bool_) if rows is None else rows
    own = [(source == pre) & (target == post) & chosen for pre, post in kinds]
    return [np.flatnonzero(member & (table.port == port)) for member in own for port in np.unique(table.port)]


def shuffle_weights(
    table: SynapseTable, rng: np.random.Generator, kinds: Types = EXCITATORY, *, rows: NDArray[np.bool_] | None = None
) -> SynapseTable:
    """Permute the weights among the synapses of each type.

    Parameters
    ----------
    table : SynapseTable
        The network.
    rng : numpy.random.Generator
        Source of chance.
    kinds : tuple of (bool, bool)
        Types to shuffle: whether source and target are inhibitory. By default excitatory to excitatory ones, as the program
        of 2006 does in its own control.
    rows : ndarray of bool, shape (rows,), optional
        Synapses that may be shuffled; without it, all.

    Returns
    -------
    SynapseTable
        Rows in the same order.
    """
    return table.replace(weight=_permuted(table.weight, _members(table, kinds, rows), rng))


def shuffle_delays(
    table: SynapseTable, rng: np.random.Generator, kinds: Types = EVERY, *, rows: NDArray[np.bool_] | None = None
) -> SynapseTable:
    """Permute the delays among the synapses of each type; parameters as in `shuffle_weights`."""
    return table.replace(delay=_permuted(table.delay, _members(table, kinds, rows), rng))


def _permuted(column: NDArray[Any], members: list[NDArray[np.int64]], rng: np.random.Generator) -> NDArray[Any]:
    permuted = column.copy()
    for member in members:
        permuted[member] = rng.permutation(permuted[member])
    return permuted


def rewire(
    table: SynapseTable,
    rng: np.random.Generator,
    kinds: Types = EVERY,
    swaps: int = 10,
    *,
    rows: NDArray[np.bool_] | None = None,
) -> SynapseTable:
    """Swap targets of pairs of synapses of the same type: every neuron keeps its numbers of synapses in and out.

    A swap that would join a neuron to itself, or the same two neurons twice, is not made. Weight and delay stay with the
    source; `swaps` are attempts per synapse, other parameters as in `shuffle_weights`.
    """
    pre, post = table.pre.tolist(), table.post.tolist()
    joined = set(zip(pre, post))
    for member in _members(table, kinds, rows):
        if len(member) < 2:
            continue
        for i, j in rng.choice(member, (swaps * len(member) // 2, 2)).tolist():
            a, b = (pre[i], post[j]), (pre[j], post[i])
            if a[0] != a[1] and b[0] != b[1] and a not in joined and b not in joined:
                joined -= {(pre[i], post[i]), (pre[j], post[j])}
                joined |= {a, b}
                post[i], post[j] = post[j], post[i]
    return table.replace(post=np.array(post, np.int32))


Null = Callable[[SynapseTable, np.random.Generator], SynapseTable]
NULLS: dict[str, Callable[..., SynapseTable]] = {"weights": shuffle_weights, "delays": shuffle_delays, "rewired": rewire}


@dataclass(frozen=True, slots=True, eq=False)
class Significance:
    """A network against its shuffled versions.

    Parameters
    ----------
    null : str
        What was shuffled.
    seed : int
        Repetition k was shuffled with ``numpy.random.default_rng([seed, k])``.
    observed : dict of str to float
        Number of groups, greatest longest path, greatest size, greatest span.
    shuffled : dict of str to ndarray of float64, shape (repetitions,)
        The same of the shuffled networks.
    p : dict of str to float
        Exact one-sided permutation p-values, see `permutation_p`.
    adjusted : dict of str to float
        The same, adjusted for the family of statistics (`holm`).
    """

    null: str
    seed: int
    observed: dict[str, float]
    shuffled: dict[str, NDArray[np.float64]]
    p: dict[str, float]
    adjusted: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, with the number of repetitions."""
        shuffled = {name: values.tolist() for name, values in self.shuffled.items()}
        facts: dict[str, Any] = {"null": self.null, "seed": self.seed, "repetitions": len(self.shuffled["groups"])}
        return facts | {"observed": self.observed, "shuffled": shuffled, "p": self.p, "adjusted": self.adjusted}

    def __repr__(self) -> str:
        groups = self.shuffled["groups"]
        return (
            f"<Significance: {self.observed['groups']:.0f} groups; {self.null} shuffled: median {np.median(groups):.0f} "
            f"({groups.min():.0f} to {groups.max():.0f}) in {len(groups)}, p = {self.adjusted['groups']:.3g} (family-wise)>"
        )


def permutation_p(observed: float, shuffled: ArrayLike) -> float:
    """Share of the shuffled values, the observed one counted with them, that are at least as large as it.

    Never 0, so tests with it hold their level (Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39).
    """
    values = np.asarray(shuffled, np.float64)
    return float((1 + np.count_nonzero(values >= observed)) / (1 + len(values)))


def holm(p: dict[str, float]) -> dict[str, float]:
    """Adjust p-values for their number so that the family-wise error rate holds (Holm 1979, Scand. J. Stat. 6:65)."""
    adjusted: dict[str, float] = {}
    largest = 0.0
    for k, name in enumerate(sorted(p, key=lambda name: p[name])):
        largest = max(largest, min(1.0, (len(p) - k) * p[name]))
        adjusted[name] = largest
    return {name: adjusted[name] for name in p}


def check_null(name: str | None, repetitions: int, known: Collection[str]) -> None:
    """Refuse a null that is none of those known (None: one of the user's own), or that is not drawn."""
    if repetitions < 1:
        raise ModelError(Fault("repetitions", f"{repetitions} repetitions", expected="at least 1"))
    if name is not None and name not in known:
        raise ModelError(Fault("null-unknown", f"{name!r}", expected=", ".join(known), try_=nearest(name, known)))


def _statistics(catalogue: Catalogue) -> dict[str, float]:
    table = catalogue.table
    return {"groups": float(len(catalogue))} | {name: float(table[name].max(initial=0)) for name in STATISTICS[1:]}


def significance(
    table: SynapseTable,
    definition: str | Definition = "izhikevich2006",
    *,
    null: str | Null = "weights",
    repetitions: int = 19,
    rows: NDArray[np.bool_] | None = None,
    seed: int = 0,
    observed: Catalogue | None = None,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    **search: Any,
) -> Significance:
    """Search a network and shuffled versions of it.

    Parameters
    ----------
    table : SynapseTable
        The network.
    definition : str or Definition
        As in `discover`.
    null : str or callable
        ``weights``, ``delays``, ``rewired``, or a function of a table and a generator that returns a table.
    repetitions : int
        Shuffled networks; 19 for a p-value of 0.05, 79 for that in a family of four.
    rows : ndarray of bool, shape (rows,), optional
        Synapses that a null by name may shuffle; without it, all.
    seed : int
        Of all of them.
    observed : Catalogue, optional
        What the same search found in the network itself; without it, the network is searched.
    workers : int
        Processes, each of which searches whole networks. A function as null has to be one that can be sent to them.
    progress : callable, optional
        Called with the networks searched and their number.
    **search : object
        Passed to `discover`: ``mode``, ``parameters``, ``neurons``, ``mothers``.

    Returns
    -------
    Significance
        Equal for equal arguments, whatever the number of workers.
    """
    check_null(null if isinstance(null, str) else None, repetitions, NULLS)
    own = discover(table, definition, workers=workers, **search) if observed is None else observed
    found = _statistics(own)
    drawn: list[dict[str, float]] = []
    for counted in repeated(_repetition, (table, definition, null, rows, seed, search), repetitions, workers):
        drawn.append(counted)
        if progress:
            progress(len(drawn), repetitions)
    shuffled = {name: np.array([counted[name] for counted in drawn]) for name in STATISTICS}
    p = {name: permutation_p(found[name], shuffled[name]) for name in STATISTICS}
    name = null if isinstance(null, str) else getattr(null, "__name__", "custom")
    return Significance(name, seed, found, shuffled, p, holm(p))


def _repetition(
    k: int, table: SynapseTable, definition: str | Definition, null: str | Null, rows: Any, seed: int, search: dict[str, Any]
) -> dict[str, float]:
    """Shuffle, search and count, in any process."""
    rng = np.random.default_rng([seed, k])
    shuffled = NULLS[null](table, rng, rows=rows) if isinstance(null, str) else null(table, rng)
    return _statistics(discover(shuffled, definition, **search))
