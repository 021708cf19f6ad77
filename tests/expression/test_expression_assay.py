"""Means of cell types with their subjects, for the notes of the verdict."""

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.assay import ASSAY
from lensim.expression.estimands import TYPE_OF_SUBJECT
from lensim.expression.evidence import DETECTED
from lensim.seeding import stream


def estimands() -> xr.Dataset:
    """A line and three donors of about 1,000-fold, in one of which nothing was detected; the donors' mean is 8-fold."""
    noise = 0.1 * stream(6, "donors").standard_normal((2, 200, 1, 4, 1))
    of_draws = ("chain", "draw", v.TARGET)
    mu = np.array([1.0, 3.0])[:, None] + noise[:, :, :, :2]
    return xr.Dataset(
        {
            v.LOG2_FOLD_CHANGE: (
                (*of_draws, v.SUBJECT, v.CONTRAST),
                np.array([1.0, 9.8, 10.3, 9.4])[:, None] + noise,
            ),
            v.MU_FOLD_CHANGE: ((*of_draws, v.CELL_TYPE, v.CONTRAST), mu),
            v.SIGMA_FOLD_CHANGE: ((*of_draws, v.CELL_TYPE, v.CONTRAST), np.exp(mu)),
        },
        coords={
            v.TARGET: ["TNF"],
            v.SUBJECT: list("abcd"),
            v.CONTRAST: ["LEN"],
            v.CELL_TYPE: ["line", "donor"],
            TYPE_OF_SUBJECT: (v.SUBJECT, ["line", "donor", "donor", "donor"]),
            DETECTED: ((v.TARGET, v.SUBJECT, v.CONTRAST), [[[4], [4], [0], [4]]]),
        },
    )


def test_each_mean_has_the_subjects_of_its_cell_type_in_which_the_target_was_detected():
    lines, donors = ASSAY.populations(estimands())
    assert lines.name == "mean log2 fold change of TNF in line under LEN"
    assert donors.name == "mean log2 fold change of TNF in donor under LEN"
    np.testing.assert_allclose(donors.members.mean(axis=1), [9.8, 9.4], atol=0.05)
    np.testing.assert_allclose(donors.mean.mean(), 3.0, atol=0.05)


def test_spreads_are_weighed_in_their_log():
    own = estimands()
    np.testing.assert_allclose(ASSAY.weighed(own)[v.SIGMA_FOLD_CHANGE], np.log2(own[v.SIGMA_FOLD_CHANGE]))
    without = own.drop_vars([v.SIGMA_FOLD_CHANGE, v.MU_FOLD_CHANGE])
    assert ASSAY.weighed(without) is without
    assert not list(ASSAY.populations(without))
