"""Figures of the room as SVG: in the page's own colours, as wide as there is room, each with its words."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from htmltools import Tag

from lensim.plan.evaluate import Share

WIDTH, HEIGHT = 440, 290
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 16, 44
NORMAL_95: Final = 1.96
FULL: Final = 0.985
"""Share above which a curve goes on without news."""
PERCENTS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
WIDEST_TICKS: Final = 9
HALF_OF_WORD, ROOM_OF_WORD = 19, 14
"""From a point to the middle of the words below it, and how near a line to that middle crosses them."""


def curve_figure(
    curve: Mapping[int, Share], chosen: int, goal: float, noun: str, word: str, answer: int | None = None
) -> Tag:
    """Share of finds against the number of subjects, with 95% Monte Carlo intervals.

    Parameters
    ----------
    curve
        Share at each number.
    chosen
        The number that is marked.
    goal
        Share that shall be reached.
    noun
        What is counted, such as patients.
    word
        power or assurance.
    answer
        The number that reaches the goal, where it is known.
    """
    most = end_of_axis(curve, chosen)
    shown = [n for n in sorted(curve) if n <= most]

    def x(n: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * n / (most + 0.5)

    def y(share: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - min(max(share, 0.0), 1.0))

    parts: list[Any] = []
    for level in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(_line(LEFT, y(level), WIDTH - RIGHT, y(level), "axis" if level == 0 else "grid"))
        parts.append(_text(LEFT - 7, y(level) + 4, f"{level:.0%}", "end"))
    for n in _ticks(most):
        parts.append(_line(x(n), y(0), x(n), y(0) + 4, "axis"))
        parts.append(_text(x(n), y(0) + 18, f"{n}", "middle"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, f"number of {noun}", "middle"))
    low, high = ([(x(n), y(curve[n].value + sign * NORMAL_95 * curve[n].mcse)) for n in shown] for sign in (-1, 1))
    if len(shown) > 1:
        parts.append(Tag("polygon", points=_points([*low, *reversed(high)]), class_="band"))
        parts.append(Tag("polyline", points=_points([(x(n), y(curve[n].value)) for n in shown]), class_="curve"))
    parts.append(_line(LEFT, y(goal), WIDTH - RIGHT, y(goal), "goal"))
    parts.append(_text(WIDTH - RIGHT, y(goal) + 15, f"goal {goal:.0%}", "end", "soft"))
    parts += [_circle(x(n), y(curve[n].value), 3, "point") for n in shown]
    if answer is not None and answer <= most:
        parts.append(_line(x(answer), y(0), x(answer), y(goal), "answer-at"))
        parts.append(_text(x(answer) + 6, y(0) - 8, f"{answer} needed", "start", "soft"))
    if chosen in curve:
        share = curve[chosen]
        parts.append(_circle(x(chosen), y(share.value), 7.5, "chosen"))
        is_low = share.value < 0.2
        is_on_goal = abs(y(share.value) + HALF_OF_WORD - y(goal)) < ROOM_OF_WORD
        above = y(share.value) - 14 if is_low or is_on_goal or chosen > 0.6 * most else y(share.value) + 24
        anchor = "end" if chosen > 0.6 * most else "start"
        aside = -6 if anchor == "end" else 8
        parts.append(_text(x(chosen) + aside, above, f"chosen: {100 * share.value:.0f}%", anchor, "chosen-said"))
    words = curve_in_words(curve, chosen, goal)
    return _svg(parts, f"{word.capitalize()} against the number of {noun}: {words}")


def curve_in_words(curve: Mapping[int, Share], chosen: int, goal: float) -> str:
    """What the figure of a curve shows, for those who do not see it."""
    numbers = sorted(curve)
    named = [numbers[0], *([chosen] if chosen in curve else []), numbers[-1]]
    said = ", ".join(f"{100 * curve[n].value:.0f}% at {n}" for n in dict.fromkeys(named))
    above = [n for n in numbers if curve[n].value >= goal]
    reach = f"the goal of {goal:.0%} is reached at {above[0]} or before" if above else f"{goal:.0%} is not reached"
    return f"{said}; {reach}."


def curve_rows(curve: Mapping[int, Share]) -> list[tuple[str, str, str]]:
    """The rows of the table of a curve: number, share with its 95% error, studies."""
    return [
        (f"{n}", f"{100 * share.value:.1f}% ± {100 * NORMAL_95 * share.mcse:.1f}", f"{share.studies:,}")
        for n, share in sorted(curve.items())
    ]


def study_figure(rows: Sequence[tuple[str, str, float]], quantity: str) -> Tag:
    """Values of a simulated study by subject or by group, in percent on a log axis, with the mean of each.

    Parameters
    ----------
    rows
        Subject, group ('' without groups) and log2 value.
    quantity
        What the values are.
    """
    places = list(dict.fromkeys(group or who for who, group, _ in rows))
    values = [value for *_, value in rows if math.isfinite(value)]
    low, high = min([*values, -0.5]) - 0.3, max([*values, 0.5]) + 0.3

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at + 0.5) / len(places)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low)

    parts: list[Any] = []
    for share in PERCENTS:
        if low <= math.log2(share / 100) <= high:
            at = y(math.log2(share / 100))
            parts.append(_line(LEFT, at, WIDTH - RIGHT, at, "axis" if share == 100 else "grid"))
            parts.append(_text(LEFT - 7, at + 4, f"{share:,}%", "end"))
    for at, place in enumerate(places):
        own = [value for who, group, value in rows if (group or who) == place and math.isfinite(value)]
        spread = 0.18 if len(own) > 1 else 0.0
        parts += [
            _circle(x(at + spread * (2 * k / max(len(own) - 1, 1) - 1)), y(value), 3.5, "datum")
            for k, value in enumerate(own)
        ]
        if own:
            mean = y(sum(own) / len(own))
            parts.append(_line(x(at - 0.28), mean, x(at + 0.28), mean, "mean"))
        if len(places) <= WIDEST_TICKS:
            parts.append(_text(x(at), HEIGHT - BOTTOM + 18, place.rpartition(" ")[2], "middle"))
    kinds = {place.rpartition(" ")[0] for place in places}
    under = kinds.pop() if len(kinds) == 1 else ""
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, f"{under}  ({quantity})".strip(), "middle"))
    count = sum(value > 0 for value in values)
    return _svg(parts, f"A simulated study, {quantity}: {count} of {len(values)} values are above 100%.")


def study_rows(rows: Sequence[tuple[str, str, float]]) -> list[tuple[str, str]]:
    """The rows of the table of a simulated study: who, and percent."""
    return [(who, f"{100 * 2.0**value:.0f}%" if math.isfinite(value) else "none") for who, _, value in rows]


def end_of_axis(curve: Mapping[int, Share], chosen: int) -> int:
    """The largest number that is drawn: the first where nearly all studies find it, or the chosen one."""
    full = [n for n, share in curve.items() if share.value > FULL]
    return max(min(full) if full else max(curve), chosen)


def _ticks(most: int) -> list[int]:
    step = next((step for step in (1, 2, 5, 10) if most / step <= WIDEST_TICKS), 10)
    return list(range(0, most + 1, step))


def _svg(parts: Sequence[Any], words: str) -> Tag:
    return Tag("svg", {"viewBox": f"0 0 {WIDTH} {HEIGHT}"}, *parts, role="img", aria_label=words, class_="chart")


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Tag:
    return Tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=kind)


def _circle(x: float, y: float, r: float, kind: str) -> Tag:
    return Tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{r:g}", class_=kind)


def _text(x: float, y: float, said: str, anchor: str, kind: str = "") -> Tag:
    return Tag("text", {"text-anchor": anchor}, said, x=f"{x:.1f}", y=f"{y:.1f}", class_=kind or None)
