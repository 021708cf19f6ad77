"""Contrasts of cell types and levels over the calibrator, from draws whose law is known."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.assay import Asked
from lensim.checks import InputError
from lensim.cli.summarize import print_result
from lensim.expression.contrasts import summarise_contrasts, summarise_levels, summarise_references
from lensim.expression.design import lay_out
from lensim.expression.estimands import DIFFERENCE_OF_LEVELS, INSTABILITY, expression_estimands
from lensim.expression.evidence import CONTROL_DETECTED, evidence_of
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import NO_FAULTS
from lensim.inference.gate import convergence_table
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.maiga2013 import number
from lensim.maiga2013.expression_twin import LINE, PRIMARY, draw_expression_twin, expression_design
from lensim.seeding import stream

FALSE_ALARM = 1e-6
SD_LEVEL = 0.2
SHAPE = (2, 2000)


def twin() -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, stream(51, "truth"))
    return one_study(simulate(sheet, truth, NO_FAULTS, stream(51, "machine")), 0), truth.isel(study=0)


DATA, TRUTH = twin()


def made_up(data: xr.Dataset = DATA) -> xr.DataTree:
    """Draws about the twin's truth: levels give or take 0.2 each, fold changes 0.1, means of cell types 0.1."""
    rng = stream(51, "draws")

    def about(name: str, sd: float) -> xr.DataArray:
        true = TRUTH[name]
        values = true.to_numpy() + sd * rng.standard_normal((*SHAPE, *true.shape))
        return xr.DataArray(values, dims=("chain", "draw", *true.dims), coords=true.coords)

    fold = f"mu_{v.LOG2_FOLD_CHANGE}"
    draws = {v.LOG2_LEVEL: about(v.LOG2_LEVEL, SD_LEVEL), v.LOG2_FOLD_CHANGE: about(v.LOG2_FOLD_CHANGE, 0.1)}
    draws |= {fold: about(fold, 0.1), f"sigma_{v.LOG2_FOLD_CHANGE}": abs(about(f"sigma_{v.LOG2_FOLD_CHANGE}", 0.01))}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws)})
    attach_observations(tree, data)
    return tree


def test_the_twin_s_23_fold_is_found_and_with_the_line_without_the_gene_it_is_not():
    """Null: draws of the difference have mean log2 23 and sd 0.2 sqrt(1 / 4 + 1 / 12)."""
    tree, true = made_up(), np.log2(number("igf1_primary_over_lines_fold"))
    draws = expression_estimands(tree)[DIFFERENCE_OF_LEVELS].sel({v.TARGET: "IGF1", "pair": f"{LINE} less {PRIMARY}"})
    error = SD_LEVEL * np.sqrt(1 / 4 + 1 / 12)
    assert stats.kstest(-draws.to_numpy().ravel(), stats.norm(true, error).cdf).pvalue > FALSE_ALARM
    kinds = DATA[v.CELL_TYPE].to_numpy()[DATA[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    level = tree["posterior"][v.LOG2_LEVEL].sel({v.TARGET: "IGF1"})
    of_all = level.isel({v.SUBJECT: kinds == PRIMARY}).mean(v.SUBJECT)
    of_all = of_all - level.isel({v.SUBJECT: kinds == LINE}).mean(v.SUBJECT)
    assert float(of_all.mean()) > true + 1.5  # the line without IGF1 makes it 80-fold or more
    table = summarise_contrasts(expression_estimands(tree), 0.9)
    row = table[(table["quantity"] == "level") & (table["target"] == "IGF1")].set_index(["first", "second"])
    row = row.loc[(LINE, PRIMARY)]
    assert (row["first_subjects"], row["second_subjects"], row["note"]) == (12, 4, "")
    assert row["p_above_1"] == 0.0
    interval = 2.0 ** stats.norm(-true, error).ppf([0.05, 0.5, 0.95])
    assert [row["ratio_lower"], row["ratio"], row["ratio_upper"]] == pytest.approx(interval, rel=0.05)


def test_fold_changes_of_cell_types_stand_beside_levels():
    table = summarise_contrasts(expression_estimands(made_up()))
    assert table["quantity"].value_counts().to_dict() == {"fold change": 6 * 3, "level": 6 * 3}
    own = table[(table["quantity"] == "fold change") & (table["target"] == "TNF")].set_index(["first", "second"])
    mu = TRUTH[f"mu_{v.LOG2_FOLD_CHANGE}"].sel({v.TARGET: "TNF"}).isel({v.CONTRAST: 0})
    true = 2.0 ** float(mu.sel({v.CELL_TYPE: PRIMARY}) - mu.sel({v.CELL_TYPE: "BMSC"}))
    assert own.loc[(PRIMARY, "BMSC"), "ratio"] == pytest.approx(true, rel=0.03)


def test_a_cell_type_without_the_gene_has_no_ratio_and_spoils_no_verdict():
    ct = DATA[v.CT].to_numpy().copy()
    subject = DATA[v.SUBJECT_OF_SAMPLE].to_numpy()[DATA[v.SAMPLE_OF_REACTION].to_numpy()]
    stroma = DATA[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject] == 2
    tnf = DATA[v.GENE_OF_REACTION].to_numpy() == 0
    ct[stroma & tnf] = np.nan
    tree = made_up(DATA.assign({v.CT: (v.REACTION, ct)}))
    table = (
        summarise_contrasts(expression_estimands(tree))
        .query("target == 'TNF' and second == 'BMSC'")
        .set_index("quantity")
    )
    assert np.isnan(table.loc["level", ["ratio", "ratio_lower", "p_above_1"]].to_numpy().astype(float)).all().all()
    assert set(table.loc["level", "note"]) == {"never detected in BMSC: no ratio"}
    assert np.isfinite(table.loc["fold change", "ratio"]).all()
    judged = convergence_table(expression_estimands(tree)[[DIFFERENCE_OF_LEVELS]])
    assert judged.isna().any(axis=1).sum() == 3


def test_levels_over_the_calibrator_are_those_of_the_truth_or_bounds():
    """Null: a level over the calibrator has the true ratio as median, with an error of 0.2 sqrt(2) in its draws."""
    levels = summarise_levels(expression_estimands(made_up())).set_index(["target", "subject"])
    true = TRUTH[v.LOG2_LEVEL] - TRUTH[v.LOG2_LEVEL].sel({v.SUBJECT: "LP-1"})
    off = np.array([np.log2(row.ratio) - float(true.sel(target=t, subject=s)) for (t, s), row in levels.iterrows()])
    others = off[off != 0.0]
    assert len(others) == 3 * 21
    error = 1.2533 * SD_LEVEL * np.sqrt(2 / np.prod(SHAPE))  # of a median
    assert len(others) * 2 * stats.norm.sf(abs(others).max() / error) > FALSE_ALARM
    assert (levels.loc[("IGF1", "LP-1"), ["ratio", "ratio_lower", "ratio_upper"]] == 1.0).all()
    assert levels.loc[("TNF", "NCI-H929"), "note"] == "never detected: at most the upper end"
    silent = levels["note"] != ""
    assert (levels["detected"] == 0).equals(silent)
    assert int((evidence_of(DATA)[CONTROL_DETECTED] == 0).sum()) == int(silent.sum())


def test_references_that_respond_are_told():
    tree = made_up()
    with pytest.raises(InputError, match=r"got one in which they hold still$"):
        summarise_references(expression_estimands(tree))
    draws = np.log2(1.5) + 0.1 * stream(51, "reference").standard_normal((*SHAPE, 1, 1))
    dims = ("chain", "draw", v.REFERENCE, v.CONTRAST)
    coords = {v.REFERENCE: ["RPL37A"], v.CONTRAST: tree["posterior"][v.CONTRAST].to_numpy()}
    more = xr.Dataset({v.LOG2_REFERENCE_FOLD_CHANGE: (dims, draws)}, coords)
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().merge(more))
    row = summarise_references(expression_estimands(tree)).iloc[0]
    assert (row["reference"], row["contrast"], row["p_above_1"]) == ("RPL37A", str(coords[v.CONTRAST][0]), 1.0)
    exact = 1.5 * 2.0 ** (0.1 * stats.norm.ppf([0.05, 0.5, 0.95]))
    assert [row["ratio_lower"], row["ratio"], row["ratio_upper"]] == pytest.approx(exact, rel=0.02)


def test_references_are_ranked_by_how_stable_they_are():
    rng = stream(51, "ranked")
    dims = ("chain", "draw", v.REFERENCE, v.CONTRAST)
    change = np.array([0.5, 0.0, 0.05])[:, None] + 0.02 * rng.standard_normal((*SHAPE, 3, 1))
    spread = np.abs(np.array([0.1, 0.1, 0.1]) + 0.01 * rng.standard_normal((*SHAPE, 3)))
    estimands = xr.Dataset(
        {
            v.LOG2_REFERENCE_FOLD_CHANGE: (dims, change),
            INSTABILITY: (dims[:3], np.sqrt(change[..., 0] ** 2 + spread**2)),
        },
        {v.REFERENCE: ["R1", "R2", "R3"], v.CONTRAST: ["drug"]},
    )
    table = summarise_references(estimands)
    assert table["reference"].tolist() == ["R2", "R3", "R1"]
    assert table["p_most_stable"].sum() == pytest.approx(1.0)
    assert table["p_most_stable"].iloc[0] > 0.6
    assert table["instability_log2"].iloc[2] == pytest.approx(np.hypot(0.5, 0.1), abs=0.02)


def test_a_printed_result_says_all_of_it(capsys):
    tree = made_up()
    tree.attrs[v.ASSAY] = v.EXPRESSION
    verdict = Verdict(True, (), 1.0, 900.0, 900.0, "x", 0, 1.0, 0.0)
    carry_verdict(tree, verdict)
    print_result(tree, Asked(0.9))
    said = " ".join(capsys.readouterr().out.split())
    for word in ("myeloma line", "Level of each subject over that of LP-1", "first subjects", "converged"):
        assert word in said


def test_without_a_calibrator_or_a_second_cell_type_there_is_nothing_to_say():
    with pytest.raises(InputError, match=r"^summarise_levels needs a fit of Cts with a calibrator, got one without$"):
        summarise_levels(expression_estimands(made_up(DATA.assign_attrs(calibrator=""))))
    lines = DATA[v.CELL_TYPE_OF_SUBJECT].to_numpy() * 0
    alone = DATA.isel({v.CELL_TYPE: [0]}).assign({v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, lines)})
    tree = made_up(alone)
    tree["posterior"] = xr.DataTree(tree["posterior"].to_dataset().isel({v.CELL_TYPE: [0]}))
    assert len(summarise_contrasts(expression_estimands(tree))) == 0
