"""Groups of different subjects: refused with the ways out, or compared by Welch's t-test and the pooled model."""

import numpy as np
import pytest
import xarray as xr
from expression_studies import rows_of, written
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.assay import ASSAY, default_model
from lensim.expression.estimands import expression_estimands, summarise_populations, summarise_subjects
from lensim.expression.evidence import PAIRS, UNPAIRED_TREATED, evidence_of
from lensim.expression.read import read_expression
from lensim.expression.unpaired import unpaired_fold_changes
from lensim.inference.observations import attach_observations


def groups(n=3, shift=lambda donor, condition, gene: 0.0):
    rows = [row for row in rows_of([f"C{k}" for k in range(n)], shift=shift, seed=2) if ",ctrl," in row]
    return rows + [row for row in rows_of([f"T{k}" for k in range(n)], shift=shift, seed=5) if ",drug," in row]


def test_groups_of_different_subjects_are_refused_with_the_ways_out(tmp_path):
    with pytest.raises(InputError) as caught:
        read_expression(written(tmp_path, groups()), references=["R"])
    assert str(caught.value) == (
        "cts.csv line 14: no subject has both ctrl and another condition in one experiment: ctrl has C0, C1, C2; "
        "drug has T0, T1, T2. Give the samples of one donor, passage or day one subject and one experiment, or compare "
        'groups of different subjects with unpaired="keep"'
    )


def test_kept_groups_are_compared_by_welch(tmp_path):
    rows = groups()
    data = read_expression(written(tmp_path, rows), references=["R"], unpaired="keep")
    assert default_model(data) == "level_groups"
    delta = {}
    for donor in ("C0", "C1", "C2", "T0", "T1", "T2"):
        own = {
            gene: np.mean(
                [float(row.split(",")[3]) for row in rows if row.startswith(f"{donor},") and f",{gene}," in row]
            )
            for gene in ("X", "R")
        }
        delta[donor] = own["R"] - own["X"]
    control, treated = ([delta[f"{kind}{k}"] for k in range(3)] for kind in "CT")
    (row,) = unpaired_fold_changes(data).to_dict("records")
    test = stats.ttest_ind(treated, control, equal_var=False)
    assert (row["control_subjects"], row["treated_subjects"]) == (3, 3)
    assert row["p_value"] == pytest.approx(test.pvalue)
    assert row["fold_change"] == pytest.approx(2 ** (np.mean(treated) - np.mean(control)))
    assert any("by Welch's t-test of 3 subjects against 3" in note for note in ASSAY.notes(data))


def test_kept_groups_are_no_pairs(tmp_path):
    data = read_expression(written(tmp_path, groups()), references=["R"], unpaired="keep")
    evidence = evidence_of(data)
    assert int(evidence[PAIRS].sum()) == 0
    assert int((evidence[UNPAIRED_TREATED] > 0).sum()) == 3


def test_one_missing_control_is_refused_or_left_out(tmp_path):
    rows = [row for row in rows_of() if not row.startswith("D2,ctrl")]
    with pytest.raises(InputError) as caught:
        read_expression(written(tmp_path, rows), references=["R"])
    assert str(caught.value) == (
        "cts.csv line 10: subject D2 under drug in experiment 1 has no control sample (ctrl, same subject and "
        'experiment): leave such samples out with unpaired="drop", or compare all '
        'subjects, with or without a partner, with unpaired="keep"'
    )
    data = read_expression(written(tmp_path, rows), references=["R"], unpaired="drop")
    without = [row for row in rows if not row.startswith("D2,")]
    alone = read_expression(written(tmp_path, without), references=["R"])
    assert data.drop_attrs().equals(alone.drop_attrs())
    assert data.attrs[v.READ_NOTES] == "samples without a control left out: D2 under drug in experiment 1"


def test_a_control_without_a_treated_sample_is_told(tmp_path):
    rows = [row for row in rows_of() if not row.startswith("D2,drug")]
    data = read_expression(written(tmp_path, rows), references=["R"])
    assert data.attrs[v.READ_NOTES] == (
        "ctrl samples without a treated one, so of no fold change: D2 under ctrl in experiment 1"
    )


def test_tables_of_kept_groups_have_the_mean_and_no_subject(tmp_path):
    data = read_expression(written(tmp_path, groups()), references=["R"], unpaired="keep")
    rng = np.random.default_rng(3)
    shape = {v.TARGET: 1, v.SUBJECT: 6, v.CONTRAST: 1, v.CELL_TYPE: 1}
    coords = {
        v.TARGET: ["X"], v.CONTRAST: ["drug"],
        **{dim: data[dim].to_numpy() for dim in (v.SUBJECT, v.CELL_TYPE)},
    }  # fmt: skip

    def draws(*dims):
        values = 1.0 + 0.1 * rng.standard_normal((2, 50, *(shape[dim] for dim in dims)))
        return ("chain", "draw", *dims), np.abs(values)

    posterior = xr.Dataset(
        {
            v.LOG2_FOLD_CHANGE: draws(v.TARGET, v.SUBJECT, v.CONTRAST),
            v.MU_FOLD_CHANGE: draws(v.TARGET, v.CELL_TYPE, v.CONTRAST),
            v.SIGMA_FOLD_CHANGE: draws(v.TARGET, v.CELL_TYPE, v.CONTRAST),
        },
        coords,
    )
    result = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(result, data)
    estimands = expression_estimands(result)
    assert summarise_subjects(estimands).empty
    (row,) = summarise_populations(estimands).to_dict("records")
    assert row["fold_change_percent"] == pytest.approx(200, rel=0.05)
    assert row["subjects"] == 3
    assert np.isnan([row["sigma_log2"], row["new_subject_percent"], row["increased"]]).all()
    assert row["note"] == "groups of different subjects: 3 treated without a control, 3 with one"
    first, second = ASSAY.remarks(estimands)
    assert first == "drug is compared between groups of different subjects: no subject has a fold change"
    assert second.startswith("R is the only reference, and nothing shows whether it responds to drug")
