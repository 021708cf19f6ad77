"""Reasons are those that hold: draws of a normal model whose data, population and prior are known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.assay import remarks
from lensim.expression.classical_comparison import (
    compare_with_classical,
    comparison_tables,
    reasons,
    reasons_of_ratio,
)
from lensim.expression.estimands import expression_estimands
from lensim.expression.reasons import Pull, pulls_of
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

MEASURED = np.array([4.0, 1.0, 1.0, 1.0, 1.0])  # log2, one line far from the others
SIGMA, SD = 1.0, 0.5


def fit(mu: float, measured: np.ndarray = MEASURED, *, pooled: bool = True, sd_prior: float = 2.0) -> xr.DataTree:
    """Given mu and sigma each fold change is the precision-weighted mean of its ratio and mu."""
    rng, subjects = stream(15, "reasons"), len(measured)
    sigma = SIGMA if pooled else sd_prior
    share = sigma**2 / (sigma**2 + SD**2)
    mean, sd = share * measured + (1 - share) * (mu if pooled else 0.0), np.sqrt(share) * SD
    coords = {v.TARGET: ["TNF"], v.SUBJECT: [f"s{k}" for k in range(subjects)], v.CONTRAST: ["drug"]}
    coords[v.CELL_TYPE] = ["line"]
    dims, shape = ("chain", "draw"), (2, 4000)
    draws = {
        v.LOG2_FOLD_CHANGE: (
            (*dims, v.TARGET, v.SUBJECT, v.CONTRAST),
            (mean + sd * rng.standard_normal((*shape, subjects)))[:, :, None, :, None],
        )
    }
    if pooled:
        of_type = (*dims, v.TARGET, v.CELL_TYPE, v.CONTRAST)
        draws[v.MU_FOLD_CHANGE] = (of_type, np.full((*shape, 1, 1, 1), mu))
        draws[v.SIGMA_FOLD_CHANGE] = (of_type, np.full((*shape, 1, 1, 1), SIGMA))
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords)})
    zeros = np.zeros(subjects, dtype=int)
    data = xr.Dataset(
        {
            v.LOG2_RATIO: (v.PAIR, measured),
            v.TARGET_OF_PAIR: (v.PAIR, zeros),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.arange(subjects)),
            v.CONTRAST_OF_PAIR: (v.PAIR, zeros),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, zeros),
        },
        coords,
        attrs={v.ASSAY: v.EXPRESSION},
    )
    attach_observations(tree, data)
    tree.attrs["priors"] = json.dumps({"sd_separate_log2_fold_change": sd_prior})
    return tree


def test_what_the_data_alone_say_is_taken_back_from_a_posterior():
    """Null: medians of 8,000 draws about the true one, their error blown up by the share of the data."""
    pulls = pulls_of(fit(1.6))
    alone = [pulls["TNF", f"s{k}", "drug"].alone for k in range(5)]
    assert alone == pytest.approx(MEASURED, abs=0.1)
    assert pulls["TNF", "s0", "drug"].whose == "the mean of line"
    separate = pulls_of(fit(0.0, pooled=False))
    assert [separate["TNF", f"s{k}", "drug"].alone for k in range(5)] == pytest.approx(MEASURED, abs=0.1)
    assert separate["TNF", "s0", "drug"].whose == "the prior of fold changes"


def test_a_subject_that_its_population_draws_is_told_so_with_numbers():
    table = compare_with_classical(fit(1.6)).set_index("subject")
    assert table.loc["s0", "measured"] == pytest.approx(1600)
    posterior = table.loc["s0", "posterior"]
    said = f"its own data alone say 1600%, and the mean of line (303%) draws it to {posterior:.0f}%"
    assert table.loc["s0", "reasons"] == said
    tables = {table.name: table.frame for table in comparison_tables(fit(1.6))}
    assert list(tables) == ["comparison", "tests"]
    assert tables["tests"]["paired_t_p"].item() == pytest.approx(0.0559, abs=1e-3)
    assert tables["tests"]["wilcoxon_p"].item() == pytest.approx(0.0625)


def test_the_prior_is_named_where_it_is_the_prior():
    table = compare_with_classical(fit(0.0, pooled=False, sd_prior=0.5)).set_index("subject")
    posterior = table.loc["s0", "posterior"]
    said = f"its own data alone say 1600%, and the prior of fold changes (100%) draws it to {posterior:.0f}%"
    assert table.loc["s0", "reasons"] == said
    alike = fit(0.2, np.array([3.0, 3.1, 2.9, 3.0]))
    assert "the prior of means (no change) draws that mean from " in compare_with_classical(alike)["reasons"].iloc[0]
    subjects = 100 * 2 ** float(alike["posterior"][v.LOG2_FOLD_CHANGE].median(("chain", "draw")).mean())
    assert remarks(expression_estimands(alike)) == (
        f"the prior of means (no change) draws the mean of TNF in line under drug from {subjects:.0f}%, which its 4 "
        "subjects say, to 115%: where such changes are expected, give a larger sd_mu_log2_fold_change with the priors",
    )
    assert remarks(expression_estimands(fit(1.6))) == ()


def row(**changes: object) -> pd.Series:
    usual = {
        "livak_ratio": 4.0, "pfaffl_ratio": 4.0, "fold_change_percent": 400.0, "amplification_factor": 2.0,
        "not_detected": 0, "note_classical": "",
    }  # fmt: skip
    return pd.Series(usual | changes)


STILL = Pull(2.0, 2.0, 0.0, np.nan, "the prior of fold changes")


def test_other_reasons_are_named_where_they_are():
    assert reasons(row(), STILL, 2.0, 2.0) == []
    said = "the posterior's factor is 1.80, the classical one 2.00: with the posterior's factors Pfaffl's ratio is 324%"
    assert reasons(row(fold_change_percent=324.0), STILL, 1.8, np.log2(3.24)) == [said]
    late = reasons(row(fold_change_percent=300.0, not_detected=2), STILL, 2.0, 2.0)
    assert late == ["reactions without Ct are left out by the classical answer, and are evidence in the model"]
    other = ["reactions weighted by their spread and input by all genes, not means of means"]
    assert reasons(row(fold_change_percent=500.0), STILL, 2.0, 2.0) == other
    away = Pull(2.0, 1.9, 0.0, np.nan, "the prior of fold changes")  # it pulls down where the posterior is up
    assert reasons(row(fold_change_percent=500.0), away, 2.0, 2.0) == other
    none = reasons(row(pfaffl_ratio=np.nan, note_classical="e1 left out"), STILL, 2.0, np.nan)
    assert none == ["no classical ratio: e1 left out"]


def test_ratios_that_move_away_from_their_population_have_errors_to_blame():
    away = Pull(1.0, 1.5, 0.0, 0.0, "the mean of line")
    assert reasons_of_ratio(away, has_errors=True) == ["ratios weighted by their stated errors"]
    assert reasons_of_ratio(away, has_errors=False) == []


def test_of_detected_reactions_the_data_alone_say_what_their_ratio_says():
    """What is taken back from the posterior's spread would be far from it where that spread is no normal one."""
    row = pd.Series(
        {
            "livak_ratio": 1.27,
            "pfaffl_ratio": 1.27,
            "fold_change_percent": 178.0,
            "amplification_factor": 1.93,
            "not_detected": 0,
            "note_classical": "",
        }
    )
    pull = Pull(np.log2(0.386), np.log2(1.78), np.log2(2.55), np.log2(2.55), "the mean of all")
    [said] = reasons(row, pull, 1.93, np.log2(1.27))
    assert said == "its own data alone say 127%, and the mean of all (255%) draws it to 178%"
    [said] = reasons(row, replace(pull, centre=np.log2(1.0), centre_alone=np.log2(1.0)), 1.93, np.log2(1.27))
    assert said.startswith("reactions weighted")
