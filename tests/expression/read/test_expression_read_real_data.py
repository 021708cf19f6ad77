import csv
import gzip
import re
import zipfile
from collections import Counter

import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.read import (
    assemble_reactions,
    read_cts,
    read_reactions,
    read_sheet,
    write_cts,
)

pytestmark = pytest.mark.real_data

MONIS = {
    "plate": "run",
    "task": "well_type",
    "sample": "sample_type",
    "gene": "species_abbr",
    "ct_cycles": "ct_raw",
    "quantity": "quantity_copies_raw",
}


def counts(found):
    summary = found.summary()
    return summary["reactions"], summary["detected"], summary["not_detected"]


def test_mxpro(shared_data):
    path = shared_data / "formats" / "mxpro_text_report_qpcr759.txt"
    found = read_reactions(path)
    text = path.read_text()
    wells = re.findall(r"^[A-H][0-9]+\t.*", text, flags=re.MULTILINE)
    detected = [float(number) for number in re.findall(r"\t([0-9]+\.[0-9]+)\t\s*$", text, flags=re.MULTILINE)]
    assert counts(found) == (len(wells), len(detected), text.count("No Ct")) == (72, 72, 0)
    assert sum(one.ct_cycles for one in found.reactions) == pytest.approx(sum(detected), abs=1e-9)


def test_lightcycler(shared_data, tmp_path):
    path = shared_data / "formats" / "lightcycler480_cq_export.txt"
    found = read_reactions(path)
    cps = [line.split("\t")[4].strip() for line in path.read_text().splitlines() if line.startswith("True")]
    assert counts(found) == (len(cps), sum(map(bool, cps)), cps.count("")) == (96, 90, 6)
    assert found.instrument == "LightCycler 480"
    rows = ["sample,subject,condition,gene,task"]
    for name in dict.fromkeys(one.sample for one in found.reactions):
        rows.append(f"{name},,,,ignored" if name.startswith("Sample ") else f"{name},{name.replace(' ', ',')},")
    (tmp_path / "sheet.csv").write_text("\n".join(rows), encoding="utf-8")
    data = assemble_reactions(found, read_sheet(tmp_path / "sheet.csv"), references=["5S"], control="OD0.5")
    assert (data.sizes["reaction"], data.sizes["cdna"], data.sizes["gene"]) == (90, 10, 3)
    assert data.attrs["wells_ignored"] == 6
    write_cts(data, tmp_path / "tidy.csv")
    xr.testing.assert_equal(data.drop_vars("sample_name"), read_cts(tmp_path / "tidy.csv"))


def test_sds(shared_data):
    path = shared_data / "formats" / "abi_sds21_rq_results.txt"
    found = read_reactions(path)
    cts = re.findall(r"^[0-9]+\t\tSample[0-9]\tGene[0-9]\tTarget\t([0-9.]+)\t", path.read_text(), flags=re.MULTILINE)
    assert counts(found) == (len(cts), len(cts), 0) == (18, 18, 0)
    assert [one.ct_cycles for one in found.reactions] == [float(ct) for ct in cts]
    assert (found.summary()["genes"], found.summary()["samples"]) == (3, 2)


def test_quantstudio(shared_data, tmp_path):
    path = shared_data / "formats" / "quantstudio_csv_relative_example.csv"
    found = read_reactions(path)
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines() if ",UNKNOWN," in line]
    assert counts(found) == (len(rows), len(rows), 0) == (60, 60, 0)
    assert [one.ct_cycles for one in found.reactions] == [float(row[14]) for row in rows]
    assert Counter(one.gene for one in found.reactions) == Counter(row[4] for row in rows)
    names = dict.fromkeys(one.sample for one in found.reactions)
    sheet = "\n".join(
        ["Sample Name\tDonor\tCondition", *(f"{n}\t{n.split('-')[0]}\t{n.split('-')[-1]}" for n in names)]
    )
    (tmp_path / "sheet.tsv").write_text(sheet, encoding="utf-16")
    data = assemble_reactions(found, read_sheet(tmp_path / "sheet.tsv"), references=["ACTB", "GAPDH"], control="D0")
    assert (data.sizes["reaction"], data.sizes["cdna"], data.sizes["subject"]) == (60, 4, 2)
    assert int(data[v.IS_REFERENCE].sum()) == 2


@pytest.mark.parametrize(
    ("name", "limit", "expected"),
    [("rdmltools_relative.rdml", 45, (210, 209, 1)), ("stepone_std.rdml", 40, (24, 21, 3))],
)
def test_rdml(shared_data, name, limit, expected):
    path = shared_data / "formats" / name
    found = read_reactions(path)
    with zipfile.ZipFile(path) as archive:
        text = archive.read("rdml_data.xml").decode()
    cqs = [float(cq) for cq in re.findall(r"<cq>\s*([-0-9.]+)\s*</cq>", text)]
    detected = [cq for cq in cqs if 0 < cq < limit]
    assert counts(found) == (len(cqs), len(detected), len(cqs) - len(detected)) == expected
    assert sum(one.ct_cycles or 0 for one in found.reactions) == pytest.approx(sum(detected), abs=1e-9)
    assert found.cycle_limit == limit


def test_rdml_of_a_dilution_series(shared_data):
    found = read_reactions(shared_data / "formats" / "stepone_std.rdml")
    summary = found.summary()
    assert (summary["unknowns"], summary["standards"], summary["no_template"]) == (6, 15, 3)
    assert Counter(one.quantity for one in found.reactions if one.task == "standard") == dict.fromkeys(
        (10000.0, 5000.0, 2500.0, 1250.0, 625.0), 3
    )


def test_twenty_mxpro_runs(shared_data):
    path = shared_data / "qpcr_monis6_mxpro_all_wells.csv"
    found = read_reactions(path, columns=MONIS, cycle_limit=50)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    no_ct = sum(row["ct_raw"] == "NoCt" for row in rows)
    assert counts(found) == (len(rows), len(rows) - no_ct, no_ct) == (1920, 595, 1325)
    summary = found.summary()
    assert (summary["plates"], summary["standards"], summary["no_template"]) == (20, 420, 60)
    for one, row in zip(found.reactions, rows, strict=True):
        assert one.plate == row["run"]
        assert one.ct_cycles == (None if row["ct_raw"] == "NoCt" else float(row["ct_raw"]))
        if one.task == "standard" and row["quantity_copies_raw"] != "NoCt":
            assert one.quantity == float(row["quantity_copies_raw"])
    # the quantity of a standard that was never detected is in no cell; the 3 of 0.03 copies have no fellow to tell it
    assert sum(one.task == "standard" and one.quantity is None for one in found.reactions) == 3


def test_heat_shock_in_two_conditions(shared_data):
    columns = {
        "subject": "=pool",
        "condition": "treatment",
        "experiment": "=e1",
        "ct_cycles": "cq",
        "amplification_factor": "efficiency",
    }
    data = read_cts(
        shared_data / "qpcr_beckham2010_heat.csv", columns=columns_without_sample(columns), references=["gapdh"],
        control="control",
    )  # fmt: skip
    with (shared_data / "qpcr_beckham2010_heat.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert data.sizes["reaction"] == sum(row["cq"] != "" for row in rows)
    assert "41 wells with an empty cq left out, as without result" in data.attrs["read_notes"]
    stated = {row["gene"]: float(row["efficiency"]) for row in rows}
    assert dict(zip(data[v.GENE].values.tolist(), data[v.STATED_FACTOR].values.tolist(), strict=True)) == stated


def columns_without_sample(columns):
    """The samples of this file have an animal each; taken as one pool, their names must not count."""
    return {**columns, "sample": "=pool"}


def test_every_quantstudio_text_of_another_package(shared_data):
    """Cts and roles are those that the reference of that package has, which writes wells as numbers along rows."""
    roles = {"unknown sample role": "unknown", "standard sample role": "standard", "control sample role": "no_template"}
    with gzip.open(shared_data / "instruments" / "expected.csv.gz", "rt", encoding="utf-8") as file:
        expected = [row for row in csv.DictReader(file) if re.match(r"appbio_quantstudio/.*\.txt$", row["file"])]
    compared, genotypes = 0, set()
    for name in dict.fromkeys(row["file"] for row in expected):
        path = shared_data / "instruments" / name
        if "SNP Assay Name" in path.read_text(encoding="utf-8"):
            genotypes.add(name)
            continue
        found = {(place(one.well), one.gene): (one.task, one.ct_cycles) for one in read_reactions(path).reactions}
        for row in expected:
            if row["file"] == name and row["role"]:  # without a role it is an internal control
                ct = float(row["value"]) if row["value"] else None
                assert found[int(float(row["well"])), row["target"]] == (roles[row["role"]], ct)
                compared += 1
    assert (compared, len(genotypes)) == (68, 2)


def place(well):
    """The number of a well of 96 along its rows."""
    return 12 * (ord(well[0]) - ord("A")) + int(well[1:])
