import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.checks import InputError
from lensim.tables import excluded as excluded_module
from lensim.tables.excluded import NONE, Named, Places, lines_of
from lensim.tables.exclusions import read_exclusions
from tests.workbooks import workbook_bytes


def wells(plates: int = 2, rows: int = 2, columns: int = 3) -> Places:
    """Every well of some plates, with a line a row and a dose a column."""
    at = [(p, r, c) for p in range(plates) for r in range(rows) for c in range(columns)]
    texts = {
        "plate": [f"P{p + 1}" for p, _, _ in at],
        "experiment": ["day 1"] * len(at),
        "well": [f"{'ABCDEFGH'[r]}{c + 1}" for _, r, c in at],
        "cell_line": [f"line-{r}" for _, r, _ in at],
    }
    columns_of = {name: np.array(own, dtype=object) for name, own in texts.items()}
    return Places(columns_of, np.arange(len(at), dtype=float), "counts/min", np.array([10.0**c for _, _, c in at]))


def read(tmp_path, text: str):
    path = tmp_path / "out.csv"
    path.write_text(text, encoding="utf-8")
    return read_exclusions(path)


def excluded(tmp_path, text: str, places: Places | None = None) -> list[int]:
    places = places or wells()
    return np.flatnonzero(lines_of(read(tmp_path, text), [places])[0] != NONE).tolist()


def faults(tmp_path, text: str) -> list[str]:
    with pytest.raises(InputError) as error:
        excluded(tmp_path, text)
    return str(error.value).splitlines()


def test_a_file_keeps_its_digest_lines_and_reasons(tmp_path):
    text = "plate;well;reason\nP1;B2;bubble seen\n"
    found = read(tmp_path, text)
    assert found.digest == hashlib.sha256(text.encode()).hexdigest()
    assert [(one.line, str(one), one.reason) for one in found.lines] == [(2, "plate P1, well B2", "bubble seen")]


@pytest.mark.parametrize(
    "text",
    [
        "plate,well,reason\nP1,B2,bubble",
        "Plate ID,Position,Why\np1,b02,bubble",
        "plate,well,check,found,reason\nP1,B2,outlying well,far,bubble",
        "cell line,dose_uM,plate,reason\nline-1,10,P1,bubble",
        "cell_line,dose_nM,plate,reason\nLINE 1,10000,P1,bubble",
        'cell_line;dose_um;plate;reason\nline1;"10,0";P1;bubble',
        "run,well,reason\nP1,B2,bubble",
    ],
)
def test_one_well_is_named_in_many_ways(tmp_path, text):
    assert excluded(tmp_path, text) == [4]


def test_a_workbook_is_read_too(tmp_path):
    path = tmp_path / "out.xlsx"
    rows = [["plate", "well", "reason"], ["P2", "A1", "empty"]]
    path.write_bytes(workbook_bytes({"notes": [["x"], ["y"]], "out": rows}))
    assert np.flatnonzero(lines_of(read_exclusions(path), [wells()])[0] != NONE).tolist() == [6]


def test_every_line_without_a_reason_is_refused(tmp_path):
    found = faults(tmp_path, "plate,well,reason\nP1,A1,\nP1,A2,n/a\nP1,A3,?\nP1,B1,tip\n")
    assert found == [
        "out.csv line 2: reason must say why, got nothing: write one, or delete the line",
        "out.csv line 3: reason must say why, got n/a: write one, or delete the line",
        "out.csv line 4: reason must say why, got ?: write one, or delete the line",
    ]


def test_a_file_without_the_column_of_reasons_is_refused(tmp_path):
    assert "the column 'reason' is missing" in faults(tmp_path, "plate,well\nP1,A1\n")[0]


def test_lines_that_name_nothing_several_plates_or_what_is_gone_are_named(tmp_path):
    text = "plate,well,reason\nP9,A1,x1\n,A1,x2\nP1,A2,x3\nP1,,x4\n,,x5\n"
    assert faults(tmp_path, text) == [
        "out.csv line 6: the line must say what is excluded, such as a plate and a well, got the reason alone"
    ]
    found = faults(tmp_path, text.replace(",,x5\n", "P2,H12,x5\n"))
    assert found == [
        "out.csv line 2: plate P9, well A1 must name at least one well of the data, got none: no plate is 'P9'; there "
        "are P1; P2",
        "out.csv line 3: well A1 is on 2 plates (P1; P2): say which in the column plate, or write * there for all of "
        "them",
        "out.csv line 5: plate P1 has wells that line 4 excludes: delete one of the two",
        "out.csv line 6: plate P2, well H12 must name at least one well of the data, got none: no well is 'H12'; there "
        "are A1; A2; A3; B1; B2; B3",
    ]


def test_a_star_means_every_plate(tmp_path):
    assert excluded(tmp_path, "plate,well,reason\n*,A1,edge dried out\n") == [0, 6]


def test_a_column_that_is_not_known_is_refused(tmp_path):
    """A line with a misspelled column would exclude the whole plate."""
    assert "the column 'wel' is none of run, plate," in faults(tmp_path, "plate,wel,reason\nP1,A1,tip\n")[0]


def test_a_dose_needs_its_unit(tmp_path):
    found = faults(tmp_path, "cell_line,dose,plate,reason\nline-1,10,P1,tip\n")
    assert found == ["out.csv line 2: a dose needs its unit: name the column dose_uM, or dose_nM, dose_mM, dose_M"]


def test_what_the_data_have_not_is_said(tmp_path):
    found = faults(tmp_path, "subject,plate,reason\ns1,P1,tip\n")
    assert found == [
        "out.csv line 2: plate P1, subject s1 must name at least one well of the data, got none: the data have no "
        "subject of wells; name plate, experiment, well, cell_line, dose_um"
    ]


def test_plates_that_experiments_number_anew_are_found(tmp_path):
    places = wells()
    names = np.array(["day 1, plate 1"] * 6 + ["day 2, plate 1"] * 6, dtype=object)
    days = np.array(["day 1"] * 6 + ["day 2"] * 6, dtype=object)
    own = Places({**places.columns, "plate": names, "experiment": days}, places.value, "counts/min", places.dose)
    assert excluded(tmp_path, "experiment,plate,well,reason\nday 2,1,A1,tip\n", own) == [6]
    assert excluded(tmp_path, "experiment,plate,well,reason\nday 2,plate 1,A1,tip\n", own) == [6]
    with pytest.raises(InputError, match="is on 2 plates"):
        excluded(tmp_path, "plate,well,reason\n1,A1,tip\n", own)


@given(st.data())
def test_wells_that_are_written_are_those_that_are_excluded(data):
    places = wells(3, 4, 5)
    chosen = data.draw(st.sets(st.integers(0, len(places) - 1), min_size=1, max_size=8))
    by_dose = data.draw(st.booleans())
    rows = [
        {"plate": places.columns["plate"][at], "reason": f"because {at}"}
        | (
            {"cell_line": places.columns["cell_line"][at], "dose_um": places.dose[at]}
            if by_dose
            else {"well": places.columns["well"][at]}
        )
        for at in sorted(chosen)
    ]
    exclusions = read_exclusions(pd.DataFrame(rows))
    [lines] = lines_of(exclusions, [places])
    assert set(np.flatnonzero(lines != NONE).tolist()) == chosen
    assert [exclusions.lines[lines[at]].reason for at in sorted(chosen)] == [f"because {at}" for at in sorted(chosen)]


def test_a_line_of_several_compounds_must_say_which(tmp_path):
    places = wells()
    own = Places({**places.columns, "compound": np.array(["A", "B"] * 6, dtype=object)}, places.value, "", places.dose)
    name, dose = str(own.columns["cell_line"][4]), own.dose[4]
    own.dose[5], own.columns["cell_line"][5] = dose, name
    line = f"{name},{dose},P1"
    [found] = [
        fault
        for fault in _faults_of(tmp_path, f"cell_line,dose_um,plate,reason\n{line},tip\n", own)
        if "compounds" in fault
    ]
    assert found.endswith(
        "is of 2 compounds (A; B): say which in the column compound, or write * there for all of them"
    )
    header = "cell_line,dose_um,plate,compound,reason\n"
    assert excluded(tmp_path, f"{header}{line},A,tip\n", own) == [4]
    assert excluded(tmp_path, f"{header}{line},*,tip\n", own) == [4, 5]


def _faults_of(tmp_path, text, own):
    with pytest.raises(InputError) as error:
        excluded(tmp_path, text, own)
    return str(error.value).splitlines()


def test_a_file_without_reasons_is_told_to_name_a_column_reason(tmp_path):
    assert faults(tmp_path, "plate,well,Grund\nP1,A1,x\n")[0].endswith("call the column reason")
    path = tmp_path / "out.xlsx"
    path.write_bytes(workbook_bytes({"a": [["plate", "well", "Grund"], ["P2", "A1", "x"]], "b": [["x", "y"]]}))
    with pytest.raises(InputError, match=r"call the column reason$"):
        read_exclusions(path)
    assert "columns=" not in faults(tmp_path, "plate,well,reason,reason\nP1,A1,x,y\n")[0]


def test_each_text_is_compared_with_all_names_once(tmp_path, monkeypatch):
    compared = []
    monkeypatch.setattr(excluded_module, "_alike", lambda what, text, label: compared.append(label) or label == "A1")
    (tmp_path / "out.csv").write_text("plate,well,reason\nP1,a01,tip\n")
    named = Named(read_exclusions(tmp_path / "out.csv"), [wells()])
    number = len(compared)
    named.lines_of([wells()])
    assert number == len(compared)
