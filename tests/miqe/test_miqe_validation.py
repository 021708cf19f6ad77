import numpy as np

from lensim import vocabulary as v
from lensim.miqe import validation
from lensim.miqe.study import Study
from tests.report.made_up_fits import made_up_fit


def with_standards(cts: dict[float, list[float]]) -> Study:
    """The made-up fit, whose first gene has a series of these Cts, and no other gene any."""
    fit = made_up_fit("expression")
    data = fit["observations"].to_dataset().drop_dims(v.STANDARD)
    quantity = np.repeat(list(cts), [len(one) for one in cts.values()])
    zeros = np.zeros(len(quantity), dtype=np.int64)
    data = data.assign(
        {
            v.STANDARD_CT: (v.STANDARD, np.array([ct for one in cts.values() for ct in one])),
            v.STANDARD_QUANTITY: (v.STANDARD, quantity, {"units": "ng"}),
            v.GENE_OF_STANDARD: (v.STANDARD, zeros),
            v.PLATE_OF_STANDARD: (v.STANDARD, zeros),
        }
    )
    fit["observations"].dataset = data
    return Study(fit)


SERIES = {10.0: [20.0, 20.2], 1.0: [23.4, 23.6], 0.1: [26.9, 27.1], 0.01: [30.3, np.nan]}


def test_a_curve_is_told_with_its_slope_efficiency_and_range():
    study = with_standards(SERIES)
    gene = study.genes[0]
    line = study.lines.iloc[0]
    assert validation.curve(study).value == f"{gene} slope {line['slope']:.3f}, intercept 23.52 cycles at 1 ng"
    assert validation.efficiency(study).value.startswith(f"{gene} 9")
    assert validation.linear_range(study).value == f"{gene} 0.1 to 10 ng (2.0 tenfolds)"
    assert "none for" in validation.curve(study).lacks


def test_a_quantity_off_the_line_is_not_in_the_range():
    cts = {10.0 ** (2 - k): [16.6 + 3.4 * k, 16.7 + 3.4 * k] for k in range(6)} | {1000.0: [15.2, 15.3]}
    study = with_standards(cts)
    assert (
        validation.linear_range(study).value == f"{study.genes[0]} 0.001 to 100 ng (5.0 tenfolds; off the line: 1000)"
    )


def test_a_range_of_one_quantity_is_none():
    study = with_standards({10.0: [20.0, 20.2], 1.0: [23.4, np.nan], 0.1: [26.9, np.nan]})
    assert validation.linear_range(study).value == (
        f"{study.genes[0]} fewer than two quantities that were always detected"
    )


def test_limits_are_told_by_what_was_detected():
    study = with_standards(SERIES)
    gene = study.genes[0]
    assert validation.lower_limit(study).value == f"{gene} sd 0.14 cycles at 0.1 ng (2 reactions detected of 2)"
    assert validation.limit_of_detection(study).value.startswith(
        f"{gene} all of 2 detected at 0.1 ng, 1 of 2 at 0.01 ng"
    )


def test_without_a_series_the_curve_is_blank_with_its_reason():
    study = with_standards({})
    assert validation.curve(study).lacks == (
        "no gene has a dilution series in what was fitted: put the wells of its standards into the file"
    )
    assert validation.limit_of_detection(study).value == ""
    assert validation.range_intervals(study).value == ""


def test_a_series_that_is_too_short_says_so():
    study = with_standards({10.0: [20.0], 1.0: [23.4]})
    assert "distinct quantities detected must be at least 3, got 2" in validation.curve(study).lacks


def test_controls_without_template_are_counted_by_gene():
    study = Study(made_up_fit("expression"))
    told = validation.no_template(study).value
    assert all(f"{gene} " in told for gene in study.genes)
    assert "amplified of" in told


def test_one_gene_a_well_is_no_multiplex():
    study = Study(made_up_fit("expression"))
    assert validation.multiplex(study).value in ("no multiplex: each well has one gene", "")
