import numpy as np
import pytest

import lensim
from lensim import vocabulary as v
from lensim.dose_response import DoseResponseDesign
from lensim.qc.plate_places import check_places
from lensim.qc.wells import wells_of_study


def panel():
    design = DoseResponseDesign(["K562", "HL60"], ["all"] * 2, experiments=2)
    return lensim.simulate.dose_response(design, seed=1)[1]


def with_names(data, names):
    return data.drop_vars([v.PLATE_ROW, v.PLATE_COLUMN]).assign({v.WELL_NAME: (v.WELL, names)})


def test_numbers_give_the_edges_that_names_give():
    data = panel()
    row, column = data[v.PLATE_ROW].to_numpy(), data[v.PLATE_COLUMN].to_numpy()
    named, numbered = (
        check_places(wells_of_study(data)),
        wells_of_study(with_names(data, [str(12 * r + c + 1) for r, c in zip(row, column, strict=True)])),
    )
    assert numbered.shape == (8, 12)
    found = check_places(numbered)
    assert [one.value for one in found.findings] == pytest.approx([one.value for one in named.findings])
    assert all("wells are numbered, taken along rows" in one.reason for one in found.findings)


@pytest.mark.parametrize("names", [["0", "97"], ["1", "x"], ["1", "99999"]])
def test_other_names_give_no_places(names):
    data = panel()
    wells = wells_of_study(with_names(data, np.resize(names, data.sizes[v.WELL]).tolist()))
    assert not wells.has_places
