"""Effect and spread from a published summary: the joint density of its order statistics, rounding included."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr
from pymc.distributions.dist_math import log_diff_normal_cdf, normal_lccdf, normal_lcdf

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.summaries.names import FIRST, FREE_HIGH, FREE_LOW, PRINTED_HIGH, PRINTED_LOW, SECOND
from lensim.summaries.priors import SummaryPriors

LN2 = float(np.log(2.0))


def summary_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of the model from a summary, by name."""
    if "moments" in data:
        return {"moments": data["moments"].to_numpy().astype(float)}
    return {name: data[name].to_numpy().astype(float) for name in (FREE_LOW, FREE_HIGH, PRINTED_LOW, PRINTED_HIGH)}


def build_published_summary(data: xr.Dataset, priors: SummaryPriors | None = None) -> pm.Model:
    """Mean log2 change and spread of lines or donors, from one printed summary.

    z(1..n) ~ Normal(mu_log2_fold_change, sqrt(sigma_log2_fold_change^2 + measurement_sd^2))     [log2]
    mu_log2_fold_change ~ Normal(0, sd_mu),  sigma_log2_fold_change ~ LogNormal(log median_tau, log_sd_tau)
    density of the seen values and of the counts between them: see `lensim.summaries.likelihood`

    A printed number is uniform over what rounds to it; of a printed mean of two neighbours the lower one is a further
    variable, uniform over the interval that order leaves it.

    Needs     what `lensim.summaries.model_data.summary_data` gives: order statistics, or mean and sd of log2 changes,
              with attributes n and measurement_sd [log2]
    Declares  mu_log2_fold_change, sigma_log2_fold_change () [log2]; what is printed, uniform over what rounds to it
    Raises    InputError if the Dataset is not one of a summary
    Source    the density of order statistics, as David and Nagaraja, Order Statistics, section 2.2; the rounding, the
              means of two neighbours and the priors are ours
    """
    if PRINTED_LOW not in data and "moments" not in data:
        raise InputError(
            f"published_summary needs a Dataset of summary_data, got {', '.join(map(str, data.data_vars))}"
        )
    priors = priors or SummaryPriors()
    n = int(data.attrs["n"])
    with pm.Model() as model:
        mu = pm.Normal(f"mu_{v.LOG2_FOLD_CHANGE}", 0.0, priors.sd_mu)
        tau = pm.LogNormal(f"sigma_{v.LOG2_FOLD_CHANGE}", np.log(priors.median_tau), priors.log_sd_tau)
        total = pt.sqrt(tau**2 + data.attrs["measurement_sd"] ** 2)
        held = {name: pm.Data(name, values) for name, values in summary_arrays(data).items()}
        if "moments" in data:
            ends = held["moments"]
            mean, sd = pm.Uniform("mean", ends[0], ends[1]), pm.Uniform("sd", ends[2], ends[3])
            square = n * (mean - mu) ** 2 + (n - 1) * sd**2
            pm.Potential("summary", -n * pt.log(total) - 0.5 * square / total**2 + (n - 2) * pt.log(sd))
            return model
        pm.Potential("summary", _log_density(data, held, mu, total, n))
    return model


def _log_density(
    data: xr.Dataset, held: dict[str, pt.TensorVariable], mu: pt.TensorVariable, tau: pt.TensorVariable, n: int
) -> pt.TensorVariable:
    printed = pm.Uniform("printed", held[PRINTED_LOW], held[PRINTED_HIGH], shape=data.sizes["printed"])
    first, second, share = (data[name].to_numpy() for name in (FIRST, SECOND, "share"))
    values: dict[int, pt.TensorVariable] = {}
    total = pt.constant(0.0)
    for k in range(len(first)):
        if second[k] < 0:
            values[int(first[k])] = printed[k]
    for k in range(len(first)):
        if second[k] < 0:
            continue
        a, b, s = int(first[k]), int(second[k]), float(share[k])
        if a not in values:
            values[a] = pm.Uniform(f"lower_{a}", held[FREE_LOW][a], held[FREE_HIGH][a])
        follows = (printed[k] - (1 - s) * values[a]) / s
        if b in values:  # both are seen otherwise: what is printed of their mean is a condition
            total += pt.switch(
                pt.abs(values[b] - follows) * s < (held[PRINTED_HIGH][k] - held[PRINTED_LOW][k]), 0, -np.inf
            )
        else:
            values[b] = follows
            fits = (follows >= held[FREE_LOW][b]) & (follows <= held[FREE_HIGH][b]) & (follows >= values[a])
            total += pt.switch(fits, 0.0, -np.inf)
    y = pt.stack([values[k] for k in range(data.sizes["seen"])])
    if data.attrs["is_log"]:
        z = y
    else:
        y = pt.maximum(y, 1e-12)
        z = pt.log2(y)
        total -= pt.log(y).sum()
    total += (-0.5 * ((z - mu) / tau) ** 2 - pt.log(tau)).sum()
    for gap in range(data.sizes["gap"]):
        for counts in ("below", "above"):
            count = int(data[counts][gap])
            if count:
                total += count * _log_share(data, gap, counts == "below", z, mu, tau)
    return total


def _log_share(
    data: xr.Dataset, gap: int, is_below: bool, z: pt.TensorVariable, mu: pt.TensorVariable, tau: pt.TensorVariable
) -> pt.TensorVariable:
    """Log probability of the part of a gap below or above no change."""
    left, right = int(data["left"][gap]), int(data["right"][gap])
    low = z[left] if left >= 0 else None
    high = z[right] if right < data.sizes["seen"] else None
    if bool(data["cut"][gap]):
        if is_below:
            high = pt.minimum(high, 0.0) if high is not None else 0.0
        else:
            low = pt.maximum(low, 0.0) if low is not None else 0.0
    if low is None and high is None:
        return pt.constant(0.0)
    if low is None:
        return normal_lcdf(mu, tau, high)
    if high is None:
        return normal_lccdf(mu, tau, low)
    return log_diff_normal_cdf(mu, tau, high, low)
