"""A motif wired: its projections, and what the wired network then does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from snndsl.api import Model
from snndsl.deferred import dataclass
from snndsl.errors import Fault, ModelError
from snndsl.groups.section_text import Entries, section_text, write_model
from snndsl.groups.sources import model_of
from snndsl.groups.wire_check import Heard, play_wired
from snndsl.groups.wire_plan import WirePlan, Wish

__all__ = ["Wired", "wire"]


@dataclass(frozen=True, slots=True, eq=False)
class Wired:
    """Projections that make a motif a group.

    Parameters
    ----------
    motif : str
        Its name.
    entries : mapping
        Names of the projections, and their keys with values as YAML text.
    remarks : tuple of str
        What was chosen, in words.
    heard : Heard
        What the wired network did when the motif was played.
    step : Fraction
        Length of a step, ms.
    file : Path or None
        Of the model; None: it was built in Python.
    """

    motif: str
    entries: Entries
    remarks: tuple[str, ...]
    heard: Heard
    step: Fraction
    file: Path | None

    @property
    def text(self) -> str:
        """The section ``projections``."""
        return section_text("projections", self.entries)

    @property
    def lines(self) -> list[str]:
        """What was chosen and what came of it, in words."""
        return [*self.remarks, self._verdict()]

    def write(self, out: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the model with the projections; everything else stays as it is written in its file.

        Parameters
        ----------
        out : path
            New file.
        force : bool
            Replace it if it is there.

        Raises
        ------
        ModelError
            file-missing: the model was built in Python; file-exists, files-beside, file-unwritable, name-taken,
            text-not-editable.
        """
        if self.file is None:
            what = f"the model of motif {self.motif!r} has no file to add to"
            raise ModelError(Fault("file-missing", what, expected="wire of a file", try_="text: the section"))
        write_model(self.file, "projections", self.entries, Path(out), force)

    def __repr__(self) -> str:
        heard = f"{self.heard.exact} of {self.heard.expected} spikes at their steps, {len(self.heard.extra)} others"
        return f"<Wired {self.motif}: projections {', '.join(self.entries)}; {heard}>"

    def _verdict(self) -> str:
        """Return what came of the check in words."""

        def said(event: tuple[str, int, int]) -> str:
            return f"{event[0]}[{event[1]}] at {float(event[2] * self.step):.12g} ms"

        heard = self.heard
        text = f"check      {heard.exact} of {heard.expected} spikes at their steps"
        text += f", first missing: {said(heard.missing[0])}" if heard.missing else ""
        others = "1 other" if len(heard.extra) == 1 else f"{len(heard.extra)} others, first"
        text += f", {others}: {said(heard.extra[0])}" if heard.extra else ", no other"
        return f"{text} (reference, at rest, without stimuli)"


def wire(
    model: Model | str | os.PathLike[str],
    motif: str,
    inputs: int = 3,
    *,
    weight: str | None = None,
    longest: str | None = None,
    port: str | None = None,
    sources: Sequence[str] = (),
) -> Wired:
    """Choose weights and delays that make a motif a polychronous group, and play it.

    Parameters
    ----------
    model : Model or path
        With the motif.
    motif : str
        Its name; it says what it leads to.
    inputs : int
        Arrivals that make a spike.
    weight : str, optional
        As ``"7"`` or ``"900 pA"``; without it, one is chosen.
    longest : str, optional
        Longest delay, a time.
    port : str, optional
        Of the targets; needed where there are several.
    sources : sequence of str
        Populations that drive; empty: all of the motif that do not inhibit.

    Returns
    -------
    Wired
        The projections as text, what was chosen, and which spikes came when the motif was played.

    Raises
    ------
    ModelError
        For neurons that do not rest or do not sum, times that cannot be met, names that are none.
    """
    made = model_of(model)
    plan = WirePlan(made, Wish(motif, inputs, weight, longest, port, tuple(sources)))
    entries = dict(plan.projections())
    heard = play_wired(made, motif, entries)
    file = None if isinstance(model, Model) else Path(model)
    return Wired(motif, entries, (*plan.lines, *plan.remarks()), heard, made.checked.step, file)
