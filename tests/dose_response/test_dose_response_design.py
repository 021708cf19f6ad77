from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response import HALF_LOG_DOSES_UM, DoseResponseDesign, lay_out
from lensim.seeding import stream

FALSE_ALARM = 1e-6
LINES = [f"line {i}" for i in range(23)]
GROUPS = ["A"] * 5 + ["B"] * 7 + ["C"] * 7 + ["D"] + ["E"] * 3
DESIGN = DoseResponseDesign(LINES, GROUPS)
DESIGNS = {
    "default": DESIGN,
    "no edge": replace(DESIGN, uses_edge_wells=False),
    "by column": replace(DESIGN, plate_map="by_column"),
    "by column, no edge": replace(DESIGN, plate_map="by_column", uses_edge_wells=False),
    "no blanks": replace(DESIGN, blanks_per_plate=0),
    "duplicate": replace(DESIGN, replicates=2, plate_map="by_column", blanks_per_plate=8),
    "384 wells": replace(DESIGN, plate_rows=16, plate_columns=24),
}


@pytest.fixture(params=DESIGNS)
def design(request):
    return DESIGNS[request.param]


def sheet_of(design, name="sheet"):
    return lay_out(design, stream(1, "test", name))


def plate_of_well(sheet):
    return sheet[v.PLATE_OF_CULTURE].values[sheet[v.CULTURE_OF_WELL].values]


def test_default_is_1656_wells_of_eight_doses():
    sheet = sheet_of(DESIGN)
    assert sheet.sizes[v.WELL] == 1656
    assert sheet.sizes[v.CULTURE] == 69
    assert HALF_LOG_DOSES_UM == (0, 0.01, 0.0316, 0.1, 0.3162, 1, 3.1623, 10)
    assert np.allclose(np.diff(np.log10(HALF_LOG_DOSES_UM[1:])), 0.5, atol=1e-3)


def test_each_position_is_used_once_a_plate(design):
    sheet = sheet_of(design)
    plate = np.r_[plate_of_well(sheet), sheet[v.PLATE_OF_BLANK]]
    row = np.r_[sheet[v.PLATE_ROW], sheet["blank_row"]]
    column = np.r_[sheet[v.PLATE_COLUMN], sheet["blank_column"]]
    places = set(zip(plate, row, column, strict=True))
    assert len(places) == len(plate)
    rim = 0 if design.uses_edge_wells else 1
    assert row.min() >= rim
    assert row.max() < design.plate_rows - rim
    assert column.min() >= rim
    assert column.max() < design.plate_columns - rim


def test_each_culture_has_every_dose_in_replicate_and_is_one_line_of_one_experiment(design):
    sheet = sheet_of(design)
    dose = sheet[v.DOSE].values.reshape(sheet.sizes[v.CULTURE], -1)
    assert (dose == np.repeat(design.doses_um, design.replicates)).all()
    pairs = set(zip(sheet[v.LINE_OF_CULTURE].values, sheet[v.EXPERIMENT_OF_CULTURE].values, strict=True))
    assert len(pairs) == len(LINES) * design.experiments
    # a plate belongs to one experiment, and has its blanks
    experiment_of_plate = {}
    for plate, experiment in zip(sheet[v.PLATE_OF_CULTURE].values, sheet[v.EXPERIMENT_OF_CULTURE].values, strict=True):
        assert experiment_of_plate.setdefault(plate, experiment) == experiment
    assert sorted(experiment_of_plate) == list(range(sheet.sizes[v.PLATE]))
    assert (np.bincount(sheet[v.PLATE_OF_BLANK], minlength=sheet.sizes[v.PLATE]) == design.blanks_per_plate).all()


def test_names_pointers_and_units_agree():
    sheet = sheet_of(DESIGN)
    assert list(sheet[v.CELL_LINE].values) == LINES
    assert [str(sheet[v.MOLECULAR_GROUP].values[g]) for g in sheet[v.GROUP_OF_LINE].values] == GROUPS
    assert str(sheet[v.CULTURE].values[24]) == "line 1, experiment 2"
    assert str(sheet[v.PLATE].values[9]) == "experiment 2, plate 2"
    well = sheet.isel({v.WELL: 100})
    assert str(well[v.WELL_NAME].values) == f"{'ABCDEFGH'[int(well[v.PLATE_ROW])]}{int(well[v.PLATE_COLUMN]) + 1}"
    assert sheet[v.DOSE].attrs["units"] == "uM"
    assert sheet[v.COUNTING_MINUTES].attrs["units"] == "min"
    assert v.SIGNAL not in sheet


def test_by_column_puts_one_dose_in_a_column():
    for name in ("by column", "by column, no edge", "duplicate"):
        sheet = sheet_of(DESIGNS[name])
        dose_of_column = dict(zip(sheet[v.PLATE_COLUMN].values.tolist(), sheet[v.DOSE].values.tolist(), strict=True))
        assert [dose_of_column[c] for c in sheet[v.PLATE_COLUMN].values] == sheet[v.DOSE].values.tolist()
        assert list(dose_of_column.values()) == list(HALF_LOG_DOSES_UM)


def test_randomised_map_spreads_each_dose_over_the_positions():
    def p_of_independence(design):
        sheet = sheet_of(design)
        table = np.zeros((8, 12))
        np.add.at(table, (np.unique(sheet[v.DOSE], return_inverse=True)[1], sheet[v.PLATE_COLUMN].values), 1)
        return stats.chi2_contingency(table[:, table.any(axis=0)]).pvalue

    many = replace(DESIGN, experiments=20)
    assert p_of_independence(many) > FALSE_ALARM
    assert p_of_independence(replace(many, plate_map="by_column")) < FALSE_ALARM  # the check can fail


def test_same_stream_same_sheet_and_other_stream_other_sheet():
    assert sheet_of(DESIGN).identical(sheet_of(DESIGN))
    assert not sheet_of(DESIGN).identical(sheet_of(DESIGN, "other"))
    by_column = DESIGNS["by column"]
    assert sheet_of(by_column).identical(sheet_of(by_column, "other"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"replicates": 0}, "DoseResponseDesign.replicates must be at least 1, got 0"),
        ({"experiments": 0}, "DoseResponseDesign.experiments must be at least 1, got 0"),
        ({"plate_rows": 0}, "DoseResponseDesign.plate_rows must be at least 1, got 0"),
        ({"plate_columns": 0}, "DoseResponseDesign.plate_columns must be at least 1, got 0"),
        ({"blanks_per_plate": -1}, "DoseResponseDesign.blanks_per_plate must be at least 0, got -1"),
        ({"counting_minutes": 0}, "DoseResponseDesign.counting_minutes must be above 0, got 0"),
        (
            {"plate_map": "sorted"},
            "DoseResponseDesign.plate_map must be one of randomised, by_column, blocked, got 'sorted'",
        ),
        (
            {"cell_lines": (), "group_of_line": ()},
            "DoseResponseDesign.cell_lines, their number, must be at least 1, got 0",
        ),
        (
            {"cell_lines": ["a", "a"], "group_of_line": ["A", "A"]},
            "DoseResponseDesign.cell_lines must not name anything twice, got a",
        ),
        ({"group_of_line": ["A"]}, "DoseResponseDesign.group_of_line must have one name a line (23), got 1"),
        ({"doses_um": (0, -1)}, "DoseResponseDesign.doses_um[1] must be at least 0, got -1"),
        ({"doses_um": (0, 1, 1)}, "DoseResponseDesign.doses_um must not name anything twice, got 1"),
        (
            {"doses_um": (0, np.inf)},
            "DoseResponseDesign.doses_um[1] must be a finite number, got inf",
        ),
        ({"doses_um": (1, 10)}, "DoseResponseDesign.doses_um must hold 0 and at least one dose above it, got 1, 10"),
        ({"doses_um": (0,)}, "DoseResponseDesign.doses_um must hold 0 and at least one dose above it, got 0"),
        ({"doses_um": ()}, "DoseResponseDesign.doses_um must hold 0 and at least one dose above it, got no dose"),
        (
            {"replicates": 12},
            "DoseResponseDesign.plate_map randomised must fit 8 doses x 12 replicates and 3 blanks on one plate, "
            "got 8 x 12 usable wells",
        ),
        (
            {"replicates": 7, "plate_map": "by_column", "uses_edge_wells": False},
            "DoseResponseDesign.plate_map by_column must fit 8 doses x 7 replicates and 3 blanks on one plate, "
            "got 6 x 10 usable wells",
        ),
    ],
)
def test_validation_names_place_rule_and_value(change, message):
    with pytest.raises(checks.InputError) as error:
        replace(DESIGN, **change)
    assert str(error.value) == message
