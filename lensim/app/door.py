"""The door of the page: who may come in, and what a browser may fetch.

A request is answered if its Host is this machine's own name and port, and its cookie is the session's. The cookie is
given once, for the token in the address that `lensim app` prints; a token that was used opens nothing. A websocket must
also come from a page of this origin. Every answer carries a policy (CSP) by which the page can fetch nothing elsewhere.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

NAMES: Final = ("127.0.0.1", "localhost")
"""Hosts under which the page may be asked for; any other name is that of a page that wants to pass for this one."""

CLOSED: Final = (
    "This page is for the browser that opened it first: use that window, or stop lensim app and start it again for a "
    "new address."
)
WRONG_HOST: Final = "This page is at 127.0.0.1 or localhost only: use the address that lensim app printed."
WRONG_ORIGIN: Final = "Another page may not connect to this one: use the address that lensim app printed."
OPENED: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">'
    '<title>lensim</title></head><body><p><a href="/">Open lensim</a></p></body></html>'
)
"""The answer to the token. The page that it leads to is asked for by this origin, so the cookie goes along (Strict)."""


def policy(port: int, scripts: Iterable[str] = ()) -> str:
    """The content security policy: everything from this origin alone; styles may stand in the page.

    `scripts` are the digests of those that may stand in the page, as the policy names them; other scripts are files.
    """
    sockets = " ".join(f"ws://{name}:{port}" for name in NAMES)
    own = " ".join(["'self'", *scripts])
    return (
        f"default-src 'self'; script-src {own}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        f"font-src 'self' data:; connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


class Door:
    """An ASGI application around another, which only the browser that brought the token reaches.

    Parameters
    ----------
    application
        What is inside.
    port
        Where it is served.
    scripts
        Digests of the scripts that stand in its page.
    """

    def __init__(self, application: Application, port: int, scripts: Iterable[str] = ()) -> None:
        self._inside = application
        self._port = port
        self.token: str | None = secrets.token_urlsafe(32)
        self._key = secrets.token_urlsafe(32)
        self._cookie = f"lensim_{port}"  # browsers share the cookies of all ports of a host
        self._headers = _plain_headers(policy(port, scripts))

    @property
    def address(self) -> str:
        """Where the page is, with the token as long as nobody used it."""
        return f"http://{NAMES[0]}:{self._port}/" + (f"?token={self.token}" if self.token else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "lifespan":
            await self._inside(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None and scope["type"] == "websocket":
            await self._inside(scope, receive, send)
        elif refusal is None:
            await self._inside(scope, receive, self._with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal[:100]})
        elif refusal == CLOSED and self._is_token(scope):
            self.token = None
            cookie = f"{self._cookie}={self._key}; Path=/; HttpOnly; SameSite=Strict"
            await self._say(send, 200, OPENED, "text/html", [(b"set-cookie", cookie.encode())])
        else:
            await self._say(send, 403, refusal, "text/plain")

    def _refusal(self, scope: Scope) -> str | None:
        """Why a request is refused; None where it may pass."""
        own = [f"{name}:{self._port}" for name in NAMES]
        hosts = _values(scope, b"host")
        if len(hosts) != 1 or hosts[0] not in own:
            return WRONG_HOST
        origins = _values(scope, b"origin")
        if (origins and origins != [f"http://{hosts[0]}"]) or (scope["type"] == "websocket" and not origins):
            return WRONG_ORIGIN
        return None if self._has_key(scope) else CLOSED

    def _has_key(self, scope: Scope) -> bool:
        jar = SimpleCookie()
        try:
            jar.load("; ".join(_values(scope, b"cookie")))
        except CookieError:
            return False
        return self._cookie in jar and _equal(jar[self._cookie].value, self._key)

    def _is_token(self, scope: Scope) -> bool:
        """Whether a request for the page brings the token that nobody used yet."""
        if scope["method"] != "GET" or scope["path"] != "/" or self.token is None:
            return False
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        return len(given) == 1 and _equal(given[0], self.token)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self._headers}
                kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in own]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        return sending

    async def _say(
        self, send: Send, status: int, text: str, kind: str, more: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        headers = [(b"content-type", f"{kind}; charset=utf-8".encode()), *self._headers, *(more or [])]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text.encode()})


def _plain_headers(policy: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cache-control", b"no-store"),
    ]


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _equal(given: str, known: str) -> bool:
    return secrets.compare_digest(given.encode(), known.encode())
