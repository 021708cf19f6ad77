import math

import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.read import read_compounds, read_dose_response
from lensim.dose_response.read.plate import read_plates
from lensim.dose_response.read.plate_files import PlateFiles
from lensim.dose_response.read.time_zero import _hours

HEADER = "cell_line,dose_um,signal,role,plate,experiment,time_h"
COLUMNS = HEADER.split(",")
DOSES = (0.0, 0.0, 0.1, 1.0, 10.0)


def end(line="A", signal=1000.0, plate="P1", experiment="E1", time="72"):
    return [
        (
            line,
            f"{dose:g}",
            f"{signal / (1 + dose) + at:g}",
            "treated" if dose else "untreated",
            plate,
            experiment,
            time,
        )
        for at, dose in enumerate(DOSES)
    ]


def zero(line="A", signal=200.0, plate="Z1", experiment="E1", time="0", role="t0", dose="", wells=3):
    return [(line, dose, f"{signal + at:g}", role, plate, experiment, time) for at in range(wells)]


def read(folder, rows, without=(), named=None, name="wells.csv", **options):
    """The table of some rows, without some columns, and with other names for others."""
    kept = [at for at, column in enumerate(COLUMNS) if column not in without]
    table = [[(named or {}).get(column, column) for column in COLUMNS], *rows]
    path = folder / name
    path.write_text("".join(",".join(row[at] for at in kept) + "\n" for row in table))
    return read_dose_response(path, **options)


def faults_of(folder, rows, **options):
    with pytest.raises(InputError) as caught:
        read(folder, rows, **options)
    return str(caught.value)


def untreated(data):
    return int((data[v.DOSE] == 0).sum())


# --- the forms in which a user may say it ---


@pytest.mark.parametrize("word", ["t0", "T0", "time zero", "Day 0"])
def test_a_word_in_the_column_of_roles(tmp_path, word):
    data = read(tmp_path, end() + zero(role=word), without=("time_h",))
    assert data[v.TIME_ZERO_SIGNAL].values.tolist() == [200, 201, 202]
    assert data[v.SEEDING_OF_CULTURE].values.tolist() == [0]
    assert data[v.SEEDING].values.tolist() == ["A, E1"]
    assert untreated(data) == 2
    assert v.ASSAY_HOURS not in data


@pytest.mark.parametrize("dose", ["", "0", "10"])
def test_a_column_of_times(tmp_path, dose):
    data = read(tmp_path, end() + zero(dose=dose, role=""), without=("role",), time_zero={"time_h": 0})
    assert data.sizes[v.TIME_ZERO] == 3
    assert untreated(data) == 2
    assert float(data[v.ASSAY_HOURS]) == 72
    assert "the assay lasted 72 hours, as the column 'time_h' says" in data.attrs["notes"]


def test_wells_of_the_end_are_read_as_without_time_zero(tmp_path):
    blanks = [("", "", "20", "blank", "P1", "E1", "72")]
    usual = read(tmp_path, end() + blanks, name="usual.csv")
    data = read(tmp_path, end() + blanks + zero() + [("", "", "7", "blank", "Z1", "E1", "0")], name="more.csv")
    for name in usual.variables:
        assert data[name].equals(usual[name]), name
    assert data[v.TIME_ZERO_BLANK_SIGNAL].values.tolist() == [7]
    assert data[v.BLANK_SIGNAL].values.tolist() == [20]


def test_of_several_ends_each_has_the_same_time_zero(tmp_path):
    rows = end() + end(time="24", signal=500.0) + zero()
    said = {"without": ("role",), "time_zero": {"time_h": "0"}}
    kept = read(tmp_path, rows, where={"time_h": 72}, **said)
    assert (kept.sizes[v.TIME_ZERO], float(kept[v.ASSAY_HOURS])) == (3, 72)
    each = read(tmp_path, rows, by="time_h", **said)
    assert {name: float(one[v.ASSAY_HOURS]) for name, one in each.items()} == {"24": 24, "72": 72}
    assert {one.sizes[v.TIME_ZERO] for one in each.values()} == {3}
    assert "the column 'time_h' has 2 values (24, 72)" in faults_of(tmp_path, rows, **said)


def test_days_that_would_be_experiments_are_times(tmp_path):
    rows, named = end(time="3") + zero(time="0", dose="0"), {"time_h": "day"}
    without = ("role", "experiment")
    assert 'say time_zero={"day": "0"} if wells of day 0 were read when the drug was added' in faults_of(
        tmp_path, rows, without=without, named=named
    )
    data = read(tmp_path, rows, without=without, named=named, time_zero={"day": "0"})
    assert (data.sizes[v.TIME_ZERO], data.sizes[v.EXPERIMENT], float(data[v.ASSAY_HOURS])) == (3, 1, 72)


def test_a_plate_and_a_file_of_its_own(tmp_path):
    without = ("role", "time_h")
    data = read(tmp_path, end() + zero(role=""), without=without, time_zero={"plate": "Z1"})
    assert data[v.TIME_ZERO_PLATE].values.tolist() == ["Z1"]
    (tmp_path / "end.csv").write_text("cell_line,dose_um,signal\nA,0,1000\nA,1,500\nA,10,90\n")
    (tmp_path / "start.csv").write_text("cell_line,signal,role\nA,200,\nA,210,\n,9,blank\n")
    files = [tmp_path / "end.csv", tmp_path / "start.csv"]
    data = read_dose_response(files, time_zero={"plate": "start"})
    assert data[v.TIME_ZERO_SIGNAL].values.tolist() == [200, 210]
    assert data[v.PLATE].values.tolist() == ["end"]
    assert "wells of time zero of 'start' go with the experiment 'end', the only one of A" in data.attrs["notes"]
    (tmp_path / "start.csv").write_text("cell_line,dose_um,signal\nA,0,200\nA,0,210\n")
    with pytest.raises(InputError, match="time_zero must name a plate, got 'begin'; there are end, start"):
        read_dose_response(files, time_zero={"plate": "begin"})


def two_grids(folder, names=("end", "start")):
    for name, level in zip(names, (1000, 200), strict=True):
        rows = [(letter, *(level + 10 * r + c for c in range(12))) for r, letter in enumerate("ABCDEFGH")]
        lines = ["\t".join(map(str, row)) for row in (("", *range(1, 13)), *rows)]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    return [folder / f"{name}.txt" for name in names]


def test_grids_of_readers_by_the_map_or_by_the_name_of_a_grid(tmp_path):
    files = two_grids(tmp_path)
    (tmp_path / "map.csv").write_text(
        "well,cell_line,dose_um,role\nA1,A,0,\nA2,A,1,\nA3,A,10,\nA4,,,blank\n".replace(",\n", ",treated\n")
    )
    data = read_dose_response(files, plate_map=tmp_path / "map.csv", time_zero={"plate": "start"})
    assert data[v.SIGNAL].values.tolist() == [1000, 1001, 1002]
    assert data[v.TIME_ZERO_SIGNAL].values.tolist() == [200, 201, 202]
    assert data[v.TIME_ZERO_BLANK_SIGNAL].values.tolist() == [203]
    assert data[v.TIME_ZERO_WELL_NAME].values.tolist() == ["A1", "A2", "A3"]
    (tmp_path / "both.csv").write_text(
        "plate,well,cell_line,dose_um,role\nend,A1,A,0,treated\nend,A2,A,1,treated\nend,A3,A,10,treated\n"
        "start,B1,A,,t0\nstart,B2,A,,t0\n"
    )
    by_map = read_dose_response(files, plate_map=tmp_path / "both.csv")
    assert by_map[v.TIME_ZERO_SIGNAL].values.tolist() == [210, 211]


def test_the_map_of_a_grid_of_time_zero_may_have_any_roles_and_no_doses(tmp_path):
    (tmp_path / "end.csv").write_text("well,cell_line,dose_um,role\nA1,A,0,treated\nA2,A,1,treated\nA3,A,10,treated\n")
    (tmp_path / "start.csv").write_text("well,cell_line,dose_um,role\nA1,A,,seeded\nA2,A,,seeded\n")
    files = [
        PlateFiles(grid, tmp_path / f"{grid.stem}.csv", plate, experiment)
        for grid, plate, experiment in zip(two_grids(tmp_path), ("P1", "Z1"), ("E1", "E0"), strict=True)
    ]
    for said in ({"plate": "Z1"}, {"experiment": "E0"}):
        data = read_plates(files, time_zero=said)
        assert data[v.TIME_ZERO_SIGNAL].values.tolist() == [200, 201]


def test_words_of_a_user_and_a_star_for_all_others(tmp_path):
    rows = end() + zero(role="start", dose="0")
    stated = {"untreated": "untreated", "treated": "treated", "time_zero": "start"}
    assert read(tmp_path, rows, without=("time_h",), roles=stated).sizes[v.TIME_ZERO] == 3
    star = read(tmp_path, end() + zero(dose="0"), without=("time_h",), roles={"untreated": "untreated", "treated": "*"})
    assert (star.sizes[v.TIME_ZERO], untreated(star)) == (3, 2)
    aside = {"untreated": "untreated", "treated": "treated", "ignored": "t0"}
    ignored = read(tmp_path, end() + zero(), without=("time_h",), roles=aside)
    assert v.TIME_ZERO_SIGNAL not in ignored
    assert ignored.attrs["wells_ignored"] == 3


def test_ignored_wells_are_counted(tmp_path):
    data = read(tmp_path, end() + zero(), without=("time_h",), time_zero="ignore")
    assert v.TIME_ZERO_SIGNAL not in data
    assert data.attrs["wells_ignored"] == 3


def test_a_screen_of_compounds_shares_time_zero(tmp_path):
    lines = ["cell_line,dose_um,signal,role,compound"]
    for name in ("X", "Y"):
        lines += [f"A,{dose:g},{900 / (1 + dose):g},treated,{name}" for dose in (0.1, 1.0, 10.0)]
    lines += ["A,0,1000,untreated,", "A,,200,t0,", "A,,210,t0,"]
    (tmp_path / "screen.csv").write_text("\n".join(lines) + "\n")
    for one in read_compounds(tmp_path / "screen.csv").values():
        assert one[v.TIME_ZERO_SIGNAL].values.tolist() == [200, 210]
        assert one[v.SEEDING_OF_CULTURE].values.tolist() == [0]


# --- what time zero is never taken for ---


def test_time_zero_in_a_column_of_times_is_asked_about(tmp_path):
    said = faults_of(tmp_path, end() + zero(dose="0"), without=("role",))
    assert 'say time_zero={"time_h": "0"} if wells at 0 were read when the drug was added, keep one with' in said


@pytest.mark.parametrize("what", ["plate", "experiment"])
def test_a_plate_or_an_experiment_called_time_zero_is_asked_about(tmp_path, what):
    rows = end() + zero(dose="0", plate="T0", experiment="T0" if what == "experiment" else "E1")
    without = ("role", "time_h", *(("plate",) if what == "experiment" else ()))
    assert f'say time_zero={{"{what}": "T0"}} if so' in faults_of(tmp_path, rows, without=without)


@pytest.mark.parametrize("what", ["plate", "experiment"])
def test_ignore_leaves_out_what_is_called_time_zero(tmp_path, what):
    rows = end() + zero(dose="0", plate="T0", experiment="T0" if what == "experiment" else "E1", wells=2)
    rows += zero(dose="", role="blank", plate="T0", experiment="T0" if what == "experiment" else "E1", wells=1)
    without = ("time_h", *(("plate",) if what == "experiment" else ()))
    rows = [(*row[:3], "untreated" if row[3] == "t0" else row[3], *row[4:]) for row in rows]
    data = read(tmp_path, rows, without=without, time_zero="ignore", controls="experiment")
    assert (untreated(data), data.attrs["wells_ignored"]) == (2, 3)
    assert "T0" not in data[v.PLATE].values.tolist() + data[v.EXPERIMENT].values.tolist()
    assert f"the {what} 'T0' is left out, as time_zero says: 3 wells" in data.attrs["notes"]


def test_ignore_leaves_out_blanks_of_a_plate_of_time_zero(tmp_path):
    rows = end() + zero() + zero(role="blank", wells=2) + zero(role="blank", plate="P1", wells=1)
    data = read(tmp_path, rows, without=("time_h",), time_zero="ignore")
    assert (data.sizes[v.BLANK], data.attrs["wells_ignored"]) == (1, 5)
    data = read(tmp_path, end() + zero(plate="P1") + zero(role="blank", plate="P1"), without=("time_h",),
                time_zero="ignore")  # fmt: skip
    assert (data.sizes[v.BLANK], data.attrs["wells_ignored"]) == (3, 3)


def test_a_grid_called_time_zero_is_left_out(tmp_path):
    lines = ["plate,well,cell_line,dose_um,role"]
    for plate in ("P1", "T0"):
        for at in range(96):
            dose, role = (at % 12) ** 2 * (plate == "P1"), "blank" if at < 12 else ""
            lines.append(
                f"{plate},{'ABCDEFGH'[at // 12]}{at % 12 + 1},A,{dose},{role or ('treated' if dose else 'untreated')}"
            )
    (tmp_path / "map.csv").write_text("\n".join(lines))
    files = [PlateFiles(grid, tmp_path / "map.csv") for grid in two_grids(tmp_path, ("P1", "T0"))]
    with pytest.raises(InputError, match="the plate 'T0' has wells without a dose"):
        read_plates(files)
    data = read_plates(files, time_zero="ignore")
    assert (data.sizes[v.WELL], data.sizes[v.BLANK], data.attrs["wells_ignored"]) == (84, 12, 96)


def test_ignore_does_not_leave_nothing(tmp_path):
    rows = [(*row[:4], "T0", *row[5:]) for row in end()]
    assert "no well is left without those of time zero" in faults_of(
        tmp_path, rows, without=("time_h",), time_zero="ignore"
    )


def test_a_plate_without_a_dose_is_told_where_time_zero_is_left_out(tmp_path):
    data = read(tmp_path, end() + zero(dose="0"), without=("role", "time_h"), time_zero="ignore")
    assert "no well with a dose on Z1" in data.attrs["notes"]


def test_a_file_is_the_plate_of_time_zero_beside_a_column_of_experiments(tmp_path):
    for name, rows in (("ex1", end()), ("T0", zero(dose="0"))):
        lines = [("cell_line", "dose_um", "signal", "experiment"), *((*row[:3], "E1") for row in rows)]
        (tmp_path / f"{name}.csv").write_text("".join(",".join(line) + "\n" for line in lines))
    data = read_dose_response([tmp_path / "ex1.csv", tmp_path / "T0.csv"], time_zero={"plate": "T0"})
    assert (data.sizes[v.TIME_ZERO], untreated(data)) == (3, 2)


def test_a_plate_without_a_dose_is_told(tmp_path):
    data = read(tmp_path, end() + zero(dose="0"), without=("role", "time_h"))
    assert (
        'no well with a dose on Z1: if these wells were read when the drug was added, say time_zero={"plate": "Z1"}'
        in (data.attrs["notes"])
    )


def test_a_compound_called_time_zero_is_none(tmp_path):
    rows = [(*row, "X" if row[3] == "treated" else "") for row in end()] + [(*row, "T0") for row in zero(dose="0")]
    path = tmp_path / "wells.csv"
    path.write_text("\n".join(",".join((row[0], row[1], row[2], row[7])) for row in rows) + "\n")
    path.write_text("cell_line,dose_um,signal,compound\n" + path.read_text())
    data = read_dose_response(path)
    assert (data.sizes[v.TIME_ZERO], untreated(data)) == (3, 2)


# --- where no growth rate follows ---


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"counting_minutes": 1.0}, {}),
        ({}, {"signal": "cpm"}),
        ({"columns": {"signal": "3H-thymidine"}}, {"signal": "3H-thymidine"}),
        ({"columns": {"signal": "BrdU_OD"}}, {"signal": "BrdU_OD"}),
    ],
)
def test_synthesis_of_dna_is_no_growth(tmp_path, options, named):
    said = faults_of(tmp_path, end() + zero(), named=named, without=("time_h",), **options)
    assert said.startswith("wells.csv line 7: 3 wells of time zero need a signal that follows the number of cells")
    assert 'say time_zero="ignore" to leave these wells out' in said
    left = read(tmp_path, end() + zero(), named=named, without=("time_h",), time_zero="ignore", **options)
    assert v.TIME_ZERO_SIGNAL not in left


@pytest.mark.parametrize(
    ("options", "named", "got"),
    [
        ({}, {"signal": "viability_percent"}, "percents (viability_percent)"),
        ({"normalise": True}, {}, "normalise=True"),
    ],
)
def test_percents_are_no_level(tmp_path, options, named, got):
    said = faults_of(tmp_path, end(signal=100.0) + zero(signal=20.0), named=named, without=("time_h",), **options)
    assert (
        "need raw signals, since growth is the ratio of the untreated signal at the end to that at time zero, "
        f"got {got}" in said
    )


# --- which culture a well is of ---


def test_experiments_and_lines_that_lack_time_zero_are_told(tmp_path):
    data = read(tmp_path, end() + end(plate="P2", experiment="E2") + end("B") + zero(), without=("time_h",))
    assert data[v.SEEDING_OF_CULTURE].values.tolist() == [0, -1, -1]
    assert "no wells of time zero, and so no growth rates, of B" in data.attrs["notes"]
    assert "no wells of time zero of A in E2: growth rates come from the other experiments" in data.attrs["notes"]


def test_an_experiment_that_the_line_does_not_have_is_refused_where_it_has_several(tmp_path):
    rows = end() + end(plate="P2", experiment="E2") + zero(experiment="E0")
    assert faults_of(tmp_path, rows, without=("time_h",)) == (
        "wells.csv line 12: wells of time zero of A are of experiment 'E0', in which the line has no other wells "
        "(these are of E1, E2): give wells of time zero the experiment of their cultures in a column, "
        'columns={"experiment": "NAME"}; or where all wells are of one, columns={"experiment": "=1"}'
    )
    alone = read(tmp_path, end() + zero(experiment="E0"), without=("time_h",))
    assert alone[v.EXPERIMENT_OF_SEEDING].values.tolist() == ["E1"]


def test_conditions_have_their_own_time_zero_or_share_one(tmp_path):
    def table(*of_zero):
        rows = ["cell_line,dose_um,signal,role,condition"]
        for condition in ("none", "IL-6"):
            rows += [f"A,{d:g},{1000 / (1 + d):g},{'treated' if d else 'untreated'},{condition}" for d in DOSES[1:]]
        (tmp_path / "wells.csv").write_text("\n".join([*rows, *of_zero]) + "\n")
        return tmp_path / "wells.csv"

    shared = read_dose_response(table("A,,200,t0,"))
    assert shared[v.SEEDING_OF_CULTURE].values.tolist() == [0, 0]
    own = read_dose_response(table("A,,200,t0,none", "A,,220,t0,IL-6"))
    assert own[v.SEEDING_OF_CULTURE].values.tolist() == [0, 1]
    assert own[v.CONDITION_OF_SEEDING].values.tolist() == ["none", "IL-6"]
    with pytest.raises(InputError, match="the condition of a well of time zero must be one that A has at the end"):
        read_dose_response(table("A,,200,t0,IL-2"))


def test_blanks_of_time_zero_alone_are_left_out_and_told(tmp_path):
    data = read(tmp_path, end() + zero() + [("", "", "5", "blank", "Z1", "E1", "0")], without=("time_h",))
    assert data.sizes[v.TIME_ZERO_BLANK] == 0
    assert "1 blank of time zero left out, since there are none of the end" in data.attrs["notes"]


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        (zero(), {}, "all wells are of time zero: growth rates need wells of the end, treated and untreated"),
        (end() + zero(), {"time_zero": {"tme": "0"}}, "time_zero must name a column, got 'tme'"),
        (end() + zero(), {"time_zero": {"time_h": "1"}}, "time_zero must give a value of the column 'time_h', got '1'"),
        (
            end() + zero(),
            {"time_zero": {"time_h": []}},
            "time_zero must give a value for the column 'time_h', got none",
        ),
        (
            end() + zero(),
            {"time_zero": "skip"},
            "time_zero must be a mapping of names to values or one of ignore, got 'skip'",
        ),
        (end(), {"assay_hours": 72.0}, "assay_hours needs wells of time zero, got 72 and none"),
        (
            end() + zero(),
            {"time_zero": {"time_h": "0"}, "assay_hours": 48.0},
            "assay_hours must be 72, as the column 'time_h' says, got 48",
        ),
        ([*end(), ("A", "", "0", "t0", "Z1", "E1", "0")], {}, "all 1 signals of time zero of A are 0"),
        ([*end(), ("A", "", "OVER", "t0", "Z1", "E1", "0")], {}, "signal is saturated, got 'OVER'"),
        ([*end(), ("", "", "9", "t0", "Z1", "E1", "0")], {}, "cell_line must not be empty"),
    ],
)
def test_faults(tmp_path, rows, options, said):
    assert said in faults_of(tmp_path, rows, **options)


@pytest.mark.parametrize(
    ("text", "column", "hours"),
    [
        ("72", "time_h", 72), ("72 h", "timepoint", 72), ("3", "day", 72), ("3", "day of reading", 72),
        ("d3", "x", None), ("90", "time (min)", 1.5), ("72", "time", None), ("T72h", "t", 72), ("x", "time_h", None),
        ("1.5 d", "t", 36),
    ],
)  # fmt: skip
def test_times_have_units(text, column, hours):
    found = _hours(text, column)
    assert found == hours if hours is None else math.isclose(found, hours)
