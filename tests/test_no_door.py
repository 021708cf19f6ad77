"""No port listens and no address is asked while commands work: nobody can reach them, and they reach nobody."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_cli_plan import TOML, TRUTH
from tests.listening import children_of, listeners_of
from tests.power.test_power_processes import SWEEP

WATCHED = """
import os, sys
asked = {"socket.bind", "socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}
sys.addaudithook(lambda event, given: event in asked and os.write(2, f"DOOR {event} {given}\\n".encode()))
from lensim.cli.main import main
main()
"""
POWER = SWEEP.replace("count = 4000000", "count = 400").replace("chunk = 200", "chunk = 20")
PLAN = TOML.replace("high = 30", "high = 6") + TRUTH
LOOK_S = 0.3
PATIENCE_S = 600

pytestmark = pytest.mark.skipif(not Path("/proc/net/unix").exists(), reason="what listens is known from /proc alone")


def watched(folder: Path, *arguments: str) -> tuple[int, int, list[str], str]:
    """Exit status of a command, how many processes it had at most, what these listened on, and what it said."""
    command = [sys.executable, "-c", WATCHED, *arguments]
    log = folder / "said.txt"
    with log.open("w") as said:
        running = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        doors: list[str] = []
        most, deadline = 1, time.monotonic() + PATIENCE_S
        while running.poll() is None and time.monotonic() < deadline:
            try:
                there = [running.pid, *children_of(running.pid)]
            except OSError:  # one has just ended
                continue
            most = max(most, len(there))
            for process in there:
                try:
                    doors += listeners_of(process)
                except OSError:
                    continue
            time.sleep(LOOK_S)
        running.kill()
        status = running.wait()
    return status, most, doors, log.read_text()


@pytest.mark.parametrize(("command", "content"), [("power", POWER), ("plan", PLAN)], ids=["power", "plan"])
def test_power_and_plan_with_workers_have_no_door(tmp_path, command, content):
    (tmp_path / "asked.toml").write_text(content)
    status, most, doors, said = watched(tmp_path, command, "asked.toml", "--out", "o", "--workers", "2", "--no-figures")
    assert status == 0, said
    assert most >= 3
    assert doors == []
    assert "DOOR" not in said


@pytest.mark.sampling
def test_a_fit_has_no_door(tmp_path):
    plate = subprocess.run(
        [sys.executable, "-m", "lensim.cli.main", "simulate", "bioassay", "--out", "b.csv", "--seed", "7"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    assert plate.returncode == 0
    status, _, doors, said = watched(
        tmp_path, "fit", "bioassay", "b.csv", "--out", "b.nc", "--draws", "20", "--tune", "50", "--chains", "2"
    )
    assert status in (0, 3), said  # 3: so few draws have not converged
    assert (tmp_path / "b.nc").exists()
    assert doors == []
    assert "DOOR" not in said


def test_that_a_door_would_be_seen(tmp_path):
    script = WATCHED.partition("from lensim")[0] + "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    said = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True).stderr
    assert "DOOR socket.connect" in said
