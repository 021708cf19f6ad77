"""A short share of `python -m tests.faults`: every so many calls fail once, and a few kills."""

import re
import subprocess
import sys

import pytest

from tests.faults import shim


@pytest.fixture(autouse=True)
def possible():
    if reason := shim.why_not():
        pytest.skip(reason)


def trials(*options: str) -> str:
    found = subprocess.run(
        [sys.executable, "-m", "tests.faults", *options], capture_output=True, text=True, timeout=300, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_a_write_that_fails_leaves_nothing_half_written():
    commands = ("read by", "simulate", "power")
    said = trials("writes", "--every", "29", *(word for name in commands for word in ("--command", name)))
    assert re.findall(r"^(.+): \d+ faults, .*, 0 wrong", said, re.MULTILINE) == list(commands)


def test_a_kill_leaves_the_old_result_or_the_new_one():
    said = trials("kills", "--count", "6", "--command", "published", "--command", "summarize")
    assert "'killed': 6" in said
    assert "wrong: 0" in said
