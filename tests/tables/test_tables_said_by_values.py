"""Times and conditions as values of experiments and plates, and in names of files."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read.tidy import read_tidy


def saved(folder, name, values, *, head="run", more=0):
    rows = [
        f"LP-1,{dose},{value},{signal + at + extra + more}"
        for at, value in enumerate(values)
        for dose, signal in ((0, 50000), (0.1, 40000), (1, 25000), (10, 5000))
        for extra in (0, 300)
    ]
    path = folder / name
    path.write_text("\n".join([f"cell_line,dose_um,{head},signal", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("head", "values", "kind", "what"),
    [
        ("run", ("24h", "72h"), "times", "experiment"),
        ("exp", ("24 h", "72 h"), "times", "experiment"),
        ("plate", ("LP1_24h", "LP1_72h"), "times", "plate"),
        ("date", ("D3", "D6"), "times", "experiment"),
        ("batch", ("normoxia", "hypoxia"), "conditions", "experiment"),
        ("plate", ("-IL6", "+IL6"), "conditions", "plate"),
    ],
)
def test_times_and_conditions_are_no_experiments_unasked(tmp_path, head, values, kind, what):
    path = saved(tmp_path, "wells.csv", values, head=head)
    with pytest.raises(InputError) as caught:
        read_tidy(path)
    assert str(caught.value) == (
        f"wells.csv: the column '{head}' has 2 values ({values[0]}, {values[1]}), which may be {kind}: keep one with "
        f'where={{"{head}": "{values[1]}"}}, read each by itself with by="{head}", or say that they are {what}s with '
        f'columns={{"{what}": "{head}"}}'
    )
    assert read_tidy(path, {what: head}).sizes["well"] == 16


@pytest.mark.parametrize(
    "values",
    [
        ("D1", "D2", "D3"),
        ("1", "2"),
        ("2024-03-01", "2024-03-08"),
        ("01.03.2024 14:30", "08.03.2024 09:15"),
        ("P1_72h", "P2_72h"),
        ("A", "B"),
        ("plate 1", "plate 2"),
        ("AK", "JM"),
        ("exp1", "exp2"),
    ],
)
def test_usual_names_of_experiments_are_read(tmp_path, values):
    assert read_tidy(saved(tmp_path, "wells.csv", values)).sizes["experiment"] == len(values)


def test_times_in_names_of_files_are_asked_about(tmp_path):
    files = [saved(tmp_path, f"LP1_{time}.csv", ("x",), head="other") for time in ("24h", "72h")]
    with pytest.raises(InputError) as caught:
        read_tidy(files)
    assert str(caught.value) == (
        "the names of the files (LP1_24h, LP1_72h) say different times, which would be pooled: read each file by "
        'itself; if they are experiments, give the files a column for them and say columns={"experiment": "NAME"}'
    )
    files = [saved(tmp_path, f"LP1_{word}.csv", ("x",), head="other") for word in ("hypoxia", "normoxia")]
    with pytest.raises(InputError, match="say different conditions"):
        read_tidy(files)
    files = [saved(tmp_path, f"day{day}_72h.csv", ("x",), head="other", more=day) for day in (1, 2)]
    assert read_tidy(files).sizes["plate"] == 2
