from dataclasses import asdict, replace

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
)
from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.truth import SD_OF_CONDITION, SHIFT_OF_CONDITION, parameters_of, truth_given
from lensim.seeding import stream

FALSE_ALARM = 1e-6
LINES = [f"line {i}" for i in range(23)]
GROUPS = ["A"] * 5 + ["B"] * 7 + ["C"] * 7 + ["D"] + ["E"] * 3
SHEET = lay_out(DoseResponseDesign(LINES, GROUPS), stream(1, "test", "sheet"))
POPULATION = DoseResponsePopulation()
FIXED = DoseResponsePopulation(**{name: 0.0 for name in asdict(POPULATION) if name.startswith(("sigma_", "sd_"))})


def rng(name="truth"):
    return stream(1, "test", name)


def normal_p(values, mean, sd):
    return stats.kstest((np.ravel(values) - mean) / sd, "norm").pvalue


@pytest.fixture(scope="module")
def truth():
    return draw_truth(POPULATION, SHEET, rng(), 2000)


def test_names_and_dims_are_those_of_the_vocabulary(truth):
    dims = {
        v.LOG10_EC50: v.CELL_LINE,
        v.LOG_HILL: v.CELL_LINE,
        v.EFFECT: v.CELL_LINE,
        "log10_ic50_um": v.CELL_LINE,
        v.CULTURE_LOG10_EC50: v.CULTURE,
        v.CULTURE_LOG_HILL: v.CULTURE,
        v.CULTURE_EFFECT: v.CULTURE,
        v.EXPERIMENT_LOG10_EC50: v.EXPERIMENT,
        v.LOG_TOP: v.CULTURE,
        v.BACKGROUND: v.PLATE,
    } | {f"group_{name}": v.MOLECULAR_GROUP for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)}
    for name, dim in dims.items():
        assert truth[name].dims == (v.STUDY, dim), name
        assert truth[name].shape == (2000, SHEET.sizes[dim]), name
        assert truth[name].attrs["units"] == v.UNITS[name.removeprefix("group_")]
    scalars = {v.SD_WELL, v.NU_WELL, v.SD_EXPERIMENT} | set(asdict(POPULATION)) - {v.BACKGROUND}
    assert set(truth.data_vars) == set(dims) | scalars
    for name in scalars:
        assert truth[name].dims == (v.STUDY,)
        assert (truth[name] == getattr(POPULATION, name)).all()
    assert list(truth[v.CELL_LINE].values) == LINES


def test_lines_groups_cultures_and_plates_spread_as_the_population_says(truth):
    p, line, group = POPULATION, SHEET[v.LINE_OF_CULTURE].values, SHEET[v.GROUP_OF_LINE].values
    for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT):
        mean, group_sd, sd = (getattr(p, f"{kind}_{name}") for kind in ("mu", "sigma_group", "sigma"))
        of_group = truth[f"group_{name}"].values
        assert normal_p(of_group, mean, group_sd) > FALSE_ALARM
        assert normal_p(of_group, mean, 1.2 * group_sd) < FALSE_ALARM  # the check can fail
        assert normal_p(truth[name].values - of_group[:, group], 0, sd) > FALSE_ALARM
    within = truth[v.CULTURE_LOG10_EC50].values - truth[v.LOG10_EC50].values[:, line]
    assert normal_p(within, 0, p.sd_experiment_log10_ec50_um) > FALSE_ALARM
    assert (
        normal_p(np.log(truth[v.BACKGROUND] / p.background_signal), 0, p.sd_plate_log_background_signal) > FALSE_ALARM
    )


def test_cultures_of_a_day_share_part_of_the_deviation_of_their_midpoints(truth):
    p, line, experiment = POPULATION, SHEET[v.LINE_OF_CULTURE].values, SHEET[v.EXPERIMENT_OF_CULTURE].values
    day = truth[v.EXPERIMENT_LOG10_EC50].values
    assert normal_p(day, 0, np.sqrt(0.3) * p.sd_experiment_log10_ec50_um) > FALSE_ALARM
    assert normal_p(day, 0, p.sd_experiment_log10_ec50_um) < FALSE_ALARM  # the check can fail
    own = truth[v.CULTURE_LOG10_EC50].values - truth[v.LOG10_EC50].values[:, line] - day[:, experiment]
    assert normal_p(own, 0, np.sqrt(0.7) * p.sd_experiment_log10_ec50_um) > FALSE_ALARM
    for name in (v.LOG_HILL, v.EFFECT):
        within = truth[f"culture_{name}"].values - truth[name].values[:, line]
        assert normal_p(within, 0, getattr(p, f"sd_experiment_{name}")) > FALSE_ALARM


def test_numbers_of_an_earlier_lensim_have_no_share_of_days_and_the_slope_and_effect_of_lines():
    later = [v.SD_EXPERIMENT_LOG_HILL, v.SD_EXPERIMENT_EFFECT, v.DAY_SHARE, v.SHARED_SHARE]
    before = truth_given(parameters_of(POPULATION, 3).drop_vars(later), SHEET, rng())
    now = truth_given(parameters_of(replace(POPULATION, **dict.fromkeys(later, 0.0)), 3), SHEET, rng())
    xr.testing.assert_equal(before, now)
    line = SHEET[v.LINE_OF_CULTURE].values
    assert (now[v.CULTURE_EFFECT].values == now[v.EFFECT].values[:, line]).all()
    assert (now[v.EXPERIMENT_LOG10_EC50] == 0.0).all()


def of_conditions(**population):
    """Truths of two lines under two conditions each, the second of which moves the EC50 by 0.3 on average."""
    curves = [f"{line}, {name}" for line in ("a", "b") for name in ("none", "IL-6")]
    sheet = lay_out(DoseResponseDesign(curves, ["A"] * 4), rng("conditions")).assign_coords(
        {
            v.LINE_OF_CURVE: (v.CELL_LINE, ["a", "a", "b", "b"]),
            v.CONDITION_OF_CURVE: (v.CELL_LINE, ["none", "IL-6"] * 2),
        }
    )
    parameters = parameters_of(replace(POPULATION, **population), 2000)
    moved = {SHIFT_OF_CONDITION: [0.0, 0.3], SD_OF_CONDITION: [0.0, 0.1]}
    for name, values in moved.items():
        parameters[name] = ((v.STUDY, "condition"), np.tile(values, (2000, 1)))
    return truth_given(parameters, sheet, rng("conditions"))


def test_conditions_move_the_midpoint_of_their_line_and_nothing_else():
    truth = of_conditions()
    curve = truth[v.LOG10_EC50].values.reshape(2000, 2, 2)
    assert normal_p(curve[..., 1] - curve[..., 0], 0.3, 0.1) > FALSE_ALARM
    for name in (v.LOG_HILL, v.EFFECT):
        own = truth[name].values.reshape(2000, 2, 2)
        assert (own[..., 0] == own[..., 1]).all()
    away = truth[v.LOG10_EC50].values.mean(axis=1) - truth[f"group_{v.LOG10_EC50}"].values[:, 0]
    assert abs(away.mean()) < 0.05  # the mean of a group is that of its curves


def test_conditions_of_a_line_share_part_of_what_is_its_own_on_a_day():
    p = POPULATION
    truth = of_conditions(shared_share_of_experiment=0.8)
    own = truth[v.CULTURE_LOG10_EC50].values.reshape(2000, 3, 2, 2)  # study, experiment, line, condition
    own = (
        own - truth[v.LOG10_EC50].values.reshape(2000, 1, 2, 2) - truth[v.EXPERIMENT_LOG10_EC50].values[..., None, None]
    )
    sd = p.sd_experiment_log10_ec50_um * np.sqrt(0.7)
    assert normal_p(own, 0, sd) > FALSE_ALARM
    assert normal_p(own[..., 1] - own[..., 0], 0, sd * np.sqrt(2 * 0.2)) > FALSE_ALARM
    assert normal_p(own[..., 1, :] - own[..., 0, :], 0, sd * np.sqrt(2 * 0.2)) < FALSE_ALARM  # the check can fail


def test_tops_share_a_line_and_an_experiment_part(truth):
    p = POPULATION
    top = truth[v.LOG_TOP].values.reshape(2000, 3, 23)  # cultures are in order of experiment and line
    line, experiment, culture = p.sd_line_log_top_signal, p.sd_experiment_log_top_signal, p.sd_culture_log_top_signal
    assert normal_p(top[:, 0, 0], p.mu_log_top_signal, np.hypot(line, np.hypot(experiment, culture))) > FALSE_ALARM
    assert normal_p(top[:, 0, 0] - top[:, 0, 1], 0, np.sqrt(2) * np.hypot(line, culture)) > FALSE_ALARM
    assert normal_p(top[:, 0, 0] - top[:, 1, 0], 0, np.sqrt(2) * np.hypot(experiment, culture)) > FALSE_ALARM
    range_of_three = 3 / np.sqrt(np.pi)  # expected, of standard normals
    assert np.exp(p.sd_experiment_log_top_signal * range_of_three) == pytest.approx(2.3, abs=0.05)  # as documented


def test_no_spread_gives_the_population_itself():
    truth = draw_truth(FIXED, SHEET, rng())
    assert (truth[v.LOG10_EC50] == FIXED.mu_log10_ec50_um).all()
    assert (truth[v.CULTURE_LOG10_EC50] == FIXED.mu_log10_ec50_um).all()
    assert (truth[v.LOG_TOP] == FIXED.mu_log_top_signal).all()
    np.testing.assert_allclose(truth[v.BACKGROUND], 50.0)


def test_ic50_is_that_of_the_curve_and_infinite_where_there_is_none(truth):
    expected = log10_ic50_um(truth[v.LOG10_EC50].values, truth[v.LOG_HILL].values, truth[v.EFFECT].values)
    np.testing.assert_array_equal(truth["log10_ic50_um"], expected)
    np.testing.assert_array_equal(np.isinf(truth["log10_ic50_um"]), truth[v.EFFECT] <= np.log(2))


def test_same_stream_same_truth_and_streams_are_independent():
    one = draw_truth(POPULATION, SHEET, rng(), 50)
    xr.testing.assert_identical(one, draw_truth(POPULATION, SHEET, rng(), 50))
    other = draw_truth(POPULATION, SHEET, rng("other"), 50)
    assert stats.pearsonr(one[v.LOG_HILL].values.ravel(), other[v.LOG_HILL].values.ravel()).pvalue > FALSE_ALARM


def test_no_faults_are_none():
    assert set(asdict(NO_FAULTS).values()) == {0.0}


SPREADS = [name for name in asdict(POPULATION) if name.startswith(("sigma_", "sd_"))]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        *(
            (
                lambda name=name: DoseResponsePopulation(**{name: -1.0}),
                f"DoseResponsePopulation.{name} must be at least 0, got -1",
            )
            for name in SPREADS
        ),
        (
            lambda: DoseResponsePopulation(day_share_of_experiment=1.2),
            "DoseResponsePopulation.day_share_of_experiment must lie between 0 and 1, got 1.2",
        ),
        (
            lambda: DoseResponsePopulation(mu_log_top_signal=np.inf),
            "DoseResponsePopulation.mu_log_top_signal must be a finite number, got inf",
        ),
        (lambda: DoseResponsePopulation(nu_well=2.0), "DoseResponsePopulation.nu_well must be above 2, got 2"),
        (
            lambda: DoseResponsePopulation(background_signal=0.0),
            "DoseResponsePopulation.background_signal must be above 0, got 0",
        ),
        *(
            (lambda name=name: PlateFaults(**{name: -0.5}), f"PlateFaults.{name} must be at least 0, got -0.5")
            for name in asdict(NO_FAULTS)
            if name.startswith("sd_")
        ),
        *(
            (lambda name=name: PlateFaults(**{name: 1.5}), f"PlateFaults.{name} must lie between 0 and 1, got 1.5")
            for name in asdict(NO_FAULTS)
            if name.endswith("_probability")
        ),
        (
            lambda: PlateFaults(outlier_log_shift=np.inf),
            "PlateFaults.outlier_log_shift must be a finite number, got inf",
        ),
        (lambda: draw_truth(FIXED, SHEET, rng(), 0), "studies must be at least 1, got 0"),
        (
            lambda: draw_truth(FIXED, SHEET.drop_vars(v.GROUP_OF_LINE).drop_dims(v.WELL)[[v.LINE_OF_CULTURE]], rng()),
            "draw_truth needs the variable group_of_line ('cell_line',), got a Dataset with line_of_culture",
        ),
    ],
)
def test_validation_names_place_rule_and_value(make, message):
    with pytest.raises(checks.InputError) as error:
        make()
    assert str(error.value) == message
