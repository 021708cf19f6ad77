"""What a dose column is taken for, and the messages where that is in doubt."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.dose_response.read.dose_cells import DoseCell, is_untreated_word, parse_dose_cell
from lensim.dose_response.read.dose_pattern import stand_in_for_zero
from lensim.dose_response.read.units import multiplied_unit_in_column_name
from lensim.tables.log_scale import bases_by_steps, number_to_dose, scale_in_name
from lensim.tables.logarithms import Series, look_like_logarithms


def read(folder, text, **options):
    path = folder / "wells.csv"
    path.write_text(text, encoding="utf-8")
    return read_dose_response(path, **options)


def refused(folder, text, **options):
    with pytest.raises(InputError) as caught:
        read(folder, text, **options)
    return str(caught.value)


def wells(doses, column="dose_um", response="signal", values=None):
    """A table of one line with a well a dose, falling."""
    values = values or [f"{900 - 100 * at}" for at in range(len(doses))]
    rows = "".join(f"a,{dose},{value}\n" for dose, value in zip(doses, values, strict=True))
    return f"cell_line,{column},{response}\n{rows}"


@pytest.mark.parametrize(
    ("name", "scales"),
    [
        ("dose_um", None),
        ("Dose (nM)", None),
        ("analog_conc", None),
        ("catalogue dose", None),
        ("pM", None),
        ("log10 dose (nM)", ("log10",)),
        ("log10_nM", ("log10",)),
        ("Log10[Conc] (uM)", ("log10",)),
        ("lg c (M)", ("log10",)),
        ("ln_dose_um", ("ln",)),
        ("log2 conc", ("log2",)),
        ("logM", ("log10", "ln")),
        ("log[M]", ("log10", "ln")),
        ("Log Dose", ("log10", "ln")),
        ("dose (log)", ("log10", "ln")),
        ("-log10 dose (M)", ("-log10",)),
        ("\u2212log10 dose (M)", ("-log10",)),
        ("dose (-log10 M)", ("-log10",)),
        ("neglog10M", ("-log10",)),
        ("neglogM", ("-log10", "-ln")),
        ("negative log10 molar", ("-log10",)),
        ("pIC", ("-log10",)),
        ("pDose", ("-log10",)),
        ("p[conc]", ("-log10",)),
        ("dose-log10", ("log10", "-log10")),
        ("log10(dose + 1)", ()),
        ("log1p dose", ()),
    ],
)
def test_the_scale_in_a_name(name, scales):
    found = scale_in_name(name)
    assert (found.scales if found else None) == scales


@pytest.mark.parametrize(
    ("number", "scale", "dose"),
    [
        (7.523, "-log10", 3e-8),
        (7.52287874528, "-log10", 3e-8),
        (7.5, "-log10", 3.16228e-8),
        (-7.52, "log10", 3e-8),
        (1.0986, "ln", 3.0),
        (-3.0, "log2", 0.125),
        (-np.inf, "log10", 0.0),
        (np.inf, "-log10", 0.0),
        (400.0, "log10", np.inf),
        (3.25, "linear", 3.25),
    ],
)
def test_a_number_on_a_scale_is_a_dose(number, scale, dose):
    assert number_to_dose(number, scale) == dose


def test_steps_tell_logarithms_apart():
    assert bases_by_steps([-9, -8.5, -8, -7]) == ("log10", "log2") or bases_by_steps([-9, -8.5, -8]) == ("log10",)
    assert bases_by_steps([0.0, 1.0986, 2.3026]) == ("ln",)
    assert bases_by_steps([1.0, 1.477, 2.0]) == ("log10",)
    assert bases_by_steps([1.0, 2.0]) == ()


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("10 uM", ("10", "uM")),
        ("10\u00b5M", ("10", "\u03bcM")),
        ("1e-08 M", ("1e-08", "M")),
        ("1e-08M", ("1e-08", "M")),
        ("0,1 nM", ("0,1", "nM")),
        ("3 x 10^-7 M", ("3e-7", "M")),
        ("10\u207b\u2076 M", ("1e-6", "M")),
        ("12 500 nM", ("12 500", "nM")),
        ("10 [nM]", ("10", "nM")),
        ("5", ("5", "")),
        ("-7.5", ("-7.5", "")),
        ("DMSO", ("", "")),
        ("<0.1", ("", "")),
    ],
)
def test_the_parts_of_a_dose_cell(text, cell):
    assert parse_dose_cell(text) == DoseCell(*cell)


def test_words_for_untreated_wells():
    for word in (
        "DMSO",
        "0.1% DMSO",
        "0.1 % (v/v) DMSO",
        "DMSO 0.5%",
        "DMSO (0.1% v/v)",
        "Vehicle",
        "ctrl",
        "none",
        "No drug",
        "DMSO control",
    ):
        assert is_untreated_word(word), word
    for word in ("", "0", "positive control", "no cells", "medium only", "bortezomib", "Len", "1% DMSO + Len"):
        assert not is_untreated_word(word), word


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0.01, 0.03, 0.1, 0.3, 1, 3, 10), False),
        ((1, 2, 4, 8, 16), False),
        ((1, 3, 10), False),
        ((0, 1, 2, 3, 4, 5), False),
        ((0, 0.5, 1, 1.5, 2), False),
        ((0, 20, 40, 60, 80), False),
        ((10, 20, 30, 40), False),
        ((0, 0.94, 1.88, 2.82), False),
        ((50, 60, 70, 80), False),
        ((5, 5.5, 6, 6.5, 7, 7.5), True),
        ((4, 5, 6, 7), True),
        ((5, 5.523, 6, 6.523, 7), True),
        ((1, 1.48, 2, 2.48, 3), True),
        ((0.301, 0.602, 0.903, 1.204), True),
        ((0, 0.477, 1, 1.477, 2), True),
        ((0.693, 1.386, 2.079, 2.773), True),
        ((1, 2, 3, 4), True),
    ],
)
def test_series_that_look_like_logarithms(numbers, expected):
    assert look_like_logarithms(Series(numbers)) is expected


def test_a_linear_series_whose_zero_is_no_untreated_well_is_in_doubt():
    assert look_like_logarithms(Series((0, 1, 2, 3), is_zero_untreated=False))
    assert not look_like_logarithms(Series((0, 10, 20, 30), is_zero_untreated=False))


def test_a_lowest_dose_that_stands_for_zero():
    assert stand_in_for_zero([1e-6, 0.01, 0.03, 0.1, 0.3]) == 1e-6
    assert stand_in_for_zero([1e-3, 0.01, 0.1, 1]) is None
    assert stand_in_for_zero([1e-6, 0.01, 0.03]) is None


def test_doses_by_a_name_that_says_a_logarithm_are_told(tmp_path):
    data = read(tmp_path, wells(["DMSO", "9", "8", "7.523", "7"], "-log10 dose (M)"))
    assert data["dose_um"].values.tolist() == [0, 0.001, 0.01, 0.03, 0.1]
    assert data.attrs["notes"].splitlines() == [
        "wells.csv: the doses of '-log10 dose (M)' are read as -log10, as its name says",
        "wells.csv: 1 row with 'DMSO' as -log10 dose (M) are read as untreated",
    ]
    data = read(tmp_path, wells(["-inf", "-9", "-8.5", "-8"], "logM"))
    assert data["dose_um"].values.tolist() == [0, 0.001, 0.00316228, 0.01]
    assert data.attrs["notes"] == "wells.csv: the doses of 'logM' are read as log10, as their steps show"
    data = read(tmp_path, wells(["DMSO", "9", "8.5", "8"], "pDose"))
    assert data["dose_um"].values.tolist() == [0, 0.001, 0.00316228, 0.01]
    stated = read(tmp_path, wells(["DMSO", "0", "1", "2"], "dose_nM"), dose_scale="log10")
    assert stated["dose_um"].values.tolist() == [0, 0.001, 0.01, 0.1]


def test_the_plain_column_counts_before_its_logarithm(tmp_path):
    text = "cell_line,dose_um,log10_dose_um,signal\na,0,,900\na,1,0,800\na,10,1,700\na,100,2,600\n"
    assert read(tmp_path, text)["dose_um"].values.tolist() == [0, 1, 10, 100]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            wells(["-9", "-8.5", "-8", "-7.5"], "dose_M"),
            {},
            "wells.csv: dose_M has 4 different values below 0 (-9 to -7.5), as logarithms have: say "
            'dose_scale="log10" (0.001 to 0.0316 uM) or dose_scale="ln" (123 to 553 uM) or dose_scale="log2" '
            "(1.95e+03 to 5.52e+03 uM)",
        ),
        (
            wells(["DMSO", "5", "5.5", "6", "6.5"], "dose_M"),
            {},
            "wells.csv: dose_M has even steps, as logarithms of doses have (5, 5.5, 6, 6.5): say "
            'dose_scale="linear" if they are doses, else dose_scale="-log10" (0.316 to 10 uM)',
        ),
        (
            wells(["DMSO", "5", "5.5", "6", "6.5"], "dose_um"),
            {},
            "wells.csv: dose_um has even steps, as logarithms of doses have (5, 5.5, 6, 6.5): say "
            'dose_scale="linear" if they are doses, else dose_scale="ln" (148 to 665 uM) or '
            'dose_scale="log2" (32 to 90.5 uM) or name the column "-log10 dose (M)" if it has these',
        ),
        (
            wells(["DMSO", "1.1", "2.7", "4.4"], "logM"),
            {},
            "wells.csv line 1: the column 'logM' does not say which logarithm 'log' is: say dose_scale=\"log10\" or "
            'dose_scale="ln"',
        ),
        (
            wells(["DMSO", "1", "2", "3"], "log10(dose+1) uM"),
            {"columns": {"dose": "log10(dose+1) uM"}},
            "wells.csv line 1: the column 'log10(dose+1) uM' has logarithms of the dose and 1, which cannot be "
            "told from "
            'others: give the doses themselves; or say dose_scale="linear" if they are doses',
        ),
        (
            wells(["DMSO", "9", "8", "7"], "log10 dose (M)"),
            {},
            "wells.csv: log10 dose (M) comes out at 1e+13 to 1e+15 uM as log10, which no solution has: is it another "
            'scale (dose_scale="-log10", dose_scale="log10", dose_scale="ln") or another unit?',
        ),
        (
            wells(["0", "1e-9", "1e-8", "1e-7", "1e-6"]),
            {},
            "wells.csv: dose_um has doses of 1e-09 to 1e-06 uM, far below those of usual drugs: correct the "
            "unit or the "
            'scale, or say dose_scale="linear" if they are right',
        ),
        (
            wells(["0", "0.1", "1", "10", "100"], "dose_M"),
            {},
            "wells.csv: dose_M has doses of 100000 to 1e+08 uM, far above those of usual drugs: correct the "
            "unit or the "
            'scale, or say dose_scale="linear" if they are right',
        ),
        (
            wells(["1e-6", "0.01", "0.1", "1", "10"], response="viability"),
            {},
            "wells.csv: the lowest dose of dose_um, 1e-06 uM, lies far below all others: if it is written for 0, say "
            'columns={"role": "dose_um"} and roles={"untreated": "1e-06", "treated": "*"}; if it is a dose, say '
            'dose_scale="linear"',
        ),
        (
            wells(["0", "DMSO", "1", "2", "4"]),
            {},
            "wells.csv line 2: dose_um has 'DMSO' in 1 row and 0 in 1 row: which are the untreated wells that "
            "others are "
            'measured against? Say it with columns={"role": "dose_um"} and roles={"untreated": "DMSO", "ignored": "0", '
            '"treated": "*"}',
        ),
        (
            wells(["0", "<0.1", "1", "2 furlong", "4 nM"]),
            {},
            "wells.csv line 5: dose_um must have a unit of M, mM, uM, nM, pM behind its number, or "
            "dose_unit=\"as-is:furlong\" if all doses are in furlong, got '2 furlong'\n"
            "wells.csv line 6: dose_um has '4 nM', but its unit is uM by its name or by dose_unit: correct one "
            "of them, "
            "or leave out the unit of the column",
        ),
        (
            wells(["0", "<0.1", "1", "2", "about 4"]),
            {},
            "wells.csv line 3: dose_um must be one number, and no bound, got '<0.1'\n"
            "wells.csv line 6: dose_um must be a number, or a number and its unit such as 10 nM, got 'about 4'",
        ),
        (
            wells(["0", "10 nM", "100 nM", "1"], "dose"),
            {},
            "wells.csv line 5: dose has a unit in some cells and none in 1, such as '1': say dose_unit=\"nM\" if "
            "these are in nM as well, else write the unit behind each number, or in a column dose_unit",
        ),
    ],
)
def test_doses_in_doubt_are_refused_with_the_way_out(tmp_path, text, options, message):
    assert refused(tmp_path, text, **options) == message


def test_the_ways_out_work(tmp_path):
    linear = wells(["1", "2", "3", "4"], response="viability")
    assert read(tmp_path, linear, dose_scale="linear")["dose_um"].values.tolist() == [1, 2, 3, 4]
    chosen = {"columns": {"role": "dose_um"}, "roles": {"untreated": "DMSO", "ignored": "0", "treated": "*"}}
    data = read(tmp_path, wells(["0", "DMSO", "1", "2", "4"]), **chosen)
    assert data["dose_um"].values.tolist() == [0, 1, 2, 4]
    assert data.attrs["wells_ignored"] == 1
    low = {"columns": {"role": "dose_um"}, "roles": {"untreated": "1e-06", "treated": "*"}}
    data = read(tmp_path, wells(["1e-06", "0.01", "0.1", "1", "10"], response="viability"), **low)
    assert data["dose_um"].values.tolist() == [0, 0.01, 0.1, 1, 10]
    own = read(tmp_path, wells(["0", "2 g/ha", "4 g/ha", "8 g/ha"], "dose"), dose_unit="as-is:g/ha")
    assert own["dose_um"].values.tolist() == [0, 2, 4, 8]


def test_vehicles_among_the_compounds(tmp_path):
    rows = "a,DMSO,0.1,900\na,DMSO,0.1,880\na,Len,1,700\na,Len,10,500\na,Len,100,300\n"
    header = "cell_line,compound,dose_um,signal\n"
    data = read(tmp_path, header + rows)
    assert data["dose_um"].values.tolist() == [0, 0, 1, 10, 100]
    assert data["compound"].values.tolist() == ["", "", "Len", "Len", "Len"]
    assert data.attrs["notes"] == (
        "wells.csv: 2 rows with 'DMSO' as compound are read as untreated, whatever their dose"
    )
    empty = read(tmp_path, header + rows.replace("DMSO,0.1", "DMSO,"))
    assert empty["dose_um"].values.tolist() == [0, 0, 1, 10, 100]
    message = refused(tmp_path, f"{header}{rows}a,Len,0,910\n")
    assert message == (
        "wells.csv line 2: compound has 'DMSO' in 2 rows, and other wells have dose 0: if these are the "
        "untreated wells, "
        'say columns={"role": "compound"} and roles={"untreated": "DMSO", "treated": "*"}; if it is a compound under '
        'test, say columns={"role": "compound"} and roles={"treated": "*"}'
    )
    chosen = {"columns": {"role": "compound"}, "roles": {"untreated": "DMSO", "treated": "*"}}
    data = read(tmp_path, f"{header}{rows}a,Len,0,910\n", **chosen)
    assert (data["dose_um"].values == 0).tolist() == [True, True, False, False, False, True]
    as_compound = {"columns": {"role": "compound"}, "roles": {"treated": "*"}, "compound": "DMSO"}
    more = f"{header}{rows}a,Len,0,910\na,DMSO,1,500\n"
    assert read(tmp_path, more, **as_compound)["dose_um"].values.tolist() == [0.1, 0.1, 0, 1]


def test_a_percent_whose_zero_is_not_the_control_is_in_doubt(tmp_path):
    doses = ["0", "0", "1", "1", "2", "2", "3", "3", "4", "4"]
    control = wells(doses, "dose_um", "viability", ["101", "99", "90", "80", "70", "60", "50", "40", "30", "20"])
    assert read(tmp_path, control)["dose_um"].values[-1] == 4
    other = wells(doses, "dose_um", "viability", ["96", "97", "90", "80", "70", "60", "50", "40", "30", "20"])
    assert "has even steps, as logarithms of doses have (0, 1, 2, 3, 4)" in refused(tmp_path, other)
    treated = "cell_line,role,dose_nM,signal\na,control,,900\na,sample,0,890\na,sample,1,600\na,sample,2,300\n"
    assert "has even steps, as logarithms of doses have (0, 1, 2, 3)" in refused(tmp_path, f"{treated}a,sample,3,100\n")


FACTORS = ("x 1000", "x1000", "\u00d7 10^3", "* 10", "\u00b7 100", "/ 10", "x 1e3")
LEADING = ("10", "1000 x", "10^-6", "10\u207b\u2076", "1e-6", "0.1", "x 1000", "2 \u00d7")


@given(
    st.sampled_from(("nM", "\u00b5M", "uM", "mM", "M", "pM", "nmol/l")),
    st.sampled_from((*FACTORS, *LEADING)),
    st.sampled_from(("dose", "Conc.", "concentration", "Dose of drug")),
    st.sampled_from(("()", "[]")),
    st.booleans(),
)
def test_a_unit_with_a_factor_is_refused_with_a_column_that_is_read(unit, factor, word, brackets, is_named):
    inside = f"{unit} {factor}" if factor in FACTORS else f"{factor} {unit}"
    name = f"{word} {brackets[0]}{inside}{brackets[1]}"
    with TemporaryDirectory() as folder:
        text = wells(["0", "0.01", "0.1", "1"], name)
        message = refused(Path(folder), text, columns={"dose": name} if is_named else None)
        assert f"in the name of the column {name!r}: write a column of doses in" in message
        assert message.count("\n") == 0
        remedy = message.rpartition("named '")[2].rstrip("'")
        data = read(Path(folder), wells(["0", "0.01", "0.1", "1"], remedy), dose_scale="linear")
        assert (data["dose_um"].values == 0).sum() == 1


@pytest.mark.parametrize(
    "name",
    [
        "dose (nM)",
        "dose (1 nM)",
        "conc 1 (nM)",
        "dose_um_2",
        "dose nM x 3 days",
        "dose (nM) 48h",
        "log10 nM",
        "log_10 (nM)",
        "dose (log 10 M)",
        "log2 nM",
        "dose (\u00b5M), n = 3",
    ],
)
def test_a_number_that_is_no_factor_of_a_unit(name):
    assert multiplied_unit_in_column_name(name) is None
