"""Posteriors of published summaries: against brute force, against the model of the catalogue, and what comes with them.

Brute force: draw mu and tau from the prior and n values from them, keep those whose summary, rounded, is the printed
one. Null: both are draws of the same posterior, so means differ by Monte Carlo error alone, and Kolmogorov-Smirnov's
P is uniform.
"""

from pathlib import Path

import numpy as np
import pytensor
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.inference.catalogue import find_model
from lensim.output import load_result, save_result
from lensim.power.design_prior import design_prior_at, posterior_of
from lensim.power.expression.study import simulate_chunk
from lensim.power.scenario import scenario_of
from lensim.summaries.likelihood import log_likelihood, seen_values
from lensim.summaries.model_data import summary_data
from lensim.summaries.order import ordered
from lensim.summaries.p_values import matches
from lensim.summaries.posterior import LEFT_OUT, NEW, OMEGA, P_INCREASE, summary_posterior
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.read import read_summaries, toml_of
from lensim.summaries.summary import PublishedSummary

FALSE_ALARM = 1e-6
PRIORS = SummaryPriors()


def _drawn(summaries: list[PublishedSummary], draws: int = 4000, **priors: float) -> tuple[np.ndarray, np.ndarray]:
    posterior = summary_posterior(summaries, 1, draws, SummaryPriors(**priors))["posterior"]
    return posterior[v.MU_FOLD_CHANGE].to_numpy().ravel(), posterior[v.SIGMA_FOLD_CHANGE].to_numpy().ravel()


def _prior(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    tau = PRIORS.median_tau * np.exp(PRIORS.log_sd_tau * rng.standard_normal(size))
    return PRIORS.sd_mu * rng.standard_normal(size), tau


def _inside(values: np.ndarray, interval: tuple[float, float] | None) -> np.ndarray:
    assert interval is not None
    return (values >= interval[0]) & (values <= interval[1])


def _of_order(summary: PublishedSummary, z: np.ndarray) -> np.ndarray:
    y = np.sort(2.0**z, axis=1)
    fits = _inside(np.median(y, axis=1), summary.interval("median")) & _inside(y[:, 0], summary.interval("minimum"))
    fits &= _inside(y[:, -1], summary.interval("maximum"))
    return np.asarray(fits & ((y > 1).sum(axis=1) == summary.increases))


CASES = {
    "even n, range, median, count": (
        PublishedSummary(
            name="a", n=4, scale="ratio", median=[1.2, 1.8], minimum=[0.7, 1.0], maximum=[2.0, 3.5], increases=3
        ),
        _of_order,
    ),
    "odd n, range, median, count, measurement": (
        PublishedSummary(
            name="b", n=5, scale="ratio", median=[1.2, 1.6], minimum=[0.6, 0.9], maximum=[2.0, 3.0], increases=4,
            measurement_sd=0.4,
        ),
        _of_order,
    ),
    "mean and sd of ratios": (
        PublishedSummary(name="c", n=4, scale="ratio", mean=[1.6, 1.9], sd=[0.8, 1.1]),
        matches,
    ),
    "range and P of a paired t": (
        PublishedSummary(
            name="d", n=4, scale="ratio", median=[1.2, 1.8], minimum=[0.7, 1.0], maximum=[2.0, 3.5], increases=3,
            p={"value": [0.1, 0.25], "test": "t_log2", "sides": "two"},
        ),
        lambda summary, z: _of_order(summary, z) & matches(summary, z),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_posterior_is_that_of_brute_force(name):
    summary, fits = CASES[name]
    rng = np.random.default_rng(5)
    kept = []
    for _ in range(8):
        mu, tau = _prior(rng, 500_000)
        spread = np.hypot(tau, summary.measurement_sd)
        z = mu[:, None] + spread[:, None] * rng.standard_normal((len(mu), summary.n))
        own = fits(summary, z)
        kept.append((mu[own], tau[own]))
    brute = [np.concatenate(column) for column in zip(*kept, strict=True)]
    assert len(brute[0]) > 1500
    for ours, theirs in zip(_drawn([summary]), brute, strict=True):
        assert stats.ks_2samp(ours, theirs).pvalue > FALSE_ALARM
        error = np.hypot(ours.std() / np.sqrt(len(ours)), theirs.std() / np.sqrt(len(theirs)))
        assert abs(ours.mean() - theirs.mean()) < 5 * error


def test_mean_and_sd_of_logs_are_the_normal_sample_itself():
    """With n values whose mean and sd are given to many digits, the posterior is the conjugate one on a grid."""
    summary = PublishedSummary(name="a", n=12, scale="log2", mean="0.812345", sd="0.612345")
    mu, tau = _drawn([summary])
    grid_mu, grid_log = np.linspace(-1, 3, 400), np.linspace(np.log(0.2), np.log(3), 400)
    t = np.exp(grid_log)[None]
    square = 12 * (0.812345 - grid_mu[:, None]) ** 2 + 11 * 0.612345**2
    log_p = -12 * np.log(t) - 0.5 * square / t**2 - 0.5 * (grid_mu[:, None] / PRIORS.sd_mu) ** 2
    log_p = log_p - 0.5 * ((np.log(t) - np.log(PRIORS.median_tau)) / PRIORS.log_sd_tau) ** 2
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    mean, sd = (p.sum(axis=1) * grid_mu).sum(), np.sqrt((p.sum(axis=1) * (grid_mu - 0.811) ** 2).sum())
    assert mu.mean() == pytest.approx(mean, abs=5 * sd / np.sqrt(len(mu)))
    assert np.log(tau).mean() == pytest.approx((p.sum(axis=0) * grid_log).sum(), abs=0.02)


def test_model_of_the_catalogue_has_the_density_of_the_order_statistics():
    summary = PublishedSummary(name="a", n=7, scale="ratio", median=1.5, minimum="0.6", maximum="3.1", increases=6)
    model = find_model("published_summary").build(summary_data(summary))
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        potential = model.compile_fn(model.potentiallogp)
    seen = seen_values(ordered(summary), summary.increases, 1, 3)
    start = model.initial_point()
    found, ours = [], []
    for mu, tau in ((0.3, 0.5), (1.1, 0.9), (-0.4, 1.6)):
        point = dict(start) | {
            "mu_log2_fold_change": np.array(mu),
            "sigma_log2_fold_change_log__": np.array(np.log(tau)),
        }
        low, high = (summary_data(summary)[name].to_numpy() for name in ("printed_low", "printed_high"))
        order = np.argsort(summary_data(summary)["first_seen"].to_numpy())
        printed = np.empty(len(low))
        printed[order] = 2.0 ** seen.values[0]
        share = (printed - low) / (high - low)
        point["printed_interval__"] = np.log(share / (1 - share))
        found.append(float(potential(point)))
        ours.append(float(log_likelihood(seen, np.array([mu]), np.array([tau]))[0, 0]))
    assert np.diff(found) == pytest.approx(np.diff(ours), abs=1e-6)


def test_unseen_values_have_the_summary_and_what_comes_with_it():
    summary = PublishedSummary(
        name="TNF", n=12, scale="percent_of_control", median=179, minimum=58, maximum=369, increases=10
    )
    result = summary_posterior([summary], 3, 1000)
    y = 100 * 2.0 ** result["unseen"]["value_0"].to_numpy()[0]
    assert y.shape == (1000, 12)
    assert (np.diff(y, axis=1) >= 0).all()
    for values, printed in ((y[:, 0], 58), (y[:, -1], 369), (np.median(y, axis=1), 179)):
        assert np.abs(values - printed).max() <= 0.5 + 1e-6
    assert ((y > 100).sum(axis=1) == 10).all()
    posterior = result["posterior"].to_dataset()
    assert {v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE, NEW, P_INCREASE} <= set(posterior.data_vars)
    assert OMEGA not in posterior
    assert posterior.attrs["inference_library"].startswith("lensim, exact")
    again = summary_posterior([summary], 3, 1000)["posterior"].to_dataset()
    assert posterior.identical(again)


def test_summaries_of_one_kind_combine():
    content = {"n": 8, "scale": "log2", "sd": "0.50"}
    alike = [PublishedSummary(name=f"study {k}", mean="0.60", **content) for k in range(4)]
    apart = [PublishedSummary(name=f"study {k}", mean=mean, **content) for k, mean in enumerate(("-0.4", "1.6"))]
    single = _drawn(alike[:1])
    several = _drawn(alike)
    assert several[0].std() < 0.85 * single[0].std()
    assert several[1].std() < 0.7 * single[1].std()
    omega = [summary_posterior(ones, 1)["posterior"][OMEGA].to_numpy().mean() for ones in (alike, apart)]
    assert omega[1] > 1.5 * omega[0]


def test_measurement_is_taken_out_of_the_spread():
    content = {"name": "a", "n": 20, "scale": "log2", "mean": "0.60", "sd": "0.50"}
    _, plain = _drawn([PublishedSummary(**content)])
    _, apart = _drawn([PublishedSummary(**content, measurement_sd=0.4)])
    assert np.median(apart) == pytest.approx(np.sqrt(np.median(plain) ** 2 - 0.4**2), abs=0.06)


def _with_p(value: str) -> PublishedSummary:
    return PublishedSummary(
        name="a", n=4, scale="percent_of_control", median=292, minimum=170, maximum=509, increases=4,
        p={"value": value, "test": "t_ratio", "sides": "two"},
    )  # fmt: skip


def test_a_p_that_no_values_can_have_is_left_out(tmp_path):
    summary = _with_p("0.012")
    result = summary_posterior([summary], 1, 200)
    said = result.attrs[LEFT_OUT]
    assert said.startswith(
        "a: P = 0.012 is left out of the posterior, as no 4 values with this summary have it by the "
    )
    assert said.endswith("two-sided paired t on ratios (0.054 to 0.088)")
    without = summary_posterior([summary.model_copy(update={"p": None})], 1, 200)
    assert result["posterior"].to_dataset().identical(without["posterior"].to_dataset())
    assert LEFT_OUT not in without.attrs
    save_result(result, tmp_path / "posterior.nc")
    assert load_result(tmp_path / "posterior.nc").attrs[LEFT_OUT] == said
    assert LEFT_OUT not in summary_posterior([_with_p("0.07")], 1, 200).attrs


def test_too_few_matches_are_told():
    summary = _with_p("0.0700001")  # attainable, and next to no sample has it
    with pytest.raises(InputError, match=r"a: 0 of [\d,]+ samples with the order statistics have what else is printed"):
        summary_posterior([summary], 1, 200)


PAPER = """
[[summary]]
name = "TNF, patients"
target = "TNF"
cell_type = "patient"
n = 4
scale = "percent_of_control"
median = 292
minimum = 170
maximum = 509
increases = 4
"""


def _scenario(path: Path, target: str = "TNF", kind: str = "patient"):
    return scenario_of(
        {
            "name": "next",
            "design": {"assay": "ratios", "subjects": {kind: 4}, "targets": [target]},
            "truth": {"posterior": path},
            "rules": [{"rule": "test", "test": "t_log2"}],
        }
    )


def test_a_paper_is_a_truth(tmp_path):
    path = tmp_path / "paper.toml"
    path.write_text(PAPER)
    scenario = _scenario(path)
    assert not scenario.is_conditional
    true = simulate_chunk(scenario, ("a",), 3000).true_mu[:, 0, 0]
    posterior = posterior_of(design_prior_at(path))["posterior"][v.MU_FOLD_CHANGE].to_numpy().ravel()
    assert stats.ks_2samp(true, posterior).pvalue > FALSE_ALARM
    path_two = tmp_path / "two.toml"
    path_two.write_text(PAPER + PAPER.replace("TNF, patients", "again"))
    drawn = simulate_chunk(_scenario(path_two), ("a",), 3000).true_mu[:, 0, 0]
    result = posterior_of(design_prior_at(path_two))["posterior"]
    mu, omega = (result[name].to_numpy().ravel() for name in (v.MU_FOLD_CHANGE, OMEGA))
    assert drawn.var() == pytest.approx(mu.var() + (omega**2).mean(), rel=0.15)  # the next study has a mean of its own


def test_a_truth_needs_summaries_of_every_kind(tmp_path):
    path = tmp_path / "paper.toml"
    other = PAPER.replace("TNF", "IGF1").replace('"patient"', '"line"').replace("patients", "lines")
    path.write_text(PAPER + other)
    with pytest.raises(InputError, match="of every target in every cell type, got none of TNF in line"):
        simulate_chunk(_scenario(path, "TNF", "line"), ("a",), 5)
    with pytest.raises(InputError, match="target of the design must be one of TNF, IGF1"):
        simulate_chunk(_scenario(path, "CXCL8", "line"), ("a",), 5)


def test_a_file_is_written_as_it_is_read(tmp_path):
    path = tmp_path / "paper.toml"
    path.write_text(PAPER + 'p = { value = 0.0120, test = "t" }\nmeasurement_sd = 0.3\nmean = [310, 320]\n')
    summaries, _ = read_summaries(path)
    (tmp_path / "again.toml").write_text(toml_of(summaries))
    assert read_summaries(tmp_path / "again.toml")[0] == summaries


def test_printed_values_beyond_4096_fold_are_taken():
    summary = PublishedSummary(name="a", n=5, scale="ratio", median=9000, minimum=5000, maximum=20000)
    y = 2.0 ** summary_posterior([summary], 1, 500)["unseen"]["value_0"].to_numpy()[0]
    assert np.abs(y[:, [0, 2, 4]] - [5000, 9000, 20000]).max() < 0.6


def test_a_spread_of_many_doublings_is_taken():
    """A mean of 0 and an sd of 15 doublings: legitimate, and the values behind it go far out."""
    result = summary_posterior([PublishedSummary(name="a", n=4, scale="log2", mean="0", sd="15")], 1, 500)
    assert np.median(result["posterior"][v.SIGMA_FOLD_CHANGE]) > 4
    assert result["unseen"]["value_0"].to_numpy().std(axis=-1, ddof=1) == pytest.approx(15, abs=0.5)


def test_failures_name_their_summary():
    summary = PublishedSummary(name="far", n=4, scale="log2", mean="1e11", sd="0.010")
    with pytest.raises(InputError, match="far: summary must be one that some values can have"):
        summary_posterior([summary], 1, 200)
