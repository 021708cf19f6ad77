"""Relation of a subject's response to its sensitivity to the drug: differences of groups, and slopes on IC50s."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.expression.errors_in_variables import FEWEST_POINTS, Measured, slope_draws, without_pooling
from lensim.expression.estimands import expression_posterior
from lensim.expression.evidence import DETECTED, evidence_of
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of

COLUMNS: Final = (
    *("target", "contrast", "question", "subjects", "log2_estimate", "log2_lower", "log2_upper"),
    *("p_above_0", "subjects_beyond"),
)


def contrast_of_subjects(
    result: xr.DataTree, group_of_subject: Mapping[str, str], first: str, second: str
) -> xr.DataArray:
    """Mean log2 fold change of subjects in one group less that of another (chain, draw, target, contrast).

    Such as lines sensitive to a drug against resistant ones; subjects without a group are left out.

    Raises
    ------
    InputError
        If a name is no subject of the result, or a group is empty.
    """
    fold = expression_posterior(result)[v.LOG2_FOLD_CHANGE]
    names = [str(name) for name in fold[v.SUBJECT].to_numpy()]
    for name in group_of_subject:
        checks.one_of("group_of_subject, its subjects,", name, names)
    means = []
    for group in (first, second):
        own = [position for position, name in enumerate(names) if group_of_subject.get(name) == group]
        if not own:
            raise checks.InputError(f"group_of_subject must have a subject in {group}, got none")
        means.append(fold.isel({v.SUBJECT: own}).mean(v.SUBJECT))
    return (means[0] - means[1]).rename("difference_of_log2_fold_change")


def summarise_sensitivity(
    result: xr.DataTree,
    group_of_subject: Mapping[str, str],
    groups: tuple[str, str],
    log10_ic50_um: xr.DataArray | None = None,
    ci_prob: float = 0.9,
    seed: int = 0,
    *,
    top_dose_um: float | None = None,
    lines_are_pooled: bool = False,
) -> pd.DataFrame:
    """Differences of the response between two groups, and its slope on IC50: one row a target, contrast and question.

    Subjects without a pair of the contrast in which the target was detected are left out of its rows: for them the
    posterior is the prior. A question for which too few are left (one in each group; four for a slope) has no row.

    Parameters
    ----------
    result
        An expression fit.
    group_of_subject, groups
        Such as the published call of each line, and ('sensitive', 'resistant'): first less second.
    log10_ic50_um
        Draws of a dose-response fit (chain, draw, cell_line), for the slope; without them there is none.
    ci_prob
        Probability inside the intervals.
    seed
        Root seed of the slope's sampler.
    top_dose_um, lines_are_pooled
        As for `slope_against`.

    Returns
    -------
    pandas.DataFrame
        target, contrast, question, subjects, log2_estimate (median; of a slope, per tenfold IC50), log2_lower,
        log2_upper, p_above_0; subjects_beyond, of those, how many have no IC50 within the doses on average (NaN where
        that is not asked): they count as above the top dose, or without `top_dose_um` not at all.
    """
    data = observations_of(result)
    seen = evidence_of(data)[DETECTED].to_numpy() > 0
    subjects = [str(name) for name in data[v.SUBJECT].to_numpy()]
    posterior = expression_posterior(result)
    targets, contrasts = ([str(name) for name in posterior[dim].to_numpy()] for dim in (v.TARGET, v.CONTRAST))
    known = {name: group for name, group in group_of_subject.items() if name in subjects}
    contrast_of_subjects(result, known, *groups)  # refuses a group without a subject
    rows = []
    for t, c in np.ndindex(len(targets), len(contrasts)):
        here = [name for name, is_seen in zip(subjects, seen[t, :, c], strict=True) if is_seen]
        own = {name: group for name, group in group_of_subject.items() if name in here and group in groups}
        place = {"target": targets[t], "contrast": contrasts[c]}
        at = {v.TARGET: t, v.CONTRAST: c}
        if set(own.values()) == set(groups):
            draws = contrast_of_subjects(result, own, *groups).isel(at)
            asked = {"question": f"{groups[0]} less {groups[1]}", "subjects": len(own)}
            rows.append(place | asked | _log2_row(draws, ci_prob) | {"subjects_beyond": np.nan})
        if log10_ic50_um is None:
            continue
        lines = [str(name) for name in log10_ic50_um[v.CELL_LINE].to_numpy()]
        ic50 = log10_ic50_um.isel({v.CELL_LINE: [lines.index(name) for name in here if name in lines]})
        if ic50.sizes[v.CELL_LINE] < FEWEST_POINTS:
            continue
        draws = slope_against(
            result,
            ic50,
            seed,
            target=targets[t],
            contrast=contrasts[c],
            top_dose_um=top_dose_um,
            lines_are_pooled=lines_are_pooled,
        )
        highest = np.inf if top_dose_um is None else np.log10(top_dose_um)
        values = ic50.to_numpy()
        beyond = float((~(np.isfinite(values) & (values <= highest))).sum())
        asked = {"question": "per tenfold IC50", "subjects": ic50.sizes[v.CELL_LINE]}
        number = {"subjects_beyond": beyond / (ic50.sizes["chain"] * ic50.sizes["draw"])}
        rows.append(place | asked | _log2_row(draws, ci_prob) | number)
    return pd.DataFrame(rows, columns=COLUMNS)


def _log2_row(draws: xr.DataArray, ci_prob: float) -> dict[str, float]:
    values = draws.to_numpy().ravel()
    values = values[~np.isnan(values)]  # draws that leave too few subjects
    low, middle, high = interval_of(values, ci_prob)
    p_above_0 = float((values > 0).mean())
    return {"log2_estimate": middle, "log2_lower": low, "log2_upper": high, "p_above_0": p_above_0}


def slope_against(
    result: xr.DataTree,
    log10_ic50_um: xr.DataArray,
    seed: int = 0,
    *,
    target: str | None = None,
    contrast: str | None = None,
    top_dose_um: float | None = None,
    lines_are_pooled: bool = False,
) -> xr.DataArray:
    """Slope of log2 fold change on log10 IC50 over subjects, both measured with error: see `slope_draws`.

    Least squares on draws of an IC50 would be drawn towards 0 by their spread. Fold changes, where subjects were
    pooled, and IC50s, with `lines_are_pooled`, are first taken back to what their own data say (`without_pooling`),
    since means that were drawn together bend a slope as well. Posteriors are taken as normal, by means and sds, and
    subjects as independent: what they share, such as the error of an amplification factor, shifts them all alike.

    Parameters
    ----------
    result
        An expression fit.
    log10_ic50_um
        Draws (chain, draw, cell_line) of a dose-response fit, +inf where there is none.
    seed
        Root seed of the sampler.
    target, contrast
        For one target or contrast alone.
    top_dose_um
        The highest dose tested [uM]. An IC50 above it, or none, is then known to be above it and no more; without it, a
        line is left out in the share of draws in which it has none.
    lines_are_pooled
        Whether the IC50s are of a model that pools lines.

    Returns
    -------
    xarray.DataArray
        (chain, draw, target, contrast), log2 per tenfold IC50; NaN in draws that leave fewer than four subjects.

    Raises
    ------
    InputError
        If fewer than four subjects are in both, there is no such target or contrast, or the dose is not above 0.
    """
    fold = expression_posterior(result)[v.LOG2_FOLD_CHANGE]
    names, lines = [str(s) for s in fold[v.SUBJECT].to_numpy()], [str(n) for n in log10_ic50_um[v.CELL_LINE].to_numpy()]
    both = [name for name in names if name in lines]
    checks.at_least("subjects with both a fold change and an IC50", len(both), FEWEST_POINTS)
    asked, of_contrast = _asked(fold, v.TARGET, target), _asked(fold, v.CONTRAST, contrast)
    if top_dose_um is not None:
        checks.above("top_dose_um", top_dose_um, 0.0)
    rng = seeding.stream(seed, "slope")
    own = [names.index(name) for name in both]
    flat = log10_ic50_um.stack(sample_=("chain", "draw"), create_index=False).transpose("sample_", v.CELL_LINE)
    ic50 = flat.to_numpy()[:, [lines.index(name) for name in both]]
    bound = np.inf if top_dose_um is None else np.log10(top_dose_um)
    has_none = ~(np.isfinite(ic50) & (ic50 <= bound))
    x = _measured_ic50(ic50, has_none, lines_are_pooled=lines_are_pooled)
    beyond = has_none[rng.integers(len(ic50), size=fold.sizes["chain"] * fold.sizes["draw"])]
    like = fold.isel({v.SUBJECT: 0, v.TARGET: asked, v.CONTRAST: of_contrast}, drop=True)
    like = like.transpose("chain", "draw", v.TARGET, v.CONTRAST)
    drawn = np.empty(like.shape)
    for t, c in np.ndindex(like.shape[2:]):
        draws = slope_draws(
            x,
            _measured_fold_change(result, own, asked[t], of_contrast[c]),
            rng,
            beyond=beyond,
            bound=np.nan if top_dose_um is None else float(bound),
        )
        drawn[:, :, t, c] = draws.reshape(like.shape[:2])
    return like.copy(data=drawn).rename("slope")


def _asked(fold: xr.DataArray, dim: str, name: str | None) -> list[int]:
    """Positions along a dim: of one name, or all."""
    names = [str(one) for one in fold[dim].to_numpy()]
    if name is None:
        return list(range(len(names)))
    checks.one_of(dim, name, names)
    return [names.index(name)]


def _measured_ic50(ic50: np.ndarray, has_none: np.ndarray, *, lines_are_pooled: bool) -> Measured:
    """Mean and sd of each line's IC50 (line), over the draws in which there is one."""
    count = (~has_none).sum(axis=0)
    there = np.where(has_none, 0.0, ic50)
    mean = there.sum(axis=0) / np.maximum(count, 1)
    square = np.where(has_none, 0.0, (there - mean) ** 2).sum(axis=0) / np.maximum(count - 1, 1)
    measured = Measured(mean, np.sqrt(square))
    mostly = count > len(ic50) / 2
    if not lines_are_pooled or mostly.sum() < FEWEST_POINTS:
        return measured
    spread = np.sqrt(np.var(mean[mostly], ddof=1) + square[mostly].mean())  # of the population that they are drawn to
    return without_pooling(measured, mean[mostly].mean(), spread)


def _measured_fold_change(result: xr.DataTree, own: list[int], target: int, contrast: int) -> Measured:
    """Mean and sd of each subject's log2 fold change (subject), its population's pull taken off."""
    at = {v.TARGET: target, v.CONTRAST: contrast}
    posterior = result["posterior"].to_dataset()
    fold = posterior[v.LOG2_FOLD_CHANGE].isel(at).isel({v.SUBJECT: own})
    draws = fold.transpose("chain", "draw", v.SUBJECT).to_numpy().reshape(-1, len(own))
    measured = Measured(draws.mean(axis=0), draws.std(axis=0, ddof=1))
    if v.MU_FOLD_CHANGE not in posterior:
        return measured
    kind = observations_of(result)[v.CELL_TYPE_OF_SUBJECT].to_numpy()[own]
    over = ("chain", "draw")
    mu = posterior[v.MU_FOLD_CHANGE].isel(at).mean(over).to_numpy()[kind]
    sigma = posterior[v.SIGMA_FOLD_CHANGE].isel(at).median(over).to_numpy()[kind]
    return without_pooling(measured, mu, sigma)
