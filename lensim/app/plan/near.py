"""About how many subjects a design needs, in closed form: where the designs lie that are compared by cost."""

from typing import Final

from scipy import stats

from lensim.app.plan.chosen import Fields
from lensim.app.plan.design import FEWEST

GRID_AROUND: Final = (0.8, 1.0, 1.2, 1.5)
"""Numbers of the designs that are compared by cost, as multiples of about what is needed."""
SD_PAIR: Final = 0.35
"""About what measurement adds to a log2 ratio; only where the grid lies depends on it."""
SMALLEST_EFFECT: Final = 0.05


def numbers_near(asked: Fields, most: int) -> list[int]:
    """Numbers around about what is needed, for the grid of designs: of a normal mean with a known spread.

    n = (z_rule + z_goal)^2 (spread^2 + sd_pair^2) / effect^2 + 1,      twice as many spreads for two groups
    """
    effect, spread = asked.about
    variance = 2 * spread**2 if asked.design == "groups" else spread**2 + SD_PAIR**2
    z = float(stats.norm.ppf(0.95 if asked.rule == "tail_95" else 0.975) + stats.norm.ppf(asked.goal))
    about = z**2 * variance / max(abs(effect), SMALLEST_EFFECT) ** 2 + 1
    found = {min(max(round(factor * about), FEWEST + at), most) for at, factor in enumerate(GRID_AROUND)}
    return sorted(found)
