"""The search for the smallest number, against closed forms and against shares made by hand."""

from functools import lru_cache, partial

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.power import TTestPower

from lensim.checks import InputError
from lensim.plan.evaluate import Evaluator, Share, surely
from lensim.plan.search import _crossing, detectable, smallest
from lensim.power.scenario import scenario_of
from lensim.seeding import stream

FALSE_ALARM = 1e-6


def paired_t(d: float, seed: int = 1) -> Evaluator:
    return Evaluator(
        scenario_of(
            {
                "name": "search",
                "seed": seed,
                "design": {"assay": "ratios", "experiments": 1},
                "truth": {
                    "sd_log2_pair": 0.0,
                    "expression": [{"mu_log2_fold_change": d, "sigma_log2_fold_change": 1.0}],
                },
                "rules": [{"rule": "test", "test": "t_log2"}],
                "studies": {"chunk": 500},
            }
        )
    )


@pytest.mark.parametrize("target", [0.8, 0.9])
@pytest.mark.parametrize("d", [0.5, 1.0, 2.0])
def test_number_of_the_paired_t_is_that_of_the_noncentral_t(d, target):
    evaluator = paired_t(d)
    found = smallest(lambda n, k: evaluator.share({"design.subjects.line": n}, k), target, 2, 200, 60_000)
    exact = next(n for n in range(2, 300) if TTestPower().power(d, n, 0.05) >= target)
    assert found.n is not None
    assert abs(found.n - exact) <= 1
    assert found.low <= exact <= found.high
    assert found.studies == sum(share.studies for share in found.shares.values()) == evaluator.spent


def made_up(power, seed: int, asked: list[tuple[int, int]] | None = None):
    """Shares of simulated studies with a power known at every number."""
    rng = stream(seed, "made up")
    sums: dict[int, list[int]] = {}

    def evaluate(n: int, studies: int) -> Share:
        found = sums.setdefault(n, [0, 0])
        more = max(studies - found[1], 0)
        found[0] += int(rng.binomial(more, power(n)))
        found[1] += more
        if asked is not None:
            asked.append((n, studies))
        p = min(max(found[0] / found[1], 0.5 / found[1]), 1 - 0.5 / found[1])
        return Share(found[0] / found[1], float(np.sqrt(p * (1 - p) / found[1])), found[1], 0)

    return evaluate


def power_of(n: float) -> float:
    return float(stats.norm.cdf(0.35 * np.sqrt(n) - 1.5))


EXACT = ((stats.norm.ppf(0.8) + 1.5) / 0.35) ** 2  # 44.8


def test_the_answer_stays_within_its_own_stated_error():
    """Two hundred seeds: standard errors from the truth are standard normal, and none is far out."""
    z, within = [], 0
    for seed in range(200):
        found = smallest(made_up(power_of, seed), 0.8, 2, 200, 30_000)
        z.append((found.root - EXACT) / found.root_se)
        within += abs(found.n - np.ceil(EXACT)) <= 1
    assert stats.kstest(z, "norm").pvalue > 1e-6
    assert np.abs(z).max() < 5
    assert within >= 190


@lru_cache
def power_of_t(n: float, d: float) -> float:
    return float(TTestPower().power(d, n, 0.05))


def test_stated_errors_are_honest_where_the_line_bends():
    """Searches on the exact power of the paired t, from 5 to 119 pairs: z of the crossing has a mean square of 1.

    Errors a third smaller would be rejected.
    """
    square, count = 0.0, 0
    for d, target in ((0.3, 0.9), (0.5, 0.9), (0.8, 0.8), (0.8, 0.9), (1.5, 0.9), (2.0, 0.8)):
        exact = next(n for n in range(2, 200) if power_of_t(n, d) >= target)
        root = brentq(lambda n, d=d, target=target: power_of_t(n, d) - target, exact - 1, exact)
        for seed in range(50):
            found = smallest(made_up(partial(power_of_t, d=d), seed), target, 2, 200, 40_000)
            square += ((found.root - root) / found.root_se) ** 2
            count += 1
            assert abs(found.n - exact) <= 2
    both_sides = [2 * min(stats.chi2.cdf(x, count), stats.chi2.sf(x, count)) for x in (square, square * 1.5**2)]
    assert both_sides[0] > 1e-6
    assert both_sides[1] < 1e-6


def test_points_that_do_not_lie_on_a_line_make_the_error_larger():
    def shares(bend: float) -> dict[int, Share]:
        found = {}
        for k, n in enumerate((16, 18, 20, 22, 24)):
            p = float(stats.norm.cdf(0.35 * np.sqrt(n) - 0.75 + bend * (-1) ** k))
            found[n] = Share(p, float(np.sqrt(p * (1 - p) / 4000)), 4000, 0)
        return found

    straight, crooked = (_crossing(shares(bend), 0.8, 2, 200) for bend in (0.0, 0.1))
    assert crooked[1] > 2 * straight[1] > 0


def test_the_budget_is_kept_but_for_the_first_looks():
    found = smallest(made_up(power_of, 1), 0.8, 2, 200, 6000)
    assert found.studies <= 6000 + 8 * 500
    assert found.low < found.high


def test_a_target_out_of_reach_is_said_to_be_so():
    found = smallest(made_up(lambda n: 0.6 - 1 / n, 2), 0.8, 2, 50, 20_000)
    assert found.n is None
    assert found.share.value == pytest.approx(0.58, abs=0.03)


def test_the_lowest_number_may_be_enough():
    found = smallest(made_up(lambda n: 0.95, 3), 0.8, 3, 50, 20_000)
    assert (found.n, found.low) == (3, 3)


def test_a_share_is_surely_above_or_below_or_open():
    assert surely(Share(0.85, 0.01, 1000, 0), 0.8) == 1
    assert surely(Share(0.75, 0.01, 1000, 0), 0.8) == -1
    assert surely(Share(0.81, 0.01, 1000, 0), 0.8) == 0
    assert surely(Share(np.nan, np.nan, 1000, 1000), 0.8) == 0


def test_no_analysed_study_is_an_error():
    with pytest.raises(InputError, match="pairs 2: no study could be analysed, so there is no share of finds"):
        smallest(lambda n, k: Share(np.nan, np.nan, k, k), 0.8, 2, 50, 1000, what="pairs")


def test_detectable_effect_is_where_the_line_crosses():
    effects = (0.0, 0.5, 1.0, 1.5)
    values = stats.norm.cdf(-1.6 + 2.0 * np.array(effects))
    shares = [Share(float(p), float(np.sqrt(p * (1 - p) / 1000)), 1000, 0) for p in values]
    value, error = detectable(effects, shares, 0.8)
    assert value == pytest.approx((stats.norm.ppf(0.8) + 1.6) / 2.0, abs=1e-6)
    rng, roots = stream(1, "detectable"), []
    for _ in range(400):
        seen = rng.binomial(1000, values) / 1000
        again = [Share(float(p), float(np.sqrt(p * (1 - p) / 1000)), 1000, 0) for p in seen]
        roots.append(detectable(effects, again, 0.8)[0])
    # null: the stated error is the sd of the root; sums of squares of normals
    ratio = float(np.sum((np.array(roots) - value) ** 2)) / error**2
    assert 2 * min(stats.chi2.cdf(ratio, 400), stats.chi2.sf(ratio, 400)) > FALSE_ALARM
    assert stats.chi2.cdf(ratio / 4, 400) < FALSE_ALARM  # an error stated twice as large is rejected
    assert np.isnan(detectable(effects, [Share(0.1, 0.01, 1000, 0)] * 4, 0.8)).all()
    with pytest.raises(InputError, match="effects must be at least 3, as many as shares, got 2 effects and 4 shares"):
        detectable(effects[:2], shares, 0.8)
