"""Which model a panel gets, and its estimands as tables show them: what lies beyond the doses is at their ends."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import MODEL_REASON, Asked
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.estimands import LOWEST_DOSE, TOP_DOSE
from lensim.inference.prior_sensitivity import RESOLUTION
from lensim.report.shown import shown_of
from tests.dose_response.test_dose_response_estimands import result


def test_an_ic50_beyond_the_doses_is_weighed_at_their_end():
    estimands = ASSAY.estimands(result(), Asked())
    weighed = ASSAY.weighed(estimands)
    assert np.isinf(estimands[v.LOG10_IC50]).any()
    for name in (v.LOG10_IC50, v.LOG10_EC50):
        assert (weighed[name] <= np.log10(estimands[TOP_DOSE])).all()
        assert (weighed[name] >= np.log10(estimands[LOWEST_DOSE])).all()
        assert weighed[name].attrs[RESOLUTION] == 0.3
    np.testing.assert_allclose(weighed["hill_slope"], np.log(estimands["hill_slope"]))


def lines(number: int, signal: str) -> xr.Dataset:
    return xr.Dataset({signal: (v.WELL, [1.0])}, {v.CELL_LINE: [f"L{k}" for k in range(number)]})


@pytest.mark.parametrize(
    ("data", "model", "words"),
    [
        (
            lines(1, v.SIGNAL),
            "dose_response_separate",
            "model dose_response_separate, chosen because there is one line, which has none to be pooled with",
        ),
        (
            lines(2, v.SIGNAL),
            "dose_response_separate",
            "model dose_response_separate, chosen because there are 2 lines or conditions: two do not show how far "
            "lines lie apart, so neither could borrow from the other; days and the noise of wells are shared; the "
            "model dose_response_hierarchical pools them",
        ),
        (
            lines(3, v.VIABILITY),
            "dose_response_hierarchical_normalised",
            "model dose_response_hierarchical_normalised, chosen because there are 3 lines or conditions: each borrows "
            "from the others what its own wells leave open; "
            "the model dose_response_separate_normalised fits each on its own",
        ),
    ],
)
def test_the_choice_of_a_model_is_told_with_its_reason(data, model, words):
    assert ASSAY.default_model(data) == model
    assert ASSAY.model_reason(data) == words


def test_the_reason_stands_beside_the_tables_of_a_fit():
    tree = result()
    assert MODEL_REASON not in tree.attrs
    tree.attrs |= {v.ASSAY: "dose_response", MODEL_REASON: "model x, chosen because y"}
    assert "model x, chosen because y" in shown_of(tree, Asked())[2]
