"""Drawings for pages: a group and a histogram as SVG text, every number rounded so that the bytes are the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from snndsl.polychrony.group import Group

__all__ = ["group_svg", "histogram_svg", "spike_texts"]

WIDTH, HEIGHT = 900.0, 460.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 74.0, 14.0, 44.0
LABELLED = 60
"""Spikes up to which each has the number of its neuron; above, anchors and the mother only."""

LISTED = 12
"""Inputs of a spike that are told one by one."""

MOST_BARS = 40


def layer_colours(layers: int) -> list[str]:
    """Return a colour for each layer, from dark to bright; yellow, which is hard to see on white, is left out.

    Parameters
    ----------
    layers : int
        Number of layers, at least 1.
    """
    places = np.linspace(0.0, 0.88, max(layers, 2))[:layers]
    return [to_hex(colormaps["viridis"](float(place))) for place in places]


def spike_texts(
    group: Group, *, step_ms: float = 1.0, inhibitory: frozenset[int] = frozenset(), weights: NDArray[np.float64] | None = None
) -> list[str]:
    """Return what there is to tell of every spike: neuron, time, layer, and its inputs with delay and weight.

    Parameters
    ----------
    group : Group
        The group.
    step_ms : float
        Length of a step, ms.
    inhibitory : frozenset of int
        Inhibitory neurons.
    weights : ndarray of float64, shape (links,), optional
        Of the links.

    Returns
    -------
    list of str
        One text of several lines for each spike.
    """
    inputs: list[list[int]] = [[] for _ in range(len(group))]
    outputs = np.bincount(group.pre, minlength=len(group)).tolist()
    for link, post in enumerate(group.post.tolist()):
        inputs[post].append(link)
    texts = []
    for k in range(len(group)):
        kind = "anchor" if k < len(group.anchors) else "spike"
        kind = f"inhibitory {kind}" if int(group.neuron[k]) in inhibitory else kind
        head = f"neuron {group.neuron[k]}, {kind}\n{group.step[k] * step_ms:g} ms, layer {group.layer[k]}"
        known = sorted(inputs[k], key=lambda link: (int(group.step[group.pre[link]]), link))
        lines = [_input(group, link, step_ms, weights) for link in known[:LISTED]]
        if len(known) > LISTED:
            lines.append(f"  and {len(known) - LISTED} more")
        title = f"{len(known)} inputs" if len(known) != 1 else "1 input"
        sent = f"{outputs[k]} links to later spikes" if outputs[k] != 1 else "1 link to a later spike"
        texts.append("\n".join([head, f"{title} within the group" + (":" if lines else ""), *lines, sent]))
    return texts


def _input(group: Group, link: int, step_ms: float, weights: NDArray[np.float64] | None) -> str:
    pre = group.pre[link]
    text = f"  neuron {group.neuron[pre]} at {group.step[pre] * step_ms:g} ms, delay {group.delay[link] * step_ms:g} ms"
    return text if weights is None else f"{text}, weight {weights[link]:.4g}"


def group_svg(
    group: Group, *, step_ms: float = 1.0, inhibitory: frozenset[int] = frozenset(), weights: NDArray[np.float64] | None = None
) -> str:
    """Draw a group: neuron over time, a circle for each spike, a line for each link, bent where the spike arrives.

    Parameters
    ----------
    group : Group
        The group.
    step_ms : float
        Length of a step, ms.
    inhibitory : frozenset of int
        These neurons are drawn hollow.
    weights : ndarray of float64, shape (links,), optional
        Of the links, to be told.

    Returns
    -------
    str
        An ``svg`` element.
    """
    time, neuron = group.step.astype(np.float64) * step_ms, group.neuron.astype(np.float64)
    x = _Scale(float(time.min()), float(time.max()), LEFT, WIDTH - RIGHT, 0.03)
    y = _Scale(float(neuron.min()), float(neuron.max()), HEIGHT - BOTTOM, TOP, 0.05)
    layers = int(max(group.layer.max(), group.link_layer.max(initial=1)))
    colours = layer_colours(layers)
    many = len(group) > LABELLED
    radius = 3.0 if len(group) > 300 else 4.0 if many else 5.0
    name = f"Group {group.id}: {len(group)} spikes, {len(group.pre)} links, neuron over time"
    parts = [
        f'<svg class="group{" many" if len(group.pre) > 500 else ""}" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" tabindex="0" '
        f'role="group" aria-label="{escape(name)}">',
        _axes(x, y, "time (ms)", "neuron"),
        _layer_key(colours),
        f'<g class="links" opacity="{0.75 if len(group.pre) < 150 else 0.45 if len(group.pre) < 1000 else 0.2}">',
    ]
    bend = x(time[group.pre] + group.delay.astype(np.float64) * step_ms)
    xs, ys = x(time), y(neuron)
    for i, j, at, layer in zip(group.pre.tolist(), group.post.tolist(), bend, group.link_layer.tolist()):
        path = f"M{_n(xs[i])} {_n(ys[i])}L{_n(at)} {_n(ys[j])}H{_n(xs[j])}"
        parts.append(f'<path data-a="{i}" data-b="{j}" stroke="{colours[max(layer, 1) - 1]}" d="{path}"/>')
    parts.append('</g><g class="spikes">')
    texts = spike_texts(group, step_ms=step_ms, inhibitory=inhibitory, weights=weights)
    for k, text in enumerate(texts):
        colour = colours[max(int(group.layer[k]), 1) - 1]
        anchor, hollow = k < len(group.anchors), int(group.neuron[k]) in inhibitory
        kinds = " ".join(name for name, holds in (("anchor", anchor), ("hollow", hollow)) if holds)
        look = f'class="{kinds}" ' * bool(kinds) + f'r="{radius + 1.5 * anchor:g}"'
        look += f' stroke="{colour}"' * (not anchor) + f' fill="{colour}"' * (not hollow)
        parts.append(f'<circle {look} cx="{_n(xs[k])}" cy="{_n(ys[k])}"><title>{escape(text)}</title></circle>')
    parts.append('</g><g class="names">')
    parts += _labels(group, xs, ys, radius, many)
    parts.append("</g></svg>")
    return "\n".join(parts)


def histogram_svg(values: NDArray[np.float64], label: str, unit: str = "") -> str:
    """Draw how often values occur, whole numbers in bins of equal width, counts on a logarithmic axis.

    Parameters
    ----------
    values : ndarray of float64, shape (groups,)
        What is counted.
    label : str
        Of the axis.
    unit : str
        Of the values, told with each bar.

    Returns
    -------
    str
        An ``svg`` element.
    """
    width, height = 300.0, 190.0
    edges, counts = _bins(values)
    whole = bool((values == np.floor(values)).all())
    x = _Scale(float(edges[0]), float(edges[-1]), 52.0, width - 16.0, 0.0)
    top = int(np.ceil(np.log10(max(int(counts.max(initial=0)), 2) * 1.05)))
    y = _Scale(-0.3, float(top), height - 38.0, 8.0, 0.0)
    floor = y(-0.3)
    parts = [
        f'<svg class="histogram" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)} of the groups">'
    ]
    for power in range(top + 1):
        at = _n(y(power))
        parts.append(f'<path class="grid" d="M52 {at}H{width - 16:g}"/><text class="y" x="47" y="{at}">{10**power:,}</text>')
    for low, high, count in zip(edges[:-1], edges[1:], counts.tolist()):
        if count:
            up, left, right = y(np.log10(count)), x(low), x(high)
            span = f"{low:g} to below {high:g}"
            if whole:
                span = f"{low:g}" if high - low <= 1 else f"{low:g} to {high - 1:g}"
            told = escape(f"{span}{' ' + unit if unit else ''}: {count:,} group{'s' * (count != 1)}")
            place = f'x="{_n(left)}" y="{_n(up)}" width="{_n(max(float(right - left) - 0.6, 0.6))}" height="{_n(floor - up)}"'
            parts.append(f"<rect {place}><title>{told}</title></rect>")
    parts.append(f'<path class="axis" d="M52 {_n(floor)}H{width - 16:g}"/>')
    for tick in _ticks(float(edges[0]), float(edges[-1]), 5):
        parts.append(f'<text class="x" x="{_n(x(tick))}" y="{_n(floor + 14)}">{tick:g}</text>')
    parts.append(f'<text class="name" x="{_n((52 + width - 16) / 2)}" y="{height - 4:g}">{escape(label)}</text></svg>')
    return "\n".join(parts)


class _Scale:
    """From values to places in a drawing."""

    def __init__(self, low: float, high: float, begin: float, end: float, margin: float) -> None:
        if high <= low:
            low, high = low - 1.0, high + 1.0
        spare = margin * (high - low)
        self.low, self.high, self.begin, self.end = low - spare, high + spare, begin, end

    def __call__(self, value: NDArray[np.float64] | float) -> NDArray[np.float64]:
        share = (np.asarray(value, np.float64) - self.low) / (self.high - self.low)
        return np.asarray(self.begin + share * (self.end - self.begin))


def _n(number: float | NDArray[np.float64]) -> str:
    return f"{float(number):.1f}".removesuffix(".0")


def _ticks(low: float, high: float, most: int) -> list[float]:
    ticks = MaxNLocator(most, integer=True, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in ticks if low <= tick <= high]


def _axes(x: _Scale, y: _Scale, below: str, beside: str) -> str:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = ['<g class="axes">']
    for tick in _ticks(y.low, y.high, 8):
        at = _n(y(tick))
        parts.append(
            f'<path class="grid" d="M{LEFT:g} {at}H{right:g}"/><text class="y" x="{LEFT - 7:g}" y="{at}">{tick:g}</text>'
        )
    for tick in _ticks(x.low, x.high, 10):
        at = _n(x(tick))
        parts.append(f'<path class="tick" d="M{at} {bottom:g}v5"/><text class="x" x="{at}" y="{bottom + 18:g}">{tick:g}</text>')
    parts.append(f'<path class="axis" d="M{LEFT:g} {TOP:g}V{bottom:g}H{right:g}"/>')
    parts.append(f'<text class="name" x="{_n((LEFT + right) / 2)}" y="{HEIGHT - 6:g}">{below}</text>')
    middle = _n((TOP + bottom) / 2)
    parts.append(f'<text class="name" x="14" y="{middle}" transform="rotate(-90 14 {middle})">{beside}</text></g>')
    return "".join(parts)


def _layer_key(colours: list[str]) -> str:
    """A column of colours, layer 1 at the bottom."""
    left, bottom, height = WIDTH - RIGHT + 26, HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    each = min(height / len(colours), 26.0)
    parts = ['<g class="key">']
    for k, colour in enumerate(colours):
        parts.append(
            f'<rect x="{left:g}" y="{_n(bottom - (k + 1) * each)}" width="12" height="{_n(each + 0.2)}" fill="{colour}"/>'
        )
    shown = range(1, len(colours) + 1) if len(colours) <= 16 else [int(tick) for tick in _ticks(1, len(colours), 8)]
    for layer in shown:
        parts.append(f'<text class="k" x="{left + 17:g}" y="{_n(bottom - (layer - 0.5) * each)}">{layer}</text>')
    parts.append(f'<text class="name" x="{left + 8:g}" y="{HEIGHT - 6:g}">layer</text></g>')
    return "".join(parts)


def _labels(group: Group, xs: NDArray[np.float64], ys: NDArray[np.float64], radius: float, many: bool) -> Iterable[str]:
    """Numbers of neurons beside their spikes, each at the first side where it covers no other spike and no other number."""
    mother = np.flatnonzero(group.neuron == group.mother)
    first_of_mother = int(mother[0]) if len(mother) else -1
    wanted = [first_of_mother] * (first_of_mother >= 0) + [k for k in range(len(group)) if k != first_of_mother]
    if many:
        wanted = [k for k in wanted if k < len(group.anchors) or k == first_of_mother]
    taken: list[tuple[float, float, float, float]] = [
        (a - radius, b - radius, a + radius, b + radius) for a, b in zip(xs.tolist(), ys.tolist())
    ]
    for k in wanted:
        text = f"{group.neuron[k]}" + (" mother" if k == first_of_mother else "")
        wide, gap = 5.8 * len(text), radius + 3
        x, y = float(xs[k]), float(ys[k])
        sides = (
            (x + gap, y - 7),
            (x + gap, y + 7),
            (x - gap - wide, y - 7),
            (x - gap - wide, y + 7),
            (x - wide / 2, y - gap - 5),
        )
        boxes = [(a, b - 5.5, a + wide, b + 5.5) for a, b in sides]
        free = [box for box in boxes if box[2] < WIDTH - RIGHT + 16 and not any(_overlap(box, other) for other in taken)]
        if not free and k != first_of_mother and k >= len(group.anchors):
            continue  # a number that would cover others is left to hovering
        box = (free or boxes)[0]
        taken.append(box)
        weight = ' class="mother"' if k == first_of_mother else ""
        yield f'<text{weight} x="{_n(box[0])}" y="{_n(box[1] + 8)}">{text}</text>'


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _bins(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Edges of at most `MOST_BARS` bins of a whole width from the least value on, and how many values each holds."""
    if not len(values):
        return np.array([0.0, 1.0]), np.zeros(1, np.int64)
    low, high = float(np.floor(values.min())), float(np.floor(values.max()))
    width = float(np.ceil((high - low + 1) / MOST_BARS))
    edges = np.arange(low, high + width + 0.5, width, dtype=np.float64)
    return edges, np.histogram(values, edges)[0].astype(np.int64)
