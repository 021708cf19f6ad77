"""Tables with a column for each replicate: read as the same wells below each other."""

import csv

import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import lensim
from lensim.checks import InputError
from lensim.dose_response.read.replicate_columns import is_replicated

DOSES = (0, 0.1, 1, 10)


def table(names, *, first="cell_line", dose="dose_um", gap=False):
    rows = [[first, dose, *names]]
    for offset, line in enumerate(("K562", "MM1S")):
        for at, level in enumerate(DOSES):
            cells = [round(900 / (1 + level) + 7 * k + at + 3.3 * offset, 1) for k in range(len(names))]
            rows.append([line, level, *(["" if gap and at == 1 and k else one for k, one in enumerate(cells)])])
    return rows


def below_each_other(rows, count, column="signal"):
    long = [[*rows[0][:2], column, "replicate", "experiment"]]
    for row in rows[1:]:
        long += [[*row[:2], row[2 + k], k + 1, "e1"] for k in range(count) if row[2 + k] != ""]
    return long


def written(folder, rows, name):
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path, **options):
    return lensim.read.dose_response(path, columns={"experiment": "=e1", **options.pop("columns", {})}, **options)


@pytest.mark.parametrize(
    "names",
    [
        ("signal_1", "signal_2", "signal_3"),
        ("RLU rep 1", "RLU rep 2"),
        ("Luminescence (RLU) Rep A", "Luminescence (RLU) Rep B"),
        ("OD R1", "OD R2"),
        ("cpm tech rep 1", "cpm tech rep 2"),
    ],
)
def test_they_are_read_as_wells_below_each_other(tmp_path, names):
    rows = table(names)
    data = read(written(tmp_path, rows, "wide.csv"))
    long = lensim.read.dose_response(written(tmp_path, below_each_other(rows, len(names)), "long.csv"))
    xr.testing.assert_equal(data, long)
    assert f"{len(names)} columns are read as replicates, each a row of its own: {names[0]}" in data.attrs["notes"]


def test_percents_keep_their_scale(tmp_path):
    rows = [[one if isinstance(one, str) else one / 10 if at > 1 else one for at, one in enumerate(row)]
            for row in table(("Viability (%) 1", "Viability (%) 2"))]  # fmt: skip
    assert read(written(tmp_path, rows, "wide.csv"))["viability_percent"].values.max() == pytest.approx(91.0, abs=1)


def test_a_pattern_says_what_they_hold(tmp_path):
    rows = table(("Rep 1", "Rep 2"))
    path = written(tmp_path, rows, "wide.csv")
    with pytest.raises(InputError, match=r'one of columns=\{"signal": "Rep \*"\}'):
        read(path)
    data = read(path, columns={"signal": "Rep *"})
    xr.testing.assert_equal(data, read(written(tmp_path, table(("signal 1", "signal 2")), "named.csv")))


def test_an_empty_cell_is_a_replicate_that_was_not_made(tmp_path):
    rows = table(("signal 1", "signal 2", "signal 3"), gap=True)
    data = read(written(tmp_path, rows, "wide.csv"))
    assert data.sizes["well"] == 2 * (3 * len(DOSES) - 2)


def test_whether_they_are_experiments_is_asked(tmp_path):
    path = written(tmp_path, table(("signal 1", "signal 2")), "wide.csv")
    with pytest.raises(InputError) as told:
        lensim.read.dose_response(path)
    assert str(told.value) == (
        "wide.csv: the columns 'signal 1', 'signal 2' are replicates: say columns={\"experiment\": \"replicate\"} if "
        "they "
        'are experiments, or ignore=["replicate"] if they are wells of one culture'
    )
    assert lensim.read.dose_response(path, columns={"experiment": "replicate"}).sizes["experiment"] == 2
    assert lensim.read.dose_response(path, ignore=["replicate"]).sizes["experiment"] == 1


def test_a_column_of_plates_or_another_file_does_not_say_it(tmp_path):
    rows = table(("signal 1", "signal 2"))
    plates = written(tmp_path, [[*row, "P1" if at else "plate"] for at, row in enumerate(rows)], "plates.csv")
    for files in (plates, [written(tmp_path, rows, "a.csv"), written(tmp_path, rows, "b.csv")]):
        with pytest.raises(InputError, match="are replicates: say"):
            lensim.read.dose_response(files)
        assert lensim.read.dose_response(files, columns={"experiment": "replicate"}).sizes["experiment"] == 2


@pytest.mark.parametrize(
    ("names", "pattern", "left_out"),
    [
        (("Rep 1", "Rep 2", "Rep mean", "Rep SD"), "Rep *", "Rep mean, Rep SD"),
        (("Rep1", "Rep2", "RepMittelwert", "Rep%CV"), "Rep*", "RepMittelwert, Rep%CV"),
        (("Count 1", "Count 2", "Count n"), "Count *", "Count n"),
        (("x mean a", "x mean b"), "x mean *", ""),
        (("Rep l", "Rep m", "Rep n"), "Rep *", ""),
    ],
)
def test_a_pattern_leaves_out_summaries(tmp_path, names, pattern, left_out):
    data = read(written(tmp_path, table(names), "wide.csv"), columns={"signal": pattern})
    out = left_out.split(", ") if left_out else []
    assert data.sizes["well"] == 2 * len(DOSES) * (len(names) - len(out))
    note = f"columns of means, SDs and the like are not read as replicates: {left_out}"
    assert (note in data.attrs["notes"]) == bool(out)


RESPONSES = ("signal", "RLU", "Luminescence", "OD", "viability")
WORD = st.sampled_from([*RESPONSES, "time", "IC50", "Rep", "hours", "batch", ""])
NUMBERS = st.lists(st.integers(0, 99), min_size=2, max_size=5, unique=True) | st.integers(2, 9).map(
    lambda most: list(range(1, most + 1))
)


@settings(max_examples=200)
@given(word=WORD, numbers=NUMBERS, sign=st.sampled_from(" _.-"))
def test_only_numbers_from_one_on_of_a_response_are_replicates(word, numbers, sign):
    header = ["cell_line", "dose_um", *(f"{word}{sign}{number}" for number in numbers)]
    assert is_replicated(header) == (word in RESPONSES and numbers == list(range(1, len(numbers) + 1)))
