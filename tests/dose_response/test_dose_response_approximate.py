"""Which panels have an approximate answer."""

import pytest
import xarray as xr

from lensim.dose_response.approximate import approximate
from lensim.inference.engine import HandedOn


@pytest.mark.parametrize("model", ["dose_response_separate", "dose_response_hierarchical_normalised"])
def test_another_model_is_refused_with_what_is_taken(model):
    with pytest.raises(HandedOn, match=f"raw signals of three lines or more .*, got the model {model}"):
        approximate(xr.Dataset(), model, None, 1)
