"""The exact engine against answers that need no sampling."""

import numpy as np
import pytest
import xarray as xr
from scipy import integrate, stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.estimands import expression_estimands, summarise_subjects
from lensim.expression.exact.draws import exact_posterior
from lensim.expression.exact.engine import Questions, analyse
from lensim.expression.priors import FoldChangePriors
from lensim.seeding import stream


def pairs(ratio: np.ndarray, experiments: int, kinds: int = 1, **more: xr.Variable) -> xr.Dataset:
    """Studies of one target; `ratio` is (study, subject * experiments), subjects alternate between cell types."""
    subjects = ratio.shape[1] // experiments
    return xr.Dataset(
        {
            v.LOG2_RATIO: ((v.STUDY, v.PAIR), ratio),
            v.TARGET_OF_PAIR: (v.PAIR, np.zeros(ratio.shape[1], dtype=int)),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.repeat(np.arange(subjects), experiments)),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.zeros(ratio.shape[1], dtype=int)),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, np.arange(subjects) % kinds),
        }
        | more,
        coords={
            v.TARGET: ["TNF"],
            v.SUBJECT: [f"s{k}" for k in range(subjects)],
            v.CELL_TYPE: [f"kind {k}" for k in range(kinds)],
            v.CONTRAST: ["treated"],
        },
    )


RATIO = stream(9, "ratios").normal(0.6, 0.5, (3, 10))


def test_known_spreads_are_the_conjugate_case():
    sure = FoldChangePriors(1.0, 0.5, 1e-4, 0.3, 1e-4)
    found = analyse(pairs(RATIO, 2), sure, Questions((0.2,), (0.1, 0.9)))
    variance = 1 / (1 + 5 / (0.25 + 0.09 / 2))
    mean = variance * RATIO.reshape(3, 5, 2).mean(axis=2).sum(axis=1) / (0.25 + 0.045)
    np.testing.assert_allclose(found["mean"].values.ravel(), mean, rtol=1e-4)
    np.testing.assert_allclose(found["sd"].values.ravel(), np.sqrt(variance), rtol=1e-4)
    np.testing.assert_allclose(found["p_above"].values.ravel(), stats.norm.sf(0.2, mean, np.sqrt(variance)), atol=1e-4)
    expected = stats.norm.ppf([0.1, 0.9], mean[:, None], np.sqrt(variance))
    np.testing.assert_allclose(found["quantile"].values.reshape(3, 2), expected, atol=1e-3)


def test_unknown_spreads_are_a_double_integral():
    """One study by adaptive quadrature over both spreads."""
    y = RATIO[0].reshape(5, 2)

    def density(log_tau: float, log_omega: float, power: int) -> float:
        tau2, omega2 = np.exp(2 * log_tau), np.exp(2 * log_omega)
        variance = tau2 + omega2 / 2
        within = stats.norm.pdf((y[:, 0] - y[:, 1]) / np.sqrt(2), 0, np.sqrt(omega2)).prod()
        total = 5 / variance + 1 / 5.0**2
        mean = y.mean(axis=1).sum() / variance / total
        between = stats.multivariate_normal.pdf(y.mean(axis=1), np.zeros(5), variance * np.eye(5) + 5.0**2)
        prior = stats.norm.pdf(log_tau, np.log(0.5), 0.7) * stats.norm.pdf(log_omega, np.log(0.35), 0.6)
        return float(within * between * prior * (1, mean, mean**2 + 1 / total)[power])

    moments = [
        integrate.dblquad(density, -4.0, 1.5, -4.0, 2.5, args=(power,), epsrel=1e-6, epsabs=0)[0] for power in range(3)
    ]
    mean = moments[1] / moments[0]
    found = analyse(pairs(RATIO[:1], 2))
    assert float(found["mean"][0, 0, 0]) == pytest.approx(mean, abs=2e-4)
    assert float(found["sd"][0, 0, 0]) == pytest.approx(np.sqrt(moments[2] / moments[0] - mean**2), rel=2e-3)


def _one_pair_each(y: np.ndarray) -> tuple[float, float]:
    """Mean and sd of mu by sums over fine steps of both spreads, one pair a subject: only their sum is seen."""
    log_omega, log_tau = np.linspace(-4.5, 2.5, 1401)[:, None], np.linspace(-5.0, 3.0, 1601)
    variance = np.exp(2 * log_tau) + np.exp(2 * log_omega)
    total = len(y) / variance + 1 / 5.0**2
    mean = y.sum() / variance / total
    log = -0.5 * (len(y) * np.log(variance) + (y**2).sum() / variance + np.log(total) - mean**2 * total)
    log += -0.5 * ((log_omega - np.log(0.35)) / 0.6) ** 2 - 0.5 * ((log_tau - np.log(0.5)) / 0.7) ** 2
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    centre = (weight * mean).sum()
    return float(centre), float(np.sqrt((weight * (1 / total + (mean - centre) ** 2)).sum()))


@pytest.mark.parametrize("spread", [0.02, 0.5, 2.0])
def test_one_pair_a_subject_leaves_a_ridge_of_spreads(spread):
    """30 subjects: sums over fine steps of both spreads; with the same steps for all the sd was off by 5%."""
    y = stream(9, "ridge", spread).normal(0.4, spread, 30)
    mean, sd = _one_pair_each(y)
    found = analyse(pairs(y[None], 1))
    assert float(found["mean"][0, 0, 0]) == pytest.approx(mean, abs=0.01 * sd)
    assert float(found["sd"][0, 0, 0]) == pytest.approx(sd, rel=0.01)


def test_missing_pairs_are_as_if_they_had_never_been():
    gap = RATIO.copy()
    gap[:, 8:] = np.nan
    with_gap, without = analyse(pairs(gap, 2)), analyse(pairs(RATIO[:, :8], 2))
    for name in ("mean", "sd", "p_above", "quantile"):
        np.testing.assert_allclose(with_gap[name], without[name], rtol=1e-9, atol=1e-12)


def test_a_difference_is_that_of_two_independent_means_where_the_rest_is_known():
    sure = FoldChangePriors(100.0, 0.5, 1e-4, 0.3, 1e-4)
    found = analyse(pairs(RATIO, 1, kinds=2), sure, Questions((0.0,), (0.5,), [(0, 1)]))
    variance = (0.25 + 0.09) * (1 / 5 + 1 / 5)
    mean = RATIO[:, ::2].mean(axis=1) - RATIO[:, 1::2].mean(axis=1)
    np.testing.assert_allclose(found["difference_mean"].values.ravel(), mean, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found["difference_sd"].values.ravel(), np.sqrt(variance), rtol=1e-3)


def test_an_uncertain_factor_widens_by_what_it_moves():
    """Pairs that are all one Ct change of 4: the mean's variance grows by (4 * sd of the doublings)^2."""
    sure = FoldChangePriors(100.0, 0.05, 1e-4, 0.05, 1e-4)
    ct_change = np.full((1, 8), 4.0)
    more = {
        v.CT_CHANGE: ((v.STUDY, v.PAIR), ct_change),
        v.DOUBLINGS: ((v.STUDY, v.TARGET), np.full((1, 1), 0.95)),
        v.DOUBLINGS_SD: ((v.STUDY, v.TARGET), np.full((1, 1), 0.03)),
    }
    wide = analyse(pairs(0.95 * ct_change, 1, **more), sure)
    expected = np.hypot(0.05 * np.sqrt(2 / 8), 4.0 * 0.03)
    assert float(wide["sd"][0, 0, 0]) == pytest.approx(expected, rel=0.02)


def _informed(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ct changes and ratios of four subjects with three pairs each, whose inputs vary so that they tell the factor."""
    rng = stream(seed, "informed")
    of_input, off = 1.5 * rng.standard_normal(12), 0.12
    ct_change = (1.0 + np.repeat(0.2 * rng.standard_normal(4), 3) + of_input + 0.05 * rng.standard_normal(12)) / (
        0.95 + off
    )
    return ct_change, 0.95 * ct_change - of_input


def test_pairs_that_inform_the_factor_are_a_triple_integral():
    """One study summed over steps of factor and both spreads; the prior of the factor has an sd of 0.10 fold a cycle.

    With five nodes of the prior the mean was off by an sd of the posterior, and its sd by half.
    """
    sd, priors = 0.075, FoldChangePriors()
    ct_change, ratio = _informed(1)
    deltas, log_omega, log_tau = (
        np.linspace(-4 * sd, 4 * sd, 401),
        np.linspace(-4.5, 0.5, 61),
        np.linspace(-4.5, 1.5, 61),
    )
    y = (ratio + deltas[:, None] * ct_change).reshape(-1, 4, 3)
    means = y.mean(axis=2)
    within = ((y - means[..., None]) ** 2).sum(axis=(1, 2))
    omega2 = np.exp(2 * log_omega)[:, None]
    variance = np.exp(2 * log_tau) + omega2 / 3  # (omega, tau), of the mean of a subject
    total = 4 / variance + priors.sd_mu_log2_fold_change**-2
    sums = means.sum(axis=1)[:, None, None] / variance
    log = -0.5 * (
        (means**2).sum(axis=1)[:, None, None] / variance - sums**2 / total + 4 * np.log(variance) + np.log(total)
    )
    log += -0.5 * within[:, None, None] / omega2 - 8 * log_omega[:, None]
    log += 12 * np.log(0.95 + deltas)[:, None, None] - 0.5 * (deltas / sd)[:, None, None] ** 2
    log += -0.5 * ((log_omega[:, None] - np.log(0.35)) / 0.6) ** 2 - 0.5 * ((log_tau - np.log(0.5)) / 0.7) ** 2
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = (weight * sums / total).sum()
    spread = np.sqrt((weight * (1 / total + (sums / total) ** 2)).sum() - mean**2)
    of_factor = (weight.sum(axis=(1, 2)) * deltas).sum()
    more = {
        v.CT_CHANGE: ((v.STUDY, v.PAIR), ct_change[None]),
        v.DOUBLINGS: ((v.STUDY, v.TARGET), np.full((1, 1), 0.95)),
        v.DOUBLINGS_SD: ((v.STUDY, v.TARGET), np.full((1, 1), sd)),
    }
    data = pairs(ratio[None], 3, **more)
    found = analyse(data)
    assert abs(of_factor) > sd  # they do inform it
    assert float(found["mean"][0, 0, 0]) == pytest.approx(mean, abs=0.01 * spread)
    assert float(found["sd"][0, 0, 0]) == pytest.approx(spread, rel=0.01)
    drawn = exact_posterior(data, 0, stream(9, "factor"), 40_000)["posterior"]
    assert float(drawn[v.DOUBLINGS].mean()) - 0.95 == pytest.approx(of_factor, abs=0.001)
    assert float(drawn[v.MU_FOLD_CHANGE].mean()) == pytest.approx(mean, abs=0.03 * spread)
    assert float(drawn[v.MU_FOLD_CHANGE].std()) == pytest.approx(spread, rel=0.03)


def test_a_response_of_the_references_is_in_every_mean_and_in_no_difference():
    sure = FoldChangePriors(100.0, 0.5, 1e-4, 0.3, 1e-4)
    more = {v.REFERENCE_RESPONSE_SD: ((v.STUDY, v.CONTRAST), np.full((3, 1), 0.7))}
    asked = Questions((0.0,), (0.5,), [(0, 1)])
    still, moved = (analyse(pairs(RATIO, 1, kinds=2, **one), sure, asked) for one in ({}, more))
    np.testing.assert_allclose(moved["sd"], np.hypot(still["sd"], 0.7), rtol=1e-6)
    np.testing.assert_allclose(moved["new_subject_sd"], np.hypot(still["new_subject_sd"], 0.7), rtol=1e-6)
    np.testing.assert_allclose(moved["difference_sd"], still["difference_sd"], rtol=1e-6)
    drawn = exact_posterior(pairs(RATIO, 1, kinds=2, **more), 0, stream(9, "moved"), 40_000, sure)["posterior"]
    mu = drawn[v.MU_FOLD_CHANGE].to_numpy()[0, :, 0, :, 0]
    np.testing.assert_allclose(mu.std(axis=0), moved["sd"].to_numpy()[0, 0], rtol=0.03)
    assert (mu[:, 0] - mu[:, 1]).std() == pytest.approx(float(moved["difference_sd"][0, 0, 0]), rel=0.03)


def test_a_new_subject_is_as_uncertain_as_mean_and_spread_together():
    sure = FoldChangePriors(1.0, 0.5, 1e-4, 0.3, 1e-4)
    found = analyse(pairs(RATIO, 2), sure)
    np.testing.assert_allclose(found["new_subject_sd"], np.hypot(found["sd"], 0.5), rtol=1e-3)


def test_bad_input_is_told():
    with pytest.raises(InputError, match="the exact engine needs the variable log2_ratio"):
        analyse(pairs(RATIO, 2).drop_vars(v.LOG2_RATIO))
    with pytest.raises(InputError, match=r"FoldChangePriors\.sd_mu_log2_fold_change must be above 0, got 0"):
        FoldChangePriors(sd_mu_log2_fold_change=0.0)
    with pytest.raises(InputError, match=r"Questions\.differences, a group must lie between 0 and 0, got 1"):
        analyse(pairs(RATIO, 2), None, Questions(differences=[(0, 1)]))


def test_draws_of_a_whole_posterior_are_of_the_same_posterior():
    """Null: draws of the population mean have the engine's mean, sd and tail; independent, so the errors are known."""
    data = pairs(RATIO, 2, kinds=2)
    found = analyse(data)
    draws = exact_posterior(data, 1, stream(9, "draws"), 40_000)["posterior"]
    mu = draws[f"mu_{v.LOG2_FOLD_CHANGE}"].to_numpy()[0, :, 0, :, 0]
    sd = found["sd"].to_numpy()[1, 0]
    assert (np.abs(mu.mean(axis=0) - found["mean"].to_numpy()[1, 0]) < 5 * sd / 200).all()
    assert (np.abs(mu.std(axis=0) / sd - 1) < 0.03).all()
    assert (np.abs((mu > 0).mean(axis=0) - found["p_above"].to_numpy()[1, 0, :, 0]) < 5 * 0.5 / 200).all()


def test_fold_changes_of_subjects_are_drawn_too():
    """With known spreads a subject's fold change is between its own mean and its population's."""
    sure = FoldChangePriors(1.0, 0.5, 1e-4, 0.3, 1e-4)
    result = exact_posterior(pairs(RATIO, 2), 0, stream(9, "subjects"), 40_000, sure)
    fold = result["posterior"][v.LOG2_FOLD_CHANGE].to_numpy()[0, :, 0, :, 0]
    own = RATIO[0].reshape(5, 2).mean(axis=1)
    mean = float(analyse(pairs(RATIO, 2), sure)["mean"][0, 0, 0])
    weight = (2 / 0.09) / (2 / 0.09 + 1 / 0.25)
    np.testing.assert_allclose(fold.mean(axis=0), weight * own + (1 - weight) * mean, atol=0.01)
    assert summarise_subjects(expression_estimands(result))["subject"].tolist() == [f"s{k}" for k in range(5)]


def test_a_subject_without_pairs_is_drawn_from_its_population():
    gap = RATIO.copy()
    gap[:, 8:] = np.nan
    posterior = exact_posterior(pairs(gap, 2), 0, stream(9, "gap"), 20_000)["posterior"]
    mu, sigma = (posterior[f"{what}_{v.LOG2_FOLD_CHANGE}"].to_numpy()[0, :, 0, 0, 0] for what in ("mu", "sigma"))
    fold = posterior[v.LOG2_FOLD_CHANGE].to_numpy()[0, :, 0, 4, 0]
    assert stats.kstest((fold - mu) / sigma, "norm").pvalue > 1e-6


def test_draws_of_no_study_are_refused():
    with pytest.raises(InputError, match="study must lie between 0 and 2, got 3"):
        exact_posterior(pairs(RATIO, 2), 3, stream(9, "none"))
    with pytest.raises(InputError, match="draws must be at least 1, got 0"):
        exact_posterior(pairs(RATIO, 2), 0, stream(9, "none"), 0)


def test_the_technical_spread_is_drawn_with_its_density_and_not_at_the_nodes():
    """Null: log spreads have mean and sd of prior times likelihood of the replicates, which alone tell it here."""
    freedom, sum_of_squares = 12, 12 * 0.1**2
    more = {
        v.SUM_OF_SQUARES: xr.Variable(v.STUDY, np.full(3, sum_of_squares)),
        v.FREEDOM: xr.Variable(v.STUDY, np.full(3, freedom)),
        v.TECHNICAL_SHARE: xr.Variable((v.STUDY, v.PAIR), np.full(RATIO.shape, 1e-12)),
    }
    drawn = exact_posterior(pairs(RATIO, 1, **more), 0, stream(9, "technical"), 20_000)["posterior"]
    log_sd = np.log(drawn[v.SD_TECHNICAL].to_numpy().ravel())
    assert len(np.unique(log_sd)) > 19_000
    at = np.linspace(-4.0, 0.5, 4001)
    log_density = -freedom * at - sum_of_squares / (2 * np.exp(2 * at)) - 0.5 * ((at - np.log(0.15)) / 0.5) ** 2
    weight = np.exp(log_density - log_density.max())
    weight /= weight.sum()
    mean = weight @ at
    sd = np.sqrt(weight @ (at - mean) ** 2)
    assert log_sd.mean() == pytest.approx(mean, abs=0.05 * sd)
    assert log_sd.std() == pytest.approx(sd, rel=0.03)
