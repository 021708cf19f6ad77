"""Encodings and decimal marks of exports of RT-qPCR machines."""

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_reactions
from tests.expression.read.test_expression_read_formats import (
    LIGHTCYCLER,
    MXPRO,
    QUANTSTUDIO,
    SDS,
    TIDY,
    cts,
    faults_of,
    rdml,
    read,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize("text", [MXPRO, LIGHTCYCLER, SDS, QUANTSTUDIO, TIDY])
def test_encodings(tmp_path, text, encoding):
    text = text.replace("s1", "s\u00b51")
    expected = cts(read(tmp_path, text))
    found = read(tmp_path, text.encode(encoding))
    assert cts(found) == expected
    assert found.reactions[0].sample == "s\u00b51"


@pytest.mark.parametrize("text", [MXPRO, LIGHTCYCLER, SDS])
def test_decimal_commas_line_ends_and_order_of_columns(tmp_path, text):
    expected = cts(read(tmp_path, text))
    assert cts(read(tmp_path, text.replace(".", ","))) == expected
    assert cts(read(tmp_path, text.replace("\r\n", "\n"))) == expected
    assert cts(read(tmp_path, text.replace("\r\n", "\n").replace("\n", "\r\n"))) == expected
    turned = "\n".join("\t".join(reversed(line.split("\t"))) if "\t" in line else line for line in text.splitlines())
    if text is not SDS:  # whose rows tell nothing apart from their first cell
        assert cts(read(tmp_path, turned)) == expected


def test_quantstudio_with_semicolons_and_decimal_commas(tmp_path):
    text = QUANTSTUDIO.replace(", ", " ").replace(",", ";").replace(".", ",")
    assert cts(read(tmp_path, text)) == cts(read(tmp_path, QUANTSTUDIO))


def test_both_decimal_marks_are_refused(tmp_path):
    assert faults_of(tmp_path, MXPRO.replace("27.50", "27,50")) == [
        "run.dat: Ct has both decimal points ('20.00') and decimal commas ('27,50'): write one kind, or say "
        'decimal="." or decimal=","'
    ]
    told = faults_of(tmp_path, MXPRO.replace("27.50", "27,50").replace("20.00", "20.00x"))
    assert told[-1] == "run.dat line 4: Ct (dRn) must be a number of cycles or a word for no Ct, got '20.00x'"


@pytest.mark.parametrize("blank_columns", [0, 1, 3])
def test_decimal_commas_that_part_fields_are_refused(tmp_path, blank_columns):
    """27,5 without quotes is two fields; where the last columns are blank, the length of a row alone says nothing."""
    head = "Well Position,Sample Name,Target Name,Task,Reporter,CT,Ct Mean" + ",Note" * blank_columns
    rows = ["A1,c1,TNF,UNKNOWN,FAM,27,51,28", "A2,t1,TNF,UNKNOWN,FAM,26,21,28"]
    text = "\n".join([head, *(row + "," * blank_columns for row in rows)]) + "\n"
    fields = 7 + blank_columns
    assert faults_of(tmp_path, text) == [
        f"run.dat line 2: the row must have {fields} fields, got {fields + 1}: a comma both parts fields and marks "
        "decimals in '27,51', so export with semicolons, tabs or decimal points; so in 2 rows"
    ]


def test_blank_fields_behind_a_row_are_let_be(tmp_path):
    head = "Well Position,Sample Name,Target Name,Task,Reporter,CT,Cycles\n"
    text = head + "A1,c1,TNF,UNKNOWN,FAM,27,40,\nA2,t1,TNF,UNKNOWN,FAM,26.5,40,\n"
    assert [one.ct_cycles for one in read(tmp_path, text).reactions] == [27, 26.5]


def test_rdml_under_the_name_of_another_format_is_refused(tmp_path):
    path = tmp_path / "run.rdml"
    path.write_bytes(rdml().encode())
    with pytest.raises(InputError, match=r"^run\.rdml: the format must be rdml, as the content says, got 'mxpro'$"):
        read_reactions(path, "mxpro")


def test_doubtful_quantities_are_refused(tmp_path):
    text = MXPRO.replace("27.50", "27").replace("20.00", "20").replace("1.00e+005", "30,000")
    assert faults_of(tmp_path, text) == [
        'run.dat: \'30,000\' may mean 30000 or 30: say decimal="." for the first, decimal="," for the second'
    ]
    assert read(tmp_path, text, decimal=",").reactions[2].quantity == 30


@pytest.mark.parametrize(
    ("ct", "quantity", "told"),
    [
        (
            "27,5",
            "0.5",
            "Ct has decimal commas ('27,5') and quantities have decimal points ('0.5'): write one kind in all columns",
        ),
        (
            "27.5",
            "0,5",
            "Ct has decimal points ('27.5') and quantities have decimal commas ('0,5'): write one kind in all columns",
        ),
    ],
)
def test_columns_with_marks_of_their_own_are_named(tmp_path, ct, quantity, told):
    text = f"well;gene;task;ct;quantity\nA1;TNF;standard;{ct};{quantity}\nA2;TNF;unknown;{ct};\n"
    assert faults_of(tmp_path, text) == [f"run.dat: {told}"]


def test_a_table_that_ends_in_a_row_is_cut_off(tmp_path):
    text = "well,gene,task,ct\nA1,TNF,unknown,27.5\nA2,TNF,unk"
    assert faults_of(tmp_path, text) == [
        "run.dat line 3: the row must have 4 fields, as the header has, got 3; is the file cut off?"
    ]
