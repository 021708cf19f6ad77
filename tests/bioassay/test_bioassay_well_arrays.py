import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.bioassay.well_arrays import bioassay_coords, tnf_of_standards, well_arrays

DATA = xr.Dataset(
    {
        v.ROLE: (v.WELL, [STANDARD, STANDARD, STANDARD, SAMPLE, BLANK]),
        v.CONCENTRATION: (v.WELL, [0.0, 1.0, 100.0, np.nan, np.nan]),
        v.OPTICAL_DENSITY: (v.WELL, [1.0, 0.9, 0.2, 0.5, 0.05]),
        v.DILUTION: (v.WELL, [1.0, 1.0, 1.0, 4.0, 1.0]),
        v.MEDIUM_OF_WELL: (v.WELL, [-1, -1, -1, 1, -1]),
        v.PLATE_OF_WELL: (v.WELL, [0, 0, 0, 0, 0]),
        v.LINE_OF_MEDIUM: (v.MEDIUM, [0, 0]),
        v.CONDITION_OF_MEDIUM: (v.MEDIUM, [1, 0]),
        v.IS_CONTROL: (v.CONDITION, [0, 1]),
    },
    coords={v.CELL_LINE: ["a"], v.PLATE: ["p"], v.MEDIUM: ["a, none", "a, drug"], v.CONDITION: ["drug", "none"]},
)


def test_what_is_known_of_the_tnf_of_each_well():
    assert tnf_of_standards(DATA).tolist() == [0.0, 1.0, 100.0, 0.0, 0.0]
    arrays = well_arrays(DATA)
    assert arrays["known_log10_tnf"].tolist() == [0.0, 0.0, 2.0, -np.log10(4.0), 0.0]
    assert arrays["has_tnf"].tolist() == [0.0, 1.0, 1.0, 1.0, 0.0]
    assert arrays["has_cells"].tolist() == [1.0, 1.0, 1.0, 1.0, 0.0]
    assert arrays["medium_of_well"].tolist() == [0, 0, 0, 1, 0]
    assert arrays["contrast_of_medium"].tolist() == [0, 1]
    assert float(arrays["middle_log10_tnf"]) == 1.0


def test_contrasts_are_named_where_there_is_a_second_condition():
    assert bioassay_coords(DATA)[v.CONTRAST] == ["drug"]
    assert v.CONTRAST not in bioassay_coords(DATA.isel({v.CONDITION: [1]}))
