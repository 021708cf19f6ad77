"""Workers for chunks of studies: this process, other processes on this machine, or a running dask cluster."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from lensim.checks import InputError

AHEAD: Final = 3  # chunks in flight for each worker
CONNECT_SECONDS: Final = 10
LARGEST_PORT: Final = 65535
ENCRYPTED: Final = ("tls", "wss")
TRIM_SETTING: Final = "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_"
TRIM_BYTES: Final = 2**30
"""dask has its workers hand memory back at every turn, which halves the speed of work on many small arrays."""

HAS_ADDRESS: Final = "scheduler must be the address of a dask scheduler, such as tcp://127.0.0.1:8786"

Task = Callable[..., Any]
Pool = Callable[[Task, Iterator[tuple[Any, tuple[Any, ...]]]], Iterator[tuple[Any, Any]]]
"""From a function and tasks (key, arguments) to results (key, result), as they come."""


def one_by_one(function: Task, tasks: Iterator[tuple[Any, tuple[Any, ...]]]) -> Iterator[tuple[Any, Any]]:
    """Work in this process."""
    for key, arguments in tasks:
        yield key, function(*arguments)


def require_address(scheduler: str) -> None:
    """Refuse what cannot be the address of a scheduler, before a client is made that would stay behind half made.

    Raises
    ------
    InputError
        If the protocol is unknown, the port is missing or none, or an encrypted address comes without certificates.
    """
    from distributed import Security
    from distributed.comm import parse_address, parse_host_port
    from distributed.comm.registry import get_backend

    try:
        scheme, place = parse_address(scheduler)
        get_backend(scheme)
        port = 1 if scheme == "inproc" else parse_host_port(place)[1]
    except ValueError as error:
        raise InputError(f"{HAS_ADDRESS}, got {scheduler!r} ({error})") from None
    if not 1 <= port <= LARGEST_PORT:
        raise InputError(f"{HAS_ADDRESS}, got {scheduler!r} (a port lies between 1 and {LARGEST_PORT})")
    if scheme in ENCRYPTED and Security().get_connection_args("client").get("ssl_context") is None:
        raise InputError(
            f"scheduler must be an address that dask has certificates for (its settings distributed.comm.tls), "
            f"got {scheduler!r}"
        )


@contextmanager
def pool_of(workers: int, scheduler: str) -> Iterator[Pool]:
    """A function that runs tasks (key, arguments) on workers and yields (key, result) as they come."""
    if workers == 1 and not scheduler:
        yield one_by_one
        return
    if scheduler:
        require_address(scheduler)
    import dask.config
    from distributed import Client, LocalCluster, as_completed

    with ExitStack() as stack, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ports taken and of slow shutdowns: nothing a planner can act on
        if scheduler:
            try:
                client = stack.enter_context(Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False))
            except (OSError, TimeoutError, ValueError) as error:
                raise InputError(
                    f"scheduler must be the address of a dask scheduler that answers, got {scheduler!r} ({error})"
                ) from None
        else:
            stack.enter_context(dask.config.set({TRIM_SETTING: TRIM_BYTES}))
            try:
                cluster = stack.enter_context(
                    LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=50)
                )
            except RuntimeError:  # each worker imports the script that asks for it
                raise InputError(
                    f"workers must be 1 in a script without `if __name__ == '__main__':` around what it runs, "
                    f"got {workers}"
                ) from None
            client = stack.enter_context(Client(cluster, set_as_default=False))
        in_flight = AHEAD * max(workers, len(client.scheduler_info()["workers"]))

        def spread(function: Task, tasks: Iterator[tuple[Any, tuple[Any, ...]]]) -> Iterator[tuple[Any, Any]]:
            keys: dict[Any, Any] = {}
            running = as_completed(loop=client.loop)
            for key, arguments in tasks:
                future = client.submit(function, *arguments, pure=False, retries=5)
                keys[future.key] = key
                running.add(future)
                if len(keys) < in_flight:
                    continue
                future = next(running)
                yield keys.pop(future.key), future.result()
            for future in running:
                yield keys.pop(future.key), future.result()

        yield spread
