"""Errors of sign and size where a rule has a sign, new subjects, the ceiling of assurance, and spot checks."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from lensim.cli.power import print_power
from lensim.power.diagnosands import COLUMNS, EXACT, Tally
from lensim.power.dose_response import rules as panel_rules
from lensim.power.expression.rule import PairVerdicts
from lensim.power.expression.rules import Rule
from lensim.power.expression.rules_posterior import IntervalRule, PosteriorRule
from lensim.power.result import PowerResult
from lensim.power.run import run_power
from lensim.power.scenario import scenario_of
from lensim.power.words import FEWEST_AUDITED, audit_sentences, largest_share, share_text
from lensim.report.figures.power import plot_sign_and_size
from lensim.seeding import stream

SURE = 4.0  # Monte Carlo standard errors
KNOWN = {"median_sigma_log2_fold_change": 1.0, "log_sd_sigma_log2_fold_change": 1e-4}
NO_PAIR_NOISE = {"median_sd_log2_pair": 1e-4, "log_sd_sd_log2_pair": 1e-4}
T_LOG2 = {"rule": "test", "test": "t_log2"}


def run(folder: Any, rules: list[dict[str, Any]], mu: Any = 0.5, studies: int = 4000, **rest: Any) -> PowerResult:
    return run_power(
        scenario_of(
            {
                "name": "signs",
                "seed": 7,
                "design": {"assay": "ratios", "subjects": {"line": 6}, "experiments": 1},
                "truth": {
                    "expression": [{"mu_log2_fold_change": mu, "sigma_log2_fold_change": 1.0}],
                    "sd_log2_pair": 0.0,
                },
                "analysis": {"engine": "exact", "priors": KNOWN | NO_PAIR_NOISE},
                "rules": rules,
                "studies": {"count": studies, "chunk": min(1000, studies)},
                "audit": {"studies": 0},
            }
            | rest
        ),
        folder,
    )


SIGNED = {
    "test": (T_LOG2, True),
    "mann_whitney": ({"rule": "mann_whitney", "first": "a", "second": "b"}, True),
    "above 0": ({"rule": "posterior", "above": 0.0}, True),
    "below 0": ({"rule": "posterior", "below": -0.2}, True),
    "no less than": ({"rule": "posterior", "above": -0.5}, False),
    "outside": ({"rule": "interval", "low": -0.2, "high": 0.2}, True),
    "outside a region that lacks no change": ({"rule": "interval", "low": 0.2, "high": 0.4}, False),
    "equivalence": ({"rule": "interval", "low": -0.2, "high": 0.2, "verdict": "inside"}, False),
    "undecided": ({"rule": "interval", "low": -0.2, "high": 0.2, "verdict": "overlapping"}, False),
    "width": ({"rule": "width", "at_most": 1.0}, False),
    "discovery": ({"rule": "discovery"}, False),
}


@pytest.mark.parametrize("name", SIGNED)
def test_which_rules_of_pairs_have_a_sign(name):
    from pydantic import TypeAdapter

    content, has_sign = SIGNED[name]
    assert TypeAdapter(Rule).validate_python(content).has_sign is has_sign


def test_of_rules_of_panels_differences_of_groups_and_ratios_have_a_sign():
    signed = [
        rule.__name__
        for rule in panel_rules.Rule.__args__
        if rule.has_sign.fget(rule.model_construct())  # type: ignore[attr-defined]
    ]
    assert signed == ["GroupDifferenceRule", "RatioRule", "RatioTestRule"]


def test_errors_of_sign_and_size_are_absent_where_a_rule_has_no_sign(tmp_path, capsys):
    width = {"rule": "width", "at_most": 9.0}
    alone = run(tmp_path / "alone", [width], studies=100)
    assert not {"type_s", "type_s_mcse", "type_m", "type_m_mcse", "studies_with_finds"} & {*alone.table.columns}
    assert plot_sign_and_size(alone.table) is None
    print_power(alone.table, alone.audit)
    assert "type" not in capsys.readouterr().out
    both = run(tmp_path / "both", [width, T_LOG2], studies=100)
    assert both.table["type_m"].notna().tolist() == [False, True]
    assert (tmp_path / "both" / "summary.csv").read_text().lower().count("nan") == 0
    assert "NaN" not in both._repr_html_()
    assert [text.get_text() for text in plot_sign_and_size(both.table).legends[0].get_texts()] == [
        "t on log ratios, 0.05"
    ]


@pytest.mark.parametrize(("n", "d"), [(60, 0.1), (6, 0.5), (12, 1.0)])
def test_type_s_and_m_of_the_t_test_are_those_of_an_integral(tmp_path, n, d):
    """Gelman and Carlin 2014: E(|estimate| given a find) / |truth|; mean and sd are independent."""
    z, spread = stats.t.isf(0.025, n - 1), 1 / np.sqrt(n)

    def of_sd(s: float) -> np.ndarray:
        at = z * s * spread
        up, down = stats.norm.sf(at, d, spread), stats.norm.cdf(-at, d, spread)
        size_up = d * up + spread * stats.norm.pdf((at - d) / spread)
        size_down = -d * down + spread * stats.norm.pdf((-at - d) / spread)
        density = 2 * s * (n - 1) * stats.chi2.pdf((n - 1) * s * s, n - 1)
        return np.array([up, down, size_up + size_down]) * density

    up, down, size = (integrate.quad(lambda s, k=k: of_sd(s)[k], 0, 8, limit=200)[0] for k in range(3))
    design = {"assay": "ratios", "subjects": {"line": n}, "experiments": 1}
    row = run(tmp_path / "s", [T_LOG2], d, 40_000, design=design).table.iloc[0]
    for name, oracle in (("share", up + down), ("type_s", down / (up + down)), ("type_m", size / (up + down) / d)):
        print(f"{name}: {oracle:.4f}, {row[name]:.4f} ± {row[f'{name}_mcse']:.4f}")
        assert abs(row[name] - oracle) < SURE * row[f"{name}_mcse"]
    assert row["type_m_mcse"] < 0.05 * row["type_m"]


def test_type_m_of_an_uncertain_truth_is_a_ratio_of_sums(tmp_path):
    """Truths near none make a mean of ratios endless; the ratio of sums has a value and an error."""
    table = run(tmp_path / "s", [T_LOG2], {"normal": (0.0, 0.5)}, 20_000).table
    row = table.iloc[0]
    assert 1.0 < row["type_m"] < 3.0
    assert row["type_m_mcse"] < 0.05
    rows = pd.concat(pd.read_parquet(path) for path in (tmp_path / "s" / "chunks").rglob("*.parquet"))
    found = rows[rows["decided"]]
    assert row["type_m"] == pytest.approx(found["estimate"].abs().sum() / found["truth"].abs().sum())
    jackknife = _jackknife(found["estimate"].abs().to_numpy(), found["truth"].abs().to_numpy())
    assert row["type_m_mcse"] == pytest.approx(jackknife, rel=0.02)


def _jackknife(a: np.ndarray, b: np.ndarray) -> float:
    n = len(a)
    without = (a.sum() - a) / (b.sum() - b)
    return float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))


@pytest.mark.parametrize("finds", [0, 1, 2, 5])
def test_few_finds_have_an_error_or_no_type_m(finds):
    n = 50
    study = np.arange(n)
    rows = pd.DataFrame({name: np.full(n, 1.0) for name in COLUMNS})
    tally = Tally()
    tally.add(rows.assign(study=study, decided=study < finds, is_null=False, answered_by=EXACT, estimate=study + 1.0))
    row = tally.describe()
    assert row["studies_with_finds"] == finds
    assert np.isfinite(row["type_m"]) == np.isfinite(row["type_m_mcse"]) == (finds >= 2)


def test_why_there_is_no_type_m_is_told(tmp_path):
    result = run(tmp_path / "s", [T_LOG2], 0.3, 40)
    table = result.table.assign(studies_with_finds=1.0, type_m=np.nan, type_m_mcse=np.nan)
    said = PowerResult(result.scenario, table, result.audit).text
    assert "t on log ratios, 0.05, target: no type M, as 1 study has a find; it needs 2." in said.replace(
        "TNF", "target"
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_predictive_interval_is_scored_against_new_subjects(seed):
    """Against a million subjects drawn at random, with intervals and populations of any place and width."""
    rng = stream(11, "new subjects", seed)
    mu, sigma = rng.normal(0, 2), np.exp(rng.normal(0, 1))
    low, high = np.sort(rng.normal(0, 3, 2))
    subjects = mu + sigma * rng.standard_normal(1_000_000)
    rule = PosteriorRule(above=0.0, of="new_subject", probability=0.8)
    one = np.full((1, 1), 1.0)
    verdicts = PairVerdicts(one > 0, one, low * one, high * one, one)
    held = float(rule.covered(verdicts, mu * one, sigma * one)[0, 0])
    assert held == pytest.approx(((low <= subjects) & (subjects <= high)).mean(), abs=0.003)
    of_mean = PosteriorRule(above=0.0).covered(verdicts, mu * one, sigma * one)
    assert of_mean[0, 0] == (low <= mu <= high)
    share = (subjects > 0).mean()
    if abs(share - 0.8) > 0.005:
        assert rule.is_so(mu * one, sigma * one)[0, 0] == (share > 0.8)
    outside = IntervalRule(of="new_subject", low=-0.5, high=0.5)
    ends = np.quantile(subjects, [0.05, 0.95])
    if np.abs(np.abs(ends) - 0.5).min() > 0.02 * sigma:
        assert outside.is_so(mu * one, sigma * one)[0, 0] == (ends[0] > 0.5 or ends[1] < -0.5)


def test_intervals_of_a_new_subject_cover_new_subjects_and_not_the_mean(tmp_path):
    """A known spread of 1 and a weak prior of the mean: 90% of new subjects, and nearly every mean."""
    rules = [
        {"rule": "posterior", "above": 0.0, "name": "mean"},
        {"rule": "posterior", "above": 0.0, "of": "new_subject", "name": "new"},
    ]
    priors = KNOWN | NO_PAIR_NOISE | {"sd_mu_log2_fold_change": 100.0}
    table = run(tmp_path / "s", rules, analysis={"engine": "exact", "priors": priors}).table.set_index("rule")
    for name in ("mean", "new"):
        assert abs(table.loc[name, "coverage"] - 0.9) < SURE * table.loc[name, "coverage_mcse"]


def test_assurance_has_the_ceiling_of_its_truths(tmp_path, capsys):
    """P(mean > 0) of Normal(0.5, 0.5) is 0.841; of new ones, 80% above 0 where the mean is above 0.842 sd."""
    rules = [
        {"rule": "posterior", "above": 0.0, "name": "mean"},
        {"rule": "posterior", "above": 0.0, "of": "new_subject", "probability": 0.8, "name": "new"},
        {"rule": "width", "at_most": 5.0, "name": "width"},
    ]
    result = run(tmp_path / "s", rules, {"normal": (0.5, 0.5)})
    table = result.table.set_index("rule")
    for name, oracle in (("mean", stats.norm.cdf(1.0)), ("new", stats.norm.sf((stats.norm.ppf(0.8) - 0.5) / 0.5))):
        assert abs(table.loc[name, "ceiling"] - oracle) < SURE * table.loc[name, "ceiling_mcse"]
    assert np.isnan(table.loc["width", "ceiling"])
    row = table.loc["mean"]
    assert f"(ceiling {100 * row['ceiling']:.1f} ± {100 * row['ceiling_mcse']:.1f}%)" in result.text
    assert "No study, however large, finds more without false finds." in result.text
    print_power(result.table, result.audit)
    assert "ceiling [%]" in capsys.readouterr().out
    assert "ceiling" not in run(tmp_path / "power", rules, 0.5, 100).table


def test_a_large_study_reaches_its_ceiling(tmp_path):
    design = {"assay": "ratios", "subjects": {"line": 400}, "experiments": 1}
    row = run(tmp_path / "s", [T_LOG2 | {"sides": "greater"}], {"normal": (0.5, 0.5)}, design=design).table.iloc[0]
    assert row["ceiling"] - 0.06 < row["share"] < row["ceiling"] + 0.01


@pytest.mark.parametrize(("seen", "studies"), [(0, 3), (0, 8), (1, 12), (5, 100), (3, 3), (0, 59)])
def test_the_largest_share_is_that_of_clopper_and_pearson(seen, studies):
    exact = stats.binomtest(seen, studies).proportion_ci(0.9, method="exact").high
    assert largest_share(seen, studies) == pytest.approx(exact)


def test_no_find_among_many_excludes_five_percent():
    assert largest_share(0, FEWEST_AUDITED) < 0.05 < largest_share(0, FEWEST_AUDITED - 1)


@pytest.mark.parametrize(("studies", "word", "limit"), [(4, "Spot check", "53%"), (80, "Audit", "3.7%")])
def test_an_audit_of_few_studies_is_a_spot_check_with_its_limit(studies, word, limit):
    audit = pd.DataFrame(
        {
            "study": np.repeat(np.arange(studies), 2), "rule": np.tile([0, 1], studies), "target": 0,
            "fast_decided": True, "nuts_decided": True, "fast_probability": 0.9, "nuts_probability": 0.91,
            "nuts_failed": False, "probability_mcse": 0.01, "fast_mean": 1.0, "nuts_mean": 1.0, "mean_mcse": 0.1,
        }
    )  # fmt: skip
    (said,) = audit_sentences(audit)
    assert said.startswith(
        f"{word}: {studies} studies were fitted again by NUTS: 0 of {2 * studies} decisions differ, in 0 of {studies} "
        f"studies, so they may differ in up to {limit} of all (95% limit); posterior probabilities differ by 0.0100"
    )


def test_all_studies_are_a_hundred_percent():
    audit = pd.DataFrame(
        {
            "study": [0, 1], "rule": 0, "target": 0, "fast_decided": True, "nuts_decided": False,
            "fast_probability": 0.9, "nuts_probability": 0.8, "nuts_failed": False,
            "probability_mcse": 0.01, "fast_mean": 1.0, "nuts_mean": 1.0, "mean_mcse": 0.1,
        }
    )  # fmt: skip
    assert "in 2 of 2 studies, so they may differ in up to 100% of all" in audit_sentences(audit)[0]


@pytest.mark.parametrize(
    ("share", "mcse", "text"),
    [
        (0.4312, 0.009, "43.1 ± 0.9"), (0.43, 0.05, "43 ± 5"), (1.0, np.sqrt(0.5) / 4000, "> 99.92"),
        (0.0, np.sqrt(0.5) / 100, "< 3"), (0.0, np.sqrt(0.5) / 1000, "< 0.3"), (1.0, 0.5, "> 50"),
    ],
)  # fmt: skip
def test_a_share_has_the_digits_of_its_error_and_none_or_all_is_a_limit(share, mcse, text):
    assert share_text(share, mcse) == text


def test_a_share_of_none_is_told_with_the_rule_of_three():
    found = Tally()
    rows = pd.DataFrame({name: np.full(150, 1.0) for name in COLUMNS})
    found.add(rows.assign(study=np.arange(150), decided=False, is_null=False, answered_by=EXACT))
    row = found.describe()
    assert share_text(row["share"], row["share_mcse"]) == "< 2"
