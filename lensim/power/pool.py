"""Who works on chunks of studies: this process, other processes on this machine, or the workers of a dask scheduler."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Task = Callable[..., Any]
Lost = Callable[[Any, str], Any]
"""From a key, and how the workers at it ended, to what counts as its result."""
Pool = Callable[..., Iterator[tuple[Any, Any]]]
"""From a function and tasks (key, arguments) to results (key, result), as they come; with a third argument, a `Lost`, a
task that ends its workers ends no others."""


def one_by_one(
    function: Task, tasks: Iterator[tuple[Any, tuple[Any, ...]]], lost: Lost | None = None
) -> Iterator[tuple[Any, Any]]:
    """Work in this process."""
    for key, arguments in tasks:
        yield key, function(*arguments)


@contextmanager
def pool_of(workers: int, scheduler: str, *, trust_network: bool = False) -> Iterator[Pool]:
    """A function that runs tasks (key, arguments) on workers and yields (key, result) as they come.

    Parameters
    ----------
    workers
        Processes on this machine; 1 works in this process. Nobody else can reach them: they have no port.
    scheduler
        Address of a dask scheduler, whose workers are used instead. Whoever can reach it can run code here and there.
    trust_network
        Take a scheduler on another machine without encryption.

    Raises
    ------
    InputError
        If a process cannot be started, or ends again and again; if the scheduler will not do.
    """
    if scheduler:
        from lensim.power.scheduler import scheduled

        with scheduled(scheduler, workers, trust_network=trust_network) as pool:
            yield pool
    elif workers == 1:
        yield one_by_one
    else:
        from lensim.power.processes import processes

        with processes(workers) as pool:
            yield pool
