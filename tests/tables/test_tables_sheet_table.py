"""One table in many layouts of a workbook: each is read as the CSV of the table is, for every assay."""

import csv

import numpy as np
import pytest
import xarray as xr

import lensim
from tests.workbooks import workbook_bytes


def _wells():
    rng = np.random.default_rng(1)
    rows = [["cell_line", "dose_um", "signal", "operator"]]
    for line in ("K562", "MM1S"):
        for dose in (0, 0.01, 0.1, 1, 10, 100):
            rows += [[line, dose, round(float(1000 / (1 + dose) + rng.normal()), 2), "AB"] for _ in range(3)]
    return rows


def _cts():
    rng = np.random.default_rng(2)
    rows = [["subject", "condition", "gene", "Ct"]]
    for subject in ("donor 1", "donor 2", "donor 3"):
        for condition in ("control", "drug"):
            rows += [[subject, condition, gene, round(float(rng.normal(22, 1)), 3)] for gene in ("ACTB", "MYC")]
    return rows


def _optical_densities():
    standards = [["standard", 2.0**k + 0.5, None, 1 - 0.1 * k] for k in range(6)]
    media = [["sample", None, condition, 0.5 + 0.01 * k] for condition in ("control", "drug") for k in range(3)]
    return [["role", "concentration_pg_per_ml", "condition", "od"], *standards, *media]


def _counts():
    rows = [["condition", "experiment", "phase", "events"]]
    for condition in ("control", "drug"):
        for experiment in ("March", "April"):
            rows += [[condition, experiment, phase, 100 + len(rows)] for phase in ("G0/G1", "S", "G2/M")]
    return rows


ASSAYS = {
    "dose_response": (_wells(), {}),
    "expression": (_cts(), {"references": ["ACTB"], "control": "control"}),
    "bioassay": (_optical_densities(), {"control": "control", "columns": {"cell_line": "=K562"}}),
    "cell_cycle": (_counts(), {"control": "control"}),
}


def plain(sheet, rows):
    for row in rows:
        sheet.append(row)


def under_a_title(sheet, rows):
    sheet.append(["Results of March"])
    sheet.append([])
    sheet.append([None, "by", "AB"])
    sheet.append([])
    plain(sheet, rows)


def under_a_merged_title(sheet, rows):
    sheet.append(["Results of March", *[None] * (len(rows[0]) - 1)])
    plain(sheet, rows)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))


def with_blank_rows(sheet, rows):
    for number, row in enumerate(rows):
        sheet.append(row)
        if number % 5 == 0:
            sheet.append([])


def with_notes_below(sheet, rows):
    plain(sheet, rows)
    sheet.append([])
    sheet.append(["Read on the second day by AB"])
    sheet.append(["* without the outer wells"])


def away_from_the_corner(sheet, rows):
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.cell(number + 7, column + 4, value)


def with_merged_labels(sheet, rows):
    plain(sheet, rows)
    start = 1
    for number in range(1, len(rows) + 1):
        if number == len(rows) or rows[number][0] != rows[start][0]:
            for below in range(start + 1, number):
                sheet.cell(below + 1, 1).value = None
            if number - start > 1:
                sheet.merge_cells(start_row=start + 1, end_row=number, start_column=1, end_column=1)
            start = number


def with_a_header_of_two_rows(sheet, rows):
    sheet.append(rows[0])
    sheet.append([None] * len(rows[0]))
    for row in rows[1:]:
        sheet.append(row)
    for column in range(1, len(rows[0]) + 1):
        sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)


def under_groups_of_columns(sheet, rows):
    sheet.append(["What it is", None, "What it gave", None])
    plain(sheet, rows)
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("C1:D1")


def with_numbers_as_text(sheet, rows):
    plain(sheet, [[str(value) if isinstance(value, float) else value for value in row] for row in rows])


def with_decimal_commas(sheet, rows):
    plain(
        sheet, [[f"{value}".replace(".", ",") if isinstance(value, float) else value for value in row] for row in rows]
    )


def beside_a_summary(sheet, rows):
    longer = [[None] * len(rows[0])] * 3
    for number, row in enumerate([*rows, *longer]):
        sheet.append([*row, None, *(("summary", "n") if number == 0 else (f"part {number}", number))])


def with_styles_far_away(sheet, rows):
    plain(sheet, rows)
    sheet.cell(5_000, 300).number_format = "0.00"


def with_hidden_rows(sheet, rows):
    plain(sheet, rows)
    sheet.row_dimensions[4].hidden = True


LAYOUTS = (
    plain,
    under_a_title,
    under_a_merged_title,
    with_blank_rows,
    with_notes_below,
    away_from_the_corner,
    with_merged_labels,
    with_a_header_of_two_rows,
    under_groups_of_columns,
    with_numbers_as_text,
    with_decimal_commas,
    beside_a_summary,
    with_styles_far_away,
    with_hidden_rows,
)


def alone(book):
    return book.create_sheet("Table")


def behind_others(book):
    book.create_sheet("Notes").append(["made by", "AB"])
    return book.create_sheet("Table")


def before_others(book):
    sheet = book.create_sheet("Table")
    book.create_sheet("Sheet2")
    for row in (["mean", "sd"], [1.5, 0.2]):
        book.create_sheet(f"Summary {row[0]}").append(row)
    return sheet


def beside_hidden_copies(book):
    sheet = book.create_sheet("Table")
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    hidden.append(["cell_line", "dose_um", "signal"])
    return sheet


def as_the_hidden_one(book):
    book.create_sheet("Notes").append(["made by", "AB"])
    sheet = book.create_sheet("Table")
    sheet.sheet_state = "hidden"
    return sheet


PLACES = (alone, behind_others, before_others, beside_hidden_copies, as_the_hidden_one)


def of_csv(assay, folder):
    rows, options = ASSAYS[assay]
    path = folder / "table.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return getattr(lensim.read, assay)(path, **options)


def of_workbook(assay, folder, layout, place, name="table.xlsx"):
    rows, options = ASSAYS[assay]
    path = folder / name
    path.write_bytes(workbook_bytes({}, lambda book: layout(place(book), rows)))
    return getattr(lensim.read, assay)(path, **options)


@pytest.mark.parametrize("assay", ASSAYS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_read_as_the_csv(tmp_path, assay, layout):
    xr.testing.assert_equal(of_workbook(assay, tmp_path, layout, alone), of_csv(assay, tmp_path))


@pytest.mark.parametrize("assay", ASSAYS)
@pytest.mark.parametrize("place", PLACES)
def test_the_sheet_with_the_table_is_found(tmp_path, assay, place):
    xr.testing.assert_equal(of_workbook(assay, tmp_path, plain, place), of_csv(assay, tmp_path))


@pytest.mark.parametrize("assay", ASSAYS)
def test_the_name_of_the_file_does_not_count(tmp_path, assay):
    xr.testing.assert_equal(of_workbook(assay, tmp_path, plain, alone, "table.csv"), of_csv(assay, tmp_path))
