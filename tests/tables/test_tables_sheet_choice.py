"""Which sheet of a workbook is read, and what is said where that is not clear."""

import pytest

import lensim
from lensim.checks import InputError
from lensim.dose_response.read.labels import read_labels
from tests.workbooks import workbook_bytes

WELLS = [
    ["cell_line", "dose_um", "signal"],
    *[["K562", dose, 1000 / (1 + dose) + rep] for dose in (0, 0.1, 1, 10, 100) for rep in range(3)],
]
GRID = [[None, *range(1, 13)], *[[row, *[1000 - 50 * at for at in range(12)]] for row in "ABCDEFGH"]]
DOSES = (0, 0, 0, 0, 0.1, 0.1, 1, 1, 10, 10, 100, 100)
MAP = [
    ["well", "cell_line", "dose_um"],
    *[[f"{row}{at + 1}", "K562", DOSES[at]] for row in "ABCDEFGH" for at in range(12)],
]


@pytest.fixture
def write(tmp_path):
    def written(sheets, build=None, name="book.xlsx"):
        path = tmp_path / name
        path.write_bytes(workbook_bytes(sheets, build))
        return path

    return written


def refusal(*given, **options):
    with pytest.raises(InputError) as caught:
        lensim.read.dose_response(*given, **options)
    return str(caught.value)


def test_several_sheets_that_suit_are_asked_about(write):
    path = write({"Day 1": WELLS, "Day 2": WELLS})
    assert refusal(path) == (
        "book.xlsx: the sheets 'Day 1', 'Day 2' may each be a table of wells with doses and signals: name the one that "
        'is meant, worksheet="Day 1", or all that are parts of it, worksheet="Day *", with columns={"experiment": '
        '"worksheet"} if each is an experiment'
    )
    assert lensim.read.dose_response(path, worksheet="day 2 ").sizes["well"] == 15


def test_named_sheets_are_parts_of_one_study_named_after_themselves(write):
    other = [WELLS[0], *[[line, dose, signal + 5] for line, dose, signal in WELLS[1:]]]
    data = lensim.read.dose_response(
        write({"Day 1": WELLS, "Day 2": other, "Old": WELLS}), worksheet=["Day 1", "Day 2"]
    )
    assert list(data["plate"].values) == ["Day 1", "Day 2"]
    assert data.sizes["well"] == 30


def test_no_sheet_that_suits(write):
    path = write({"A": [["x", "y"], [1, 2]], "B": [["z", "y"], [1, 2]]})
    assert refusal(path) == (
        "book.xlsx: none of the sheets 'A', 'B' is a table of wells with doses and signals by the names of its "
        'columns: name the one that is meant, worksheet="A"'
    )
    data = lensim.read.dose_response(
        write({"A": [["x", "y"], [1, 2]], "B": [["who", "how_much", "lum"], *WELLS[1:]]}),
        columns={"cell_line": "who", "dose": "how_much", "signal": "lum"},
        dose_unit="uM",
    )
    assert data.sizes["well"] == 15


def test_a_sheet_that_is_not_there(write):
    assert refusal(write({"Day 1": WELLS}), worksheet="Day one") == (
        "book.xlsx must have a sheet 'Day one', it has 'Day 1' (closest: 'Day 1')"
    )


def test_a_sheet_without_values(write):
    assert refusal(write({"Day 1": WELLS, "Day 2": []}), worksheet="Day 2") == (
        "book.xlsx: the sheet 'Day 2' has no cell with a value"
    )
    assert refusal(write({"Day 1": [], "Day 2": []})) == "book.xlsx: no sheet of the workbook has any cell with a value"


def test_sheets_are_of_workbooks_alone(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in WELLS))
    assert refusal(path, worksheet="Day 1") == (
        "worksheet is for workbooks (.xlsx, .xls, .ods), got 'Day 1' for other files"
    )


def test_a_fault_names_the_sheet_and_the_cell(write):
    rows = [["Plate of March"], [], *WELLS, ["K562", -1, 900.5], ["K562", 10, "much"]]
    assert refusal(write({"Day 1": rows})).splitlines() == [
        "book.xlsx, sheet 'Day 1', cell B19: dose_um must be 0 or more (a dose, not its logarithm), got -1",
        "book.xlsx, sheet 'Day 1', cell C20: signal must be a number, got 'much'",
    ]


def test_files_of_one_name_are_told_apart(write, tmp_path):
    (tmp_path / "other").mkdir()
    rows = [*WELLS, ["K562", -1, 900.5]]
    paths = [write({"Day 1": rows}), write({"Day 1": rows}, name="other/book.xlsx")]
    assert refusal(paths).splitlines()[0] == (
        f"{paths[0]}, sheet 'Day 1', cell B17: dose_um must be 0 or more (a dose, not its logarithm), got -1"
    )


def test_an_error_in_a_cell_is_no_number(write):
    rows = [*WELLS, ["K562", 10, "#DIV/0!"]]
    assert refusal(write({"Day 1": rows})) == (
        "book.xlsx, sheet 'Day 1', cell C17: signal must be given, got '#DIV/0!'; to leave such wells out, say "
        "lost='drop'"
    )


def test_a_formula_without_a_value_is_told(write):
    rows = [*WELLS, ["K562", 10, "=C2/2"], ["K562", 10, "=C3/2"]]
    assert refusal(write({"Day 1": rows})) == (
        "book.xlsx, sheet 'Day 1', cell C17 must have a value, got a formula that was never calculated, and 1 more: "
        "open the workbook in a spreadsheet, save it there, and read that"
    )


def test_percentages_are_read_as_stored_and_told(write):
    def in_percent(book):
        for cell in book["Day 1"]["C"][1:]:
            cell.number_format = "0%"

    rows = [["cell_line", "dose_um", "viability"], *[[line, dose, signal / 1000] for line, dose, signal in WELLS[1:]]]
    data = lensim.read.dose_response(write({"Day 1": rows}, in_percent), scale="fraction")
    assert data["viability_percent"].values[0] == pytest.approx(100)
    assert data.attrs["sheets_read"] == (
        "book.xlsx, sheet 'Day 1': numbers of the column 'viability' are shown in percent and read as they are stored: "
        "1 in C2, which shows as 100%"
    )


def test_what_is_passed_over_is_told(write):
    def hide(book):
        book["Day 1"].sheet_state = "hidden"
        book["Day 1"].row_dimensions[5].hidden = True

    rows = [["Growth"], [], *WELLS, [], ["Read by AB"], ["and CD"]]
    data = lensim.read.dose_response(write({"Day 1": rows, "Info": [["made", "by"]]}, hide))
    assert data.attrs["sheets_read"] == (
        "book.xlsx, sheet 'Day 1': read as a table of wells with doses and signals, of 2 sheets; the sheet is hidden "
        "in the workbook; row 1 above the header is passed over, such as 'Growth'; rows 20 and 21 below the table are "
        "passed over, such as 'Read by AB'; row 5 is hidden and read as well"
    )


def test_a_grid_and_its_map_in_one_workbook(write):
    path = write({"Reader": GRID, "Map": MAP})
    assert lensim.read.dose_response(path, plate_map=path).sizes["well"] == 96
    assert lensim.read.dose_response(path, plate_map=path, worksheet=["Reader", "Map"]).sizes["well"] == 96
    assert lensim.read.dose_response(path, plate_map=path, worksheet="Reader").sizes["well"] == 96
    assert "the file is what a plate reader wrote" in refusal(write({"Reader": GRID}))


def test_cts_their_samples_and_factors_in_one_workbook(write):
    names = [(f"s{n}{c}", f"donor {n}", c) for n in range(3) for c in ("control", "drug")]
    cts = [["Sample", "Target", "Cq"], *[[name, gene, 20 + at] for name, _, _ in names for at, gene in enumerate("AB")]]
    factors = [["gene", "amplification_factor"], ["A", 1.9], ["B", 1.95]]
    path = write({"Samples": [["sample", "subject", "condition"], *names], "E": factors, "Results": cts})
    data = lensim.read.expression(path, sheet=path, factors=path, references=["A"], control="control")
    assert data.sizes["reaction"] == 12
    named = {"worksheet": ["Results", "Samples", "E"], "references": ["A"], "control": "control"}
    assert lensim.read.expression(path, sheet=path, factors=path, **named).equals(data)


def test_labels_in_a_workbook(write):
    labels = [["cell_line", "p53"], ["K562", "null"]]
    assert read_labels(write({"A": [["x", "y"]], "B": labels}), ["K562"]) == {"p53": {"K562": "null"}}
    with pytest.raises(InputError) as caught:
        read_labels(write({"A": labels, "B": labels}), ["K562"])
    assert str(caught.value) == (
        "book.xlsx: the sheets 'A', 'B' may each be a table of labels of lines: copy the one that is meant into a "
        "workbook of its own"
    )


def test_every_compound_of_a_workbook(write):
    rows = [[*WELLS[0], "compound"], *[[*row, name] for name in ("A", "B") for row in WELLS[1:]]]
    rows[20][2] = "much"
    compounds = lensim.dose_response.read.read_compounds(write({"Info": [["a", "b"]], "Day 1": rows}))
    assert list(compounds) == ["A", "B"]
    with pytest.raises(InputError) as caught:
        compounds["B"]
    assert str(caught.value) == "book.xlsx, sheet 'Day 1', cell C21: signal must be a number, got 'much'"
