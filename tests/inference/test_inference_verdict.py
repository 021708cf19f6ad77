import json

import numpy as np
import pytest
import xarray as xr

from lensim.checks import InputError
from lensim.inference.verdict import EXACT, INDEPENDENT_DRAWS, Verdict, carry_exact, carry_verdict, verdict_of

SAMPLED = Verdict(True, (), 1.004, 900.0, 850.0, "mu", 0, 0.9, 0.0)


def result() -> xr.DataTree:
    return xr.DataTree.from_dict({"posterior": xr.Dataset({"mu": (("chain", "draw"), np.zeros((1, 4)))})})


def test_a_verdict_travels_in_a_result():
    tree = result()
    carry_verdict(tree, SAMPLED)
    assert verdict_of(tree) == SAMPLED
    assert verdict_of(tree).sentence() == "converged: R-hat at most 1.004, ESS at least 850 (mu), 0 divergences"


def test_a_verdict_that_was_written_without_its_kind_is_read():
    fields = json.loads(SAMPLED.to_json())
    del fields["kind"]
    assert Verdict.from_json(json.dumps(fields)) == SAMPLED


def test_independent_draws_have_a_verdict_of_their_own():
    tree = result()
    carry_exact(tree)
    verdict = verdict_of(tree)
    assert (verdict.passed, verdict.kind) == (True, "independent")
    assert verdict.sentence() == "Independent draws of an exact posterior: nothing could fail to converge."
    assert tree["posterior"].attrs["inference_library"] == EXACT


def test_independent_draws_that_were_written_without_a_verdict_are_known_by_who_drew_them():
    tree = result()
    tree["posterior"].attrs["inference_library"] = "lensim, exact"
    assert verdict_of(tree) is INDEPENDENT_DRAWS


@pytest.mark.parametrize("tree", [result(), xr.DataTree()])
def test_a_result_without_a_verdict_is_refused(tree):
    message = r"^result must carry the verdict of a convergence gate, got none: was it made by lensim\?$"
    with pytest.raises(InputError, match=message):
        verdict_of(tree)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "one whose passed is not what it should be (Field required)"),
        ("null", "None"),
        ("[]", "[]"),
        ("[" * 100_000, "brackets within brackets without an end"),
        (SAMPLED.to_json().replace("[", '"').replace("]", '"'), "one whose reasons is not what it should be"),
        (3, "int"),
    ],
)
def test_a_verdict_that_is_none_is_refused(text, said):
    tree = xr.DataTree()
    tree.attrs["verdict"] = text
    with pytest.raises(InputError) as told:
        verdict_of(tree)
    assert str(told.value).startswith(f"attrs['verdict'] of a result must be a verdict of lensim, got {said}")
