"""Fold changes that start from ratios, pooled: subject in cell type, for users who have no Ct and for planning.

A *pair* is one subject's treated sample against its control of the same experiment, for one target.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.fold_change_arrays import fold_change_arrays, require_fold_changes
from lensim.expression.priors import FoldChangePriors
from lensim.models.coordinates import normal_by_information, normal_non_centred, positive_spread


def build_fold_change_hierarchical(data: xr.Dataset, priors: FoldChangePriors | None = None) -> pm.Model:
    """Log2 fold change per target and subject, partially pooled in cell types, from ratios.

    log2_ratio(pair) ~ Normal(log2_fold_change, sqrt(sd_log2_pair(target)^2 + log2_ratio_sd(pair)^2
                                                    + technical share(pair) * sd_technical_cycles^2))
    log2_fold_change(target, subject, contrast) ~ Normal(mu(target, cell type), sigma(target, cell type))
    Where replicate reactions are known, their contrasts ~ Normal(0, sd_technical_cycles). Where the target's factor is
    uncertain, log2_ratio = doublings_per_cycle * Ct change - input change, doublings_per_cycle ~ Normal(stated, its
    sd), and the likelihood is that of the Ct change given the references': the error of the factor is shared by all
    pairs of a target, as it is in the laboratory.
    Where the references may respond, their mean response ~ Normal(0, reference_response_sd) is in all ratios of a
    contrast: log2_ratio is then that much below the fold change.
    With one ratio a subject and no error of it, only the priors separate sd_log2_pair from sigma.

    Needs     log2_ratio (pair) [log2], target_of_pair, subject_of_pair, contrast_of_pair (pair), cell_type_of_subject
              (subject); used where present: log2_ratio_sd (pair) [log2]; technical_variance_share (pair)
              [log2^2/cycles^2] with replicate_contrast_cycles (replicate) [cycles]; ct_change_cycles (pair) [cycles]
              with doublings_per_cycle and doublings_per_cycle_sd (target) [1/cycle]; reference_response_sd
              (contrast) [log2]
    Declares  log2_fold_change (target, subject, contrast), its mu_ and sigma_ (target, cell_type, contrast);
              sd_log2_pair (target); sd_technical_cycles (); doublings_per_cycle (target) where it is uncertain;
              mean_reference_response (contrast) where references may respond
    Raises    InputError as `require_fold_changes` says
    Source    a normal-normal random-effects meta-analysis, as Gelman et al., Bayesian Data Analysis, section 5.4;
              the technical part, the factor and the priors are ours
    """
    priors = priors or FoldChangePriors()
    require_fold_changes(data, "fold_change_hierarchical")
    coords = {
        dim: data[dim].to_numpy() if dim in data.coords else np.arange(data.sizes[dim])
        for dim in (v.TARGET, v.SUBJECT, v.CONTRAST, v.CELL_TYPE)
    }
    with pm.Model(coords=coords) as model:
        held = {name: pm.Data(name, array) for name, array in fold_change_arrays(data).items()}
        target = held["target_of_pair"]
        sd_pair = positive_spread(v.SD_PAIR, priors.median_sd_log2_pair, priors.log_sd_sd_log2_pair, v.TARGET)
        variance = sd_pair[target] ** 2 + held["known_variance"]
        if "replicate_contrast" in held:
            sd_technical = positive_spread(
                v.SD_TECHNICAL, priors.median_sd_technical_cycles, priors.log_sd_sd_technical_cycles
            )
            pm.Normal("replicate_contrast_observed", 0.0, sd_technical, observed=held["replicate_contrast"])
            variance = variance + held["technical_share"] * sd_technical**2
        doublings = held["doublings"]
        if "doublings_sd" in held:
            doublings = normal_non_centred(v.DOUBLINGS, mu=doublings, sigma=held["doublings_sd"], dims=v.TARGET)
        moved = _moved(data, held)
        fold = _pooled(data, held, doublings, variance, moved, priors)
        mean = fold[target, held["subject_of_pair"], held["contrast_of_pair"]] + held["input_change"] - moved
        pm.Normal(
            "ct_change_observed" if v.CT_CHANGE in data else "log2_ratio_observed",
            mu=mean / doublings[target],
            sigma=pt.sqrt(variance) / doublings[target],
            observed=held["ct_change"],
        )
    return model


def _moved(data: xr.Dataset, held: dict[str, Any]) -> Any:
    """Mean response of the references in each pair, alike in all targets and subjects."""
    if "reference_response_sd" not in held:
        return np.zeros(data.sizes[v.PAIR])
    response = normal_non_centred(v.REFERENCE_RESPONSE, mu=0.0, sigma=held["reference_response_sd"], dims=v.CONTRAST)
    return response[held["contrast_of_pair"]]


def _pooled(
    data: xr.Dataset, held: dict[str, Any], doublings: Any, variance: Any, moved: Any, priors: FoldChangePriors
) -> Any:
    """Fold changes in coordinates that use the information of their own pairs, given the spreads."""
    dims = (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    sigma = positive_spread(
        f"sigma_{v.LOG2_FOLD_CHANGE}", priors.median_sigma_log2_fold_change, priors.log_sd_sigma_log2_fold_change, dims
    )
    place = (held["target_of_pair"], held["subject_of_pair"], held["contrast_of_pair"])
    nothing = np.zeros((data.sizes[v.TARGET], data.sizes[v.SUBJECT], data.sizes[v.CONTRAST]))
    ratio = doublings[place[0]] * held["ct_change"] - held["input_change"] + moved
    information = pt.inc_subtensor(pt.as_tensor(nothing)[place], 1.0 / variance)
    total = pt.inc_subtensor(pt.as_tensor(nothing)[place], ratio / variance)
    estimate = total / pt.maximum(information, 1e-12)
    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    member = np.eye(data.sizes[v.CELL_TYPE])[kind].T  # (cell_type, subject)
    weight = information / (1.0 + information * sigma[:, kind, :] ** 2)
    of_type = pt.sum(weight[:, None] * member[None, :, :, None], axis=2)
    of_estimate = pt.sum((weight * estimate)[:, None] * member[None, :, :, None], axis=2)
    mu = normal_by_information(
        f"mu_{v.LOG2_FOLD_CHANGE}",
        mu=0.0,
        sigma=priors.sd_mu_log2_fold_change,
        information=of_type,
        estimate=of_estimate / pt.maximum(of_type, 1e-12),
        dims=dims,
    )
    return normal_by_information(
        v.LOG2_FOLD_CHANGE,
        mu=mu[:, kind, :],
        sigma=sigma[:, kind, :],
        information=information,
        estimate=estimate,
        dims=(v.TARGET, v.SUBJECT, v.CONTRAST),
    )
