"""Tables of levels: what their numbers are, whom they are of, and what is refused or asked."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_expression, write_study
from lensim.input_digests import FILES_READ

MICE = [("m1", "vehicle", 6.0), ("m2", "vehicle", 6.5), ("m3", "drug", 4.0), ("m4", "drug", 4.5), ("m5", "drug", 3.5)]
LEVELS = [-6.0, -6.5, -4.0, -4.5, -3.5]


def table(folder: Path, header: str, rows: list[tuple[object, ...]]) -> Path:
    path = folder / "levels.csv"
    text = "\n".join([header, *(",".join(map(str, row)) for row in rows)])
    path.write_text(text + "\n", encoding="utf-8")
    return path


def mice(folder: Path, column: str, number=lambda dct: dct) -> Path:
    return table(folder, f"gene,mouse,treatment,{column}", [("T", *row[:2], number(row[2])) for row in MICE])


@pytest.mark.parametrize(
    ("column", "number"),
    [
        ("dCt", lambda dct: dct),
        ("ΔCq", lambda dct: dct),
        ("Delta Ct", lambda dct: dct),
        ("-ΔCt", lambda dct: -dct),
        ("\N{MINUS SIGN}dCt", lambda dct: -dct),
        ("40-dCt", lambda dct: 40.0 - dct),
        ("2^-ΔCt", lambda dct: 2.0**-dct),
        ("2^-dCq", lambda dct: 2.0**-dct),
        ("relative expression", lambda dct: 100 * 2.0**-dct),
        ("log2 expression", lambda dct: -dct),
        ("RQ", lambda dct: 64 * 2.0**-dct),
        ("percent of control", lambda dct: 6400 * 2.0**-dct),
    ],
)
def test_each_scale_has_the_sign_of_a_level(tmp_path, column, number):
    data = read_expression(mice(tmp_path, column, number), unpaired="groups")
    level = data[v.SUBJECT_LEVEL].to_numpy()
    assert level - level[0] == pytest.approx(np.array(LEVELS) - LEVELS[0])
    assert data[v.GROUP].to_numpy().tolist() == ["vehicle", "drug"]
    assert data[v.GROUP_OF_SUBJECT].to_numpy().tolist() == [0, 0, 1, 1, 1]
    assert data[v.IS_CONTROL].to_numpy().tolist() == [1, 0]
    assert data.attrs["read_notes"].endswith(
        "compared as groups of different subjects: vehicle has m1, m2; drug has m3, m4, m5"
    )


@pytest.mark.parametrize("column", ["expression", "level", "value"])
def test_a_name_that_does_not_say_the_scale_is_asked(tmp_path, column):
    path = mice(tmp_path, column)
    with pytest.raises(InputError) as error:
        read_expression(path, unpaired="groups")
    assert str(error.value) == (
        f"levels.csv: the column '{column}' does not say what its numbers are: if levels of samples, state "
        f'columns={{"relative_level": "{column}"}} for 2^-dCt and the like, columns={{"log2_level": "{column}"}} for '
        f'their log2, columns={{"dct": "{column}"}} for Ct of the target less Ct of the reference'
    )
    of = {what: read_expression(path, unpaired="groups", columns={what: column}) for what in ("dct", "log2_level")}
    assert of["dct"][v.SUBJECT_LEVEL].to_numpy() == pytest.approx(-of["log2_level"][v.SUBJECT_LEVEL].to_numpy())


@pytest.mark.parametrize(
    ("column", "stated", "message"),
    [
        ("dCt", "relative_level", 'holds differences of Cts by its name: state columns={"dct": "dCt"}'),
        ("2^-dCt", "dct", 'holds 2 to a power by its name: state columns={"relative_level": "2^-dCt"}'),
        (
            "log10 level",
            "log2_level",
            "holds log10 levels by its name: write a column log2_level with its values divided by 0.30103",
        ),
        ("log2 level", "relative_level", "holds logarithms by its name: write a column log2_level, or relative_level"),
        (
            "ddCt",
            "log2_level",
            "holds -log2_ratio by its name: write a column log2_ratio with the values of 'ddCt' and the other sign",
        ),
    ],
)
def test_a_name_that_says_otherwise_than_the_user_is_refused(tmp_path, column, stated, message):
    with pytest.raises(InputError) as error:
        read_expression(mice(tmp_path, column), unpaired="groups", columns={stated: column})
    assert str(error.value) == f"levels.csv line 1: the column '{column}' {message}"


def test_dcts_that_may_be_reference_less_target_are_told(tmp_path):
    data = read_expression(mice(tmp_path, "dCt", lambda dct: -dct), unpaired="groups")
    assert data.attrs["read_notes"].splitlines()[1] == (
        "every dCt is below 0: if it is Ct of the reference less Ct of the target, state "
        'columns={"log2_level": "dCt"}: read as dCt, all ratios would be upside down'
    )
    told = read_expression(mice(tmp_path, "2^-dCt"), unpaired="groups").attrs["read_notes"].splitlines()[0]
    assert told == 'every 2^-dCt is above 1: if the column holds dCts, state columns={"dct": "2^-dCt"}'


@pytest.mark.parametrize("cell", ["<0.01", "Undetermined", "0", "nd", "not detected", "< LOD"])
def test_a_level_that_was_not_seen_is_refused_with_the_way_to_say_it(tmp_path, cell):
    path = table(tmp_path, "gene,mouse,condition,2^-dCt", [("T", "a", "ctrl", cell), ("T", "b", "drug", 0.5)])
    with pytest.raises(InputError) as error:
        read_expression(path, unpaired="groups")
    assert str(error.value) == (
        f"levels.csv line 2: 2^-dCt must be a finite number above 0, got '{cell}'; of a gene that was not detected "
        "give the Cts, a row a reaction: a reaction without a Ct is evidence there; or leave the cell empty, and the "
        "subject is left out for this gene, which makes the mean of its group too high"
    )


def test_levels_that_are_no_logarithms_are_refused_as_log2_levels(tmp_path):
    rows = [("T", "a", "ctrl", 1500.0), ("T", "b", "drug", -61.0), ("T", "c", "drug", 59.0)]
    path = table(tmp_path, "gene,mouse,condition,amount", rows)
    with pytest.raises(InputError) as error:
        read_expression(path, unpaired="groups", columns={"log2_level": "amount"})
    assert "line 2: amount must be a number from -60 to 60, got '1500.0'; if the column holds levels as they are, " in (
        str(error.value)
    )
    assert 'state columns={"relative_level": "amount"}' in str(error.value)
    assert "line 3: amount must be a number from -60 to 60, got '-61.0'" in str(error.value)
    assert "line 4" not in str(error.value)


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (
            "gene,mouse,condition,dCt",
            [("T", "a", "ctrl", 55), ("T", "b", "drug", 3)],
            "levels.csv line 2: dCt must be a number from -45 to 45 cycles, got '55'",
        ),
        (
            "gene,mouse,condition,relative level",
            [("T", "a", "ctrl", -2), ("T", "b", "drug", 3)],
            "levels.csv line 2: relative level must be a finite number above 0, got '-2'; if the column holds log2 "
            'levels, state columns={"log2_level": "relative level"}, if Ct of the target less Ct of the reference, '
            'columns={"dct": "relative level"}',
        ),
        (
            "gene,mouse,condition,dCt",
            [("T", "a", "ctrl", 5), ("T", "b", "", 3)],
            "levels.csv line 3: condition must not be empty",
        ),
        (
            "gene,mouse,condition,dCt",
            [("T", "a", "x", 5), ("T", "b", "y", 3)],
            "levels.csv: one of the conditions x, y must be the control that the others are compared with, got "
            "none: name it, such as control='x', or mark it in a column is_control",
        ),
        (
            "gene,mouse,condition,dCt",
            [("T", "a", "ctrl", 5), ("T", "b", "ctrl", 3)],
            "levels.csv: there must be levels of two groups or more, got those of 1",
        ),
        (
            "gene,mouse,condition,dCt",
            [("T", "a", "ctrl", 5), ("T", "b", "drug", 3), ("T", "b", "drug", 4)],
            "levels.csv line 4: T, b, drug, experiment 1 must appear once, got it in line 3 as well; repeats need a "
            "column experiment",
        ),
        (
            "gene,mouse,dCt",
            [("T", "a", 5), ("T", "b", 3)],
            "levels.csv line 1: levels need a column for the condition, the column 'condition' is missing; there are "
            "'gene', 'mouse', 'dCt': name one, columns={\"contrast\": \"NAME\"}, or give a value for all rows, "
            'columns={"contrast": "=VALUE"}',
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, header, rows, message):
    with pytest.raises(InputError) as error:
        read_expression(table(tmp_path, header, rows), unpaired="groups")
    assert message in str(error.value)


def test_pairs_are_divided_and_partners_that_are_missing_are_told(tmp_path):
    pairs = [("T", s, c, 6.0 - k - (c == "drug")) for k, s in enumerate("abc") for c in ("ctrl", "drug")]
    data = read_expression(table(tmp_path, "gene,donor,condition,dCt", pairs))
    assert data[v.LOG2_RATIO].to_numpy() == pytest.approx([1.0, 1.0, 1.0])
    path = table(tmp_path, "gene,donor,condition,dCt", [*pairs, ("T", "d", "drug", 2.0), ("T", "e", "ctrl", 2.0)])
    with pytest.raises(InputError) as error:
        read_expression(path)
    assert str(error.value) == (
        "levels.csv line 8: T of d under drug in experiment 1 has no level under the control (ctrl): leave such levels "
        'out with unpaired="drop", or compare all subjects, with or without a partner, with unpaired="keep"'
    )
    dropped = read_expression(path, unpaired="drop")
    assert dropped.sizes[v.PAIR] == 3
    assert "levels without one under ctrl left out: T of d under drug" in dropped.attrs["read_notes"]
    kept = read_expression(path, unpaired="keep")
    assert kept.sizes[v.LEVEL] == 8
    assert kept[v.GROUP_OF_LEVEL].to_numpy().tolist() == [0, 1, 0, 1, 0, 1, 1, 0]
    assert kept.attrs["read_notes"].splitlines()[-1] == (
        "3 subjects are in several groups, 2 in one alone (d, e): all are used, and each subject has a level of its "
        "own in all of its groups"
    )


def test_partners_that_are_not_in_the_file_are_named(tmp_path):
    there = [("a", "ctrl"), ("a", "A"), ("a", "B"), ("b", "ctrl"), ("b", "A"), ("c", "A"), ("c", "B"), ("d", "B")]
    rows = [("T", subject, condition, 5 + at) for at, (subject, condition) in enumerate(there)]
    data = read_expression(table(tmp_path, "gene,donor,condition,dCt", rows), unpaired="keep")
    assert data.attrs["read_notes"].splitlines()[-1] == "not in the file: ctrl of c; B of b"


def test_groups_of_different_subjects_are_asked_for(tmp_path):
    with pytest.raises(InputError) as error:
        read_expression(mice(tmp_path, "dCt"))
    assert str(error.value) == (
        "levels.csv line 4: no subject has a level under both vehicle and another condition: vehicle has m1, m2; drug "
        'has m3, m4, m5. Compare groups of different subjects with unpaired="groups"'
    )


def test_numbers_that_begin_anew_are_apart_where_that_is_said_or_sure(tmp_path):
    rows = [("T", n, c, 5 + n) for c in ("WT", "KO") for n in (1, 2)]
    path = table(tmp_path, "gene,animal,condition,dCt", rows)
    with pytest.raises(InputError, match="which one animal cannot be: if numbers begin anew in each group"):
        read_expression(path)
    for unpaired in ("groups", "keep"):
        data = read_expression(path, unpaired=unpaired)
        assert data[v.SUBJECT].to_numpy().tolist() == ["1 (WT)", "2 (WT)", "1 (KO)", "2 (KO)"]


def test_two_factors_make_groups_of_cell_type_and_condition(tmp_path):
    rows = [("T", n, k, c, 5 + n) for k in ("A", "B") for c in ("drug", "ctrl") for n in (1, 2)]
    data = read_expression(table(tmp_path, "gene,animal,cell_type,condition,dCt", rows), unpaired="groups")
    assert data[v.GROUP].to_numpy().tolist() == ["A, ctrl", "A, drug", "B, ctrl", "B, drug"]
    assert data[v.SUBJECT].to_numpy()[0] == "1 (A, drug)"


def test_rows_without_a_subject_are_subjects_of_groups(tmp_path):
    path = table(tmp_path, "gene,condition,dCt", [(g, c, 5) for g in "TU" for c in ("ctrl", "ctrl", "drug", "drug")])
    data = read_expression(path, unpaired="groups")
    assert data[v.SUBJECT].to_numpy().tolist() == ["ctrl 1", "ctrl 2", "drug 1", "drug 2"]
    assert data.sizes[v.LEVEL] == 8
    with pytest.raises(InputError, match="the column 'subject' is missing"):
        read_expression(path)


def test_experiments_are_means_and_errors_go_with_them(tmp_path):
    rows = [("T", "a", "ctrl", 1, 5.0, 0.3), ("T", "a", "ctrl", 2, 6.0, 0.4), ("T", "b", "drug", 1, 3.0, 0.2)]
    path = table(tmp_path, "gene,mouse,condition,experiment,dCt,log2_level_sd", rows)
    data = read_expression(path, unpaired="groups")
    assert data[v.SUBJECT_LEVEL].to_numpy() == pytest.approx([-5.5, -3.0])
    assert data[v.SUBJECT_LEVEL_SD].to_numpy() == pytest.approx([0.25, 0.2])


@given(st.data())
def test_what_is_written_is_read_as_it_was(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("levels")
    number = st.integers(-20_000, 20_000).map(lambda n: n / 1000)
    rows = [
        (gene, subject, kind, condition, data.draw(number))
        for gene in ("T", "U, V")
        for subject in data.draw(st.lists(st.sampled_from("abcdef"), min_size=2, unique=True))
        for kind in ("k",)
        for condition in data.draw(st.lists(st.sampled_from(["ctrl", "d 1", "d 2"]), min_size=1, unique=True))
    ]
    if len({row[3] for row in rows}) < 2 or "ctrl" not in {row[3] for row in rows}:
        return
    quoted = [(f'"{row[0]}"', *row[1:]) for row in rows]
    path = table(folder, "gene,donor,cell_type,condition,log2_level", quoted)
    one = read_expression(path, unpaired="keep")
    write_study(one, folder / "again.csv")
    again = read_expression(folder / "again.csv", unpaired="keep")
    same = [
        name
        for name in one.attrs
        if name not in ("source", "read_notes", "columns_used", "columns_not_used", FILES_READ)
    ]
    assert {name: again.attrs[name] for name in same} == {name: one.attrs[name] for name in same}
    for name in one.variables:
        if name in again.coords or one[name].dtype.kind != "f":
            assert sorted(map(str, one[name].to_numpy())) == sorted(map(str, again[name].to_numpy()))
    key = lambda d: sorted(  # noqa: E731
        (
            str(d[v.TARGET].to_numpy()[t]),
            str(d[v.SUBJECT].to_numpy()[s]),
            float(level),
        )
        for t, s, level in zip(
            d[v.TARGET_OF_LEVEL].to_numpy(),
            d[v.SUBJECT_OF_LEVEL].to_numpy(),
            d[v.SUBJECT_LEVEL].to_numpy(),
            strict=True,
        )
    )
    assert key(one) == key(again)
