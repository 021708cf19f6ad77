import pytest

import lensim
from lensim import vocabulary as v
from lensim.checks import InputError

CTS = {"ctrl": (18.1, 25.1), "drug": (18.2, 23.1)}
HEADER = "Well,Fluor,Target,Content,Sample,Cq\n"
SHEET = "Probe;Patient;Behandlung\nS1;HeLa;ctrl\nS2;HeLa;drug\n"
OF_SHEET = {"sample": "Probe", "condition": "Behandlung"}


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def tidy(header="Patient,Behandlung,Gen,Ct"):
    rows = [
        f"P{subject},{condition},{gene},{cts[at] + 0.1 * subject:.2f}"
        for subject in (1, 2)
        for condition, cts in CTS.items()
        for at, gene in enumerate(("GAPDH", "TNF"))
    ]
    return "\n".join([header, *rows, ""])


def export(samples=("ctrl", "drug"), more=""):
    rows = []
    for at, sample in enumerate(samples):
        for gene, ct in zip(("GAPDH", "TNF"), list(CTS.values())[at % 2], strict=True):
            rows.append(f"A{len(rows) + 1:02},SYBR,{gene},Unkn,{sample},{ct}\n")
    return HEADER + "".join(rows) + more


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Patient,Behandlung,Gen,Ct", {"gene": "Gen", "condition": "Behandlung"}),
        ("Patient,Condition,Primer,Ct", {"gene": "primer"}),
        ("Patient,Condition,Gene,Ct Mean", {"ct_cycles": "Ct Mean"}),
        ("wer,was,Gen,Zyklen", {"gene": "Gen", "condition": "was", "subject": "wer", "ct_cycles": "Zyklen"}),
    ],
)
def test_a_table_is_known_by_the_columns_that_are_named(tmp_path, header, columns):
    path = written(tmp_path, "cts.csv", tidy(header))
    data = lensim.read.expression(path, columns=columns, references=["GAPDH"], control="ctrl")
    assert list(data["gene"].values) == ["GAPDH", "TNF"]
    assert data.sizes[v.SAMPLE] == 4


def test_a_named_column_that_is_not_there_is_told(tmp_path):
    path = written(tmp_path, "cts.csv", tidy())
    with pytest.raises(InputError) as caught:
        lensim.read.expression(path, columns={"gene": "Target"}, references=["GAPDH"])
    message = "the column 'Target' is missing; there are 'Patient', 'Behandlung', 'Gen', 'Ct'"
    assert str(caught.value) == f"cts.csv line 1: {message}"


def test_a_table_of_ratios_is_known_by_the_ratio_that_is_named(tmp_path):
    path = written(tmp_path, "ratios.csv", "Gene,Patient,2^-ddCt\nTNF,P1,4.0\nTNF,P2,3.5\n")
    data = lensim.read.expression(path, columns={"ratio": "2^-ddCt"})
    assert data[v.LOG2_RATIO].values[0] == 2.0


def test_columns_of_the_sheet_are_named_as_those_of_files(tmp_path):
    files = [written(tmp_path, "run.csv", export(("S1", "S2")))]
    sheet = written(tmp_path, "sheet.csv", SHEET)
    data = lensim.read.expression(files, sheet=sheet, columns=OF_SHEET, references=["GAPDH"])
    assert list(data["subject"].values) == ["HeLa"]
    with pytest.raises(InputError) as caught:
        lensim.read.expression(files, sheet=sheet, columns={"sample": "Probe"}, references=["GAPDH"])
    assert str(caught.value) == (
        "sheet.csv line 1: the column 'condition' is missing; there are 'Probe', 'Patient', 'Behandlung': name one, "
        'columns={"condition": "NAME"}'
    )
    with pytest.raises(InputError) as caught:
        lensim.read.expression(files, sheet=sheet, columns={"sample": "Name"}, references=["GAPDH"])
    assert str(caught.value) == (
        "sheet.csv: the column 'Name' for sample is neither in the sample sheet nor in run.csv; the sheet has "
        "'Probe', 'Patient', 'Behandlung'"
    )


@pytest.mark.parametrize(
    ("options", "samples"), [({"columns": {"experiment": "Replicate"}}, 4), ({"ignore": ["Replicate"]}, 2)]
)
def test_each_way_that_a_replicate_of_the_sheet_has_works(tmp_path, options, samples):
    files = [written(tmp_path, "run.csv", export(("S1", "S2", "S3", "S4")))]
    rows = "".join(f"S{at + 1},HeLa,{('ctrl', 'drug')[at % 2]},{at // 2 + 1}\n" for at in range(4))
    sheet = written(tmp_path, "sheet.csv", "sample,subject,condition,Replicate\n" + rows)
    with pytest.raises(InputError, match=r'say columns=\{"experiment": "Replicate"\} if they are experiments'):
        lensim.read.expression(files, sheet=sheet, references=["GAPDH"])
    data = lensim.read.expression(files, sheet=sheet, references=["GAPDH"], **options)
    assert data.sizes[v.SAMPLE] == samples


@pytest.mark.parametrize("unlisted", ["refuse", "ignore"])
def test_water_of_an_export_that_the_sheet_does_not_have_is_a_well_without_template(tmp_path, unlisted):
    more = "A09,SYBR,GAPDH,Unkn,H2O,38.0\n"
    files = [written(tmp_path, "run.csv", export(("S1", "S2"), more))]
    sheet = written(tmp_path, "sheet.csv", SHEET)
    data = lensim.read.expression(files, sheet=sheet, columns=OF_SHEET, references=["GAPDH"], unlisted=unlisted)
    assert list(data[v.NO_TEMPLATE_CT].values) == [38.0]
    assert data.attrs[v.READ_NOTES] == "sheet.csv: 1 well of 'H2O' is read as without template, by that name"


def test_rows_of_a_sheet_for_several_runs_are_told(tmp_path):
    files = [written(tmp_path, "run.csv", export(("S1", "S2")))]
    sheet = written(tmp_path, "sheet.csv", SHEET + "S3;HeLa;ctrl\n")
    data = lensim.read.expression(files, sheet=sheet, columns=OF_SHEET, references=["gapdh"])
    said = "sheet.csv: rows of the sheet without a reaction that counts: sample 'S3'"
    assert data.attrs[v.READ_NOTES] == said
    assert list(data["is_reference"].values) == [1, 0]
