"""Who may come in: the browser that brought the token, under this machine's name, from this page."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.app.door import CLOSED, WRONG_HOST, WRONG_ORIGIN, Door, policy

PORT = 4711
HOST = f"127.0.0.1:{PORT}"


async def _inside(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-security-policy", b"none")]})
    await send({"type": "http.response.body", "body": b"inside"})


def asked(
    door: Door, path: str = "/", query: str = "", kind: str = "http", method: str = "GET", **headers: str
) -> tuple[int | str, dict[str, str], str]:
    """Status (of a websocket the type of the answer), headers and text."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    fields = {"host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": kind, "method": method, "path": path, "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in fields.items() if value],
    }  # fmt: skip
    asyncio.run(door(scope, receive, send))
    if kind == "websocket":
        return sent[0]["type"], {}, sent[0].get("reason", "")
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"].decode()


def entered() -> tuple[Door, str]:
    """A door whose token was used, and the cookie that it gave."""
    door = Door(_inside, PORT)
    status, headers, _ = asked(door, query=f"token={door.token}")
    assert status == 200
    return door, headers["set-cookie"].partition(";")[0]


def test_the_token_gives_a_cookie_that_no_script_and_no_other_site_can_use():
    door = Door(_inside, PORT)
    status, headers, text = asked(door, query=f"token={door.token}")
    assert status == 200
    assert 'content="0; url=/"' in text
    name, *attributes = headers["set-cookie"].split("; ")
    assert name.startswith(f"lensim_{PORT}=")
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    assert asked(door, cookie=name)[::2] == (200, "inside")


def test_a_token_opens_the_page_once():
    door = Door(_inside, PORT)
    query = f"token={door.token}"
    assert asked(door, query=query)[0] == 200
    assert asked(door, query=query)[::2] == (403, CLOSED)
    assert "token" not in door.address


@pytest.mark.parametrize(
    ("path", "query", "method"),
    [("/", "", "GET"), ("/", "token=", "GET"), ("/", "token=x&token={}", "GET"), ("/lib", "token={}", "GET"),
     ("/", "token={}", "POST"), ("/", "Token={}", "GET")],
)  # fmt: skip
def test_nothing_but_a_request_for_the_page_with_the_token_is_let_in(path, query, method):
    door = Door(_inside, PORT)
    assert asked(door, path, query.format(door.token), method=method)[0] == 403
    assert door.token is not None


@given(st.text(max_size=60))
def test_no_other_text_is_the_token_or_the_cookie(text):
    door, cookie = entered()
    other = Door(_inside, PORT)
    safe = text.encode("ascii", "ignore").decode().replace("\n", "").replace("\r", "")
    assert asked(other, query=f"token={safe}")[0] == 403
    assert asked(door, cookie=f"{cookie.partition('=')[0]}={safe}")[0] == 403


@pytest.mark.parametrize(
    "host", ["", "evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"127.0.0.1.evil:{PORT}"]
)
def test_another_host_is_refused_with_the_right_cookie_too(host):
    door, cookie = entered()
    assert asked(door, host=host, cookie=cookie)[::2] == (403, WRONG_HOST)
    other = Door(_inside, PORT)
    assert asked(other, query=f"token={other.token}", host=host)[0] == 403
    assert other.token is not None


def test_localhost_is_this_machine():
    door, cookie = entered()
    assert asked(door, host=f"localhost:{PORT}", cookie=cookie)[0] == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", f"https://{HOST}", f"http://localhost:{PORT}"])
def test_a_page_of_another_origin_connects_to_nothing(origin):
    door, cookie = entered()
    assert asked(door, kind="websocket", cookie=cookie, origin=origin)[0] == "websocket.close"
    assert asked(door, cookie=cookie, origin=origin)[::2] == (403, WRONG_ORIGIN)


def test_a_websocket_needs_cookie_and_origin():
    door, cookie = entered()
    own = f"http://{HOST}"
    assert asked(door, kind="websocket", cookie=cookie, origin=own)[0] == "websocket.accept"
    assert asked(door, kind="websocket", cookie=cookie)[0] == "websocket.close"
    assert asked(door, kind="websocket", origin=own)[0] == "websocket.close"


def test_every_answer_has_the_policy_and_no_other():
    door, cookie = entered()
    for more in ({"cookie": cookie}, {}, {"host": "evil.example"}):
        headers = asked(door, **more)[1]
        assert headers["content-security-policy"] == policy(PORT)
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_policy_lets_nothing_be_fetched_from_elsewhere():
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy(PORT, ["'sha256-x'"]).split(";"))
    assert rules["default-src"] == "'self'"
    assert rules["script-src"] == "'self' 'sha256-x'"
    own = {"'self'", "'none'", "'unsafe-inline'", "'sha256-x'", "data:", f"ws://{HOST}", f"ws://localhost:{PORT}"}
    assert {word for words in rules.values() for word in words.split()} <= own
    assert "'unsafe-inline'" not in rules["script-src"]


def test_tokens_and_cookies_of_two_starts_differ():
    assert Door(_inside, PORT).token != Door(_inside, PORT).token
    assert entered()[1] != entered()[1]
