import numpy as np
import pandas as pd
import pytest

import lensim
from lensim import vocabulary as v
from lensim.dose_response import DoseResponseDesign


def panel():
    design = DoseResponseDesign(["K562", "HL60"], ["all"] * 2, experiments=2)
    return lensim.simulate.dose_response(design, seed=1)[1]


def with_an_odd_well():
    data = panel()
    treated = np.flatnonzero((data[v.DOSE].to_numpy() > 0.0) & (data[v.DOSE].to_numpy() < 0.05))
    signal = data[v.SIGNAL].to_numpy().copy()
    signal[treated[0]] *= 0.03
    return data.assign({v.SIGNAL: (v.WELL, signal, data[v.SIGNAL].attrs)})


def test_a_check_tells_findings_and_candidates_in_a_notebook_too(tmp_path):
    found = lensim.check(with_an_odd_well())
    assert found.status in ("look", "fail")
    assert {"check", "place", "status", "value", "low", "high", "unit", "reason", "effect"} == set(found.table)
    assert repr(found) == f"<lensim.RunCheck: {found.sentence}>"
    assert "outlying well" in found._repr_html_()
    assert found.candidates["reason"].tolist() == [""] * len(found.candidates)
    found.to_excel(tmp_path / "qc.xlsx")
    assert len(pd.read_excel(tmp_path / "qc.xlsx")) == len(found.table)


def test_what_a_person_gives_a_reason_for_is_left_out():
    data = with_an_odd_well()
    table = lensim.check(data).candidates
    first = table[table["check"] == "outlying well"].head(1)
    left = lensim.check(data, exclude=first.assign(reason="tip lost"))
    assert len(left.candidates) == len(table) - 1
    with pytest.raises(lensim.InputError, match="reason must say why, got nothing"):
        lensim.check(data, exclude=first)


def test_exports_are_checked_without_a_sheet(tmp_path):
    path = tmp_path / "cts.csv"
    rows = [f"p,{'ABCD'[k // 12]}{1 + k % 12},s{k // 3},TNF,{24 + 0.1 * (k % 3)}" for k in range(36)]
    path.write_text("plate,well,sample,gene,ct\n" + "\n".join(rows), encoding="utf-8")
    assert "replicate spread" in lensim.check(path).summary["check"].tolist()
    with pytest.raises(lensim.InputError, match="exclude must go with data that were read, got files"):
        lensim.check(path, exclude="out.csv")


def test_a_fit_keeps_what_was_excluded_and_its_tables_tell_it(tmp_path):
    ratios = "target,subject,cell_type,contrast,ratio\n" + "".join(
        f"CDKN1A,P{k},primary,lenalidomide,{1.5 + 0.3 * k}\n" for k in range(6)
    )
    (tmp_path / "ratios.csv").write_text(ratios, encoding="utf-8")
    (tmp_path / "out.csv").write_text("target,subject,reason\nCDKN1A,P3,degraded RNA\n", encoding="utf-8")
    data = lensim.read.expression(tmp_path / "ratios.csv")
    fit = lensim.fit(data, seed=1, exclude=tmp_path / "out.csv")
    assert fit.tables["excluded"]["reason"].tolist() == ["degraded RNA"]
    fit.save(tmp_path / "fit.nc")
    again = lensim.load(tmp_path / "fit.nc")
    assert again.tables["excluded"].equals(fit.tables["excluded"])
