"""What runs in the process of a session: functions come by a pipe of its own, and what they tell and give goes back."""

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final

from lensim.checks import InputError
from lensim.power.worker import end_with_parent
from lensim.working_folder import pass_over_settings

Tell = Callable[[str], None]
"""Takes a sentence on the way."""
ENDED: Final = (
    "the work must fit into this machine's memory, but its process was ended: close other programs, or take a smaller "
    "file"
)


def serve(pipe: Connection) -> None:
    """Do what comes through a pipe, (function, arguments), until its other end is closed: the whole of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the page, which ends its processes
    threading.Thread(target=end_with_parent, daemon=True).start()

    sending = threading.Lock()  # what is told may come from another thread of a function

    def send(kind: str, value: Any) -> None:
        with sending:
            pipe.send((kind, value))

    def tell(sentence: str) -> None:
        send("told", sentence)

    with suppress(EOFError, OSError):  # the page is gone
        pass_over_settings()
        while True:
            function, arguments = pipe.recv()
            try:
                said = ("good", function(*arguments, tell))
            except InputError as error:
                said = ("bad", error)
            except MemoryError:
                said = ("bad", InputError(ENDED))
            except Exception as error:
                said = ("bad", InputError(f"lensim failed: {type(error).__name__}: {error}"))
            send(*said)
