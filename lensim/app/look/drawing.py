"""Axes and lines of small figures as SVG, in the page's own colours."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from htmltools import Tag

from lensim.report.numbers import MINUS

WIDTH: Final = 400
HEIGHT: Final = 300
TICKS: Final = 5


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` on places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; one beyond the ends is at the end."""
        span = self.high - self.low or 1.0
        return self.start + (self.end - self.start) * min(max((value - self.low) / span, 0.0), 1.0)


def ticks_of(low: float, high: float, most: int = TICKS) -> list[tuple[float, str]]:
    """Round numbers between two, with their words."""
    span = high - low
    if not span > 0:
        return [(low, _plain(low))]
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw)
    first = math.ceil(low / step - 1e-9)
    return [(at * step, _plain(at * step)) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def ticks_of_log(low: float, high: float) -> list[tuple[float, str]]:
    """Powers of ten between two log10 values, with the words of the number itself."""
    powers = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    every = max(1, math.ceil(len(powers) / TICKS))
    return [(float(at), _plain(10.0**at)) for at in powers[::every]]


def _plain(value: float) -> str:
    """A round number without zeros behind its digits."""
    return f"{value:.6g}".replace("-", MINUS)


def polyline(places: Sequence[tuple[float, float]], kind: str) -> Tag:
    """A line through places."""
    return Tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), class_=kind)


def drawing(
    parts: Sequence[Any],
    scales: tuple[Scale, Scale],
    marks: Sequence[tuple[float, str]],
    below: str,
    beside: str,
    words: str,
) -> Tag:
    """A figure with its axes.

    Parameters
    ----------
    parts
        What is drawn.
    scales
        Across and up.
    marks
        Places below the axis with their words.
    below, beside
        Titles of the axes; no title beside where it is empty.
    words
        For those who do not see the figure.
    """
    xs, ys = scales
    axes: list[Any] = [_line(xs.start, ys.start, xs.end, ys.start, "axis")]
    if beside:
        for value, said in ticks_of(ys.low, ys.high):
            axes.append(_line(xs.start, ys(value), xs.end, ys(value), "grid"))
            axes.append(_text(xs.start - 6, ys(value) + 4, said, "end"))
        axes.append(
            Tag("text", beside, {"text-anchor": "middle"}, transform=f"translate(12 {HEIGHT / 2 - 20}) rotate(-90)")
        )
    for place, said in marks:
        axes.append(_line(place, ys.start, place, ys.start + 4, "axis"))
        axes.append(_text(place, ys.start + 18, said, "middle"))
    axes.append(_text((xs.start + xs.end) / 2, HEIGHT - 8, below, "middle"))
    return Tag(
        "svg", {"viewBox": f"0 0 {WIDTH} {HEIGHT}"}, *axes, *parts, role="img", aria_label=words, class_="drawing"
    )  # fmt: skip


def histogram(
    edges: Sequence[float], shares: Sequence[float], interval: tuple[float, float, float], title: str, words: str,
    other: tuple[Sequence[float], Sequence[float]] | None = None,
) -> Tag:  # fmt: skip
    """Draws as bars, the interval below them; draws of another sampler as a dashed outline, of the same area."""
    low, high = edges[0], edges[-1]
    if other is not None and len(other[0]) > 1:
        low, high = min(low, other[0][0]), max(high, other[0][-1])
    pad = 0.02 * (high - low) or abs(high) * 0.1 or 1.0
    xs = Scale(low - pad, high + pad, 20, 388)
    heights = _densities(edges, shares)
    outline = _densities(*other) if other is not None and len(other[0]) > 1 else []
    ys = Scale(0.0, max([*heights, *outline, 1e-300]), 240, 12)
    parts: list[Any] = [
        Tag("rect", x=f"{xs(a):.1f}", y=f"{ys(h):.1f}", width=f"{max(xs(b) - xs(a), 0.5):.1f}",
            height=f"{ys.start - ys(h):.1f}", class_="bin")
        for a, b, h in zip(edges[:-1], edges[1:], heights, strict=True)
    ]  # fmt: skip
    if outline and other is not None:
        steps = [(xs(at), ys(h)) for a, b, h in zip(other[0][:-1], other[0][1:], outline, strict=True) for at in (a, b)]
        parts.append(polyline(steps, "other"))
    ends = [one for one in interval if np.isfinite(one)]
    if len(ends) == 3:
        parts.append(_line(xs(interval[0]), ys.start + 5, xs(interval[2]), ys.start + 5, "interval"))
        parts.append(Tag("circle", cx=f"{xs(interval[1]):.1f}", cy=f"{ys.start + 5:.1f}", r="4", class_="middle"))
    marks = [(xs(at), said) for at, said in ticks_of(low, high)]
    return drawing(parts, (xs, ys), [(place, said) for place, said in marks], title, "", words)


def _densities(edges: Sequence[float], shares: Sequence[float]) -> list[float]:
    widths = [max(b - a, 1e-12) for a, b in pairwise(edges)]
    return [share / width for share, width in zip(shares, widths, strict=True)]


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Tag:
    return Tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=kind)


def _text(x: float, y: float, said: str, anchor: str) -> Tag:
    return Tag("text", {"text-anchor": anchor}, said, x=f"{x:.1f}", y=f"{y:.1f}")
