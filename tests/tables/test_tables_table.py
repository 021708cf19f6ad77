import gzip
import io
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.checks import FaultReport, InputError
from lensim.dose_response.read import Roles, parse_dose_unit, read_tidy
from lensim.dose_response.read.units import dose_to_um, unit_in_column_name
from lensim.tables.grid import find_grids
from lensim.tables.number_text import find_decimal_mark, parse_number
from lensim.tables.source import read_table

ROWS = [("Zürich-1", "0", "100.5"), ("Zürich-1", "0.1", "90"), ("Zürich-1", "1.25", "40")]


def as_text(separator=",", decimal=".", end="\n"):
    lines = [("cell_line", "dose_um", "signal"), *ROWS]
    return end.join(separator.join(cell.replace(".", decimal) for cell in line) for line in lines) + end


def write(folder, content, name="wells.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
@pytest.mark.parametrize(
    ("separator", "decimal"), [(",", "."), (";", ","), (";", "."), ("\t", ","), ("\t", "."), ("|", ".")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_encoding_separator_and_line_end_gives_the_same_wells(tmp_path, encoding, separator, decimal, end):
    data = read_tidy(write(tmp_path, as_text(separator, decimal, end).encode(encoding)))
    assert data["cell_line"].values.tolist() == ["Zürich-1"]
    assert data["dose_um"].values.tolist() == [0, 0.1, 1.25]
    assert data["signal"].values.tolist() == [100.5, 90, 40]


def test_parquet_gives_the_same_wells(tmp_path):
    frame = pd.DataFrame({"cell_line": ["a"] * 3, "dose_um": [0, 0.1, 1.0], "signal": [100.5, 90, 1 / 3]})
    frame.to_parquet(tmp_path / "wells.parquet")
    data = read_tidy(tmp_path / "wells.parquet")
    assert data["signal"].values.tolist() == [100.5, 90, 1 / 3]
    frame.assign(signal=[100.0, -1.0, 2.0]).to_parquet(tmp_path / "wells.parquet")
    with pytest.raises(
        InputError, match=r"^wells\.parquet row 2: signal must be 0 or more, got -1\.0: say normalise=True"
    ):
        read_tidy(tmp_path / "wells.parquet")


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    path = write(tmp_path, '\n"cell_line",dose_um,signal\n\n"two\nlines",0,5\n,,\nb,1,6\n')
    assert read_table(path)[0].lines == [4, 7]


def _zip(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "wells.csv: the file is empty"),
        (b" \n\n", "wells.csv: the file is empty"),
        (b"\xef\xbb\xbf\n", "wells.csv: the file is empty"),
        (
            b"My plates\ncell_line,dose_um,signal\na,0,1\n",
            "must hold the names of columns, parted by comma, semicolon or tab",
        ),
        (b"cell_line,dose_um,signal\n", "wells.csv: the file has a header (cell_line, dose_um, signal) but no rows"),
        (_zip("xl/workbook.xml"), "wells.csv: the workbook is damaged, its XML cannot be read ("),
        (_zip("readme.txt"), "a zip archive, read of RT-qPCR alone (lensim fit expression): unpack it first"),
        (b"\xd0\xcf\x11\xe0abc", "an old Excel workbook (.xls) that is damaged: copy or save it again"),
        (gzip.compress(b"a,b", mtime=0), "a gzip archive: unpack it first"),
        (b"%PDF-1.4", "a PDF: export the table as CSV"),
        (b"a,b\n\x00\x01,2\n", "binary (it has NUL bytes), not text"),
        (b"a,b\n\x01,2\n", "seems to be binary (it has the character 0x01), not text"),
        (b"<html><table>", "a web page or XML"),
        (b"\xff\xfea", "starts as utf-16 text but is not"),
        (b"PAR1 nonsense", "the parquet file cannot be read"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, content, message):
    with pytest.raises(InputError) as caught:
        read_tidy(write(tmp_path, content))
    assert message in str(caught.value)


def test_paths_that_are_no_files(tmp_path):
    with pytest.raises(InputError, match=r"no\.csv must be a file, got nothing there$"):
        read_tidy(tmp_path / "no.csv")
    with pytest.raises(InputError, match="must be a file, got a folder"):
        read_tidy(tmp_path)
    with pytest.raises(InputError, match="cannot be opened"):
        read_tidy("a\0b")
    with pytest.raises(InputError, match="named as parquet but is not"):
        read_tidy(write(tmp_path, "a,b\n1,2\n", "wells.parquet"))


def test_rows_of_unequal_length_and_broken_quotes(tmp_path):
    path = write(tmp_path, 'cell_line,dose_um,signal\na,0,5\na,1\na,1,2,3\na,1,5,,\na,2,"5\n')
    with pytest.raises(InputError) as caught:
        read_tidy(path)
    assert str(caught.value).splitlines() == [
        "wells.csv line 3: the row must have 3 fields, as the header has, got 2",
        "wells.csv line 4: the row must have 3 fields, as the header has, got 4",
        "wells.csv line 6: quotes or fields cannot be separated (unexpected end of data); check the quotes (is the "
        "file cut off?)",
    ]


def test_unquoted_decimal_commas_are_named_once(tmp_path):
    path = write(tmp_path, "cell_line,dose_um,signal\na,0,100,5\na,1,5,90,2\na,2,80\nb,2,70,25\n")
    with pytest.raises(InputError) as caught:
        read_tidy(path)
    assert str(caught.value) == (
        "wells.csv line 2: a comma both parts fields and marks decimals, perhaps in '100,5': part the fields with "
        "semicolons or tabs, put such numbers in quotes, or write decimal points; so in 3 rows"
    )


@given(st.binary(max_size=300))
def test_random_bytes_give_nothing_but_an_input_error(tmp_path_factory, content):
    path = write(tmp_path_factory.getbasetemp(), content, "random.bin")
    with pytest.raises(InputError):
        read_tidy(path)


CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["0", "1", "2.5", "1,5", "-3", "nan", "inf", "1e400", "a", "A1", '"', "treated", "blank", "1.234", "1,234"]
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=7), max_size=8), st.sampled_from([",", ";", "\t"]))
def test_random_tables_give_a_dataset_or_an_input_error(tmp_path_factory, rows, separator):
    lines = [["cell_line", "dose_um", "signal", "well", "plate", "role", "compound"], *rows]
    path = write(tmp_path_factory.getbasetemp(), "\n".join(separator.join(line) for line in lines), "random.csv")
    try:
        data = read_tidy(path, lost="drop")
    except InputError:
        return
    assert data.sizes["well"] >= 2


@given(st.lists(st.lists(CELL, max_size=14), max_size=20), st.sampled_from([",", ";", "\t", " "]))
def test_random_text_never_breaks_the_search_for_grids(rows, separator):
    find_grids("\n".join(separator.join(line) for line in rows))


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1.5", ".", 1.5),
        ("1,5", ",", 1.5),
        ("12,345", ".", 12345.0),
        ("1.234,5", ",", 1234.5),
        ("1e-3", ".", 1e-3),
        (".5", ".", 0.5),
        ("\u22121", ".", -1.0),
        ("inf", ".", float("inf")),
        ("ten", ".", None),
        ("1_000", ".", None),
        ("1.5", ",", None),
        ("1,5", ".", None),
        ("", ".", None),
        ("0x10", ".", None),
    ],
)
def test_numbers_as_people_write_them(text, decimal, number):
    assert parse_number(text, decimal) == number


@given(st.floats(-1e100, 1e100))
def test_a_number_survives_its_text(number):
    assert parse_number(repr(number), ".") == number
    assert parse_number(repr(number).replace(".", ","), ",") == number


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1.5", "2"], "."),
        (["1,5", "2"], ","),
        (["0,001"], ","),
        (["0.5", "12,345"], "."),
        (["1.234.567"], ","),
        (["12.345", "1.5"], "."),
        (["12.345", "0.987"], "."),
        (["1.234e5", "9.876e4"], "."),
        (["12.345", "0,5"], ","),
        (["12.345.678", "987.654"], ","),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["ten, or so"], "."),
        ([], "."),
    ],
)
def test_decimal_mark_comes_from_all_numbers_together(cells, mark):
    assert find_decimal_mark(cells) == mark


def test_doubtful_decimal_marks_are_asked_for(tmp_path):
    path = write(tmp_path, "cell_line;dose_um;signal\na;0;12,345\na;1;11,000\na;2;1,200\n")
    with pytest.raises(InputError, match=r"^wells\.csv: '12,345' may mean 12345 or 12\.345: say decimal=\"\.\" for"):
        read_tidy(path)
    assert read_tidy(path, decimal=".")["signal"].values.tolist() == [12345, 11000, 1200]
    assert read_tidy(path, decimal=",")["signal"].values.tolist() == [12.345, 11, 1.2]
    with pytest.raises(InputError, match=r"both decimal points \('1\.5'\) and decimal commas \('2,5'\)"):
        find_decimal_mark(["1.5", "2,5"])


@pytest.mark.parametrize(
    ("unit", "um"),
    [("M", 1e5), ("mM", 100), ("uM", 0.1), ("µM", 0.1), ("μM", 0.1), ("nM", 1e-4), ("pM", 1e-7), ("nmol/l", 1e-4)],
)
def test_doses_become_um(unit, um):
    assert dose_to_um(0.1, parse_dose_unit(unit)) == um


def test_a_unit_of_ones_own_is_kept():
    unit = parse_dose_unit("as-is: g/ha")
    assert (unit.units, dose_to_um(7.0, unit)) == ("g/ha", 7.0)
    with pytest.raises(InputError, match="must name a unit behind 'as-is:'"):
        parse_dose_unit("as-is:")


def test_an_unknown_unit_is_refused_with_the_nearest():
    with pytest.raises(InputError, match=r"must be one of M, mM, uM, nM, pM, or as-is:UNIT .*, got 'uMol' \(perhaps"):
        parse_dose_unit("uMol")
    with pytest.raises(InputError, match="got 'm'"):
        parse_dose_unit("m")


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("dose_um", "uM"),
        ("Dose (µM)", "uM"),
        ("conc_nM", "nM"),
        ("conc_mM_ferulic_acid", "mM"),
        ("dose", None),
        ("m_dose", None),
    ],
)
def test_units_in_column_names(name, unit):
    assert unit_in_column_name(name) == unit


def test_fault_report_orders_by_file_and_line_and_counts_the_rest():
    report = FaultReport("a.csv", shown=3)
    for line in (9, 2):
        report.add("too low", line=line)
    report.add("odd", place="b.csv", line=1)
    report.add("no column")
    with pytest.raises(InputError) as caught:
        report.raise_if_any()
    assert str(caught.value).splitlines() == [
        "a.csv: no column",
        "a.csv line 2: too low",
        "a.csv line 9: too low",
        "a.csv: and 1 more faults",
    ]
    FaultReport("a.csv").raise_if_any()


def test_choices_that_cannot_be_meant_are_refused():
    with pytest.raises(InputError, match=r"Roles\.blank must be a list of patterns, got the text 'B'"):
        Roles(blank="B")
