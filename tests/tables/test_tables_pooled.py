"""A column that splits the data is used or refused, never pooled over without a word."""

import random

import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.expression.read import read_expression
from tests.tables.splitting_files import DOORS, INVENTED, KNOWN, VALUES, are_same, saved

FILES = 100
"""Random files of each assay."""


def moved(rows, by):
    """Wells with other signals, so that no part of a file is as pasted twice."""
    return [{**row, "signal": f"{float(row['signal']) + by:.3f}"} if "signal" in row else row for row in rows]


def message_of(read, path):
    """Why a file is refused; None where it is read."""
    try:
        read(path)
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("door", DOORS)
def test_a_column_that_splits_a_random_file_is_used_or_refused(tmp_path, door):
    make, read = DOORS[door].rows, DOORS[door].read
    used, refused = 0, 0
    for seed in range(FILES):
        rng = random.Random(seed)
        name, values = rng.choice(KNOWN + INVENTED), rng.choice(VALUES)
        shape = rng.randint(0, 10**6)
        parts = {value: moved(make(random.Random(shape)), at) for at, value in enumerate(values)}
        rows = [{**row, name: value} for value, part in parts.items() for row in part]
        if rng.random() < 0.5:
            rng.shuffle(rows)
        path = saved(tmp_path, rows)
        said = message_of(read, path)
        needs_control = said is not None and "must be the control" in said
        if said is None or needs_control:
            used += 1
            data = read(path, control=values[0]) if needs_control else read(path)
            what = "condition" if f"condition = {name}" in data.attrs["columns_used"] else "experiment"
            assert f"{what} = {name}" in data.attrs["columns_used"], (seed, name, values)
            if what == "condition":  # a curve for each line and condition
                lines = {row["cell_line"] for row in rows}
                assert data.sizes["cell_line"] == len(lines) * len(values)
            else:
                assert data.sizes.get("experiment", 1) == len(values) or door == "ratios"
            continue
        refused += 1
        assert f"the column {name!r} has {len(values)} values" in said, (seed, name, values, said)
        if "where=" not in said:
            assert 'columns={"experiment": ' in said
            continue
        studies = read(path, by=name)
        assert sorted(studies) == sorted(values)
        for value in values:
            alone = saved(tmp_path / "alone", [row for row in rows if row[name] == value])
            assert are_same(studies[value], read(alone)), (seed, name, value)
            assert are_same(read(path, where={name: value}), read(alone)), (seed, name, value)
    assert used + refused == FILES
    assert refused > 0.6 * FILES


LINE = [
    {"cell_line": "A", "dose_um": dose, "signal": str(1000 - 90 * k - well)}
    for k, dose in enumerate(("0", "0.1", "1", "10"))
    for well in range(3)
]


def measurements(rng, count):
    """Columns that no one pools over: measured, places and remarks."""
    return {
        "Ct Mean": [f"{20 + rng.random():.4f}" for _ in range(count)],
        "SD": [f"{rng.random():.2f}" for _ in range(count)],
        "raw OD": [f"{rng.random():.3f}" for _ in range(count)],
        "row": [rng.choice("ABCDEFGH") for _ in range(count)],
        "Col": [str(rng.randint(1, 12)) for _ in range(count)],
        "position": [str(rng.randint(1, 96)) for _ in range(count)],
        "comment": [rng.choice(["", "bubble"]) for _ in range(count)],
        "well colour": [rng.choice(["red", "blue"]) for _ in range(count)],
        "file name": [f"{k}.xls" for k in range(count)],
        "": [str(k) for k in range(count)],
        "background": [f"{rng.uniform(20, 30):.6f}" for _ in range(count)],
        "tech_rep": [str(k % 3 + 1) for k in range(count)],
        "read at": [f"12:{k // 60:02d}:{k % 60:02d}" for k in range(count)],
    }


@pytest.mark.parametrize("door", DOORS)
def test_measurements_places_and_remarks_are_told_and_never_refused(tmp_path, door):
    for seed in range(FILES):
        rng = random.Random(seed)
        rows = DOORS[door].rows(random.Random(rng.randint(0, 10**6)))
        names = measurements(rng, len(rows))
        used = {"counts": "tech_rep", "cts": "position"}.get(door)
        name = rng.choice([name for name in names if name != used])
        data = DOORS[door].read(saved(tmp_path, [{**row, name: names[name][k]} for k, row in enumerate(rows)]))
        assert not name or name in data.attrs.get("columns_not_used", name)


def test_a_column_that_is_the_same_in_a_curve_is_told(tmp_path):
    rows = [{**row, "cell_line": line, "serum": serum} for line, serum in (("A", "10"), ("B", "5")) for row in LINE]
    data = read_dose_response(saved(tmp_path, rows), repeats="keep")
    assert data.attrs["columns_used"] == "cell_line, dose = dose_um, signal"
    assert data.attrs["columns_not_used"] == "serum (2 values: 5, 10)"
    rows = [{**row, "serum": "10"} for row in LINE]
    assert read_dose_response(saved(tmp_path, rows)).attrs["columns_not_used"] == "serum (10)"


def refused(tmp_path, rows, **options):
    with pytest.raises(InputError) as error:
        read_dose_response(saved(tmp_path, rows), **options)
    return str(error.value)


def test_the_sentence_about_a_time(tmp_path):
    rows = [{**row, "time_h": time} for time in ("24", "72") for row in LINE]
    assert refused(tmp_path, rows) == (
        "t.csv line 17: the column 'time_h' has 2 values (24, 72) in cell line A, which would be pooled in one curve: "
        'keep one with where={"time_h": "72"}, read each by itself with by="time_h", or pool them with '
        'ignore=["time_h"]'
    )
    assert read_dose_response(saved(tmp_path, rows), ignore=["Time h"]).sizes["well"] == 24


def test_a_time_that_is_one_in_each_experiment_is_refused_and_an_operator_is_told(tmp_path):
    rows = [
        {**row, "experiment": experiment, "time_h": time, "operator": who}
        for experiment, time, who in (("e1", "24", "X"), ("e2", "72", "Y"))
        for row in moved(LINE, experiment == "e2")
    ]
    assert "the column 'time_h' has 2 values (24, 72) in cell line A" in refused(tmp_path, rows)
    data = read_dose_response(saved(tmp_path, rows), ignore=["time_h"], repeats="keep")
    assert data.attrs["columns_not_used"] == "time_h (2 values: 24, 72), operator (2 values: X, Y)"
    mixed = [{**row, "operator": "XY"[k % 2], "time_h": "24"} for k, row in enumerate(rows)]
    assert "the column 'operator' has 2 values (X, Y) in cell line A" in refused(tmp_path, mixed)


def test_controls_of_another_time_are_refused(tmp_path):
    rows = [{**row, "time_h": "0" if k < 2 else "72"} for k, row in enumerate(LINE)]
    assert "the column 'time_h' has 2 values (0, 72) in cell line A" in refused(tmp_path, rows)
    without = [{**row, "time_h": "" if row["dose_um"] == "0" else "72"} for row in LINE]
    assert read_dose_response(saved(tmp_path, without)).sizes["well"] == 12


def test_a_second_dose_is_refused_and_a_number_of_the_dose_is_not(tmp_path):
    second = [{**row, "drug2": "dex", "dose2_um": dose} for dose in ("0", "0.1") for row in LINE]
    assert "the column 'dose2_um' has 2 values (0, 0.1)" in refused(tmp_path, second)
    words = ("none", "low", "mid", "top")
    index = [{**row, "dose_index": str(k // 3), "strength": words[k // 3]} for k, row in enumerate(LINE)]
    assert read_dose_response(saved(tmp_path, index)).sizes["well"] == 12
    between = [{**row, "zustand": "ab"[k // 3 % 2]} for k, row in enumerate(LINE)]
    assert "the column 'zustand' has 2 values (b, a)" in refused(tmp_path, between)


def test_a_replicate_is_asked_for_where_nothing_says_what_it_counts(tmp_path):
    rows = [{**row, "replicate": str(k % 3 + 1)} for k, row in enumerate(LINE)]
    assert refused(tmp_path, rows) == (
        "t.csv line 3: the column 'replicate' has 3 values (1, 2, 3) in cell line A: say "
        'columns={"experiment": "replicate"} if they are experiments, or ignore=["replicate"] if they are wells of one '
        "culture"
    )
    assert (
        read_dose_response(saved(tmp_path, rows), columns={"experiment": "replicate"}, repeats="keep").sizes[
            "experiment"
        ]
        == 3
    )
    assert read_dose_response(saved(tmp_path, rows), ignore=["replicate"]).sizes["experiment"] == 1
    with_experiment = [{**row, "experiment": "e1"} for row in rows]
    data = read_dose_response(saved(tmp_path, with_experiment))
    assert data.attrs["columns_not_used"] == "replicate (3 values: 1, 2, 3)"
    twice = [{**row, "replicate": str(k % 2 + 1)} for k, row in enumerate(with_experiment)]
    assert "the column 'replicate' has 2 values (1, 2) in cell line A" in refused(tmp_path, twice)


def test_a_day_is_the_experiment_where_there_is_no_other(tmp_path):
    rows = [{**row, "day": day} for day in ("1", "2") for row in LINE]
    assert read_dose_response(saved(tmp_path, rows), repeats="keep").sizes["experiment"] == 2
    rows = [{**row, "experiment": "e1"} for row in rows]
    assert "the column 'day' has 2 values (1, 2) in cell line A" in refused(tmp_path, rows)


def test_days_that_are_not_counted_from_1_may_be_days_of_treatment(tmp_path):
    rows = [{**row, "day": day} for day in ("3", "5") for row in LINE]
    assert refused(tmp_path, rows) == (
        "t.csv: the column 'day' has 2 values (3, 5), which may be days of treatment: keep one with "
        'where={"day": "5"}, read each by itself with by="day", or say that they are experiments with '
        'columns={"experiment": "day"}'
    )
    assert list(read_dose_response(saved(tmp_path, rows), by="day")) == ["3", "5"]
    stated = read_dose_response(saved(tmp_path, rows), columns={"experiment": "day"}, repeats="keep")
    assert stated.sizes["experiment"] == 2


def test_a_column_without_a_name_is_no_exception(tmp_path):
    assert refused(tmp_path, [{**row, "": "ab"[k % 2]} for k, row in enumerate(LINE)]) == (
        "t.csv line 3: column 4 has no name and 2 values (a, b) in cell line A, and so in 1 more, which would be "
        "pooled in one curve: give it a name in the file, by which it can be chosen"
    )
    data = read_dose_response(saved(tmp_path, [{**row, "": str(k)} for k, row in enumerate(LINE)]))
    assert data.attrs["columns_not_used"] == "column 4 (12 values: 0, 1, 2, 3, 4, 5 and 6 more)"


def test_the_value_of_most_rows_is_the_example(tmp_path):
    rows = [{**row, "state": "x" if k == 5 else ""} for k, row in enumerate(LINE)]
    assert 'keep one with where={"state": ""}, ' in refused(tmp_path, rows)
    assert read_dose_response(saved(tmp_path, rows), where={"state": ""}).sizes["well"] == 11


def test_ratios_of_samples_are_looked_at(tmp_path):
    rows = [
        {"Sample": sample, "Gene": "IL6", "Fold Change": "1.5", "time": time}
        for sample in ("a", "b")
        for time in ("6", "24")
    ]
    with pytest.raises(InputError, match=r"the column 'time' has 2 values \(6, 24\) in IL6 of a"):
        read_expression(saved(tmp_path, rows))


def test_several_files_are_looked_at_together(tmp_path):
    files = [saved(tmp_path, [{**row, "time_h": time} for row in LINE], f"plate{time}.csv") for time in ("24", "72")]
    with pytest.raises(InputError, match=r"^plate72.csv line 5: the column 'time_h' has 2 values \(24, 72\)"):
        read_dose_response(files)
    assert read_dose_response(files, where={"time_h": 72}).attrs["source"] == "plate72.csv"
    assert {value: data.attrs["source"] for value, data in read_dose_response(files, by="time_h").items()} == {
        "24": "plate24.csv",
        "72": "plate72.csv",
    }


def test_a_sheet_is_looked_at(tmp_path):
    table = [{"sample": sample, "gene": gene, "ct": ct} for sample in ("u1", "u2", "t1", "t2")
             for gene, ct in (("T", "25"), ("R", "20"))]  # fmt: skip
    sheet = [
        {"sample": f"{letter}{at}", "subject": "A", "condition": condition, "time_h": time, "experiment": f"e{at}"}
        for at, time in ((1, "24"), (2, "72"))
        for letter, condition in (("u", "untreated"), ("t", "drug"))
    ]
    cts, about = saved(tmp_path, table), saved(tmp_path, sheet, "sheet.csv")
    with pytest.raises(InputError, match=r"^sheet.csv line 4: the column 'time_h' has 2 values \(24, 72\) in A under"):
        read_expression(cts, sheet=about, references=["R"])
    data = read_expression(cts, sheet=about, references=["R"], where={"time_h": "72"})
    assert data["experiment"].values.tolist() == ["e2"]
    assert list(read_expression(cts, sheet=about, references=["R"], by="time_h")) == ["24", "72"]
    table.append({"sample": "else", "gene": "T", "ct": "25"})
    with pytest.raises(InputError, match=r"sample 'else' is missing from sheet\.csv"):
        read_expression(saved(tmp_path, table), sheet=about, references=["R"], where={"time_h": "72"})


def cts(column, texts):
    """Two subjects, two conditions and two genes in duplicate, with a column of texts."""
    rows = [
        f"P{subject},{condition},{gene},{ct + subject + 0.01 * well:.2f}"
        for subject in (1, 2)
        for condition in ("control", "drug")
        for gene, ct in (("GAPDH", 17.13), ("TNF", 24.27))
        for well in (1, 2)
    ]
    return "\n".join(
        [f"Subject,Condition,Gene,Ct,{column}", *(f"{row},{texts(at)}" for at, row in enumerate(rows)), ""]
    )


@pytest.mark.parametrize("texts", [("6h", "24h"), ("serum", "serum starved"), ("", "repeat")])
@pytest.mark.parametrize("column", ["Comment", "Note", "Remark", "Well Note"])
def test_remarks_that_recur_as_a_factor_are_refused(tmp_path, column, texts):
    path = tmp_path / "cts.csv"
    path.write_text(cts(column, lambda at: texts[at % 2]))
    with pytest.raises(InputError, match=f"the column '{column}' has 2 values") as caught:
        read_expression(path, references=["GAPDH"], control="control")
    keep = f'keep one with where={{"{column}": "{texts[1] if texts[0] else ""}"}}'
    assert keep in str(caught.value)
    assert ("by=" in str(caught.value)) == bool(texts[0])
    kept = read_expression(path, references=["GAPDH"], control="control", where={column: texts[0]})
    assert kept.sizes["reaction"] == 8


def test_a_remark_here_and_there_is_told_and_one_that_sets_a_row_aside_is_named(tmp_path):
    path = tmp_path / "cts.csv"
    path.write_text(cts("Comment", lambda at: {3: "outlier; exclude", 6: "pipetted late"}.get(at, "")))
    data = read_expression(path, references=["GAPDH"], control="control")
    assert data.attrs["columns_not_used"] == "Comment (3 values: (empty), outlier; exclude, pipetted late)"
    assert data.attrs["remarks"] == "Comment says 'outlier; exclude' on line 5"


def test_the_value_to_keep_is_none_of_a_control(tmp_path):
    path = tmp_path / "cts.csv"
    path.write_text(cts("Stim", lambda at: ("LPS", "-")[at % 2]))
    with pytest.raises(InputError, match=r'where=\{"Stim": "LPS"\}'):
        read_expression(path, references=["GAPDH"], control="control")


def test_a_column_that_splits_wells_of_one_row_is_no_place(tmp_path):
    path = tmp_path / "cts.csv"
    text = cts("Buffer X", lambda at: ("a", "b")[at % 2])
    header, *rows = text.splitlines()
    path.write_text("\n".join([f"Well,{header}", *(f"A{at + 1},{row}" for at, row in enumerate(rows))]))
    with pytest.raises(InputError, match="the column 'Buffer X' has 2 values"):
        read_expression(path, references=["GAPDH"], control="control")
