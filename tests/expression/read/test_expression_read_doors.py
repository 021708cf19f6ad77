import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_expression
from lensim.tables.source import source_of

CTS = (
    "well,gene,is_reference,subject,condition,ct_cycles\n"
    "A1,TNF,0,a,dmso,27.5\nA2,TNF,0,a,drug,26.5\nA3,R,1,a,dmso,22.5\nA4,R,1,a,drug,22.5\n"
)
RATIOS = "gene,subject,ratio\nTNF,a,2\nTNF,b,4\n"
MXPRO = (
    "Well\tWell Name\tWell Type\tTarget\tCt (dRn)\n"
    "A1\tc\tUnknown\tTNF\t27.5\nA2\tt\tUnknown\tTNF\t26.5\nA3\tc\tUnknown\tR\t22.5\nA4\tt\tUnknown\tR\t22.5\n"
)
SHEET = "sample,subject,condition,is_control\nc,a,mock,yes\nt,a,drug,no\n"


def saved(folder, text, name="cts.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(files, **options):
    with pytest.raises(InputError) as error:
        read_expression(files, **options)
    return str(error.value)


def test_the_control_is_told_by_its_name(tmp_path):
    data = read_expression(saved(tmp_path, CTS))
    assert data.attrs[v.ASSAY] == v.EXPRESSION
    assert (data.attrs[v.CONTROL], data.attrs[v.CONTROL_KNOWN_BY]) == ("dmso", "its name")
    stated = read_expression(saved(tmp_path, CTS), control="DRUG", calibrator="a")
    assert (stated.attrs[v.CONTROL], stated.attrs[v.CONTROL_KNOWN_BY]) == ("drug", "stated as DRUG")
    assert stated.attrs["calibrator"] == "a"
    assert refused(tmp_path / "cts.csv", calibrator="b") == "calibrator must be one of a, got 'b'"


def test_a_sheet_tells_the_control(tmp_path):
    run, sheet = saved(tmp_path, MXPRO, "run.txt"), saved(tmp_path, SHEET, "sheet.csv")
    data = read_expression(run, sheet=sheet, references=["R"])
    assert (data.attrs[v.CONTROL], data.attrs[v.CONTROL_KNOWN_BY]) == ("mock", "is_control")
    assert read_expression(source_of(run), sheet=source_of(sheet), references=["R"]).identical(data)
    odd = saved(tmp_path, SHEET.replace("yes", "sure"), "sheet.csv")
    assert refused(run, sheet=odd, references=["R"]) == (
        "sheet.csv line 2: is_control must be 1 or 0, true or false, yes or no, got 'sure'"
    )
    assert refused(run, references=["R"]) == (
        "sheet must say which sample is which, got none: run.txt is of the format mxpro"
    )


def test_several_tables_are_one_study(tmp_path):
    head, *rows = CTS.splitlines(keepends=True)
    one, two = saved(tmp_path, head + "".join(rows[:2]), "tnf.csv"), saved(tmp_path, head + "".join(rows[2:]), "r.csv")
    data = read_expression([one, two])
    assert data[v.PLATE].values.tolist() == ["tnf", "r"]
    assert (data.sizes["reaction"], data.sizes["cdna"]) == (4, 2)
    assert data.attrs["source"] == "tnf.csv, r.csv"
    whole = read_expression(saved(tmp_path, CTS))
    assert data[v.CT].values.tolist() == whole[v.CT].values.tolist()


def test_columns_of_several_tables_differ_and_faults_name_their_file(tmp_path):
    one = saved(tmp_path, CTS.replace("27.5", "x"), "one.csv")
    two = saved(tmp_path, CTS.replace("well,gene", "Position,Target").replace("22.5", "-1"), "two.csv")
    assert refused([one, two]).splitlines() == [
        "one.csv line 2: ct_cycles must be a number of cycles or a word for no Ct, got 'x'",
        "two.csv line 4: ct_cycles must be above 0 cycles, got -1; where nothing was detected, write Undetermined",
        "two.csv line 5: ct_cycles must be above 0 cycles, got -1; where nothing was detected, write Undetermined",
    ]


def test_a_table_may_name_its_wells_as_an_instrument_does(tmp_path):
    path = saved(tmp_path, CTS.replace("well,gene", "Well Position,Target"))
    assert read_expression(path).sizes["reaction"] == 4


def test_named_columns_make_a_table(tmp_path):
    text = CTS.replace("gene", "what").replace("ct_cycles", "cycles").replace("subject", "who")
    columns = {"gene": "what", "ct_cycles": "Cycles", "subject": "who"}
    assert read_expression(saved(tmp_path, text), columns=columns).sizes["reaction"] == 4
    folds = saved(tmp_path, RATIOS.replace("ratio", "times"), "r.csv")
    assert read_expression(folds, columns={"ratio": "times"})[v.LOG2_RATIO].values.tolist() == [1, 2]


def test_ratios_of_several_files(tmp_path):
    one, two = saved(tmp_path, RATIOS, "one.csv"), saved(tmp_path, RATIOS.replace("TNF", "IL8"), "two.csv")
    data = read_expression([one, two])
    assert data[v.TARGET].values.tolist() == ["TNF", "IL8"]
    assert data.attrs[v.ASSAY] == v.EXPRESSION
    again = saved(tmp_path, RATIOS, "again.csv")
    assert refused([one, again]).splitlines() == [
        f"again.csv line {line}: TNF, {subject}, treated, experiment 1 must appear once, got it in line {line} of "
        "one.csv as well; repeats need a column experiment"
        for line, subject in ((2, "a"), (3, "b"))
    ]
    doubt = saved(tmp_path, "gene;subject;ratio\nTNF;a;1,234\n", "doubt.csv")
    assert refused(doubt) == (
        'doubt.csv: \'1,234\' may mean 1234 or 1.234: say decimal="." for the first, decimal="," for the second'
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"format": "excel"},
            "format must be one of sds, quantstudio, cfx, lightcycler, mxpro, rotorgene, tidy, rdml, ratios, got ",
        ),
        ({"references": "R"}, "references must be a list of texts, got 'R': write references=[\"R\"]"),
        ({"cycle_limit": 0}, "cycle_limit must be above 0, got 0"),
        ({"decimal": ";"}, "decimal must be one of ., ,, got ';'"),
        ({"columns": {"gen": "gene"}}, "column must say which is plate, well, sample, task, gene, is_reference,"),
        ({"columns": {"ratio": "ct_cycles"}, "cycle_limit": 50}, "a table of ratios must go without cycle limit: it"),
    ],
)
def test_options_that_do_not_suit(tmp_path, options, message):
    assert message in refused(saved(tmp_path, CTS), **options)


def test_a_stated_mark_counts_for_a_sheet_only_in_doubt(tmp_path):
    run = saved(tmp_path, MXPRO.replace(".", ","), "run.txt")
    sheet = saved(tmp_path, "sample,subject,condition,quantity\nc,a,dmso,0.5\nt,a,drug,1.5\n", "sheet.csv")
    assert read_expression(run, sheet=sheet, references=["R"], decimal=",").sizes["reaction"] == 4
