import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.cell_cycle.cultures import events_of_cultures
from lensim.cell_cycle.design import CellCycleDesign, lay_out
from lensim.cell_cycle.phases import shares_of_log_ratios
from lensim.cell_cycle.priors import CellCyclePriors
from lensim.cell_cycle.simulate import one_study, simulate
from lensim.cell_cycle.truth import CellCyclePopulation, Cytometer, draw_truth
from lensim.checks import InputError
from lensim.inference.catalogue import find_model
from lensim.models.cell_cycle_phases import build_cell_cycle_phases, cell_cycle_arrays
from lensim.seeding import stream

PERCENT = {(line, c): (35.0, 51.0, 14.0) for line in ("a", "b") for c in ("control", "drug", "other")}


def study(
    experiments: int = 2, tubes: int = 1, conditions: tuple[str, ...] = ("control", "drug", "other")
) -> xr.Dataset:
    sheet = lay_out(CellCycleDesign(("a", "b"), conditions, experiments, tubes, 500))
    truth = draw_truth(CellCyclePopulation(PERCENT), sheet, stream(21, "t"))
    return one_study(simulate(sheet, truth, Cytometer(), stream(21, "m")), 0)


def test_the_likelihood_is_that_of_the_docstring():
    data = study(tubes=2)
    # the control need not stand first
    data = data.isel({v.CONDITION: [1, 0, 2]})
    data[v.CONDITION_OF_CULTURE] = (v.CULTURE, np.array([1, 0, 2])[data[v.CONDITION_OF_CULTURE].values])
    model = build_cell_cycle_phases(data)
    rng = stream(22, "point")
    point = {name: rng.normal(0.2, 0.4, np.shape(value)) for name, value in model.initial_point().items()}
    names = (v.PHASE_LOG_RATIO, v.PHASE_LOG_RATIO_CHANGE, v.DIRICHLET)
    outputs = model.replace_rvs_by_values([model[name] for name in names])
    log_p = model.compile_fn(
        [*outputs, model.logp(vars=model.observed_RVs, sum=True)], mode="FAST_COMPILE", on_unused_input="ignore"
    )
    base, change, concentration, total = log_p(point)
    expected = 0.0
    for k, events in enumerate(events_of_cultures(data)):
        line, condition = (
            int(data[v.LINE_OF_CULTURE][k]),
            str(data[v.CONDITION].values[data[v.CONDITION_OF_CULTURE][k]]),
        )
        ratio = base[line] + (0.0 if condition == "control" else change[line, ["drug", "other"].index(condition)])
        law = stats.dirichlet_multinomial(concentration * shares_of_log_ratios(ratio), events.sum())
        expected += law.logpmf(events)
    assert float(total) == pytest.approx(expected, rel=1e-9)


def test_tubes_are_summed_and_arrays_swap():
    data = study(tubes=3)
    arrays = cell_cycle_arrays(data)
    assert arrays["events_of_culture"].shape == (12, 3)
    assert arrays["events_of_culture"].sum() == data[v.EVENTS].sum()
    assert set(arrays) == {variable.name for variable in build_cell_cycle_phases(data).data_vars}
    assert find_model("cell_cycle_phases").signal == v.EVENTS


def test_a_prior_out_of_range_is_refused():
    with pytest.raises(InputError, match=r"CellCyclePriors.median_concentration must be above 0, got 0"):
        CellCyclePriors(median_concentration=0.0)


def test_the_prior_of_spread_between_experiments_is_as_its_docstring_says():
    priors = CellCyclePriors()
    concentration = stats.lognorm(priors.log_sd_concentration, scale=priors.median_concentration)
    sd = 50 / np.sqrt(1 + concentration.ppf([0.95, 0.5, 0.05]))
    np.testing.assert_allclose(sd, [2.6, 5.0, 9.4], atol=0.1)


def spoiled(data: xr.Dataset, events: np.ndarray) -> xr.Dataset:
    return data.assign({v.EVENTS: ((v.TUBE, v.PHASE), events)})


def negative(data):
    events = data[v.EVENTS].values.copy()
    events[2, 1] = -4
    return spoiled(data, events)


def fractional(data):
    events = data[v.EVENTS].values.astype(float)
    events[2, 1] = 3.5
    return spoiled(data, events)


def empty_tube(data):
    events = data[v.EVENTS].values.copy()
    events[3] = 0
    return spoiled(data, events)


def one_phase(data):
    events = np.zeros_like(data[v.EVENTS].values)
    events[:, 1] = 100
    return spoiled(data, events)


def without_control(data):
    keep = np.flatnonzero(~((data[v.LINE_OF_CULTURE] == 1) & (data[v.CONDITION_OF_CULTURE] == 0)).values)
    tubes = np.flatnonzero(np.isin(data[v.CULTURE_OF_TUBE].values, keep))
    own = data.isel({v.TUBE: tubes, v.CULTURE: keep})
    return own.assign({v.CULTURE_OF_TUBE: (v.TUBE, np.searchsorted(keep, own[v.CULTURE_OF_TUBE].values))})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d.drop_vars(v.EVENTS), "cell_cycle_phases needs the variable events"),
        (lambda d: d.assign_coords({v.PHASE: ["G1", "S", "G2"]}), "needs the phases G0/G1, S, G2/M in this order"),
        (negative, r"events\[2, S\] must be a whole number of 0 or more, got -4"),
        (fractional, r"events\[2, S\] must be a whole number of 0 or more, got 3.5"),
        (empty_tube, r"events\[3\] must have at least one event in a phase, got none"),
        (one_phase, "events must lie in at least two phases, got all of them in one"),
        (
            lambda d: d.assign({v.IS_CONTROL: (v.CONDITION, [0, 0, 0])}),
            "is_control must be 1 for exactly one condition",
        ),
        (without_control, "a treated line must have a control culture, got none of b"),
    ],
)
def test_bad_input_is_told(spoil, message):
    with pytest.raises(InputError, match=message):
        build_cell_cycle_phases(spoil(study()))
