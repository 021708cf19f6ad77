"""From a file of levels to contrasts with classical answers, where subjects are under one condition or several."""

import numpy as np
import pytest

import lensim
from lensim.assay import read_result
from lensim.checks import InputError
from lensim.expression.assay import default_model
from lensim.expression.groups.arrays import level_arrays
from lensim.expression.groups.levels import REPEATED, repeated_levels_of
from lensim.expression.read import read_expression
from lensim.report.figures.expression import figures_of_fit


def partial_table(folder, kinds=("all",)):
    """Six patients under control and two drugs, some of them without one; two more under one drug alone."""
    rng = np.random.default_rng(11)
    rows = ["gene,patient,cell_type,condition,dCt"]
    for s in range(8):
        own = rng.normal(6.0, 1.0)
        for c, (condition, change) in enumerate((("DMSO", 0.0), ("A", -1.5), ("B", 0.5))):
            is_there = (s + c) % 4 if s < 6 else c == s - 5
            for k, kind in enumerate(kinds):
                if is_there:
                    level = own + change * (1 + k) + rng.normal(0.0, 0.2)
                    rows.append(f"T,p{s},{kind},{condition},{level:.3f}")
    path = folder / "levels.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_partial_pairs_are_all_used_and_counted(tmp_path):
    data = read_expression(partial_table(tmp_path), unpaired="keep")
    assert default_model(data) == REPEATED
    fit = lensim.fit(data, seed=1, draws=500)
    assert fit.verdict.passed
    table = fit.tables_at(ci_prob=0.999)["group_ratios"]
    counts = table[["group", "against", "subjects", "against_subjects", "in_both"]].to_numpy().tolist()
    assert counts == [["A", "DMSO", 6, 4, 3], ["B", "DMSO", 6, 4, 3], ["B", "A", 6, 6, 4]]
    for row, truth in zip(table.to_dict("records"), (2.0**1.5, 2.0**-0.5, 2.0**-2.0), strict=True):
        assert row["ratio_lower"] < truth < row["ratio_upper"]
        assert np.log2(row["ratio"]) == pytest.approx(np.log2(row["mixed_ratio"]), abs=0.1)
        assert row["mixed_ratio_lower"] < row["mixed_ratio"] < row["mixed_ratio_upper"]
        assert 0 < row["mixed_p"] < 1
    assert (table["p_above_1"].to_numpy() > 0.5).tolist() == [True, False, False]
    read = read_result(fit.tree)
    assert read.remarks[0].startswith("groups are compared, within subjects that are in both and between the others")
    assert [figure.name for figure in figures_of_fit(fit.tree, 0.9, None)] == ["groups"]
    assert list(fit.tables) == ["group_ratios", "groups"]


def test_a_second_factor_within_subjects_has_its_interaction(tmp_path):
    fit = lensim.fit(read_expression(partial_table(tmp_path, ("24 h", "48 h")), unpaired="keep"), seed=1, draws=500)
    rows = fit.tables_at(ci_prob=0.999)["cell_type_ratios"].to_dict("records")
    (row,) = (one for one in rows if one["what"] == "fold change, A over DMSO")
    assert (row["first"], row["second"], row["in_all"]) == ("24 h", "48 h", 3)
    assert (row["first_subjects"], row["second_subjects"]) == (7, 7)  # 6 + 4 levels of 7 subjects
    assert row["ratio_lower"] < 2.0**-1.5 < row["ratio_upper"]
    assert row["paired_t_p"] < 0.1


def test_reactions_of_pairs_can_be_levels(tmp_path):
    rows = ["subject,condition,gene,ct,is_reference"]
    for s, conditions in (("a", ("ctrl", "drug")), ("b", ("ctrl", "drug")), ("c", ("drug",)), ("d", ("ctrl",))):
        for condition in conditions:
            target = 26.0 - (condition == "drug") + 0.1 * ord(s)
            rows += [f"{s},{condition},X,{target},0", f"{s},{condition},R,20.0,1"]
    (tmp_path / "cts.csv").write_text("\n".join(rows), encoding="utf-8")
    data = read_expression(tmp_path / "cts.csv", unpaired="keep")
    levels = repeated_levels_of(data)
    assert levels["group_of_level"].to_numpy().tolist() == [0, 1, 0, 1, 1, 0]
    with pytest.raises(InputError, match="take the model level_repeated_measures"):
        level_arrays(levels)
    fit = lensim.fit(data, model=REPEATED, seed=1, draws=500)
    assert fit.tables["group_ratios"]["in_both"].to_numpy().tolist() == [2]
