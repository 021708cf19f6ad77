import re

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response, write_tidy
from lensim.seeding import stream

DOSES = (0.1, 1.0, 10.0)


def table(conditions=("none", "IL-6"), *, controls=None, column="cytokine", lines=("A", "B"), days=2):
    """Wells of some lines under some conditions on some days, with controls of each condition or of `controls`."""
    rows = [f"cell_line,{column},experiment,dose_uM,signal"]
    for j, line in enumerate(lines):
        for day in range(days):
            rows += [f"{line},{c},e{day},0,{1000 + i + 7 * day + 31 * j}" for i, c in enumerate(controls or conditions)]
            rows += [
                f"{line},{c},e{day},{dose},{(900 + 41 * day + 5 * i + 130 * j) / (1 + dose):.0f}"
                for i, c in enumerate(conditions)
                for dose in DOSES
            ]
    return "\n".join(rows) + "\n"


def read(folder, text, **options):
    (folder / "wells.csv").write_text(text)
    return read_dose_response(folder / "wells.csv", **options)


def refused(folder, text, message, **options):
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        read(folder, text, **options)


def test_each_condition_of_a_line_is_a_curve(tmp_path):
    data = read(tmp_path, table())
    assert data[v.CELL_LINE].to_numpy().tolist() == ["A, none", "A, IL-6", "B, none", "B, IL-6"]
    assert data[v.LINE_OF_CURVE].to_numpy().tolist() == ["A", "A", "B", "B"]
    assert data[v.CONDITION_OF_CURVE].to_numpy().tolist() == ["none", "IL-6"] * 2
    assert data.sizes[v.CULTURE] == 8
    assert data.attrs[v.CONTROL] == "none"
    assert "condition = cytokine" in data.attrs["columns_used"]


def test_an_empty_cell_is_the_condition_none(tmp_path):
    data = read(tmp_path, table(("", "IL-6")))
    assert set(data[v.CONDITION_OF_CURVE].to_numpy().tolist()) == {"none", "IL-6"}


def test_the_control_is_asked_where_no_name_says_it(tmp_path):
    refused(
        tmp_path,
        table(("alone", "IL-6")),
        "wells.csv: one of the conditions in cytokine (alone, IL-6) must be the control that the others are compared "
        "with, got no name that says so: name it, control='alone'",
    )
    assert read(tmp_path, table(("alone", "IL-6")), control="IL-6").attrs[v.CONTROL] == "IL-6"


def test_a_word_for_being_treated_is_no_condition(tmp_path):
    data = read(tmp_path, table(("LEN",), controls=("vehicle",), column="treatment"))
    assert v.CONDITION_OF_CURVE not in data.coords
    assert data[v.CELL_LINE].to_numpy().tolist() == ["A", "B"]


def test_a_condition_that_may_be_pooled_is_none(tmp_path):
    data = read(tmp_path, table(), ignore=["cytokine"])
    assert data.sizes[v.CELL_LINE] == 2
    assert v.CONDITION_OF_CURVE not in data.coords


def test_controls_of_no_condition_are_refused_with_the_way_out(tmp_path):
    refused(
        tmp_path,
        table(controls=("DMSO",)),
        "wells.csv line 2: cytokine of an untreated well must be a condition of the treated wells of A (none, IL-6), "
        "got DMSO: write the condition of each untreated well, or read one condition with them, "
        'where={"cytokine": ["DMSO", "none"]}',
    )
    data = read(tmp_path, table(controls=("DMSO",)), where={"cytokine": ["DMSO", "IL-6"]})
    assert data[v.CELL_LINE].to_numpy().tolist() == ["A", "B"]


def test_a_control_without_conditions_is_refused(tmp_path):
    refused(tmp_path, table(("IL-6",)), "wells.csv: control needs lines that were treated under several", control="x")
    plain = "cell_line,dose_uM,signal\nA,0,9\nA,1,5\nA,2,3\n"
    refused(tmp_path, plain, 'wells.csv: control needs a column of conditions: name it, columns={"condition": "NAME"}',
            control="x")  # fmt: skip


def test_conditions_survive_writing(tmp_path):
    data = read(tmp_path, table())
    write_tidy(data, tmp_path / "tidy.csv")
    again = read_dose_response(tmp_path / "tidy.csv")
    assert again[v.CELL_LINE].to_numpy().tolist() == data[v.CELL_LINE].to_numpy().tolist()
    assert np.array_equal(again["signal"], data["signal"])


@pytest.mark.parametrize("column", ["condition", "Cytokine", "treatment", "stimulus", "co-culture", "arm"])
def test_conditions_are_never_pooled(tmp_path, column):
    """Hundreds of random tables: as many curves as lines have conditions."""
    rng = stream(5, "conditions", column)
    for _ in range(40):
        lines = [f"L{k}" for k in range(int(rng.integers(1, 4)))]
        conditions = ["control", *[f"c{k}" for k in range(int(rng.integers(1, 4)))]]
        data = read(tmp_path, table(conditions, column=column, lines=lines, days=int(rng.integers(1, 4))))
        assert data.sizes[v.CELL_LINE] == len(lines) * len(conditions)
        assert data.attrs[v.CONTROL] == "control"
