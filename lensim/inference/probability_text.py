"""Probabilities that draws estimate, with the digits that so many draws know; never a plain 0 or 1."""

import math


def probability_text(p: float, draws: int) -> str:
    """A share of independent draws as text: rounded to its Monte Carlo error, and a limit where it rounds to 0 or 1.

    The limit of none or all is that of the rule of three, 3 / draws.

    >>> probability_text(0.95321, 4000), probability_text(1.0, 4000), probability_text(0.0, 400)
    ('0.95', '> 0.999', '< 0.01')
    """
    if p in (0.0, 1.0):
        places = max(1, math.floor(math.log10(max(draws, 30) / 3)))
    else:
        places = max(1, math.floor(-math.log10(math.sqrt(p * (1 - p) / draws))))
    text, step = f"{p:.{places}f}", 10.0**-places
    if float(text) == 0.0:
        return f"< {step:.{places}f}"
    return f"> {1 - step:.{places}f}" if float(text) == 1.0 else text
