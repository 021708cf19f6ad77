import math

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import Roles, compounds_of, one_compound, read_tidy, select_compound

HEADER = "cell_line,dose_um,signal"
GOOD = "a,0,100\na,1,50\na,2,20\n"
BELOW_ZERO = (
    "say normalise=True for signals that had their background taken off, which are then read as percent of the "
    "untreated "
    "wells; or give signals as measured, and blank wells with the role blank"
)


def read(folder, text, *args, **options):
    path = folder / "wells.csv"
    path.write_text(text, encoding="utf-8")
    return read_tidy(path, *args, **options)


def faults_of(folder, text, *args, **options):
    with pytest.raises(InputError) as caught:
        read(folder, text, *args, **options)
    return str(caught.value).splitlines()


def test_the_dataset_of_a_panel(tmp_path):
    data = read(
        tmp_path,
        "Cell line,Molecular group,experiment,plate,well,role,Dose (nM),signal\n"
        "LP-1,MMSET,e1,p10,A1,untreated,,100\n"
        "LP-1,MMSET,e1,p10,a02,treated,100,50\n"
        "LP-1,MMSET,e1,p10,A3,treated,1000,20\n"
        ",,e1,p10,H12,blank,,3\n"
        ",,e1,p10,H11,empty,,\n"
        "XG-5,none,e1,p2,A1,untreated,0,200\n"
        "XG-5,none,e1,p2,A2,treated,100,150\n"
        "XG-5,none,e1,p2,A3,treated,1000,\n"
        "XG-5,none,e1,p2,A4,treated,2000,NA\n"
        "XG-5,none,e1,p2,A5,treated,3000,4\n",
        lost="drop",
        counting_minutes=2.0,
    )
    assert dict(data.sizes) == {
        "well": 6, "blank": 1, "culture": 2, "cell_line": 2, "molecular_group": 2, "experiment": 1, "plate": 2
    }  # fmt: skip
    assert data["culture"].values.tolist() == ["LP-1, e1", "XG-5, e1"]
    assert data["plate"].values.tolist() == ["p2", "p10"]
    assert data["plate_of_culture"].values.tolist() == [1, 0]
    assert data["plate_of_blank"].values.tolist() == [1]
    assert data["blank_signal"].values.tolist() == [3]
    assert data["dose_um"].values.tolist() == [0, 0.1, 1, 0, 0.1, 3]
    assert data["signal"].values.tolist() == [100, 50, 20, 200, 150, 4]
    assert data["plate_column"].values.tolist() == [0, 1, 2, 0, 1, 4]
    assert data["well_name"].values.tolist()[1] == "a02"
    assert (data["blank_row"].item(), data["blank_column"].item()) == (7, 11)
    assert data["counting_minutes"].item() == 2
    assert data["signal"].attrs["units"] == "counts/min"
    assert data["dose_um"].attrs["units"] == "uM"
    assert data.attrs == {
        "source": "wells.csv", "dose_unit": "nM", "signal": "signal", "wells_lost": 2, "wells_ignored": 1,
        "plate_rows": 8, "plate_columns": 12, "assay": "dose_response",
        "columns_used": "cell_line, dose = Dose (nM), signal, molecular_group, experiment, plate, well, role",
        "plate_size_from": "guessed from the largest well",
    }  # fmt: skip


def test_what_is_absent_gets_a_plain_name(tmp_path):
    data = read(tmp_path, f"{HEADER}\n{GOOD}")
    assert data["molecular_group"].values.tolist() == ["all"]
    assert data["experiment"].values.tolist() == ["experiment 1"]
    assert data["plate"].values.tolist() == ["plate 1"]
    assert np.isinf(data["counting_minutes"])
    assert "plate_row" not in data
    assert "compound" not in data


def test_a_plate_is_an_experiment_and_the_other_way_round(tmp_path):
    rows = "".join(f"a,0,100,{p}\na,1,50,{p}\na,2,20,{p}\n" for p in ("p1", "p2"))
    for column in ("plate", "experiment"):
        data = read(tmp_path, f"{HEADER},{column}\n{rows}")
        assert data["plate"].values.tolist() == data["experiment"].values.tolist() == ["p1", "p2"]
        assert data["culture"].values.tolist() == ["a, p1", "a, p2"]


def test_plates_numbered_anew_in_each_experiment_are_different_plates(tmp_path):
    rows = "".join(f"a,0,100,{e},1,A1\na,1,50,{e},1,A2\na,2,20,{e},1,A3\n" for e in ("e1", "e2"))
    data = read(tmp_path, f"{HEADER},experiment,plate,well\n{rows}")
    assert data["plate"].values.tolist() == ["e1, plate 1", "e2, plate 1"]
    assert data["plate_of_culture"].values.tolist() == [0, 1]


def test_names_of_cultures_tell_them_apart(tmp_path):
    rows = "".join(f"a,0,100,e1,{p}\na,1,50,e1,{p}\na,2,20,e1,{p}\n" for p in ("p1", "p2"))
    data = read(tmp_path, f"{HEADER},experiment,plate\n{rows}")
    assert data["culture"].values.tolist() == ["a, p1", "a, p2"]


def test_wells_with_other_names_have_no_place(tmp_path):
    data = read(tmp_path, f"{HEADER},well\na,0,100,17\na,1,50,18\na,2,20,19\n")
    assert "plate_row" not in data
    assert data["well_name"].values.tolist() == ["17", "18", "19"]


@pytest.mark.parametrize(
    ("column", "cells", "scale", "expected"),
    [
        ("viability", ("98", "-2", "110"), None, [98, -2, 110]),
        ("viability", ("0.5", "0.25", "1"), "fraction", [50, 25, 100]),
        ("viability", ("0.5", "0.25", "1"), "percent", [0.5, 0.25, 1]),
        ("inhibition_percent", ("2", "60", "-10"), None, [98, 40, 110]),
        ("inhibition", ("0.25", "0.5", "0"), "fraction", [75, 50, 100]),
    ],
)
def test_responses_become_viability_in_percent(tmp_path, column, cells, scale, expected):
    rows = "".join(f"a,{dose},{cell}\n" for dose, cell in enumerate(cells, 1))
    data = read(tmp_path, f"cell_line,dose_um,{column}\n{rows}", scale=scale)
    assert data["viability_percent"].values.tolist() == expected
    assert "signal" not in data
    assert "counting_minutes" not in data


def test_fractions_are_not_taken_for_percent(tmp_path):
    assert faults_of(tmp_path, "cell_line,dose_um,viability\na,1,0.9\na,2,0.5\n") == [
        "wells.csv: viability has no value of 2 or more; are these fractions? Say "
        'scale="fraction", or scale="percent" if they are percent'
    ]
    assert faults_of(tmp_path, f"{HEADER}\n{GOOD}", scale="percent") == [
        "wells.csv: scale is for viability or inhibition, got 'percent' for raw signals"
    ]
    assert faults_of(tmp_path, "cell_line,dose_um,viability\na,1,90\na,2,50\n", counting_minutes=1.0) == [
        "wells.csv: counting_minutes needs raw signals, got viability"
    ]


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ("a,0,100\na,ten,50\na,2,20\n", ["line 3: dose_um must be a number, got 'ten'"]),
        ("a,0,100\na,-3,50\na,2,20\n", ["line 3: dose_um must be 0 or more (a dose, not its logarithm), got -3"]),
        ("a,0,100\na,inf,50\na,2,20\n", ["line 3: dose_um must be a finite number, got 'inf'"]),
        ("a,0,100\na,,50\na,2,20\n", ["line 3: dose_um must be given (0 for an untreated well), got ''"]),
        ("a,0,100\na,1,many\na,2,20\n", ["line 3: signal must be a number, got 'many'"]),
        ("a,0,100\na,1,-5\na,2,20\n", [f"line 3: signal must be 0 or more, got -5: {BELOW_ZERO}"]),
        ("a,0,100\na,1,1e999\na,2,20\n", ["line 3: signal must be a finite number, got '1e999'"]),
        ("a,0,100\na,1,NaN\na,2,2\n", [
            "line 3: signal must be given, got 'NaN'; to leave such wells out, say lost='drop'"
        ]),
        ("a,0,100\n,1,5\na,2,20\n", ["line 3: cell_line must not be empty"]),
        ("a,1,100\na,2,50\n", [
            "line 2: cell line a on plate 1 has no untreated well (dose 0), so nothing to measure its 2 wells against"
        ]),
        ("a,0,100\na,1,50\n", ["line 2: cell line a: a curve needs at least 2 different doses above 0, got only 1"]),
        ("a,0,100\n", [
            "line 2: cell line a: a curve needs at least 2 different doses above 0, got none; say which wells were "
            "read when the drug was added, which are no curve, with time_zero="
        ]),
        ("a,0,0\na,1,0\na,2,0\n", [": all 3 signals are 0: was the right column or grid read?"]),
        (GOOD + "b,0,0\nb,1,0\nb,2,0\n", ["line 5: cell line b on plate 1: all 3 signals are 0"]),
    ],
)  # fmt: skip
def test_faults_of_wells(tmp_path, rows, faults):
    expected = [f"wells.csv{'' if fault.startswith(':') else ' '}{fault}" for fault in faults]
    assert faults_of(tmp_path, f"{HEADER}\n{rows}") == expected


def test_all_faults_are_told_together_and_none_that_follows_from_another(tmp_path):
    assert faults_of(tmp_path, f"{HEADER},well\na,ten,100,A1\na,-1,50,A2\na,2,x,A2\nb,0\n") == [
        "wells.csv line 2: dose_um must be a number, got 'ten'",
        "wells.csv line 3: dose_um must be 0 or more (a dose, not its logarithm), got -1",
        "wells.csv line 4: signal must be a number, got 'x'",
        "wells.csv line 4: well A2 of plate 1 is also on line 3",
        "wells.csv line 5: the row must have 4 fields, as the header has, got 2; is the file cut off?",
    ]


def test_one_zero_signal_is_allowed_and_one_dose_of_viability_is_not(tmp_path):
    assert read(tmp_path, f"{HEADER}\na,0,100\na,1,50\na,2,0\n")["signal"].values.tolist() == [100, 50, 0]
    assert faults_of(tmp_path, "cell_line,dose_um,viability\na,1,90\na,1,95\n") == [
        "wells.csv line 2: cell line a: a curve needs at least 2 different doses above 0, got only 1"
    ]


def test_wells_stand_once_on_a_plate(tmp_path):
    rows = "a,0,100,A1,p\na,1,50,B7,p\na,2,20,b07,p\na,2,20,B7,q\na,0,20,B8,q\na,1,20,,q\n"
    assert faults_of(tmp_path, f"{HEADER},well,plate\n{rows}") == [
        "wells.csv line 4: well b07 of plate p is also on line 3",
        "wells.csv line 7: the well has no name, others have",
    ]


def test_a_line_is_in_one_group(tmp_path):
    rows = "a,0,100,x\na,1,50,x\na,2,20,y\nb,0,9,\nb,1,9,\nb,2,9,\nc,0,9,x\nc,1,9,\nc,2,9,x\n"
    assert faults_of(tmp_path, f"{HEADER},molecular_group\n{rows}") == [
        "wells.csv line 4: cell line a must be in one molecular group, got 'y', and 'x' on line 2",
        "wells.csv line 5: cell line b has no molecular group, other lines have: name one, or leave all empty",
        "wells.csv line 9: cell line c must be in one molecular group, got 'none', and 'x' on line 8",
    ]
    data = read(tmp_path, f"{HEADER},molecular_group\na,0,100,\na,1,50,\na,2,20,\n")
    assert data["molecular_group"].values.tolist() == ["all"]


def test_missing_columns_are_named_with_the_closest(tmp_path):
    there = "there are 'lines', 'dosis', 'signals'"
    assert faults_of(tmp_path, "lines,dosis,signals\na,1,2\n") == [
        f"wells.csv line 1: the column 'signal' is missing; {there} (closest: 'signals'); "
        'viability or inhibition in percent would do as well: name one, columns={"signal": "NAME"}',
        f"wells.csv line 1: the column 'cell_line' is missing; {there} (closest: 'lines'): name one, "
        'columns={"cell_line": "NAME"}, or give a value for all rows, columns={"cell_line": "=VALUE"}',
        f"wells.csv line 1: the column 'dose' is missing; {there} (closest: 'dosis'): name one, "
        'columns={"dose": "NAME"}',
    ]
    there = "there are 'cell_line', 'dose_um', 'signal'"
    assert faults_of(tmp_path, f"{HEADER}\n{GOOD}", {"dose": "conc_uM", "plate": "Plate"}) == [
        f"wells.csv line 1: the column 'conc_uM' is missing; {there} (closest: 'dose_um')",
        f"wells.csv line 1: the column 'Plate' is missing; {there}",
    ]
    assert faults_of(tmp_path, "cell_line,dose_um,signal,signal\na,0,1,2\n", {"signal": "signal"}) == [
        "wells.csv line 1: the column 'signal' is in the header 2 times"
    ]


def test_the_response_is_not_guessed(tmp_path):
    text = "cell_line,dose_um,signal,viability\na,0,5,100\na,1,4,90\na,2,3,80\n"
    assert faults_of(tmp_path, text) == [
        "wells.csv line 1: the columns 'signal' and 'viability' may each be the response: say "
        'columns={"signal": "signal"} or columns={"viability": "viability"}'
    ]
    assert read(tmp_path, text, {"viability": "viability"})["viability_percent"].values.tolist() == [
        100,
        90,
        80,
    ]
    with pytest.raises(InputError, match="must name one of signal, viability, inhibition, got signal and viability"):
        read(tmp_path, text, {"viability": "viability", "signal": "signal"})


def test_the_unit_of_a_dose_is_stated_once(tmp_path):
    text = "cell_line,dose,signal\na,0,100\na,0.001,50\na,0.002,20\n"
    assert faults_of(tmp_path, text) == [
        "wells.csv line 1: the column 'dose' does not say its unit: say dose_unit=, one of M, mM, uM, nM, pM, or "
        'dose_unit="as-is:UNIT" for a UNIT that is not molar'
    ]
    assert read(tmp_path, text, dose_unit="mM")["dose_um"].values.tolist() == [0, 1, 2]
    own = read(tmp_path, text, dose_unit="as-is:g/ha")
    assert own["dose_um"].values.tolist() == [0, 0.001, 0.002]
    assert own["dose_um"].attrs["units"] == "g/ha"
    for unit in ("nM", "as-is:g/ha"):
        assert faults_of(tmp_path, f"{HEADER}\n{GOOD}", dose_unit=unit) == [
            f"wells.csv line 1: the column 'dose_um' has uM in its name, but dose_unit was stated as {unit!r}"
        ]
    with pytest.raises(InputError, match="dose_unit must be one of M, mM, uM, nM, pM"):
        read(tmp_path, text, dose_unit="furlong")


def test_roles_by_patterns(tmp_path):
    text = f"{HEADER},tag\na,,100,NC-1\na,1,50,L1-D1\na,2,20,L1-D2\na,0,90,L1-D0\na,7,5,PC-1\na,,3,B\na,,100,NC-0\n"
    roles = Roles(untreated=("nc-1",), blank=("B",), ignored=("NC-0", "PC-*"), treated=("L*",))
    data = read(tmp_path, text, {"role": "tag"}, roles=roles)
    assert data["dose_um"].values.tolist() == [0, 1, 2, 0]
    assert data["blank_signal"].values.tolist() == [3]
    assert data.attrs["wells_ignored"] == 2
    assert faults_of(tmp_path, text.replace("L1-D2", "M1").replace("L1-D1", "M1"), {"role": "tag"}, roles=roles) == [
        "wells.csv line 3: tag must match one of treated (L*), untreated (nc-1), time_zero (t0, time zero), blank (B), "
        "ignored (NC-0, PC-*), got 'M1' (in 2 rows); say what every word means with roles="
    ]
    assert faults_of(tmp_path, f"{HEADER},role\na,3,100,untreated\na,1,5,treated\na,2,3,treated\n") == [
        "wells.csv line 2: dose_um must be 0 or empty in an untreated well, got 3"
    ]
    assert "'role' is missing" in faults_of(tmp_path, f"{HEADER}\n{GOOD}", roles=Roles())[0]
    assert faults_of(tmp_path, f"{HEADER},role\na,,100,blank\na,1,5,empty\n") == [
        "wells.csv: no well is left: all are blank, ignored or lost"
    ]


def test_constants_stand_for_columns(tmp_path):
    data = read(tmp_path, "dose_um,signal\n0,100\n1,50\n2,20\n", {"cell_line": "=LP-1", "molecular_group": "=MMSET"})
    assert data["cell_line"].values.tolist() == ["LP-1"]
    assert data["molecular_group"].values.tolist() == ["MMSET"]


def test_a_compound_is_chosen(tmp_path):
    rows = (
        "a,0,100,,p\na,1,50,len,p\na,2,20,len,p\na,1,40,pom,p\n"
        "b,0,80,DMSO,q\nb,1,40,pom,q\nb,3,30,pom,q\nb,3,,blank,q\n"
    )
    data = read(tmp_path, f"{HEADER},drug,plate\n{rows}", lost="drop")
    assert compounds_of(data) == ["len", "pom"]
    assert data["compound"].values.tolist() == ["", "len", "len", "pom", "", "pom", "pom"]
    with pytest.raises(InputError, match=r"^compound must be one of the 2 of the file \(len, pom\), got none: choose"):
        one_compound(data)
    len_alone = select_compound(data, "len")
    assert one_compound(len_alone).sizes == one_compound(data, "len").sizes == len_alone.sizes
    with pytest.raises(InputError, match=r"^compound needs a file with a column of compounds, got 'len' and no such"):
        one_compound(data.drop_vars("compound"), "len")
    assert len_alone["signal"].values.tolist() == [100, 50, 20]
    assert len_alone["cell_line"].values.tolist() == ["a"]
    assert len_alone["plate"].values.tolist() == ["p"]
    with pytest.raises(InputError, match=r"^cell line a with pom: a curve needs .* above 0, got only 1$"):
        select_compound(data, "pom")
    with pytest.raises(InputError, match=r"compound must be one of len, pom, got 'lan' \(closest: 'len'\)"):
        select_compound(data, "lan")
    with pytest.raises(InputError, match="select_compound needs the variable compound"):
        select_compound(data.drop_vars("compound"), "len")
    assert faults_of(tmp_path, f"{HEADER},drug\na,0,100,\na,1,50,len\na,2,20,\n") == [
        "wells.csv line 4: drug must not be empty in a treated well"
    ]


def test_pointers_follow_a_choice(tmp_path):
    rows = "".join(
        f""
        f""
        f""
        f""
        f"{line},0,100,,e{n},p{n},{group}\n{line},1,{n},{drug},e{n},p{n},{group}\n{line},2,{n},{drug},e{n},p{n},{group}\n"
        for n, (line, drug, group) in enumerate([("a", "x", "g"), ("b", "y", "h"), ("c", "y", "g"), ("b", "y", "h")], 1)
    )
    data = select_compound(read(tmp_path, f"{HEADER},drug,experiment,plate,molecular_group\n{rows}"), "y")
    culture = data["culture_of_well"].values
    names = {
        "cell_line": data["cell_line"].values[data["line_of_culture"].values[culture]],
        "experiment": data["experiment"].values[data["experiment_of_culture"].values[culture]],
        "plate": data["plate"].values[data["plate_of_culture"].values[culture]],
        "group": data["molecular_group"].values[data["group_of_line"].values[data["line_of_culture"].values[culture]]],
    }
    assert names["cell_line"].tolist() == [line for line in "bcb" for _ in range(3)]
    assert names["experiment"].tolist() == [f"e{n}" for n in (2, 3, 4) for _ in range(3)]
    assert names["plate"].tolist() == [f"p{n}" for n in (2, 3, 4) for _ in range(3)]
    assert names["group"].tolist() == [group for group in "hgh" for _ in range(3)]


def test_numbers_that_cannot_be_meant(tmp_path):
    for minutes in (0.0, -1.0, math.nan):
        with pytest.raises(InputError, match=r"counting_minutes must be (above 0|a finite number)"):
            read(tmp_path, f"{HEADER}\n{GOOD}", counting_minutes=minutes)
    with pytest.raises(InputError, match="lost must be one of refuse, drop, got 'keep'"):
        read(tmp_path, f"{HEADER}\n{GOOD}", lost="keep")
    with pytest.raises(InputError, match="scale must be one of percent, fraction, got 'x'"):
        read(tmp_path, "cell_line,dose_um,viability\na,1,90\na,2,95\n", scale="x")


def test_signals_below_zero_become_percent_by_choice(tmp_path):
    text = f"{HEADER}\na,0,0.8\na,0,0.9\na,0,8\na,1,0.45\na,2,-0.09\nb,0,2\nb,1,1\nb,2,0.5\n"
    assert faults_of(tmp_path, text) == [f"wells.csv line 6: signal must be 0 or more, got -0.09: {BELOW_ZERO}"]
    data = read(tmp_path, text, normalise=True)
    np.testing.assert_allclose(data["viability_percent"], [800 / 9, 100, 8000 / 9, 50, -10, 100, 50, 25])
    assert "signal" not in data
    assert data.attrs["notes"] == "wells.csv: signal is read as percent of the median untreated well of each culture"


def test_blanks_are_taken_off_where_signals_become_percent(tmp_path):
    rows = "a,untreated,,1.1\na,treated,1,0.6\na,treated,2,0.05\n,blank,,0.08\n,blank,,0.12\n"
    text = f"cell_line,role,dose_um,signal\n{rows}"
    data = read(tmp_path, text, normalise=True)
    np.testing.assert_allclose(data["viability_percent"], [100, 50, -5])
    high = text.replace("1.1", "0.1")
    assert faults_of(tmp_path, high, normalise=True) == [
        "wells.csv line 2: cell line a on plate 1: the untreated wells must lie above the blanks for percent of "
        "them, got a difference of 0"
    ]
    percent = "cell_line,dose_um,viability\na,0,100\na,1,50\na,2,20\n"
    assert faults_of(tmp_path, percent, normalise=True) == [
        "wells.csv: normalise=True is for raw signals, got viability"
    ]
    assert faults_of(tmp_path, f"{HEADER}\n{GOOD}", normalise=True, counting_minutes=1.0) == [
        "wells.csv: counting_minutes needs raw signals, got normalise=True"
    ]
