from dataclasses import replace

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.qc.candidates import candidates, not_in_table
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


def test_replicates_of_a_run_without_names_of_wells_are_not_in_the_table():
    run = odd_run()
    nameless = replace(run, well=np.full(60, "", dtype=object))
    checked = check_run(nameless)
    assert not len(candidates(checked, nameless))
    assert not_in_table(checked, nameless) == (
        "1 well that checks name is not in the file, because the data do not name wells: add a column well"
    )
    assert not_in_table(check_run(run), run) == ""


def test_replicates_of_plates_without_names_of_wells_are_not_in_the_table():
    wells = plate_of(np.random.default_rng(1))
    signal = wells.signal.copy()
    signal[[100, 200]] = [1.0, 5000.0]
    wells = replace(wells, signal=signal, name=np.full(len(signal), "", dtype=object))
    checked = check_plates(wells)
    assert not len(candidates(checked, wells))
    assert not_in_table(checked, wells).startswith("2 wells that checks name are not in the file")
    alone = wells.dose_um.copy()
    alone[100] = 7.7e5
    wells = replace(wells, dose_um=alone)
    table = candidates(checked, wells)
    assert table["dose_um"].tolist() == ["770000"]


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
