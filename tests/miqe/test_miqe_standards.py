import numpy as np
import pytest

from tests.miqe.test_miqe_validation import SERIES, with_standards


def test_the_table_of_standards_reads_quantities_back():
    table = with_standards(SERIES).standards
    assert table["quantity"].tolist() == [10.0, 1.0, 0.1, 0.01]
    assert table["read_back"].to_numpy() == pytest.approx(table["quantity"].to_numpy(), rel=0.1)
    assert (table["read_back_lower"] < table["quantity"]).all()
    assert (table["read_back_upper"] > table["quantity"]).all()
    assert (table["expected_ct_cycles_lower"] < table["ct_cycles"]).all()


def test_a_prediction_interval_is_that_of_least_squares():
    import statsmodels.api as sm

    study = with_standards({10.0: [20.0, 20.2], 1.0: [23.4, 23.7], 0.1: [26.9, 27.1]})
    x, y = np.log10([10.0, 10.0, 1.0, 1.0, 0.1, 0.1]), np.array([20.0, 20.2, 23.4, 23.7, 26.9, 27.1])
    fitted = sm.OLS(y, sm.add_constant(x)).fit().get_prediction([[1.0, 0.0]]).summary_frame(alpha=0.05)
    row = study.standards.set_index("quantity").loc[1.0]
    found = row[["expected_ct_cycles_lower", "expected_ct_cycles", "expected_ct_cycles_upper"]].tolist()
    assert found == pytest.approx(fitted[["obs_ci_lower", "mean", "obs_ci_upper"]].iloc[0].tolist())
