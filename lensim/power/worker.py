"""What runs in a worker process: tasks come by a pipe of its own, and results go back by it."""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection
from typing import Any, Final

from lensim.checks import InputError
from lensim.working_folder import pass_over_settings

UNGUARDED: Final = 97
"""Exit status of a process that would start workers while it imports the script that asked for it."""


def work(pipe: Connection) -> None:
    """Work on tasks (function, arguments) until the other end of the pipe is closed.

    The first message says that the worker is ready, each other one whether a task went well, and its result or error.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that ends the workers
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        pass_over_settings()
        pipe.send((True, None))
        while True:
            function, arguments = pipe.recv()
            said = _tried(function, arguments)
            try:
                pipe.send(said)
            except (TypeError, AttributeError, ValueError) as error:  # what cannot be pickled
                pipe.send((False, RuntimeError(f"{said[1]!r} cannot be sent back: {error}")))
    except (EOFError, OSError):  # the other end is gone
        return


def _tried(function: Any, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, function(*arguments)
    except InputError as error:
        return False, error
    except Exception as error:
        import traceback

        error.add_note(f"in a worker process:\n{traceback.format_exc()}")
        return False, error


def end_with_parent() -> None:
    """End this process as soon as the one that started it has ended, also in the middle of a task."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
