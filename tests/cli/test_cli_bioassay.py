import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.design import lay_out
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import USUAL_FAULTS
from lensim.checks import InputError
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
from lensim.output import load_result, save_result
from lensim.seeding import stream
from tests.cli.test_cli import run

HEADER = "well,role,concentration_pg_per_ml,cell_line,condition,dilution,od\n"
ROWS = [
    f"A{1 + k},standard,{tnf},,,,{od}\n" for k, (tnf, od) in enumerate(((0, 1.2), (12, 1.1), (50, 0.9), (200, 0.5)))
]
ROWS += ["A5,standard,800,,,,0.2\n", "B1,sample,,x,control,1,0.8\n", "B2,sample,,x,drug,1,0.6\n"]


def saved(folder: Path, text: str, name: str = "plate.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def fitted() -> xr.DataTree:
    """A result as of a fit, its draws scattered around the truth of a twin."""
    sheet = lay_out(bioassay_design())
    truth = draw_bioassay_twin(sheet, stream(7, "truth"))
    data = one_study(simulate(sheet, truth, USUAL_FAULTS, stream(7, "machine")), 0)
    own = truth.isel(study=0)
    rng = stream(7, "draws")
    names = (v.LOG10_TNF, v.LOG10_TNF_OF_LINE, v.LOG2_FOLD_CHANGE, v.LOG10_EC50_TNF, v.LOG_HILL, v.LOG_TOP_OD, v.EFFECT)
    posterior = xr.Dataset(
        {
            name: (
                ("chain", "draw", *own[name].dims),
                own[name].values + 0.05 * rng.standard_normal((2, 50, *own[name].shape)),
            )
            for name in (*names, v.BACKGROUND_OD)
        },
        coords=own.coords,
    )
    result = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(result, data)
    carry_verdict(result, Verdict(True, (), 1.0, 900.0, 900.0, "x", 0, 1.0, 0.0))
    return result


def test_a_twin_is_written_once(tmp_path, capsys):
    path = tmp_path / "plate.csv"
    status, said, _ = run(capsys, "simulate", "bioassay", "--out", path, "--seed", "3")
    assert status == 0
    assert "on 3 plates" in said
    assert path.read_text().count("\n") > 3 * 42 * 0.95
    assert (tmp_path / "plate.truth.nc").exists()
    status, _, err = run(capsys, "simulate", "bioassay", "--out", path)
    assert (status, "--force" in err) == (2, True)


def test_a_twin_reaches_the_fit(tmp_path, capsys, monkeypatch):
    def reached(data: xr.Dataset, *arguments: object, model: str, **options: object) -> None:
        raise InputError(f"the fit was reached with {data.sizes[v.MEDIUM]} media by {model}")

    monkeypatch.setattr("lensim.face.fit.fit_study", reached)
    path = tmp_path / "plate.csv"
    run(capsys, "simulate", "bioassay", "--out", path)
    status, _, err = run(capsys, "fit", "bioassay", path, "--out", tmp_path / "fit.nc")
    assert status == 2
    assert "the fit was reached with 12 media by bioassay_calibration" in err
    assert re.search(r"\d+ wells of standards, \d+ of 12 samples, \d+ blanks on 3 plates", err)


BAD = {
    "empty": ("", (), "is empty"),
    "no standards": (HEADER + "".join(ROWS[5:]), (), "there must be standards of known concentration"),
    "three standards": (HEADER + "".join(ROWS[:4] + ROWS[5:]), (), "at least 4 different concentrations"),
    "no dilution": (HEADER + "".join([*ROWS, "B3,sample,,x,drug,,0.6\n"]), (), "line 9: dilution of a sample must"),
    "unknown control": (
        HEADER + "".join(ROWS),
        ("--control", "PBS"),
        "control must be one of the conditions control, drug, got 'PBS'",
    ),
    "unknown unit": (HEADER + "".join(ROWS), ("--unit", "mM"), "unit must be one of pg/ml, ng/ml, got 'mM'"),
    "a wide interval": (HEADER + "".join(ROWS), ("--ci", "1"), "--ci must be a number from 0.01 to 0.999, got '1'"),
    "a grid number alone": (
        HEADER + "".join(ROWS),
        ("--grid-number", "2"),
        "--grid-number is for what plate readers wrote, and needs --plate-map as well, got none",
    ),
    "a word in a number": (HEADER + "".join([*ROWS, "B3,sample,,x,drug,1,word\n"]), (), "line 9: od must be a number"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_faulty_file_is_one_message(tmp_path, capsys, name):
    text, options, message = BAD[name]
    file, out = saved(tmp_path, text), tmp_path / "fit.nc"
    status, _, err = run(capsys, "fit", "bioassay", file, "--out", out, *options)
    assert (status, out.exists()) == (2, False)
    assert message in err
    assert err.count("error: ") == 1
    assert "Traceback" not in err


def test_several_tables_are_one_study_of_a_plate_each(tmp_path, capsys):
    first, second = (saved(tmp_path, HEADER + "".join(ROWS), name) for name in ("one.csv", "two.csv"))
    status, said, err = run(capsys, "read", "bioassay", first, second, "--out", tmp_path / "both.csv")
    assert status == 0, err
    assert "on 2 plates" in said
    assert (tmp_path / "both.csv").read_text().count("\n") == 2 * len(ROWS) + 1


def test_a_result_is_summarised_with_table_and_figures(tmp_path, capsys):
    path = tmp_path / "fit.nc"
    save_result(fitted(), path)
    figures, table = tmp_path / "figures", tmp_path / "media.csv"
    status, said, err = run(capsys, "summarize", path, "--csv", table, "--figures", figures)
    assert (status, err) == (0, "")
    assert "KMS12-PE" in said
    assert "TNF of each medium as an interval or a bound, medians and 90% intervals" in said
    assert "converged" in said
    assert {file.name for file in figures.glob("*.png")} == {"calibration.png", "tnf.png"}
    assert table.read_text().count("\n") == 13
    status, _, err = run(capsys, "summarize", path, "--threshold-um", "10")
    assert status == 2
    assert "--threshold-um must go with a result of the assay dose_response, got one of bioassay" in err
    status, _, err = run(capsys, "compare", path)
    assert (status, "must be of the assay expression, got" in err) == (2, True)
    status, _, err = run(capsys, "summarize", path, "--csv", table)
    assert (status, "--force" in err) == (2, True)
    assert np.isfinite(load_result(path)["posterior"][v.LOG10_TNF]).all()
