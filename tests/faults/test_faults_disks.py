"""Real disks that take no more: a small one, a read-only one, and files that may not grow."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lensim.added_files import added_file
from lensim.output import load_result, save_result
from lensim.ownership import LIST
from tests.report.made_up_fits import made_up_fit

SMALL = 64  # kB


def mounted(place: Path, options: str) -> bool:
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A disk of its own, smaller than what is written to it."""
    place = tmp_path / "disk"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0 or not mounted(place, f"size={SMALL}k"):
        pytest.skip("only root may mount a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def simulate(out: Path, *options: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """`lensim simulate bioassay`, whose table is larger than the disk."""
    script = f"import sys; {before}\nfrom lensim.cli.main import main\nsys.argv[0] = 'lensim'\nmain()"
    command = [
        sys.executable,
        "-c",
        script,
        "simulate",
        "bioassay",
        "--experiments",
        "300",
        "--out",
        str(out),
        *options,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_full_disk_is_told_and_left_as_it_was(disk):
    (disk / "mine.txt").write_text("mine\n")
    done = simulate(disk / "plate.csv")
    assert (done.returncode, done.stderr.split()) == (
        2,
        f"error: {disk / 'plate.csv'}: the file cannot be written (No space left on device)".split(),
    )
    assert [path.name for path in disk.iterdir()] == ["mine.txt"]


def test_the_old_table_stays_where_the_disk_is_full(disk):
    with added_file(disk / "plate.csv", force=False) as partial:
        partial.write_text("old\n")
    (disk / "rest").write_bytes(bytes(SMALL * 512))
    done = simulate(disk / "plate.csv", "--force")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert (disk / "plate.csv").read_text() == "old\n"
    assert sorted(path.name for path in disk.iterdir()) == [LIST, "plate.csv", "rest"]


def test_a_fit_that_a_disk_does_not_take_is_still_whole_in_memory(disk, tmp_path):
    fit = made_up_fit("dose_response")
    (disk / "rest").write_bytes(bytes((SMALL - 8) * 1024))
    with pytest.raises(OSError, match="No space left on device") as found:
        save_result(fit, disk / "fit.nc")
    assert (found.value.errno, found.value.filename) == (errno.ENOSPC, str(disk / "fit.nc"))
    assert [path.name for path in disk.iterdir()] == ["rest"]
    save_result(fit, tmp_path / "fit.nc")
    assert load_result(tmp_path / "fit.nc")["posterior"].identical(fit["posterior"])


def test_a_full_disk_behind_standard_output_is_told(disk):
    (disk / "rest").write_bytes(bytes(SMALL * 1024))
    command = [sys.executable, "-m", "lensim.cli.main", "models"]
    with (disk / "log").open("w") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.PIPE, text=True, check=False)
    told = "error: standard output cannot be used: No space left on device: send it to a disk that has room\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_a_read_only_disk_is_told(disk):
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    done = simulate(disk / "a" / "plate.csv")
    assert done.returncode == 2
    said = "must be a folder in which files can be made, got one on a disk that is read-only: choose another"
    message = f"error: {disk} {said}"
    assert done.stderr.split() == message.split()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
def test_a_limit_on_the_size_of_files_is_told(tmp_path):
    done = simulate(
        tmp_path / "plate.csv", before="import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    )
    assert (done.returncode, done.stderr.split()) == (
        2,
        f"error: {tmp_path / 'plate.csv'}: the file cannot be written (File too large)".split(),
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no such device")
def test_a_device_is_no_place_for_results():
    done = simulate(Path("/dev/full"), "--force")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert Path("/dev/full").is_char_device()
