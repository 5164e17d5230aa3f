"""Facts of a run that its manifest tells, of one trial or of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from snndsl.deferred import Deferred
from snndsl.pictured import Pictured

if TYPE_CHECKING:
    neo_files: Any
else:
    neo_files = Deferred("snndsl.exports.neo_files")

__all__ = ["RunFacts"]


class RunFacts(Pictured):
    """What a manifest tells of a run.

    Parameters
    ----------
    manifest : mapping
        Of a run folder.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.manifest = manifest

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Return names of populations, signals or projections in the order of the model's file.

        Those of a run that does not know it (of a tree that was run by hand) keep their order.
        """
        declared = [name for section in self.manifest.get("declared", {}).values() for name in section]
        place = {name: number for number, name in enumerate(declared)}
        return sorted(names, key=lambda name: place.get(name, len(place)))

    @property
    def name(self) -> str:
        """Name of the model."""
        return str(self.manifest["name"])

    @property
    def backend(self) -> str:
        """Name of the backend that ran it."""
        return str(self.manifest["backend"])

    @property
    def status(self) -> str:
        """``running``, ``complete``, ``interrupted`` or ``failed``."""
        return str(self.manifest["status"])

    @property
    def steps(self) -> int:
        """Steps that were to be run, in each trial."""
        return int(self.manifest["steps"])

    @property
    def step_length(self) -> Fraction:
        """Length of a step in ms, exactly."""
        return Fraction(self.manifest["step_ms"])

    @property
    def step_ms(self) -> float:
        """Length of a step in ms."""
        return float(self.step_length)

    def to_neo(self) -> Any:
        """Return the run as a block of Neo: for each trial a segment with spike trains and analog signals.

        Returns
        -------
        neo.Block
            See `snndsl.exports.neo_files.to_neo`.

        Raises
        ------
        ToolMissing
            package-missing: Neo.
        """
        return neo_files.to_neo(self)
