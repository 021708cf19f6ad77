"""The smallest number that reaches a target, by a search that knows how uncertain its shares are.

    Phi^-1(share(n)) = a + b sqrt(n)      near the answer, by weighted least squares on the simulated shares

The root of the line is the answer, with a standard error. More studies are simulated on both sides of the root, where
they reduce this error most, until the error is small or the budget is spent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats

from lensim.checks import InputError
from lensim.plan.evaluate import Share

FIRST: Final = 500
WINDOW: Final = 0.3
GOAL: Final = 0.2
"""Standard error at which the search ends [of the number searched for]."""
CERTAIN: Final = 3.0
RISES: Final = 4.0
"""Standard errors by which the slope of a line of shares must be above 0."""
CLOSE: Final = 4000
"""Studies at the answer and at one less, as far as the budget goes."""
NEAR: Final = 1e-3


@dataclass(frozen=True)
class Size:
    """The result of a search for the smallest number.

    Attributes
    ----------
    n
        Smallest number whose share reaches the target; None where none up to the highest does.
    low, high
        95% interval of it.
    root, root_se
        Where the share crosses the target, and its standard error.
    share
        At n, as simulated; at the highest number where n is None.
    studies
        Spent.
    shares
        Every number that was tried, with its share.
    """

    n: int | None
    low: int | None
    high: int | None
    root: float
    root_se: float
    share: Share
    studies: int
    shares: dict[int, Share]


def smallest(
    evaluate: Callable[[int, int], Share], target: float, low: int, high: int, budget: int, *, what: str = "the number"
) -> Size:
    """Search between `low` and `high`.

    Parameters
    ----------
    evaluate
        From a number and how many studies at least, to the share of finds among all studies so far at that number.
    target
        Share to be reached.
    low, high
        Smallest and largest number considered.
    budget
        Studies to spend at most.
    what
        Name of what is searched for, for messages.

    Raises
    ------
    InputError
        If no study at all could be analysed.
    """
    shares: dict[int, Share] = {}

    def ask(n: int, studies: int) -> Share:
        shares[n] = evaluate(n, studies)
        if np.isnan(shares[n].value):
            raise InputError(f"{what} {n}: no study could be analysed, so there is no share of finds")
        return shares[n]

    def spent() -> int:
        return sum(share.studies for share in shares.values())

    n = low
    while True:  # doubling until the target is passed
        share = ask(n, FIRST)
        if share.value - CERTAIN * share.mcse > target or n >= high:
            break
        n = min(n * 2, high)
    top = n
    while spent() < budget:
        root, error, slope = _crossing(shares, target, low, high)
        if error < max(GOAL, 0.004 * root) and {int(np.floor(root)), int(np.ceil(root))} & set(shares):
            break
        here = min(max(root, low), high)
        step = max(1.0, 0.08 * here, min(error, 0.2 * here))
        sides = {max(low, int(np.floor(here - step / 2))), min(high, int(np.ceil(here + step / 2)))}
        sides |= {max(low, int(np.ceil(here)) - 1), min(high, int(np.ceil(here)))} if error < 1.0 else set()
        room = max((budget - spent()) // len(sides), FIRST)
        before = spent()
        for side in sorted(sides):
            so_far = shares[side].studies if side in shares else 0
            ask(side, so_far + min(max(FIRST, so_far), room))
        if spent() == before or (slope <= 0 and top == high and spent() > 8 * FIRST):
            break
    root, error, _ = _crossing(shares, target, low, high)
    best = shares[max(shares)]
    if root > high + NEAR and not (best.value > target and max(shares) == high):
        return Size(None, None, None, root, error, shares.get(high, best), spent(), shares)
    n = int(min(max(np.ceil(root - NEAR), low), high))
    for side in {n, max(n - 1, low)}:  # the answer and its neighbour are looked at more closely
        ask(side, min(CLOSE, max(FIRST, budget - spent())))
    root, error, _ = _crossing(shares, target, low, high)
    n = int(min(max(np.ceil(root - NEAR), low), high))
    if n not in shares:
        ask(n, FIRST)
    reach = min(1.96 * error, float(high))
    return Size(
        n,
        int(max(low, np.ceil(root - reach - NEAR))),
        int(np.ceil(root + reach - NEAR)),
        root,
        error,
        shares[n],
        spent(),
        dict(sorted(shares.items())),
    )


def _crossing(shares: dict[int, Share], target: float, low: int, high: int) -> tuple[float, float, float]:
    """Where the shares cross the target, the standard error of that, and the slope there."""
    n = np.array(sorted(shares), dtype=float)
    value, error = (np.array([getattr(shares[int(k)], what) for k in n]) for what in ("value", "mcse"))
    studies = np.array([shares[int(k)].studies for k in n])
    kept = np.clip(value, 0.5 / studies, 1 - 0.5 / studies)
    probit, wanted = stats.norm.ppf(kept), float(stats.norm.ppf(target))
    weight = (stats.norm.pdf(probit) / np.maximum(error, 1e-9)) ** 2
    if (value > target).all():
        return float(n[0]), 0.0 if value[0] - CERTAIN * error[0] > target else 0.5, 1.0
    if (value < target).all() and len(n) < 2:
        return float(high + 1), np.inf, 0.0
    near = float(n[np.argmin(np.abs(probit - wanted))])
    for _ in range(4):
        apart = np.abs(n - near)
        by_distance = np.argsort(apart, kind="stable")
        first = max(int((apart <= max(2.0, WINDOW * near)).sum()), 2)
        for count in range(first, len(n) + 1):  # more neighbours until it is sure that the line rises
            inside = by_distance[:count]
            x, w, y = np.sqrt(n[inside]), weight[inside], probit[inside]
            centre = (w * x).sum() / w.sum()
            scale = (w * (x - centre) ** 2).sum()
            slope = (w * (x - centre) * y).sum() / scale
            if slope * np.sqrt(scale) > RISES:
                break
        level = (w * y).sum() / w.sum()
        if slope <= 1e-6:
            return (float(high + 1), np.inf, slope) if level < wanted else (near, np.inf, slope)
        root_x = centre + (wanted - level) / slope
        misfit = (w * (y - level - slope * (x - centre)) ** 2).sum() / max(len(inside) - 2, 1)
        variance = max(misfit, 1.0) * (1 / w.sum() + (root_x - centre) ** 2 / scale) / slope**2
        root = max(root_x, 0.0) ** 2
        if abs(root - near) < 0.5:
            break
        near = min(max(root, low), 4.0 * high)
    return float(root), float(2 * max(root_x, 0.1) * np.sqrt(variance)), float(slope)


def detectable(effects: Sequence[float], shares: Sequence[Share], target: float) -> tuple[float, float]:
    """The effect that a target share of studies finds, and its standard error, from shares at several effects.

        Phi^-1(share) = a + b |effect|      by weighted least squares on the shares between 10% and 99.5%

    NaN where the shares do not pass the target, or do not rise.

    Raises
    ------
    InputError
        If there are fewer than three effects, or not as many as shares.
    """
    if len(effects) < 3 or len(effects) != len(shares):
        raise InputError(
            f"effects must be at least 3, as many as shares, got {len(effects)} effects and {len(shares)} shares"
        )
    x = np.abs(np.asarray(effects, dtype=float))
    value, error = (np.array([getattr(share, what) for share in shares]) for what in ("value", "mcse"))
    kept = (value > 0.1) & (value < 0.995)
    if kept.sum() < 2 or not (value.min() < target < value.max()):
        return np.nan, np.nan
    x, value, error = x[kept], value[kept], error[kept]
    y = stats.norm.ppf(value)
    w = (stats.norm.pdf(y) / error) ** 2
    centre = (w * x).sum() / w.sum()
    scale = (w * (x - centre) ** 2).sum()
    slope = (w * (x - centre) * y).sum() / scale
    if slope <= 0:
        return np.nan, np.nan
    root = centre + (stats.norm.ppf(target) - (w * y).sum() / w.sum()) / slope
    misfit = (w * (y - (w * y).sum() / w.sum() - slope * (x - centre)) ** 2).sum() / max(len(x) - 2, 1)
    variance = max(misfit, 1.0) * (1 / w.sum() + (root - centre) ** 2 / scale) / slope**2
    return float(root), float(np.sqrt(variance))
