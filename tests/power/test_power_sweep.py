"""A sweep gives the same files whatever works on it and whatever dies on the way."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.power import scheduler as of_dask
from lensim.power.run import run_power
from lensim.power.scenario import Scenario, scenario_of
from tests.dask_cluster import dask_cluster, free_port

TOML = """
name = "small"
seed = 5
rules = [{rule = "test", test = "t_log2"}, {rule = "posterior", above = 0.0}]
[design]
subjects = {line = 4}
targets = ["TNF"]
experiments = 1
[studies]
count = 400
chunk = 20
[audit]
studies = 0
[grid]
"design.subjects.line" = [3, 5]
"""


def small(**change: object) -> Scenario:
    import tomllib

    return scenario_of(tomllib.loads(TOML) | change)


def finished(folder: Path) -> list[Path]:
    """Parts that are whole; one that is being written has a hidden name until it is."""
    found = folder.glob("[!.]*/**/*.parquet") if folder.exists() else ()
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in finished(folder)}


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("alone") / "out"
    result = run_power(small(), folder)
    assert len(result.table) == 4
    assert result.table["share"].between(0, 1).all()
    return files(folder)


def test_two_workers_give_the_same_files(tmp_path, alone):
    run_power(small(), tmp_path / "out", workers=2)
    assert files(tmp_path / "out") == alone


@pytest.fixture
def cluster():
    with dask_cluster() as found:
        yield found


def test_a_scheduler_and_a_killed_worker_give_the_same_files(tmp_path, alone, cluster, monkeypatch):
    address, workers = cluster
    killed = []

    def kill_one(done: int, total: int) -> None:
        if done >= total // 3 and not killed:
            workers[0].send_signal(signal.SIGKILL)
            killed.append(done)

    monkeypatch.setattr(of_dask, "CONNECT_SECONDS", 60)
    run_power(small(), tmp_path / "out", scheduler=address, progress=kill_one)
    assert killed
    assert files(tmp_path / "out") == alone


def test_a_killed_client_goes_on_and_repeats_nothing(tmp_path, alone):
    scenario, folder = tmp_path / "small.toml", tmp_path / "out"
    scenario.write_text(TOML)
    command = [sys.executable, "-m", "lensim.cli.main", "power", str(scenario), "--out", str(folder), "--no-figures"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(finished(folder)) < 5 and first.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = {path: path.stat().st_mtime_ns for path in finished(folder)}
    assert 5 <= len(before) < 40
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert files(folder) == alone


def test_a_point_is_left_as_soon_as_it_is_decided(tmp_path):
    """A true effect of ten spreads is found nearly always: that power is above a half is sure after a few chunks."""
    change = {"truth": {"expression": [{"mu_log2_fold_change": 2.0, "sigma_log2_fold_change": 0.2}]}}
    decided = small(**change, grid={}, studies={"count": 400, "chunk": 20, "decide_at": 0.5})
    one, two = (run_power(decided, tmp_path / name, workers=n) for name, n in (("one", 1), ("two", 2)))
    assert (one.table["studies"] < 400).all()
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert one.table.equals(two.table)


def test_where_every_study_fails_there_is_no_power(tmp_path):
    """A target of less than a copy: the exact engine answers for none, and that is said, not scored as no effect."""
    low = {"expression": [{"mu_log2_level": -14.0}]}
    result = run_power(
        small(truth=low, grid={}, analysis={"engine": "exact"}, studies={"count": 40, "chunk": 20}), tmp_path / "out"
    )
    row = result.table[result.table["rule"] != "t on log ratios, 0.05"].iloc[0]
    assert row["failed"] == row["studies"] == 40
    assert np.isnan(row["share"])
    assert (row["share_if_failures_are_no_find"], row["share_if_failures_are_finds"]) == (0.0, 1.0)


def test_a_folder_of_another_scenario_is_refused(tmp_path):
    run_power(small(grid={}, studies={"count": 20, "chunk": 20}), tmp_path / "out")
    with pytest.raises(InputError, match=r"must hold results of this very scenario, got those of another \(digest"):
        run_power(small(seed=6), tmp_path / "out")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="must be a new folder or one that lensim power began"):
        run_power(small(), tmp_path / "other")
    assert (tmp_path / "other" / "notes.txt").read_text() == "mine"


def test_an_unreachable_scheduler_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(of_dask, "CONNECT_SECONDS", 1)
    address = f"tcp://127.0.0.1:{free_port()}"
    with pytest.raises(
        InputError, match=r"scheduler must be the address of a dask scheduler that answers, got 'tcp://"
    ):
        run_power(small(), tmp_path / "out", scheduler=address)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("nonsense", "missing port number in address"),
        ("foo://bar", "unknown address scheme 'foo'"),
        ("tcp://127.0.0.1:many", "many"),
        ("tcp://127.0.0.1:99999", "a port lies between 1 and 65535"),
        ("tls://127.0.0.1:8786", "scheduler must be an address that dask has certificates for"),
        (
            "tcp://192.0.2.7:8786",
            "scheduler must be encrypted (tls://) on another machine, got 'tcp://192.0.2.7:8786': anyone in the "
            "network between could run code here; add trust_network=True if you trust everyone in that network",
        ),
    ],
)
def test_what_is_no_address_is_told_before_there_is_a_client(tmp_path, address, message):
    with pytest.raises(InputError) as error:
        run_power(small(), tmp_path / "out", scheduler=address)
    assert message in str(error.value)
    assert "scheduler must be" in str(error.value)
    assert repr(address) in str(error.value)


def test_a_malformed_address_leaves_no_traceback(tmp_path):
    """In a process of its own: a client that was half made would complain as the process ends."""
    (tmp_path / "small.toml").write_text(TOML)
    command = [
        sys.executable,
        "-m",
        "lensim.cli.main",
        "power",
        str(tmp_path / "small.toml"),
        "--out",
        str(tmp_path / "o"),
    ]
    ended = subprocess.run([*command, "--scheduler", "nonsense"], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "scheduler must be the address of a dask scheduler" in ended.stderr.replace("\n", " ")
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


def test_a_full_disk_is_told_and_nothing_finished_is_lost(tmp_path, monkeypatch):
    import pandas as pd

    written, to_parquet = [], pd.DataFrame.to_parquet

    def full_after_two(self: pd.DataFrame, path: Path, **options: object) -> None:
        if len(written) == 2:
            raise OSError(28, f"Failed to open local file '{path}'. Detail: [errno 28]")  # as pyarrow says it
        written.append(path)
        to_parquet(self, path, **options)

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full_after_two)
    with pytest.raises(InputError, match=r"written to, got: No space left on device: make room there, or"):
        run_power(small(), tmp_path / "out")
    assert len(files(tmp_path / "out")) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_folder_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="must be a folder that can be written to, got: Permission denied"):
        run_power(small(), tmp_path / "out")


def test_a_path_below_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="must be a folder"):
        run_power(small(), tmp_path / "file" / "out")
