"""The first answer is near what the wells show, and is there at once."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, read_result
from lensim.dose_response import NO_FAULTS, lay_out, simulate
from lensim.dose_response.first_answer import DRAWS, first_answer
from lensim.maiga2013.dose_response_twin import dose_response_design, draw_twin
from lensim.seeding import stream


def twin() -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out(dose_response_design(experiments=3), stream(1, "sheet"))
    truth = draw_twin(sheet, stream(1, "truth"))
    return truth.isel(study=0), simulate(sheet, truth, NO_FAULTS, stream(1, "machine")).isel(study=0)


def test_ic50s_of_a_twin_are_near_those_that_are_true():
    truth, data = twin()
    result = first_answer(data, 1)
    assert result is not None
    assert result["posterior"].sizes == {"chain": 1, "draw": DRAWS, v.CELL_LINE: data.sizes[v.CELL_LINE]}
    drawn = result["posterior"][v.EFFECT]
    z = (drawn.mean(("chain", "draw")) - truth[v.EFFECT]) / drawn.std(("chain", "draw"))
    assert float(np.median(np.abs(z))) < 2.0
    table = read_result(result, Asked()).tables[0].frame
    assert table["cell_line"].tolist() == data[v.CELL_LINE].to_numpy().tolist()


def test_the_same_seed_gives_the_same_draws():
    _, data = twin()
    one, other = (first_answer(data, 1) for _ in range(2))
    assert one is not None
    assert other is not None
    xr.testing.assert_identical(one["posterior"].to_dataset(), other["posterior"].to_dataset())


def test_data_without_controls_have_none():
    _, data = twin()
    culture = data[v.CULTURE_OF_WELL].to_numpy()
    treated = np.flatnonzero((data[v.DOSE].to_numpy() > 0) | (culture > 0))
    assert first_answer(data.isel({v.WELL: treated}), 1) is None
