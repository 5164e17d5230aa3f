"""What is known of a model before it runs."""

from __future__ import annotations

from snndsl.deferred import dataclass
from snndsl.errors import Fault
from snndsl.graph.elaboration import Elaboration
from snndsl.model.checked import CheckedModel

__all__ = ["Judgement"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of a model before it runs.

    Parameters
    ----------
    faults : tuple of Fault
        Errors, of all stages that could be gone through, and warnings.
    refused : tuple of Fault
        Parts of a right model that no backend can simulate yet; of a file of definitions: that it has no time.
    waiting : tuple of str
        What is so large that only a run will judge it.
    elaboration : Elaboration or None
        The numbers that were made (`Elaboration.complete`: all).
    model : CheckedModel or None
        The model, if its texts are right.
    """

    faults: tuple[Fault, ...] = ()
    refused: tuple[Fault, ...] = ()
    waiting: tuple[str, ...] = ()
    elaboration: Elaboration | None = None
    model: CheckedModel | None = None

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that are no warnings."""
        return tuple(fault for fault in self.faults if fault.severity == "error")
