"""Names that differ by case, blanks, hyphens or underscores alone are told, joined or kept apart; words stay names."""

import random

import pytest

from lensim.checks import FaultReport, InputError
from lensim.dose_response.read import read_dose_response, read_labels
from lensim.expression.read import read_expression
from lensim.tables.names_alike import check_names, key_of_name, names_alike
from tests.tables.splitting_files import DOORS, cts, dose_response, saved

FILES = 60
WORDS = ("none", "NA", "-", "+", "n/a", "nan", "null", "missing", "--", "N.A.", "None")
NAME_COLUMNS = {
    "dose_response": ("cell_line", "experiment", "plate", "molecular_group"),
    "cts": ("gene", "subject", "condition", "experiment", "plate", "cell_type"),
    "ratios": ("target", "subject", "contrast"),
    "counts": ("cell_line", "condition", "experiment"),
    "bioassay": ("cell_line", "condition", "experiment", "plate"),
}


@pytest.mark.parametrize("name", ["LP-1", "LP1", "lp-1", "lp_1", "LP 1", "Lp\u20131"])
def test_names_alike_have_one_key(name):
    assert key_of_name(name) == "lp1"


@pytest.mark.parametrize(("one", "other"), [("1-1", "11"), ("+", "-"), ("A.1", "A1"), ("2024-01-12", "2024-011-2")])
def test_names_that_differ_by_more_have_two_keys(one, other):
    assert key_of_name(one) != key_of_name(other)


def test_the_most_frequent_name_is_first():
    assert names_alike(["b1", "B-1", "B-1", "c"]) == [["B-1", "b1"]]
    assert check_names("line", ["b1", "B-1", "B-1"], True, FaultReport("t")) == {"b1": "B-1"}


def respelled(rng, name):
    """Another spelling of a name, with the same letters and digits."""
    ways = [name.upper(), name.lower(), f"{name[0]}-{name[1:]}", f"{name[0]}_{name[1:]}", f"{name[0]} {name[1:]}"]
    return rng.choice([way for way in ways if way != name])


@pytest.mark.parametrize("door", DOORS)
def test_names_alike_are_told_joined_or_kept_in_random_files(tmp_path, door):
    what = {"dose_response": "cell_line", "bioassay": "cell_line", "counts": "cell_line"}.get(door, "subject")
    for seed in range(FILES):
        rng = random.Random(seed)
        rows = [{**row, what: row[what] and f"Xy{row[what]}"} for row in DOORS[door].rows(rng)]
        name = next(row[what] for row in rows if row[what])
        other = respelled(rng, name)
        own = [row for row in rows if row[what] == name]
        kept = {id(row) for row in (own[0], *rng.sample(own, max(1, len(own) // 3)))}
        mixed = [{**row, what: other} if row[what] == name and id(row) not in kept else row for row in rows]
        if not any(row[what] == other for row in mixed):
            continue
        path = saved(tmp_path, mixed)
        with pytest.raises(InputError) as error:
            DOORS[door].read(path)
        assert "differ by case, blanks, hyphens or underscores alone" in str(error.value)
        assert "join_names=True" in str(error.value)
        assert repr(name) in str(error.value)
        joined = DOORS[door].read(path, join_names=True)
        plain = DOORS[door].read(saved(tmp_path / "plain", rows))
        assert joined[what].values.tolist() in (
            plain[what].values.tolist(),
            [other if one == name else one for one in plain[what].values.tolist()],
        )
        assert f"{what}: " in joined.attrs["names_joined"]


def test_the_sentence_about_names_alike(tmp_path):
    rows = [
        {"line": line, "dose_um": str(dose), "signal": str(100 - dose)}
        for line in ("LP-1", "LP1", "lp-1")
        for dose in range(4)
    ]
    path = saved(tmp_path, rows)
    with pytest.raises(InputError) as error:
        read_dose_response(path)
    assert str(error.value) == (
        "t.csv: the names 'LP-1', 'LP1' and 'lp-1' in the column 'line' differ by case, blanks, hyphens or underscores "
        "alone: join them with join_names=True, or say that they are different with join_names=False"
    )
    assert read_dose_response(path, join_names=False)["cell_line"].values.tolist() == ["LP-1", "LP1", "lp-1"]
    joined = read_dose_response(path, join_names=True)
    assert joined["cell_line"].values.tolist() == ["LP-1"]
    assert joined.attrs["names_joined"] == "line: LP1, lp-1 as LP-1"


def test_names_alike_in_two_files_are_told(tmp_path):
    rows = dose_response(random.Random(1))
    files = [
        saved(tmp_path, [{**row, "cell_line": line} for row in rows], f"{at}.csv")
        for at, line in enumerate(("Ab", "AB"))
    ]
    with pytest.raises(InputError, match=r"^0.csv, 1.csv: the names 'Ab' and 'AB' in the column 'cell_line' differ"):
        read_dose_response(files)


@pytest.mark.parametrize("door", DOORS)
def test_words_for_a_missing_number_are_names_among_labels(tmp_path, door):
    for seed in range(FILES):
        rng = random.Random(seed)
        what, word = rng.choice(NAME_COLUMNS[door]), rng.choice(WORDS)
        rows = [row if what in row else {**row, what: "first"} for row in DOORS[door].rows(rng)]
        names = list(dict.fromkeys(row[what] for row in rows if row[what]))
        old = names[-1] if what != "gene" else names[0]  # the last gene is the reference
        if what in ("condition",):
            old = "ctrl"
        named = [{**row, what: word} if row[what] == old else row for row in rows]
        options = {"control": word} if what == "condition" else {}
        data = DOORS[door].read(saved(tmp_path, named), **options)
        assert word in data[what].values.tolist(), (what, word)


def test_words_for_a_missing_number_are_groups_of_lines(tmp_path):
    rows = [
        {"cell_line": line, "p53": label}
        for line, label in zip("abcdef", ("-", "+", "none", "NA", "wt", ""), strict=True)
    ]
    labels = read_labels(saved(tmp_path, rows), list("abcdef"))
    assert labels == {"p53": {"a": "-", "b": "+", "c": "none", "d": "NA", "e": "wt"}}


def test_a_control_may_be_spelled_otherwise(tmp_path):
    rows = [
        {**row, "condition": {"ctrl": "un-treated", "drug": "drug"}[row["condition"]]} for row in cts(random.Random(0))
    ]
    data = read_expression(saved(tmp_path, rows), references=["R"], control="Un treated")
    assert data.attrs["control"] == "un-treated"
