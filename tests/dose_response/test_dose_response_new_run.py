"""Further runs of a panel: what is new in them, and what they lie around."""

import numpy as np
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
    one_study,
    simulate,
)
from lensim.dose_response.curve import residual
from lensim.dose_response.new_run import curves_of_new_cultures, new_run, with_new_run
from lensim.dose_response.priors import DoseResponsePriors
from lensim.seeding import stream

FALSE_ALARM = 1e-6
PRIORS = DoseResponsePriors()
MODEL = "dose_response_hierarchical"


@pytest.fixture(scope="module")
def data():
    design = DoseResponseDesign(["a", "b", "c"], ["A", "A", "B"], (0.0, 0.1, 1.0, 10.0), 2, 2)
    sheet = lay_out(design, stream(1, "sheet"))
    truth = draw_truth(DoseResponsePopulation(), sheet, stream(1, "truth"))
    return one_study(simulate(sheet, truth, NO_FAULTS, stream(1, "machine")), 0)


def draw_of(data, **changed):
    lines, cultures = data.sizes[v.CELL_LINE], data.sizes[v.CULTURE]
    values = {
        v.LOG10_EC50: (v.CELL_LINE, np.linspace(-0.5, 0.5, lines)),
        v.LOG_HILL: (v.CELL_LINE, np.full(lines, 0.2)),
        v.EFFECT: (v.CELL_LINE, np.full(lines, 1.5)),
        v.LOG_TOP: (v.CULTURE, np.full(cultures, 10.0)),
        v.SD_EXPERIMENT: 0.2,
        v.SD_EXPERIMENT_LOG_HILL: 0.1,
        v.SD_EXPERIMENT_EFFECT: 0.1,
        v.DAY_SHARE: 0.3,
        v.SD_WELL: 0.1,
        v.NU_WELL: 5.0,
        "mu_log_background_signal": 4.0,
        "sigma_log_background_signal": 0.1,
        "sd_blank": 0.1,
    }
    return xr.Dataset(values | changed)


def test_without_spreads_wells_lie_on_the_curves_of_their_lines(data):
    still = {name: 1e-9 for name in (v.SD_EXPERIMENT, v.SD_EXPERIMENT_LOG_HILL, v.SD_EXPERIMENT_EFFECT, v.SD_WELL)}
    still |= {"sigma_log_background_signal": 1e-9}
    draw = draw_of(data, **still)
    run = new_run(data.drop_vars(v.COUNTING_MINUTES), draw, MODEL, PRIORS, stream(1, "run"))
    line = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    curve = [draw[name].to_numpy()[line] for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)]
    expected = np.exp(4.0) + np.exp(10.0) * residual(data[v.DOSE].to_numpy(), *curve)
    assert run[v.SIGNAL].to_numpy() == pytest.approx(expected, rel=1e-6)


def test_cultures_spread_as_the_draw_says_and_share_their_day(data):
    """Null: variance of midpoints sd^2, correlation of lines of a day the share."""
    rng, draw = stream(1, "cultures"), draw_of(data)
    drawn = np.array([curves_of_new_cultures(data, draw, rng)[:, 0] for _ in range(4000)])
    away = drawn - draw[v.LOG10_EC50].to_numpy()[data[v.LINE_OF_CULTURE].to_numpy()]
    scaled = (away[:, 0] / 0.2) ** 2
    assert stats.chi2.sf(scaled.sum(), 4000) > FALSE_ALARM / 2
    assert stats.chi2.cdf(scaled.sum(), 4000) > FALSE_ALARM / 2
    experiment = data[v.EXPERIMENT_OF_CULTURE].to_numpy()
    same, other = np.flatnonzero(experiment == experiment[0])[1], np.flatnonzero(experiment != experiment[0])[0]
    for culture, share in ((same, 0.3), (other, 0.0)):
        z = np.arctanh(np.corrcoef(away[:, 0], away[:, culture])[0, 1]) - np.arctanh(share)
        assert 2 * stats.norm.sf(abs(z) * np.sqrt(4000 - 3)) > FALSE_ALARM


def test_percents_have_the_spread_of_two_parts(data):
    percents = data.drop_dims(v.BLANK).drop_vars([v.SIGNAL]).assign({v.VIABILITY: data[v.SIGNAL] * 0.0 + 50.0})
    flat = {v.EFFECT: (v.CELL_LINE, np.full(3, 20.0)), v.LOG10_EC50: (v.CELL_LINE, np.full(3, -9.0))}
    draw = draw_of(data, **flat, **{v.SD_FLOOR: 0.02})
    run = new_run(percents, draw, "dose_response_hierarchical_normalised", PRIORS, stream(1, "percents"))
    bottom = run[v.VIABILITY].to_numpy()[data[v.DOSE].to_numpy() > 0]
    assert np.abs(bottom).max() < 40.0
    assert (bottom < 0).any()


def test_both_runs_are_a_panel_with_twice_the_days(data):
    run = new_run(data, draw_of(data), MODEL, PRIORS, stream(1, "run"))
    joined = with_new_run(data, run)
    for dim in (v.WELL, v.CULTURE, v.PLATE, v.EXPERIMENT, v.BLANK):
        assert joined.sizes[dim] == 2 * data.sizes[dim]
    assert joined.sizes[v.CELL_LINE] == data.sizes[v.CELL_LINE]
    assert joined.attrs == data.attrs
    culture = joined[v.CULTURE_OF_WELL].to_numpy()
    assert sorted(set(culture)) == list(range(joined.sizes[v.CULTURE]))
    plate = joined[v.PLATE_OF_CULTURE].to_numpy()
    assert set(plate[data.sizes[v.CULTURE] :]).isdisjoint(plate[: data.sizes[v.CULTURE]])
    assert joined[v.SIGNAL].to_numpy()[: data.sizes[v.WELL]].tolist() == data[v.SIGNAL].to_numpy().tolist()
    assert joined[v.PLATE].to_numpy()[-1].endswith(" (again)")
