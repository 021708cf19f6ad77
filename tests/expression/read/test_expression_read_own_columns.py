import pytest

import lensim
from lensim.checks import InputError
from lensim.expression.read import kind_of, left_out_of_reactions
from lensim.tables.source import sources_of

CFX = "Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,SQ,Well Note\n"
QUANTSTUDIO = (
    "* Block Type = 96-Well\n\n[Results]\n"
    "Well\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCT\tBiogroup Name\tComments\n"
)
SHEET = "sample,subject,condition\nctrl,HeLa,ctrl\ndrug,HeLa,drug\n"


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def wells():
    """Two samples, each at two times, of two genes; the sample, gene, time and Ct of each well."""
    for time, fall in (("24h", 4), ("6h", 2)):
        for sample in ("ctrl", "drug"):
            for gene, ct in (("GAPDH", 18.1), ("TNF", 25.1)):
                yield sample, gene, time, ct - fall * (sample == "drug" and gene == "TNF")


def cfx(set_name=True, note=False):
    rows = [
        f"A{at:02},SYBR,{gene},Unkn,{sample},{time * set_name},{ct},{ct},NaN,{time * note}\n"
        for at, (sample, gene, time, ct) in enumerate(wells(), 1)
    ]
    return CFX + "".join(rows)


def quantstudio():
    rows = [
        f"A{at}\tfalse\t{sample}\t{gene}\tUNKNOWN\tSYBR\t{ct}\t{time}\t\n"
        for at, (sample, gene, time, ct) in enumerate(wells(), 1)
    ]
    return QUANTSTUDIO + "".join(rows)


@pytest.mark.parametrize(
    ("name", "text", "column", "line"),
    [
        ("run.csv", cfx(), "Biological Set Name", 6),
        ("run.csv", cfx(set_name=False, note=True), "Well Note", 6),
        ("run.txt", quantstudio(), "Biogroup Name", 9),
    ],
)
def test_a_column_of_an_export_that_splits_a_sample_is_chosen_or_refused(tmp_path, name, text, column, line):
    run, sheet = written(tmp_path, name, text), written(tmp_path, "sheet.csv", SHEET)
    with pytest.raises(InputError) as caught:
        lensim.read.expression(run, sheet=sheet, references=["GAPDH"])
    assert str(caught.value) == (
        f"{name} line {line}: the column '{column}' has 2 values (24h, 6h) in GAPDH of HeLa under ctrl, and so in 3 "
        f'more, which would be pooled in one fold change: keep one with where={{"{column}": "6h"}}, read each by '
        f'itself with by="{column}", or pool them with ignore=["{column}"]'
    )
    kept = lensim.read.expression(run, sheet=sheet, references=["GAPDH"], where={column: "6h"})
    assert list(kept["ct_cycles"].values) == [18.1, 25.1, 18.1, 23.1]
    assert kept.attrs["rows_kept"] == f"{column} = 6h"
    studies = lensim.read.expression(run, sheet=sheet, references=["GAPDH"], by=column)
    assert {value: len(data["ct_cycles"]) for value, data in studies.items()} == {"24h": 4, "6h": 4}
    pooled = lensim.read.expression(run, sheet=sheet, references=["GAPDH"], ignore=[column])
    assert len(pooled["ct_cycles"]) == 8
    assert pooled.attrs["columns_not_used"] == f"{column} (2 values: 24h, 6h)"


def test_what_programs_write_is_not_asked_for(tmp_path):
    text = cfx(set_name=False).replace("SQ,", "Amp Status,").replace("NaN,", "Amp,", 3).replace("NaN,", "No Amp,")
    run, sheet = written(tmp_path, "run.csv", text), written(tmp_path, "sheet.csv", SHEET)
    data = lensim.read.expression(run, sheet=sheet, references=["GAPDH"])
    assert "columns_not_used" not in data.attrs or not data.attrs["columns_not_used"]


def test_where_that_keeps_no_reaction_is_refused(tmp_path):
    more = "C01,SYBR,GAPDH,NTC,,12h,NaN,,,\n"
    run, sheet = written(tmp_path, "run.csv", cfx() + more), written(tmp_path, "sheet.csv", SHEET)
    with pytest.raises(InputError, match=r"'48h'; there are 24h, 6h, 12h"):
        lensim.read.expression(run, sheet=sheet, references=["GAPDH"], where={"Biological Set Name": "48h"})


def test_a_table_of_reactions_alone_tells_which_columns_it_leaves_out(tmp_path):
    sources = sources_of([written(tmp_path, "run.csv", cfx()), written(tmp_path, "plain.csv", cfx(set_name=False))])
    assert left_out_of_reactions(sources, [kind_of(one) for one in sources]) == (
        "run.csv: this table leaves out 'Biological Set Name' (2 values: 24h, 6h); where such a column parts samples, "
        "read the export itself, with sheet=",
    )
