"""What a fit says of lines, cultures and wells; what its posterior lacks comes from priors or from replicates."""

import numpy as np

from lensim import vocabulary as v
from lensim.dose_response.spreads import spreads_of
from lensim.inference.observations import observations_of
from tests.dose_response.made_up_panel import made_up_panel
from tests.dose_response.shaped_panels import LINES, shaped


def test_a_pooled_fit_says_it_itself():
    result = shaped()
    found = spreads_of(result["posterior"].to_dataset(), observations_of(result), {})
    assert np.allclose((found.sd_well, found.nu_well), (0.12, 20.0))
    assert np.allclose(found.sd_of_cultures, [0.12, 0.08, 0.08])
    assert found.mean_of_lines.shape == found.sd_of_lines.shape == (LINES, 3)
    assert np.allclose(found.sd_of_lines[0], [0.5, 0.25, 0.6])


def test_without_them_spreads_are_those_of_replicates_and_of_priors():
    result = made_up_panel()
    data = observations_of(result)
    given = {"curves": {"median_sd_experiment_log10_ec50_um": 0.3}}
    found = spreads_of(result["posterior"].to_dataset(), data, given)
    assert found.sd_of_cultures[0] == 0.3
    assert 0.05 < found.sd_well < 0.3
    tested = np.log10(data[v.DOSE].to_numpy()[data[v.DOSE].to_numpy() > 0])
    assert np.allclose(found.mean_of_lines[:, 0], (tested.min() + tested.max()) / 2.0)


def test_backgrounds_are_the_blanks_where_the_posterior_has_none():
    result = shaped()
    data = observations_of(result)
    found = spreads_of(result["posterior"].to_dataset(), data, {})
    assert np.allclose(found.background, 50.0, rtol=0.6)
    bare = data.drop_dims(v.BLANK)
    assert spreads_of(result["posterior"].to_dataset(), bare, {}).background.max() < 1e-3
