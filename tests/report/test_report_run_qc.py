import numpy as np
import pandas as pd
import xarray as xr

import lensim
from lensim import vocabulary as v
from lensim.dose_response import DoseResponseDesign
from lensim.exclude import exclude_wells, places_of
from lensim.report.html import render
from lensim.report.page import Page
from lensim.report.run_qc import run_qc_section
from tests.qc.test_qc_run import table_of


def result_of(data: xr.Dataset) -> xr.DataTree:
    result = xr.DataTree.from_dict({"observations": data})
    result.attrs[v.ASSAY] = data.attrs[v.ASSAY]
    return result


def panel() -> xr.Dataset:
    return lensim.simulate.dose_response(DoseResponseDesign(["K562", "HL60"], ["all"] * 2, experiments=2), seed=1)[1]


def test_the_section_has_checks_effects_and_exclusions():
    data = panel()
    columns = places_of(data)[0].columns
    row = {"plate": columns["plate"][5], "well": columns["well"][5], "reason": "<b>bubble</b>"}
    section = run_qc_section(result_of(exclude_wells(data, pd.DataFrame([row]))), "fit-qc")
    assert section is not None
    assert section.lead[0].startswith("Run QC: ")
    assert "1 excluded before the fit by exclude" in section.lead[1]
    captions = [table.caption for table in section.tables]
    assert captions[0] == "Checks of the data that were fitted"
    assert captions[-2:] == ["Excluded before the fit", "Every finding"]
    html = render(Page("t", (), (), (section,), "made"))
    assert "&lt;b&gt;bubble" in html
    assert "<b>bubble" not in html


def test_without_exclusions_that_is_said():
    section = run_qc_section(result_of(panel()), "fit-qc")
    assert section is not None
    assert section.lead[1] == "No well was excluded by a file."


def test_what_cannot_be_checked_has_no_section():
    assert run_qc_section(xr.DataTree(), "fit-qc") is None
    ratios = xr.Dataset({v.LOG2_RATIO: (v.PAIR, [1.0])}, attrs={v.ASSAY: v.EXPRESSION})
    assert run_qc_section(result_of(ratios), "fit-qc") is None


def test_margins_of_controls_are_on_the_page_in_cycles(tmp_path):
    table = table_of(np.full((4, 2), 22.0), np.array([30.0, 0.0, 0.0, 24.5]), "as -RT")
    table.loc[len(table)] = ["P1", "H12", "", "", "", "MYC", "no_template", 28.0]
    table.to_csv(tmp_path / "cts.csv", index=False)
    data = lensim.read.expression(tmp_path / "cts.csv", references=["GAPDH"])
    section = run_qc_section(result_of(data), "fit-qc")
    assert section is not None
    every = section.tables[-1].frame
    margins = every[every["check"].str.endswith("margin")]
    assert margins[["check", "place", "value"]].to_numpy().tolist() == [
        ["no-template margin", "P1, MYC", "6 cycles"],
        ["no-RT margin", "P1, MYC, s1, control, experiment 1", "8 cycles"],
        ["no-RT margin", "P1, MYC, s2, drug, experiment 1", "2.5 cycles"],
    ]
    odd = section.tables[1].frame
    assert odd["place"].tolist() == ["P1, MYC, s2, drug, experiment 1"]
