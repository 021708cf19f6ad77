"""A compact result says the same as the whole one, in a part of the space."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import xarray as xr

from lensim.assay import Asked, assay_of, read_result
from lensim.dose_response.read import read_compounds
from lensim.inference.attempts import carry_settings
from lensim.inference.kept_means import POSTERIOR_MEANS
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import INCOMPLETE
from lensim.output import image_of_result
from lensim.report.figures.catalogue import figures_of
from lensim.screen.compact import compacted
from lensim.screen.settings import ScreenSettings
from tests.report.made_up_fits import ASSAYS, made_up_fit
from tests.screen.made_up_screen import CHAINS, DRAWS, made_up, table_of


@pytest.fixture(params=[1, 2], ids=["one experiment", "two experiments"])
def result(request, tmp_path):
    data = read_compounds(table_of(tmp_path, ["A", "B", "C"], experiments=request.param))["A"]
    found = made_up(data, ScreenSettings(), 1)
    found["log_likelihood"] = xr.DataTree(xr.Dataset({"x": (("chain", "draw"), np.zeros((CHAINS, DRAWS)))}))
    found["sample_stats"] = xr.DataTree(
        xr.Dataset({name: (("chain", "draw"), np.zeros((CHAINS, DRAWS))) for name in ("diverging", "energy")})
    )
    return found


def test_tables_are_the_same_and_the_file_is_smaller(result):
    small = compacted(result, assay_of(result).means_suffice(result))
    whole, kept = (read_result(one, Asked()).tables for one in (result, small))
    assert [one.name for one in kept] == [one.name for one in whole]
    numbers = whole[0].frame.select_dtypes("number")
    np.testing.assert_allclose(kept[0].frame[list(numbers)], numbers, rtol=1e-5)
    assert kept[0].frame["ic50"].tolist() == whole[0].frame["ic50"].tolist()
    assert len(image_of_result(small)) < len(image_of_result(result))
    assert set(small.children) == {"posterior", "sample_stats", "observations", POSTERIOR_MEANS}
    assert list(small["sample_stats"].data_vars) == ["diverging"]
    assert {one.dtype for one in small["posterior"].data_vars.values()} == {np.dtype("float32")}


def test_curves_of_cultures_are_kept_where_a_line_has_one(result):
    small = compacted(result, assay_of(result).means_suffice(result))
    has_several = result["observations"].sizes["culture"] > result["observations"].sizes["cell_line"]
    assert ("culture_log10_ec50_um" in small["posterior"]) is not has_several


def test_figures_are_drawn_of_it(result):
    small = compacted(result, assay_of(result).means_suffice(result))
    for figure in figures_of(small, 0.9, None):
        assert figure.draw().axes


def test_draws_are_thinned_evenly_and_seconds_are_not_kept(result):
    small = compacted(result, keep=20)
    assert small["posterior"].sizes["draw"] == small["sample_stats"].sizes["draw"] == DRAWS * CHAINS // 20 * 2
    assert "sampling_seconds" not in small.attrs
    assert str(small.attrs[INCOMPLETE]).startswith("kept by a screen in compact form")


def test_a_file_does_not_say_by_how_many_cores_it_was_made(result):
    texts = []
    for cores in (0, 1):
        carry_settings(result, FitSettings(SamplerSettings(cores=cores)), 1, 1.0)
        texts.append(compacted(result).attrs["settings"])
    assert texts[0] == texts[1]
    assert json.loads(texts[0]) == asdict(FitSettings())


def test_a_result_of_any_assay_can_be_compacted():
    for name in ASSAYS:
        whole = made_up_fit(name)
        small = compacted(whole, assay_of(whole).means_suffice(whole))
        whole_tables, tables = (read_result(one, Asked()).tables for one in (whole, small))
        assert [len(one.frame) for one in tables] == [len(one.frame) for one in whole_tables]
