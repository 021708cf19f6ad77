"""Long work off the page's event loop: a few processes that the jobs of all sessions share, chunk by chunk.

A job is a thread that asks for chunks of studies and puts their results together; processes work on the chunks. The job
that has had the fewest chunks comes first, so a job that was just begun has its first answer soon, whatever others have
asked for. A chunk is a pure function of what it is given: its result is kept, and the same chunk asked again costs
nothing.
"""

import json
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from lensim.bounds import usable_cores
from lensim.checks import InputError
from lensim.power.pool import Lost, Task
from lensim.power.processes import RETRIES, started_worker

MOST_WORKERS: Final = 4
KEPT_CHUNKS: Final = 4000
"""Results of chunks, of some 20 kB each."""
CHUNK: Final = "run_chunk"
"""The function of `lensim.power.chunk`, by its name: importing it takes seconds, in which workers can start."""
AT_ONCE: Final = 3
"""Chunks that a job gets before the next one's turn: those of a first curve."""
PATIENCE_S: Final = 1.0
"""How long a worker may go on with a chunk that nobody wants any more, before it is ended."""
LOOK_S: Final = 0.1
FIRST_S: Final = 20.0
"""How long other workers wait for the first one to have done its first chunk."""


class Stopped(Exception):
    """Raised in a job that was stopped, where it asks for results."""


def workers_of_machine() -> int:
    """Worker processes for this machine: one a core, four at most."""
    return min(usable_cores(), MOST_WORKERS)


@dataclass(eq=False)
class _Asked:
    """A task of a job."""

    job: "Job"
    key: Any
    function: Task
    arguments: tuple[Any, ...]
    kept_as: tuple[Any, ...] | None
    deaths: int = 0


@dataclass(eq=False)
class Job:
    """Work of one session.

    Attributes
    ----------
    crew
        Whose workers it uses.
    served
        Chunks that it has had worked on.
    is_stopped
        Whether its results are wanted no more.
    """

    crew: "Crew"
    served: int = 0
    is_stopped: bool = False
    waiting: deque[_Asked] = field(default_factory=deque)
    results: deque[tuple[bool, Any, Any]] = field(default_factory=deque)

    def stop(self) -> None:
        """End the job; a chunk that it waits for is given up."""
        with self.crew.turn:
            self.is_stopped = True
            self.waiting.clear()
            self.crew.turn.notify_all()

    def pool(
        self, function: Task, tasks: Iterator[tuple[Any, tuple[Any, ...]]], lost: Lost | None = None
    ) -> Iterator[tuple[Any, Any]]:
        """A pool as `lensim.power.pool.pool_of` gives one.

        Raises
        ------
        Stopped
            If the job is stopped.
        InputError
            If a task ends its workers again and again.
        """
        names: dict[int, str] = {}
        asked = []
        for key, arguments in tasks:
            kept_as = _name_of(function, arguments, names)
            known = None if kept_as is None else self.crew.kept(kept_as)
            if known is not None:
                yield key, known
            else:
                asked.append(_Asked(self, key, function, arguments, kept_as))
        self.crew.ask(self, asked)
        for _ in asked:
            good, key, found = self.crew.result_of(self)
            if not good:
                raise found
            yield key, found


def _name_of(function: Task, arguments: tuple[Any, ...], names: dict[int, str]) -> tuple[Any, ...] | None:
    """What makes the result of a chunk of studies; none of other work, which is not kept."""
    if function.__name__ != CHUNK:
        return None
    scenario, setting, chunk, size = arguments
    digest = names.get(id(scenario))
    if digest is None:
        digest = names[id(scenario)] = scenario.digest()
    return digest, json.dumps(dict(setting), sort_keys=True, default=str), chunk, size


class Crew:
    """The worker processes of the page, and what they have found.

    Parameters
    ----------
    count
        Processes, so the most chunks at a time.
    """

    def __init__(self, count: int) -> None:
        self.turn = threading.Condition()
        self._count = count
        self._first = threading.Event()
        self._jobs: list[Job] = []
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._is_over = False
        self._starting = threading.Lock()
        self._processes: set[SpawnProcess] = set()

    def __enter__(self) -> "Crew":
        for number in range(self._count):
            threading.Thread(target=self._serve, args=(number,), name=f"worker {number + 1}", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with self.turn:
            self._is_over = True
            for job in self._jobs:
                job.is_stopped = True
            self.turn.notify_all()
        with self._starting:
            for process in self._processes:
                process.kill()

    def begin(self, work: Callable[[Job], None]) -> Job:
        """Begin a job: `work` is called with it, in a thread of its own."""
        job = Job(self)

        def run() -> None:
            try:
                with suppress(Stopped):
                    work(job)
            finally:
                self.forget(job)

        threading.Thread(target=run, name="job", daemon=True).start()
        return job

    def forget(self, job: Job) -> None:
        """A job that is at its end."""
        with self.turn:
            if job in self._jobs:
                self._jobs.remove(job)

    def ask(self, job: Job, asked: list[_Asked]) -> None:
        """Put tasks of a job in line."""
        with self.turn:
            if job.is_stopped or self._is_over:
                raise Stopped
            if job not in self._jobs:
                self._jobs.append(job)
            job.waiting.extend(asked)
            self.turn.notify_all()

    def result_of(self, job: Job) -> tuple[bool, Any, Any]:
        """The next result of a job, once there is one: whether it is good, its key, and it or the error."""
        with self.turn:
            self.turn.wait_for(lambda: job.results or job.is_stopped or self._is_over)
            if job.is_stopped or self._is_over:
                raise Stopped
            return job.results.popleft()

    def kept(self, name: tuple[Any, ...]) -> Any:
        """The result of a chunk that was worked on before; None where there is none."""
        with self.turn:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def _serve(self, number: int) -> None:
        """Start a worker and give it tasks, until the page is closed; one that ends is replaced.

        The first one starts alone, and so is the sooner at its first chunk.
        """
        if number:
            self._first.wait(FIRST_S)
        while not self._is_over:
            try:
                with self._starting:
                    if self._is_over:
                        return
                    process, pipe = started_worker()
                    self._processes.add(process)
            except OSError as error:
                self._fail_all(InputError(f"a worker process must start: {error.strerror or error}: close programs"))
                time.sleep(1.0)
                continue
            with suppress(EOFError, OSError):
                pipe.recv()  # it is ready
                while (asked := self._next()) is not None and self._worked(asked, process, pipe):
                    pass
            process.kill()
            process.join()
            pipe.close()
            with self._starting:
                self._processes.discard(process)

    def _next(self) -> _Asked | None:
        """The next task, once there is one: of the job that has had the fewest, the first one among equals."""
        with self.turn:
            while not self._is_over:
                waiting = [job for job in self._jobs if job.waiting]
                if waiting:
                    job = min(waiting, key=lambda one: one.served // AT_ONCE)
                    job.served += 1
                    return job.waiting.popleft()
                self.turn.wait()
        return None

    def _worked(self, asked: _Asked, process: SpawnProcess, pipe: Connection) -> bool:
        """Have a worker do a task; whether the worker can do another."""
        try:
            pipe.send((asked.function, asked.arguments))
            unwanted_since = None
            while not pipe.poll(LOOK_S):
                if asked.job.is_stopped:
                    unwanted_since = unwanted_since or time.monotonic()
                    if time.monotonic() - unwanted_since > PATIENCE_S:
                        return False
            good, found = pipe.recv()
        except (EOFError, OSError):
            self._again(asked)
            return False
        self._first.set()
        with self.turn:
            if good and asked.kept_as is not None:
                self._kept[asked.kept_as] = found
                while len(self._kept) > KEPT_CHUNKS:
                    self._kept.popitem(last=False)
            asked.job.results.append((good, asked.key, found))
            self.turn.notify_all()
        return True

    def _again(self, asked: _Asked) -> None:
        """A task whose worker ended, once more; an error after the fourth."""
        asked.deaths += 1
        with self.turn:
            if asked.deaths <= RETRIES:
                asked.job.waiting.appendleft(asked)
            else:
                fault = InputError(
                    f"a worker process ended {asked.deaths} times at the same studies: take a smaller design"
                )
                asked.job.results.append((False, asked.key, fault))
            self.turn.notify_all()

    def _fail_all(self, fault: InputError) -> None:
        with self.turn:
            for job in self._jobs:
                while job.waiting:
                    job.results.append((False, job.waiting.popleft().key, fault))
            self.turn.notify_all()
