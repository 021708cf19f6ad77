import numpy as np
import pandas as pd
import pytest

from lensim.checks import InputError
from lensim.qc.excluded import without_excluded
from tests.qc_runs import run_of, sample_rows


def test_reactions_of_a_sample_and_target_are_left_out():
    run = run_of(sample_rows(np.random.default_rng(1)))
    table = pd.DataFrame({"target": ["TNF"], "sample": ["s3"], "reason": ["degraded"]})
    left, _ = without_excluded(run, table)
    assert "s3" not in left.sample.tolist()
    assert len(left.ct_cycles) == 57


def test_a_reaction_that_is_not_there_is_refused():
    run = run_of(sample_rows(np.random.default_rng(1)))
    with pytest.raises(InputError, match="no sample is 's99'"):
        without_excluded(run, pd.DataFrame({"sample": ["s99"], "reason": ["degraded"]}))


def test_without_a_file_the_run_stays():
    run = run_of(sample_rows(np.random.default_rng(1)))
    assert without_excluded(run, None) == (run, "")
