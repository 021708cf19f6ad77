"""How far the references of a study may respond to treatment, as their disagreement says: closed form, many studies.

A response of all references moves every target alike, and no pair can tell it. Responses that differ can be seen, and
say how large responses are in this study. So

    response(reference) ~ Normal(0, s),  s ~ LogNormal(log 0.1, 1) log2
    disagreement(reference) ~ Normal(response less its mean, error of its mean over pairs)

and the mean response, which is in every fold change, has the variance E[s^2 | disagreement] / references.
"""

from typing import Final

import numpy as np

from lensim.expression.priors import LOG_SD_SD_OF_RESPONSE, MEDIAN_SD_OF_RESPONSE

PRIOR_SD_OF_PAIR: Final = 0.3
"""Of a reference against the others in one pair of samples [log2] (assumed), with the weight of two pairs."""
PRIOR_FREEDOM: Final = 2.0
_S: Final = MEDIAN_SD_OF_RESPONSE * np.exp(LOG_SD_SD_OF_RESPONSE * np.linspace(-3.5, 3.5, 141))


def sd_of_mean_response(change: np.ndarray, factor_error: np.ndarray) -> np.ndarray:
    """Sd of the mean response of several references (study) [log2]; 0 for one, whose pairs say nothing of it.

    Parameters
    ----------
    change
        Log2 change of each reference from control to treated sample (study, reference, pair); NaN where there is none.
    factor_error
        Error of the mean change of each reference that its amplification factor makes (study, reference) [log2].
    """
    studies, references, _ = change.shape
    if references < 2:
        return np.zeros(studies)
    whole = np.isfinite(change).all(axis=1)  # (study, pair)
    pairs = whole.sum(axis=1)
    apart = np.where(whole[:, None], change - _mean(change, 1)[:, None], 0.0)
    mean = apart.sum(axis=2) / np.maximum(pairs, 1)[:, None]
    around = np.where(whole[:, None], apart - mean[..., None], 0.0)
    freedom = (references - 1) * np.maximum(pairs - 1, 0)
    own = (PRIOR_FREEDOM * PRIOR_SD_OF_PAIR**2 + (around**2).sum(axis=(1, 2))) / (PRIOR_FREEDOM + freedom)
    error = own / np.maximum(pairs, 1) + (factor_error**2).mean(axis=1)
    variance = _S**2 + error[:, None]  # (study, s)
    log_weight = -0.5 * ((np.log(_S) - np.log(MEDIAN_SD_OF_RESPONSE)) / LOG_SD_SD_OF_RESPONSE) ** 2
    seen = -0.5 * (references - 1) * np.log(variance) - 0.5 * (mean**2).sum(axis=1)[:, None] / variance
    log_weight = log_weight + np.where(pairs[:, None] > 0, seen, 0.0)
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.asarray(np.sqrt((weight * _S**2).sum(axis=1) / weight.sum(axis=1) / references))


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    return np.asarray(np.where(np.isfinite(values), values, 0.0).mean(axis=axis))
