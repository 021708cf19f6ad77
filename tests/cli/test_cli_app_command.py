"""The command that serves the page: what it needs, and what it refuses."""

import pytest

from lensim.cli import app_command
from tests.cli.test_cli import run


def test_without_the_extra_one_error_has_the_remedy(capsys, monkeypatch):
    real = app_command.find_spec
    monkeypatch.setattr(app_command, "find_spec", lambda name: None if name == "shiny" else real(name))
    status, _, error = run(capsys, "app", "--no-browser")
    assert status == 2
    assert error == (
        "error: lensim app must have the packages shiny, starlette, uvicorn, found no shiny: `lensim doctor` prints "
        "the command that installs the extra app"
    )


@pytest.mark.parametrize("port", ["-1", "70000"])
def test_a_port_that_there_is_not_is_refused(capsys, port):
    status, _, error = run(capsys, "app", "--port", port)
    assert status == 2
    assert "--port" in error


def test_options_have_what_they_take(capsys, monkeypatch):
    pytest.importorskip("shiny", reason="the extra app is not installed")
    from lensim.app import serve

    taken = []
    monkeypatch.setattr(serve, "serve", lambda port, tell, opens_browser: taken.append((port, opens_browser)))
    assert run(capsys, "app", "--port", "8000", "--no-browser")[0] == 0
    assert run(capsys, "app")[0] == 0
    assert taken == [(8000, False), (0, True)]
