"""Work of one session in a process of its own: files are read and fitted there, and can be ended at any moment.

The page's loop and the chunks of other sessions go on meanwhile. What a function has read stays in its process, in
caches of its own module; a process that was ended begins anew, so a function finds all it needs in its arguments.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from lensim.app.bench import ENDED, Tell, serve
from lensim.app.work import LOOK_S, PATIENCE_S, Job, Stopped
from lensim.checks import InputError
from lensim.power.processes import started_worker


class Apart:
    """A process that does one thing after another for a session."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._worker: tuple[SpawnProcess, Connection] | None = None
        self._is_over = False

    def run(self, job: Job, function: Callable[..., Any], *arguments: Any, tell: Tell = lambda _: None) -> Any:
        """What function(*arguments, tell) gives, from the process.

        Parameters
        ----------
        job
            What asks for it; once it is stopped, the process has a second to come to an end of its own.
        function, arguments
            Of a module; its last argument is a function for sentences on the way.
        tell
            Gets these sentences.

        Raises
        ------
        Stopped
            If the job is stopped.
        InputError
            If the process ends, as where memory is short; and what the function raises.
        """
        with self._own_turn(job):
            _, pipe = self._ready()
            try:
                pipe.send((function, arguments))
                return self._result(job, pipe, tell)
            except (EOFError, OSError):
                self._end()
                if job.is_stopped or self._is_over:
                    raise Stopped from None
                raise InputError(ENDED) from None

    def close(self) -> None:
        """End the process; nothing is begun any more."""
        self._is_over = True
        self._end()

    @contextmanager
    def _own_turn(self, job: Job) -> Iterator[None]:
        while not self._turn.acquire(timeout=LOOK_S):
            if job.is_stopped or self._is_over:
                raise Stopped
        try:
            if job.is_stopped or self._is_over:
                raise Stopped
            yield
        finally:
            self._turn.release()

    def _ready(self) -> tuple[SpawnProcess, Connection]:
        if self._worker is None or not self._worker[0].is_alive():
            self._end()
            self._worker = started_worker(serve)
        return self._worker

    def _result(self, job: Job, pipe: Connection, tell: Tell) -> Any:
        unwanted_since = None
        while True:
            while not pipe.poll(LOOK_S):
                if self._is_over:
                    raise Stopped
                if job.is_stopped:
                    unwanted_since = unwanted_since or time.monotonic()
                    if time.monotonic() - unwanted_since > PATIENCE_S:
                        self._end()
                        raise Stopped
            kind, found = pipe.recv()
            if kind == "told":
                tell(found)
            elif job.is_stopped:
                raise Stopped
            elif kind == "good":
                return found
            else:
                raise found

    def _end(self) -> None:
        if self._worker is not None:
            process, pipe = self._worker
            self._worker = None
            process.kill()
            process.join()
            with suppress(OSError):
                pipe.close()
