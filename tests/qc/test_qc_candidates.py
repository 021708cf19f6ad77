from dataclasses import replace

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.qc.candidates import candidates
from lensim.qc.excluded import without_excluded
from lensim.qc.expression import check_run
from lensim.qc.plates import check_plates
from lensim.tables.exclusions import read_exclusions
from tests.qc_runs import plate_of, run_of, sample_rows


def odd_run():
    rows = sample_rows(np.random.default_rng(1))
    rows[4] = (*rows[4][:5], rows[4][5] + 3.0, np.nan)
    return run_of(rows)


def test_a_run_names_the_well_that_is_far_off_and_asks_for_a_reason():
    run = odd_run()
    table = candidates(check_run(run), run)
    assert table.to_dict("records") == [
        {
            "plate": "p", "well": "TNF1.1", "target": "TNF", "check": "outlying well",
            "found": table["found"][0], "reason": "",
        }
    ]  # fmt: skip
    with pytest.raises(InputError, match="exclude line 2: reason must say why, got nothing"):
        read_exclusions(table)


def test_candidates_with_reasons_exclude_these_wells():
    run = odd_run()
    left, told = without_excluded(run, candidates(check_run(run), run).assign(reason="tip lost"))
    assert len(left.ct_cycles) == len(run.ct_cycles) - 1
    assert check_run(left).status == "pass"
    assert told == "1 of 60 reactions are left out, as exclude says"


def test_a_run_without_names_of_wells_names_samples():
    run = odd_run()
    nameless = replace(run, well=np.full(60, "", dtype=object))
    table = candidates(check_run(nameless), nameless)
    assert table[["target", "sample", "task"]].to_dict("records") == [
        {"target": "TNF", "sample": "s1", "task": "unknown"}
    ]


def test_plates_name_outlying_and_negative_wells_once():
    wells = plate_of(np.random.default_rng(1))
    signal = wells.signal.copy()
    signal[[100, 200]] = [1.0, 5000.0]
    wells = replace(wells, signal=signal)
    table = candidates(check_plates(wells), wells)
    assert table["well"].tolist() == [wells.name[100], wells.name[200]]
    assert table["check"].tolist() == ["negative wells; outlying well", "outlying well"]
    assert table["reason"].tolist() == ["", ""]


def test_a_clean_run_has_none():
    run = run_of(sample_rows(np.random.default_rng(1)))
    assert len(candidates(check_run(run), run)) == 0
