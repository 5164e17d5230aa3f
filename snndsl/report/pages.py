"""Pages in HTML about a catalogue or one of its groups: one file each, which asks no network for anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from snndsl.errors import Fault, ModelError
from snndsl.polychrony.catalogue import Catalogue
from snndsl.polychrony.definitions import DEFINITIONS
from snndsl.polychrony.group import Group
from snndsl.polychrony.network.link_weights import LinkWeights
from snndsl.polychrony.network.sources import Network
from snndsl.polychrony.network.table import SynapseTable
from snndsl.polychrony.pictures.assets import SCRIPT, STYLE
from snndsl.report.svg import group_svg, histogram_svg, spike_texts

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
        raise ModelError(Fault("group-unknown", f"there is no group {number}", expected=_range(len(catalogue))))
    group, look = catalogue[number], _Look(catalogue, network)
    step = look.step_ms
    anchors = ", ".join(
        f"{who} at {when * step:g} ms" for who, when in zip(group.anchors.tolist(), group.anchor_steps.tolist())
    )
    cards = _numbers(
        [
            (f"{group.mother}", "mother neuron"),
            (f"{len(group):,}", "spikes"),
            (f"{len(group.pre):,}", "links"),
            (f"{group.longest_path}", "layers of the longest path"),
            (f"{group.span * step:g} ms", "from first anchor to last spike"),
        ]
    )
    avalanche = "<p>An avalanche: the probe was stopped because of its many spikes.</p>" if group.avalanche else ""
    rows = [
        (
            str(group.neuron[k]),
            f"{group.step[k] * step:g}",
            str(group.layer[k]),
            "; ".join(line.strip() for line in text.split("\n")[3:-1]) or "none",
        )
        for k, text in enumerate(look.texts(group))
    ]
    weights = ", weight" if network is not None else ""
    body = [
        f"<h1>Polychronous group {group.id}</h1>",
        f'<p class="sub">Anchors: neurons {anchors}. {_origin(catalogue)}</p>',
        cards,
        f'<div class="card">{look.drawing(group)}{_legend(look)}{avalanche}</div>',
        _definitions([group.definition], step),
        f"<h2>Spikes</h2><p>Each with its inputs within the group: neuron, time, delay{weights}.</p>",
        '<div class="card scroll">',
        _table(("neuron", "time (ms)", "layer", "inputs"), rows, "spikes", sortable=3),
        "</div>",
    ]
    return _page(f"Polychronous group {group.id}", body)


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
    look, summary = _Look(catalogue, network), catalogue.summary()
    title = f"{len(catalogue):,} polychronous group{'s' * (len(catalogue) != 1)}"
    body = [
        f"<h1>{title}</h1>",
        f'<p class="sub">{_origin(catalogue)}</p>',
        _summary(summary),
        _nulls(catalogue),
        _definitions(catalogue.definitions, look.step_ms),
        _histograms(catalogue, look.step_ms),
        _quartiles(summary, look.step_ms),
    ]
    drawings = dict(_drawings(catalogue, look, drawn))
    body.append(_groups_table(catalogue, look.step_ms, rows, {number for number, text in drawings.items() if text}))
    body.append(_drawn_part(catalogue, look, drawings))
    return _page(title, body)


# ---- what is told about the network


class _Look:
    """What all drawings of a page share: the length of a step, inhibitory neurons, weights."""

    def __init__(self, catalogue: Catalogue, network: SynapseTable | Network | None) -> None:
        manifest = catalogue.manifest
        try:
            self.step_ms = float(manifest.get("step_ms", 1.0))
            self.inhibitory = frozenset(int(neuron) for neuron in manifest.get("inhibitory", ()))
            neurons = int(manifest["neurons"])
            good = 0 < self.step_ms < math.inf
        except (KeyError, TypeError, ValueError):
            good = False
        if not good:
            what = "step_ms, neurons or inhibitory is missing or no number"
            raise ModelError(Fault("catalogue-manifest", what, file=str(catalogue.path), expected="the manifest of a search"))
        self._weights: Callable[[Group], NDArray[np.float64]] | None = None
        if network is not None:
            table = network.table if isinstance(network, Network) else network
            if table.neurons != neurons:
                what = f"the groups are of {neurons:,} neurons, the network has {table.neurons:,}"
                raise ModelError(Fault("another-network", what, expected="the network that was searched"))
            self._weights = LinkWeights(table)

    def _arguments(self, group: Group) -> dict[str, Any]:
        weights = None if self._weights is None else self._weights(group)
        return {"step_ms": self.step_ms, "inhibitory": self.inhibitory, "weights": weights}

    def drawing(self, group: Group) -> str:
        return group_svg(group, **self._arguments(group))

    def texts(self, group: Group) -> list[str]:
        return spike_texts(group, **self._arguments(group))


# ---- pieces of pages


def _page(title: str, body: Iterable[str]) -> str:
    """Put a page together; the policy in its head forbids every request."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    head = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style></head><body><main>",
    ]
    return "\n".join([*head, *body, f"</main><script>{SCRIPT}</script></body></html>", ""])


def _origin(catalogue: Catalogue) -> str:
    manifest = catalogue.manifest
    text = f"Network {manifest.get('network', 'unknown')} of {manifest.get('neurons', 'unknown')} neurons; "
    if catalogue.complete:
        return escape(text + "the search is complete.")
    return escape(text + f"the search is not complete ({manifest['status']}), so groups are missing.")


def _numbers(items: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f"<div><b>{escape(number)}</b><span>{escape(what)}</span></div>" for number, what in items)
    return f'<div class="numbers">{cells}</div>'


def _summary(summary: Mapping[str, Any]) -> str:
    return _numbers(
        [
            (f"{summary['groups']:,}", "groups"),
            (f"{summary['mothers']:,}", "neurons that are mothers"),
            (f"{summary['avalanches']:,}", "avalanches: stopped, too many spikes"),
            (f"{summary['probes']:,}", "combinations of anchors tried"),
        ]
    )


def _quartiles(summary: Mapping[str, Any], step_ms: float) -> str:
    """A table of least values, quartiles and greatest values."""
    rows = []
    names = (("size", "spikes", 1.0), ("span", "span (ms)", step_ms), ("longest_path", "layers of the longest path", 1.0))
    for name, what, scale in names:
        if summary[name]:
            rows.append((what, *(f"{value * scale:,.6g}" for value in summary[name])))
    head = ("", "least", "first quartile", "median", "third quartile", "greatest")
    return f'<div class="card">{_table(head, rows)}</div>' if rows else ""


def _nulls(catalogue: Catalogue) -> str:
    """What the catalogue knows about chance."""
    if not catalogue.nulls:
        return (
            '<div class="card say"><p><b>No null was run.</b> Other wiring with the same statistics has groups, '
            f"too: {len(catalogue):,} alone says nothing about chance.</p>"
            "<p><code>snndsl discover SOURCE --null weights=19</code> searches nineteen networks with shuffled weights.</p>"
            "</div>"
        )
    try:
        rows = [row for null in catalogue.nulls.values() for row in _null_rows(null)]
    except (KeyError, TypeError, ValueError) as error:
        what = f"the nulls cannot be read: {type(error).__name__} {error}"
        raise ModelError(Fault("catalogue-nulls", what, file=str(catalogue.path), expected="what snndsl wrote")) from None
    head = ("", "shuffled", "networks", "here", "shuffled: median (range)", "p", "p, family-wise")
    return (
        f'<div class="card say known"><p>The same search in shuffled networks:</p>{_table(head, rows)}'
        "<p>p is the exact one-sided permutation p-value; family-wise: adjusted for the four statistics (Holm).</p></div>"
    )


def _null_rows(null: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
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


def _definitions(definitions: Sequence[Mapping[str, Any]], step_ms: float) -> str:
    parts = [f"<h2>Definition</h2><p>Times are in steps of {step_ms:g} ms.</p>"]
    words = {"None": "none", "True": "yes", "False": "no"}
    for definition in definitions:
        name = str(definition.get("name", "unknown"))
        known = DEFINITIONS.get(name)
        about = ((known.__doc__ if known else None) or "").split("\n")[0]
        given = [(str(key), str(value)) for key, value in definition.items() if key != "name"]
        shown = " ".join(f"<code>{escape(key)} = {escape(words.get(value, value))}</code>" for key, value in given)
        parts.append(f'<div class="card"><b>{escape(name)}</b> {escape(about)}<p class="given">{shown}</p></div>')
    return "\n".join(parts)


def _histograms(catalogue: Catalogue, step_ms: float) -> str:
    table = catalogue.table
    kept = ~table["avalanche"].astype(bool)
    left_out = int(np.count_nonzero(~kept))
    said = f" {left_out:,} avalanche{'s are' if left_out != 1 else ' is'} left out." if left_out else ""
    charts = (
        histogram_svg(table["size"][kept].astype(np.float64), "size (spikes)", "spikes"),
        histogram_svg(table["span"][kept] * step_ms, "span (ms)", "ms"),
        histogram_svg(table["longest_path"][kept].astype(np.float64), "longest path (layers)", "layers"),
    )
    cards = "".join(f'<div class="card">{chart}</div>' for chart in charts)
    return f'<h2>Sizes, spans and paths</h2><p>Groups, counted on logarithmic axes.{said}</p><div class="charts">{cards}</div>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "", sortable: int = 0) -> str:
    """Return a table of texts, which are escaped; the first `sortable` columns hold numbers and have a button."""
    titles = [f'<button type="button">{escape(text)}</button>' if k < sortable else escape(text) for k, text in enumerate(head)]
    cells = "".join(f'<th scope="col">{title}</th>' for title in titles)
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    kinds = f"{kind} sortable".strip() if sortable else kind
    return "\n".join([f'<table class="{kinds}"><thead><tr>{cells}</tr></thead><tbody>', *lines, "</tbody></table>"])


def _groups_table(catalogue: Catalogue, step_ms: float, most: int, drawn: set[int]) -> str:
    """The table of groups; those that are drawn have a link to their drawing."""
    table, shown = catalogue.table, min(most, len(catalogue))
    numbers = ("mother", "size", "links", "longest_path")
    head = ("group", "mother", "spikes", "links", "layers", "span (ms)", "avalanche")
    parts = [f"<h2>Groups</h2><p>{_listed(shown, len(catalogue))} A click on a column sorts by it.</p>"]
    titles = "".join(f'<th scope="col"><button type="button">{title}</button></th>' for title in head)
    parts.append('<div class="card scroll"><table class="sortable"><thead><tr>')
    parts.append(f'{titles}<th scope="col" class="text">anchors: neuron at ms</th></tr></thead><tbody>')
    for k in range(shown):
        number = int(table["id"][k])
        name = f'<a href="#group-{number}">{number}</a>' if number in drawn else f"{number}"
        cells = [f'<td data-v="{number}">{name}</td>', *(f"<td>{int(table[column][k])}</td>" for column in numbers)]
        avalanche = bool(table["avalanche"][k])
        cells.append(f'<td>{table["span"][k] * step_ms:g}</td><td data-v="{int(avalanche)}">{"yes" if avalanche else ""}</td>')
        pairs = zip(table["anchors"][k].tolist(), table["anchor_steps"][k].tolist())
        anchors = ", ".join(f"{who} at {when * step_ms:g}" for who, when in pairs)
        parts.append(f'<tr>{"".join(cells)}<td class="text">{anchors}</td></tr>')
    parts.append("</tbody></table></div>")
    return "\n".join(parts)


def _listed(shown: int, all_groups: int) -> str:
    if shown == all_groups:
        return f"All {all_groups:,} groups."
    return f"The first {shown:,} of {all_groups:,} groups; {all_groups - shown:,} are left out."


def _drawings(catalogue: Catalogue, look: _Look, most: int) -> Iterable[tuple[int, str]]:
    """Yield id and drawing of the first groups; an empty one if it would make the page too large."""
    left = LARGEST
    for k in range(min(most, len(catalogue))):
        group = catalogue[k]
        text = look.drawing(group)
        fits = len(text) <= min(left, LARGEST // 5)
        left -= len(text) if fits else 0
        yield group.id, text if fits else ""


def _drawn_part(catalogue: Catalogue, look: _Look, drawings: Mapping[int, str]) -> str:
    if not drawings:
        return ""
    table = catalogue.table
    many = f"the first {len(drawings):,}" if len(drawings) < len(catalogue) else "all"
    parts = [f"<h2>Drawings</h2><p>Of {many} groups; any other is drawn by <code>snndsl report CATALOGUE --group K</code>.</p>"]
    parts.append(_legend(look))
    for k, (number, text) in enumerate(drawings.items()):
        facts = (
            f"mother {int(table['mother'][k])}, {int(table['size'][k])} spikes, {int(table['longest_path'][k])} layers, "
            f"{table['span'][k] * look.step_ms:g} ms"
        )
        shown = text or f"<p>Too large for this page: <code>snndsl report CATALOGUE --group {number}</code> draws it.</p>"
        parts.append(f'<details id="group-{number}"><summary>group {number} <span>{facts}</span></summary>{shown}</details>')
    return "\n".join(parts)


def _legend(look: _Look) -> str:
    hollow = '<i class="i2"></i>inhibitory' if look.inhibitory else ""
    keys = '<i class="i3"></i>links to the spike pointed at <i class="i4"></i>links from it'
    text = "Point at a spike, or move through them with the arrow keys. A link goes straight to its arrival, then waits."
    return f'<p class="legend"><i class="i1"></i>anchor {hollow} {keys}<br>{text}</p>'


def _range(groups: int) -> str:
    return f"0 .. {groups - 1}" if groups else "a catalogue with groups"
