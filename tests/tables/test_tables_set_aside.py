"""Rows that a file sets aside, and summaries of other rows."""

import pytest

from lensim import vocabulary as v
from lensim.cell_cycle.read import read_cell_cycle
from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.expression.read import read_expression
from lensim.tables.told import column_notes


def wells(folder, column, values):
    """Wells of one line, three at each dose, with a column whose values are `values(row)`."""
    rows = [("L", dose, 1000 - 300 * at + k) for at, dose in enumerate(("0", "0.1", "1", "10")) for k in range(3)]
    text = "\n".join(f"{line},{dose},{signal},{values(at)}" for at, (line, dose, signal) in enumerate(rows))
    path = folder / "t.csv"
    path.write_text(f"cell_line,dose_um,signal,{column}\n{text}\n")
    return path


@pytest.mark.parametrize(
    ("column", "out", "kept"),
    [("exclude", "yes", ""), ("Excluded", "x", ""), ("outlier", "1", "0"), ("use", "no", "yes"),
     ("include", "FALSE", "TRUE"), ("omit", "true", "false"), ("Ausreisser", "ja", "nein")],
)  # fmt: skip
def test_a_flag_is_obeyed_and_told(tmp_path, column, out, kept):
    path = wells(tmp_path, column, lambda at: out if at in (4, 8) else kept)
    data = read_dose_response(path)
    assert data.sizes[v.WELL] == 10
    assert f"rows left out, as the file says: 2 with {column} = {out}" in column_notes(data)
    assert read_dose_response(path, ignore=[column]).sizes[v.WELL] == 12


def test_other_words_are_no_flags(tmp_path):
    with pytest.raises(InputError, match="the column 'use' has 2 values"):
        read_dose_response(wells(tmp_path, "use", lambda at: "maybe" if at % 2 else "no"))


@pytest.mark.parametrize("column", ["replicate", "well", "role"])
def test_a_summary_is_no_well(tmp_path, column):
    path = wells(tmp_path, column, lambda at: "mean" if at % 3 == 2 else "")
    with pytest.raises(InputError) as caught:
        read_dose_response(path)
    assert str(caught.value) == (
        f"t.csv line 4: the row is a summary of others ('mean' in the column '{column}') (and so are 3 more): delete "
        "such rows from the file, or write the name otherwise if it is that of a sample"
    )


def test_a_summary_is_no_culture_and_a_line_may_be_called_sem(tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"SEM,{name},{e},60,25,15" for e in (1, 2, "SD") for name in ("DMSO", "len")]
    path.write_text("\n".join(["cell_line,condition,experiment,G0/G1,S,G2/M", *rows]))
    with pytest.raises(
        InputError, match=r"^t.csv line 6: the row is a summary of others \('SD' in the column 'experiment'\)"
    ):
        read_cell_cycle(path, scale="percent", events_per_tube=10000)
    path.write_text("\n".join(["cell_line,condition,experiment,G0/G1,S,G2/M", *rows[:4]]))
    read_cell_cycle(path, scale="percent", events_per_tube=10000)


@pytest.mark.parametrize("column", ["Kommentar", "Bemerkung", "remarque", "Spalte", "Reihe", "colonne", "Zeile"])
def test_german_and_french_words_are_known(tmp_path, column):
    path = wells(tmp_path, column, lambda at: "Blase" if at == 4 else "") if column[0] in "KBr" else None
    read_dose_response(path or wells(tmp_path, column, lambda at: at % 3 + 1))


HEADS = {
    "ratios": ("gene,subject,condition,fold change", ["TNF,{name},LEN,2", "IL6,{name},LEN,3"]),
    "levels": ("gene,mouse,condition,dCt", ["TNF,{name},ctrl,8.1", "TNF,{name},LEN,7.2"]),
    "cts": (
        "subject,condition,gene,ct",
        [f"{{name}},{c},{g}" for c in ("ctrl", "LEN") for g in ("ACTB,18", "TNF,26")],
    ),
    "wells": ("cell_line,dose_um,signal", [f"{{name}},{s}" for s in ("0,1000", "0.1,800", "1,500", "10,100")]),
}  # fmt: skip
"""A header and the rows of a subject or a line, for each kind of table."""


def table(folder, kind, names, column="", value=lambda name: ""):
    """A table with the rows of some subjects or lines, and perhaps a column more."""
    head, rows = HEADS[kind]
    lines = [row.format(name=name) + (f",{value(name)}" if column else "") for name in names for row in rows]
    path = folder / "t.csv"
    path.write_text("\n".join([head + (f",{column}" if column else ""), *lines]), encoding="utf-8")
    return path


def read(path, kind, **kwargs):
    """A table of a kind, and how many numbers it has."""
    if kind == "wells":
        return read_dose_response(path, **kwargs)
    return read_expression(path, **({"references": ["ACTB"]} if kind == "cts" else {}), **kwargs)


def size(data, kind):
    """Rows that were read; of levels pairs."""
    return data.sizes[{"wells": v.WELL, "cts": v.REACTION}.get(kind, v.PAIR)]


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize(
    "summary",
    ["mean", "SD", "MW", "\u00d8", "geomean", "n=3", "P value", "t-test", "all", "P1 mean", "P1 SD", "mean P1"],
)  # fmt: skip
def test_a_summary_is_no_subject_and_no_line(tmp_path, kind, summary):
    path = table(tmp_path, kind, ["P1", "P2", "P3", summary])
    with pytest.raises(InputError, match="the row is a summary of others") as caught:
        read(path, kind)
    assert f"({summary!r} in the column " in str(caught.value)
    assert "delete such rows from the file, or write the name otherwise if it is that of a sample" in str(caught.value)


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize(
    "names", [["AB", "CD", "MW"], ["SDHA", "MEANDER", "ALL-SIL"], ["SEM", "K562", "LP-1"], ["all"]]
)
def test_names_that_only_look_like_summaries_are_read(tmp_path, kind, names):
    if kind != "wells":
        names = ["SEMA" if name == "SEM" else name for name in names]
    read(table(tmp_path, kind, names), kind)


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("word", ["mean", "SD", "MW", "\u00d8", "avg"])
def test_a_summary_is_no_replicate_whatever_is_ignored(tmp_path, kind, word):
    names = ["P1", "P2"]
    path = table(tmp_path, kind, names, "replicate", lambda name: 1)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, *[line[:-1] + word for line in lines[1:]]]), encoding="utf-8")
    for ignore in ([], ["replicate"]):
        with pytest.raises(
            InputError, match=f"the row is a summary of others \\('{word}' in the column 'replicate'\\)"
        ):
            read(path, kind, ignore=ignore)
    assert size(read(path, kind, where={"replicate": "1"}), kind) == size(
        read(table(tmp_path, kind, names), kind), kind
    )


def test_a_summary_within_a_group_is_no_animal(tmp_path):
    rows = [f"TNF,m{k},{'WT' if k < 3 else 'KO'},{8 - k / 10}" for k in range(6)]
    path = tmp_path / "t.csv"
    for word in ("SD", "mean {c}", "{c} SD", "SEM ({c})"):
        more = [f"TNF,{word.format(c=c)},{c},0.2" for c in ("WT", "KO")]
        path.write_text("\n".join(["gene,mouse,condition,dCt", *rows, *more]))
        with pytest.raises(InputError, match=r"^t.csv line 8: the row is a summary of others"):
            read_expression(path, unpaired="groups", control="WT")


OUT = [
    ("exclude", "x", ""), ("Excluded?", "yes", "no"), ("omit", "TRUE", "FALSE"), ("Outlier", "1", "0"),
    ("outlier", "outlier", ""), ("exclude from analysis", "ja", "nein"), ("Ausrei\u00dfer", "x", ""),
    ("masked", "true", "false"), ("use", "no", "yes"), ("include", "0", "1"), ("valid", "FALSE", "TRUE"),
    ("QC", "fail", "ok"), ("QC status", "FAILED", "passed"), ("status", "bad", "good"), ("escluso", "s\u00ec", "no"),
    ("exclu", "oui", "non"), ("g\u00fcltig", "nein", "ja"), ("Outlier", "1.0", "0.0"), ("passed", "N", "Y"),
]  # fmt: skip


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize(("column", "out", "kept"), OUT)
def test_rows_that_a_column_excludes_are_left_out_of_every_table_and_told(tmp_path, kind, column, out, kept):
    path = table(tmp_path, kind, ["P1", "P2", "P3"], column, lambda name: out if name == "P3" else kept)
    data = read(path, kind)
    number = len(HEADS[kind][1])
    assert f"rows left out, as the file says: {number} with {column} = {out}" in column_notes(data)
    assert size(data, kind) == size(read(table(tmp_path, kind, ["P1", "P2"]), kind), kind)


@pytest.mark.parametrize("kind", HEADS)
def test_all_rows_are_read_where_the_user_says_so(tmp_path, kind):
    path = table(tmp_path, kind, ["P1", "P2", "P3"], "exclude", lambda name: "x" if name == "P3" else "")
    data = read(path, kind, ignore=["exclude"])
    assert size(data, kind) == size(read(table(tmp_path, kind, ["P1", "P2", "P3"]), kind), kind)


@pytest.mark.parametrize("kind", HEADS)
def test_a_reason_in_a_column_of_exclusions_is_asked_about(tmp_path, kind):
    path = table(tmp_path, kind, ["P1", "P2"], "exclude", lambda name: "bubble" if name == "P2" else "")
    with pytest.raises(InputError) as caught:
        read(path, kind)
    line = 2 + len(HEADS[kind][1])
    assert str(caught.value) == (
        f"t.csv line {line}: exclude must be yes or no, got 'bubble': write yes in rows that are left out, and why in "
        'another column, or read all rows with ignore=["exclude"]'
    )
    read(path, kind, ignore=["exclude"])


def test_counts_of_outliers_and_words_of_other_columns_exclude_nothing(tmp_path):
    for column, value in (("outliers", 2), ("QC", "checked"), ("status", "1"), ("used", "R5")):
        data = read(table(tmp_path, "ratios", ["P1", "P2"], column, lambda name, value=value: value), "ratios")
        assert size(data, "ratios") == 4
        assert "rows_set_aside" not in data.attrs


def test_a_table_of_excluded_rows_alone_is_refused(tmp_path):
    with pytest.raises(InputError, match="no row is left: 4 are left out with exclude = x"):
        read(table(tmp_path, "ratios", ["P1", "P2"], "exclude", lambda name: "x"), "ratios")


def test_rows_of_a_sample_sheet_are_excluded(tmp_path):
    run, sheet = tmp_path / "run.csv", tmp_path / "sheet.csv"
    samples = [f"{name} {condition}" for name in ("P1", "P2", "P3") for condition in ("ctrl", "LEN")]
    run.write_text("\n".join(["sample,gene,ct", *[f"{s},{g}" for s in samples for g in ("ACTB,18", "TNF,26")]]))
    rows = [f"{s},{s.replace(' ', ',')},{'x' if s.startswith('P3') else ''}" for s in samples]
    sheet.write_text("\n".join(["sample,subject,condition,exclude", *rows]))
    data = read_expression(run, sheet=sheet, references=["ACTB"])
    assert list(data["subject"].values) == ["P1", "P2"]
    assert "rows left out, as the file says: 2 with exclude = x" in column_notes(data)
