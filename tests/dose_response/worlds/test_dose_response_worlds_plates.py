from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import seeding
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.design import lay_out
from lensim.dose_response.read import read_tidy, write_tidy
from lensim.dose_response.worlds import WORLDS, PanelWorld, simulate_panel
from lensim.dose_response.worlds.curves import Curves, draw_curves
from lensim.dose_response.worlds.plates import CV_WELL, curves_of_days, plate_factors, truth_of

FALSE_ALARM = 1e-6
SAME = {"sd_culture_log10_ec50": 0.0}


def rng(name="plates"):
    return seeding.stream(1, "worlds", name)


def deviations(**changed):
    """Of many panels of a world the lines, and how far each culture is from its line: EC50, log left, log slope."""
    world = PanelWorld(**changed)
    sheet = lay_out(world.design, rng("sheet"))
    line = sheet[v.LINE_OF_CULTURE].to_numpy()
    found = []
    for k in range(60):
        lines = draw_curves(world.curves, world.lines, world.doses_um, rng(f"lines {k}"))
        own = curves_of_days(world, lines, sheet, rng(f"days {k}"))
        found.append(
            [
                own.log10_ec50_um - lines.log10_ec50_um[line],
                own.left - lines.left[line],
                own.slope / lines.slope[line],
                own.left,
                lines.left[line],
            ]
        )
    return sheet[v.EXPERIMENT_OF_CULTURE].to_numpy(), np.moveaxis(np.array(found), 1, 0)


def has_spread(values, sd):
    """P value of the null that values are normal around 0 with this spread."""
    sum_of_squares = float((values**2).sum() / sd**2)
    return 2 * min(stats.chi2.cdf(sum_of_squares, values.size), stats.chi2.sf(sum_of_squares, values.size))


def test_only_midpoints_differ_between_days_where_nothing_is_odd():
    _, (ec50, left, slope, *_) = deviations()
    assert has_spread(ec50, 0.10) > FALSE_ALARM
    assert has_spread(ec50, 0.11) < FALSE_ALARM
    assert np.abs(left).max() < 1e-12
    assert np.abs(slope - 1).max() < 1e-12


def test_effects_and_slopes_of_cultures_have_the_stated_spread():
    _, (_, _, slope, own, line) = deviations(sd_culture_effect=0.3, sd_culture_log_slope=0.25)
    assert has_spread(np.log(own / line), 0.3) > FALSE_ALARM
    assert has_spread(np.log(slope), 0.25) > FALSE_ALARM


def test_signal_left_keeps_its_mean_over_days_and_is_never_negative():
    _, (_, left, _, own, _) = deviations(sd_culture_left=0.06)
    assert own.min() >= 0.0
    assert stats.ttest_1samp(left.ravel(), 0.0).pvalue > FALSE_ALARM
    assert left.std() == pytest.approx(0.06, rel=0.05)


def test_what_a_day_shares_is_the_same_for_all_its_lines():
    day, (ec50, left, _, own, line) = deviations(**SAME, sd_day_log10_ec50=0.15, sd_day_effect=0.2)
    for number in range(3):
        assert np.ptp(ec50[:, day == number], axis=1).max() < 1e-12
        assert np.ptp(np.log(own / line)[:, day == number], axis=1).max() < 1e-9
    assert has_spread(ec50[:, [0, 12, 24]], 0.15) > FALSE_ALARM
    assert np.abs(left).max() > 0.01


def test_truth_is_of_the_line_whatever_its_days_are():
    calm, _ = simulate_panel(PanelWorld(**SAME), rng())
    stormy, _ = simulate_panel(
        PanelWorld(sd_culture_log10_ec50=0.4, sd_culture_effect=0.4, edge_loss=0.3, controls_fold=1.5), rng()
    )
    xr.testing.assert_identical(calm, stormy)


def test_with_one_experiment_the_truth_of_that_day_stands_beside_that_of_the_line():
    truth, _ = simulate_panel(PanelWorld(experiments=1, lines=8, sd_culture_log10_ec50=0.2), rng())
    line, day = truth[v.LOG10_EC50].to_numpy(), truth[f"this_experiment_{v.LOG10_EC50}"].to_numpy()
    assert has_spread(day - line, 0.2) > FALSE_ALARM
    finite = np.isfinite(truth[v.LOG10_IC50].to_numpy())
    shift = (truth[f"this_experiment_{v.LOG10_IC50}"] - truth[v.LOG10_IC50]).to_numpy()
    assert np.allclose(shift[finite], (day - line)[finite])
    calm, _ = simulate_panel(PanelWorld(experiments=1, **SAME), rng())
    assert np.allclose(calm["this_experiment_inhibition_at_top_dose_percent"], calm["inhibition_at_top_dose_percent"])
    assert f"this_experiment_{v.LOG10_IC50}" not in simulate_panel(PanelWorld(), rng())[0]


def test_truth_of_a_known_line():
    lines = Curves(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([0.25, 1.2]))
    truth = truth_of(PanelWorld(lines=2), lines)
    assert truth[v.LOG10_IC50].to_numpy().tolist() == pytest.approx([np.log10(2.0), np.inf])
    assert truth["inhibition_at_top_dose_percent"].to_numpy() == pytest.approx([75 * 10 / 11, -20 * 10 / 11])
    assert truth["is_resistant"].to_numpy().tolist() == [False, True]
    assert truth["is_stimulated"].to_numpy().tolist() == [False, True]
    assert int(truth["number_of_sensitive_lines"]) == 1


def test_edges_and_outliers_are_factors_of_growth():
    world = PanelWorld(edge_loss=0.15, outlying_share=0.03)
    sheet = lay_out(world.design, rng("sheet"))
    row, column = sheet[v.PLATE_ROW].to_numpy(), sheet[v.PLATE_COLUMN].to_numpy()
    edge = (row == 0) | (row == 7) | (column == 0) | (column == 11)
    factor = plate_factors(world, sheet, rng("faults")) / np.where(edge, 0.85, 1.0)
    assert set(np.round(factor, 9)) == {1.0, 3.0, round(1 / 3, 9)}
    assert stats.binomtest(int((factor != 1.0).sum()), factor.size, 0.03).pvalue > FALSE_ALARM


def test_trends_of_plates_have_the_stated_spread():
    world = PanelWorld(sd_gradient=0.1, plate_map="by_column")
    sheet = lay_out(world.design, rng("sheet"))
    column, plate = sheet[v.PLATE_COLUMN].to_numpy(), sheet[v.PLATE_OF_CULTURE].to_numpy()
    plate = plate[sheet[v.CULTURE_OF_WELL].to_numpy()]
    row, slopes = sheet[v.PLATE_ROW].to_numpy(), []
    for k in range(30):
        factor = plate_factors(world, sheet, rng(f"trend {k}"))
        for one in range(sheet.sizes[v.PLATE]):
            place = np.column_stack(
                [np.ones((plate == one).sum()), *(2 * x[plate == one] / n - 1 for x, n in ((row, 7), (column, 11)))]
            )
            slopes.append(np.linalg.lstsq(place, factor[plate == one], rcond=None)[0][1:])
    assert has_spread(np.array(slopes), 0.1) > FALSE_ALARM


def test_controls_are_off_by_the_stated_factor_and_other_wells_as_before():
    before, after = (simulate_panel(PanelWorld(controls_fold=fold), rng())[1] for fold in (1.0, 1.2))
    untreated = before[v.DOSE].to_numpy() == 0
    ratio = after[v.SIGNAL].to_numpy() / before[v.SIGNAL].to_numpy()
    assert np.log(ratio[untreated]).mean() == pytest.approx(np.log(1.2), abs=0.005)
    assert np.log(ratio[~untreated]).mean() == pytest.approx(0.0, abs=0.005)


def test_wells_of_a_culture_have_the_stated_coefficient_of_variation():
    _, data = simulate_panel(PanelWorld(replicates=11), rng())
    untreated = data[v.DOSE].to_numpy() == 0
    of = data[v.SIGNAL].to_numpy()[untreated].reshape(-1, 11)
    squares = of.var(axis=1, ddof=1) / of.mean(axis=1) ** 2 - 1 / of.mean(axis=1)
    assert stats.ttest_1samp(squares, CV_WELL**2).pvalue > FALSE_ALARM
    assert stats.ttest_1samp(squares, 4 * CV_WELL**2).pvalue < FALSE_ALARM


def test_lost_wells_are_not_there():
    _, data = simulate_panel(PanelWorld(lost_share=0.1), rng())
    assert stats.binomtest(864 - data.sizes[v.WELL], 864, 0.1).pvalue > FALSE_ALARM


@pytest.mark.parametrize("name", ["nothing odd", "one experiment 0.15", "lost wells", "edges by column", "four doses"])
def test_data_are_those_that_a_reader_gives(tmp_path, name):
    world = replace(WORLDS[name], lines=3)
    _, data = simulate_panel(world, rng(name))
    write_tidy(data, tmp_path / "wells.csv")
    back = read_tidy(tmp_path / "wells.csv", counting_minutes=1.0, repeats="keep", saturated="keep")
    xr.testing.assert_equal(back, data)


def test_percents_are_of_the_mean_untreated_well_of_a_culture(tmp_path):
    world = replace(WORLDS["percents"], lines=3)
    (truth, data), (same, raw) = simulate_panel(world, rng()), simulate_panel(replace(world, as_percent=False), rng())
    xr.testing.assert_identical(truth, same)
    untreated, culture = data[v.DOSE].to_numpy() == 0, data[v.CULTURE_OF_WELL].to_numpy()
    percent, signal = data[v.VIABILITY].to_numpy(), raw[v.SIGNAL].to_numpy()
    assert np.bincount(culture[untreated], percent[untreated]) / 3 == pytest.approx(100.0)
    for one in range(9):  # a straight line, by the blanks and the untreated wells of its plate
        assert stats.pearsonr(percent[culture == one], signal[culture == one]).statistic == pytest.approx(1.0)
    write_tidy(data, tmp_path / "percents.csv")
    xr.testing.assert_equal(read_tidy(tmp_path / "percents.csv"), data)


def test_worlds_are_listed_by_name_and_told_in_words():
    assert all(name == world.name and world.words.endswith(".") for name, world in WORLDS.items())
    assert len({replace(world, name="", words="") for world in WORLDS.values()}) == len(WORLDS)


def test_numbers_out_of_range_are_refused():
    for wrong, message in (
        ({"edge_loss": 1.0}, "PanelWorld.edge_loss must lie between 0 and 0.9, got 1"),
        ({"sd_day_effect": -0.1}, "PanelWorld.sd_day_effect must be at least 0, got -0.1"),
        ({"controls_fold": 0.0}, "PanelWorld.controls_fold must be above 0, got 0"),
    ):
        with pytest.raises(InputError) as error:
            PanelWorld(**wrong)
        assert str(error.value) == message
