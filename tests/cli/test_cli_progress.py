"""Progress: nothing for what is short, a bar at a terminal, plain lines elsewhere."""

import io

import pytest

from lensim.cli import progress
from lensim.cli.console import PlainConsole


def test_what_is_short_says_nothing(capsys):
    with progress.progress_bar("compounds") as told:
        told(1, 2)
        told(2, 2)
    assert capsys.readouterr() == ("", "")


def test_elsewhere_there_are_plain_lines_at_times(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LINE_SECONDS", -1.0)
    with progress.progress_bar("compounds", silent_seconds=0.0) as told:
        told(1, 2_000)
        told(2_000, 2_000)
    assert capsys.readouterr().err == "compounds: 1 of 2,000 done\n"


def test_a_terminal_has_a_bar_which_goes(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = PlainConsole(stderr=True, width=80)
    terminal._force_terminal = terminal.is_interactive = True
    terminal.file = io.StringIO()
    monkeypatch.setattr(progress, "err", terminal)
    with progress.progress_bar("compounds", silent_seconds=0.0) as told:
        progress.time.sleep(0.1)
        told(3, 7)
        progress.time.sleep(0.3)
    assert "3/7" in terminal.file.getvalue()


def test_an_error_ends_it():
    with pytest.raises(ValueError, match="x"), progress.progress_bar("compounds", silent_seconds=0.0):
        raise ValueError("x")
