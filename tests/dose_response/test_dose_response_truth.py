from dataclasses import asdict, replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response import (
    NO_FAULTS,
    PAPER_POPULATION,
    DoseResponseDesign,
    DoseResponsePopulation,
    PlateFaults,
    draw_paper_twin,
    draw_truth,
    lay_out,
)
from lensim.dose_response.curve import log10_ic50_um
from lensim.seeding import stream

FALSE_ALARM = 1e-6
LINES = [f"line {i}" for i in range(23)]
GROUPS = ["A"] * 5 + ["B"] * 7 + ["C"] * 7 + ["D"] + ["E"] * 3
SHEET = lay_out(DoseResponseDesign(LINES, GROUPS), stream(1, "test", "sheet"))
CALLS = {line: "resistant" if i % 7 < 3 else "sensitive" for i, line in enumerate(LINES)}
FIXED = DoseResponsePopulation(**{name: 0.0 for name in asdict(PAPER_POPULATION) if name.startswith(("sigma_", "sd_"))})


def rng(name="truth"):
    return stream(1, "test", name)


def normal_p(values, mean, sd):
    return stats.kstest((np.ravel(values) - mean) / sd, "norm").pvalue


@pytest.fixture(scope="module")
def truth():
    return draw_truth(PAPER_POPULATION, SHEET, rng(), 2000)


def test_names_and_dims_are_those_of_the_vocabulary(truth):
    dims = {
        v.LOG10_EC50: v.CELL_LINE,
        v.LOG_HILL: v.CELL_LINE,
        v.EFFECT: v.CELL_LINE,
        "log10_ic50_um": v.CELL_LINE,
        v.CULTURE_LOG10_EC50: v.CULTURE,
        v.LOG_TOP: v.CULTURE,
        v.BACKGROUND: v.PLATE,
    } | {f"group_{name}": v.MOLECULAR_GROUP for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)}
    for name, dim in dims.items():
        assert truth[name].dims == (v.STUDY, dim), name
        assert truth[name].shape == (2000, SHEET.sizes[dim]), name
        assert truth[name].attrs["units"] == v.UNITS[name.removeprefix("group_")]
    scalars = {v.SD_WELL, v.NU_WELL, v.SD_EXPERIMENT} | set(asdict(PAPER_POPULATION)) - {v.BACKGROUND}
    assert set(truth.data_vars) == set(dims) | scalars
    for name in scalars:
        assert truth[name].dims == (v.STUDY,)
        assert (truth[name] == getattr(PAPER_POPULATION, name)).all()
    assert list(truth[v.CELL_LINE].values) == LINES


def test_lines_groups_cultures_and_plates_spread_as_the_population_says(truth):
    p, line, group = PAPER_POPULATION, SHEET[v.LINE_OF_CULTURE].values, SHEET[v.GROUP_OF_LINE].values
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


def test_tops_share_a_line_and_an_experiment_part(truth):
    p = PAPER_POPULATION
    top = truth[v.LOG_TOP].values.reshape(2000, 3, 23)  # cultures are in order of experiment and line
    line, experiment, culture = p.sd_line_log_top_signal, p.sd_experiment_log_top_signal, p.sd_culture_log_top_signal
    assert normal_p(top[:, 0, 0], p.mu_log_top_signal, np.hypot(line, np.hypot(experiment, culture))) > FALSE_ALARM
    assert normal_p(top[:, 0, 0] - top[:, 0, 1], 0, np.sqrt(2) * np.hypot(line, culture)) > FALSE_ALARM
    assert normal_p(top[:, 0, 0] - top[:, 1, 0], 0, np.sqrt(2) * np.hypot(experiment, culture)) > FALSE_ALARM
    fold = np.exp(np.ptp(p.sd_experiment_log_top_signal * rng("days").standard_normal((2000, 3)), axis=1).mean())
    assert 2 < fold < 3  # levels of three days, as told in the population


def test_no_spread_gives_the_population_itself():
    truth = draw_truth(FIXED, SHEET, rng())
    assert (truth[v.LOG10_EC50] == FIXED.mu_log10_ec50_um).all()
    assert (truth[v.CULTURE_LOG10_EC50] == FIXED.mu_log10_ec50_um).all()
    assert (truth[v.LOG_TOP] == FIXED.mu_log_top_signal).all()
    np.testing.assert_allclose(truth[v.BACKGROUND], 50.0)
    twin = draw_paper_twin(dict.fromkeys(LINES, "sensitive"), FIXED, SHEET, rng(), stimulated_lines=0)
    assert (twin[v.EFFECT] == FIXED.mu_effect_at_saturation).all()


def test_ic50_is_that_of_the_curve_and_infinite_where_there_is_none(truth):
    expected = log10_ic50_um(truth[v.LOG10_EC50].values, truth[v.LOG_HILL].values, truth[v.EFFECT].values)
    np.testing.assert_array_equal(truth["log10_ic50_um"], expected)
    np.testing.assert_array_equal(np.isinf(truth["log10_ic50_um"]), truth[v.EFFECT] <= np.log(2))


def test_paper_population_gives_panels_like_the_published_one(truth):
    ic50 = 10 ** truth["log10_ic50_um"]
    counts = {
        "sensitive": ((ic50 >= 0.15) & (ic50 <= 7), 12.85),
        "resistant": (ic50 > 10, 9.47),
        "between": ((ic50 > 7) & (ic50 <= 10), 0.365),
        "below": (ic50 < 0.15, 0.317),
        "stimulated": (truth[v.EFFECT] < 0, 1.174),
    }
    for name, (is_so, documented) in counts.items():
        a_panel = is_so.sum(v.CELL_LINE).values
        # null: the mean is the documented one, itself known to its standard error from 20,000 panels
        standard_error = a_panel.std() * np.sqrt(1 / len(a_panel) + 1 / 20_000)
        p = 2 * stats.norm.sf(abs(a_panel.mean() - documented) / standard_error)
        assert p > FALSE_ALARM, name
    stimulated = truth[v.EFFECT].values[truth[v.EFFECT].values < 0]
    assert np.exp(-np.median(stimulated)) < 1.3


def test_twin_deserves_its_calls_and_has_its_stimulated_lines():
    twin = draw_paper_twin(CALLS, PAPER_POPULATION, SHEET, rng("twin"), 200, stimulated_lines=3)
    resistant = np.array([call == "resistant" for call in CALLS.values()])
    ic50 = 10 ** twin["log10_ic50_um"].values
    assert (ic50[:, resistant] > 10).all()
    assert ((ic50[:, ~resistant] >= 0.15) & (ic50[:, ~resistant] <= 7)).all()
    stimulated = twin[v.EFFECT].values < 0
    assert (stimulated.sum(axis=1) == 3).all()
    assert not stimulated[:, ~resistant].any()
    # each resistant line has its turn
    assert stats.chisquare(stimulated[:, resistant].sum(axis=0)).pvalue > FALSE_ALARM
    assert set(twin.data_vars) == set(draw_truth(PAPER_POPULATION, SHEET, rng()).data_vars)


def test_twin_is_the_population_given_the_calls_groups_too():
    # oracle: plain rejection of whole panels, possible for a small one
    lines, groups = ["a", "b", "c", "d"], ["A", "A", "A", "B"]
    calls = {"a": "sensitive", "b": "sensitive", "c": "sensitive", "d": "resistant"}
    sheet = lay_out(DoseResponseDesign(lines, groups, experiments=1), rng())
    population = replace(PAPER_POPULATION, sigma_group_effect_at_saturation=0.5, sigma_group_log10_ec50_um=0.3)
    every = draw_truth(population, sheet, rng("rejection"), 40_000)
    ic50, effect = 10 ** every["log10_ic50_um"].values, every[v.EFFECT].values
    in_range = (ic50 >= 0.15) & (ic50 <= 7)
    kept = in_range[:, :3].all(axis=1) & (ic50[:, 3] > 10) & (effect[:, 3] >= 0)
    twin = draw_paper_twin(calls, population, sheet, rng("gibbs"), 3000, stimulated_lines=0)
    for name in (v.EFFECT, v.LOG10_EC50, f"group_{v.EFFECT}", f"group_{v.LOG10_EC50}"):
        for i in range(twin[name].shape[1]):
            assert stats.ks_2samp(twin[name].values[:, i], every[name].values[kept, i]).pvalue > FALSE_ALARM, (name, i)
    # the check can fail: groups drawn without regard to the calls are other groups
    of_group = f"group_{v.EFFECT}"
    assert stats.ks_2samp(twin[of_group].values[:, 0], every[of_group].values[:, 0]).pvalue < FALSE_ALARM


def test_same_stream_same_truth_and_streams_are_independent():
    for draw in (
        lambda stream_: draw_truth(PAPER_POPULATION, SHEET, stream_, 50),
        lambda stream_: draw_paper_twin(CALLS, PAPER_POPULATION, SHEET, stream_, 50),
    ):
        one = draw(rng())
        xr.testing.assert_identical(one, draw(rng()))
        other = draw(rng("other"))
        assert stats.pearsonr(one[v.LOG_HILL].values.ravel(), other[v.LOG_HILL].values.ravel()).pvalue > FALSE_ALARM


def test_no_faults_are_none():
    assert set(asdict(NO_FAULTS).values()) == {0.0}


SPREADS = [name for name in asdict(PAPER_POPULATION) if name.startswith(("sigma_", "sd_"))]


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
        (
            lambda: draw_paper_twin({**dict(list(CALLS.items())[1:]), "X": "resistant"}, FIXED, SHEET, rng()),
            "calls must name every line of the sheet and no other, got none for line 0 and one for X beside them",
        ),
        (
            lambda: draw_paper_twin(CALLS | {"line 0": "perhaps"}, FIXED, SHEET, rng()),
            "calls[line 0] must be one of sensitive, resistant, got 'perhaps'",
        ),
        (
            lambda: draw_paper_twin(CALLS, FIXED, SHEET, rng(), stimulated_lines=12),
            "stimulated_lines must lie between 0 and 11, got 12",
        ),
        (
            lambda: draw_paper_twin(dict.fromkeys(LINES, "resistant"), FIXED, SHEET, rng(), stimulated_lines=0),
            "DoseResponsePopulation must be able to draw every call, got 23 lines without a curve after 2000 rounds "
            "of proposals",
        ),
    ],
)
def test_validation_names_place_rule_and_value(make, message):
    with pytest.raises(checks.InputError) as error:
        make()
    assert str(error.value) == message
