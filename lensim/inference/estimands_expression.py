"""What an expression fit says: fold changes, levels and contrasts as draws, and tables of them.

Inside everything is log2; tables are in percent of control, 100 being no change.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.inference.observations import observations_of

MU: Final = f"mu_{v.LOG2_FOLD_CHANGE}"
SIGMA: Final = f"sigma_{v.LOG2_FOLD_CHANGE}"
NEW_SUBJECT: Final = "new_subject_log2_fold_change"
NUMBER_INCREASED: Final = "number_of_increased_subjects"


def _posterior(result: xr.DataTree) -> xr.Dataset:
    if v.LOG2_FOLD_CHANGE not in result["posterior"]:
        raise checks.InputError(
            f"an expression result needs {v.LOG2_FOLD_CHANGE} in its posterior, got "
            f"{', '.join(map(str, result['posterior'].data_vars))}"
        )
    return result["posterior"].to_dataset()


def expression_estimands(result: xr.DataTree) -> xr.Dataset:
    """Draws of every quantity of interest of an expression fit.

    Returns
    -------
    xarray.Dataset
        Dims chain, draw and: log2_fold_change (target, subject, contrast); number_of_increased_subjects (target,
        cell_type, contrast), of those in which the target was detected at all; where subjects were pooled,
        mu_log2_fold_change, sigma_log2_fold_change and new_subject_log2_fold_change (target, cell_type, contrast), the
        last a subject not yet seen; difference_of_cell_types (target, pair, contrast), first less second;
        difference_of_levels (target, pair); where there is a calibrator, log2_level_over_calibrator (target, subject).
    """
    posterior, data = _posterior(result), observations_of(result)
    fold = posterior[v.LOG2_FOLD_CHANGE]
    cell_type = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    kinds = np.arange(data.sizes[v.CELL_TYPE])[:, None] == cell_type
    member = xr.DataArray(kinds.astype(int), dims=(v.CELL_TYPE, v.SUBJECT), coords={v.CELL_TYPE: data[v.CELL_TYPE]})
    seen = xr.DataArray(detected(data) > 0, dims=(v.TARGET, v.SUBJECT)).astype(int)
    estimands = {
        v.LOG2_FOLD_CHANGE: fold,
        NUMBER_INCREASED: ((fold > 0).astype(int) * member * seen).sum(v.SUBJECT),
    }
    if MU in posterior:
        mu, sigma = posterior[MU], posterior[SIGMA]
        rng = seeding.stream(int(result.attrs.get("seed", 0)), "new subject")
        estimands |= {MU: mu, SIGMA: sigma, NEW_SUBJECT: mu + sigma * rng.standard_normal(mu.shape)}
        estimands |= _between_cell_types(mu, "difference_of_cell_types")
        if f"mu_{v.LOG2_LEVEL}" in posterior:
            estimands |= _between_cell_types(posterior[f"mu_{v.LOG2_LEVEL}"], "difference_of_levels")
    calibrator = str(data.attrs.get("calibrator", ""))
    if calibrator and v.LOG2_LEVEL in posterior:
        level = posterior[v.LOG2_LEVEL]
        of_calibrator = level.isel({v.SUBJECT: level[v.SUBJECT].to_numpy().tolist().index(calibrator)}, drop=True)
        estimands["log2_level_over_calibrator"] = level - of_calibrator
    return xr.Dataset({name: values.transpose("chain", "draw", ...) for name, values in estimands.items()})


def _between_cell_types(mean: xr.DataArray, name: str) -> dict[str, xr.DataArray]:
    names = [str(kind) for kind in mean[v.CELL_TYPE].to_numpy()]
    pairs = list(combinations(range(len(names)), 2))
    if not pairs:
        return {}
    differences = [mean.isel({v.CELL_TYPE: a}, drop=True) - mean.isel({v.CELL_TYPE: b}, drop=True) for a, b in pairs]
    labels = pd.Index([f"{names[a]} less {names[b]}" for a, b in pairs], name="pair")
    return {name: xr.concat(differences, dim=labels, coords="minimal", compat="override")}


def detected(data: xr.Dataset, *, missing: bool = False) -> np.ndarray:
    """Reactions of each target and subject (target, subject) that were detected, or with `missing` were not.

    Of a study that starts from ratios: the ratios that there are, and none missing.
    """
    if v.CT not in data:
        pairs = np.zeros((data.sizes[v.TARGET], data.sizes[v.SUBJECT]), dtype=int)
        if not missing:
            np.add.at(pairs, (data[v.TARGET_OF_PAIR].to_numpy(), data[v.SUBJECT_OF_PAIR].to_numpy()), 1)
        return pairs
    found = np.isfinite(data[v.CT].to_numpy()) != missing
    gene = data[v.GENE_OF_REACTION].to_numpy()
    subject = data[v.SUBJECT_OF_SAMPLE].to_numpy()[data[v.SAMPLE_OF_REACTION].to_numpy()]
    count = np.zeros((data.sizes[v.GENE], data.sizes[v.SUBJECT]), dtype=int)
    np.add.at(count, (gene[found], subject[found]), 1)
    return count[data[v.IS_REFERENCE].to_numpy() == 0]


def summarise_subjects(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, subject and contrast.

    Columns: target, subject, cell_type, contrast; fold_change_percent with _lower and _upper (median and equal-tailed
    interval, percent of control); p_increase; detected, not_detected (reactions); note where nothing was detected, and
    the row says what the population alone would.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    data, fold = observations_of(result), _posterior(result)[v.LOG2_FOLD_CHANGE]
    draws = fold.stack(sample_=("chain", "draw"), create_index=False).transpose(..., "sample_").to_numpy()
    lower, median, upper = np.quantile(draws, [(1 - ci_prob) / 2, 0.5, (1 + ci_prob) / 2], axis=-1)
    yes, no = detected(data), detected(data, missing=True)
    kinds = data[v.CELL_TYPE].to_numpy()[data[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    rows = [
        {
            "target": str(fold[v.TARGET].to_numpy()[t]),
            "subject": str(fold[v.SUBJECT].to_numpy()[s]),
            "cell_type": str(kinds[s]),
            "contrast": str(fold[v.CONTRAST].to_numpy()[c]),
            "fold_change_percent": 100 * 2.0 ** median[t, s, c],
            "fold_change_percent_lower": 100 * 2.0 ** lower[t, s, c],
            "fold_change_percent_upper": 100 * 2.0 ** upper[t, s, c],
            "p_increase": float((draws[t, s, c] > 0).mean()),
            "detected": int(yes[t, s]),
            "not_detected": int(no[t, s]),
            "note": "" if yes[t, s] else "never detected: no more than its population says",
        }
        for t, s, c in np.ndindex(median.shape)
    ]
    return pd.DataFrame(rows)


def summarise_populations(result: xr.DataTree, ci_prob: float = 0.9) -> pd.DataFrame:
    """One row a target, cell type and contrast of a pooled fit.

    Columns: target, cell_type, contrast; subjects; fold_change_percent (2^mu, percent of control) with interval;
    p_increase of the mean; sigma_log2 with interval; new_subject_percent with its predictive interval and
    p_new_subject_increase; increased (median number of subjects) with interval.

    Raises
    ------
    InputError
        If subjects were not pooled.
    """
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    draws = expression_estimands(result)
    if MU not in draws:
        raise checks.InputError("summarise_populations needs a fit in which subjects are pooled, got one without mu")
    data = observations_of(result)
    kinds = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    flat = draws.stack(sample_=("chain", "draw"), create_index=False)
    tails = [(1 - ci_prob) / 2, 0.5, (1 + ci_prob) / 2]

    def of(name: str) -> np.ndarray:
        return flat[name].transpose(v.TARGET, v.CELL_TYPE, v.CONTRAST, "sample_").to_numpy()

    mu, sigma, new, number = (of(name) for name in (MU, SIGMA, NEW_SUBJECT, NUMBER_INCREASED))
    rows = []
    for t, k, c in np.ndindex(mu.shape[:-1]):
        row: dict[str, object] = {
            "target": str(draws[v.TARGET].to_numpy()[t]),
            "cell_type": str(draws[v.CELL_TYPE].to_numpy()[k]),
            "contrast": str(draws[v.CONTRAST].to_numpy()[c]),
            "subjects": int((kinds == k).sum()),
        }
        for name, values in (
            ("fold_change_percent", 100 * 2.0 ** mu[t, k, c]),
            ("sigma_log2", sigma[t, k, c]),
            ("new_subject_percent", 100 * 2.0 ** new[t, k, c]),
            ("increased", number[t, k, c]),
        ):
            low, middle, high = np.quantile(values, tails)
            row |= {name: middle, f"{name}_lower": low, f"{name}_upper": high}
        row |= {
            "p_increase": float((mu[t, k, c] > 0).mean()),
            "p_new_subject_increase": float((new[t, k, c] > 0).mean()),
        }
        rows.append(row)
    return pd.DataFrame(rows)


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
    fold = _posterior(result)[v.LOG2_FOLD_CHANGE]
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
) -> pd.DataFrame:
    """Do subjects of two groups, or along their IC50, respond differently? One row a target, contrast and question.

    Subjects in which the target was never detected are left out of its rows: of them only the prior speaks.

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
        Root seed of the slope's pairing of draws.

    Returns
    -------
    pandas.DataFrame
        target, contrast, question, subjects, log2_estimate (median; of a slope, per tenfold IC50), log2_lower,
        log2_upper, p_above_0.
    """
    data, seen = observations_of(result), detected(observations_of(result)) > 0
    subjects = [str(name) for name in data[v.SUBJECT].to_numpy()]
    tails = [(1 - ci_prob) / 2, 0.5, (1 + ci_prob) / 2]
    rows = []
    for t, target in enumerate(map(str, _posterior(result)[v.TARGET].to_numpy())):
        here = [name for name, is_seen in zip(subjects, seen[t], strict=True) if is_seen]
        own = {name: group for name, group in group_of_subject.items() if name in here and group in groups}
        asked = {
            f"{groups[0]} less {groups[1]}": (len(own), contrast_of_subjects(result, own, *groups).isel({v.TARGET: t}))
        }
        if log10_ic50_um is not None:
            lines = [str(name) for name in log10_ic50_um[v.CELL_LINE].to_numpy()]
            both = [lines.index(name) for name in here if name in lines]
            slope = slope_against(result, log10_ic50_um.isel({v.CELL_LINE: both}), seed).isel({v.TARGET: t})
            asked["per tenfold IC50"] = (len(both), slope)
        for question, (count, draws) in asked.items():
            for contrast in range(draws.sizes[v.CONTRAST]):
                values = draws.isel({v.CONTRAST: contrast}).to_numpy().ravel()
                low, middle, high = np.nanquantile(values, tails)
                rows.append(
                    {
                        "target": target,
                        "contrast": str(draws[v.CONTRAST].to_numpy()[contrast]),
                        "question": question,
                        "subjects": count,
                        "log2_estimate": middle,
                        "log2_lower": low,
                        "log2_upper": high,
                        "p_above_0": float(np.nanmean(values > 0)),
                    }
                )
    return pd.DataFrame(rows)


def slope_against(result: xr.DataTree, log10_ic50_um: xr.DataArray, seed: int = 0) -> xr.DataArray:
    """Slope of log2 fold change on log10 IC50 over subjects, with the uncertainty of both.

    Each draw of the fold changes is paired with one of the IC50s, at random; least squares over the subjects that both
    have and whose IC50 is finite in that draw; then a draw from the slope's t distribution, since subjects are a
    sample.

    Parameters
    ----------
    result
        An expression fit.
    log10_ic50_um
        Draws (chain, draw, cell_line) of a dose-response fit, +inf where there is none.
    seed
        Root seed of the pairing and of the last step.

    Raises
    ------
    InputError
        If fewer than four subjects are in both.
    """
    fold = _posterior(result)[v.LOG2_FOLD_CHANGE]
    names, lines = [str(s) for s in fold[v.SUBJECT].to_numpy()], [str(n) for n in log10_ic50_um[v.CELL_LINE].to_numpy()]
    both = [name for name in names if name in lines]
    checks.at_least("subjects with both a fold change and an IC50", len(both), 4)
    rng = seeding.stream(seed, "slope")
    y = fold.isel({v.SUBJECT: [names.index(name) for name in both]}).transpose(..., v.SUBJECT)
    flat = log10_ic50_um.stack(sample_=("chain", "draw"), create_index=False).transpose("sample_", v.CELL_LINE)
    x_all = flat.to_numpy()[:, [lines.index(name) for name in both]]
    x = x_all[rng.integers(len(x_all), size=y.shape[:2])][:, :, None, None, :]
    used = np.isfinite(x)
    n = used.sum(axis=-1)
    enough = n > 2
    x_centred = np.where(used, x, 0.0) - (np.where(used, x, 0.0).sum(-1) / np.maximum(n, 1))[..., None]
    x_centred = np.where(used, x_centred, 0.0)
    values = y.to_numpy()
    y_centred = np.where(used, values - (np.where(used, values, 0.0).sum(-1) / np.maximum(n, 1))[..., None], 0.0)
    sxx = np.maximum((x_centred**2).sum(-1), 1e-12)
    slope = (x_centred * y_centred).sum(-1) / sxx
    residual = np.where(used, y_centred - slope[..., None] * x_centred, 0.0)
    freedom = np.maximum(n - 2, 1)
    error = np.sqrt((residual**2).sum(-1) / freedom / sxx)
    drawn = np.where(enough, slope + error * rng.standard_t(np.broadcast_to(freedom, slope.shape)), np.nan)
    return xr.DataArray(drawn, dims=y.dims[:-1], coords={d: y[d] for d in y.dims[:-1] if d in y.coords}, name="slope")
