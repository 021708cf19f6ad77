"""Associations of sensitivity with labels: power against simulated tables, groups of a panel, and faults."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.associations import (
    Equivalence,
    associate,
    fisher_of_all,
    share_draws,
    variance_shares,
)
from lensim.dose_response.estimands import GROUP_OF_LINE, dose_response_estimands
from lensim.report.figures.associations import plot_associations
from lensim.seeding import stream
from tests.dose_response.made_up_panel import made_up_panel

FALSE_ALARM = 1e-6


@pytest.fixture(scope="module")
def result() -> xr.DataTree:
    return made_up_panel()


def test_groups_of_the_panel(result):
    estimands = dose_response_estimands(result, 10.0)
    table = associate(estimands).set_index("value")
    assert table["lines"].to_dict() == {"MMSET": 5, "MAF/MAFB": 7, "CCND1": 7, "CCND3": 1, "nonrecurrent": 3}
    assert table.loc["CCND1", "resistant"] == 4
    assert (table["other_resistant"] + table["resistant"]).sum() == pytest.approx(50, abs=2)
    for name in ("log2_odds_ratio", "inhibition_difference_percent"):
        assert (table[f"{name}_lower"] < table[name]).all()
        assert (table[name] < table[f"{name}_upper"]).all()
    calls = estimands["is_resistant"].mean(("chain", "draw")).to_numpy() > 0.5
    inside = estimands[GROUP_OF_LINE].to_numpy() == "CCND1"
    counts = [[(calls & part).sum(), (~calls & part).sum()] for part in (inside, ~inside)]
    assert table.loc["CCND1", "fisher_p"] == pytest.approx(stats.fisher_exact(counts).pvalue, rel=1e-12)
    assert table.loc["MMSET", "power_if_all_resistant"] < 0.8  # five lines that are all resistant may go unseen
    plot_associations(associate(estimands), Equivalence())


def test_fisher_of_all_values_is_that_of_every_table_with_the_margins(result):
    """Null: so many of the 9,999 simulated tables are as rare as the one that was seen, or rarer."""
    estimands = dose_response_estimands(result, 10.0)
    calls = estimands["is_resistant"].mean(("chain", "draw")).to_numpy() > 0.5
    sizes = {"MMSET": 5, "MAF/MAFB": 7, "CCND1": 7, "CCND3": 1, "nonrecurrent": 3}
    groups = estimands[GROUP_OF_LINE].to_numpy()
    seen = tuple(int((calls & (groups == name)).sum()) for name in sizes)
    law = stats.multivariate_hypergeom(list(sizes.values()), int(calls.sum()))
    tables = [x for x in np.ndindex(*(n + 1 for n in sizes.values())) if sum(x) == calls.sum()]
    chance = law.pmf(np.array(tables))
    exact = chance[chance <= law.pmf(seen) * (1 + 1e-9)].sum()
    as_rare = round(fisher_of_all(estimands) * 10_000) - 1
    assert stats.binomtest(as_rare, 9_999, exact).pvalue > FALSE_ALARM
    assert stats.binomtest(as_rare, 9_999, 0.9 * exact).pvalue < FALSE_ALARM  # the check can fail


def test_a_label_that_is_the_call_is_found(result):
    lines = [str(one) for one in result["posterior"][v.CELL_LINE].to_numpy()]
    resistant = dose_response_estimands(result, 10.0)["is_resistant"].mean(("chain", "draw")).to_numpy() > 0.5
    labels = {line: "bad" if is_one else "good" for line, is_one in zip(lines, resistant, strict=True)}
    table = associate(dose_response_estimands(result, 10.0), labels).set_index("value")
    assert table.loc["bad", "log2_odds_ratio_verdict"] == "different"
    assert table.loc["bad", "fisher_p"] < 1e-4
    assert table.loc["good", "inhibition_difference_percent"] > 20


def test_a_label_that_is_the_call_explains_more_of_the_variance_than_one_at_random(result):
    lines = [str(one) for one in result["posterior"][v.CELL_LINE].to_numpy()]
    estimands = dose_response_estimands(result)
    inhibition = estimands["inhibition_at_top_dose_percent"].mean(("chain", "draw")).to_numpy()
    order = dict(zip(np.array(lines)[np.argsort(inhibition)].tolist(), "aaaaaaabbbbbbbbccccccccc", strict=False))
    by_order = variance_shares(estimands, order).set_index("quantity")
    assert by_order.loc["inhibition_at_top_dose_percent", "lower"] > 0.3
    by_chance = variance_shares(estimands, dict(zip(lines, "abc" * 8, strict=False))).set_index("quantity")
    assert by_chance.loc["inhibition_at_top_dose_percent", "lower"] < 0.1
    assert by_chance["lines"].tolist() == [23, 23, 23]
    assert len(variance_shares(estimands)) == 3


def test_shares_of_variance_are_calibrated():
    """Ranks of true shares are uniform where lines come from the model, and not where labels say nothing."""
    rng, runs = stream(4, "shares"), 400
    labels = ["a"] * 5 + ["b"] * 7 + ["c"] * 7 + ["d"] + ["e"] * 3
    of_line = np.array([sorted(set(labels)).index(one) for one in labels])
    true = rng.random(runs)
    groups = rng.standard_normal((runs, 5)) * np.sqrt(true)[:, None]
    values = 3.0 + 2.0 * (groups[:, of_line] + rng.standard_normal((runs, 23)) * np.sqrt(1 - true)[:, None])
    p = {}
    for name, own in (("right", values), ("shuffled", rng.permuted(values, axis=1))):
        draws = share_draws(np.repeat(own, 49, axis=0), labels, rng).reshape(runs, 49)
        rank = ((draws < true[:, None]).sum(axis=1) + rng.random(runs)) / 50
        p[name] = stats.kstest(rank, "uniform").pvalue
    assert p["right"] > 1e-6
    assert p["shuffled"] < 1e-6


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"LP-1": "a", "ABC": "b"}, "labels must be of lines of the fit"),
        ({"LP-1": "a", "XG-1": "b"}, "labels, lines that have one, must be at least 4, got 2"),
        (dict.fromkeys(("LP-1", "XG-1", "XG-6", "U266"), "a"), "must have at least two values, got a for all 4 lines"),
    ],
)
def test_labels_that_do_not_do_are_refused(result, labels, message):
    with pytest.raises(InputError, match=message):
        associate(dose_response_estimands(result), labels)
