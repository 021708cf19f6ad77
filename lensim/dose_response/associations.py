"""Associations of sensitivity with labels of lines: effects with intervals, equivalence regions, Fisher's test.

A label is anything that divides the lines: molecular group, p53 status, treatment history. For each value of it against
all other lines:

    log2 odds ratio of resistance:  r ~ Beta(R + 1/2, n - R + 1/2) in either part, R the resistant lines of a draw
    difference of mean inhibition at the top dose [percentage points]:  difference of the means over lines
        + s sqrt(1/n + 1/m) t(n + m - 2),  s the pooled sd between lines

Both treat the lines as a sample from a population of lines (Jeffreys's prior), for each draw of the fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.bounds import require_figures
from lensim.dose_response.estimands import GROUP_OF_LINE, INHIBITION_AT_TOP
from lensim.dose_response.fisher_power import fisher_power
from lensim.inference.equivalence import difference_draws, effect_row
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of
from lensim.inference.verdict import verdict_of

FEWEST_LINES: Final = 4
RESAMPLES: Final = 9999
SHARES: Final = 200
DRAWN_TOGETHER: Final = (
    "lines and groups are partially pooled in the fit, so differences between groups are drawn towards 0: where groups "
    "really differ, 90% intervals held the difference in 74 to 81% of simulated studies"
)
"""What stands beside contrasts of groups, wherever they are shown."""


@dataclass(frozen=True)
class Equivalence:
    """Regions of practical equivalence; both are ours, and assumed.

    Attributes
    ----------
    log2_odds_ratio
        An odds ratio within 2 to this power, either way, is of no practical importance.
    inhibition_percent
        As a difference of mean inhibition, either way [percentage points].
    """

    log2_odds_ratio: float = 1.0
    inhibition_percent: float = 10.0

    def __post_init__(self) -> None:
        require_figures(self)
        for name, value in vars(self).items():
            checks.above(f"Equivalence.{name}", value, 0.0)


def lines_of(result: xr.DataTree) -> list[str]:
    """Names of the lines of a dose-response fit.

    Raises
    ------
    InputError
        If it is another fit.
    """
    if v.LOG10_EC50 not in result["posterior"]:
        model = result.attrs.get("model", "a model without name")
        raise checks.InputError(f"associations of sensitivity must be asked of a dose-response fit, got one of {model}")
    return [str(one) for one in observations_of(result)[v.CELL_LINE].to_numpy()]


def words_on_convergence(result: xr.DataTree) -> str:
    """The verdict that a fit carries, or that it carries none."""
    try:
        return verdict_of(result).sentence()
    except checks.InputError:
        return "the fit carries no verdict of convergence"


def associate(
    estimands: xr.Dataset,
    labels: Mapping[str, str] | None = None,
    equivalence: Equivalence | None = None,
    ci_prob: float = 0.9,
    seed: int = 0,
) -> pd.DataFrame:
    """Sensitivity of lines with each value of a label against all others.

    Parameters
    ----------
    estimands
        As from `lensim.dose_response.estimands.dose_response_estimands`, whose threshold says which lines are
        resistant.
    labels
        Value of each line; lines without one are left out. The molecular groups of the fit where not given.
    equivalence
        Regions of practical equivalence.
    ci_prob
        Probability inside the intervals.
    seed
        Root of the draws of shares.

    Returns
    -------
    pandas.DataFrame
        A row a value: value, lines, resistant (posterior median), other_lines, other_resistant; log2_odds_ratio,
        _lower, _upper, its p_equivalent and verdict; inhibition_difference_percent, _lower, _upper, its p_equivalent
        and verdict; fisher_p (two-sided, of calls at a probability of 1/2); power_if_all_resistant and
        power_if_none_resistant, of that test, with the others' share as it is: the most that it could have found.

    Raises
    ------
    InputError
        If a labelled line is not in the fit, too few lines have a label, or all have the same.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    region = equivalence or Equivalence()
    draws = estimands.stack(sample=("chain", "draw"), create_index=False)
    values = _values(estimands, labels)
    resistant = draws["is_resistant"].transpose("sample", v.CELL_LINE).to_numpy()
    inhibition = draws[INHIBITION_AT_TOP].transpose("sample", v.CELL_LINE).to_numpy()
    rng = seeding.stream(seed, "associations")
    known = np.array([one is not None for one in values])
    if len(kinds := {one for one in values if one is not None}) < 2:
        raise checks.InputError(
            f"lines must be of at least two groups, got {', '.join(map(str, kinds)) or 'none'} alone: give labels"
        )
    rows = []
    for value in dict.fromkeys(one for one in values if one is not None):
        inside = np.array([one == value for one in values])
        outside = known & ~inside
        odds = _log2_odds(resistant[:, inside], rng) - _log2_odds(resistant[:, outside], rng)
        apart = difference_draws(inhibition[:, inside], inhibition[:, outside], rng)
        calls = resistant.mean(axis=0) > 0.5
        table = [[int((calls & part).sum()), int((~calls & part).sum())] for part in (inside, outside)]
        rows.append(
            {
                "value": value,
                "lines": int(inside.sum()),
                "resistant": float(np.median(resistant[:, inside].sum(axis=1))),
                "other_lines": int(outside.sum()),
                "other_resistant": float(np.median(resistant[:, outside].sum(axis=1))),
            }
            | effect_row("log2_odds_ratio", odds, region.log2_odds_ratio, ci_prob)
            | effect_row("inhibition_difference_percent", apart, region.inhibition_percent, ci_prob)
            | {"fisher_p": float(stats.fisher_exact(table).pvalue)}
            | {
                f"power_if_{word}_resistant": fisher_power(
                    int(inside.sum()), int(outside.sum()), share, float(resistant[:, outside].mean())
                )
                for word, share in (("all", 1.0), ("none", 0.0))
            }
        )
    return pd.DataFrame(rows)


def fisher_of_all(estimands: xr.Dataset, labels: Mapping[str, str] | None = None) -> float:
    """P of Fisher's exact test over all values of a label at once, of calls at a probability of 1/2 (Monte Carlo).

    Parameters are those of `associate`.
    """
    values = np.array([one or "" for one in _values(estimands, labels)])
    calls = estimands["is_resistant"].mean(("chain", "draw")).to_numpy() > 0.5
    names = [one for one in dict.fromkeys(values) if one]
    table = [[int((calls & (values == one)).sum()), int((~calls & (values == one)).sum())] for one in names]
    method = stats.MonteCarloMethod(n_resamples=RESAMPLES, rng=seeding.stream(0, "associations", "fisher"))
    return float(stats.fisher_exact(np.array(table), method=method).pvalue)


def variance_shares(
    estimands: xr.Dataset, labels: Mapping[str, str] | None = None, ci_prob: float = 0.9, seed: int = 0
) -> pd.DataFrame:
    """Share of the variance between lines that a label explains, one row a quantity.

    Of each draw of the fit the lines are a sample from value_of_line = mean + Normal(0, s_label) of its label's value
    + Normal(0, s); the share is s_label^2 / (s_label^2 + s^2), uniform between 0 and 1 before the lines are seen. A
    model with molecular groups draws lines of a group together, so shares of the groups are the model's own where it
    has them: see `summarise_panel`.

    Parameters
    ----------
    estimands, labels, ci_prob, seed
        As for `associate`; the threshold plays no part.

    Returns
    -------
    pandas.DataFrame
        quantity (log10 EC50, effect at saturation, inhibition at the top dose), lines, values, median, lower, upper.

    Raises
    ------
    InputError
        As for `associate`.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    draws = estimands.stack(sample=("chain", "draw"), create_index=False)
    values = _values(estimands, labels)
    known = [k for k, one in enumerate(values) if one is not None]
    given = [str(values[k]) for k in known]
    rows = []
    for name in (v.LOG10_EC50, v.EFFECT, INHIBITION_AT_TOP):
        own = draws[name].transpose("sample", v.CELL_LINE).to_numpy()[:, known]
        share = share_draws(own, given, seeding.stream(seed, "associations", "share", name))
        low, middle, high = interval_of(share, ci_prob)
        rows.append(
            {"quantity": name, "lines": len(known), "values": len(set(given))}
            | {"median": middle, "lower": low, "upper": high}
        )
    return pd.DataFrame(rows)


def share_draws(values: np.ndarray, labels: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Posterior draws of the share of variance between labels, one for each row of values (sample, line).

    The mean of a label's n_g lines has variance v_g = share + (1 - share) / n_g, in units of the whole, and the lines
    lie around it with 1 - share. With flat priors of the mean, the log of the whole and the share, W the sum of squares
    within labels and m the mean of the labels' means weighted by 1 / v_g:

        density(share) ~ (1 - share)^(-(n - G) / 2) prod(v_g)^(-1/2) sum(1 / v_g)^(-1/2)
                         (W / (1 - share) + sum((mean_g - m)^2 / v_g))^(-(n - 1) / 2)

    on a grid of shares, from which one is drawn and moved within its cell.
    """
    names = list(dict.fromkeys(labels))
    member = np.array([[one == name for one in labels] for name in names], dtype=float)
    size, n = member.sum(axis=1), len(labels)
    means = values @ member.T / size
    within = ((values - means @ member) ** 2).sum(axis=1)
    grid = (np.arange(SHARES) + 0.5) / SHARES
    log_density = np.empty((len(values), SHARES))
    for k, share in enumerate(grid):
        variance = share + (1.0 - share) / size
        middle = (means / variance).sum(axis=1) / (1.0 / variance).sum()
        squares = within / (1.0 - share) + ((means - middle[:, None]) ** 2 / variance).sum(axis=1)
        constant = (n - len(names)) * np.log(1.0 - share) + np.log(variance).sum() + np.log((1.0 / variance).sum())
        log_density[:, k] = -0.5 * (constant + (n - 1) * np.log(np.maximum(squares, 1e-300)))
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    cumulative = np.cumsum(density, axis=1)
    at = (cumulative < (rng.random(len(values)) * cumulative[:, -1])[:, None]).sum(axis=1)
    return np.asarray((at + rng.random(len(values))) / SHARES)


def _values(estimands: xr.Dataset, labels: Mapping[str, str] | None) -> list[str | None]:
    """Value of each line of the fit, None where it has none."""
    if v.CONDITION_OF_CURVE in estimands.coords:
        there = dict.fromkeys(estimands[v.CONDITION_OF_CURVE].to_numpy().astype(str))
        raise checks.InputError(
            f"associations must be asked of a fit with one curve a line, got one with {', '.join(there)}: read one "
            'condition, where={"COLUMN": "VALUE"}, and fit that'
        )
    if labels is None:
        if GROUP_OF_LINE not in estimands.coords:
            raise checks.InputError("labels must be given for a fit without molecular groups, got none")
        return [str(one) for one in estimands[GROUP_OF_LINE].to_numpy()]
    lines = [str(one) for one in estimands[v.CELL_LINE].to_numpy()]
    unknown = [line for line in labels if line not in lines]
    if unknown:
        raise checks.InputError(f"labels must be of lines of the fit ({', '.join(lines)}), got {', '.join(unknown)}")
    found = [labels.get(line) for line in lines]
    given = [one for one in found if one is not None]
    checks.at_least("labels, lines that have one,", len(given), FEWEST_LINES)
    if len(set(given)) < 2:
        raise checks.InputError(f"labels must have at least two values, got {given[0]} for all {len(given)} lines")
    return found


def _log2_odds(resistant: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(sample) log2 odds of resistance of lines to come, given the resistant of these lines (sample, line)."""
    count, n = resistant.sum(axis=1), resistant.shape[1]
    share = np.clip(rng.beta(count + 0.5, n - count + 0.5), 1e-12, 1 - 1e-12)
    return np.asarray(np.log2(share / (1 - share)))
