import xarray as xr

from lensim.tables.names import names_along


def test_names_along_a_dim_are_its_own_or_numbers():
    data = xr.Dataset({"x": ("cell_line", [1, 2])}, coords={"gene": ["TNF", "IL6"]})
    assert names_along(data, "gene") == ["TNF", "IL6"]
    assert names_along(data, "cell_line") == ["cell line 1", "cell line 2"]
    assert names_along(data, "plate") == []
