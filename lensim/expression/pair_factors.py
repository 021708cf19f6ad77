"""Doublings a cycle of every gene for pairs, with their error: from a dilution series, a stated factor, or the prior.

Standards with few copies are no straight line: of those that have a Ct the mean number of copies is above the expected
one, and they scatter more. Weighted least squares has their exact mean and variance.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures
from lensim.expression.priors import SD_OF_STATED_FACTOR
from lensim.expression.replicates import PRIOR_SD, SD_OUTLYING, SHARE_OUTLYING

FactorUse = Literal["uncertain", "plug_in", "perfect"]
FACTOR_USES: Final = get_args(FactorUse)

FEWEST_COPIES_OF_STANDARD: Final = 3.0
"""Standards with fewer copies are left out: what they say hangs on the Ct of one copy, which is not known well."""
BRIGHT_COPIES: Final = 30.0
ROUNDS: Final = 4
_LOG10: Final = float(np.log(10.0))
_LOG_COPIES: Final = np.linspace(np.log(0.5), np.log(60.0), 200)
_MOST_DRAWN: Final = 160


@dataclass(frozen=True)
class PairSettings:
    """How reactions become pairs. All numbers are assumed.

    Attributes
    ----------
    factors
        'uncertain': the dilution series with its error, together with the prior; 'plug_in': the series' estimate as if
        it were known; 'perfect': 2, as Livak's ratio has it. Without a series a stated factor, or the prior, replaces
        it in the first two.
    mean_factor, sd_factor
        Prior of an amplification factor [fold a cycle].
    ct_of_one_copy
        Ct at which a single copy crosses the threshold [cycles]; gives copies from a Ct.
    """

    factors: FactorUse = "uncertain"
    mean_factor: float = 1.93
    sd_factor: float = 0.06
    ct_of_one_copy: float = 37.5

    def __post_init__(self) -> None:
        require_figures(self)
        checks.one_of("PairSettings.factors", self.factors, FACTOR_USES)
        checks.between("PairSettings.mean_factor", self.mean_factor, 1.01, 2.5)
        checks.above("PairSettings.sd_factor", self.sd_factor, 0.0)
        checks.above("PairSettings.ct_of_one_copy", self.ct_of_one_copy, 0.0)


@dataclass(frozen=True)
class Factors:
    """Doublings a cycle of each gene and their standard error (study, gene) [1/cycle]."""

    doublings: np.ndarray
    sd: np.ndarray


@dataclass(frozen=True)
class Slopes:
    """Cycles a tenfold of quantity in every study, and their variance given the spread of reading (study)."""

    slope: np.ndarray
    variance: np.ndarray


def factors_of(data: xr.Dataset, settings: PairSettings, sum_of_squares: np.ndarray, freedom: np.ndarray) -> Factors:
    """Doublings a cycle by gene and study, as the settings ask.

    Parameters
    ----------
    data
        As `pairs_of` takes them.
    settings
        What is done about factors.
    sum_of_squares, freedom
        Of replicates (study) [cycles^2]; they give the spread of a standard around the line.
    """
    studies, genes = data.sizes[v.STUDY], data.sizes[v.GENE]
    if settings.factors == "perfect":
        return Factors(np.ones((studies, genes)), np.zeros((studies, genes)))
    centre, prior_sd = _priors(data, settings)
    found, variance = np.tile(np.log2(centre), (studies, 1)), np.full((studies, genes), np.inf)
    if data.sizes.get(v.STANDARD, 0):
        spread = np.sqrt((sum_of_squares + PRIOR_SD**2) / (freedom + 1.0))  # one degree of freedom of the prior
        for gene in range(genes):
            line = straight_line(data, gene, spread)
            if settings.factors == "uncertain":
                line = line_of_copies(data, gene, spread, settings.ct_of_one_copy, line)
            usable = np.isfinite(line.slope) & (line.slope < -1.0)
            found[usable, gene] = -np.log2(10.0) / line.slope[usable]
            variance[usable, gene] = (found[usable, gene] ** 2 / np.log2(10.0)) ** 2 * line.variance[usable]
    if settings.factors == "plug_in":
        return Factors(found, np.zeros((studies, genes)))
    own = prior_sd / centre / np.log(2.0)  # of doublings
    precision = own**-2 + 1.0 / variance
    return Factors((np.log2(centre) * own**-2 + found / variance) / precision, precision**-0.5)


def _priors(data: xr.Dataset, settings: PairSettings) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of the factor of each gene before its series (gene): a stated one, or that of the settings."""
    none = np.full(data.sizes[v.GENE], np.nan)
    stated, sd = (data[name].to_numpy() if name in data else none for name in (v.STATED_FACTOR, v.STATED_FACTOR_SD))
    is_stated = np.isfinite(stated)
    known = np.where(np.isfinite(sd), np.maximum(sd, 1e-6), SD_OF_STATED_FACTOR)
    return np.where(is_stated, stated, settings.mean_factor), np.where(is_stated, known, settings.sd_factor)


def _standards(data: xr.Dataset, gene: int) -> tuple[np.ndarray, np.ndarray]:
    """Log10 quantity (1, standard) and Ct (study, standard) of a gene's series; NaN where there is no Ct."""
    own = data[v.GENE_OF_STANDARD].to_numpy() == gene
    ct = data[v.STANDARD_CT].to_numpy()[:, own].astype(float)
    if "is_lost_standard" in data:
        ct = np.where(data["is_lost_standard"].to_numpy()[:, own], np.nan, ct)
    return np.log10(data[v.STANDARD_QUANTITY].to_numpy()[own])[None], ct


def straight_line(data: xr.Dataset, gene: int, spread: np.ndarray) -> Slopes:
    """Least squares of Ct on log10 quantity over the detected standards, as instruments have it."""
    x, ct = _standards(data, gene)
    return _weighted(x, np.nan_to_num(ct), np.isfinite(ct) / np.maximum(spread, 1e-6)[:, None] ** 2)[0]


def line_of_copies(data: xr.Dataset, gene: int, spread: np.ndarray, one_copy: float, start: Slopes) -> Slopes:
    """The same with the mean and variance that copies give each standard, outlying ones weighed down.

    Ct = one_copy - log(n) / log(factor) + reading, n ~ Poisson(copies), n >= 1. Where fewer than two quantities have
    copies enough, it is the straight line.
    """
    x, ct = _standards(data, gene)
    there, value = np.isfinite(ct), np.nan_to_num(ct)
    reading = np.maximum(spread, 1e-6)[:, None] ** 2
    bright = there & (value < one_copy - np.log2(BRIGHT_COPIES))
    several = _spans(x, bright)
    line, middle = _weighted(x, value, np.where(several[:, None], bright, there) / reading)
    usable = np.isfinite(line.slope) & (line.slope < -1.0)
    for _ in range(ROUNDS):
        with np.errstate(invalid="ignore", divide="ignore"):
            log_factor = np.where(usable, -_LOG10 / line.slope, np.log(2.0))[:, None]
        expected = middle + np.where(usable, line.slope, 0.0)[:, None] * x
        log_copies = log_factor * (one_copy - expected)
        mean_log, variance_log = moments_of_copies(log_copies)
        corrected = value - (log_copies - mean_log) / log_factor
        variance = reading + variance_log / log_factor**2
        far = variance + SD_OUTLYING**2
        away = corrected - expected
        odds = SHARE_OUTLYING / (1.0 - SHARE_OUTLYING) * np.sqrt(variance / far)
        kept = 1.0 / (1.0 + odds * np.exp(0.5 * np.minimum(away**2 * (1.0 / variance - 1.0 / far), 600.0)))
        weight = there * (log_copies > np.log(FEWEST_COPIES_OF_STANDARD)) * kept / variance
        line, middle = _weighted(x, corrected, weight)
        usable &= np.isfinite(line.slope) & (line.slope < -1.0)
    return Slopes(np.where(usable, line.slope, start.slope), np.where(usable, line.variance, start.variance))


def moments_of_copies(log_copies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of log n, n ~ Poisson(exp(log_copies)) and n >= 1; a series in 1 / copies beyond 60."""
    inverse = np.exp(-np.maximum(log_copies, _LOG_COPIES[-1]))
    many = log_copies > _LOG_COPIES[-1]
    mean = np.where(many, log_copies - inverse / 2.0, np.interp(log_copies, _LOG_COPIES, _MEANS))
    return mean, np.where(many, inverse, np.interp(log_copies, _LOG_COPIES, _VARIANCES))


def _table() -> tuple[np.ndarray, np.ndarray]:
    n = np.arange(1.0, _MOST_DRAWN + 1.0)
    log_n = np.log(n)
    weight = np.exp(_LOG_COPIES[:, None] * (n - 1.0) - np.cumsum(log_n))
    weight /= weight.sum(axis=1, keepdims=True)
    mean = weight @ log_n
    return mean, weight @ log_n**2 - mean**2


_MEANS, _VARIANCES = _table()


def _spans(x: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Whether these standards have two quantities or more (study)."""
    return np.asarray(np.where(own, x, -np.inf).max(axis=1) > np.where(own, x, np.inf).min(axis=1))


def _weighted(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[Slopes, np.ndarray]:
    """Weighted least squares in every study: the slope, and the line at x = 0 (study, 1)."""
    total = weight.sum(axis=1, keepdims=True)
    safe = np.where(total > 0.0, total, 1.0)
    mean_x, mean_y = ((weight * one).sum(axis=1, keepdims=True) / safe for one in (x, y))
    sxx = (weight * (x - mean_x) ** 2).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (weight * (x - mean_x) * (y - mean_y)).sum(axis=1) / sxx
        found = Slopes(np.where(sxx > 0, slope, np.nan), np.where(sxx > 0, 1.0 / sxx, np.inf))
    return found, mean_y - np.where(np.isfinite(found.slope), found.slope, 0.0)[:, None] * mean_x
