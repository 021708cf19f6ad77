from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response import (
    NO_FAULTS,
    DoseResponseDesign,
    DoseResponsePopulation,
    PlateFaults,
    draw_truth,
    lay_out,
    one_study,
    simulate,
)
from lensim.dose_response.curve import residual
from lensim.dose_response.simulate import EXACT_BELOW_COUNTS, _count
from lensim.seeding import stream

POPULATION = DoseResponsePopulation()
FALSE_ALARM = 1e-6
STUDIES = 40
LINES = [f"line {i}" for i in range(23)]
GROUPS = ["A"] * 5 + ["B"] * 7 + ["C"] * 7 + ["D"] + ["E"] * 3
DESIGN = DoseResponseDesign(LINES, GROUPS)
NO_COUNTING = replace(DESIGN, counting_minutes=np.inf)
QUIET = replace(POPULATION, sd_well=0.0)


def rng(name="simulate"):
    return stream(1, "test", name)


SHEET = lay_out(DESIGN, rng("sheet"))
SMOOTH = lay_out(NO_COUNTING, rng("sheet"))  # the same sheet, where the signal is no count
TRUTH = draw_truth(POPULATION, SHEET, rng("truth"), STUDIES)
PLATE = SHEET[v.PLATE_OF_CULTURE].values[SHEET[v.CULTURE_OF_WELL].values]
ROW, COLUMN = SHEET[v.PLATE_ROW].values, SHEET[v.PLATE_COLUMN].values
ON_EDGE = (ROW == 0) | (ROW == 7) | (COLUMN == 0) | (COLUMN == 11)


def quiet(truth):
    return truth.assign({v.SD_WELL: 0.0 * truth[v.SD_WELL]})


def expected_signal(sheet, truth):
    """The equation written out well by well, unlike the simulator."""
    culture = sheet[v.CULTURE_OF_WELL]
    left = residual(
        sheet[v.DOSE].values,
        truth[v.CULTURE_LOG10_EC50].values[:, culture],
        truth[v.CULTURE_LOG_HILL].values[:, culture],
        truth[v.CULTURE_EFFECT].values[:, culture],
    )
    plate = sheet[v.PLATE_OF_CULTURE].values[culture]
    return truth[v.BACKGROUND].values[:, plate] + np.exp(truth[v.LOG_TOP].values[:, culture]) * left


def log_deviation(faults, truth=TRUTH, sheet=SMOOTH, name="simulate"):
    return np.log(simulate(sheet, truth, faults, rng(name))[v.SIGNAL].values / expected_signal(sheet, truth))


def fault(**sizes):
    return replace(NO_FAULTS, **sizes)


def t_p(values, sd, nu):
    return stats.kstest(np.ravel(values) / sd, stats.t(nu).cdf).pvalue


def test_a_truth_of_an_earlier_lensim_has_the_slope_and_effect_of_its_lines():
    line = SHEET[v.LINE_OF_CULTURE].values
    of_lines = {
        f"culture_{name}": ((v.STUDY, v.CULTURE), TRUTH[name].values[:, line]) for name in (v.LOG_HILL, v.EFFECT)
    }
    now = simulate(SMOOTH, TRUTH.assign(of_lines), NO_FAULTS, rng())
    before = simulate(SMOOTH, TRUTH.drop_vars(list(of_lines)), NO_FAULTS, rng())
    xr.testing.assert_equal(now, before)
    assert not np.allclose(now[v.SIGNAL], simulate(SMOOTH, TRUTH, NO_FAULTS, rng())[v.SIGNAL])


def test_without_any_noise_the_mean_is_the_equation():
    np.testing.assert_allclose(log_deviation(NO_FAULTS, quiet(TRUTH)), 0.0, atol=1e-12)
    data = simulate(SMOOTH, quiet(TRUTH), NO_FAULTS, rng())
    np.testing.assert_allclose(data[v.BLANK_SIGNAL], TRUTH[v.BACKGROUND].values[:, SHEET[v.PLATE_OF_BLANK].values])


def test_shape_units_and_sheet_of_the_result():
    data = simulate(SHEET, TRUTH, PlateFaults(), rng())
    assert data[v.SIGNAL].dims == (v.STUDY, v.WELL)
    assert data[v.SIGNAL].shape == (STUDIES, 1656)
    assert data[v.BLANK_SIGNAL].dims == (v.STUDY, v.BLANK)
    assert data[v.BLANK_SIGNAL].shape == (STUDIES, 72)
    assert data[v.SIGNAL].attrs["units"] == data[v.BLANK_SIGNAL].attrs["units"] == "counts/min"
    xr.testing.assert_identical(data.drop_vars([v.SIGNAL, v.BLANK_SIGNAL]), SHEET)
    assert (data[v.BLANK_SIGNAL] >= 0).all()


@pytest.mark.parametrize("nu", [2.5, 5.0, np.inf])
def test_wells_and_blanks_spread_as_a_student_t(nu):
    truth = TRUTH.assign({v.NU_WELL: xr.full_like(TRUTH[v.NU_WELL], nu)})
    noise = log_deviation(NO_FAULTS, truth)
    assert t_p(noise, POPULATION.sd_well, nu) > FALSE_ALARM
    assert t_p(noise, 1.1 * POPULATION.sd_well, nu) < FALSE_ALARM  # the check can fail
    blanks = simulate(SMOOTH, truth, NO_FAULTS, rng("blanks"))[v.BLANK_SIGNAL].values
    blanks = np.log(blanks / truth[v.BACKGROUND].values[:, SHEET[v.PLATE_OF_BLANK].values])
    assert t_p(blanks, POPULATION.sd_well, nu) > FALSE_ALARM


def test_each_study_has_its_own_spread_and_tails():
    half = np.arange(STUDIES) < STUDIES // 2
    truth = TRUTH.assign(
        {v.SD_WELL: (v.STUDY, np.where(half, 0.05, 0.3)), v.NU_WELL: (v.STUDY, np.where(half, 3.0, np.inf))}
    )
    noise = log_deviation(NO_FAULTS, truth)
    assert t_p(noise[half], 0.05, 3.0) > FALSE_ALARM
    assert t_p(noise[~half], 0.3, np.inf) > FALSE_ALARM
    other = truth.assign({v.NU_WELL: (v.STUDY, np.where(half, 3.0, 20.0))})
    assert t_p(log_deviation(NO_FAULTS, other)[~half], 0.3, 20.0) > FALSE_ALARM


def test_dispensing_adds_normal_noise():
    noise = log_deviation(fault(sd_dispensing_log=0.2), quiet(TRUTH))
    assert t_p(noise, 0.2, np.inf) > FALSE_ALARM


def test_edge_wells_lose_signal_by_plate():
    loss = -log_deviation(fault(mean_edge_log_loss=0.3, sd_edge_log_loss=0.1), quiet(TRUTH))
    np.testing.assert_allclose(loss[:, ~ON_EDGE], 0, atol=1e-6)
    of_plate = [loss[:, ON_EDGE & (plate == PLATE)] for plate in range(24)]
    assert max(np.ptp(wells, axis=1).max() for wells in of_plate) < 1e-6  # one loss a plate
    losses = np.array([wells[:, 0] for wells in of_plate])
    assert stats.kstest((losses.ravel() - 0.3) / 0.1, "norm").pvalue > FALSE_ALARM


@pytest.mark.parametrize(("name", "position", "last"), [("row", ROW, 7), ("column", COLUMN, 11)])
def test_gradients_are_straight_lines_of_their_own_axis(name, position, last):
    trend = log_deviation(fault(**{f"sd_{name}_log_gradient": 0.1}), quiet(TRUTH))
    centred = 2 * position / last - 1
    slope = np.array([trend[:, plate == PLATE][:, 0] / centred[plate == PLATE][0] for plate in range(24)])
    np.testing.assert_allclose(
        trend, slope.T[:, PLATE] * centred, atol=1e-5
    )  # nothing but a line, rising where it must
    assert stats.kstest(slope.ravel() / 0.1, "norm").pvalue > FALSE_ALARM


def test_outliers_have_their_share_size_and_both_signs():
    shift = log_deviation(fault(outlier_probability=0.02, outlier_log_shift=1.5), quiet(TRUTH)).ravel()
    off = np.abs(shift) > 1e-6
    assert stats.binomtest(int(off.sum()), len(off), 0.02).pvalue > FALSE_ALARM
    assert stats.binomtest(int(off.sum()), len(off), 0.025).pvalue < FALSE_ALARM  # the check can fail
    np.testing.assert_allclose(np.abs(shift[off]), 1.5, rtol=1e-5)
    assert stats.binomtest(int((shift[off] > 0).sum()), int(off.sum()), 0.5).pvalue > FALSE_ALARM


def test_lost_wells_are_nan_in_their_share():
    data = simulate(SHEET, TRUTH, fault(lost_probability=0.03), rng())
    lost = np.isnan(data[v.SIGNAL].values)
    assert stats.binomtest(int(lost.sum()), lost.size, 0.03).pvalue > FALSE_ALARM
    assert stats.chisquare(lost.sum(axis=1)).pvalue > FALSE_ALARM  # every study alike
    assert np.isfinite(data[v.BLANK_SIGNAL]).all()
    assert np.isfinite(simulate(SHEET, TRUTH, NO_FAULTS, rng())[v.SIGNAL]).all()


@pytest.mark.parametrize("expected", [0.5, 20.0, 999.0, EXACT_BELOW_COUNTS, 30_000.0])
@pytest.mark.parametrize("minutes", [0.5, 1.0, 4.0])
def test_counts_are_poisson(expected, minutes):
    n = 20_000
    signal = _count(np.full(n, expected / minutes), minutes, rng(f"{expected} {minutes}"))
    counts = signal * minutes
    np.testing.assert_allclose(counts, np.rint(counts))
    low, at = stats.poisson.cdf(counts - 1, expected), stats.poisson.pmf(counts.round(), expected)
    uniform = low + at * rng("ties").random(n)
    assert stats.kstest(uniform, "uniform").pvalue > FALSE_ALARM


def test_counting_variance_falls_with_minutes_and_ends_with_infinite_ones():
    for minutes in (1.0, 10.0):
        data = simulate(SHEET.assign({v.COUNTING_MINUTES: minutes}), quiet(TRUTH), NO_FAULTS, rng())
        expected = expected_signal(SHEET, TRUTH)
        z = (data[v.SIGNAL].values - expected) / np.sqrt(expected / minutes)
        p = 2 * min(stats.chi2.sf((z**2).sum(), z.size), stats.chi2.cdf((z**2).sum(), z.size))
        assert p > FALSE_ALARM
        wrong = (2 * z**2).sum()  # the check can fail
        assert stats.chi2.sf(wrong, z.size) < FALSE_ALARM


def test_same_stream_same_numbers_and_streams_are_independent():
    one = simulate(SHEET, TRUTH, PlateFaults(), rng())
    xr.testing.assert_identical(one, simulate(SHEET, TRUTH, PlateFaults(), rng()))
    noise, other = log_deviation(NO_FAULTS), log_deviation(NO_FAULTS, name="other")
    assert stats.spearmanr(noise.ravel(), other.ravel()).pvalue > FALSE_ALARM
    assert stats.spearmanr(noise.ravel(), log_deviation(NO_FAULTS).ravel()).pvalue < FALSE_ALARM
    # within one batch, wells of two studies are independent too
    assert stats.spearmanr(noise[0], noise[1]).pvalue > FALSE_ALARM


def test_switching_a_fault_on_leaves_the_other_noise_as_it_was():
    noise = log_deviation(NO_FAULTS)
    np.testing.assert_allclose(log_deviation(fault(mean_edge_log_loss=0.3))[:, ~ON_EDGE], noise[:, ~ON_EDGE], atol=1e-6)
    np.testing.assert_allclose(
        log_deviation(fault(mean_edge_log_loss=0.3))[:, ON_EDGE], noise[:, ON_EDGE] - 0.3, atol=1e-5
    )


def test_truth_without_studies_gives_a_result_without_studies():
    truth = TRUTH.isel({v.STUDY: 3}, drop=True)
    data = simulate(SHEET, truth, PlateFaults(), rng())
    assert data[v.SIGNAL].dims == (v.WELL,)
    assert data[v.BLANK_SIGNAL].dims == (v.BLANK,)
    with_study = simulate(SHEET, TRUTH.isel({v.STUDY: [3]}), PlateFaults(), rng())
    xr.testing.assert_identical(with_study.isel({v.STUDY: 0}), data)


def test_parts_of_a_truth_may_hold_for_all_studies():
    truth = TRUTH.assign({v.SD_WELL: 0.0, v.NU_WELL: 5.0, v.BACKGROUND: TRUTH[v.BACKGROUND].isel({v.STUDY: 0})})
    data = simulate(SMOOTH, truth, NO_FAULTS, rng())
    every = truth.assign({v.BACKGROUND: truth[v.BACKGROUND].expand_dims({v.STUDY: STUDIES})})
    np.testing.assert_allclose(data[v.SIGNAL], expected_signal(SMOOTH, every))


def test_one_study_has_no_study_dim_and_no_lost_wells():
    data = simulate(SHEET, TRUTH, replace(PlateFaults(), lost_probability=0.05), rng())
    alone = one_study(data, 7)
    kept = np.isfinite(data[v.SIGNAL].values[7])
    assert v.STUDY not in alone.dims
    assert (~kept).sum() > 0
    np.testing.assert_array_equal(alone[v.SIGNAL], data[v.SIGNAL].values[7, kept])
    np.testing.assert_array_equal(alone[v.WELL_NAME], SHEET[v.WELL_NAME].values[kept])
    np.testing.assert_array_equal(alone[v.BLANK_SIGNAL], data[v.BLANK_SIGNAL][7])
    assert alone.sizes[v.CULTURE] == 69


def test_a_sheet_without_blanks_has_no_blank_signals():
    sheet = lay_out(replace(DESIGN, blanks_per_plate=0), rng("no blanks"))
    data = simulate(sheet, draw_truth(POPULATION, sheet, rng(), 2), PlateFaults(), rng())
    assert data[v.BLANK_SIGNAL].shape == (2, 0)
    assert data[v.SIGNAL].shape == (2, 1656)


def test_plates_of_another_shape_have_other_edges():
    sheet = lay_out(replace(NO_COUNTING, plate_rows=16, plate_columns=24), rng("large"))
    truth = draw_truth(QUIET, sheet, rng("large"), 2)
    loss = -log_deviation(fault(mean_edge_log_loss=0.3), truth, sheet)
    row, column = sheet[v.PLATE_ROW].values, sheet[v.PLATE_COLUMN].values
    on_edge = (row == 0) | (row == 15) | (column == 0) | (column == 23)
    np.testing.assert_allclose(loss, np.broadcast_to(0.3 * on_edge, loss.shape), atol=1e-6)


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (
            lambda: simulate(SHEET[[v.GROUP_OF_LINE]], TRUTH, NO_FAULTS, rng()),
            "simulate needs the variable dose_um ('well',), got a Dataset with group_of_line",
        ),
        (
            lambda: simulate(SHEET, TRUTH[[v.LOG_HILL, v.EFFECT]], NO_FAULTS, rng()),
            "simulate needs a truth with culture_log10_ec50_um, log_top_signal, background_signal, sd_well, nu_well, "
            "got log_hill_slope, effect_at_saturation",
        ),
        (
            lambda: simulate(SHEET, TRUTH.transpose(), NO_FAULTS, rng()),
            "simulate needs log_hill_slope with dims ('study', 'cell_line'), got ('cell_line', 'study')",
        ),
        (
            lambda: simulate(SHEET, TRUTH.isel({v.CELL_LINE: slice(5)}), NO_FAULTS, rng()),
            "simulate needs a truth of 23 entries along cell_line, as the sheet has, got 5",
        ),
        (
            lambda: simulate(SHEET, TRUTH.isel({v.CELL_LINE: slice(None, None, -1)}), NO_FAULTS, rng()),
            "simulate needs the same cell_line names in sheet and truth, in the same order",
        ),
        (
            lambda: simulate(SHEET, TRUTH.assign({v.NU_WELL: 1.0}), NO_FAULTS, rng()),
            "nu_well must be above 2, got 1",
        ),
        (
            lambda: one_study(simulate(SHEET, TRUTH, NO_FAULTS, rng()), STUDIES),
            f"study must lie between 0 and {STUDIES - 1}, got {STUDIES}",
        ),
        (
            lambda: one_study(SHEET[[v.DOSE]], 0),
            "one_study needs data with the dim study, got well",
        ),
    ],
)
def test_validation_names_place_rule_and_value(job, message):
    with pytest.raises(checks.InputError) as error:
        job()
    assert str(error.value) == message
