"""Plates whose standards are of several experiments."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.bioassay.assay import notes
from lensim.bioassay.read import read_bioassay
from lensim.checks import InputError

TNF = (12.5, 50, 200, 800)


def table(days, header="plate,role,tnf_pg_per_ml,cell_line,condition,day,od", extra=""):
    rows = []
    for day, scale in days:
        rows += [f"P1,standard,{tnf},,,{day},{1.3 / (1 + tnf / scale):.3f}" for tnf in (0, *TNF)]
        rows += [f"P1,sample,,x,{name},{day},0.7" for name in ("control", "drug")]
    return "\n".join([header, *rows, extra])


@pytest.mark.parametrize("has_plate", [True, False])
def test_standards_of_several_days_are_a_curve_each(tmp_path, has_plate):
    path = tmp_path / "wells.csv"
    text = table(((1, 60), (2, 240)))
    path.write_text(text if has_plate else "\n".join(line.partition(",")[2] for line in text.split("\n")))
    data = read_bioassay(path)
    name = "P1" if has_plate else "plate 1"
    assert data[v.PLATE].values.tolist() == [f"{name}, day 1", f"{name}, day 2"]
    day = np.array([1] * 7 + [2] * 7)
    assert (data[v.PLATE_OF_WELL].values + 1 == day).all()
    assert notes(data)[-1] == (
        f"plates with standards of several experiments are parted by experiment: {name} (day 1, 2)"
    )


def test_a_well_without_a_day_is_refused_there(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_text(table(((1, 60), (2, 240)), extra="P1,blank,,,,,0.05\n"))
    with pytest.raises(InputError) as caught:
        read_bioassay(path)
    assert str(caught.value) == (
        "wells.csv line 16: day must not be empty on plate P1, whose standards are of 2 experiments (1, 2), got 1 "
        "wells without: say to which curve each belongs"
    )


def test_standards_of_one_day_serve_the_samples_of_several(tmp_path):
    path = tmp_path / "wells.csv"
    path.write_text(table(((1, 60),), extra="P1,sample,,x,control,2,0.6\nP1,sample,,x,drug,2,0.5"))
    assert read_bioassay(path)[v.PLATE].values.tolist() == ["P1"]
