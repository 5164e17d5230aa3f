"""Pages in HTML about a catalogue or one of its groups: one file each, which asks no network for anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.definitions import DEFINITIONS
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.network.table import SynapseTable
from snndsl.report.look import Look
from snndsl.report.rendering import render
from snndsl.report.svg import histogram_svg

__all__ = ["ROWS", "catalogue_page", "group_page"]

ROWS = 500
"""Groups listed in the table of a page."""

DRAWN = 50
"""Groups drawn in a page."""

LARGEST = 3_000_000
"""Characters that all drawings of a page may have together."""


def group_page(catalogue: Catalogue, number: int, *, network: SynapseTable | Network | None = None) -> str:
    """Return a page about one group: the drawing answers to pointer and arrow keys, and a table lists every spike.

    Parameters
    ----------
    catalogue : Catalogue
        Where the group is.
    number : int
        Place of the group in the catalogue, from 0.
    network : SynapseTable or Network, optional
        The network that was searched, for the weights; without it, only delays are told.

    Returns
    -------
    str
        HTML; the same for equal arguments.

    Raises
    ------
    ModelError
        group-unknown; another-network: neurons or synapses are not those of the catalogue; catalogue-manifest.
    """
    if not 0 <= number < len(catalogue):
        some = f"0 .. {len(catalogue) - 1}" if len(catalogue) else "a catalogue with groups"
        raise ModelError(Fault("group-unknown", f"there is no group {number}", expected=some))
    group, look = catalogue[number], Look(catalogue, network)
    numbers = (
        (f"{group.mother}", "mother neuron"),
        (f"{len(group):,}", "spikes"),
        (f"{len(group.pre):,}", "links"),
        (f"{group.longest_path}", "layers of the longest path"),
        (f"{look.time(group.span)} ms", "from first anchor to last spike"),
    )
    spikes = [
        (
            str(group.neuron[k]),
            look.time(group.step[k]),
            str(group.layer[k]),
            "; ".join(line.strip() for line in text.split("\n")[3:-1]) or "none",
        )
        for k, text in enumerate(look.texts(group))
    ]
    return render(
        "group.html.jinja",
        title=f"Polychronous group {group.id}",
        catalogue=catalogue,
        look=look,
        group=group,
        anchors=_anchors(look, group.anchors, group.anchor_steps, " ms"),
        numbers=numbers,
        drawing=look.drawing(group),
        definitions=_definitions([group.definition]),
        spikes=spikes,
    )


def catalogue_page(
    catalogue: Catalogue,
    *,
    network: SynapseTable | Network | None = None,
    rows: int = ROWS,
    drawn: int = DRAWN,
) -> str:
    """Return a page about a catalogue: numbers, definition, nulls, histograms, a table, and drawings of the first groups.

    Parameters
    ----------
    catalogue : Catalogue
        The groups.
    network : SynapseTable or Network, optional
        The network that was searched, for the weights; without it, only delays are told.
    rows : int
        Groups listed in the table; the page says how many are left out.
    drawn : int
        Groups drawn, as long as all drawings together are below 3 million characters.

    Returns
    -------
    str
        HTML; the same for equal arguments. It does not tell where the catalogue is.

    Raises
    ------
    ModelError
        another-network: neurons or synapses are not those of the catalogue; catalogue-manifest; catalogue-nulls.
    """
    look, summary, table = Look(catalogue, network), catalogue.summary(), catalogue.table
    kept = ~table["avalanche"].astype(bool)
    charts = (
        histogram_svg(table["size"][kept].astype(np.float64), "size (spikes)", "spikes"),
        histogram_svg(table["span"][kept] * look.step_ms, "span (ms)", "ms"),
        histogram_svg(table["longest_path"][kept].astype(np.float64), "longest path (layers)", "layers"),
    )
    drawings = list(_drawings(catalogue, look, drawn))
    seen = {drawing["id"] for drawing in drawings if drawing["drawing"]}
    return render(
        "catalogue.html.jinja",
        title=f"{len(catalogue):,} polychronous group{'s' * (len(catalogue) != 1)}",
        catalogue=catalogue,
        total=len(catalogue),
        look=look,
        numbers=(
            (f"{summary['groups']:,}", "groups"),
            (f"{summary['mothers']:,}", "neurons that are mothers"),
            (f"{summary['avalanches']:,}", "avalanches: stopped, too many spikes"),
            (f"{summary['probes']:,}", "combinations of anchors tried"),
        ),
        nulls=_nulls(catalogue),
        definitions=_definitions(catalogue.definitions),
        left_out=int(np.count_nonzero(~kept)),
        charts=[Markup(chart) for chart in charts],
        quartiles=_quartiles(summary, look.step_ms),
        rows=[_row(catalogue, look, k, seen) for k in range(min(rows, len(catalogue)))],
        drawings=drawings,
    )


def _anchors(look: Look, neurons: Any, steps: Any, unit: str = "") -> str:
    return ", ".join(f"{who} at {look.time(when)}{unit}" for who, when in zip(neurons.tolist(), steps.tolist()))


def _quartiles(summary: Mapping[str, Any], step_ms: float) -> list[tuple[str, ...]]:
    """Return least values, quartiles and greatest values."""
    names = (("size", "spikes", 1.0), ("span", "span (ms)", step_ms), ("longest_path", "layers of the longest path", 1.0))
    return [(what, *(f"{value * scale:,.6g}" for value in summary[name])) for name, what, scale in names if summary[name]]


def _nulls(catalogue: Catalogue) -> list[tuple[str, ...]]:
    """Return what the catalogue knows about chance."""
    try:
        return [row for null in catalogue.nulls.values() for row in _null_rows(null)]
    except (KeyError, TypeError, ValueError) as error:
        what = f"the nulls cannot be read: {type(error).__name__} {error}"
        raise ModelError(Fault("catalogue-nulls", what, file=str(catalogue.path), expected="what snndsl wrote")) from None


def _null_rows(null: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    words = {
        "groups": "groups",
        "longest_path": "layers of the longest path, greatest",
        "size": "spikes of a group, greatest",
        "span": "span in steps, greatest",
    }
    for name, what in words.items():
        values = np.asarray(null["shuffled"][name], np.float64)
        spread = f"{np.median(values):,.6g} ({values.min():,.6g} to {values.max():,.6g})"
        numbers = f"{int(null['repetitions']):,}", f"{float(null['observed'][name]):,.6g}", spread
        yield what, str(null["null"]), *numbers, f"{float(null['p'][name]):.3g}", f"{float(null['adjusted'][name]):.3g}"


def _definitions(definitions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Yield name, first line of the description and parameters of each definition."""
    words = {"None": "none", "True": "yes", "False": "no"}
    for definition in definitions:
        name = str(definition.get("name", "unknown"))
        known = DEFINITIONS.get(name)
        about = ((known.__doc__ if known else None) or "").split("\n")[0]
        yield name, about, [(str(key), words.get(str(value), str(value))) for key, value in definition.items() if key != "name"]


def _row(catalogue: Catalogue, look: Look, k: int, drawn: set[int]) -> dict[str, Any]:
    """Return what the table of groups tells of one; those that are drawn have a link to their drawing."""
    table = catalogue.table
    number = int(table["id"][k])
    return {
        "id": number,
        "drawn": number in drawn,
        "numbers": [
            *(int(table[column][k]) for column in ("mother", "size", "links", "longest_path")),
            look.time(table["span"][k]),
        ],
        "avalanche": bool(table["avalanche"][k]),
        "anchors": _anchors(look, table["anchors"][k], table["anchor_steps"][k]),
    }


def _drawings(catalogue: Catalogue, look: Look, most: int) -> Iterator[dict[str, Any]]:
    """Yield the drawings of the first groups; an empty one if it would make the page too large."""
    table, left = catalogue.table, LARGEST
    for k in range(min(most, len(catalogue))):
        drawing = look.drawing(catalogue[k])
        fits = len(drawing) <= min(left, LARGEST // 5)
        left -= len(drawing) if fits else 0
        facts = (
            f"mother {int(table['mother'][k])}, {int(table['size'][k])} spikes, {int(table['longest_path'][k])} layers, "
            f"{look.time(table['span'][k])} ms"
        )
        yield {"id": int(table["id"][k]), "facts": facts, "drawing": drawing if fits else ""}
