"""The command ``wire``: a motif as projections, what the wired network then does, and the model with them as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from snndsl.api import Model
from snndsl.cli.section_text import Entries, section_text
from snndsl.cli.wire_check import play_wired
from snndsl.cli.wire_plan import Plan, Wish
from snndsl.frontend.loader import load_source
from snndsl.polychrony.wire import Heard

__all__ = ["Wired", "wire_motif"]


@dataclass(frozen=True, slots=True, eq=False)
class Wired:
    """Projections for a motif.

    Parameters
    ----------
    entries : mapping
        Their names, and their keys with values as YAML text.
    lines : list of str
        What was chosen, in words.
    heard : Heard
        What the wired network did when the motif was played.
    """

    entries: Entries
    lines: list[str]
    heard: Heard

    @property
    def text(self) -> str:
        """The section ``projections``."""
        return section_text("projections", self.entries)


def wire_motif(file: Path, wish: Wish) -> Wired:
    """Choose the projections of a motif and play it.

    Parameters
    ----------
    file : Path
        Model.
    wish : Wish
        What is asked for.

    Raises
    ------
    ModelError
        For neurons that do not rest or do not sum, times that cannot be met, names that are none.
    """
    model = Model.from_source(load_source(file))
    plan = Plan(model, wish)
    entries = dict(plan.projections())
    heard = play_wired(model, wish.motif, entries)
    return Wired(entries, [*plan.lines, *plan.remarks()], heard)
