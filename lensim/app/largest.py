"""The largest request that the page takes: a file that is dropped onto it."""

from typing import Any, Final

from lensim import limits
from lensim.app.door import Application, Receive, Scope, Send
from lensim.app.shelf import LARGEST_MB

LARGEST_REQUEST: Final = limits.TABLE_BYTES + limits.MEGABYTE
REFUSED: Final = f"A file must be at most {LARGEST_MB} MB: export fewer plates."


class Largest:
    """An ASGI application around another, which gets no request of more than `most` bytes."""

    def __init__(self, application: Application, most: int = LARGEST_REQUEST) -> None:
        self._inside = application
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it before it is read."""
        if scope["type"] != "http":
            await self._inside(scope, receive, send)
            return
        stated = [value for name, value in scope["headers"] if name == b"content-length"]
        if any(not value.isdigit() or int(value) > self._most for value in stated):
            await send({"type": "http.response.start", "status": 413, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": REFUSED.encode()})
            return
        taken = 0

        async def counted() -> Any:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= self._most else {"type": "http.disconnect"}

        await self._inside(scope, counted, send)
