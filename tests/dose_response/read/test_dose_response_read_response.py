"""Names of responses, percent and fractions."""

import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_tidy
from lensim.dose_response.read.response import scale_in_name, without_response


def read(folder, header, rows, **options):
    path = folder / "wells.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_tidy(path, **options)


def refused(folder, header, rows, **options):
    with pytest.raises(InputError) as caught:
        read(folder, header, rows, **options)
    return str(caught.value)


def values(folder, column, cells, **options):
    rows = [f"a,{dose},{cell}" for dose, cell in zip((1, 2, 4, 8), cells, strict=True)]
    return read(folder, f"cell_line,dose_um,{column}", rows, **options)["viability_percent"].values.tolist()


@pytest.mark.parametrize(
    ("column", "cells", "expected"),
    [
        ("percent_of_control", (100, 80, 50, 20), [100, 80, 50, 20]),
        ("Survival (%)", (100, 80, 50, 20), [100, 80, 50, 20]),
        ("survival_percent", (100, 80, 50, 20), [100, 80, 50, 20]),
        ("fraction_viable", (1, 0.8, 0.5, 0.2), [100, 80, 50, 20]),
        ("surviving fraction", (1, 0.8, 0.5, 0.2), [100, 80, 50, 20]),
        ("fraction_affected", (0, 0.25, 0.5, 0.75), [100, 75, 50, 25]),
        ("growth_inhibition", (0, 25, 50, 75), [100, 75, 50, 25]),
        ("viability", ("98%", "80 %", "0.5%", "0.1%"), [98, 80, 0.5, 0.1]),
    ],
)
def test_names_and_signs_say_what_numbers_are(tmp_path, column, cells, expected):
    assert values(tmp_path, column, cells) == expected


def test_the_scale_in_a_name():
    assert scale_in_name("% viability") == "percent"
    assert scale_in_name("viability_pct") == "percent"
    assert scale_in_name("Fraction viable") == "fraction"
    assert scale_in_name("viability") is None


@pytest.mark.parametrize(
    ("column", "cells", "options", "message"),
    [
        ("fraction_viable", (100, 80, 50, 20), {}, (
            'wells.csv: fraction_viable says fractions, but has 100: say scale="percent" if they are percent'
        )),
        ("viability", ("98%", "80%", "50%", "20%"), {"scale": "fraction"}, (
            'wells.csv: viability has percent signs, but scale="fraction" was said'
        )),
        ("viability", (35000, 30000, 20000, 9000), {}, (
            "wells.csv: viability has 35000, which is no percent of untreated: are these raw signals? Say "
            'columns={"signal": "viability"}'
        )),
        ("response", (100, 80, 50, 20), {}, (
            "wells.csv line 1: the column 'response' may hold raw signals, viability or inhibition: say "
            'columns={"signal": "response"}, columns={"viability": "response"} or columns={"inhibition": "response"}'
        )),
        ("% control", (100, 80, 50, 20), {}, (
            "wells.csv line 1: the column '% control' may hold raw signals, viability or inhibition: say "
            'columns={"signal": "% control"}, columns={"viability": "% control"} or '
            'columns={"inhibition": "% control"}'
        )),
    ],
)  # fmt: skip
def test_doubts_are_told_with_the_choices(tmp_path, column, cells, options, message):
    rows = [f"a,{dose},{cell}" for dose, cell in zip((1, 2, 4, 8), cells, strict=True)]
    assert refused(tmp_path, f"cell_line,dose_um,{column}", rows, **options) == message


def test_percent_and_fractions_in_one_column_are_told(tmp_path):
    header = "cell_line,dose_um,viability"
    rows = ["a,1,0.98", "a,2,0.5", "a,4,0.2", "b,1,97", "b,2,60", "b,4,20"]
    assert refused(tmp_path, header, rows) == (
        "wells.csv: viability has both fractions of 1 and percent, such as 0.98 and 97 at most in different cultures: "
        "write one kind"
    )
    rows = [f"a,{dose},{value}" for dose, one in ((1, 95), (2, 60), (4, 30)) for value in (one, one / 100)]
    assert "such as 0.95 and 95 at one dose: write one kind" in refused(tmp_path, header, rows)
    dying = ["a,1,99", "a,1,97", "a,2,50", "a,2,1.2", "a,4,0.5", "a,4,0.9"]
    assert read(tmp_path, header, dying).sizes["well"] == 6


def test_wide_tables_are_told(tmp_path):
    assert refused(tmp_path, "cell_line,dose_um,rep1,rep2,rep3", ["a,1,9,8,7"]) == (
        "wells.csv line 1: the columns 'rep1', 'rep2', 'rep3' seem to be replicates of one dose: say by a pattern with "
        '* what they hold, one of columns={"signal": "rep*"}, columns={"viability": "rep*"}, '
        'columns={"inhibition": "rep*"}'
    )
    message = refused(tmp_path, "cell_line,0 nM,10 nM,100 nM,1 uM,10 uM", ["a,9,8,7,6,5"])
    assert message.splitlines()[0] == (
        "wells.csv line 1: the columns '0 nM', '10 nM', '100 nM', '10 uM' seem to be doses: a table has one "
        "row a well, "
        "so write them below each other, in a column dose with the unit in its name, such as dose_um, and a "
        "column signal "
        "(or viability, or inhibition)"
    )


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (
            ("cell_line", "dose_um", "OD570", "OD650"),
            "the columns 'OD570', 'OD650' seem to be readings of one well at several wavelengths: name one with "
            'columns={"signal": "OD570"}',
        ),
        (
            ("cell_line", "dose_um", "24", "48", "72"),
            "the columns '24', '48', '72' seem to be times or other series beside a column of doses: name the one that "
            'is read with columns={"signal": "24"}',
        ),
    ],
)
def test_several_columns_of_a_response_are_named(header, sentence):
    assert without_response(header) == sentence
