"""The largest request that the page takes."""

import asyncio
from typing import Any

import pytest

from lensim.app.largest import Largest


def _asked(headers: list[tuple[bytes, bytes]], bodies: list[bytes]) -> tuple[list[int], bytes]:
    """Status of the answer, and what the application inside got."""
    got, said = [], []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request":
            got.append(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Any:
        body = bodies.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(bodies)}

    async def send(message: Any) -> None:
        said.append(message.get("status"))

    asyncio.run(Largest(inside, most=10)({"type": "http", "headers": headers}, receive, send))
    return [one for one in said if one], b"".join(got)


def test_a_request_within_the_bound_is_handed_on():
    assert _asked([(b"content-length", b"10")], [b"12345", b"67890"]) == ([200], b"1234567890")


@pytest.mark.parametrize("stated", [b"11", b"-1", b"1e3"])
def test_a_larger_one_is_refused_before_it_is_read(stated):
    assert _asked([(b"content-length", stated)], [b"x"]) == ([413], b"")


def test_one_that_does_not_state_its_size_ends_at_the_bound():
    assert _asked([], [b"12345", b"67890", b"1", b"2"])[1] == b"1234567890"
