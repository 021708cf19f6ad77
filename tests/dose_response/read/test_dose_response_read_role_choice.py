"""Choices of roles and other remedies that messages about doses and signals name, each of which works."""

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response


def read(folder, text, **options):
    path = folder / "wells.csv"
    path.write_text(text, encoding="utf-8")
    return read_dose_response(path, **options)


def refused(folder, text, **options):
    with pytest.raises(InputError) as caught:
        read(folder, text, **options)
    return str(caught.value)


def wells(doses, column="dose_um", response="signal", values=None):
    """A table of one line with a well a dose, falling."""
    values = values or [f"{900 - 100 * at}" for at in range(len(doses))]
    rows = "".join(f"a,{dose},{value}\n" for dose, value in zip(doses, values, strict=True))
    return f"cell_line,{column},{response}\n{rows}"


@pytest.mark.parametrize("word", ["NT", "UT", "NC", "w/o", "non trait\u00e9", "ohne", "neg"])
def test_a_word_that_may_mean_untreated_is_refused_with_roles_that_work(tmp_path, word):
    text = wells([word, word, "0.1", "1", "10"], "dose (uM)")
    message = refused(tmp_path, text)
    choice = f'columns={{"role": "dose (uM)"}} and roles={{"untreated": "{word}", "treated": "*"}}'
    assert f"dose (uM) must be a number, got {word!r}; if it means untreated wells, say {choice}" in message
    data = read(tmp_path, text, columns={"role": "dose (uM)"}, roles={"untreated": word, "treated": "*"})
    assert data["dose_um"].values.tolist() == [0, 0, 0.1, 1, 10]
    two = wells([word, "UNT", "0.1", "1", "10"], "dose (uM)")
    roles = {"untreated": word, "treated": "*"}
    message = refused(tmp_path, two, columns={"role": "dose (uM)"}, roles=roles)
    assert 'if it means untreated wells too, say roles={"untreated": "UNT"} as well' in message
    data = read(tmp_path, two, columns={"role": "dose (uM)"}, roles=roles | {"untreated": [word, "UNT"]})
    assert data["dose_um"].values.tolist() == [0, 0, 0.1, 1, 10]


@pytest.mark.parametrize(
    ("name", "right", "wrong"), [("-log10 dose (M)", "inf", "-inf"), ("log10 dose (M)", "-inf", "inf")]
)
def test_an_untreated_well_of_logarithms_is_an_infinite_one(tmp_path, name, right, wrong):
    sign = -1 if name.startswith("-") else 1
    logs = [f"{sign * at}" for at in (-8, -7, -6, -5)]
    assert read(tmp_path, wells([right, right, *logs], name))["dose_um"].values[:2].tolist() == [0, 0]
    assert f"(an untreated well is {right} as {name[:-9]})" in refused(tmp_path, wells([wrong, *logs], name))
    assert f"must be given ({right}, or a word such as DMSO, for an untreated well)" in refused(
        tmp_path, wells(["", *logs], name)
    )


def test_units_in_some_cells_are_read_once_all_say_theirs(tmp_path):
    some = wells(["0", "10 nM", "100 nM", "1", "10"], "dose")
    message = refused(tmp_path, some)
    assert 'say dose_unit="nM" if these are in nM as well, else write the unit behind each number' in message
    assert read(tmp_path, some, dose_unit="nM", dose_scale="linear").sizes["well"] == 5
    several = wells(["0", "10 nM", "100 uM", "1", "10"], "dose")
    assert "such as '1': write the unit behind each number, or in a column dose_unit" in refused(tmp_path, several)
    rows = [("0", "uM"), ("10 nM", ""), ("100 nM", "nM"), ("1", "uM"), ("10", "uM")]
    body = "".join(f"a,{dose},{unit},{900 - at}\n" for at, (dose, unit) in enumerate(rows))
    data = read(tmp_path, f"cell_line,dose,dose_unit,signal\n{body}")
    np.testing.assert_allclose(data["dose_um"].values, [0, 0.01, 0.1, 1, 10])


def test_a_marked_signal_is_refused_with_what_works(tmp_path):
    text = wells(["0", "0.1", "1", "10"], values=["1000", "905*", "400", "90"])
    message = refused(tmp_path, text)
    assert "got '905*'; write the number alone, or leave the well out: empty its cell, and say lost='drop'" in message
    assert read(tmp_path, text.replace("905*", ""), lost="drop").sizes["well"] == 3


@pytest.mark.parametrize("word", ["blank", "no cells", "Leerwert", "medium only", "Blank 2"])
def test_a_line_of_blanks_is_refused_with_roles_that_work(tmp_path, word):
    text = wells(["0", "0.1", "1"]).replace("cell_line", "Line") + f"{word},0,55\n{word},0,57\n"
    message = refused(tmp_path, text)
    choice = f'columns={{"role": "Line"}} and roles={{"blank": "{word}", "treated": "*"}}'
    assert f"cell line {word}: a curve needs" in message
    assert message.endswith(f"got none; if its wells have no cells, say {choice}")
    data = read(tmp_path, text, columns={"role": "Line"}, roles={"blank": word, "treated": "*"})
    assert data["blank_signal"].values.tolist() == [55, 57]
    assert data["dose_um"].values.tolist() == [0, 0.1, 1]
