import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.cell_cycle.read import read_cell_cycle
from lensim.checks import InputError
from tests.cell_cycle.read.test_cell_cycle_read_counts import table

COUNTS = "condition,g1,s,g2m\nmock,300,500,200\ndrug,500,300,210\n"


def refused(files, **options):
    with pytest.raises(InputError) as error:
        read_cell_cycle(files, **options)
    return str(error.value)


def test_several_tables_are_an_experiment_each_unless_they_name_theirs(tmp_path):
    files = [table(tmp_path, COUNTS, f"day {day}.csv") for day in (1, 2)]
    data = read_cell_cycle(files, control="Mock")
    assert data[v.EXPERIMENT].values.tolist() == ["day 1", "day 2"]
    assert data[v.EVENTS].values[:, 0].tolist() == [300, 500, 300, 500]
    assert (data.attrs[v.ASSAY], data.attrs[v.CONTROL]) == (v.CELL_CYCLE, "mock")
    assert data.attrs[v.CONTROL_KNOWN_BY] == "stated as Mock"
    named = "experiment," + COUNTS.replace("mock", "1,mock").replace("drug", "1,drug")
    twice = [table(tmp_path, named, name) for name in ("a.csv", "b.csv")]
    assert refused(twice, control="mock").splitlines()[0] == (
        "b.csv line 2: cells, mock, 1 must appear once, got it in line 2 of a.csv as well; tubes of one culture need a "
        "column tube, repeats a column experiment"
    )


def test_an_odd_word_in_is_control_is_refused(tmp_path):
    text = "condition,is_control,g1,s,g2m\nmock,perhaps,300,500,200\ndrug,no,500,300,210\n"
    assert refused(table(tmp_path, text)) == (
        "tubes.csv line 2: is_control must be 1 or 0, true or false, yes or no, got 'perhaps'"
    )
    assert refused(table(tmp_path, text.replace("perhaps", "no"))) == (
        "tubes.csv: is_control must mark exactly one of the conditions mock, drug, got none"
    )


def test_events_of_several_files(tmp_path):
    rng = np.random.default_rng(1)
    files = []
    for day in (1, 2):
        rows = "".join(f"{c},{x:.1f},{200 + k}\n" for c in ("dmso", "drug") for k, x in enumerate(rng.random(100) * 9))
        files.append(table(tmp_path, "Treatment,FITC-A,PI-A\n" + rows, f"day {day}.csv"))
    data = read_cell_cycle(files)
    assert data[v.EXPERIMENT].values.tolist() == ["day 1", "day 2"]
    assert data[v.EVENTS_RECORDED].values.tolist() == [100] * 4
    assert data[v.TUBE_OF_EVENT].values[[0, 100, 200, 300]].tolist() == [0, 1, 2, 3]


def test_columns_may_be_named(tmp_path):
    text = COUNTS.replace("condition", "group")
    data = read_cell_cycle(table(tmp_path, text), control="mock", columns={"condition": "Group", "cell_line": "=LP-1"})
    assert data[v.CELL_LINE].values.tolist() == ["LP-1"]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (COUNTS, {"channels": {"dna": "x"}}, "tubes.csv: a table of counts must go without channels"),
        (COUNTS, {"brdu_scale": "log10"}, "tubes.csv: a table of counts must go without brdu scale"),
        (
            "condition,brdu,dna\na,1,2\n",
            {"scale": "events", "events_per_tube": 10},
            "tubes.csv: a table of events must go without scale and events per tube",
        ),
        (COUNTS, {"scale": "parts"}, "scale must be one of events, percent, got 'parts'"),
        ("file,condition\na.fcs,a\n", {"channels": {"red": "x"}}, "channel must be one of brdu, dna, width, got 'red'"),
        (COUNTS, {"decimal": ";"}, "decimal must be one of ., ,, got ';'"),
    ],
)
def test_options_that_do_not_suit(tmp_path, text, options, message):
    assert refused(table(tmp_path, text), **options) == message


def test_files_of_two_kinds_are_refused(tmp_path):
    files = [table(tmp_path, COUNTS, "a.csv"), table(tmp_path, "condition,brdu,dna\na,1,2\n", "b.csv")]
    assert refused(files) == (
        "all files must be of one kind, got a table of counts (a.csv) and a table of events (b.csv)"
    )


def test_widths_stand_in_all_files_or_in_none(tmp_path):
    rows = "".join(f"{c},{k},{200 + k},3\n" for c in ("dmso", "drug") for k in range(100))
    one = table(tmp_path, "condition,brdu,pi,pi_w\n" + rows, "one.csv")
    two = table(tmp_path, "condition,brdu,pi\n" + rows.replace(",3\n", "\n"), "two.csv")
    assert refused([one, two]) == "two.csv: the width of the DNA pulse must be in all files or in none"
