"""Whether a share is at least what was asked: told with its interval, and under both readings of failed studies."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lensim.cli.power import print_power
from lensim.power.diagnosands import COLUMNS, EXACT, FAILED, SURE, Tally, verdict
from lensim.power.run import run_power
from lensim.power.scenario import scenario_of


def tally_of(finds: int, others: int, failed: int) -> Tally:
    """One row a study; the failed have no answer."""
    n = finds + others + failed
    rows = pd.DataFrame({name: np.full(n, 1.0) for name in COLUMNS})
    answered_by = np.where(np.arange(n) < finds + others, EXACT, FAILED)
    tally = Tally()
    tally.add(
        rows.assign(study=np.arange(n), decided=np.arange(n) < finds, is_null=False, answered_by=answered_by, low=0.5)
    )
    return tally


@pytest.mark.parametrize(("finds", "others"), [(90, 10), (10, 90), (80, 20), (3, 0)])
def test_bounds_are_wilsons(finds, others):
    tally = tally_of(finds, others, 0)
    interval = stats.binomtest(finds, finds + others).proportion_ci(1 - 2 * stats.norm.sf(SURE), method="wilson")
    for failures in ("missing", "no_find", "either"):
        np.testing.assert_allclose(tally.share_bounds(failures), interval)


def test_failures_are_missing_or_no_finds():
    """Nearly all that could be analysed are finds, and half could not: surely 0.8 or more, or surely not."""
    found = tally_of(195, 5, 200).describe()
    said = [
        verdict(found[f"{share}_low"], found[f"{share}_high"], 0.8)
        for share in ("share", "share_if_failures_are_no_find")
    ]
    assert said == ["yes", "no"]
    low, high = tally_of(195, 5, 200).share_bounds("either")
    assert verdict(low, high, 0.8) == "undecided"


def test_where_every_study_fails_nothing_is_decided_but_what_failures_are():
    found = tally_of(0, 0, 100).describe()
    assert verdict(found["share_low"], found["share_high"], 0.8) == "undecided"
    assert found["share_if_failures_are_no_find_high"] < 0.8


def scenario(lines: int, **change: object):
    return scenario_of(
        {
            "name": "x",
            "design": {"assay": "ratios", "subjects": {"line": lines}},
            "truth": {"expression": [{"mu_log2_fold_change": 1.0, "sigma_log2_fold_change": 1.0}]},
            "rules": [{"rule": "test", "test": "t_log2"}],
            "studies": {"count": 400, "chunk": 100, "decide_at": 0.8},
            "audit": {"studies": 0},
        }
        | change
    )


def test_the_verdict_of_each_point_is_printed(tmp_path, capsys):
    """Power is near 0.8 with 11 lines, surely less with 4 and more with 30."""
    result = run_power(scenario(4, grid={"design.subjects.line": [4, 11, 30]}), tmp_path / "out")
    assert result.table["verdict"].tolist() == ["no", "undecided", "yes"]
    assert result.table["studies"].tolist()[1] == 400
    print_power(result.table, result.audit)
    said = capsys.readouterr().out
    row = result.table.iloc[1]
    assert "at least 0.8?" in said
    assert f"undecided ({100 * row['share_low']:.1f} to {100 * row['share_high']:.1f}%)" in said
    assert "no study failed" in said
    for name in ("bias", "rmse", "width", "type_m"):
        digits = 2 if name == "type_m" else 3
        assert f"{row[name]:.{digits}f} ± {row[f'{name}_mcse']:.{digits}f}" in said


def test_both_readings_are_printed_where_studies_failed(tmp_path, capsys):
    result = run_power(scenario(30), tmp_path / "out")
    found = tally_of(195, 5, 200).describe()
    table = result.table.assign(**found, verdict="yes", verdict_if_failures_are_no_find="no")
    print_power(table, result.audit)
    said = capsys.readouterr().out
    assert "at least 0.8, failed studies missing?" in said
    assert "and as no finds?" in said
    assert f"no ({100 * found['share_if_failures_are_no_find_low']:.1f} to" in said


def test_without_a_mark_there_is_no_verdict(tmp_path, capsys):
    result = run_power(scenario(6, studies={"count": 100, "chunk": 100}), tmp_path / "out")
    assert "verdict" not in result.table
    print_power(result.table, result.audit)
    assert "at least" not in capsys.readouterr().out
