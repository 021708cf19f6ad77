import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.assay import Asked
from lensim.dose_response import growth as gr
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.curve import residual
from lensim.dose_response.estimands import dose_response_estimands, judged_estimands
from lensim.dose_response.experiments import means_suffice
from lensim.dose_response.growth_rate import gr_area_over_curve, gr_value, log10_dose_at_gr
from lensim.dose_response.simulate_growth import CULTURE_DIVISIONS, GrowthDesign
from lensim.dose_response.time_zero import without_time_zero
from lensim.inference.observations import attach_observations
from lensim.seeding import stream
from tests.dose_response.growth_panels import LINES, panel, result_around

FALSE_ALARM = 1e-6
TRUTH, DATA = panel(GrowthDesign(sd_experiment_divisions=0.3))
RESULT = result_around(TRUTH, DATA)
DRAWS = gr.with_growth(dose_response_estimands(RESULT), RESULT)


def test_without_noise_metrics_of_the_experiment_are_their_closed_form():
    divisions = TRUTH[CULTURE_DIVISIONS].to_numpy()
    curve = [TRUTH[name].to_numpy() for name in (v.CULTURE_LOG10_EC50, v.CULTURE_LOG_HILL, v.CULTURE_EFFECT)]
    expected = {
        gr.THIS_DIVISIONS: divisions,
        gr.THIS_LOG10_GR50: log10_dose_at_gr(0.5, divisions, *curve),
        gr.THIS_GR_MAX: gr_value(residual(10.0, *curve), divisions),
    }
    assert np.isfinite(expected[gr.THIS_LOG10_GR50]).any()
    for name, value in expected.items():
        drawn = DRAWS[name].to_numpy().reshape(-1, len(LINES))
        np.testing.assert_allclose(drawn, np.broadcast_to(value, drawn.shape), atol=1e-4)


def test_each_draw_of_a_line_has_the_metrics_of_its_curve_and_its_divisions():
    divisions = DRAWS[gr.DIVISIONS].to_numpy()
    curve = [RESULT["posterior"][name].to_numpy() for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)]
    np.testing.assert_allclose(DRAWS[gr.LOG10_GR50], log10_dose_at_gr(0.5, divisions, *curve))
    np.testing.assert_allclose(DRAWS[gr.GR_MAX], gr_value(residual(10.0, *curve), divisions))
    np.testing.assert_allclose(DRAWS[gr.GR_AREA], gr_area_over_curve(0.01, 10.0, divisions, *curve))


def test_divisions_of_a_line_lie_around_those_of_its_experiments():
    """With one experiment each, the spread between experiments is the prior's: a lognormal mixture of normals."""
    away = (DRAWS[gr.DIVISIONS].to_numpy() - TRUTH[CULTURE_DIVISIONS].to_numpy()).ravel()
    rng = stream(1, "test")
    expected = 0.25 * np.exp(0.6 * rng.standard_normal(20_000)) * rng.standard_normal(20_000)
    assert stats.ks_2samp(away[:2400:3], expected).pvalue > FALSE_ALARM


@pytest.mark.parametrize("sd", [0.05, 0.5])
def test_experiments_show_how_far_days_differ(sd):
    truth, data = panel(GrowthDesign(sd_experiment_divisions=sd), experiments=6, seed=2, lines=tuple("ABCDEF"))
    result = result_around(truth, data, draws=200)
    drawn = gr.with_growth(dose_response_estimands(result), result)[gr.DIVISIONS].to_numpy().reshape(400, -1)
    assert np.median(drawn.std(axis=0)) == pytest.approx(sd / np.sqrt(6), rel=0.5)
    assert (np.abs(drawn.mean(axis=0) - truth["divisions"].to_numpy()) < 5 * sd / np.sqrt(6)).all()
    assert gr.THIS_DIVISIONS not in gr.with_growth(dose_response_estimands(result), result)


def test_without_wells_of_time_zero_nothing_changes():
    alone = result_around(TRUTH, DATA)
    attach_observations(alone, without_time_zero(DATA))
    usual = dose_response_estimands(alone)
    assert gr.with_growth(usual, alone) is usual
    both = ASSAY.estimands(RESULT, Asked())
    for name, values in ASSAY.estimands(alone, Asked()).data_vars.items():
        np.testing.assert_array_equal(both[name], values)


def test_a_line_without_time_zero_has_none_and_others_have():
    lacking = DATA.assign({v.SEEDING_OF_CULTURE: DATA[v.SEEDING_OF_CULTURE].where(DATA[v.LINE_OF_CULTURE] != 1, -1)})
    result = result_around(TRUTH, lacking)
    drawn = gr.with_growth(dose_response_estimands(result), result)
    assert np.isnan(drawn[gr.GR_MAX][..., 1]).all()
    assert np.isfinite(drawn[gr.GR_MAX].to_numpy()[..., [0, 2]]).all()
    assert drawn[gr.WITH_TIME_ZERO].to_numpy().tolist() == [1, 0, 1]


def test_the_gate_judges_what_is_defined():
    truth, data = panel(GrowthDesign(mu_divisions=0.1, sd_line_divisions=0.0))
    result = result_around(truth, data)
    estimands = gr.with_growth(dose_response_estimands(result), result)
    assert np.isnan(estimands[gr.GR_MAX]).any()
    judged = gr.judged_growth(judged_estimands(estimands))
    for name in (gr.DIVISIONS, gr.GR_MAX, gr.LOG10_GR50):
        assert not np.isnan(judged[name]).any()
    assert judged.sizes[f"with_{gr.GR_MAX}"] == 0


def test_a_screen_keeps_draws_of_levels_that_growth_needs():
    assert v.LOG_TOP not in means_suffice(RESULT)
    alone = result_around(TRUTH, DATA)
    attach_observations(alone, without_time_zero(DATA))
    assert v.LOG_TOP in means_suffice(alone)


def test_draws_do_not_depend_on_the_time_they_are_asked_for():
    again = gr.with_growth(dose_response_estimands(RESULT), RESULT)
    for name in (gr.DIVISIONS, gr.LOG10_GR50, gr.GR_AREA):
        np.testing.assert_array_equal(DRAWS[name], again[name])
