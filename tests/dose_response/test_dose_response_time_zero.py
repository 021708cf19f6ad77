import numpy as np

from lensim import vocabulary as v
from lensim.dose_response.simulate_growth import CULTURE_DIVISIONS, GrowthDesign
from lensim.dose_response.time_zero import has_time_zero, log_time_zero_signals, without_time_zero
from tests.dose_response.growth_panels import panel, result_around

GROWTH = GrowthDesign(sd_experiment_divisions=0.3)
TRUTH, DATA = panel(GROWTH, experiments=2)
RESULT = result_around(TRUTH, DATA)
POSTERIOR = RESULT["posterior"].to_dataset()


def test_without_noise_time_zero_is_known_to_rounding():
    log_start = log_time_zero_signals(DATA, POSTERIOR)
    of_culture = DATA[v.SEEDING_OF_CULTURE].to_numpy()
    divisions = (TRUTH[v.LOG_TOP].to_numpy() - log_start[:, of_culture]) / np.log(2.0)
    np.testing.assert_allclose(divisions, np.broadcast_to(TRUTH[CULTURE_DIVISIONS], divisions.shape), atol=1e-5)


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    once, again = (log_time_zero_signals(DATA, POSTERIOR, seed) for seed in (1, 1))
    np.testing.assert_array_equal(once, again)
    assert (once != log_time_zero_signals(DATA, POSTERIOR, 2)).any()


def test_blanks_of_time_zero_are_its_background():
    brighter = DATA.copy(deep=True)
    brighter[v.TIME_ZERO_BLANK_SIGNAL] = brighter[v.TIME_ZERO_BLANK_SIGNAL] + 100.0
    brighter[v.TIME_ZERO_SIGNAL] = brighter[v.TIME_ZERO_SIGNAL] + 100.0
    wide = POSTERIOR.assign({"sigma_log_background_signal": POSTERIOR["sigma_log_background_signal"] + 3.0})
    np.testing.assert_allclose(log_time_zero_signals(brighter, wide), log_time_zero_signals(DATA, wide), atol=1e-4)


def test_without_blanks_the_background_is_that_of_the_plates_of_the_end():
    alone = DATA.drop_vars([v.TIME_ZERO_BLANK_SIGNAL, v.PLATE_OF_TIME_ZERO_BLANK])
    np.testing.assert_allclose(
        log_time_zero_signals(alone, POSTERIOR), log_time_zero_signals(DATA, POSTERIOR), atol=1e-4
    )


def test_wells_that_spread_more_than_those_of_the_end_are_known_less_well():
    noisy = {}
    for ratio in (1.0, 4.0):
        truth, data = panel(GrowthDesign(time_zero_wells=8, ratio_sd_well=ratio), experiments=2)
        truth = truth.assign({v.SD_WELL: 0.1})
        rng = np.random.default_rng(3)
        signal = data[v.TIME_ZERO_SIGNAL] * np.exp(ratio * 0.1 * rng.standard_normal(data.sizes[v.TIME_ZERO]))
        drawn = log_time_zero_signals(
            data.assign({v.TIME_ZERO_SIGNAL: signal}), result_around(truth, data)["posterior"].to_dataset()
        )
        noisy[ratio] = drawn.std(axis=0).mean()
    assert noisy[4.0] > 2.0 * noisy[1.0]


def test_one_well_is_enough_and_is_known_least():
    truth, data = panel(GrowthDesign(time_zero_wells=1))
    truth = truth.assign({v.SD_WELL: 0.1})
    one = log_time_zero_signals(data, result_around(truth, data)["posterior"].to_dataset()).std(axis=0)
    truth, data = panel(GrowthDesign(time_zero_wells=8))
    truth = truth.assign({v.SD_WELL: 0.1})
    eight = log_time_zero_signals(data, result_around(truth, data)["posterior"].to_dataset()).std(axis=0)
    assert (one > 0.05).all()
    assert (one > 1.8 * eight).all()


def test_a_seeding_without_cultures_is_nan():
    lost = DATA.assign({v.SEEDING_OF_CULTURE: DATA[v.SEEDING_OF_CULTURE].where(DATA[v.SEEDING_OF_CULTURE] != 2, -1)})
    drawn = log_time_zero_signals(lost, POSTERIOR)
    assert np.isnan(drawn[:, 2]).all()
    assert np.isfinite(np.delete(drawn, 2, axis=1)).all()


def test_data_without_such_wells_have_none():
    assert has_time_zero(DATA)
    assert not has_time_zero(without_time_zero(DATA))
    assert set(without_time_zero(DATA).dims) == set(DATA.dims) - {
        v.TIME_ZERO, v.TIME_ZERO_BLANK, v.SEEDING, v.TIME_ZERO_PLATE
    }  # fmt: skip


def test_a_signal_of_0_is_no_infinity():
    dark = DATA.copy(deep=True)
    dark[v.TIME_ZERO_SIGNAL][0] = 0.0
    assert np.isfinite(log_time_zero_signals(dark, POSTERIOR)).all()
