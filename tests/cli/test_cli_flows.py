"""From the bench to a workbook with what a biologist types: a workbook, LightCycler, QuantStudio and CFX."""

import hashlib
import zipfile

import openpyxl
import pytest

from tests.cli.test_cli import run
from tests.workbook_rules import broken_rules
from tests.workbooks import workbook_bytes

SAMPLES = [f"{subject} {condition}" for subject in ("donor1", "donor2", "donor3") for condition in ("DMSO", "Len")]
LEVELS = {"ACTB": 18.0, "TNF": 26.0}


def ct(sample, gene, copy):
    treated = 1.2 if sample.endswith("Len") and gene == "TNF" else 0.0
    return round(LEVELS[gene] + 0.3 * int(sample[5]) + treated + 0.07 * copy, 2)


def reactions():
    every = [(sample, gene, copy) for sample in SAMPLES for gene in LEVELS for copy in range(2)]
    return [(f"{'ABCDEFGH'[at // 12]}{at % 12 + 1}", *one) for at, one in enumerate(every)]


def viability(book):
    for at, day in enumerate(("Day 1", "Day 2")):
        sheet = book.create_sheet(day)
        sheet.append([f"Viability assay, {day}"])
        sheet.append([])
        sheet.append(["Cell line", "Lenalidomide (µM)", "Luminescence (RLU)", None, None])
        sheet.append([None, None, "Rep 1", "Rep 2", "Rep 3"])
        for line, half in (("NCI-H929", 1.0), ("LP-1", 30.0), ("MM.1S", 0.3)):
            for dose in (0, 0.01, 0.1, 1, 10, 100):
                level = 90_000 / (1 + dose / half) + 2_000 + 500 * at
                signals = [round(level * (1 + 0.03 * rep)) for rep in (-1, 0.2, 1)]
                sheet.append([line if dose == 0 else None, dose, *signals])
            sheet.merge_cells(start_row=sheet.max_row - 5, end_row=sheet.max_row, start_column=1, end_column=1)
        for cells in ("A1:E1", "A3:A4", "B3:B4", "C3:E3"):
            sheet.merge_cells(cells)


def lightcycler(gene):
    head = ["Experiment: donors  Selected Filter: SYBR Green I / HRM Dye (465-510)"]
    head += ["Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus"]
    own = [(well, sample, ct(sample, gene, copy)) for well, sample, one, copy in reactions() if one == gene]
    return "\n".join([*head, *(f"True\t255\t{well}\t{sample}\t{cp}\t\t0\t" for well, sample, cp in own)]) + "\n"


def quantstudio():
    head = [["Block Type", "96-Well 0.2-mL Block"], ["Chemistry", "SYBR_GREEN"], []]
    names = ["Well", "Well Position", "Omit", "Sample Name", "Target Name", "Task", "Reporter", "Quencher", "CT"]
    rows = [[at, well, False, sample, gene, "UNKNOWN", "SYBR", "None", ct(sample, gene, copy)]
            for at, (well, sample, gene, copy) in enumerate(reactions(), start=1)]  # fmt: skip
    curves = [["Well", "Well Position", "Cycle", "Target Name", "Rn"], [1, "A1", 1, "ACTB", 0.1]]
    return {"Sample Setup": [*head, names[:-1], *(row[:-1] for row in rows)], "Amplification Data": [*head, *curves],
            "Results": [*head, names, *rows]}  # fmt: skip


def cfx():
    names = "Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,Starting Quantity (SQ)"
    every = list(enumerate(reactions(), start=1))
    results = [f",{well},SYBR,{gene},Unkn-{at},{sample},,{ct(sample, gene, copy)},NaN,NaN"
               for at, (well, sample, gene, copy) in every]  # fmt: skip
    summary = [f",{well},SYBR,{gene},Unkn-{at},{sample},{ct(sample, gene, copy)},NaN"
               for at, (well, sample, gene, copy) in every]  # fmt: skip
    return {
        "Quantification Amplification Results_SYBR.csv": "\ufeff,Cycle,A1,A2\n,1,100,101\n",
        "Quantification Cq Results_0.csv": "\n".join([f"\ufeff,{names}", *results]),
        "Quantification Summary_0.csv": "\n".join(["\ufeff,Well,Fluor,Target,Content,Sample,Cq,SQ", *summary]),
        "Run Information_0.csv": "\ufeffFile Name,run.pcrd\n",
    }


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "viability.xlsx").write_bytes(workbook_bytes({"Info": [["Operator", "AB"]]}, viability))
    for gene in LEVELS:
        (tmp_path / f"{gene}.txt").write_text(lightcycler(gene))
    (tmp_path / "quantstudio.xlsx").write_bytes(workbook_bytes(quantstudio()))
    with zipfile.ZipFile(tmp_path / "cfx.zip", "w") as archive:
        for name, text in cfx().items():
            archive.writestr(f"admin_2026-03-01 - {name}", text)
    rows = [f"{sample},{','.join(sample.split())}" for sample in SAMPLES]
    (tmp_path / "samples.csv").write_text("\n".join(["sample,subject,condition", *rows]))
    return tmp_path


def test_a_workbook_with_merged_headers_asks_three_times_and_is_read(bench, capsys):
    start = ["read", "dose-response", "viability.xlsx", "--xlsx", "tables.xlsx"]
    status, _, said = run(capsys, *start)
    assert (status, "--column dose=NAME" in said) == (2, True)
    start += ["--column", "dose=Lenalidomide (µM)"]
    status, _, said = run(capsys, *start)
    assert (status, "the sheets 'Day 1', 'Day 2' may each be a table" in said) == (2, True)
    start += ["--worksheet", "Day 1", "--worksheet", "Day 2"]
    status, _, said = run(capsys, *start)
    assert (status, "or --ignore replicate if they are wells of one culture" in said) == (2, True)
    status, out, said = run(capsys, *start, "--ignore", "replicate")
    assert (status, "workbook in tables.xlsx" in out) == (0, True), said
    assert len(list(openpyxl.load_workbook("tables.xlsx")["data"].rows)) == 1 + 2 * 3 * 6 * 3


@pytest.mark.parametrize("files", [("ACTB.txt", "TNF.txt"), ("quantstudio.xlsx",), ("cfx.zip",)])
def test_machines_are_read_with_a_sample_sheet(bench, capsys, files):
    line = ["read", "expression", *files, "--sheet", "samples.csv", "--reference", "ACTB", "--xlsx", "tables.xlsx"]
    status, out, said = run(capsys, *line)
    assert (status, "workbook in tables.xlsx" in out) == (0, True), said
    assert broken_rules(bench / "tables.xlsx") == []
    book = openpyxl.load_workbook("tables.xlsx")
    header, *rows = book["data"].iter_rows(values_only=True)
    places = [header.index(name) for name in ("subject", "condition", "gene")]
    assert len({tuple(row[at] for at in places) for row in rows}) == len(SAMPLES) * len(LEVELS)
    assert all(isinstance(row[header.index("ct_cycles")], float) for row in rows)
    cts = sorted(row[header.index("ct_cycles")] for row in rows)
    assert cts == sorted(ct(sample, gene, copy) for _, sample, gene, copy in reactions())
    digests = {row[-2]: row[-1] for row in book["about"].iter_rows(values_only=True) if row[0] == "input file"}
    names = (*files, "samples.csv")
    assert digests == {name: f"SHA-256 {hashlib.sha256((bench / name).read_bytes()).hexdigest()}" for name in names}
