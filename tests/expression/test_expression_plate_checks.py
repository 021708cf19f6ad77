"""Plate effects of one gene are told, and corrected where plates have a calibrator."""

import numpy as np
import pytest
from expression_studies import rows_of, written

from lensim import vocabulary as v
from lensim.expression.cells import mean_ct, sample_pairs
from lensim.expression.plate_checks import told_of_plates
from lensim.expression.read import read_expression

HEADER = "donor,condition,gene,ct,plate,task"


def late(row, plate, by, gene="X"):
    """A row on a plate where one gene comes later."""
    donor, condition, one, ct = row.split(",")
    return f"{donor},{condition},{one},{float(ct) + (by if one == gene else 0.0):.3f},{plate},unknown"


def read(folder, rows):
    return read_expression(written(folder, rows, HEADER), references=["R"])


def split_by_condition(by):
    return [late(row, "p2" if ",drug," in row else "p1", by if ",drug," in row else 0.0) for row in rows_of()]


def calibrators(by, sd=0.02):
    rng = np.random.default_rng(3)
    return [
        f"cal,ctrl,{gene},{level + (by if gene == 'X' and plate == 'p2' else 0.0) + sd * rng.standard_normal():.3f},"
        f"{plate},IPC"
        for plate in ("p1", "p2")
        for gene, level in (("X", 26.0), ("R", 20.0))
        for _ in range(3)
    ]


def fold_change(data):
    """Livak's log2 fold change by hand."""
    ct, is_reference = mean_ct(data), data[v.IS_REFERENCE].to_numpy() == 1
    delta = (ct[~is_reference] - ct[is_reference])[0]
    return float(np.mean([delta[control] - delta[treated] for control, treated, _ in sample_pairs(data)]))


@pytest.mark.parametrize("seed", range(5))
def test_calibrators_take_a_late_plate_of_one_gene_out(tmp_path, seed):
    plain = fold_change(read(tmp_path, split_by_condition(0.0)))
    data = read(tmp_path, [*split_by_condition(1.0 + 0.1 * seed), *calibrators(1.0 + 0.1 * seed)])
    assert fold_change(data) == pytest.approx(plain, abs=0.08)
    assert data.sizes[v.SUBJECT] == 3
    assert data.attrs[v.READ_NOTES].startswith("Ct is corrected by the plate calibrators [cycles]: X on p1 +0.")
    assert told_of_plates(data) == []


def test_treated_and_control_on_different_plates_are_told(tmp_path):
    (said,) = told_of_plates(read(tmp_path, split_by_condition(0.0)))
    assert said == (
        "treated samples and their controls are on different plates for X: a plate effect of one gene cannot be told "
        "from an effect of the treatment; wells of the task plate_calibrator on all plates can tell"
    )


def test_a_plate_effect_of_one_gene_is_told_from_samples_on_both_plates(tmp_path):
    rows = [late(row, plate, by) for row in rows_of() for plate, by in (("p1", 0.0), ("p2", 1.2))]
    (said,) = told_of_plates(read(tmp_path, rows))
    assert said.startswith("X comes +1.20 cycles on plate p2 against p1 in the same samples, other genes by +0.00:")
    alike = [late(row, plate, 0.0) for row in rows_of() for plate in ("p1", "p2")]
    assert told_of_plates(read(tmp_path, alike)) == []


def test_calibrators_of_another_gene_are_left_out(tmp_path):
    rows = [late(row, "p1", 0.0) for row in rows_of()] + ["cal,ctrl,Z,20.1,p1,IPC"]
    data = read(tmp_path, rows)
    assert data.attrs[v.READ_NOTES] == (
        "1 well of plate calibrators is left out: no gene of the study has them on several plates"
    )
