import numpy as np
import pymc as pm
import pytensor
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.dose_response import (
    NO_FAULTS,
    DoseResponseDesign,
    DoseResponsePopulation,
    draw_truth,
    lay_out,
    panel_arrays,
    simulate,
)
from lensim.dose_response.founders import founders_of_curves
from lensim.dose_response.priors import CurvePriors
from lensim.inference.catalogue import find_model
from lensim.inference.sampler_coordinates import log_prior_of
from lensim.models import dose_response_curves as curves
from lensim.models import dose_response_panel as panel_of_models
from lensim.seeding import stream

QUICK_MODE = "FAST_COMPILE"
FALSE_ALARM = 1e-6
DOSES = (0.0, 0.1, 1.0, 10.0)
CURVE = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)


def panel(experiments: int, lines: str = "ab") -> xr.Dataset:
    design = DoseResponseDesign(tuple(lines), ("g",) * len(lines), doses_um=DOSES, experiments=experiments)
    sheet = lay_out(design, stream(20, "sheet"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(20, "truth"))
    return simulate(sheet, truth, NO_FAULTS, stream(20, "machine")).isel(study=0, drop=True)


DATA = panel(2)


def prior_of(data: xr.Dataset, name: str = "dose_response_hierarchical") -> xr.Dataset:
    with find_model(name).build(data), pytensor.config.change_flags(mode=QUICK_MODE):
        return pm.sample_prior_predictive(1000, random_seed=stream(20, "prior"))["prior"].to_dataset()


# --- days ---


@pytest.mark.parametrize("experiments", [1, 2])
@pytest.mark.parametrize("name", ["dose_response_hierarchical", "dose_response_separate"])
def test_cultures_lie_around_their_lines_whatever_is_declared_first(experiments, name):
    """One culture a line is declared before its line, several after: the joint distribution is the same."""
    data = panel(experiments)
    prior = prior_of(data, name).isel(chain=0)
    line, experiment = data[v.LINE_OF_CULTURE].to_numpy(), data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    share = prior[v.DAY_SHARE].to_numpy()[:, None]
    sd = prior[v.SD_EXPERIMENT].to_numpy()[:, None]
    day = prior[v.EXPERIMENT_LOG10_EC50].to_numpy()
    assert stats.kstest((day / (sd * np.sqrt(share))).ravel(), "norm").pvalue > FALSE_ALARM
    for parameter in CURVE:
        away = prior[f"culture_{parameter}"].to_numpy() - prior[parameter].to_numpy()[:, line]
        spread = prior[f"sd_experiment_{parameter}"].to_numpy()[:, None]
        if parameter == v.LOG10_EC50:
            away, spread = away - day[:, experiment], spread * np.sqrt(1.0 - share)
        assert stats.kstest((away / spread).ravel(), "norm").pvalue > FALSE_ALARM
        assert stats.kstest((away / (1.3 * spread)).ravel(), "norm").pvalue < FALSE_ALARM  # the check can fail
        if name == "dose_response_hierarchical":
            of_lines = (prior[parameter] - prior[f"mu_{parameter}"]).transpose(..., v.CELL_LINE).to_numpy()
            scaled = of_lines / prior[f"sigma_{parameter}"].to_numpy()[:, None]
            assert stats.kstest(scaled.ravel(), "norm").pvalue > FALSE_ALARM


def test_with_one_experiment_the_spreads_of_days_stay():
    model = find_model("dose_response_separate").build(panel(1, "a"))
    free = {variable.name for variable in model.free_RVs}
    assert {v.SD_EXPERIMENT, v.SD_EXPERIMENT_LOG_HILL, v.SD_EXPERIMENT_EFFECT} <= free
    assert v.DAY_SHARE not in free  # a single line shares its days with none
    assert f"culture_{v.EFFECT}_coordinate" in free


def test_plates_of_a_line_on_one_day_share_that_day():
    """Seven plates on three days are three days, not seven."""
    plates = panel(2, "a").isel({v.CULTURE: [0, 0, 1]})
    assert panel_arrays.experiment_of_cultures(plates).tolist() == [0, 0, 1]


def test_lines_that_share_no_experiment_share_no_day():
    apart = DATA.assign({v.EXPERIMENT_OF_CULTURE: (v.CULTURE, np.arange(DATA.sizes[v.CULTURE]))})
    assert panel_arrays.experiment_of_cultures(apart) is None
    assert panel_arrays.experiment_of_cultures(DATA.drop_vars(v.EXPERIMENT_OF_CULTURE)) is None
    assert panel_arrays.experiment_of_cultures(DATA).tolist() == [0, 0, 1, 1]


# --- coordinates ---


def test_a_lowest_dose_that_is_off_the_untreated_wells_leaves_nothing_of_cells_that_all_died():
    """A column of a plate that read low is no level: by it a tenth of the signal of dead cells would be left."""
    doses = np.array([0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0])
    left = 1.0 / (1.0 + (doses / 0.2) ** 2)
    left[-2:] = 0.0
    off = np.where(doses == 0.01, 0.65, left)
    wells = [np.repeat(one, 8) + np.tile(np.linspace(-0.02, 0.02, 8), len(doses)) for one in (left, off)]
    of = np.zeros(2, dtype=np.int64)
    data = xr.Dataset(
        {
            v.VIABILITY: (v.WELL, 100.0 * np.concatenate(wells)),
            v.DOSE: (v.WELL, np.tile(np.repeat(doses, 8), 2)),
            v.CULTURE_OF_WELL: (v.WELL, np.repeat([0, 1], 8 * len(doses))),
            v.LINE_OF_CULTURE: (v.CULTURE, of),
        },
        coords={v.CELL_LINE: ["a"], v.CULTURE: ["one", "two"]},
    )
    known = panel_of_models.normalised_arrays(data)
    assert (known["information_on_size_of_culture"] < 1.0).all(), known["information_on_size_of_culture"]
    assert known["estimate_of_log10_ec50_of_culture"] == pytest.approx(np.log10([0.2, 0.2]), abs=0.1)


def test_a_mean_far_from_the_few_lines_keeps_what_they_know_of_the_effect():
    """A population's mean beyond the doses would make a large effect of each known one."""
    held = {
        "information_on_log10_ec50_of_line": np.array([900.0, 0.0]),
        "estimate_of_log10_ec50_of_line": np.array([0.0, 0.0]),
    }
    few = curves._where_lines_are_known(DATA, held, 3.0)
    assert few == pytest.approx([0.3, 3.0])
    many = xr.Dataset(coords={v.CELL_LINE: np.arange(curves.FEW_LINES + 1)})
    assert curves._where_lines_are_known(many, held, 3.0) == 3.0


# --- conditions of a line ---


def with_conditions(data: xr.Dataset) -> xr.Dataset:
    """The two lines of the panel as two conditions of one."""
    return data.assign_coords(
        {v.LINE_OF_CURVE: (v.CELL_LINE, ["a", "a"]), v.CONDITION_OF_CURVE: (v.CELL_LINE, ["none", "IL-6"])}
    )


def test_conditions_of_a_line_share_the_deviations_of_its_experiments():
    data = with_conditions(DATA)
    days = panel_arrays.days_of_lines(data)
    experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    assert days.day_of_culture.tolist() == experiment.tolist()
    assert [name.split(", ")[0] for name in days.names] == ["a", "a"]
    model = find_model("dose_response_hierarchical").build(data)
    assert model.named_vars_to_dims[v.DAY_LOG10_EC50] == (panel_arrays.LINE_DAY,)
    assert v.SHARED_SHARE in model.named_vars
    with pytensor.config.change_flags(mode=QUICK_MODE):
        assert np.isfinite(list(model.point_logps().values())).all()


def test_a_line_made_from_another_shares_its_deviations():
    data = DATA.assign_coords({v.PARENT_OF_CURVE: (v.CELL_LINE, ["", str(DATA[v.CELL_LINE].to_numpy()[0])])})
    first = str(data[v.CELL_LINE].to_numpy()[0])
    assert founders_of_curves(data).tolist() == [first, first]
    days = panel_arrays.days_of_lines(data)
    assert days.day_of_culture.tolist() == data[v.EXPERIMENT_OF_CULTURE].to_numpy().tolist()
    assert founders_of_curves(DATA) is None


def test_a_chain_of_parents_leads_to_the_oldest_line():
    data = xr.Dataset(coords={v.CELL_LINE: ["c", "a", "b"], v.PARENT_OF_CURVE: (v.CELL_LINE, ["b", "", "a"])})
    assert founders_of_curves(data).tolist() == ["a", "a", "a"]


def test_conditions_share_the_deviations_of_a_single_experiment_too():
    data = with_conditions(panel(1))
    assert panel_arrays.days_of_lines(data).day_of_culture.tolist() == [0, 0]
    prior = prior_of(data, "dose_response_separate").isel(chain=0)
    day = prior[v.EXPERIMENT_LOG10_EC50].to_numpy() + prior[v.DAY_LOG10_EC50].to_numpy()
    own = prior[v.CULTURE_LOG10_EC50].to_numpy() - prior[v.LOG10_EC50].to_numpy() - day
    share = (1.0 - prior[v.DAY_SHARE].to_numpy()) * (1.0 - prior[v.SHARED_SHARE].to_numpy())
    scaled = own / (prior[v.SD_EXPERIMENT].to_numpy() * np.sqrt(share))[:, None]
    assert stats.kstest(scaled.ravel(), "norm").pvalue > FALSE_ALARM


@pytest.mark.parametrize("experiments", [1, 2])
def test_the_log_prior_is_that_of_lines_and_cultures_whatever_is_declared_first(experiments):
    """log p(culture) + log p(line | culture) of one culture a line is log p(line) + log p(culture | line)."""
    data = panel(experiments)
    model = find_model("dose_response_separate").build(data)
    with model, pytensor.config.change_flags(mode=QUICK_MODE):
        prior = pm.sample_prior_predictive(20, random_seed=stream(20, "prior"))["prior"].to_dataset()
        found = log_prior_of(model, prior)
    line = data[v.LINE_OF_CULTURE].to_numpy()
    priors = CurvePriors()
    sd = np.hypot(priors.sd_mu_log_hill_slope, priors.median_sigma_log_hill_slope)
    of_lines = stats.norm(priors.mean_mu_log_hill_slope, sd).logpdf(prior[v.LOG_HILL])
    spread = prior[v.SD_EXPERIMENT_LOG_HILL].to_numpy()[..., None]
    away = prior[v.CULTURE_LOG_HILL].to_numpy() - prior[v.LOG_HILL].to_numpy()[..., line]
    of_cultures = stats.norm(0.0, spread).logpdf(away)
    expected = of_lines.sum(axis=-1) + of_cultures.sum(axis=-1)
    both = found[v.LOG_HILL].sum(v.CELL_LINE) + found[v.CULTURE_LOG_HILL].sum(v.CULTURE)
    assert both.to_numpy() == pytest.approx(expected, abs=1e-6)


def test_lines_without_conditions_share_none():
    assert panel_arrays.days_of_lines(DATA) is None
    assert v.SHARED_SHARE not in find_model("dose_response_hierarchical").build(DATA).named_vars
    apart = with_conditions(DATA).assign({v.EXPERIMENT_OF_CULTURE: (v.CULTURE, np.arange(DATA.sizes[v.CULTURE]))})
    assert panel_arrays.days_of_lines(apart.drop_vars(v.EXPERIMENT, errors="ignore")) is None
