"""Real wells that no one here made: what the models may and may not say of them, by the fast engine and by NUTS."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.estimands import dose_response_estimands, summarise_lines
from lensim.dose_response.read import read_tidy
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of

pytestmark = [pytest.mark.real_data, pytest.mark.sampling]

RYEGRASS_ED50 = 3.05795
"""Published least-squares ED50 of ryegrass root length [mM]; its midpoint, so an EC50 and not an absolute IC50."""
CUT_AT = 1.88
"""Highest dose of ryegrass below its ED50 [mM]."""


ENGINES = ["laplace", pytest.param("nuts", marks=pytest.mark.calibrate)]
CARE = {
    "laplace": FitSettings(),
    "nuts": FitSettings(SamplerSettings(draws=3000, target_accept=0.995), predictive_draws=200),
}


# --- lenalidomide on nine resistant lines ---


@pytest.fixture(scope="module", params=ENGINES)
def lenalidomide(shared_data, request) -> xr.DataTree:
    data = read_tidy(shared_data / "gdsc1_lenalidomide_9dose_9_nonMM_lines.csv")
    name = "dose_response_hierarchical_normalised"
    return fit_study(data, CARE[request.param], seed=31, engine=request.param, model=name)


def test_lenalidomide_fit_may_be_read(lenalidomide):
    verdict = verdict_of(lenalidomide)
    assert verdict.passed, verdict.sentence()


def test_no_finite_ic50_of_a_resistant_line(lenalidomide):
    table = summarise_lines(dose_response_estimands(lenalidomide))
    assert len(table) == 9
    assert table["ic50_um"].isna().all()
    assert table["ic50"].str.startswith("> 5").all(), table["ic50"].tolist()


def test_every_line_is_resistant_with_high_probability(lenalidomide):
    above = summarise_lines(dose_response_estimands(lenalidomide))["p_ic50_above_top"]
    assert (above > 0.9).all(), above.to_dict()


# --- ryegrass ---


def ryegrass(path, highest_dose: float) -> xr.Dataset:
    """Root length as percent of the control mean; doses in the file's mM stand where a panel has uM."""
    table = pd.read_csv(path).query("conc_mM_ferulic_acid <= @highest_dose")
    dose, length = table["conc_mM_ferulic_acid"].to_numpy(), table["root_length_cm"].to_numpy()
    return xr.Dataset(
        {
            v.VIABILITY: (v.WELL, 100.0 * length / length[dose == 0].mean()),
            v.DOSE: (v.WELL, dose),
            v.CULTURE_OF_WELL: (v.WELL, np.zeros(len(dose), dtype=np.int64)),
            v.LINE_OF_CULTURE: (v.CULTURE, [0]),
            v.PLATE_OF_CULTURE: (v.CULTURE, [0]),
            v.GROUP_OF_LINE: (v.CELL_LINE, [0]),
        },
        coords={v.CELL_LINE: ["ryegrass"], v.MOLECULAR_GROUP: ["all"], v.CULTURE: ["ryegrass"], v.PLATE: ["1"]},
        attrs={v.ASSAY: "dose_response"},
    )


@pytest.fixture(scope="module", params=ENGINES)
def whole_and_cut(shared_data, request) -> tuple[xr.DataTree, xr.DataTree]:
    """The whole series, and what a series that ends below the ED50 would have told."""
    whole, cut = (
        fit_study(
            ryegrass(shared_data / "drc_ryegrass.csv", highest),
            CARE[request.param],
            seed=31,
            engine=request.param,
            model="dose_response_separate_normalised",
        )
        for highest in (np.inf, CUT_AT)
    )
    return whole, cut


def ec50_interval(result: xr.DataTree) -> np.ndarray:
    """Equal-tailed 90% interval of the only line's EC50."""
    return 10 ** np.quantile(result["posterior"][v.LOG10_EC50], [0.05, 0.95])


def test_ryegrass_interval_has_the_published_ed50(whole_and_cut):
    result, _ = whole_and_cut
    verdict = verdict_of(result)
    assert verdict.passed, verdict.sentence()
    estimands = dose_response_estimands(result)
    lower, upper = 10 ** np.quantile(estimands["this_experiment_log10_ec50_um"], [0.05, 0.95])
    assert lower < RYEGRASS_ED50 < upper
    assert upper / lower < 1.6  # the data are good: 12% standard error at 24 wells would already be poor
    line_lower, line_upper = ec50_interval(result)
    assert line_lower < lower < upper < line_upper  # one experiment shows no spread between days


def test_a_series_that_ends_too_low_still_contains_the_answer(whole_and_cut):
    _, result = whole_and_cut
    assert float(result["observations"][v.DOSE].max()) == CUT_AT
    lower, upper = ec50_interval(result)
    assert 0 < lower < RYEGRASS_ED50 < upper
    assert float((result["posterior"][v.LOG10_EC50] > np.log10(CUT_AT)).mean()) > 0.9


def test_a_series_that_ends_too_low_gives_a_bound_and_no_number(whole_and_cut):
    _, result = whole_and_cut
    row = summarise_lines(dose_response_estimands(result)).loc["ryegrass"]
    assert np.isnan(row["ic50_um"])
    assert row["ic50"].startswith(f"> {CUT_AT}")
    above = (dose_response_estimands(result)[v.LOG10_IC50] > np.log10(CUT_AT)).mean()
    assert row["p_ic50_above_top"] == pytest.approx(float(above))
