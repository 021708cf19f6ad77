"""Screens: one row a compound and line, by whichever workers, in whichever order, however often they were killed."""

import csv
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_compounds
from lensim.ownership import require_own
from lensim.power import scheduler as of_dask
from lensim.screen.result import open_result
from lensim.screen.run import run_screen
from lensim.screen.settings import ScreenSettings
from lensim.screen.words import Counts
from tests.dask_cluster import dask_cluster
from tests.screen.made_up_screen import fit_made_up, rows_of, table_of
from tests.source_tree import ROOT

NAMES = ["A", "B", "C"]


def ran(table: Path, folder: Path, *, workers: int = 1, force: bool = False, seed: int = 1) -> Counts:
    return run_screen(
        read_compounds(table), folder, ScreenSettings(seed), workers=workers, force=force, fitting=fit_made_up
    )


def content(folder: Path) -> dict[str, bytes]:
    """All that does not tell of the run itself."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_screen_has_a_row_a_compound_and_line_and_one_that_says_why(tmp_path):
    table = table_of(tmp_path, ["A", "ill", "doubtful"])
    counts = ran(table, tmp_path / "screen")
    found = pd.read_csv(tmp_path / "screen" / "summary.csv", keep_default_na=False)
    assert found["compound"].tolist() == ["A"] * 3 + ["ill"] + ["doubtful"] * 3
    assert found["cell_line"].tolist() == ["L0", "L1", "L2", "", "L0", "L1", "L2"]
    assert found["converged"].tolist() == ["yes"] * 3 + [""] + ["no"] * 3
    assert found["error"].tolist() == [""] * 3 + ["RuntimeError: no such curve"] + [""] * 3
    assert set(found["engine"]) == {"made up", ""}
    assert counts.sentences("compound") == [
        "3 values of compound: 1 converged, 1 not converged, 1 failed",
        "drawn 2 by made up",
        "not converged: doubtful: R-hat too large (R-hat at most 1.500, ESS at least 9 (x), 0 divergences)",
        "failed: ill: RuntimeError: no such curve",
    ]
    assert (tmp_path / "screen" / "findings.txt").read_text().splitlines() == counts.sentences("compound")
    require_own(tmp_path / "screen")


def test_numbers_of_a_compound_depend_on_its_name_alone(tmp_path):
    wells = {name: rows_of(name, number) for number, name in enumerate(NAMES)}
    table_of(tmp_path, NAMES)
    ran(tmp_path / "screen.csv", tmp_path / "one")
    header = (tmp_path / "screen.csv").read_text().splitlines()[0] + "\n"
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "screen.csv").write_text(header + wells["C"] + wells["A"])
    ran(tmp_path / "again" / "screen.csv", tmp_path / "other")
    for name in ("A", "C"):
        one, other = (open_result(tmp_path / folder).part(name) for folder in ("one", "other"))
        assert one == other
    assert open_result(tmp_path / "other").names == ("C", "A")


@pytest.mark.parametrize("order", [1, -1])
def test_rows_are_in_the_order_of_the_file(tmp_path, order):
    table_of(tmp_path, NAMES[::order])
    ran(tmp_path / "screen.csv", tmp_path / "screen")
    with (tmp_path / "screen" / "compounds.csv").open(encoding="utf-8-sig") as file:
        assert [row["compound"] for row in csv.DictReader(file)] == NAMES[::order]


def test_what_was_done_is_not_done_again_and_results_do_not_depend_on_workers(tmp_path):
    table = table_of(tmp_path, [*NAMES, "ill"])
    ran(table, tmp_path / "two", workers=2)
    ran(table, tmp_path / "one")
    whole = content(tmp_path / "one")
    assert content(tmp_path / "two") == whole

    done = open_result(tmp_path / "one")
    for name in ("B", "ill"):  # as where a run was killed before it had got to them
        for path in (tmp_path / "one" / "compounds").glob(f"{name}-*"):
            path.unlink()
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "one" / "compounds").iterdir()}
    told: list[str] = []
    run_screen(read_compounds(table), tmp_path / "one", ScreenSettings(), fitting=fit_made_up, tell=told.append)
    assert told == ["2 of 4 were done before, and are not done again"]
    assert content(tmp_path / "one") == whole
    assert all(path.stat().st_mtime_ns == when for path, when in made.items())
    assert done.counts.sentences("compound")[0] == "4 values of compound: 3 converged, 0 not converged, 1 failed"


KILLED = """
import sys
from pathlib import Path
from tests.screen.test_screen_run import ran

if __name__ == "__main__":
    ran(Path(sys.argv[1]), Path(sys.argv[2]), workers=2)
"""


@pytest.mark.skipif(os.name != "posix", reason="a kill is a signal")
def test_a_killed_screen_goes_on_and_comes_to_the_same(tmp_path):
    table = table_of(tmp_path, [f"C{number}" for number in range(12)])
    (tmp_path / "killed.py").write_text(KILLED)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    folder = tmp_path / "killed"
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "killed.py"), str(table), str(folder)], env=environment, start_new_session=True
    )
    until = time.monotonic() + 60
    while not list(folder.glob("compounds/*.json")) and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    ran(table, folder)
    ran(table, tmp_path / "whole")
    assert content(folder) == content(tmp_path / "whole")
    assert not list(folder.glob(".*"))


def test_workers_of_a_scheduler_give_the_same_files_also_where_one_is_killed(tmp_path, monkeypatch):
    table = table_of(tmp_path, [*NAMES, "ill", *(f"C{number}" for number in range(12))])
    ran(table, tmp_path / "one")
    killed = []

    def kill_one(done: int, total: int) -> None:
        if done >= total // 3 and not killed:
            workers[0].send_signal(signal.SIGKILL)
            killed.append(done)

    monkeypatch.setattr(of_dask, "CONNECT_SECONDS", 60)
    with dask_cluster() as (address, workers):
        run_screen(
            read_compounds(table),
            tmp_path / "dask",
            ScreenSettings(),
            scheduler=address,
            fitting=fit_made_up,
            progress=kill_one,
        )
    assert killed
    assert content(tmp_path / "dask") == content(tmp_path / "one")


def test_damaged_parts_are_made_again(tmp_path):
    table = table_of(tmp_path, NAMES)
    ran(table, tmp_path / "screen")
    whole = content(tmp_path / "screen")
    (draws,) = (tmp_path / "screen" / "compounds").glob("B-*.nc")
    draws.write_bytes(draws.read_bytes()[:100] + draws.read_bytes()[101:])
    ran(table, tmp_path / "screen")
    assert content(tmp_path / "screen") == whole


def test_another_screen_is_not_written_over(tmp_path):
    table = table_of(tmp_path, NAMES)
    folder = tmp_path / "screen"
    ran(table, folder)
    with pytest.raises(InputError) as told:
        ran(table, folder, seed=2)
    assert str(told.value) == (
        f"{folder} must hold this very screen, got one with seed 1 and not 2: name another folder, or add force=True "
        "to fit all again there"
    )
    table_of(tmp_path, ["A", "C"], lines=2)
    with pytest.raises(InputError) as told:
        ran(table, folder)
    assert str(told.value) == (
        f"{folder} must hold results of these very data, got 2 of other data ('A', 'C'): add force=True to remove "
        "these and go on, or name another folder"
    )
    ran(table, folder, force=True)
    ran(table, tmp_path / "fresh")
    assert content(folder) == content(tmp_path / "fresh")


def test_compounds_may_be_added_to_a_screen(tmp_path):
    table = table_of(tmp_path, NAMES)
    ran(table, tmp_path / "screen")
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "screen" / "compounds").iterdir()}
    table_of(tmp_path, [*NAMES, "D"])
    ran(table, tmp_path / "screen")
    assert all(path.stat().st_mtime_ns == when for path, when in made.items())
    with pytest.raises(InputError, match=r"got 2 of compounds that are not in the data now \('C', 'D'\)"):
        ran(table_of(tmp_path, ["A", "B"]), tmp_path / "screen")


@pytest.mark.parametrize(
    ("put", "got"),
    [
        ("notes.txt", "must be a new folder or one of a screen, got a folder with other files: name another folder"),
    ],
)
def test_folders_of_others_are_refused(tmp_path, put, got):
    folder = tmp_path / "screen"
    folder.mkdir()
    (folder / put).write_text("mine")
    with pytest.raises(InputError) as told:
        ran(table_of(tmp_path, NAMES), folder)
    assert str(told.value) == f"{folder} {got}"
    assert [path.name for path in folder.iterdir()] == [put]


def test_a_file_of_a_user_in_the_place_of_a_part_is_refused(tmp_path):
    table = table_of(tmp_path, NAMES)
    folder = tmp_path / "screen"
    ran(table, folder)
    (path,) = (folder / "compounds").glob("B-*.json")
    path.write_text("mine")
    with pytest.raises(InputError) as told:
        ran(table, folder)
    assert str(told.value) == (
        f"{path} must be free or a part that lensim wrote, got another file, or one that was cut or changed: move it "
        "away, and its compound is fitted again"
    )
    assert path.read_text() == "mine"


def test_a_table_that_was_changed_is_not_written_over(tmp_path):
    table = table_of(tmp_path, NAMES)
    ran(table, tmp_path / "screen")
    (tmp_path / "screen" / "summary.csv").write_text("mine")
    with pytest.raises(InputError, match=r"summary\.csv must be free or a file that lensim wrote there"):
        ran(table, tmp_path / "screen")


def test_no_compound_is_no_screen(tmp_path):
    with pytest.raises(InputError, match="a screen must have at least one compound, got none"):
        run_screen({}, tmp_path / "screen", ScreenSettings(), fitting=fit_made_up)


def test_tables_with_letters_beyond_ascii_begin_with_a_mark_and_digests_are_kept(tmp_path):
    table = table_of(tmp_path, ["µ-1", "B"])
    ran(table, tmp_path / "screen")
    assert (tmp_path / "screen" / "compounds.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(tmp_path / "screen" / "summary.csv").columns[0] == "compound"
    stored = open_result(tmp_path / "screen")
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    assert stored.record.files == (("screen.csv", digest),)
    assert [(row.name, row.value) for row in stored.about() if row.part == "input file"] == [
        ("screen.csv", f"SHA-256 {digest}")
    ]
