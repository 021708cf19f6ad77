"""Notes of a verdict from made-up posteriors: a mean outside its members, the edge of a prior, a prior that decides."""

import numpy as np
import pandas as pd
import xarray as xr

from lensim.inference.doubts import Population, at_the_edge, decided, means_outside, number_of_prior
from lensim.inference.prior_sensitivity import OF_NUMBERS
from lensim.seeding import stream

PRIORS = {"curves": {"sd_mu_log2_fold_change": 1.5, "mean_mu_log_hill_slope": 0.0, "sd_mu_log_hill_slope": 0.4}}
PLACES = ("chain", "draw")


def population(mean: float, members: tuple[float, ...]) -> Population:
    rng = stream(5, "doubts")
    own = np.array(members)[:, None] + 0.1 * rng.standard_normal((len(members), 400))
    return Population("mean of TNF", mean + 0.1 * rng.standard_normal(400), own, "mu_log2_fold_change")


def test_a_mean_below_all_of_its_donors_is_told_with_the_prior_to_give():
    (note,) = means_outside([population(3.1, (9.8, 10.3, 9.4, 10.1))], PRIORS)
    assert note.sentence().startswith(
        "mean of TNF: a mean must lie among the 90% intervals of its 4 members, got 3.1 outside 9.2 to 1"
    )
    assert note.remedy == (
        "the prior draws it away: give a larger curves.sd_mu_log2_fold_change (now 1.5) among the priors"
    )


def test_a_mean_between_two_humps_is_none_of_its_members_and_right():
    assert not list(means_outside([population(5.0, (0.0, 0.2, 9.9, 10.0))], PRIORS))
    assert not list(means_outside([population(3.0, (9.0, 10.0))], PRIORS)), "two members tell no population"


def result(at: tuple[float, float]) -> xr.DataTree:
    rng = stream(5, "edge")
    names = ["A", "B"]

    def drawn(mean: float, sd: float) -> xr.Dataset:
        values = mean + sd * rng.standard_normal((2, 500, 2)) + (np.array(at) if sd < 1 else 0.0)
        return xr.Dataset({"mu_log2_fold_change": ((*PLACES, "target"), values)}, coords={"target": names})

    log_prior = drawn(0.0, 0.1)
    log_prior["mu_log2_fold_change"].attrs[OF_NUMBERS] = 1
    return xr.DataTree.from_dict({"prior": drawn(0.0, 1.5), "posterior": drawn(0.0, 0.1), "log_prior": log_prior})


def test_a_posterior_more_than_two_prior_sds_out_is_told():
    (note,) = at_the_edge(result((0.5, 6.0)), PRIORS)
    assert note.name == "mu_log2_fold_change of B"
    assert note.rule == "a posterior mean must lie within 2 sds of the prior from the prior's mean"
    assert note.value.startswith("6, ")
    assert note.remedy == (
        "where such a value is right, give a larger curves.sd_mu_log2_fold_change (now 1.5) among the priors; else "
        "look at the data"
    )
    assert not list(at_the_edge(result((0.5, 2.0)), PRIORS))


def test_what_the_prior_decides_is_told_by_table_with_its_rows():
    moved = pd.DataFrame({"slope": [0.3, 0.02, np.nan, 0.12], "IC50": [0.01, 0.02, 0.03, 0.04]})
    names = ["LP-1", "U266", "L363", "JJN3"]
    (note,) = decided([("lines", moved, names)], {"slope": "mu_log_hill_slope"}, PRIORS)
    assert note.sentence() == (
        "the prior decides slope in 2 of 3 rows of lines (LP-1, JJN3): with a prior half as strong it must move by at "
        "most 10% of its 90% interval, got up to 30%; add data, or give what you know of it as "
        "curves.sd_mu_log_hill_slope (now 0.4) among the priors: most of it is the prior of mu_log_hill_slope"
    )


def test_the_number_behind_a_variable_is_found_or_none():
    assert number_of_prior("mu_log_hill_slope", PRIORS) == ("curves.sd_mu_log_hill_slope", 0.4)
    assert number_of_prior("log_hill_slope", PRIORS) == ("curves.sd_mu_log_hill_slope", 0.4)
    assert number_of_prior("unknown", PRIORS)[0] == ""
