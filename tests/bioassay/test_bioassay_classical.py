import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.bioassay.classical import (
    classical_changes,
    classical_tnf,
    fit_standard_curve,
    predict_tnf,
)
from lensim.bioassay.curve import optical_density
from lensim.bioassay.design import TWOFOLD_SERIES, BioassayDesign, lay_out
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import BioassayPopulation, draw_truth
from lensim.checks import InputError
from lensim.plate_faults import NO_FAULTS
from lensim.seeding import stream

FALSE_ALARM = 1e-6
CURVE = (np.log(1.2), 2.0, 0.2, 1.9)
TNF = np.repeat([0.0, *TWOFOLD_SERIES], 3)
SIGNAL = optical_density(TNF, *CURVE)
BLANKS = np.array([0.055, 0.06, 0.065])


def test_wells_without_noise_give_back_their_curve_and_their_tnf():
    curve = fit_standard_curve(TNF, SIGNAL + 0.06, BLANKS)
    assert curve.estimate == pytest.approx([*CURVE[:3], np.log(CURVE[3])], abs=1e-5)
    assert (curve.lowest_pg_per_ml, curve.highest_pg_per_ml, curve.degrees_of_freedom) == (12.5, 800.0, 20)
    found = predict_tnf(curve, np.array([optical_density(70.0, *CURVE) + 0.06]))
    assert 10.0**found.log10_tnf == pytest.approx(70.0, rel=1e-4)


def test_inversion_and_delta_agree_in_the_middle_and_part_at_the_ends():
    noisy = SIGNAL * (1 + 0.03 * stream(1, "noise").standard_normal(len(SIGNAL))) + 0.06
    curve = fit_standard_curve(TNF, noisy, BLANKS)
    middle = predict_tnf(curve, np.full(3, optical_density(100.0, *CURVE) + 0.06))
    assert middle.upper - middle.lower == pytest.approx(middle.delta_upper - middle.delta_lower, rel=0.05)
    low = predict_tnf(curve, np.full(3, optical_density(4.0, *CURVE) + 0.06))
    assert low.lower == -np.inf
    assert low.upper < np.log10(25.0)
    high = predict_tnf(curve, np.full(3, optical_density(20000.0, *CURVE) + 0.06))
    assert high.upper == np.inf
    assert high.lower > np.log10(400.0)
    nowhere = predict_tnf(curve, np.full(3, 1.35))
    assert nowhere.log10_tnf == -np.inf
    assert np.isnan(nowhere.standard_error)


def test_intervals_by_inversion_cover_over_simulated_plates():
    """Null: 90% intervals of a medium within the standards, one a plate, cover with that probability."""
    design = BioassayDesign(("a",), ("control",), experiments=1)
    sheet = lay_out(design)
    population = BioassayPopulation(mu_log10_line_tnf_pg_per_ml=2.0, sigma_log10_line_tnf_pg_per_ml=0.3)
    truth = draw_truth(population, sheet, stream(2, "truth"), 120)
    data = simulate(sheet, truth, NO_FAULTS, stream(2, "machine"))
    covers, narrow = [], []
    for study in range(120):
        row = classical_tnf(one_study(data, study), 0.9).iloc[0]
        true = 10.0 ** float(truth[v.LOG10_TNF].values[study, 0])
        covers.append(row["tnf_pg_per_ml_lower"] <= true <= row["tnf_pg_per_ml_upper"])
        centre = row["tnf_pg_per_ml"]
        third = (row["tnf_pg_per_ml_lower"] / centre) ** 0.3, (row["tnf_pg_per_ml_upper"] / centre) ** 0.3
        narrow.append(centre * third[0] <= true <= centre * third[1])
    assert stats.binomtest(sum(covers), 120, 0.9).pvalue > FALSE_ALARM
    assert stats.binomtest(sum(narrow), 120, 0.9).pvalue < FALSE_ALARM  # and the test can fail


def test_tables_undo_dilutions_and_test_pairs():
    sheet = lay_out(BioassayDesign(("a", "b"), dilution_factors=(1, 4)))
    population = BioassayPopulation({"a": 2.0, "b": 0.3}, sd_log_od=0.02, sigma_log2_fold_change=0.0)
    truth = draw_truth(population, sheet, stream(3, "truth"))
    data = one_study(simulate(sheet, truth, NO_FAULTS, stream(3, "machine")), 0)
    table = classical_tnf(data)
    assert len(table) == 12 * 2
    assert table.groupby("medium")["is_chosen"].sum().eq(1).all()
    line_a = table[table["cell_line"] == "a"]
    by_dilution = np.log10(line_a["tnf_pg_per_ml"]).groupby(line_a["dilution_factor"]).mean()
    assert by_dilution.loc[4.0] == pytest.approx(by_dilution.loc[1.0], abs=0.1)
    assert (table.loc[table["cell_line"] == "b", "flag"] == "below the standards").all()
    changes = classical_changes(data, table)
    own = line_a[line_a["is_chosen"]].assign(log2=lambda t: np.log2(t["tnf_pg_per_ml"]))
    wide = own.pivot(index="experiment", columns="condition", values="log2")
    expected = stats.ttest_rel(wide["lenalidomide"], wide["control"])
    row = changes.set_index("cell_line").loc["a"]
    assert row["p_value"] == pytest.approx(expected.pvalue)
    low, high = expected.confidence_interval(0.9)
    assert row["fold_change_percent_lower"] == pytest.approx(100 * 2.0**low)
    assert row["fold_change_percent_upper"] == pytest.approx(100 * 2.0**high)


@pytest.mark.parametrize(
    ("tnf", "od", "message"),
    [
        (TNF, 1.5 - SIGNAL, "optical density must fall as TNF rises, got 0.337 at the lowest standards"),
        (TNF[:12], SIGNAL[:12], "concentrations of standards above 0 must be at least 4, got 3"),
    ],
)
def test_standards_that_make_no_curve_are_told(tnf, od, message):
    with pytest.raises(InputError, match=message):
        fit_standard_curve(tnf, od, np.zeros(0))
