"""Worker processes on this machine that nobody else can reach.

Each is started anew (spawn) and shares a pair of connected sockets or pipes with this process alone. Nothing has a name
or a port, and nothing listens, so there is nothing for another user to connect to. A worker works on one task at a
time. One that dies is replaced, and its task goes to the next; results do not depend on which worker did what.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Final

from lensim import limits
from lensim.bounds import usable_cores
from lensim.checks import InputError, at_least
from lensim.power.worker import UNGUARDED, work

RETRIES: Final = 3
"""How often a task is given to another worker after one died of it, and a worker is started that died as it started."""

PER_CORE: Final = 16
"""Workers for each core at most: each takes 150 MB, and more than one a core make nothing faster."""

ENVIRONMENT: Final[Mapping[str, str]] = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONSAFEPATH": "1",
}
"""What workers find in their environment where the user has not set it: each has one core, keeps memory that it gives
free for its next arrays (glibc), and takes no module from the working folder as it starts (`python -c` would)."""

Task = Callable[..., Any]


@dataclass
class _Call:
    """One use of the pool: tasks to do again, and results that have come."""

    lost: Callable[[Any, str], Any] | None = None
    again: deque["_Task"] = field(default_factory=deque)
    results: deque[tuple[bool, Any, Any]] = field(default_factory=deque)
    open: int = 0
    is_at_end: bool = False

    @property
    def is_done(self) -> bool:
        """Whether all tasks are taken and all results handed on."""
        return self.is_at_end and not (self.open or self.again or self.results)


@dataclass
class _Task:
    """What a worker is given; `deaths` counts the workers that ended while they worked on it."""

    call: _Call
    key: Any
    function: Task
    arguments: tuple[Any, ...]
    deaths: int = 0


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    task: _Task | None = None
    is_ready: bool = False


@contextmanager
def processes(count: int) -> Iterator[Callable[..., Any]]:
    """A pool of `count` processes on this machine; see `lensim.power.pool.pool_of`. All end with the block, at once.

    Raises
    ------
    InputError
        If a process cannot be started, as in a script without `if __name__ == "__main__":`, or a task ends
        `RETRIES` + 1 of them.
    """
    crew = _Crew(count)
    try:
        crew.start()
        yield crew.spread
    finally:
        crew.end()


def require_workers(workers: int) -> None:
    """Refuse more worker processes than the machine has any use for, before anything is done.

    A worker that runs, as it starts, the script which asked for it is ended here, before it touches anything of that
    run. The process that started it then says what the script lacks.

    Raises
    ------
    InputError
        If there are to be fewer than 1, or more than 16 for each core.
    """
    at_least("workers", workers, 1)
    cores = usable_cores()
    if workers > (most := min(limits.WORKERS, PER_CORE * cores)):
        raise InputError(f"workers must be at most {most:,} (for {cores:,} cores), got {workers:,}: take one a core")
    if workers > 1 and getattr(multiprocessing.current_process(), "_inheriting", False):  # as multiprocessing asks it
        raise SystemExit(UNGUARDED)


class _Crew:
    """The workers of a pool."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def start(self) -> None:
        """Start workers until all are there."""
        with _environment_of_workers(), _without_interrupts():
            while len(self._workers) < self._count:
                try:
                    self._workers.append(_started())
                except RuntimeError:  # this process is itself one that imports the script which asks for workers
                    raise SystemExit(UNGUARDED) from None
                except OSError as error:
                    raise InputError(
                        f"workers must be a number of processes that can be started, got {self._count} "
                        f"({error.strerror or error}): take fewer, or workers=1"
                    ) from None

    def end(self) -> None:
        """End all workers, whatever they do."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()

    def spread(
        self,
        function: Task,
        tasks: Iterator[tuple[Any, tuple[Any, ...]]],
        lost: Callable[[Any, str], Any] | None = None,
    ) -> Iterator[tuple[Any, Any]]:
        """Results (key, result) as they come, of tasks that are taken one by one as workers get free.

        With `lost`, a task that ended `RETRIES` + 1 workers has the result lost(key, how they ended).
        """
        call = _Call(lost)
        new = (_Task(call, key, function, arguments) for key, arguments in tasks)
        while not call.is_done:
            self._give_all(call, new)
            if call.results:
                good, key, found = call.results.popleft()
                if not good:
                    raise found
                yield key, found
            elif not call.is_done:
                self._listen()

    def _give_all(self, call: _Call, new: Iterator[_Task]) -> None:
        """A task for each worker that has none; workers may be at tasks of another call."""
        for worker in self._workers:
            if worker.task is None:
                task = call.again.popleft() if call.again else next(new, None)
                if task is None:
                    call.is_at_end = True
                    return
                call.open += 1
                self._give(worker, task)

    def _give(self, worker: _Worker, task: _Task) -> None:
        worker.task = task
        with suppress(OSError):  # it has died, which `_listen` finds
            worker.pipe.send((task.function, task.arguments))

    def _listen(self) -> None:
        """Wait until a worker says something or dies, and take in what all of them have said."""
        ready = wait([worker.pipe for worker in self._workers])
        for worker in [one for one in self._workers if one.pipe in ready]:
            try:
                said = worker.pipe.recv()
            except (EOFError, OSError):
                self._replace(worker)
                continue
            if not worker.is_ready:  # the first that it says is that it is
                worker.is_ready, self._failed_starts = True, 0
            elif worker.task is not None:
                task, worker.task = worker.task, None
                task.call.open -= 1
                task.call.results.append((said[0], task.key, said[1]))

    def _replace(self, worker: _Worker) -> None:
        """Another worker for one that died, and its task once more."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        code, task = worker.process.exitcode or 0, worker.task
        if task is not None:
            task.call.open -= 1
            task.call.again.append(task)
            task.deaths += worker.is_ready
        self._failed_starts += not worker.is_ready
        if code == UNGUARDED:
            raise InputError(
                "workers must be 1 in a script without `if __name__ == '__main__':` around what it runs, "
                f"got {self._count}"
            ) from None
        if task is not None and task.deaths > RETRIES and task.call.lost is not None:
            task.call.again.pop()  # it was put there a moment ago
            why = f"a worker process ended {RETRIES + 1} times at it ({_ending(code)})"
            task.call.results.append((True, task.key, task.call.lost(task.key, why)))
        elif self._failed_starts > RETRIES or (task is not None and task.deaths > RETRIES):
            doing = "as it started" if self._failed_starts > RETRIES else "at the same studies"
            raise InputError(
                f"a worker process ended {RETRIES + 1} times {doing} ({_ending(code)}): where memory is short, take "
                "fewer (workers=1) or a smaller studies.chunk"
            ) from None
        self.start()


def started_worker(target: Callable[[Connection], None] | None = None) -> tuple[SpawnProcess, Connection]:
    """A process that works on tasks, as `lensim.power.worker.work` has it, and our end of its pipe.

    Parameters
    ----------
    target
        What runs in it, with the other end of the pipe; `lensim.power.worker.work` where None.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    with _environment_of_workers(), _without_interrupts():
        worker = _started(target)
    return worker.process, worker.pipe


def _started(target: Callable[[Connection], None] | None = None) -> _Worker:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=target or work, args=(theirs,), daemon=True)
    try:
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return _Worker(process, ours)


def _ending(code: int) -> str:
    """How a process ended, from its exit code, which is minus the number of a signal."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


@contextmanager
def _environment_of_workers() -> Iterator[None]:
    """The environment as workers are to have it; they take it from this process as they start."""
    added = {name: value for name, value in ENVIRONMENT.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C reaches this process alone, which ends the workers: they are started with that signal blocked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # it lets the signal through again as it starts, so it starts before
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
