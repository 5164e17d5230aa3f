"""The command ``wire``: a motif as projections, what the wired network then does, and the model with them as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from snndsl.cli.section_text import Entries, section_text, with_entries
from snndsl.cli.wire_check import play_wired
from snndsl.cli.wire_plan import Plan, Wish
from snndsl.errors import Fault, ModelError
from snndsl.frontend.loader import load_source
from snndsl.pipeline import Model
from snndsl.polychrony.wire import Heard

__all__ = ["Wired", "require_free", "wire_motif", "write_model"]


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


def write_model(file: Path, wired: Wired, out: Path, force: bool) -> None:
    """Write a model with the projections added; everything else stays as it is written.

    Parameters
    ----------
    file : Path
        Model.
    wired : Wired
        Projections.
    out : Path
        New file.
    force : bool
        Replace it if it is there.

    Raises
    ------
    ModelError
        file-exists, files-beside, file-unwritable, text-not-editable.
    """
    require_free(out, force)
    path = file / "model.yaml" if file.is_dir() else file
    source = load_source(path)
    beside = [item for item in source.spec.imports.values() if not item.startswith("snndsl:")]
    beside += [spec.file for spec in source.model.data.values() if spec.file is not None]
    if beside and out.resolve().parent != source.folder:
        what = f"the model reads {beside[0]!r}, which is not beside {out}"
        raise ModelError(Fault("files-beside", what, expected=f"a file in {path.parent}"))
    text, new = with_entries(path.read_bytes().decode("utf-8-sig"), source, "projections", wired.entries, out)
    Model.from_source(new).program  # noqa: B018 - faults that only the wiring shows
    try:
        out.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise ModelError(Fault("file-unwritable", f"{out}: {error.strerror}", expected="a place to write to")) from None


def require_free(out: Path, force: bool) -> None:
    """Refuse a place for a new file where something is.

    Parameters
    ----------
    out : Path
        New file.
    force : bool
        Another file may be replaced.

    Raises
    ------
    ModelError
        file-exists.
    """
    if out.is_dir() or (out.exists() and not force):
        hint = "" if out.is_dir() else "--force"
        raise ModelError(Fault("file-exists", f"{out} is there already", expected="a new file", try_=hint))
