"""The command as it is started: who gets an answer over the network of this machine, and what ends with it."""

import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from lensim.app.serve import socket_at
from lensim.checks import InputError
from tests.app.serving import Served, served
from tests.listening import children_of, is_running, listeners_of

PATIENCE_S = 60


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("app")) as started:
        yield started


def asked(page: Served, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=PATIENCE_S)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def upgraded(page: Served, **headers: str) -> int:
    """The status of a request for a websocket."""
    own = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    return asked(page, "/websocket/", **own, Sec_WebSocket_Version="13", **headers).status


def test_without_the_cookie_there_is_one_sentence_and_no_file(page):
    for path in ("/", "/?token=wrong", "/lib/lensim-1/shell.js", "/session/x/download/toml"):
        answer = asked(page, path)
        assert answer.status == 403
        assert answer.text.count(".") == 1
        assert "start it again" in answer.text


def test_the_token_opens_the_page_for_one_browser(page):
    assert asked(page, "/", Host="evil.example").status == 403
    first = asked(page, f"/?token={page.token}")
    assert first.status == 200
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert asked(page, f"/?token={page.token}").status == 403
    whole = asked(page, "/", cookie=cookie)
    assert whole.status == 200
    assert "Plan the next study" in whole.text
    assert "default-src 'self'" in whole.headers["content-security-policy"]
    assert asked(page, "/", cookie=cookie, Host=f"evil.example:{page.port}").status == 403
    own = f"http://127.0.0.1:{page.port}"
    assert upgraded(page, cookie=cookie, Origin=own) == 101
    assert upgraded(page, cookie=cookie, Origin="http://evil.example") == 403
    assert upgraded(page, cookie=cookie) == 403
    assert upgraded(page, Origin=own) == 403


def test_it_listens_on_this_machine_alone_and_its_workers_nowhere(page):
    doors = listeners_of(page.process.pid)
    assert len(doors) == 1
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", page.port))
    deadline = time.monotonic() + PATIENCE_S
    while not (workers := children_of(page.process.pid)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert workers
    assert [door for worker in workers for door in listeners_of(worker)] == []


def test_a_port_that_is_taken_is_told(page):
    with pytest.raises(InputError, match=f"--port must be free, got {page.port} .*: leave --port out for a free one"):
        socket_at(page.port)


def test_workers_end_with_the_command(tmp_path):
    with served(tmp_path) as started:
        deadline = time.monotonic() + PATIENCE_S
        while not (workers := children_of(started.process.pid)) and time.monotonic() < deadline:
            time.sleep(0.2)
    assert workers
    deadline = time.monotonic() + PATIENCE_S
    while (left := [one for one in workers if is_running(one)]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == []
