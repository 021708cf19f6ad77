import pytest

from lensim.checks import InputError
from lensim.expression.read import assemble_reactions, read_reactions, read_sheet

CFX = (
    ",Well,Fluor,Target,Content,Sample,Cq,Starting Quantity (SQ)\r\n"
    ",A01,SYBR,TNF,Unkn-1,s1,29.0391,NaN\r\n"
    ",A02,SYBR,TNF,Unkn-1,s1,NaN,NaN\r\n"
    ",A03,SYBR,TNF,Unkn-1,s1,,NaN\r\n"
    ",A04,SYBR,TNF,Std-1,,20.5,1.00000E+03\r\n"
    ",A05,SYBR,TNF,Std-2,,23.9,100.00000\r\n"
    ",A06,SYBR,TNF,NTC,,35.1,NaN\r\n"
    ",A07,SYBR,TNF,NRT-1,,36.2,NaN\r\n"
    ",A08,SYBR,TNF,Neg Ctrl-1,,N/A,NaN\r\n"
    ",A09,SYBR,TNF,Pos Ctrl-1,,18.0,NaN\r\n"
)
READ = [
    ("A01", "unknown", 29.0391, None),
    ("A02", "unknown", None, None),
    ("A04", "standard", 20.5, 1000.0),
    ("A05", "standard", 23.9, 100.0),
    ("A06", "no_template", 35.1, None),
    ("A07", "no_rt", 36.2, None),
    ("A08", "no_template", None, None),
]


def read(folder, text, encoding="utf-8", **options):
    path = folder / "run.csv"
    path.write_text(text, encoding=encoding, newline="")
    return read_reactions(path, **options)


def refused(folder, text, **options):
    with pytest.raises(InputError) as caught:
        read(folder, text, **options)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        CFX,
        CFX.replace(".", "\0").replace(",", ";").replace("\0", ","),
        CFX.replace(".", "\0").replace(",", "\t").replace("\0", ","),
        "File Name,run.pcrd\r\nCreated By User,admin\r\n\r\n" + CFX,
        CFX.replace("Content", "Task").replace("Starting Quantity (SQ)", "SQ"),
        CFX.replace("Content", "Kind of well"),
    ],
    ids=["commas", "semicolons", "tabs", "lines above", "renamed", "odd name"],
)
def test_roles_and_quantities_of_cfx(tmp_path, text, encoding):
    found = read(tmp_path, text, encoding)
    assert found.instrument == "Bio-Rad CFX"
    assert [(one.well, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == READ
    assert (found.ignored, found.without_result) == (1, 1)
    kind = "run.csv: the column 'Kind of well' is read as the task of a well, by its words"
    line = 7 if text.startswith("File") else 4
    empty = f"run.csv: Cq is empty in 1 well, left out as without result (line {line})"
    assert found.notes == ((kind, empty) if "Kind" in text else (empty,))


def test_the_message_is_that_of_cfx(tmp_path):
    assert refused(tmp_path, CFX.replace(",Cq,", ",Cycle,")) == (
        "run.csv: the header on line 1 is that of Bio-Rad CFX, but no column is named cq/ct/c_t; there are 'Well', "
        "'Fluor', 'Target', 'Content', 'Sample', 'Cycle', 'Starting Quantity (SQ)'"
    )
    assert refused(tmp_path, CFX.replace("Std-2", "Stnd. B")) == (
        "run.csv line 6: Content must be a word such as Unknown, Standard, NTC, No RT, Positive control or Not in use, "
        "got 'Stnd. B'"
    )


def test_a_table_of_curves_is_told(tmp_path):
    said = (
        "run.csv: the table has the fluorescence of each cycle, and no Ct: export the table of the Ct (Cq, Cp) values"
    )
    assert refused(tmp_path, "Cycle,A1,A2,A3\n1,0.1,0.2,0.3\n").startswith(said)
    assert refused(tmp_path, "Well,Cycle,Target Name,Rn\n1,1,TNF,0.3\n").startswith(said)


def test_the_standards_of_cfx_are_a_dilution_series(tmp_path):
    rows = [
        f",{row}{at:02},SYBR,{gene},Unkn,s{1 + at % 2},2{at}.5,NaN\r\n"
        for row, gene in ("BT", "CR")
        for at in range(1, 5)
    ]
    standards = [f",D0{at},SYBR,T,Std-{at},,{15 + 3.4 * at:.2f},{10 ** (6 - at)}\r\n" for at in range(1, 5)]
    found = read(tmp_path, CFX.splitlines(keepends=True)[0] + "".join(rows + standards))
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,subject,condition\ns1,a,control\ns2,a,drug\n", encoding="utf-8")
    data = assemble_reactions(found, read_sheet(sheet), references=["R"])
    assert (data.sizes["reaction"], data.sizes["standard"]) == (8, 4)
    assert data.attrs["genes_without_factor"] == "R"


@pytest.mark.parametrize("cts", [("35.00", "35.00"), ("35.000", "31.27")])
def test_a_last_whole_number_is_asked_for(tmp_path, cts):
    """35.00 in a file that does not say how many cycles were run is the last cycle, or a Ct."""
    text = CFX.replace("35.1", cts[0]).replace("36.2", cts[1])
    wells = "2 wells (lines 7, 8)" if cts[0] == cts[1] else "1 well (line 7)"
    assert refused(tmp_path, text) == (
        f"run.csv line 7: Cq is 35 in {wells} and never more, as where nothing was detected by the last cycle: state "
        "the cycles run, cycle_limit=35 if so, else cycle_limit=40"
    )
    assert [one.ct_cycles for one in read(tmp_path, text, cycle_limit=40).reactions if one.well == "A06"] == [35]
    found = read(tmp_path, text, cycle_limit=35)
    assert [one.ct_cycles for one in found.reactions if one.well == "A06"] == [None]
    number = "2 wells" if cts[0] == cts[1] else "1 well"
    assert found.notes[0] == f"run.csv: Cq is 35, the cycle limit, in {number}, read as not detected"
