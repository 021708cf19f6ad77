"""A plan that starts from a fit needs no names that the fit has."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.output import save_result
from lensim.plan.question import read_question
from lensim.power.design_prior import design_prior_at

PLAN = """
name = "next"
[scenario]
rules = [{ rule = "test", test = "t_log2" }]
[scenario.design]
subjects = { patient = 6 }
"""


@pytest.fixture
def pilot(tmp_path):
    rng = np.random.default_rng(1)
    dims, coords = ("chain", "draw", v.TARGET), {v.TARGET: ["CRBN", "IRF4"]}
    data = xr.Dataset({v.IS_REFERENCE: (v.GENE, [0, 0, 1])}, {v.GENE: ["CRBN", "IRF4", "GAPDH"]})
    posterior = xr.Dataset({v.MU_FOLD_CHANGE: (dims, rng.normal(size=(2, 20, 2)))}, coords)
    save_result(xr.DataTree.from_dict({"/posterior": posterior, "/observations": data}), tmp_path / "pilot.nc")
    return design_prior_at(tmp_path / "pilot.nc")


def design_of(folder, text, prior):
    (folder / "next.toml").write_text(text)
    return read_question(folder / "next.toml", prior).scenario.design


def test_genes_that_the_plan_does_not_name_are_those_of_the_fit(tmp_path, pilot):
    design = design_of(tmp_path, PLAN, pilot)
    assert (design.targets, design.references) == (("CRBN", "IRF4"), ("GAPDH",))


def test_genes_that_the_plan_names_stay(tmp_path, pilot):
    design = design_of(tmp_path, f'{PLAN}targets = ["IRF4"]\nreferences = ["ACTB"]\n', pilot)
    assert (design.targets, design.references) == (("IRF4",), ("ACTB",))


def test_a_study_of_ratios_has_no_references_of_a_fit(tmp_path, pilot):
    assert design_of(tmp_path, f'{PLAN}assay = "ratios"\ntargets = ["CRBN"]\n', pilot).targets == ("CRBN",)
