"""Which engine drew a result, in its attrs and in words."""

import numpy as np
import pytest
import xarray as xr

from lensim.checks import InputError
from lensim.inference.engine import HandedOn, carry_engine, engine_in_words, engine_of, library_of, tree_of_draws
from lensim.inference.settings import SamplerSettings


def test_a_result_says_who_drew_it_and_why_others_did_not():
    result = xr.DataTree()
    assert engine_in_words(result) == ""
    carry_engine(result, "exact", {})
    assert engine_in_words(result) == "drawn by the engine exact"
    carry_engine(result, "nuts", {"exact": "it knows ratios alone", "kernel": "a gene has no reaction"})
    assert engine_in_words(result) == (
        "drawn by the engine nuts, because exact did not take it: it knows ratios alone; kernel did not take it: "
        "a gene has no reaction"
    )


def test_what_stands_in_a_file_of_others_is_refused():
    result = xr.DataTree()
    result.attrs = {"engine": "nuts", "engines_passed_over": "[1]"}
    with pytest.raises(InputError, match=r"^attrs\['engines_passed_over'\] of a result must be engines with reasons, "):
        engine_in_words(result)


@pytest.mark.parametrize(
    ("library", "engine"),
    [("nutpie", "nuts"), (library_of("laplace"), "laplace"), ("", ""), ("lensim, exact", "exact")],
)
def test_the_engine_of_a_posterior_is_read_from_its_library(library, engine):
    result = xr.DataTree.from_dict({"posterior": xr.Dataset(attrs={"inference_library": library})})
    assert engine_of(result) == engine


def test_a_study_that_is_handed_on_is_no_fault_of_a_program():
    assert issubclass(HandedOn, InputError)


def test_independent_draws_are_cut_into_chains():
    values = np.arange(18.0).reshape(6, 3)
    found = {"mu": (("a",), values), "tau": ((), values[:, 0])}
    result = tree_of_draws(found, {"a": ["x", "y", "z"]}, SamplerSettings(chains=2, draws=3), "exact")
    assert result["posterior"]["mu"].dims == ("chain", "draw", "a")
    assert result["posterior"]["mu"].sel(chain=1, draw=0, a="y").item() == 10.0
    assert result["posterior"]["tau"].to_numpy().tolist() == [[0.0, 3.0, 6.0], [9.0, 12.0, 15.0]]
    assert engine_of(result) == "exact"
    assert not result["sample_stats"]["diverging"].any()
    assert result["sample_stats"]["diverging"].shape == (2, 3)
