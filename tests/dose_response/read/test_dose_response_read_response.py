"""Names of responses, percent and fractions."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


LEVELS = st.floats(0.85, 1.18).map(lambda level: round(level, 2))
EFFECTS = st.lists(st.floats(0.01, 8.0).map(lambda level: round(level, 2)), min_size=3, max_size=8)


@given(LEVELS, LEVELS, EFFECTS, st.sampled_from(("viability", "viability_percent", "survival")), st.booleans())
def test_fractions_of_stimulated_wells_are_asked_by_their_untreated_wells(one, other, effects, column, has_zero):
    """Untreated wells at 1 are fractions, whatever the others are; in percent the same file is read as it is."""
    levels = [(0 if has_zero else 0.001, level) for level in (one, other)]
    levels += [(0.01 * 10**at, level) for at, level in enumerate(effects)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = [f"a,{dose},{level}" for dose, level in levels]
        named = {"columns": {"viability": column}, "dose_scale": "linear"}
        message = refused(folder, f"cell_line,dose_um,{column}", rows, **named)
        assert "are these fractions?" in message
        assert 'scale="fraction", or scale="percent"' in message
        data = read(folder, f"cell_line,dose_um,{column}", rows, **named, scale="fraction")
        assert data["viability_percent"].values == pytest.approx([100 * level for _, level in levels])
        in_percent = [f"a,{dose},{100 * level}" for dose, level in levels]
        same = read(folder, f"cell_line,dose_um,{column}", in_percent, **named)
        assert same["viability_percent"].values == pytest.approx(data["viability_percent"].values)


def test_fractions_by_name_may_be_stimulated_and_one_line_of_fractions_is_told(tmp_path):
    rows = ["a,0,1", "a,0,1.02", "a,0.1,2.1", "a,1,0.9"]
    data = read(tmp_path, "cell_line,dose_um,fraction_viable", rows)
    assert data["viability_percent"].values == pytest.approx([100, 102, 210, 90])
    others = ["b,0,100", "b,0,97", "b,0.1,80", "b,1,20"]
    assert "has both fractions of 1 and percent" in refused(tmp_path, "cell_line,dose_um,viability", [*rows, *others])


def test_fractions_of_inhibition_may_be_stimulated(tmp_path):
    rows = ["a,0,0", "a,0,0.02", "a,0.1,-2.5", "a,1,0.7"]
    assert "are these fractions?" in refused(tmp_path, "cell_line,dose_um,inhibition", rows)
    data = read(tmp_path, "cell_line,dose_um,inhibition", rows, scale="fraction")
    assert data["viability_percent"].values == pytest.approx([100, 98, 350, 30])


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
