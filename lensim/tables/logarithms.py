"""Doses or concentrations that their pattern gives away as logarithms, though no name says so."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from lensim.tables.log_scale import bases_by_steps

_LARGEST_LOGARITHM: Final = 25.0
_EVEN: Final = 1.35  # the largest step over the smallest: 1-2-5 in logarithms has 1.32
_FEWEST: Final = 3
_STEPS_OF_LOGARITHMS: Final = (0.25, 0.3, 0.5, 0.6, 0.7, 1.0, 1.1, 1.2, 1.4, 1.6, 2.3)


@dataclass(frozen=True)
class Series:
    """Doses or concentrations of one curve, as the numbers of the file.

    Attributes
    ----------
    numbers
        Those that differ, 0 included.
    is_zero_untreated
        Whether wells with the number 0 can be the untreated ones: there are no others, and they lie where those do.
    """

    numbers: tuple[float, ...]
    is_zero_untreated: bool = True


def look_like_logarithms(series: Series) -> bool:
    """Whether numbers above 0 have a logarithm's even steps, or are logarithms of round doses.

    A dilution series has steps that grow with the dose. A series with even steps is taken for doses where it goes on
    from 0 (0, 2, 4, 6), or where its step is no usual one of logarithms (10, 20, 30).
    """
    numbers = np.unique([number for number in series.numbers if number > 0])
    if len(numbers) < _FEWEST or numbers[-1] > _LARGEST_LOGARITHM:
        return False
    steps, has_zero = np.diff(numbers), 0.0 in series.numbers
    if steps.max() / steps.min() > _EVEN:
        return _are_logarithms_of_round_doses(numbers)
    step = float(steps.mean())
    starts_at = numbers[0] / step
    if not _is_round(steps, step) or _decimals(numbers[0]) > _decimals(step) + 1:
        return bool(bases_by_steps(numbers)) or _are_logarithms_of_round_doses(numbers) or bool(starts_at > 2.5)
    fewest = _FEWEST + int(series.is_zero_untreated)
    is_usual = len(numbers) >= fewest and any(math.isclose(step, usual, rel_tol=1e-6) for usual in _STEPS_OF_LOGARITHMS)
    if has_zero and abs(starts_at - 1.0) < 1e-6:
        return not series.is_zero_untreated
    return bool(starts_at > 2.01) or is_usual


def _decimals(number: float) -> int:
    return len(f"{number:.6f}".rstrip("0").partition(".")[2])


def _is_round(steps: np.ndarray, step: float) -> bool:
    """Whether equal steps are a number of two digits or fewer; steps between logarithms seldom are."""
    return bool(np.allclose(steps, step, rtol=1e-6)) and math.isclose(step, float(f"{step:.2g}"), rel_tol=1e-6)


def _are_logarithms_of_round_doses(numbers: np.ndarray) -> bool:
    """Whether all are logarithms of different doses of one digit, and three or more are no round numbers."""
    texts = [f"{number:.10f}".rstrip("0").partition(".")[2] for number in numbers]
    if sum(len(text) >= 2 for text in texts) < _FEWEST:
        return False
    half = np.array([0.51 * 10.0 ** -min(max(len(text), 2), 5) for text in texts])
    for base, sign in ((math.log(10.0), 1.0), (math.log(10.0), -1.0), (1.0, 1.0)):
        doses = np.exp(sign * numbers * base)
        one_digit = np.array([float(f"{dose:.0e}") for dose in doses])
        differ = len(np.unique(one_digit)) == len(numbers)
        if differ and (np.abs(np.log(doses / one_digit)) / base <= half).all():
            return True
    return False
