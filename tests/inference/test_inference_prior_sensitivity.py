"""Prior or data: moves against the closed form of a normal mean, for yes and no, numbers, bounds, and few draws."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim.inference.prior_sensitivity import (
    LARGEST_MOVE,
    OF_NUMBERS,
    RESOLUTION,
    decided_by_prior,
    moves,
    prior_sensitivity,
    weights_of,
)
from lensim.seeding import stream

CHAINS, DRAWS = 4, 5000
PLACES = ("chain", "draw")


def conjugate(prior_share: float, apart: float) -> tuple[xr.Dataset, xr.Dataset, float]:
    """Draws of a mean with a standard normal prior, its log prior, and its largest move under half of that prior.

    `prior_share` is the prior's part of the precision, `apart` what the data say, in prior sds.
    """
    mean, sd = (1 - prior_share) * apart, np.sqrt(prior_share)
    draws = mean + sd * stream(4, "conjugate").standard_normal((CHAINS, DRAWS))
    precision = 1 / prior_share - 0.5
    half = stats.norm((1 / prior_share - 1) * apart / precision, precision**-0.5)
    ends = stats.norm(mean, sd).ppf([0.05, 0.5, 0.95])
    largest = np.abs(half.ppf([0.05, 0.5, 0.95]) - ends).max() / (ends[2] - ends[0])
    log_prior = xr.DataArray(stats.norm.logpdf(draws), dims=PLACES, attrs={OF_NUMBERS: 1})
    return xr.Dataset({"mean": (PLACES, draws)}), xr.Dataset({"mean": log_prior}), float(largest)


@pytest.mark.parametrize(
    ("prior_share", "apart", "decides"),
    [(0.999, 0.0, True), (0.5, 0.0, False), (0.5, 2.0, True), (0.01, 1.0, False), (0.05, 8.0, True)],
)
def test_a_move_is_that_of_the_closed_form(prior_share, apart, decides):
    estimands, log_prior, expected = conjugate(prior_share, apart)
    found = prior_sensitivity(estimands, log_prior)
    assert float(found["mean"]) == pytest.approx(expected, abs=0.02)
    assert (list(decided_by_prior(found)) == ["mean"]) == decides == (expected > LARGEST_MOVE)
    assert found.attrs["power"] == 0.5
    assert found["mean"].attrs == ({"prior": "mean"} if decides else {})


def test_priors_that_have_variables_as_parameters_are_not_scaled():
    estimands, log_prior, _ = conjugate(0.999, 0.0)
    log_prior["mean"].attrs[OF_NUMBERS] = 0
    assert not prior_sensitivity(estimands, log_prior)


def test_the_prior_that_moves_an_estimand_most_is_named():
    estimands, log_prior, _ = conjugate(0.999, 0.0)
    other = stream(4, "other").standard_normal((CHAINS, DRAWS))
    log_prior["other"] = xr.DataArray(stats.norm.logpdf(other), dims=PLACES, attrs={OF_NUMBERS: 1})
    assert prior_sensitivity(estimands, log_prior)["mean"].attrs["prior"] == "mean"


def test_a_yes_or_no_moves_by_its_probability_and_a_bound_by_what_is_shown_of_it():
    estimands, log_prior, _ = conjugate(0.999, 0.0)
    draws = estimands["mean"]
    weights = weights_of(log_prior["mean"].to_numpy().ravel())
    shown = draws.clip(-3.0, 0.0)
    kinds = xr.Dataset(
        {
            "is_above": draws > 1.0,
            "number": (draws > 1.0).astype(int) + 3,
            "same": draws * 0.0,
            "bound": shown.where(shown < 0.0, np.inf),
            "narrow": (1e-3 * draws).assign_attrs({RESOLUTION: 0.3}),
            "gap": draws.where(draws < 2.0),
        }
    )
    found = moves(kinds, weights)
    assert float(found["is_above"]) == pytest.approx(stats.norm.sf(1, scale=2**0.5) - stats.norm.sf(1), abs=0.01)
    assert 0.0 < float(found["number"]) < 0.1
    assert float(found["same"]) == 0.0
    assert float(found["bound"]) == 0.0 or np.isfinite(found["bound"])
    assert float(found["narrow"]) < 0.01
    assert np.isnan(found["gap"])


def test_a_smaller_change_of_power_is_taken_where_draws_are_few_and_none_where_they_cannot_tell():
    rng = stream(4, "wide")
    weights = weights_of(-12.0 * rng.standard_exponential(400))
    assert weights.power > 0.5
    assert weights.to_half == pytest.approx(np.log(0.5) / np.log(weights.power))
    lost = weights_of(-2000.0 * rng.standard_exponential(400))
    assert not lost.can_tell
    draws = xr.Dataset({"x": (PLACES, rng.standard_normal((4, 100)))})
    found = moves(draws, lost)
    assert np.isnan(found["x"])
    assert found.attrs["pareto_k"] > 0.7
