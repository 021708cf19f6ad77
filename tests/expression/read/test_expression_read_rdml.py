import io
import re
import zipfile

import pytest
from machine_files import faults_of, read
from rdml_text import packed, rdml


@pytest.mark.parametrize("version", ["1.0", "1.2", "1.3", "1.4"])
@pytest.mark.parametrize("is_packed", [True, False])
def test_rdml(tmp_path, version, is_packed):
    text = rdml(version)
    found = read(tmp_path, packed(text) if is_packed else text)
    assert (found.instrument, found.cycle_limit, found.quantity_unit) == ("RDML", 45, "cop")
    assert [(one.well, one.task, one.ct_cycles, one.quantity) for one in found.reactions] == [
        ("A1", "unknown", 25.5, None),
        ("A2", "unknown", None, None),
        ("B1", "unknown", None, None),  # at the last cycle
        ("C1", "standard", 20.0, 100),
        ("C2", "no_template", 44.1, None),
    ]
    assert {one.plate for one in found.reactions} == {"plate 9"}
    assert (found.ignored, found.without_result) == (2, 1)
    assert found.notes == (
        "run.dat: 1 reaction excluded by the operator left out",
        "run.dat: 1 reaction without a cq left out, as not analysed (TNF on plate plate 9)",
        "run.dat: cq is 45, the cycle limit, in 1 well, read as not detected",
    )


def test_rdml_faults(tmp_path):
    assert faults_of(tmp_path, rdml(cq="47.2")) == [
        "run.dat: cq of well A1 must be at most 45 cycles, got 47.2; if more cycles were run, state them: "
        "cycle_limit=50"
    ]
    assert faults_of(tmp_path, rdml(cq="-2")) == [
        "run.dat: cq of well A1 must be above 0 cycles, got -2; where nothing was detected, write Undetermined"
    ]
    assert faults_of(tmp_path, rdml(cq="soon")) == [
        "run.dat: cq of well A1 must be a number of cycles or a word for no Ct, got 'soon'"
    ]
    assert "is damaged" in faults_of(tmp_path, rdml()[:-200])[0]
    assert "cannot be unpacked" in faults_of(tmp_path, packed(rdml())[:-30], "rdml")[0]
    assert "holds no rdml_data.xml or other RDML document" in faults_of(tmp_path, packed(rdml(), "x.txt"), "rdml")[0]
    assert faults_of(tmp_path, rdml().replace('<sample id="p">', '<sample id="q">')) == [
        "run.dat: plate plate 9, well C3: the sample 'p' is not described in the file"
    ]


@pytest.mark.parametrize("sign", ["-1", "-1.0", "0", "0.0", "100", "100.0", "NaN"])
def test_signs_of_rdml_for_not_detected(tmp_path, sign):
    found = read(tmp_path, rdml(cq=sign))
    assert found.reactions[0].ct_cycles is None
    shown = f"{float(sign):g}"
    assert (f"run.dat: 1 reaction with a cq of {shown} read as not detected" in found.notes) == (shown != "-1")


def test_rdml_without_any_cq_is_not_analysed(tmp_path):
    raw = re.sub(r"<cq>[^<]*</cq>", "", rdml())
    assert faults_of(tmp_path, raw) == [
        "run.dat: none of the 6 reactions has a cq, so the run is not analysed yet: analyse it in the program of the "
        "machine, and export it again"
    ]


@pytest.mark.parametrize("name", ["rdml_data.xml", "BioRad_qPCR_melt.xml", "folder/CFX96 run.XML"])
def test_the_document_in_an_archive_may_have_any_name(tmp_path, name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("thumbnail.xml", "<picture/>")
        archive.writestr(name, rdml())
    assert read(tmp_path, out.getvalue()).instrument == "RDML"


def test_efficiencies_of_rdml_are_told(tmp_path):
    said = "<type>toi</type><amplificationEfficiency>1.893</amplificationEfficiency>"
    assert read(tmp_path, rdml().replace("<type>toi</type>", said)).notes[-2] == (
        "run.dat: the efficiencies in the file are not used (TNF 1.893): state amplification factors with factors="
    )
