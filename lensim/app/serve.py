"""`lensim app` served on this machine alone."""

import socket
import webbrowser
from collections.abc import Callable
from contextlib import closing
from typing import Final

import uvicorn

from lensim.app.door import NAMES, Door
from lensim.app.largest import Largest
from lensim.app.work import Crew, workers_of_machine
from lensim.checks import InputError

LARGEST_MESSAGE: Final = 2**20
"""Of a websocket [bytes]; files come by requests."""


def socket_at(port: int) -> socket.socket:
    """A socket that listens on this machine alone, at a port, or at a free one for 0.

    Raises
    ------
    InputError
        If the port is taken or not allowed.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.bind((NAMES[0], port))
    except OSError as error:
        found.close()
        raise InputError(
            f"--port must be free, got {port} ({error.strerror or error}): leave --port out for a free one"
        ) from None
    return found


def serve(port: int, tell: Callable[[str], None], *, opens_browser: bool) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    port
        Where, on 127.0.0.1; 0 for a free one.
    tell
        Called with the address, once the page can be asked for.
    opens_browser
        Open the address in the user's browser.

    Raises
    ------
    InputError
        If the port is taken.
    """
    with closing(socket_at(port)) as listening, Crew(workers_of_machine()) as crew:
        from lensim.app.first import first_curve  # in the seconds that these take to import, the first worker starts
        from lensim.app.shell import application, inline_scripts

        inside = application(crew)
        crew.begin(first_curve)
        door = Door(Largest(inside), listening.getsockname()[1], inline_scripts(inside))

        def ready() -> None:
            tell(door.address)
            if opens_browser:
                webbrowser.open_new_tab(door.address)

        _Server(_settings(door), ready).run(sockets=[listening])


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def _settings(door: Door) -> uvicorn.Config:
    return uvicorn.Config(
        door,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
