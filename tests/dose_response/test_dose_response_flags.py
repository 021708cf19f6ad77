"""Each flag appears on panels in which something is wrong, and rarely on clean ones."""

import numpy as np
import pytest
from flagged_panels import LINES, as_viability, changed, doses, panel
from scipy.stats import binomtest

from lensim import vocabulary as v
from lensim.dose_response import flags as f
from lensim.plate_faults import PlateFaults

FALSE_ALARM = 1e-6
PANELS = 15
CLEAN_PANELS = 50
RAREST = 0.8
"""Share of lines that carry their flag in three experiments; docs/evidence/dose_response.md has what was measured."""
RATE = 0.01
"""Share of clean lines that may carry a flag of one kind at most."""


def kinds(data):
    return [(flag.kind, flag.line) for flag in f.flags_of(data)]


def enough(found, n):
    return binomtest(found, n, RAREST, alternative="less").pvalue > FALSE_ALARM


@pytest.mark.parametrize("experiments", [1, 3])
@pytest.mark.parametrize("as_read", [lambda data: data, as_viability], ids=["signal", "viability"])
def test_clean_panels_carry_few_flags(experiments, as_read):
    """Over hundreds of lines: 200 of each kind."""
    found = [kind for seed in range(CLEAN_PANELS) for kind, _ in kinds(as_read(panel(seed, experiments=experiments)))]
    for kind in set(found):
        count = found.count(kind)
        assert binomtest(count, CLEAN_PANELS * LINES, RATE, alternative="greater").pvalue > FALSE_ALARM, (kind, count)


def two_steps(dose):
    """A step to 0.55, far below the doses of the other."""
    return 1.0 - 0.45 * dose**1.5 / (dose**1.5 + 0.001**1.5)


def hormesis(dose):
    return 1.0 + 0.9 * np.exp(-0.5 * ((np.log10(np.maximum(dose, 1e-9)) + 1.2) / 0.25) ** 2)


WORLDS = {
    "two steps": (two_steps, {f.NOT_ONE_CURVE}),
    "hormesis": (hormesis, {f.BUMP, f.NOT_ONE_CURVE}),
    "controls 30% low": (lambda dose: np.where(dose == 0, 0.7, 1.0), {f.CONTROLS}),
    "controls 40% high": (lambda dose: np.where(dose == 0, 1.4, 1.0), {f.CONTROLS}),
    "rises again": (lambda dose: np.where(dose > 5, 8.0, 1.0), {f.RISES_AGAIN, f.NOT_ONE_CURVE}),
    "rises": (lambda dose: 1.0 + 40.0 * dose / (dose + 1.0), {f.DIRECTION}),
}


@pytest.mark.parametrize("world", WORLDS)
def test_what_is_no_falling_curve_is_told(world):
    factor, expected = WORLDS[world]
    low = (0.0001, 0.000316) if world == "two steps" else ()
    options = {"doses_um": (0.0, *low, 0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1.0, 3.16, 10.0, 31.6)}
    found = 0
    for seed in range(PANELS):
        told = kinds(changed(panel(seed, **options), factor))
        found += len({line for kind, line in told if kind in expected and line != f.PANEL})
    assert enough(found, PANELS * LINES), found


def test_the_wrong_direction_is_told_of_percents():
    found = 0
    for seed in range(PANELS):
        data = as_viability(panel(seed, experiments=1))
        turned = data.assign({v.VIABILITY: 100.0 - data[v.VIABILITY]})
        found += sum(kind == f.DIRECTION for kind, _ in kinds(turned))
    assert enough(found, PANELS * LINES), found


def test_wild_wells_are_told():
    """One well of each line is a tenth of what it was, where that is above the background."""
    found = 0
    for seed in range(PANELS):
        data = panel(seed)
        signal, dose = data[v.SIGNAL].to_numpy().copy(), data[v.DOSE].to_numpy()
        line = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
        for one in range(LINES):
            signal[np.flatnonzero((line == one) & (dose == 0.01))[0]] *= 0.1
        found += sum(kind == f.WILD_WELLS for kind, _ in kinds(data.assign({v.SIGNAL: (v.WELL, signal)})))
    assert enough(found, PANELS * LINES), found


def test_edges_are_told_where_they_lose_signal():
    lossy = PlateFaults(mean_edge_log_loss=0.35, sd_edge_log_loss=0.0, outlier_probability=0.0)
    found = sum((f.EDGE, -1) in kinds(panel(seed, faults=lossy)) for seed in range(PANELS))
    clean = sum((f.EDGE, -1) in kinds(panel(seed)) for seed in range(PANELS))
    assert enough(found, PANELS), found
    assert binomtest(clean, PANELS, RATE, alternative="greater").pvalue > FALSE_ALARM


# --- words ---


@pytest.mark.parametrize(
    ("mean", "words"),
    [
        ([1.0, 0.98, 0.7, 0.3, 0.05], []),
        ([1.45, 1.44, 1.2, 0.5, 0.1], ["controls 31% below the lowest doses"]),
        ([0.7, 0.71, 0.69, 0.3, 0.05], ["controls 43% above the lowest doses"]),
        ([1.0, 1.6, 1.3, 0.5, 0.1], ["rises to 160% at 0.1, then falls"]),
        ([1.0, 0.7, 0.3, 0.3, 0.9], ["rises again, from 30% to 90% at 100"]),
        ([0.01, 0.02, 0.5, 0.9, 1.0], ["rises with dose, from 1% to 100%"]),
        ([1.0, 1.0, 0.99, 0.01, 0.0], ["falls wholly between 1 and 10"]),
        ([0.9, 0.8, 0.6], ["only 3 doses"]),
    ],
)
def test_flags_in_words(mean, words):
    assert [said for _, said, _ in f._shape(doses(mean), 1.0, f.QUITE_SURE)] == words


def test_doses_are_told_in_the_users_unit():
    (flag,) = f._shape(doses([1.0, 1.0, 0.99, 0.01, 0.0]), 1e-3, f.QUITE_SURE)
    assert flag[1] == "falls wholly between 1000 and 10000"


def test_a_fall_in_steps_is_named():
    mean = [1.0, 0.75, 0.55, 0.54, 0.55, 0.54, 0.3, 0.05]
    (flag,) = f._shape(doses(mean), 1.0, f.QUITE_SURE)
    assert flag[0] == f.NOT_ONE_CURVE
    assert flag[1].startswith("falls in steps, not one curve: ")


def test_a_wild_well_needs_two_replicates_that_agree():
    assert f.is_wild(np.array([1.0, 0.1]), 0.05, is_raw=True).tolist() == [False, False]
    assert f.is_wild(np.array([1.0, 1.1, 0.1]), 0.05, is_raw=True).tolist() == [False, False, True]
    assert f.is_wild(np.array([0.01, 0.011, 0.03]), 0.05, is_raw=True).tolist() == [False, False, False]
    assert f.is_wild(np.array([0.01, 0.02, 0.98]), 0.05, is_raw=False).tolist() == [False, False, True]


def test_flags_of_a_line_share_a_cell():
    flags = [f.Flag(f.STEP, 0, "one", 1.0), f.Flag(f.WILD_WELLS, 0, "two", 1.0), f.Flag(f.EDGE, -1, "plate", 0.1)]
    assert f.flags_in_words(flags, 2) == ["one; two", ""]


def test_data_without_signals_have_no_flags():
    data = panel(0).drop_vars([v.SIGNAL])
    assert f.flags_of(data) == ()
