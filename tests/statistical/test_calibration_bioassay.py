"""Coverage of inverse predictions over simulated plates, within and beyond the standards, and beside least squares.

Every plate draws its curve, its lines and its fold changes anew; lines and fold changes come from the model's priors,
since beyond the standards it is the prior that says how far, and coverage there is a statement about both. Media of one
plate share its curve, so a binomial test of all is only nearly valid; one medium a plate, picked at random, is the test
that is. Groups are made by what the posterior says (P within the standards above 0.5): a condition on data keeps
calibration, one on the truth does not.
"""

import os
import time

import numpy as np
import pytest
from scipy import stats

from lensim import seeding
from lensim import vocabulary as v
from lensim.bioassay.classical import classical_tnf, curves_of
from lensim.bioassay.curve import slope_per_log10
from lensim.bioassay.design import BioassayDesign, lay_out
from lensim.bioassay.priors import BioassayPriors
from lensim.bioassay.rules import calibrated_range
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import BioassayPopulation, draw_truth
from lensim.inference.calibration import (
    coverage_pvalue,
    is_covered,
    randomised_rank,
    reliability_table,
    spiegelhalter_pvalue,
)
from lensim.inference.engine_nutpie import compile_model, sample
from lensim.inference.settings import SamplerSettings
from lensim.models import CATALOGUE
from lensim.plate_faults import NO_FAULTS
from lensim.seeding import stream

pytestmark = [pytest.mark.calibrate, pytest.mark.sampling]

FALSE_ALARM = 1e-6
PLATES = int(os.environ.get("LENSIM_CALIBRATION_STUDIES", "300"))
ROOT = 173
SETTINGS = SamplerSettings(draws=400, tune=400, chains=2, target_accept=0.9)
PRIORS = BioassayPriors()
DESIGN = BioassayDesign(
    [f"line {k}" for k in range(3)], experiments=1, standard_replicates=2, zero_standards=4, sample_replicates=3
)
POPULATION = BioassayPopulation(
    mu_log10_line_tnf_pg_per_ml=2.0,
    sigma_log10_line_tnf_pg_per_ml=PRIORS.sd_log10_line_tnf_pg_per_ml,
    mu_log2_fold_change=0.0,
    sigma_log2_fold_change=PRIORS.sd_log2_fold_change,
    sd_biological_log10_tnf=PRIORS.median_sd_biological_log10_tnf,
)


@pytest.fixture(scope="module")
def plates() -> dict[str, np.ndarray]:
    """What posterior and least squares say of each medium (plate, medium), and the truth [log10 pg/ml]."""
    entry = CATALOGUE["bioassay_calibration"]
    sheet = lay_out(DESIGN)
    truth = draw_truth(POPULATION, sheet, stream(ROOT, "truth"), PLATES)
    data = simulate(sheet, truth, NO_FAULTS, stream(ROOT, "machine"))
    started = time.perf_counter()
    compiled = compile_model(entry.build(one_study(data, 0)))
    print(f"compiled in {time.perf_counter() - started:.1f} s")
    ties = stream(ROOT, "ties")
    true = truth[v.LOG10_TNF].to_numpy()
    names = ("rank", "clipped_rank", "p_below", "p_above", "median", "lower", "upper", "half_width")
    names += ("classical", "error", "classical_covers", "plug_in_covers")
    out = {name: np.full(true.shape, np.nan) for name in names} | {"true": true}
    started = time.perf_counter()
    for at in range(PLATES):
        alone = one_study(data, at)
        drawn = sample(compiled.with_data(entry.arrays(alone)), SETTINGS, seeding.sampler_seed(ROOT, "fit", at))
        draws = drawn["posterior"][v.LOG10_TNF].to_numpy().reshape(-1, true.shape[1]).T
        low, high = np.log10(np.array(calibrated_range(alone)))[:, :, None]
        out["rank"][at] = randomised_rank(draws, true[at], ties)
        out["clipped_rank"][at] = randomised_rank(np.clip(draws, low, high), true[at], ties)
        out["p_below"][at], out["p_above"][at] = (draws < low).mean(axis=1), (draws > high).mean(axis=1)
        out["lower"][at], out["median"][at], out["upper"][at] = np.quantile(draws, [0.05, 0.5, 0.95], axis=1)
        _least_squares(alone, out, at)
        if at % 20 == 19:
            print(f"{at + 1} plates, {(time.perf_counter() - started) / (at + 1):.2f} s each", flush=True)
    return out


def _least_squares(alone, out, at):
    table = classical_tnf(alone, 0.9)
    curve = curves_of(alone)[0]
    true = out["true"][at]
    log10 = np.log10(np.maximum(table["tnf_pg_per_ml"].to_numpy(), 1e-9))
    theta = curve.estimate
    slope = np.abs(slope_per_log10(log10, theta[0], theta[1], theta[2], np.exp(theta[3])))
    # wrong on purpose: the curve taken as if known, only the medium's own wells uncertain
    plug_in = np.sqrt(curve.variance_of_well(curve.signal(log10)) / 3) / np.maximum(slope, 1e-12)
    out["classical"][at], out["error"][at] = log10, table["standard_error_log10"]
    lower, upper = table["tnf_pg_per_ml_lower"].to_numpy(), table["tnf_pg_per_ml_upper"].to_numpy()
    out["half_width"][at] = np.log10(np.maximum(upper, 1e-9) / np.maximum(lower, 1e-9)) / 2
    out["classical_covers"][at] = (lower <= 10.0**true) & (10.0**true <= upper)
    out["plug_in_covers"][at] = np.abs(true - log10) <= stats.norm.ppf(0.95) * plug_in


def report(what: str, rank: np.ndarray) -> list[float]:
    pvalues = []
    for probability in (0.5, 0.9):
        covered = is_covered(rank, probability)
        pvalues.append(coverage_pvalue(covered, probability))
        print(f"{what}: {probability:.0%} intervals cover {covered.mean():.3f} (n {covered.size}, p {pvalues[-1]:.3g})")
    return pvalues


def one_a_plate(chosen: np.ndarray, *path: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions of one medium a plate among those chosen, at random; plates without one are left out."""
    key = np.where(chosen, stream(ROOT, "pick", *path).random(chosen.shape), -1.0)
    keep = np.flatnonzero(chosen.any(axis=1))
    return keep, key.argmax(axis=1)[keep]


def within(plates) -> np.ndarray:
    return 1 - plates["p_below"] - plates["p_above"] > 0.5


@pytest.mark.parametrize("group", ["all", "within", "beyond"])
def test_inverse_predictions_cover(plates, group):
    chosen = {"all": within(plates) | True, "within": within(plates), "beyond": ~within(plates)}[group]
    pvalues = report(f"{group}, one medium a plate", plates["rank"][one_a_plate(chosen, group)])
    report(f"{group}, all media", plates["rank"][chosen])
    by_truth = (plates["true"] > np.log10(12.5)) & (plates["true"] < np.log10(800.0))
    for part, own in (("within", by_truth), ("beyond", ~by_truth)):  # no null: intervals are of what was seen
        report(f"{group}, truth {part} the standards", plates["rank"][chosen & own])
    assert min(pvalues) > FALSE_ALARM
    narrowed = 0.5 + 1.5 * (plates["rank"][one_a_plate(chosen, group)] - 0.5)  # intervals too narrow by a third
    assert min(report(f"{group}, too narrow on purpose", np.clip(narrowed, 0, 1))) < FALSE_ALARM


@pytest.mark.parametrize(("side", "sign", "edge"), [("p_below", 1, 12.5), ("p_above", -1, 800.0)])
def test_probabilities_of_bounds_come_true(plates, side, sign, edge):
    happened = sign * plates["true"] < sign * np.log10(edge)
    picked = one_a_plate(np.ones_like(happened), side)
    pvalue = spiegelhalter_pvalue(plates[side][picked], happened[picked])
    print(f"{side}: Spiegelhalter p {pvalue:.3g}; stated {plates[side].sum():.1f}, happened {happened.sum()}")
    for row in reliability_table(plates[side].ravel(), happened.ravel(), (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)):
        print({key: round(value, 3) for key, value in row.items()})
    assert pvalue > FALSE_ALARM
    wrong = np.clip(1.5 * plates[side] - 0.25, 0.001, 0.999)  # over-sure on purpose
    print(f"{side}, over-sure on purpose: p {spiegelhalter_pvalue(wrong.ravel(), happened.ravel()):.3g}")


def test_wrong_intervals_are_rejected(plates):
    """A curve taken as if known covers too little; a value put on the nearest standard is no interval at all."""
    picked = one_a_plate(within(plates) & np.isfinite(plates["error"]), "plug-in")
    covers = plates["plug_in_covers"][picked].astype(bool)
    pvalue = coverage_pvalue(covers, 0.9)
    print(f"curve as if known: 90% intervals cover {covers.mean():.3f} (n {covers.size}, p {pvalue:.3g})")
    assert pvalue < FALSE_ALARM
    beyond = one_a_plate(~within(plates), "clipped")
    assert min(report("put on the nearest standard", plates["clipped_rank"][beyond])) < FALSE_ALARM


def test_agrees_with_least_squares_in_the_middle(plates):
    """Null: 95% of medians lie within one classical standard error of the classical estimate, 25 to 400 pg/ml."""
    middle = (plates["classical"] > np.log10(25.0)) & (plates["classical"] < np.log10(400.0))
    covers = plates["classical_covers"][one_a_plate(middle, "classical")].astype(bool)
    print(f"least squares by inversion: 90% intervals cover {covers.mean():.3f} (n {covers.size})")
    difference = (plates["median"] - plates["classical"])[middle] / plates["error"][middle]
    ratio = (plates["upper"] - plates["lower"])[middle] / 2 / plates["half_width"][middle]
    print(f"medians less estimates in standard errors: mean {difference.mean():+.3f}, sd {difference.std():.3f}")
    print(f"width of posterior over classical: median {np.median(ratio):.3f}, {np.quantile(ratio, [0.05, 0.95])}")
    close = np.abs((plates["median"] - plates["classical"]) / plates["error"])[one_a_plate(middle, "close")] < 1
    print(f"within one standard error: {close.mean():.3f} (n {close.size})")
    assert stats.binomtest(int(close.sum()), close.size, 0.95, alternative="less").pvalue > FALSE_ALARM
