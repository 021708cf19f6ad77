import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.tables.plate_size import check_plate_wells, plate_shape, size_attrs


def wells(*places, **attrs):
    rows, columns = zip(*places, strict=True)
    variables = {v.PLATE_ROW: (v.WELL, np.array(rows)), v.PLATE_COLUMN: (v.WELL, np.array(columns))}
    return xr.Dataset(variables, attrs=attrs)


@pytest.mark.parametrize(
    ("plate_wells", "grid", "attrs"),
    [
        (None, None, (8, 12, "guessed from the largest well")),
        (384, None, (16, 24, "stated")),
        (None, (16, 24), (16, 24, "the reader's grid")),
        (1536, (16, 24), (32, 48, "stated")),
    ],
)
def test_a_size_and_where_it_is_from(plate_wells, grid, attrs):
    found = size_attrs([(0, 0), (7, 11)], plate_wells, grid)
    assert tuple(found.values()) == attrs
    assert tuple(found) == (v.PLATE_ROWS, v.PLATE_COLUMNS, v.PLATE_SIZE_FROM)


def test_a_size_that_cannot_be():
    with pytest.raises(InputError, match=r"^plate_wells must be one of 96, 384, 1536, got 100$"):
        check_plate_wells(100)
    check_plate_wells(None)
    with pytest.raises(InputError, match=r"^plate_wells must be at least 384 to hold all the wells, got 96$"):
        size_attrs([(8, 0)], 96)


def test_the_shape_of_the_plates_of_a_dataset():
    assert plate_shape(wells((0, 0), (7, 11))) == (8, 12)
    assert plate_shape(wells((0, 0), (8, 11))) == (16, 24)
    assert plate_shape(wells((0, 0), (7, 11), plate_rows=16, plate_columns=24)) == (16, 24)
    with pytest.raises(InputError, match=r"^wells must lie on the plate of 8 x 12 wells that attrs state, got row 9 "):
        plate_shape(wells((8, 0), plate_rows=8, plate_columns=12))
