from pathlib import Path

import pandas as pd
import pytest

from tests.cli.test_cli import run

GOOD = "cell_line,condition,experiment,G0/G1,S,G2/M\n"
ROWS = ("a,control,1,3500,5100,1400\n", "a,drug,1,5700,2900,1400\n")


def saved(folder: Path, text: str, name: str = "tubes.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.sampling
def test_from_simulated_events_to_a_summary(tmp_path, capsys):
    events, fit = tmp_path / "events.csv", tmp_path / "fit.nc"
    status, said, _ = run(
        capsys, "simulate", "cell-cycle", "--out", str(events), "--seed", "3", "--experiments", "1", "--events", "1500"
    )
    assert status == 0
    assert "4 tubes of 1500 events" in said
    assert events.read_text().count("\n") == 1 + 4 * 1500
    assert (tmp_path / "events.truth.nc").exists()
    status, _, err = run(capsys, "simulate", "cell-cycle", "--out", str(events))
    assert (status, "--force" in err) == (2, True)

    figures, short = tmp_path / "figures", ("--draws", "500", "--tune", "300", "--chains", "2")
    status, said, err = run(
        capsys, "fit", "cell-cycle", str(events), "--out", str(fit), "--figures", str(figures), *short
    )
    assert status in (0, 3)  # short chains may or may not pass the gate
    assert "events in phases" in err
    assert "LP-1 less LP1-LR" in said
    assert "one experiment: the spread between experiments is no more than the prior's" in said
    assert {path.name for path in figures.glob("*.png")} == {"events.png", "phases.png", "effects.png"}

    csv = tmp_path / "effects.csv"
    status, said, _ = run(capsys, "summarize", str(fit), "--csv", str(csv), "--figures", str(tmp_path / "again"))
    assert status == 0
    assert "P(decrease)" in said
    assert {"percent_points", "log_odds", "p_decrease", "note"} <= set(pd.read_csv(csv).columns)
    assert (tmp_path / "again" / "phases.png").exists()
    status, _, err = run(capsys, "summarize", str(fit), "--threshold-um", "10")
    assert (
        status,
        "--threshold-um must go with a result of the assay dose_response, got one of cell_cycle" in err,
    ) == (
        2,
        True,
    )


def test_counts_may_be_written_instead(tmp_path, capsys):
    path = tmp_path / "tubes.csv"
    assert run(capsys, "simulate", "cell-cycle", "--out", str(path), "--counts", "--tubes", "2")[0] == 0
    assert len(pd.read_csv(path)) == 24


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (GOOD + ROWS[0] + "a,drug,1,-5,2900,1400\n", (), "line 3: G0/G1 must be a whole number of 0 or more, got '-5'"),
        (GOOD + ROWS[0] + "a,drug,1,1.5,2900,1400\n", (), "line 3: G0/G1 must be a whole number of 0 or more"),
        (GOOD + ROWS[0] + "a,drug,1,0,0,0\n", (), "must have at least one event in a phase, got none"),
        (GOOD + ROWS[0] + ROWS[1] + ROWS[1], (), "line 4: a, drug, 1 must appear once"),
        (GOOD + ROWS[0] + "b,drug,1,5700,2900,1400\n", (), "b under drug must have a control (control), got none"),
        (GOOD + "a,control,1,0,9,0\na,drug,1,0,9,0\n", (), "at least two phases"),
        (GOOD + "".join(ROWS), ("--scale", "percent"), "must be a percent from 0 to 100"),
        (GOOD + "".join(ROWS), ("--control", "z"), "control must be one of the conditions control, drug, got 'z'"),
        ("condition,phase,events\ncontrol,G7,5\n", (), "phase must be one of G0/G1, S, G2/M and outside, got 'G7'"),
        ("condition,brdu,pi\ncontrol,x,200\n", (), "line 2: brdu must be a finite number, got 'x'"),
        (
            "condition,brdu,pi\n" + "control,9,200\n" * 120 + "drug,9,200\n" * 120,
            ("--scale", "events"),
            "a table of events must go without scale",
        ),
        (GOOD + "".join(ROWS), ("--dna-channel", "PI"), "a table of counts must go without channels"),
        (
            "condition,file\ncontrol,none.fcs\n",
            (),
            "line 2: file must name an FCS file beside the sheet, got 'none.fcs'",
        ),
        ("condition,brdu,pi\n" + "control,9,200\n" * 120 + "drug,9,200\n" * 120, (), "DNA content must spread"),
        ("", (), "empty"),
    ],
)
def test_a_faulty_file_is_one_message(tmp_path, capsys, text, options, message):
    out = tmp_path / "fit.nc"
    status, _, err = run(capsys, "fit", "cell-cycle", str(saved(tmp_path, text)), "--out", str(out), *options)
    assert (status, out.exists()) == (2, False)
    assert message in " ".join(err.split())
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_one_message(tmp_path, capsys):
    status, _, err = run(capsys, "fit", "cell-cycle", str(tmp_path / "none.csv"), "--out", str(tmp_path / "fit.nc"))
    assert status == 2
    assert "none.csv" in err
    assert "Traceback" not in err
