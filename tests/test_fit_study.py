"""A fit of any assay: what it refuses, and what it says of prior and data beside the draws."""

import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import find_assay, read_result
from lensim.checks import InputError
from lensim.fit_study import fit_study, look_further
from lensim.inference.prior_sensitivity import OF_NUMBERS, PRIOR_SENSITIVITY
from lensim.inference.settings import FitSettings
from lensim.inference.verdict import carry_exact, verdict_of
from lensim.output import load_result, save_result
from tests.test_assay import OWN, RESULTS


def test_a_truth_is_not_fitted_as_data(monkeypatch):
    monkeypatch.setattr("lensim.inference.retry.fit_with_care", lambda *_, **__: pytest.fail("a fit was begun"))
    truth = xr.Dataset({v.LOG10_EC50: (v.CELL_LINE, [0.0])}, attrs={v.ASSAY: "dose_response"})
    with pytest.raises(InputError, match=r"^data must be observations of the assay dose_response, .*: a truth is no"):
        fit_study(truth, FitSettings(), 1)


DECIDED = {
    "bioassay": (v.LOG10_TNF, {v.MEDIUM: 0}, "TNF"),
    "cell_cycle": (v.PHASE_LOG_RATIO_CHANGE, {v.CELL_LINE: 0, v.CONTRAST: 0, v.LATER_PHASE: 0}, "change"),
    "dose_response": (v.LOG_HILL, {v.CELL_LINE: 0}, "slope"),
    "expression": (v.LOG2_FOLD_CHANGE, {v.TARGET: 0, v.SUBJECT: 0, v.CONTRAST: 0}, "fold change"),
}
"""A variable of each assay, a place of it that its prior alone says, and what that decides."""


@pytest.mark.parametrize("name", OWN)
def test_tables_name_what_the_prior_decides_and_the_verdict_what_to_give(name, tmp_path):
    variable, place, words = DECIDED[name]
    result = RESULTS[name]()
    carry_exact(result)
    result.attrs |= {v.ASSAY: name, "priors": f'{{"sd_{variable}": 1.5}}'}
    before = read_result(result)
    own = result["posterior"].to_dataset()[variable].isel(place, drop=True)
    log_prior = xr.Dataset({variable: -0.5 * ((own - own.mean()) / own.std()) ** 2})
    log_prior[variable].attrs[OF_NUMBERS] = 1
    result["log_prior"], result["prior"] = xr.DataTree(log_prior), xr.DataTree(result["posterior"].to_dataset())
    look_further(result, find_assay(name))
    save_result(result, tmp_path / "fit.nc")
    read = load_result(tmp_path / "fit.nc")
    tables = read_result(read).tables
    column = tables[0].frame["prior_decides"]
    assert words in column.iloc[0].split(", ")
    assert (column == "").any() or len(column) == 1
    for table, old in zip(tables, before.tables, strict=True):
        assert set(table.frame) - set(old.frame) <= {"prior_decides"}
    remedies = [note.remedy for note in verdict_of(read).notes]
    assert any(f"sd_{variable} (now 1.5) with priors=" in remedy for remedy in remedies)
    assert read[PRIOR_SENSITIVITY].attrs["power"] == 0.5


def test_a_result_of_an_earlier_lensim_has_no_such_column():
    result = RESULTS["dose_response"]()
    carry_exact(result)
    look_further(result, find_assay("dose_response"))
    assert PRIOR_SENSITIVITY not in result.children
    assert "prior_decides" not in read_result(result).tables[0].frame
