from dataclasses import asdict, replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response import DoseResponseDesign, DoseResponsePopulation, draw_truth, lay_out
from lensim.maiga2013.dose_response_twin import PAPER_POPULATION, draw_paper_twin
from lensim.seeding import stream

FALSE_ALARM = 1e-6
LINES = [f"line {i}" for i in range(23)]
GROUPS = ["A"] * 5 + ["B"] * 7 + ["C"] * 7 + ["D"] + ["E"] * 3
SHEET = lay_out(DoseResponseDesign(LINES, GROUPS), stream(1, "test", "sheet"))
CALLS = {line: "resistant" if i % 7 < 3 else "sensitive" for i, line in enumerate(LINES)}
FIXED = DoseResponsePopulation(**{name: 0.0 for name in asdict(PAPER_POPULATION) if name.startswith(("sigma_", "sd_"))})


def rng(name="truth"):
    return stream(1, "test", name)


@pytest.fixture(scope="module")
def truth():
    return draw_truth(PAPER_POPULATION, SHEET, rng(), 2000)


def test_no_spread_gives_the_population_itself():
    twin = draw_paper_twin(dict.fromkeys(LINES, "sensitive"), FIXED, SHEET, rng(), stimulated_lines=0)
    assert (twin[v.EFFECT] == FIXED.mu_effect_at_saturation).all()


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
    one = draw_paper_twin(CALLS, PAPER_POPULATION, SHEET, rng(), 50)
    xr.testing.assert_identical(one, draw_paper_twin(CALLS, PAPER_POPULATION, SHEET, rng(), 50))
    other = draw_paper_twin(CALLS, PAPER_POPULATION, SHEET, rng("other"), 50)
    assert stats.pearsonr(one[v.LOG_HILL].values.ravel(), other[v.LOG_HILL].values.ravel()).pvalue > FALSE_ALARM


@pytest.mark.parametrize(
    ("make", "message"),
    [
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
