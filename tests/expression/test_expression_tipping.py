"""How far a reference may move before a change is no longer sure."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.evidence import PAIRS
from lensim.expression.tipping import REFERENCES, SHOWN, SURE, tipping_log2, told_of_one_reference
from lensim.seeding import stream

RNG = stream(7, "tipping")
FOLD = RNG.normal([[1.0], [-1.0], [0.1]], 0.3, (3, 4000))


def estimands(references: str, fold: np.ndarray = FOLD) -> xr.Dataset:
    draws = fold[:, None, None].transpose(3, 0, 1, 2)[None]  # (chain, draw, target, cell_type, contrast)
    return xr.Dataset(
        {v.MU_FOLD_CHANGE: (("chain", "draw", v.TARGET, v.CELL_TYPE, v.CONTRAST), draws)},
        {v.TARGET: [f"T{k}" for k in range(len(fold))], v.CELL_TYPE: ["line"], v.CONTRAST: ["drug"]},
        attrs={REFERENCES: references},
    )


def test_a_reference_that_moves_so_far_leaves_the_direction_its_last_certainty():
    up, down, unsure = tipping_log2(FOLD)
    assert ((FOLD[0] + up) > 0).mean() == pytest.approx(SURE, abs=0.001)
    assert ((FOLD[1] + down) < 0).mean() == pytest.approx(SURE, abs=0.001)
    assert up < 0 < down
    assert np.isnan(unsure)


def test_one_reference_is_told_with_the_changes_that_hang_on_it():
    up, down, _ = np.abs(tipping_log2(FOLD))
    parts = [
        (up, f"increase of T0 in line (falls {2**up:.2f}-fold)"),
        (down, f"decrease of T1 in line (rises {2**down:.2f}-fold)"),
    ]
    assert told_of_one_reference(estimands("R")) == [
        "R is the only reference, and nothing shows whether it responds to drug: a change keeps its probability of 0.9 "
        f"unless R itself moves so far: {', '.join(text for _, text in sorted(parts))}; a second reference can tell"
    ]


def test_many_changes_are_counted_and_the_weakest_come_first():
    fold = RNG.normal(np.arange(1.0, 8.0)[::-1, None], 0.1, (7, 500))
    (said,) = told_of_one_reference(estimands("R", fold))
    assert said.index("of T6") < said.index("of T5")
    assert f", and {7 - SHOWN} more; a second" in said


def test_several_references_ratios_and_unsure_changes_are_not():
    assert told_of_one_reference(estimands("R, S")) == []
    assert told_of_one_reference(estimands("")) == []
    assert told_of_one_reference(estimands("R", FOLD[2:])) == []


def test_without_a_population_it_is_that_of_subjects_with_a_pair():
    own = estimands("R").rename({v.MU_FOLD_CHANGE: v.LOG2_FOLD_CHANGE, v.CELL_TYPE: v.SUBJECT})
    pairs = xr.DataArray(np.array([[[1]], [[0]], [[1]]]), dims=(v.TARGET, v.SUBJECT, v.CONTRAST))
    (said,) = told_of_one_reference(own.assign_coords({PAIRS: pairs}))
    assert "increase of T0 in line" in said
    assert "T1" not in said
